"""Units and posts in a list's cells: by names that only they bear in the reader's area.

A column of the form `unit`, `units`, `post` or `posts` gives the thing itself; what stands in its
cell, and whom a cell means that comes back, is said here, so that both ways agree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from xiaohao.exchange.workbook import Column
from xiaohao.kernel.acting import Actor
from xiaohao.people.models import Post
from xiaohao.people.queries import posts_within
from xiaohao.units.models import Unit
from xiaohao.units.queries import Match, TellingNames, matches

DOT = " · "  # between a unit and the title of a post
_FORMS = frozenset({"unit", "units", "post", "posts"})


class Naming:
    """The names of units and posts for one reader, each looked up once.

    Args:
        actor: the reader; a name is told apart from all others in his area.
    """

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.names = TellingNames(actor.unit_path)
        self._units: dict[str, Match | None] = {}
        self._posts: dict[str, str] = {}

    def columns(self, columns: Sequence[Column]) -> list[Column]:
        """The same columns with names in place of units and posts."""
        return [
            replace(one, value=partial(self._told, one), same=partial(self._is_meant, one))
            if one.form in _FORMS
            else one
            for one in columns
        ]

    def look_up(
        self,
        columns: Iterable[Column],
        parts: Callable[[Any], Sequence[Any]],
        things: Sequence[Any],
    ) -> None:
        """Find the names of all units that these things show; a handful of queries for all.

        Args:
            columns: as the sheet declares them, giving things.
            parts: what of a thing takes a row each, as `Sheet.parts`.
        """
        found: list[Unit] = []
        for one in columns:
            if one.form not in _FORMS:
                continue
            for thing in things:
                for row in parts(thing) if one.below else (thing,):
                    found += map(_unit_of, _shown(one, row))
        self.names.look_up(found)

    def unit(self, typed: str) -> Any:
        """The unit in the reader's area that is called so; what was typed when it is not sure."""
        match = self._match(typed)
        return match.unit if match and match.is_sure else typed

    def twins(self, typed: str) -> list[str]:
        """The names of the units that what was typed may mean, where it is not sure; else none."""
        match = self._match(typed)
        if match is None or match.is_sure or match.unit is None or not match.others:
            return []
        found = [match.unit, *match.others]
        self.names.look_up(found)
        return [self.names.of(unit) for unit in found]

    def _match(self, typed: str) -> Match | None:
        if typed not in self._units:
            self._units[typed] = matches([typed], self.actor.unit_path).get(typed)
        return self._units[typed]

    def post(self, typed: str) -> str:
        """The code of the post that a list shows so (“unit · title”); else what was typed."""
        if typed not in self._posts:
            unit, _dot, title = typed.rpartition(DOT)
            rows = posts_within(self.actor).filter(is_active=True, title=title.strip() or typed)
            posts = list(rows.select_related("unit").order_by("pk"))
            self.names.look_up(post.unit for post in posts)
            found = [post for post in posts if not unit or self._is_called(post.unit, unit)]
            self._posts[typed] = found[0].code if len(found) == 1 else typed
        return self._posts[typed]

    def _is_called(self, unit: Unit, typed: str) -> bool:
        found = self.unit(typed)
        return typed == self.names.of(unit) or (isinstance(found, Unit) and found.pk == unit.pk)

    def _told(self, column: Column, row: Any) -> str:
        return "\n".join(map(self._name, _shown(column, row)))

    def _name(self, thing: Unit | Post) -> str:
        unit = self.names.of(_unit_of(thing))
        return f"{unit}{DOT}{thing.title}" if isinstance(thing, Post) else unit

    def _is_meant(self, column: Column, row: Any, typed: str) -> bool:
        """Whether a cell means the very things that the column gives, though by other names."""
        kept = _shown(column, row)
        said = [one.strip() for one in typed.split("\n") if one.strip()]
        if len(said) != len(kept):
            return False
        told = {self._name(thing): thing for thing in kept}
        meant = [told[one].pk if one in told else self._key(column, one) for one in said]
        return sorted(map(str, meant)) == sorted(str(thing.pk) for thing in kept)

    def _key(self, column: Column, typed: str) -> int | str:
        """The id of what a cell names; what was typed when that is not sure."""
        if column.form in {"unit", "units"}:
            found = self.unit(typed)
            return found.pk if isinstance(found, Unit) else typed
        rows = Post.objects.filter(code=self.post(typed)).values_list("pk", flat=True)
        return rows.order_by("pk").first() or typed


def _shown(column: Column, row: Any) -> Sequence[Any]:
    """The units or posts that a column gives for a row, none or several."""
    found = column.value(row)
    return list(found) if column.form in {"units", "posts"} else [found] if found else []


def _unit_of(thing: Unit | Post) -> Unit:
    return thing.unit if isinstance(thing, Post) else thing
