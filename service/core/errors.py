"""One error type for every expected failure; each surface renders it in its own way."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong, independent of the surface: REST maps it to a status, GraphQL to `extensions.kind`."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CONFLICT = "conflict"
    PRECONDITION_FAILED = "precondition_failed"
    PRECONDITION_REQUIRED = "precondition_required"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad input: `pointer` is an RFC 6901 JSON pointer or the name of a query parameter."""

    pointer: str
    message: str


class ServiceError(Exception):
    """An expected failure with a stable machine-readable `code`, e.g. `person_not_found`."""

    def __init__(self, kind: ErrorKind, code: str, message: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.fields = fields

    def in_body(self) -> "ServiceError":
        """The same about a body whose fields have the names of the parameters that it is about."""
        fields = tuple(FieldError(f"/{field.pointer.lstrip('/')}", field.message) for field in self.fields)
        return ServiceError(self.kind, self.code, self.message, fields)


def not_found(noun: str) -> ServiceError:
    """The answer for a row that does not exist, or that belongs to somebody the caller may not see."""
    return ServiceError(ErrorKind.NOT_FOUND, f"{noun}_not_found", f"No such {noun.replace('_', ' ')}.")


def gone(noun: str) -> ServiceError:
    """The answer for what was there and will not come back: whoever asks again and again can stop."""
    return ServiceError(ErrorKind.GONE, f"{noun}_gone", f"This {noun.replace('_', ' ')} is gone.")


def conflict(code: str, message: str, pointer: str | None = None) -> ServiceError:
    """The request is well-formed but does not fit the present state."""
    fields = (FieldError(pointer, message),) if pointer else ()
    return ServiceError(ErrorKind.CONFLICT, code, message, fields)


def invalid(pointer: str, message: str, code: str = "invalid_input") -> ServiceError:
    """One field that does not hold what it should."""
    return ServiceError(ErrorKind.INVALID, code, message, (FieldError(pointer, message),))


def invalid_fields(fields: list[FieldError], code: str = "invalid_input") -> ServiceError:
    """Several bad fields at once, so that a caller can mend them in one go."""
    return ServiceError(ErrorKind.INVALID, code, f"{len(fields)} invalid field(s).", tuple(fields))
