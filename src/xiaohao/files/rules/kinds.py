"""Telling what a file is by looking into it, never by believing its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

import filetype

from xiaohao.files.rules import archives
from xiaohao.files.rules.unfit import Unfit

MEGABYTE = 1024 * 1024


class Purpose(StrEnum):
    """What a file is brought for: decides the types taken and the size."""

    PHOTO = "photo"
    EVIDENCE = "evidence"
    WORKBOOK = "workbook"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that we know how to check.

    Attributes:
        media_type: e.g. `image/jpeg`.
        extension: the one its name gets, with the dot.
        family: files of one family may carry each other's extensions without being a lie.
    """

    media_type: str
    extension: str
    family: str


JPEG = Kind("image/jpeg", ".jpg", "image")
PNG = Kind("image/png", ".png", "image")
WEBP = Kind("image/webp", ".webp", "image")
PDF = Kind("application/pdf", ".pdf", "pdf")
XLSX = Kind(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", "workbook"
)
DOCX = Kind(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", "document"
)
XLS = Kind("application/vnd.ms-excel", ".xls", "workbook")
TXT = Kind("text/plain", ".txt", "text")
CSV = Kind("text/csv", ".csv", "text")
IMAGES = frozenset({JPEG, PNG, WEBP})

ALLOWED = {
    Purpose.PHOTO: IMAGES,
    Purpose.EVIDENCE: IMAGES | {PDF, XLSX, DOCX, TXT, CSV},
    Purpose.WORKBOOK: frozenset({XLSX, XLS, CSV}),
}
LARGEST = {
    Purpose.PHOTO: 15 * MEGABYTE,
    Purpose.EVIDENCE: 30 * MEGABYTE,
    Purpose.WORKBOOK: 30 * MEGABYTE,
}
_FAMILY = {
    ".jpg": "image",
    ".jpeg": "image",
    ".jfif": "image",
    ".png": "image",
    ".webp": "image",
    ".pdf": "pdf",
    ".xlsx": "workbook",
    ".xls": "workbook",
    ".et": "workbook",
    ".docx": "document",
    ".txt": "text",
    ".csv": "text",
    ".tsv": "text",
}
_BY_MAGIC = {kind.media_type: kind for kind in (JPEG, PNG, WEBP, PDF)}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PDF_TAIL = 4096
_MARKUP = re.compile(
    r"\s*(#!|<\?|<!|<(html|head|body|script|svg|iframe|xml)\b|%!PS)", re.IGNORECASE
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f\ufffe\uffff]")
_DECLARATION = re.compile(rb'ContentType\s*=\s*["\']([^"\']+)["\']')


def claimed(name: str) -> str:
    """The extension that a name ends in, small letters, with the dot; empty when there is none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().strip()


def recognise(content: bytes, name: str, purpose: Purpose) -> Kind:
    """The kind that `content` really is, once it may be taken for `purpose`.

    Raises:
        Unfit: `file_empty`, `file_too_large`, `file_type_not_allowed`, `file_type_mismatch` (the
            name says another type), `file_truncated`, `file_encrypted`, `file_with_macros`,
            `archive_bomb`.
    """
    if not content:
        raise Unfit("file_empty")
    if len(content) > LARGEST[purpose]:
        raise Unfit("file_too_large", limit=LARGEST[purpose] // MEGABYTE)
    kind = _kind_of(content, claimed(name))
    extension = claimed(name)
    if extension and _FAMILY.get(extension) != (kind.family if kind else None):
        code = "file_type_mismatch" if extension in _FAMILY else "file_type_not_allowed"
        raise Unfit(code, extension=extension)
    if kind is None or kind not in ALLOWED[purpose]:
        raise Unfit("file_type_not_allowed", extension=extension)
    return kind


def _kind_of(content: bytes, extension: str) -> Kind | None:
    guessed = filetype.guess_mime(content[:8192])
    kind = _BY_MAGIC.get(str(guessed))
    if kind is PDF:
        return _checked(kind, content, _ends_like_pdf)
    if kind is not None:
        return kind
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(_OLE):
        return _checked(XLS, content, _is_open)
    if _FAMILY.get(extension) == "text" and decoded(content) is not None:
        return TXT if extension == ".txt" else CSV
    return None


def _checked(kind: Kind, content: bytes, check: Callable[[bytes], None]) -> Kind:
    check(content)
    return kind


def _ends_like_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise Unfit("file_type_not_allowed", extension=".pdf")
    if b"%%EOF" not in content[-_PDF_TAIL:]:
        raise Unfit("file_truncated")


def _is_open(content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unfit("file_encrypted")
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise Unfit("file_with_macros")


def _office(content: bytes) -> Kind | None:
    declared = archives.check(content)
    types = {found.decode("ascii", "replace") for found in _DECLARATION.findall(declared)}
    if any("macroEnabled" in one for one in types):
        raise Unfit("file_with_macros")
    for kind in (XLSX, DOCX):
        if f"{kind.media_type}.main+xml" in types:
            return kind
    return None


def decoded(content: bytes) -> str | None:
    """A text in one of the encodings that offices use, or None when it is no plain text.

    UTF-8 with or without mark, UTF-16 with one, GB 18030 (which holds GBK and GB 2312).
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _BINARY.search(text) or _MARKUP.match(text) else text
    return None
