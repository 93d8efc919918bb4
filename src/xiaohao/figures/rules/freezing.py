"""What of a stated figure is written down for good, so that anybody can check it later."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lot:
    """The records of one kept figure, in short.

    Attributes:
        metric: key of the figure.
        records: how many records.
        amount: what they add up to (a record that counted twice adds 2).
        hash: see `fingerprint`.
        spread: the amount per number of days; only under 0 where none is kept.
    """

    metric: str
    records: int
    amount: int
    hash: str
    spread: dict[int, int]


def fingerprint(metric: str, rows: Iterable[tuple[int, int, int]]) -> Lot:
    """Count and hash the records of a figure.

    The hash is SHA-256, in hexadecimal, over one ASCII line for each row, in ascending order:
    the record's number, the number of days (0 where none is kept), the amount, with colons between
    them and a line feed behind: `17:0:1`.

    Args:
        rows: (record, days, amount), ascending, none twice, no amount of 0.
    """
    digest, records, last = hashlib.sha256(), 0, None
    spread: dict[int, int] = {}
    for thing, days, amount in rows:
        digest.update(b"%d:%d:%d\n" % (thing, days, amount))
        records += thing != last
        spread[days] = spread.get(days, 0) + amount
        last = thing
    return Lot(metric, records, sum(spread.values()), digest.hexdigest(), spread)
