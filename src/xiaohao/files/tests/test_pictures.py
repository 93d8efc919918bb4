import io

import pytest
from PIL import Image, ImageCms

from xiaohao.files.rules.kinds import JPEG, PNG, WEBP, Kind
from xiaohao.files.rules.pictures import redraw
from xiaohao.files.rules.unfit import Unfit
from xiaohao.files.tests import make


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_place_author_comment_and_profile_are_gone_and_it_stands_upright() -> None:
    picture = redraw(make.telling_photo((60, 40)), JPEG)
    kept = opened(picture.content)
    assert (picture.width, picture.height) == kept.size == (40, 60)
    assert not dict(kept.getexif())
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(kept.info)
    assert b"photographer" not in picture.content
    assert make.COMMENT.encode() not in picture.content
    assert b"photographer" not in picture.thumbnail


def test_what_hangs_behind_a_picture_is_gone() -> None:
    polyglot = make.photo() + make.workbook() + b"<script>alert(1)</script>"
    picture = redraw(polyglot, JPEG)
    assert b"PK\x03\x04" not in picture.content
    assert b"<script>" not in picture.content


def test_text_in_a_png_is_gone() -> None:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    notes = PngInfo()
    notes.add_text("Author", "the photographer", zip=False)
    picture = redraw(make.photo("PNG", pnginfo=notes), PNG)
    assert b"photographer" not in picture.content


def test_billions_of_pixels_are_refused_unread() -> None:
    with pytest.raises(Unfit, match="image_too_large"):
        redraw(make.huge_png(), PNG)


def test_few_bytes_may_not_stand_for_more_than_a_screen_shows() -> None:
    """A PNG is unpacked whole, whatever size it is wanted in; a photo of a camera is not."""
    with pytest.raises(Unfit, match="image_too_large") as refused:
        redraw(make.huge_png(5200, 5200), PNG)
    assert refused.value.values == {"limit": 25}
    assert redraw(make.photo(size=(5200, 5200)), JPEG).width == 4096


def progressive() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (64, 64), 90).save(stream, "JPEG", progressive=True)
    return stream.getvalue()


def test_a_picture_that_is_to_be_drawn_over_a_thousand_times_is_refused() -> None:
    plain = progressive()
    last = plain[plain.rindex(b"\xff\xda") : -2]
    with pytest.raises(Unfit, match="image_broken"):
        redraw(plain[:-2] + last * 1000 + plain[-2:], JPEG)


def test_what_a_telephone_hangs_on_is_not_taken_for_drawing_over() -> None:
    """A moment of film behind the picture, and a small picture in its head."""
    exif = Image.Exif()
    exif[0x010E] = "\xff\xda" * 9
    head = io.BytesIO()
    Image.open(io.BytesIO(progressive())).save(head, "JPEG", progressive=True, exif=exif)
    assert redraw(head.getvalue() + b"\xff\xda\x00\x02" * 1000, JPEG).width == 64


@pytest.mark.parametrize("content", [make.huge_png(100, 100), make.photo()[:200], b"\xff\xd8\xff"])
def test_broken_pictures_are_refused(content: bytes) -> None:
    with pytest.raises(Unfit, match="image_broken"):
        redraw(content, PNG if content.startswith(b"\x89PNG") else JPEG)


def test_large_pictures_shrink_and_get_a_thumbnail() -> None:
    picture = redraw(make.photo(size=(5000, 2500)), JPEG)
    assert (picture.width, picture.height) == (4096, 2048)
    assert opened(picture.thumbnail).size == (480, 240)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make.photo("JPEG", mode="CMYK", colour=(0, 0, 0, 0)), JPEG),
        (make.photo("JPEG", mode="L", colour=200), JPEG),
        (make.photo("PNG", mode="P", colour=1), PNG),
        (make.photo("PNG", mode="1", colour=1), PNG),
        (make.photo("PNG", mode="LA", colour=(255, 90)), PNG),
        (make.photo("PNG", mode="RGBA", colour=(255, 0, 0, 90)), PNG),
        (make.photo("PNG", mode="I;16", colour=65535), PNG),
        (make.photo("WEBP", mode="RGBA", colour=(0, 255, 0, 0)), WEBP),
        (make.photo("WEBP", colour="blue", lossless=True), WEBP),
    ],
)
def test_every_colour_mode_is_drawn(content: bytes, kind: Kind) -> None:
    picture = redraw(content, kind)
    assert opened(picture.content).size == (60, 40)
    assert opened(picture.thumbnail).format == "JPEG"


def test_transparent_parts_stay_transparent() -> None:
    kept = opened(redraw(make.photo("PNG", mode="RGBA", colour=(255, 0, 0, 90)), PNG).content)
    assert kept.getpixel((0, 0)) == (255, 0, 0, 90)


def test_sixteen_bit_grey_stays_as_bright_as_it_was() -> None:
    kept = opened(redraw(make.photo("PNG", mode="I;16", colour=65535), PNG).content)
    assert kept.convert("L").getpixel((0, 0)) == 255


def test_a_colour_profile_is_worked_in_and_dropped() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = opened(redraw(make.photo("PNG", icc_profile=profile), PNG).content)
    assert kept.getpixel((0, 0)) == (255, 0, 0)
    assert "icc_profile" not in kept.info


def test_a_broken_profile_does_not_break_the_picture() -> None:
    picture = redraw(make.photo("PNG", icc_profile=b"not a profile"), PNG)
    assert opened(picture.content).getpixel((0, 0)) == (255, 0, 0)
