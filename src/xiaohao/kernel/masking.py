"""Who wrote must not be readable from what he wrote: the copy for the ledger, without identities.

Masked are telephone and bank numbers, identity cards, e-mail addresses, QQ and WeChat names, the
writer's own number plate, and his name where he introduces or signs himself. Numbers are found in
every digit form (full-width, circled, Chinese) with blanks, dashes or dots between. Where in doubt
a thing is masked: the office still has the original. What is complained of (a firm's 400 number, a
taxi's plate) stays, because the unit needs it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xiaohao.kernel.names import name_spans

LABELS: Final = {
    "phone": "〔电话〕",
    "identity": "〔证件号〕",
    "card": "〔卡号〕",
    "email": "〔邮箱〕",
    "account": "〔账号〕",
    "plate": "〔车牌〕",
    "name": "〔姓名〕",
    "contact": "〔联系方式〕",
}
SHORTEST_KNOWN: Final = 2  # characters of a known name or number that is looked for

_CHINESE_DIGITS = dict(zip("〇零一二三四五六七八九幺两", "0012345678912", strict=True))
_CHINESE_RUN = re.compile(f"[{''.join(_CHINESE_DIGITS)}]{{7,}}")
_GAP = r"[\s\-‐-―_.·•~*()（）\u200b-\u200d\u2060]{0,3}"
# 1974.10-1978.1 is a time, no number to call.
_PERIOD = re.compile(r"(?:19|20)\d\d\.\d{1,2}[-—~](?:19|20)\d\d(?:\.\d{1,2})?$")
_ASKED = r"(?:电\s?话|座机|手机|号码|热线|传真|联系|拨打|致电|tel|phone|mobile|call)"

# Order matters: the first that covers a place names it.
_B = r"[\s\-\u200b-\u200d\u2060]{0,2}"  # between the groups of an identity card's number
_NUMBERS: Final = (
    (
        "identity",
        re.compile(
            rf"(?<!\d)[1-9](?:{_B}\d){{5}}{_B}(?:1{_B}9|2{_B}0){_B}\d{_B}\d{_B}[01]{_B}\d{_B}[0-3]"
            rf"{_B}\d(?:{_B}\d){{3}}{_B}[\dXx](?![\dA-Za-z])"
        ),
    ),
    (
        "phone",
        re.compile(rf"(?<!\d)(?:(?:\+|00)?{_GAP}86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"),
    ),
    ("phone", re.compile(rf"(?<!\d)0\d{{2,3}}{_GAP}[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)")),
    ("card", re.compile(r"(?<!\d)\d{4}(?:[ \-]\d{4}){2,3}(?:[ \-]\d{1,7})?(?!\d)")),
    ("card", re.compile(r"(?<!\d)\d{11,}[Xx]?")),
    (
        "phone",
        re.compile(rf"{_ASKED}[^\d\n。；;]{{0,12}}(?P<it>\d(?:{_GAP}\d){{6,}})", re.IGNORECASE),
    ),
)
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS: Final = 7  # in what any of the patterns above finds
# Without one of these none of the patterns below finds anything.
_HINT = re.compile(r"@|at|q|vx|w[xe]|扣扣|企鹅|信|车", re.IGNORECASE)
_EMAIL = re.compile(
    r"[\w.+-]+\s?(?:@|\(at\)|\[at\]|【at】|#at#)\s?[\w-]+(?:\s?\.\s?[A-Za-z][\w-]*)+",
    re.IGNORECASE | re.ASCII,
)
_QQ = re.compile(
    r"(?:(?<![A-Za-z])qq|扣扣|企鹅号|(?<![A-Za-z])q(?=\s?[号:：群]))"
    rf"(?:\s?(?:账|帐)?号码?|群)?\s?(?:[:：是为]|和微信)*\s?(?P<it>\d(?:{_GAP}\d){{4,}})",
    re.IGNORECASE,
)
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|(?<![A-Za-z])(?:weixin|wechat|vx|wx))"
    r"(?:\s?(?:账|帐)?号码?)?\s?[:：是为]*\s?(?P<it>[A-Za-z0-9][-_A-Za-z0-9]{4,})",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"(?:我|本人|自己|自家|我家)的?(?:车|车辆|汽车|小车|电动车|车牌)(?:号|牌|牌号|车牌号)*"
    r"[^\n。；;A-Za-z0-9]{0,6}?(?P<it>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-Za-z][·.\s]?[A-Za-z0-9]{5,6})"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text that tells who wrote: from `start` up to `end`, of a kind of `LABELS`."""

    start: int
    end: int
    kind: str


def mask(text: str, known: Iterable[str] = ()) -> str:
    """`text` without what tells who wrote it.

    Args:
        text: as it was written.
        known: what the writer gave as his name, telephone, e-mail …; found wherever it stands.
    """
    parts, at = [], 0
    for span in spans(text, known):
        parts += [text[at : span.start], LABELS[span.kind]]
        at = span.end
    return "".join([*parts, text[at:]])


def spans(text: str, known: Iterable[str] = ()) -> list[Span]:
    """The places that `mask` takes out, in order, without overlaps."""
    plain = shadow(text)
    found: list[Span] = []
    if len(_DIGIT.findall(plain)) >= _FEWEST_DIGITS:
        found += _number_spans(plain)
    if _HINT.search(plain):
        found += _account_spans(plain)
    found += [Span(start, end, "name") for start, end in name_spans(plain)]
    found += _known_spans(plain, known)
    return _merged(found)


def shadow(text: str) -> str:
    """`text`, character for character, with digits and Latin letters of every kind made plain."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    return _CHINESE_RUN.sub(lambda run: "".join(_CHINESE_DIGITS[c] for c in run[0]), plain)


class _Plain(dict[int, str]):
    """The plain form of each character, found once; what is met is bounded by Unicode itself."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _plain(chr(code))
        return found


_PLAIN: Final = _Plain()


def _plain(char: str) -> str:
    if char < "\x80" or "\u4e00" <= char <= "\u9fff":
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() else char


def _known_spans(plain: str, known: Iterable[str]) -> Iterator[Span]:
    for word in known:
        wanted = shadow(word).strip()
        if len(wanted) < SHORTEST_KNOWN:
            continue
        digits = re.sub(r"\D", "", wanted)
        if len(digits) >= 5 and len(digits) >= len(wanted) - 4:  # noqa: PLR2004 (a number)
            pattern = _GAP.join(digits)
        else:
            pattern = r"\s?".join(re.escape(char) for char in wanted if not char.isspace())
        for hit in re.finditer(pattern, plain, re.IGNORECASE):
            yield Span(hit.start(), hit.end(), "contact")


def _number_spans(plain: str) -> Iterator[Span]:
    for kind, pattern in _NUMBERS:
        yield from _hits(kind, pattern, plain)


def _account_spans(plain: str) -> Iterator[Span]:
    yield from _hits("email", _EMAIL, plain)
    yield from _hits("account", _QQ, plain)
    yield from _hits("account", _WECHAT, plain)
    yield from _hits("plate", _PLATE, plain)


def _hits(kind: str, pattern: re.Pattern[str], plain: str) -> Iterator[Span]:
    part = "it" if "it" in pattern.groupindex else 0
    for hit in pattern.finditer(plain):
        if kind == "phone" and _PERIOD.match(hit[0]):
            continue
        yield Span(hit.start(part), hit.end(part), kind)


def _merged(found: list[Span]) -> list[Span]:
    """In order; what overlaps becomes one span with the name of the longer."""
    merged: list[Span] = []
    for span in sorted(found, key=lambda one: one.start):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            longer = max(last, span, key=lambda one: one.end - one.start)
            merged[-1] = Span(last.start, max(last.end, span.end), longer.kind)
        else:
            merged.append(span)
    return merged
