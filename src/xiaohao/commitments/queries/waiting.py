"""What waits for somebody on the lists: to take up, to see through, to check, to refer."""

from collections.abc import Mapping

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.commitments.models import (
    Entry,
    EntryQuerySet,
    Household,
    HouseholdNeed,
    NeedState,
    State,
)
from xiaohao.commitments.queries.hands import had_hand
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.paths import ids
from xiaohao.kernel.series import listed
from xiaohao.people.models import Post
from xiaohao.people.queries import lowest_with, roles_granting, somebody_may

# Whose step is next, and how that is said.
NEXT: Mapping[str, tuple[Permission, str]] = {
    State.ENTERED: (Permission.HANDLE, gettext_noop("Next: the unit takes it up (%(posts)s).")),
    State.UNDER_WAY: (
        Permission.REPORT_FIXED,
        gettext_noop("Next: the unit’s leader reports it done and shows the result (%(posts)s)."),
    ),
    State.REPORTED: (
        Permission.VERIFY,
        gettext_noop("Next: somebody of another unit checks it on the spot (%(posts)s)."),
    ),
}


def to_begin(actor: Actor) -> EntryQuerySet:
    """Entries of the actor's unit that nobody has taken up yet; unordered."""
    return _mine(actor).filter(state=State.ENTERED)


def to_see_through(actor: Actor) -> EntryQuerySet:
    """Entries of the actor's unit that are under way, whose result is still to be shown."""
    return _mine(actor).filter(state=State.UNDER_WAY)


def _mine(actor: Actor) -> EntryQuerySet:
    """Of the actor's unit, of units below where nobody in post may act, or answered for by him.

    Without those that are a problem on the ledger: that one lies on the bench.
    """
    able = Exists(somebody_may(Permission.HANDLE, "unit"))
    own = Q(unit_id=actor.unit_id) | ~able | Q(lead_id=actor.post_id)
    return _light(Entry.objects.visible_to(actor).at(actor.unit_path).filter(own, problem=None))


def to_check(actor: Actor) -> EntryQuerySet:
    """Entries reported done that the actor may check: of other units, without a hand in them."""
    own = [key for path in (actor.unit_path, *actor.elsewhere) for key in ids(path)]
    rows = Entry.objects.visible_to(actor).filter(state=State.REPORTED).exclude(unit_id__in=own)
    rows = rows.exclude(lead_id=actor.post_id).exclude(had_hand(actor))
    if actor.account_id is not None:
        rows = rows.exclude(reported_account=actor.account_id)
    return _light(rows)


def _light(rows: EntryQuerySet) -> EntryQuerySet:
    return rows.select_related("unit").defer("search", "text", "unit__search").order_by()


def to_refer(actor: Actor) -> QuerySet[HouseholdNeed]:
    """Needs found on visits that are not on the ledger: of his unit, or where nobody may act."""
    able = Exists(somebody_may(Permission.HANDLE, "household__unit"))
    seen = Household.objects.visible_to(actor)
    rows = HouseholdNeed.objects.filter(household__in=seen, state=NeedState.FOUND)
    rows = rows.filter(Q(household__unit_id=actor.unit_id) | ~able)
    return rows.select_related("household__unit").order_by()


def next_step(entry: Entry) -> str:
    """Whose step is next, by the titles of the posts; "" where it follows the ledger or is over.

    What nobody in post at the unit may do lies with the nearest unit above that can; a check lies
    above in any case. Two queries.
    """
    if entry.problem_id is not None or entry.state not in NEXT:
        return ""
    permission, words = NEXT[entry.state]
    line = ids(entry.path)[:-1] if permission is Permission.VERIFY else ids(entry.path)
    unit = lowest_with(line, [permission])
    posts = Post.objects.filter(unit=unit, is_active=True, role__in=roles_granting(permission))
    titles = list(posts.order_by("code").values_list("title", flat=True)) if unit else []
    return _(words) % {"posts": listed(titles) or _("nobody is in post")}
