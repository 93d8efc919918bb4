"""Registers and slips: the same words as a clerk, an angry tenant or an old man would type them."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from xiaohao.site.demo.grammar import lines, words

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ENDS = "。！？!?~…：:）"


@dataclass(frozen=True, slots=True)
class Register:
    """A way of writing.

    Attributes:
        weight: how often it is met.
        greets, thanks, introduces: chances that such a part stands in the message.
        stop: what ends a sentence.
        twists: changes to the finished text, each with its chance.
    """

    name: str
    weight: float
    greets: float
    introduces: float
    thanks: float
    stop: str
    twists: tuple[tuple[str, float], ...] = ()


REGISTERS = (
    Register("plain", 30, 0.4, 0.4, 0.5, "。", (("slips", 0.25), ("emoji", 0.04))),
    Register("formal", 15, 1.0, 0.7, 0.9, "。", (("slips", 0.1),)),
    Register("blunt", 16, 0.05, 0.15, 0.2, "，", (("slips", 0.3), ("wide", 0.06))),
    Register("angry", 11, 0.1, 0.2, 0.1, "！", (("shout", 0.8), ("slips", 0.4), ("emoji", 0.25))),
    Register("elder", 10, 0.6, 0.9, 0.8, "，",
             (("dialect", 0.7), ("slips", 0.6), ("traditional", 0.08))),
    Register("run_on", 9, 0.2, 0.4, 0.3, "", (("slips", 0.6), ("bare", 1.0))),
    Register("letter", 9, 0.9, 0.8, 0.9, "。", (("paragraphs", 0.7), ("wide", 0.15))),
)  # fmt: skip


def choose(rng: random.Random) -> Register:
    """A register, by weight."""
    return rng.choices(REGISTERS, [register.weight for register in REGISTERS])[0]


def join(sentences: list[str], stop: str, rng: random.Random) -> str:
    """Sentences in a row, each ended as its writer would end it."""
    text = ""
    for i, sentence in enumerate(sentences):
        last = i == len(sentences) - 1
        text += sentence
        if not sentence or sentence[-1] in _ENDS + "，、":
            continue
        if last:
            text += rng.choice(["。", "。", "", "！"]) if stop != "！" else "！"
        else:
            text += stop if rng.random() < 0.8 else rng.choice("。，；")
    return text


def put_otherwise(text: str, rng: random.Random, share: float) -> str:
    """Replace words by others that mean the same, each with the chance `share`."""
    for group in words("style")["synonyms"]["groups"]:
        for word in group:
            if word in text and rng.random() < share:
                text = text.replace(word, rng.choice(group))
                break
    return text


def loosen(sentence: str, rng: random.Random) -> str:
    """A sentence as it is really said: a clause left out, a small word thrown in."""
    clauses = sentence.split("，")
    fillers = words("style")["fillers"]
    if len(clauses) > 2 and rng.random() < 0.2:
        del clauses[rng.randrange(1, len(clauses))]
    for i in range(1, len(clauses)):
        if rng.random() < 0.16:
            clauses[i] = rng.choice(fillers["words"]) + clauses[i]
    if rng.random() < 0.1 and clauses[-1][-1:] not in "。！？”：":
        clauses[-1] += rng.choice(fillers["endings"])
    return "，".join(clauses)


def _replace_some(text: str, rng: random.Random, table: str, share: float) -> str:
    for old, new in words("style")[table]["pairs"]:
        if old in text and rng.random() < share:
            text = text.replace(old, new, 1 if table == "slips" else -1)
    return text


def _slips(text: str, rng: random.Random) -> str:
    text = _replace_some(text, rng, "slips", 0.12)
    if rng.random() < 0.3 and len(text) > 20:
        at = rng.randrange(5, len(text) - 5)
        text = text[:at] + rng.choice([text[at], ""]) + text[at + rng.choice([0, 1]) :]
    return text


def _shout(text: str, rng: random.Random) -> str:
    for mark, more in (("！", "！！！"), ("？", "？？？"), ("。", "！")):
        if rng.random() < 0.6:
            text = text.replace(mark, more, rng.randint(1, 3))
    return text


def _emoji(text: str, rng: random.Random) -> str:
    return text + rng.choice(["😡", "🙏🙏", "😭", "👍", "😷", "💔", "❗❗", "😡😡😡"])


def _bare(text: str, rng: random.Random) -> str:
    """No stops: blanks, or nothing at all."""
    gap = rng.choice([" ", "", "  ", ","])
    for mark in "，。；！、":
        text = text.replace(mark, gap if rng.random() < 0.8 else mark)
    return text.strip()


def _paragraphs(text: str, rng: random.Random) -> str:
    gap = rng.choice(["\n", "\n\n", "\u3000\u3000", "\r\n\u3000\u3000"])
    pieces = text.split("。")
    return "。".join(piece if i % 3 or not i else gap + piece for i, piece in enumerate(pieces))


TWISTS: dict[str, Callable[[str, random.Random], str]] = {
    "slips": _slips,
    "shout": _shout,
    "emoji": _emoji,
    "bare": _bare,
    "paragraphs": _paragraphs,
    "wide": lambda text, _rng: text.translate(FULL_WIDTH),
    "dialect": lambda text, rng: _replace_some(text, rng, "dialect", 0.5),
    "traditional": lambda text, rng: _replace_some(text, rng, "traditional", 0.8),
}


def twist(text: str, register: Register, rng: random.Random) -> str:
    """The finished text as this writer leaves it."""
    for name, chance in register.twists:
        if rng.random() < chance:
            text = TWISTS[name](text, rng)
    return text


def phrase(name: str, rng: random.Random) -> str:
    """A template of `phrases.toml`."""
    return rng.choice(lines(words("phrases")["phrases"][name]))
