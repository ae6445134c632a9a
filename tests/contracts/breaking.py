"""What in a newer OpenAPI document would break a client of an older one.

Requests may only take more, answers may only promise more: unknown fields and parameters are refused here, so one
that is gone breaks whoever sends it. A new value of an answer's enum breaks nobody: clients are told to expect them.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

from service.api.openapi.walking import METHODS, resolve

Document = dict[str, Any]
Schema = dict[str, Any]
Side = Literal["request", "answer"]

UPPER = ("maxLength", "maxItems", "maximum", "maxProperties")
LOWER = ("minLength", "minItems", "minimum", "minProperties")

_CLASS = re.compile(r"\[([^\]^]+)\]")
"""A character class that is no negation."""


def find_breaking(old: Document, new: Document) -> list[str]:
    """Each breaking change as one line: where, and what."""
    return list(_Comparison(old, new).run())


class _Comparison:
    """Two documents side by side."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, Side]] = set()

    def run(self) -> Iterator[str]:
        for section in ("paths", "webhooks"):
            for path, item in self._old.get(section, {}).items():
                for method in METHODS & set(item):
                    place = f"{method.upper()} {path}"
                    now = self._new.get(section, {}).get(path, {}).get(method)
                    if now is None:
                        yield f"{place}: is gone"
                    elif section == "paths":
                        yield from self._operation(place, item[method], now)
                    else:
                        yield from self._contents(place, item[method]["requestBody"], now["requestBody"], "answer")

    def _operation(self, place: str, old: Any, new: Any) -> Iterator[str]:
        for keyword in ("operationId", "x-permission"):
            if old.get(keyword) != new.get(keyword):
                yield f"{place}: {keyword} was {old.get(keyword)}, is {new.get(keyword)}"
        yield from self._parameters(place, old, new)
        body, body_now = old.get("requestBody"), new.get("requestBody")
        if body_now and body_now.get("required") and not (body and body.get("required")):
            yield f"{place}: needs a body now"
        if body:
            yield from self._contents(place, body, body_now or {}, "request")
        for status, answer in old["responses"].items():
            if status < "300":
                if status not in new["responses"]:
                    yield f"{place}: no longer answers {status}"
                else:
                    found = resolve(self._old, answer), resolve(self._new, new["responses"][status])
                    yield from self._contents(f"{place} {status}", *found, "answer")

    def _parameters(self, place: str, old: Any, new: Any) -> Iterator[str]:
        before, now = (
            {(p["in"], p["name"].lower()): p for p in (resolve(document, p) for p in operation.get("parameters", ()))}
            for document, operation in ((self._old, old), (self._new, new))
        )
        for key, parameter in now.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{place}: needs the parameter {parameter['name']} now"
        for key, parameter in before.items():
            if key not in now:
                yield f"{place}: the parameter {parameter['name']} is gone"
            else:
                yield from self._schema(f"{place} ?{key[1]}", parameter["schema"], now[key]["schema"], "request")

    def _contents(self, place: str, old: Any, new: Any, side: Side) -> Iterator[str]:
        for media_type, media in old.get("content", {}).items():
            now = new.get("content", {}).get(media_type)
            if now is None:
                yield f"{place}: {media_type} is gone"
            else:
                yield from self._schema(place, media["schema"], now["schema"], side)

    def _schema(self, place: str, old: Schema, new: Schema, side: Side) -> Iterator[str]:
        if "$ref" in old and "$ref" in new:
            pair = (old["$ref"], new["$ref"], side)
            if pair in self._seen:
                return
            self._seen.add(pair)
        before, now = self._kinds(self._old, old), self._kinds(self._new, new)
        lost, gained = set(before) - set(now), set(now) - set(before)
        if side == "request" and lost and not (lost == {"integer"} and "number" in now):
            yield f"{place}: no longer takes {', '.join(sorted(lost))}"
        if side == "answer" and gained and not (gained == {"integer"} and "number" in before):
            yield f"{place}: may be {', '.join(sorted(gained))} now"
        for kind in before.keys() & now.keys():
            yield from self._same_kind(place, before[kind], now[kind], side)

    def _kinds(self, document: Document, schema: Schema) -> dict[str, Schema]:
        """Its alternatives by JSON type; `any` for a schema that does not say."""
        schema = resolve(document, schema)
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return {kind: found for branch in branches for kind, found in self._kinds(document, branch).items()}
        kinds = schema.get("type", "any")
        return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, schema)

    def _same_kind(self, place: str, old: Schema, new: Schema, side: Side) -> Iterator[str]:
        if side == "request":
            yield from _narrowed(place, old, new)
        for name, schema in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{place}: {name} is gone"
            else:
                yield from self._schema(f"{place}/{name}", schema, new["properties"][name], side)
        required, required_now = set(old.get("required", ())), set(new.get("required", ()))
        changed = required_now - required if side == "request" else required - required_now
        for name in sorted(changed & set(new.get("properties", {}))):
            yield f"{place}: {name} is {'needed now' if side == 'request' else 'no longer always there'}"
        if "items" in old and "items" in new:
            yield from self._schema(f"{place}[]", old["items"], new["items"], side)


def _offers_more(old: str | None, new: str) -> bool:
    """Whether a pattern is the old one, or the same with further names in a list or further characters in a class."""
    if old is None:
        return False
    frames = [_CLASS.sub("[]", pattern) for pattern in (old, new)]
    classes = zip(_CLASS.findall(old), _CLASS.findall(new), strict=False)
    if frames[0] == frames[1] and all(_characters(before) <= _characters(now) for before, now in classes):
        return True
    shapes = [re.sub(r"\w+(\|\w+)*", "", pattern) for pattern in (old, new)]
    names, names_now = (set(re.findall(r"\w+", pattern)) for pattern in (old, new))
    return old == new or ("|" in old and shapes[0] == shapes[1] and names <= names_now)


def _characters(content: str) -> set[str]:
    """What a character class of plain characters and ranges holds."""
    spans = re.sub(r"(.)-(.)", lambda span: "".join(map(chr, range(ord(span[1]), ord(span[2]) + 1))), content)
    return set(spans)


def _narrowed(place: str, old: Schema, new: Schema) -> Iterator[str]:
    allowed, allowed_now = (
        schema.get("enum", [schema["const"]] if "const" in schema else None) for schema in (old, new)
    )
    if allowed_now is not None and (allowed is None or set(allowed) - set(allowed_now)):
        gone = "others" if allowed is None else ", ".join(sorted(map(str, set(allowed) - set(allowed_now))))
        yield f"{place}: no longer takes {gone}"
    if new.get("pattern") is not None and not _offers_more(old.get("pattern"), new["pattern"]):
        yield f"{place}: must match {new['pattern']} now"
    for keyword in (*UPPER, *LOWER):
        before, now = old.get(keyword), new.get(keyword)
        if now is None or now == before:
            continue
        if before is None or (now < before if keyword in UPPER else now > before):
            yield f"{place}: {keyword} was {before}, is {now}"
