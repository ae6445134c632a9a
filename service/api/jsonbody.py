"""JSON bodies: parsed strictly (RFC 8259: no NaN, no infinities), no deeper and wider than anything we ask for."""

import json
from typing import Any, NoReturn

from fastapi import HTTPException, Request

MAX_DEPTH = 32
MAX_MEMBERS = 1000
"""Of one object: to name each of a hundred thousand unknown fields would take a hundred megabytes."""


class JsonRequest(Request):
    """A request whose JSON is bounded in depth and width; what is no JSON becomes a 400 in `problems.py`.

    The standard library's parser keeps lone surrogates, so that the field which holds one can be named.
    """

    async def json(self) -> Any:
        """The parsed body."""
        if not hasattr(self, "_parsed"):
            self._parsed = _parse(await self.body())
        return self._parsed


def _parse(body: bytes) -> Any:
    try:
        parsed = json.loads(body, parse_constant=_refuse)
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("not UTF-8", "", error.start) from error
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _deeper_than(parsed, MAX_DEPTH):
        raise _too_deep()
    if body.count(b":") > MAX_MEMBERS and _wider_than(parsed, MAX_MEMBERS):
        raise HTTPException(400, f"An object in the body has more than {MAX_MEMBERS} members.")
    return parsed


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not JSON", "", 0)


def _too_deep() -> HTTPException:
    return HTTPException(400, f"The body is nested deeper than {MAX_DEPTH} levels.")


def _deeper_than(value: Any, limit: int) -> bool:
    """Level by level, without recursion; strings and numbers are not looked at twice."""
    level = [value]
    for _ in range(limit):
        level = [child for item in level if isinstance(item, dict | list) for child in _children(item)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _wider_than(value: Any, limit: int) -> bool:
    """Whether any object has more members; the depth is known to be bounded."""
    if isinstance(value, dict) and len(value) > limit:
        return True
    return any(_wider_than(child, limit) for child in _children(value) if isinstance(child, dict | list))


def _children(item: Any) -> Any:
    return item.values() if isinstance(item, dict) else item
