"""Names of units as people type and sort them: short names, pinyin, search terms. No database."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from operator import add
from typing import NamedTuple

from xiaohao.kernel import text

LONGEST_PINYIN, LONGEST_INITIALS = 400, 200

# Grammar of official names: what a name may lose and still say which unit it is.
_REGIONS = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}
# Committees of villages, neighbourhoods and herders; a 管理委员会 is a unit of its own and stays.
_TAILS = (
    ("村民委员会", "村"),
    ("居民委员会", ""),
    ("牧民委员会", ""),
    ("村委会", "村"),
    ("居委会", ""),
    ("家委会", ""),
    ("牧委会", ""),
    ("街道办事处", "街道"),
)
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z0-9\s'’·-]+")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_GRASSROOTS = frozenset({"village", "group"})
UPPER = "^"  # a term that every unit above the villages has, so that they can be looked for first


class Sound(NamedTuple):
    """How a name is read: `he xi qu` and `hxq`."""

    pinyin: str
    initials: str


def short(name: str) -> str:
    """The short name of an official one, or "" when it has none of its own.

    `新疆维吾尔自治区` gives `新疆`, `天津市` stays; `多福巷社区居委会` gives `多福巷社区`,
    `王庄村民委员会` and `王庄村委会` give `王庄村`.
    """
    if name in _REGIONS:
        return _REGIONS[name]
    if not name.endswith(("会", "处")):
        return ""
    for tail, kept in _TAILS:
        if name.endswith(tail):
            stem = name.removesuffix(tail)
            own = stem + kept if kept and not stem.endswith((kept, "社区")) else stem
            return own if len(own) > 1 else ""
    return ""


@cache
def _dictionary() -> tuple[Callable[[str], list[str]], Mapping[str, object]]:
    """How to read a text, and phrases read otherwise than their characters; slow to load."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (not every process names units)
    from pypinyin.phrases_dict import phrases_dict  # noqa: PLC0415 (the same)

    return lazy_pinyin, phrases_dict


class _Readings(dict[int, str]):
    """For `str.translate`: each character's most usual reading; fills with the characters met."""

    def __init__(self, *, initials: bool) -> None:
        self.initials = initials

    def __missing__(self, char: int) -> str:
        said = _NOT_KEY.sub("", _dictionary()[0](chr(char))[0].lower())
        self[char] = said[:1] if self.initials or not said else f"{said} "
        return self[char]


_SYLLABLES, _INITIALS = _Readings(initials=False), _Readings(initials=True)


def sound(name: str) -> Sound:
    """The reading of `name`, without tones; `重庆` is read as a phrase, chongqing."""
    if not _HAN.fullmatch(name) or _has_phrase(name):
        said = [part for one in _dictionary()[0](name) if (part := _NOT_KEY.sub("", one.lower()))]
        initials = "".join([part[0] for part in said])
        return Sound(" ".join(said)[:LONGEST_PINYIN], initials[:LONGEST_INITIALS])
    return sound_by_character(name)


def sound_by_character(name: str) -> Sound:
    """The reading of `name` character by character: many times as fast, right for most names."""
    said, initials = name.translate(_SYLLABLES), name.translate(_INITIALS)
    return Sound(said[: LONGEST_PINYIN + 1].rstrip(), initials[:LONGEST_INITIALS])


def _has_phrase(name: str) -> bool:
    """Whether `name` holds a phrase whose reading does not follow from its characters."""
    last, phrases = len(name), _dictionary()[1]
    return any(
        name[i:j] in phrases for i in range(last - 1) for j in range(i + 2, min(i + 5, last + 1))
    )


def _terms(shown: str, heard: Sound) -> list[str]:
    """What one name can be found by: its pairs of characters, initials, pinyin."""
    # The quick way for a name in Chinese characters alone, which nearly all are.
    pairs: list[str] = [*map(add, shown, shown[1:])] if _HAN.fullmatch(shown) else []
    terms = pairs or text.terms(shown)
    terms.append(heard[1])
    terms.append(heard[0].replace(" ", ""))
    return terms


def vector(name: str, short_name: str, level: str, heard: Sound) -> str:
    """What the unit can be found by, beside its code, as the text form of a tsvector.

    Where the short name follows from the name (`short`), it alone counts: `query` shortens what
    people type in the same way.

    Args:
        name: the official one.
        short_name: the one shown, or "".
        level: the unit's.
        heard: `sound` of the short name, where there is one, else of the name.
    """
    shown, own = short_name or name, short(name) or name
    if own == shown:
        return body(shown, level, heard)
    return f"{body(shown, level, heard)} {body(own, level, sound(own))}"


def body(shown: str, level: str, heard: Sound) -> str:
    """`vector` of a unit that has one name only."""
    terms = _terms(shown, heard)
    if level not in _GRASSROOTS:
        terms.append(UPPER)
    if "" in terms:
        terms = [term for term in terms if term]
    return "'" + "' '".join(terms) + "'" if terms else ""


def query(typed: str) -> str | None:
    """A tsquery for one name, pinyin or initials as typed; None when nothing can be found."""
    return text.query(short(typed.strip()) or _letters(typed))


def exactly(typed: str) -> str | None:
    """A tsquery for units whose shown name reads like what was typed (and a few that sound alike).

    The reading stands in for the name itself, which would be one more term for each unit.
    """
    whole = short(typed.strip()) or _letters(typed)
    heard = {sound(whole).pinyin, sound_by_character(whole.lower()).pinyin}
    said = sorted({_NOT_KEY.sub("", one) for one in heard} - {""})
    return " | ".join(f"'{one}'" for one in said) or None


def signs(typed: str) -> set[str]:
    """The Chinese characters of a name, shortened as `query` does."""
    return {char for char in short(typed.strip()) or typed if _HAN.fullmatch(char)}


def _letters(typed: str) -> str:
    """Pinyin may be typed with blanks or apostrophes between the syllables: `xi'an`."""
    typed = typed.strip()
    if _LATIN.fullmatch(typed) and not any(char.isdigit() for char in typed):
        return re.sub(r"[\s'’·-]+", "", typed)
    return typed
