"""Keeping how somebody looks at the ledger: columns chosen, views named."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.errors import Forbidden, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger.columns import COLUMNS
from xiaohao.ledger.models import Columns, View
from xiaohao.ledger.narrowing import PARAMETERS
from xiaohao.people.queries import require
from xiaohao.trail.actions import change, create

LONGEST_NAME = 40
LONGEST_QUERY = 2000
MOST_VIEWS = 30  # of one person, and of one unit


def choose_columns(*, by: Actor, keys: list[str]) -> None:
    """Keep the columns that somebody wants to see; none means the usual ones again.

    Raises:
        Forbidden: a token without a person has no choice of its own.
    """
    if by.account_id is None:
        raise Forbidden([Unmet("no_person", _("Columns are kept for people, not for programs."))])
    known = [key for key in dict.fromkeys(keys) if key in COLUMNS]
    if known:
        Columns.objects.update_or_create(account_id=by.account_id, defaults={"keys": known})
    else:
        Columns.objects.filter(account_id=by.account_id).delete()


def kept_query(typed: str, without: Collection[str] = ()) -> str:
    """The part of an address that a view keeps: what narrows, orders and shows, no page.

    Args:
        typed: the query of an address, with or without its question mark.
        without: parameters to leave out as well.

    Raises:
        Refused: `view_too_long`.
    """
    given = QueryDict(typed.removeprefix("?"))
    kept = QueryDict(mutable=True)
    for name in (name for name in PARAMETERS if name not in without):
        if values := [value for value in given.getlist(name) if value]:
            kept.setlist(name, values)
    query = kept.urlencode()
    if len(query) > LONGEST_QUERY:
        text = _("These filters are too long to be saved. Search for fewer words.")
        raise Refused.because("view_too_long", text, "query")
    return query


def save_view(*, by: Actor, name: str, query: str, shared: bool = False) -> View:
    """Give a list a name, for oneself or for everybody at one's unit.

    Raises:
        Refused: `view_name_missing`, `view_name_too_long`, `view_name_taken`, `view_too_long`,
            `too_many_views`.
    """
    require(by, Permission.SEE_LEDGER)
    view = View(
        name=_named(name),
        query=kept_query(query),
        shared=shared,
        unit_id=by.unit_id,
        post_id=by.post_id,
        account=by.account_id,
        made_at=clock.now(),
    )
    same = View.objects.seen_by(by).filter(shared=shared)
    if same.count() >= MOST_VIEWS:
        text = _("There are %(most)s saved views already. Remove one that nobody needs.")
        raise Refused.because("too_many_views", text % {"most": MOST_VIEWS})
    with _one_of_a_name(view.name):
        create(thing=view, by=by, kind="save", data={"name": view.name, "shared": shared})
    return view


def change_view(
    *,
    by: Actor,
    view: View,
    version: int | None = None,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
) -> View:
    """Rename a view, let it stand for another list, share it with the unit or take it back.

    Raises:
        Stale: somebody else has changed it meanwhile.
        Refused: as `save_view`; `not_your_view`: only its maker takes a shared view for himself.
    """
    if shared is False and view.shared and view.post_id != by.post_id:
        text = _("Another post made this view. Save a copy for yourself instead.")
        raise Refused.because("not_your_view", text, "shared")
    values = {
        "name": _named(name) if name is not None else view.name,
        "query": kept_query(query) if query is not None else view.query,
        "shared": shared if shared is not None else view.shared,
    }
    if not values["shared"]:
        values["account"] = by.account_id
    changed = {key: value for key, value in values.items() if value != getattr(view, key)}
    if not changed:
        return view
    for key, value in changed.items():
        setattr(view, key, value)
    with _one_of_a_name(view.name):
        change(
            thing=view, by=by, kind="change", fields=sorted(changed), data=changed, expected=version
        )
    return view


def remove_view(*, by: Actor, view: View, version: int | None = None) -> None:
    """Take a saved view away; the problems it showed are not touched.

    Raises:
        Stale: somebody else has changed it meanwhile.
    """
    view.removed_at = clock.now()
    change(thing=view, by=by, kind="remove", fields=["removed_at"], expected=version)


def _named(typed: str) -> str:
    name = clean(typed)
    if not name:
        raise Refused.because("view_name_missing", _("Give the view a name."), "name")
    if len(name) > LONGEST_NAME:
        text = _("This name is too long: at most %(most)s characters.") % {"most": LONGEST_NAME}
        raise Refused.because("view_name_too_long", text, "name")
    return name


@contextmanager
def _one_of_a_name(name: str) -> Iterator[None]:
    """The database keeps names apart; what it says is put in words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if "ledger_view_" not in str(fault):
            raise
        text = _("There is a view called “%(name)s” already. Choose another name.")
        raise Refused.because("view_name_taken", text % {"name": name}, "name") from None
