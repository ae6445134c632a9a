"""Multipart bodies: fields by name and one file, spooled to disk while they arrive, after the caller is known."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile

FILE = "file"
MULTIPART = "multipart/form-data"
MAX_FIELDS = 10
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent: `fields` as text, and the file."""

    fields: Mapping[str, str]
    file: UploadFile | str

    @property
    def file_name(self) -> str | None:
        """As the sender names it, without folders."""
        name = "" if isinstance(self.file, str) else (self.file.filename or "")
        return name.replace("\\", "/").rpartition("/")[2] or None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file from its beginning."""
        if isinstance(self.file, str):
            yield self.file.encode()
            return
        await self.file.seek(0)
        while piece := await self.file.read(PIECE_BYTES):
            yield piece


def is_multipart(request: Request) -> bool:
    """Whether the body is one of fields and files."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART


async def read_form(request: Request) -> FormData:
    """The parsed body, the same however often it is asked for; 400 for one that is none."""
    try:
        return await request.form(max_files=1, max_fields=MAX_FIELDS)
    except FormParserError as error:
        raise HTTPException(400, "The body is not a multipart form.") from error


async def identity_of(request: Request) -> bytes:
    """What makes two uploads the same: fields and file, whatever lies between them."""
    digest = hashlib.sha256()
    for name, value in sorted((await read_form(request)).multi_items(), key=lambda item: item[0]):
        digest.update(f"{len(name)}:{name}".encode())
        async for piece in Upload({}, value).pieces():
            digest.update(hashlib.sha256(piece).digest())
    return digest.digest()


async def read_upload(request: Request) -> Upload:
    """The body as fields and a file; 415 for another kind of body, 400 for one that cannot be read.

    A part that is a file under another name becomes a field, which no input knows.
    """
    if not is_multipart(request):
        raise HTTPException(415, f"The body must be {MULTIPART}.")
    form = await read_form(request)
    fields = {name: value if isinstance(value, str) else "" for name, value in form.multi_items() if name != FILE}
    return Upload(fields, form.get(FILE, ""))
