"""Files for tests, friendly and hostile, made on the spot."""

import io
import struct
import zipfile
import zlib
from typing import Any

import xlsxwriter
from PIL import Image

JPEG_ORIENTATION, GPS_IFD, COMMENT = 0x0112, 0x8825, "taken at home"


def photo(
    form: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    mode: str = "RGB",
    colour: Any = "red",
    **options: Any,
) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, form, **options)
    return target.getvalue()


def telling_photo(size: tuple[int, int] = (60, 40)) -> bytes:
    """A JPEG that lies on its side and says where it was taken, by whom, with a comment."""
    exif = Image.Exif()
    exif[JPEG_ORIENTATION] = 6
    exif[0x013B] = "the photographer"
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (39.0, 5.0, 1.0), 3: "E", 4: (117.0, 12.0, 9.0)})
    return photo(size=size, exif=exif.tobytes(), comment=COMMENT.encode())


def huge_png(width: int = 60000, height: int = 60000) -> bytes:
    """A few bytes that claim to be billions of pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def workbook(rows: list[list[Any]] | None = None) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows or [["a", "b"], [1, 2]]):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def with_members(
    content: bytes, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The archive in `content` with more members put in."""
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return target.getvalue()


def document(main: str = "wordprocessingml.document.main+xml") -> bytes:
    declared = f"application/vnd.openxmlformats-officedocument.{main}"
    return with_members(
        b"",
        {
            "[Content_Types].xml": f'<Types><Override ContentType="{declared}"/></Types>'.encode(),
            "word/document.xml": b"<document/>",
        },
    )


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
