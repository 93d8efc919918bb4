"""Who may check again: only a post that had no part in the fix, its check or its closing.

The common level of a closing is the lowest unit that is, or stands above, each unit that was
responsible, reported, verified or closed it. A failed re-check is a false closing of all of these,
and whoever stands at that level, or below it in a branch that one of them belongs to, answers for
it or to somebody who does. What lies above that level, beside it, or below it in another branch
had no part: the next superior, or another district (crosswise, 交叉回查).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xiaohao.kernel.paths import WIDTH, common


@dataclass(frozen=True, slots=True)
class Case:
    """A closing that is to be checked again.

    Attributes:
        key: of the re-check.
        path: of the unit that was responsible.
        posts, accounts: posts and persons that verified the fix, reported it, or closed it.
        units: paths of the units of those posts; without any there is no common level to judge.
        helpers: paths of the units that helped with the fix.
    """

    key: int
    path: str
    posts: frozenset[int]
    accounts: frozenset[int]
    units: frozenset[str] = frozenset()
    helpers: frozenset[str] = frozenset()

    @property
    def level(self) -> str:
        """The path of the common level; "" when the units stand in trees of their own."""
        return common([self.path, *self.units])

    def answers(self, path: str) -> bool:
        """Whether a unit stands at the common level, or below it in a branch that had a part."""
        if not self.units:
            return False
        end = len(self.level) + WIDTH
        branches = {one[:end] for one in (self.path, *self.units) if len(one) >= end}
        return path == self.level or path[:end] in branches


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may verify.

    Attributes:
        code: by which posts are put in order.
        path: of its unit.
    """

    post: int
    code: str
    path: str


def had_part(case: Case, post: int, path: str, account: int | None = None) -> str:
    """Which part a post, or the person at it, had in a closing; "" for none.

    `own_unit`: it stands at the responsible unit or below it; `helped`: the same of a unit that
    helped; `same_post`, `same_person`: it reported, verified or closed it; `answers`: its unit, or
    one in its branch below the common level, did.
    """
    if path.startswith(case.path):
        return "own_unit"
    if post in case.posts:
        return "same_post"
    if account is not None and account in case.accounts:
        return "same_person"
    if case.answers(path):
        return "answers"
    return "helped" if any(path.startswith(one) for one in case.helpers) else ""


def farness(case: Case, path: str) -> int:
    """In which order posts without a part are asked, by their unit's path; the lowest first.

    0 above the common level; 1 right beside it or beside one above it, 2 elsewhere outside it;
    3 right below it in another branch, 4 deeper there. Where nobody stands above or beside, 3 is
    the other district.
    """
    level = case.level
    if level.startswith(path):
        return 0
    outside = 1 if not path.startswith(level) else 3
    return outside if level.startswith(path[:-WIDTH]) else outside + 1


def deal(
    cases: Iterable[Case], candidates: Iterable[Candidate], load: Mapping[int, int]
) -> dict[int, int]:
    """A post for each case, spread evenly; cases for which nobody is left stay out.

    Of the posts that had no part, those that `farness` names first are asked; of them the one
    with the fewest re-checks takes it; among equals the one that stands highest, then the first
    by code.

    Args:
        load: re-checks that posts have already.

    Returns:
        Case's key → post.
    """
    posts = sorted(candidates, key=lambda one: one.code)
    burden = Counter(load)
    dealt = {}
    for case in cases:
        free = [one for one in posts if not had_part(case, one.post, one.path)]
        if free:
            nearest = min(farness(case, one.path) for one in free)
            asked = [one for one in free if farness(case, one.path) == nearest]
            chosen = min(asked, key=lambda one: (burden[one.post], len(one.path)))
            dealt[case.key] = chosen.post
            burden[chosen.post] += 1
    return dealt
