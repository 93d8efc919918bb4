"""What one cell of a ledger says: several units, several measures, a claim that it is done."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from xiaohao.exchange.rules.cells import head, word
from xiaohao.exchange.rules.ledger_heads import DONE, NOT_DONE, SERIAL

_SHORT = 60  # characters of an entry that others are likely to repeat
_LONGEST_WORD = 12  # characters of an entry that says whether, not how
SEVERAL = re.compile(r"[、，,;；/|\n]+")
_LEADS = re.compile(r"^(?:牵头|责任|主责|配合|协办|主办)(?:单位|部门)?[:：]\s*")
_ROLE = re.compile(r"[（(【\[](?P<role>[^）)】\]]*)[）)】\]]")
_NUMBERED = re.compile(
    r"(?:^|(?<=[\n。；;]))\s*(?:\d{1,2}[.、．)）](?!\d)|[（(]\d{1,2}[)）]|[①-⑳]|"
    r"[（(][一二三四五六七八九十]+[)）])\s*"
)


def is_serial(said: str) -> bool:
    """Whether what stands under a head counts the rows and is no number of a problem."""
    return head(said).endswith(SERIAL)


def claims_done(text: str) -> bool:
    """Whether a short entry says that it is done; long texts tell a story and are no such claim."""
    line = "".join(text.lower().split()).rstrip("。.!！")
    if any(said in line for said in NOT_DONE):
        return False
    ends = any(line.endswith(said) for said in DONE if len(said) > 1)
    return line in DONE or (ends and len(line) < _LONGEST_WORD)


def names(text: str, *, exact: bool) -> Sequence[tuple[str, str]]:
    """Names of units in a cell, each with the role that stands beside it (牵头, 配合)."""
    return _names_in(text, exact) if len(text) <= _SHORT else tuple(_names(text, exact))


def _names(text: str, exact: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001
    if exact:
        yield from ((line, "") for line in text.split("\n") if line)
        return
    for part in SEVERAL.split(text):
        lead = _LEADS.match(part)
        bare = part[lead.end() :] if lead else part
        aside = _ROLE.search(bare)
        role = (lead[0] if lead else "") + (aside["role"] if aside else "")
        name = word(_ROLE.sub("", bare) if aside and _is_role(aside["role"]) else bare)
        if name:
            yield name, role


@lru_cache(maxsize=4096)
def _names_in(text: str, exact: bool) -> Sequence[tuple[str, str]]:  # noqa: FBT001
    """As `names`, remembered: a column names the same few units over and over."""
    return tuple(_names(text, exact))


def _is_role(text: str) -> bool:
    return any(said in text for said in ("牵头", "配合", "主", "协", "责任"))


def numbered(text: str) -> Iterator[str]:
    """The measures of one cell, where they are numbered; the whole as one where they are not."""
    starts = list(_NUMBERED.finditer(text))
    if len(starts) < 2 or text[: starts[0].start()].strip():  # noqa: PLR2004 (several)
        yield text
        return
    ends = [found.start() for found in starts[1:]] + [len(text)]
    for found, end in zip(starts, ends, strict=True):
        if part := text[found.end() : end].strip().rstrip("；;"):
            yield part
