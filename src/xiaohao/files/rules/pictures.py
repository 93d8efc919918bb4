"""Photos drawn anew: only the picture is kept, nothing that travelled with it.

Re-encoding drops EXIF (with the place where the photo was taken), comments, colour profiles,
embedded previews and whatever was hung on after the picture.
"""

import contextlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from xiaohao.files.rules.kinds import JPEG, PNG, WEBP, Kind
from xiaohao.files.rules.unfit import Unfit

MOST_PIXELS = 60_000_000
LONGEST_EDGE = 4096
THUMBNAIL_EDGE = 480
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
        Unfit: `image_too_large` (over 60 million pixels) or `image_broken`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of oddities that redrawing mends
            return _redrawn(content, kind)
    except Image.DecompressionBombError as fault:
        raise Unfit("image_too_large", limit=MOST_PIXELS // 1_000_000) from fault
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as fault:
        if isinstance(fault, Unfit):
            raise
        raise Unfit("image_broken") from fault


def _redrawn(content: bytes, kind: Kind) -> Picture:
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Unfit("image_too_large", limit=MOST_PIXELS // 1_000_000)
        if kind is JPEG:
            opened.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        opened.load()
        picture = _plain(opened)
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    return Picture(
        _written(picture, _FORMATS[kind]),
        _written(_on_white(small), "JPEG"),
        picture.width,
        picture.height,
    )


def _plain(opened: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(opened)
    profile = upright.info.get("icc_profile")
    shown = _eight_bit(upright)
    if profile:
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
