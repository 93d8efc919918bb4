"""Reading files: judging what is brought, handing out what is kept, checking what lies there."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import File, place_of
from xiaohao.files.rules.kinds import LARGEST, Kind, Purpose, recognise
from xiaohao.files.rules.unfit import Unfit
from xiaohao.kernel.errors import NotFound, Refused, Unmet

__all__ = ["LARGEST", "Damage", "Purpose", "damaged", "hand_out", "is_intact", "judge", "refusal"]

SENTENCES = {
    "file_empty": _("The file is empty. Choose another one."),
    "file_too_large": _("The file is larger than %(limit)d MB. Send a smaller one."),
    "file_type_not_allowed": _(
        "Files of this type are not taken here. Photos go as JPEG, PNG or WebP, documents as PDF, "
        "Word (.docx), Excel (.xlsx) or text."
    ),
    "file_type_mismatch": _(
        "The name ends in %(extension)s, but the content is something else. Save the file again "
        "in its own program and send that."
    ),
    "file_truncated": _("The file is damaged or was cut off on its way. Send it again."),
    "file_encrypted": _("The file is locked with a password. Take the password off and send it."),
    "file_with_macros": _("The file contains macros. Save it without them and send that."),
    "archive_bomb": _("The file unpacks to far more than it may. It is not taken."),
    "image_broken": _("The picture cannot be read. Take or save it again."),
    "image_too_large": _("The picture has more than %(limit)d million pixels. Make it smaller."),
}


def refusal(unfit: Unfit, field: str | None = None) -> Refused:
    """`unfit` as an answer in the reader's language."""
    return Refused([Unmet(unfit.code, SENTENCES[unfit.code] % unfit.values, field)])


def judge(content: bytes, name: str, purpose: str, field: str | None = None) -> Kind:
    """The kind that `content` really is, when it may be taken for `purpose`.

    Raises:
        Refused: with the code of what stands in the way (see `SENTENCES`).
    """
    try:
        return recognise(content, name, Purpose(purpose))
    except Unfit as unfit:
        raise refusal(unfit, field) from unfit


def hand_out(
    file: File,
    *,
    request: HttpRequest | None = None,
    thumbnail: bool = False,
    name: str = "",
) -> HttpResponseBase:
    """The file as a response that can do no harm in a browser. The caller has gated the access.

    Pictures show in the page, everything else is offered for saving. With `request`, a browser
    that has it already gets 304. `thumbnail` gives the small picture, if there is one.
    `name` stands for the file's own, without its ending, where that may tell too much.

    Raises:
        NotFound: `file_missing`, when the bytes are not where they belong (see `damaged`).
    """
    small = thumbnail and file.is_image
    sha256 = file.thumbnail_sha256 if small else file.sha256
    etag = quote_etag(sha256)
    cached = get_conditional_response(request, etag=etag) if request else None
    if cached is not None:
        return _guarded(cached, etag)
    try:
        content = place_of(sha256).open("rb")
    except FileNotFoundError as gone:
        text = _("The content of this file is missing. Tell the administrator.")
        raise NotFound([Unmet("file_missing", text)]) from gone
    response = FileResponse(
        content,
        as_attachment=not file.is_image,
        filename=name + PurePath(file.name).suffix if name else file.name,
        content_type="image/jpeg" if small else file.media_type,
    )
    return _guarded(response, etag)


def _guarded(response: Any, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    guarded: HttpResponseBase = response
    return guarded


@dataclass(frozen=True, slots=True)
class Damage:
    """A stored file that is not what its row says.

    Attributes:
        file_id: the row.
        path: where the bytes should lie.
        code: `missing` or `altered`.
    """

    file_id: int
    path: Path
    code: str


def damaged() -> Iterator[Damage]:
    """Every file whose bytes are gone or differ from their hash; reads all of them once."""
    seen: set[str] = set()
    for file in File.objects.order_by("pk").iterator(chunk_size=2000):
        for sha256 in filter(None, (file.sha256, file.thumbnail_sha256)):
            if sha256 in seen:
                continue
            seen.add(sha256)
            code = _fault(sha256)
            if code:
                yield Damage(file.pk, place_of(sha256), code)


def is_intact(sha256: str) -> bool:
    """Whether the bytes with this hash are there, all of them and no others."""
    return _fault(sha256) is None


def _fault(sha256: str) -> str | None:
    try:
        with place_of(sha256).open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
    return None if found == sha256 else "altered"
