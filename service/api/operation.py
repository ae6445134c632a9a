"""How an operation of the REST surface declares itself: its id, what it needs, and what it may answer."""

from typing import Any

from service.api.problems import problem_responses

PERMISSION, PRIVATE, TAGGED, UPLOAD, READS = "x-permission", "x-private", "x-etag", "x-upload", "x-reads"
ANONYMOUS = "x-anonymous"
PUBLIC = "public"
"""In place of a permission: needs no key."""
ANYONE = "anyone"
"""In place of a permission: any key."""


def operation(
    operation_id: str,
    summary: str,
    needs: str,
    *problems: int,
    private: bool = False,
    tagged: bool = False,
    upload: dict[str, Any] | None = None,
    reads: bool = False,
    anonymous: bool = False,
) -> dict[str, Any]:
    """The keyword arguments of a route.

    `needs` is the permission its use case requires, which OpenAPI shows and the permission matrix holds
    against the use case. `private`: reads of it are audited. `tagged`: a creation whose answer is what a
    read of the same would show, so that it carries an `ETag`. `upload`: the JSON Schema of a multipart body,
    which the handler reads while it arrives, under limits of its own. `reads`: a POST that only computes, so that it
    takes no idempotency key and leaves no trace. `anonymous`: a write of which nobody learns that it was made, so that
    it leaves no audit row, and takes no idempotency key: whoever guesses a key could try out what was sent with it. It
    has to come to the same when it is sent twice.
    """
    extra: dict[str, Any] = {PERMISSION: needs}
    if private:
        extra[PRIVATE] = True
    if reads:
        extra[READS] = True
    if anonymous:
        extra[ANONYMOUS] = True
    if tagged:
        extra[TAGGED] = True
    if upload is not None:
        problems = (*problems, 408, 413, 415)
        extra[UPLOAD] = True
        extra["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": upload}}}
    return {
        "operation_id": operation_id,
        "summary": summary,
        "responses": problem_responses(*problems),
        "openapi_extra": extra,
    }
