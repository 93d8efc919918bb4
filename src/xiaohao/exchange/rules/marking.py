"""A workbook as its sender made it, with cells coloured and told: everything else stays.

Merged cells, formats, formulas with what they came to, widths, pictures, other sheets: what is not
about a marked cell goes on byte by byte. A writer of workbooks would make the file anew from what
it understands of it, and lose the rest (ADR 15). As in `workbooks`, it is done by a process of its
own under limits, for a few kilobytes may stand for terabytes.
"""

import dataclasses
import io
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

from xiaohao.exchange.rules.marked_comments import commented
from xiaohao.exchange.rules.marked_sheet import Marks, Note, coloured_sheet
from xiaohao.exchange.rules.marked_styles import Styles
from xiaohao.exchange.rules.package import Package, Unmarkable, sheet_parts, styles_part

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 90  # of processor time
MOST_MADE = 256 * 1024**2  # bytes
_ZIP = b"PK\x03\x04"


def coloured(content: bytes, marks: Sequence[Marks]) -> IO[bytes]:
    """The workbook with what is said of its sheets, as an open temporary file.

    Raises:
        Unmarkable: it is no .xlsx, is laid out in another way than usual, or is too large.
    """
    if not content.startswith(_ZIP):
        raise Unmarkable("no .xlsx")
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    command = [sys.executable, "-P", "-m", __name__]
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps([dataclasses.asdict(one) for one in marks]).encode() + b"\n")
        given.write(content)
        given.seek(0)
        ended = subprocess.run(
            command, stdin=given, stdout=target, stderr=subprocess.DEVNULL, check=False
        )
    if ended.returncode:
        target.close()
        raise Unmarkable(f"the writer ended with {ended.returncode}")
    target.seek(0)
    return target


def mark(content: bytes, marks: Sequence[Marks], target: IO[bytes]) -> None:
    """Write the marked workbook; what `coloured` does, in this process.

    Raises:
        Unmarkable: as there.
    """
    package = Package(io.BytesIO(content))
    parts, place = sheet_parts(package), styles_part(package)
    styles = Styles(package.part(place))
    for one in marks:
        if one.sheet not in parts:
            raise Unmarkable(f"no sheet {one.sheet}")
        part = parts[one.sheet]
        xml, tail, notes = coloured_sheet(package.part(part), one, styles)
        package.put(part, commented(package, part, xml, notes, tail))
    package.put(place, styles.whole())
    package.write(target)


def serve(given: IO[bytes], target: IO[bytes]) -> None:
    """Read what is said, and behind it the workbook, from `given`; write the marked one."""
    said = json.loads(given.readline())
    marks = [Marks(**one | {"notes": [Note(*note) for note in one["notes"]]}) for one in said]
    made = io.BytesIO()
    mark(given.read(), marks, made)
    target.write(made.getbuffer())
    target.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_MADE, MOST_MADE))
    serve(sys.stdin.buffer, sys.stdout.buffer)
