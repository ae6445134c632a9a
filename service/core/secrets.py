"""Secrets at rest: Fernet (AES-128-CBC + HMAC-SHA256) with keys that can be rotated."""

import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.core.errors import ErrorKind, ServiceError


class SecretBox:
    """Encrypts with the first key and decrypts with any, so that a key can be rotated."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, plain: str) -> bytes:
        """Encrypt a secret for a `bytea` column."""
        return self._fernet.encrypt(plain.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt; `unavailable` when no configured key fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise ServiceError(
                ErrorKind.UNAVAILABLE, "secret_unreadable", "A stored secret cannot be decrypted with the keys in use."
            ) from error


def digest(token: str) -> bytes:
    """SHA-256 of a high-entropy token: what is stored of API keys and URL tokens."""
    return hashlib.sha256(token.encode()).digest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Compare in constant time."""
    a = left.encode() if isinstance(left, str) else left
    b = right.encode() if isinstance(right, str) else right
    return hmac.compare_digest(a, b)


def new_token(prefix: str, entropy_bytes: int = 32) -> str:
    """An unguessable URL-safe token, e.g. `tl_…`."""
    return f"{prefix}_{secrets.token_urlsafe(entropy_bytes)}"
