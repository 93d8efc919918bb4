"""Who is named in a comment: `@` and a post's code or name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Not inside an address such as somebody@example.org.
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")
_WORD = re.compile(r"[^\s@＠,，.。;；:：、!！?？\"“”]{1,40}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A comment as it is kept.

    Attributes:
        text: each post under its name, so that people can read it.
        posts: ids of the posts named, each once, in order.
        unknown: what stands after an `@` and names no post of those given.
    """

    text: str
    posts: tuple[int, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        """The text."""
        return self.text


def spoken(text: str, names: Mapping[str, int], titles: Mapping[int, str]) -> Spoken:
    """Find the posts that `text` names.

    The longest name that fits counts, so that words may follow it without a space.

    Args:
        text: as typed.
        names: codes and names of the posts that may be named, to their ids.
        titles: the name under which each of them is kept.
    """
    known = sorted(((name.casefold(), key) for name, key in names.items()), key=_longest)
    kept, posts, unknown, end = [], [], [], 0
    for at in _AT.finditer(text):
        if at.start() < end:
            continue
        rest = text[at.end() :]
        folded = rest.casefold()
        found = next(((n, key) for n, key in known if n and _begins(folded, n)), None)
        if found is None:
            word = _WORD.match(rest)
            unknown.append(word[0] if word else rest[:1])
            continue
        name, key = found
        kept.append(f"{text[end : at.start()]}@{titles[key]}")
        end = at.end() + len(name)
        posts.append(key)
    kept.append(text[end:])
    return Spoken("".join(kept), tuple(dict.fromkeys(posts)), tuple(dict.fromkeys(unknown)))


def _longest(one: tuple[str, int]) -> tuple[int, str]:
    return -len(one[0]), one[0]


def _begins(text: str, name: str) -> bool:
    """Whether `text` begins with `name`, and not with a longer code."""
    if not text.startswith(name):
        return False
    after = text[len(name) : len(name) + 1]
    in_code = name[-1].isascii() and name[-1].isalnum()
    goes_on = after.isascii() and (after.isalnum() or after in ("-", "_"))
    return not (in_code and goes_on)
