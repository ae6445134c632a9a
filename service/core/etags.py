"""Entity tags over what a caller was shown, and the check that a write was made on that."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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
class Held:
    """What a reader has already: one of these `tags` (None: any), or where it names none, what was there `since`."""

    tags: frozenset[str] | None = frozenset()
    since: datetime | None = None

    def has(self, tag: str, changed_at: datetime) -> bool:
        """Whether that is what is there: a thing of this strong tag, which changed last at this whole second."""
        if self.tags is None or tag in self.tags:
            return True
        return self.since is not None and changed_at <= self.since


def held_by(if_none_match: str | None, if_modified_since: str | None) -> Held:
    """What the two headers say: tags go before the date, and a date that is none is passed over (RFC 9110, 13.1.3)."""
    if if_none_match is not None:
        # A strong tag that somebody on the way weakened still names what the reader has (13.1.2).
        return Held(parse_tags(if_none_match.replace("W/", ""), "If-None-Match"))
    try:
        since = parsedate_to_datetime(if_modified_since or "")
    except ValueError:
        return Held()
    return Held(since=since.replace(tzinfo=since.tzinfo or UTC))


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
