"""Photos drawn anew: only the picture is kept, nothing that travelled with it.

Re-encoding drops EXIF (with the place where the photo was taken), comments, colour profiles,
embedded previews and whatever was hung on after the picture.
"""

import contextlib
import io
import re
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from xiaohao.files.rules.kinds import JPEG, PNG, WEBP, Kind
from xiaohao.files.rules.unfit import Unfit

# A JPEG can be opened at a fraction of its size; of the others a few bytes may stand for all of it.
MOST_PIXELS = {JPEG: 60_000_000, PNG: 25_000_000, WEBP: 25_000_000}
# A progressive JPEG is drawn over once for each of its scans: cameras write about ten, and a few
# bytes of another one cost as much time as the whole picture.
MOST_SCANS = 100
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_END, _SCAN = b"\xff\xd9", b"\xff\xda"
_BARE = frozenset(
    {b"\xff\x01", *(bytes([0xFF, n]) for n in range(0xD0, 0xD9))}
)  # no length follows
# So many pixels take some hundred megabytes: one such picture at a time in this process.
LARGE = 12_000_000
_ONE_LARGE = threading.Lock()
LONGEST_EDGE = 4096
THUMBNAIL_EDGE = 480
GAP = 3.0  # pixels are first taken together, then blended: long ones would take gigabytes else
QUALITY = 88
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept.

    Attributes:
        content: the picture, of the same format as it came.
        thumbnail: a JPEG of at most 480 pixels a side.
        width, height: in pixels, upright.
    """

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def redraw(content: bytes, kind: Kind) -> Picture:
    """The picture in `content`, upright, in sRGB, at most 4096 pixels a side, nothing else.

    Raises:
        Unfit: `image_too_large` (over 60 million pixels, a PNG or WebP over 25) or `image_broken`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of oddities that redrawing mends
            return _redrawn(content, kind)
    except Image.DecompressionBombError as fault:
        raise _too_large(kind) from fault
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as fault:
        if isinstance(fault, Unfit):
            raise
        raise Unfit("image_broken") from fault


def _too_large(kind: Kind) -> Unfit:
    return Unfit("image_too_large", limit=MOST_PIXELS[kind] // 1_000_000)


def _redrawn(content: bytes, kind: Kind) -> Picture:
    if kind is JPEG and _has_too_many_scans(content):
        raise Unfit("image_broken")
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
        pixels = opened.width * opened.height
        if pixels > MOST_PIXELS[kind]:
            raise _too_large(kind)
        with _ONE_LARGE if pixels > LARGE else contextlib.nullcontext():
            picture = _plain(_small(opened, kind))
    small = picture.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS, reducing_gap=GAP)
    return Picture(
        _written(picture, _FORMATS[kind]),
        _written(_on_white(small), "JPEG"),
        picture.width,
        picture.height,
    )


def _has_too_many_scans(content: bytes) -> bool:
    """Whether it asks to be drawn over more often than any camera does; up to the picture's end."""
    scans, at = 0, 0
    while (found := _MARKER.search(content, at)) and found[0] != _END and scans <= MOST_SCANS:
        scans += found[0] == _SCAN
        at = found.end()
        if found[0] not in _BARE:
            at += int.from_bytes(content[at : at + 2], "big")
    return scans > MOST_SCANS


def _small(opened: Image.Image, kind: Kind) -> Image.Image:
    """The picture in colours that can be blended, no longer than it may be: all else costs less."""
    if kind is JPEG:
        opened.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
    opened.load()
    picture = _eight_bit(opened)
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS, reducing_gap=GAP)
    return picture


def _plain(opened: Image.Image) -> Image.Image:
    shown = ImageOps.exif_transpose(opened)
    if profile := shown.info.get("icc_profile"):
        # A profile that cannot be read leaves the colours as they are.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            shown = _in_srgb(shown, profile)
    if shown.mode not in {"RGB", "RGBA", "L"}:
        shown = shown.convert("RGBA" if "transparency" in shown.info else "RGB")
    bare = Image.new(shown.mode, shown.size)
    bare.paste(shown)
    return bare


def _eight_bit(picture: Image.Image) -> Image.Image:
    if picture.mode not in _DEEP:
        return picture.convert("RGBA") if picture.mode in {"P", "LA", "PA"} else picture
    return picture.point(lambda value: value / 256).convert("L")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = "RGB" if picture.mode in {"CMYK", "RGB"} else picture.mode
    changed = ImageCms.profileToProfile(picture, source, srgb, outputMode=mode)
    return changed or picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _written(picture: Image.Image, form: str) -> bytes:
    target = io.BytesIO()
    # An empty profile keeps Pillow from carrying an old one over.
    picture.save(target, form, quality=QUALITY, icc_profile=b"", exif=b"")
    return target.getvalue()
