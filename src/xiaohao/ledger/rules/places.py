"""Whether words say where a problem is, so that another one at the same place can be told."""

import re
import unicodedata
from collections.abc import Iterable

# What two ways to write one place differ in: blanks, punctuation. As PostgreSQL reads it too.
DROPPED = (
    "[ \\t\\n\\r\\f\\v\u0085\u1680\u200b\u2028\u2029!-/:-@\\[-`{-~"
    "。、·—“”‘’《》〈〉【】「」『』〔〕]"
)
# Words that stand where a place is asked for and name none.
NOWHERE = frozenset(
    {"", "无", "暂无", "没有", "不详", "不明", "未知", "未填", "none", "unknown", "na"}
)
_DROPPED = re.compile(DROPPED)


def bare(text: str) -> str:
    """`text` without blanks, punctuation, width and case: equal for two writings of one place."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).lower())


def names_place(text: str, area: Iterable[str] = ()) -> bool:
    """Whether `text` says more than nothing, and more than the names of the `area` it is in."""
    return bare(text) not in {*NOWHERE, *map(bare, area)}
