"""Office files are ZIP archives: looked over before anything inside is unpacked.

A few kilobytes can unpack to terabytes, so the directory is judged first, and reading stops at
what it promised.
"""

import io
import zipfile
import zlib

from xiaohao.files.rules.unfit import Unfit

MOST_MEMBERS = 3000
LARGEST_UNPACKED = 300 * 1024 * 1024
HIGHEST_RATIO = 150
HARMLESS = 8 * 1024 * 1024
_DIRECTORY = "[Content_Types].xml"
_MACROS = ("vbaproject.bin", "vbadata.xml", "macrosheets/", "activex/")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


def check(content: bytes) -> bytes:
    """What an office file declares to hold (its `[Content_Types].xml`), once all of it is sound.

    Raises:
        Unfit: `archive_bomb`, `file_encrypted`, `file_with_macros`, `file_truncated` (also any
            other damage), `file_type_not_allowed` (an archive that is no office file).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_directory(members, len(content))
            if not any(member.filename == _DIRECTORY for member in members):
                raise Unfit("file_type_not_allowed", extension=".zip")
            if archive.testzip() is not None:
                raise Unfit("file_truncated")
            return archive.read(_DIRECTORY)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as fault:
        raise Unfit("file_truncated") from fault


def _check_directory(members: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    too_dense = unpacked > HARMLESS and unpacked > HIGHEST_RATIO * packed
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or too_dense:
        raise Unfit("archive_bomb")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Unfit("file_encrypted")
    if any(member.compress_type not in _METHODS for member in members):
        raise Unfit("file_type_not_allowed", extension=".zip")
    names = [member.filename.lower() for member in members]
    if any(word in name for name in names for word in _MACROS):
        raise Unfit("file_with_macros")
