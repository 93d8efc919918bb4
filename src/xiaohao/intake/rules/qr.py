"""The drawing on a poster."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class Drawing:
    """A QR code as an SVG path on a square of `size` units, quiet zone included."""

    path: str
    size: int


def drawing(address: str) -> Drawing:
    """The QR code of an address (ISO/IEC 18004, error correction M), quiet zone of four."""
    code = segno.make(address, error="m", micro=False)
    size = int(code.symbol_size()[0])
    marks = []
    for y, row in enumerate(code.matrix_iter(border=4)):
        marks += [f"M{x} {y}h1v1h-1z" for x, dark in enumerate(row) if dark]
    return Drawing("".join(marks), size)
