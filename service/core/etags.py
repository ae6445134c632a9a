"""Entity tags over what a caller was shown, and the check that a write was made on that."""

import hashlib
import re
from dataclasses import dataclass

from service.core.dto import OutputDTO
from service.core.errors import ErrorKind, ServiceError, invalid

_TAG = r'(?:W/)?"[!#-~]*"'
TAG_LIST = rf"^(\*|{_TAG}([ \t]*,[ \t]*{_TAG})*)$"
"""What `If-Match` and `If-None-Match` hold."""
MAX_TAG_LIST = 1000


def tag_of_bytes(body: bytes) -> str:
    """The tag of a representation as it is sent."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def etag_of(dto: OutputDTO) -> str:
    """The tag of a DTO: that of its JSON, which is what the REST surface sends."""
    return tag_of_bytes(dto.model_dump_json().encode())


def weak_tag_of(dto: OutputDTO, variant: str, leaving_out: set[str]) -> str:
    """The tag of what a DTO says, in one of its representations: the same while only what is left out changes."""
    return "W/" + tag_of_bytes(f"{variant}:{dto.model_dump_json(exclude=leaving_out)}".encode())


def parse_tags(header: str, name: str = "If-Match") -> frozenset[str] | None:
    """The strong tags of an `If-Match` or `If-None-Match` header, weak ones left out; None for `*`."""
    text = header.strip()
    if len(text) > MAX_TAG_LIST or not re.fullmatch(TAG_LIST, text):
        raise invalid(name, 'must be "*" or a list of quoted entity tags', "invalid_etag")
    if text == "*":
        return None
    return frozenset(tag for tag in re.findall(_TAG, text) if not tag.startswith("W/"))


@dataclass(frozen=True, slots=True)
class Precondition:
    """The states that a write may start from; `tags` None: whatever is there now."""

    tags: frozenset[str] | None = None

    def check(self, current: OutputDTO) -> None:
        """`precondition_failed` if somebody else changed the row since the caller read it.

        `current` is the row as the read operation shows it, read under the lock that the write holds.
        """
        if self.tags is not None and etag_of(current) not in self.tags:
            raise ServiceError(
                ErrorKind.PRECONDITION_FAILED,
                "etag_mismatch",
                "This was changed since you read it; read it again, then decide.",
            )


UNCONDITIONAL = Precondition()
