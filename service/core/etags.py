"""Strong entity tags over what a caller was shown, and the check that a write was made on that."""

import hashlib
import re
from dataclasses import dataclass

from service.core.dto import OutputDTO
from service.core.errors import ErrorKind, ServiceError, invalid

_TAG = re.compile(r'(?P<weak>W/)?(?P<tag>"[\x21\x23-\x7e\x80-\xff]*")\s*(?:,\s*|$)')


def tag_of_bytes(body: bytes) -> str:
    """The tag of a representation as it is sent."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def etag_of(dto: OutputDTO) -> str:
    """The tag of a DTO: that of its JSON, which is what the REST surface sends."""
    return tag_of_bytes(dto.model_dump_json().encode())


def parse_tags(header: str) -> frozenset[str] | None:
    """The strong tags of an `If-Match` or `If-None-Match` header, weak ones left out; None for `*`."""
    if header.strip() == "*":
        return None
    tags, position, text = set(), 0, header.strip()
    while position < len(text):
        found = _TAG.match(text, position)
        if found is None:
            raise invalid("If-Match", 'must be "*" or a list of quoted entity tags', "invalid_etag")
        if not found["weak"]:
            tags.add(found["tag"])
        position = found.end()
    return frozenset(tags)


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
