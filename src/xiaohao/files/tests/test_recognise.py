import contextlib
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.files.rules.kinds import (
    CSV,
    DOCX,
    JPEG,
    PDF,
    PNG,
    TXT,
    WEBP,
    XLSX,
    Kind,
    Purpose,
    recognise,
)
from xiaohao.files.rules.names import clean_name
from xiaohao.files.rules.unfit import Unfit
from xiaohao.files.tests import make

SCRIPT = b"#!/bin/sh\nrm -rf /\n"
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def code_of(content: bytes, name: str, purpose: str = "evidence") -> str:
    with pytest.raises(Unfit) as refused:
        recognise(content, name, Purpose(purpose))
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (make.photo(), "a.jpg", JPEG),
        (make.photo("PNG"), "a.png", PNG),
        (make.photo("WEBP"), "a.webp", WEBP),
        (make.photo("PNG"), "really a png.jpg", PNG),
        (make.photo(), "from a phone", JPEG),
        (make.pdf(), "a.pdf", PDF),
        (make.workbook(), "台账.xlsx", XLSX),
        (make.document(), "a.docx", DOCX),
        ("区县,数量\n河西,3\n".encode("gb18030"), "a.csv", CSV),
        ("说明".encode("utf-16"), "a.txt", TXT),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, name: str, kind: Kind) -> None:
    assert recognise(content, name, Purpose.EVIDENCE) is kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.jpg", "file_empty"),
        (SCRIPT, "photo.jpg", "file_type_mismatch"),
        (SCRIPT, "run.sh", "file_type_not_allowed"),
        (SCRIPT, "harmless.txt", "file_type_mismatch"),
        (PAGE, "photo.png", "file_type_mismatch"),
        (PAGE, "page.html", "file_type_not_allowed"),
        (DRAWING, "drawing.svg", "file_type_not_allowed"),
        (DRAWING, "drawing.png", "file_type_mismatch"),
        (b"MZ\x90\x00\x03" + bytes(200), "setup.pdf", "file_type_mismatch"),
        (b"\x7fELF" + bytes(100), "a.txt", "file_type_mismatch"),
        (make.photo("GIF"), "a.gif", "file_type_not_allowed"),
        (make.photo("TIFF"), "a.jpg", "file_type_mismatch"),
        (make.document(), "a.xlsx", "file_type_mismatch"),
        (make.pdf()[:-12], "a.pdf", "file_truncated"),
        (make.workbook()[:-300], "a.xlsx", "file_truncated"),
        (b"PK\x03\x04" + bytes(50), "a.xlsx", "file_truncated"),
        (make.with_members(b"", {"run.exe": b"MZ"}), "a.xlsx", "file_type_not_allowed"),
        (
            make.with_members(make.workbook(), {"xl/vbaProject.bin": b"x"}),
            "a.xlsx",
            "file_with_macros",
        ),
        (
            make.document("spreadsheetml.sheet.macroEnabled.main+xml"),
            "a.xlsx",
            "file_with_macros",
        ),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "file_encrypted",
        ),
    ],
)
def test_what_is_refused_and_why(content: bytes, name: str, code: str) -> None:
    assert code_of(content, name) == code


def test_bytes_changed_inside_an_archive_are_noticed() -> None:
    content = bytearray(make.workbook([["x" * 500]] * 5))
    middle = len(content) // 3
    content[middle : middle + 40] = bytes(40)
    assert code_of(bytes(content), "a.xlsx") == "file_truncated"


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    dense = make.with_members(make.workbook(), {"xl/media/a.xml": bytes(60_000_000)})
    assert len(dense) < 200_000
    assert code_of(dense, "a.xlsx") == "archive_bomb"


def test_an_archive_of_too_many_members_is_refused() -> None:
    many = {f"xl/media/{i}": b"" for i in range(3100)}
    crowd = make.with_members(make.workbook(), many, zipfile.ZIP_STORED)
    assert code_of(crowd, "a.docx") == "archive_bomb"


def test_limits_differ_by_purpose() -> None:
    large = make.photo() + bytes(16 * 1024 * 1024)
    assert code_of(large, "a.jpg", "photo") == "file_too_large"
    assert recognise(large, "a.jpg", Purpose.EVIDENCE) is JPEG
    assert code_of(make.photo(), "a.jpg", "workbook") == "file_type_not_allowed"
    assert code_of(make.pdf(), "a.pdf", "photo") == "file_type_not_allowed"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_get_a_kind_or_a_reason(content: bytes, name: str) -> None:
    with contextlib.suppress(Unfit):
        assert isinstance(recognise(content, name, Purpose.EVIDENCE), Kind)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\x\\照片 1.JPG", "照片 1.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ('a"; rm <x>\r\nSet-Cookie: y.png', "a rm x Set-Cookie y.jpg"),
        ("...", "file.jpg"),
        ("", "file.jpg"),
        ("长" * 300, "长" * 116 + ".jpg"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name, JPEG) == kept


@given(st.text(max_size=400))
def test_no_name_is_dangerous(name: str) -> None:
    kept = clean_name(name, PDF)
    assert 5 <= len(kept) <= 120
    assert kept.endswith(".pdf")
    assert not set(kept) & set('/\\<>:"|?*\r\n\0;')
    assert not kept.startswith(".")
