"""Who may check again: only a post that had no part in the fix, its check or its closing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A closing that is to be checked again.

    Attributes:
        key: of the re-check.
        path: of the unit that was responsible.
        posts, accounts: posts and persons that verified the fix, reported it, or closed it.
    """

    key: int
    path: str
    posts: frozenset[int]
    accounts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may verify.

    Attributes:
        code: by which posts are put in order.
        path: of its unit; the post sees this subtree.
    """

    post: int
    code: str
    path: str


def had_part(case: Case, post: int, path: str, account: int | None = None) -> str:
    """Which part a post, or the person at it, had in a closing; "" for none.

    `own_unit`: it stands at the responsible unit or below it; `same_post`, `same_person`: it
    reported, verified or closed it.
    """
    if path.startswith(case.path):
        return "own_unit"
    if post in case.posts:
        return "same_post"
    return "same_person" if account is not None and account in case.accounts else ""


def deal(
    cases: Iterable[Case], candidates: Iterable[Candidate], load: Mapping[int, int]
) -> dict[int, int]:
    """A post for each case, spread evenly; cases for which nobody is left stay out.

    Of the posts that had no part and whose area holds the unit, the one with the fewest re-checks
    takes it; among equals the one that stands highest, then the first by code.

    Args:
        load: re-checks that posts have already.

    Returns:
        Case's key → post.
    """
    posts = sorted(candidates, key=lambda one: one.code)
    burden = Counter(load)
    dealt = {}
    for case in cases:
        free = [
            one
            for one in posts
            if case.path.startswith(one.path) and not had_part(case, one.post, one.path)
        ]
        if free:
            chosen = min(free, key=lambda one: (burden[one.post], len(one.path)))
            dealt[case.key] = chosen.post
            burden[chosen.post] += 1
    return dealt
