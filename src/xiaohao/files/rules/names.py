"""Names that people gave their files, made safe to show and to save under."""

import re
from pathlib import PurePosixPath

from xiaohao.files.rules.kinds import Kind
from xiaohao.kernel.text import clean

LONGEST = 120
_UNSAFE = re.compile(r'[<>:"|?*;%\x00-\x1f\u2028\u2029]+')


def clean_name(name: str, kind: Kind) -> str:
    """`name` without folders, unsafe characters or another type's extension; at most 120 long."""
    base = PurePosixPath(clean(name).replace("\\", "/")).name
    stem = _UNSAFE.sub(" ", base[: len(base) - len(PurePosixPath(base).suffix)])
    stem = " ".join(stem.split()).strip(". ")
    return (stem[: LONGEST - len(kind.extension)].rstrip(". ") or "file") + kind.extension
