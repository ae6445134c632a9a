"""What became of a request at a receiver; each vendor's endpoint has its own answer to each."""

from enum import Enum, auto


class Receipt(Enum):
    """Durable, or why not."""

    STORED = auto()
    UNVERIFIED = auto()
    UNKNOWN_ACCOUNT = auto()
    UNREADABLE = auto()
