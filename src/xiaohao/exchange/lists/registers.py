"""Messages, the citizens' words, units and posts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.exchange.lists import register_hands
from xiaohao.exchange.lists.back import Back, numbered
from xiaohao.exchange.lists.base import Listing, Sheet, said, shown, yes_or_no
from xiaohao.exchange.workbook import Column
from xiaohao.intake import queries as intake
from xiaohao.intake.models import Message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Permission
from xiaohao.kernel.masking import mask
from xiaohao.ledger import queries as ledger
from xiaohao.ledger.models import Word
from xiaohao.people.models import Holding, Post
from xiaohao.people.queries import posts_found
from xiaohao.units.models import Unit
from xiaohao.units.queries import by_code, labels, search, standings

FOUND = 1000  # how many answers of a search go into a workbook


def _messages(actor: Actor, get: QueryDict) -> QuerySet[Message]:
    rows = intake.listed(actor, intake.filters_of(get, actor))
    return rows.select_related("category", "contact").order_by("-pk")


class Masked(NamedTuple):
    """A message without what tells who wrote it: a workbook goes where no look is recorded."""

    message: Message
    title: str
    text: str
    reply: str


def _masked(_actor: Actor, messages: Iterable[Message]) -> Iterator[Masked]:
    for one in messages:
        known = intake.known_words(one)
        yield Masked(one, *(mask(text, known) for text in (one.title, one.text, one.reply)))


MESSAGES = Listing(
    "intake_messages",
    _("Messages"),
    _messages,
    [
        Sheet(
            _("Messages"),
            (
                Column(
                    pgettext_lazy("column", "Number"), 14,
                    lambda m: m.message.external_no or str(m.message.pk),
                ),
                Column(pgettext_lazy("column", "Title"), 30, lambda m: m.title, "wrapped"),
                Column(pgettext_lazy("column", "Message"), 60, lambda m: m.text, "wrapped"),
                Column(
                    pgettext_lazy("column", "Received"), 17,
                    lambda m: m.message.received_at, "moment",
                ),
                Column(
                    pgettext_lazy("column", "State"), 12, lambda m: m.message.get_state_display()
                ),
                Column(
                    pgettext_lazy("column", "Channel"), 12,
                    lambda m: m.message.get_channel_display(),
                ),
                Column(
                    pgettext_lazy("column", "Place"), 24,
                    lambda m: m.message.place or shown(m.message.place_unit), "wrapped",
                ),
                Column(
                    pgettext_lazy("column", "Category"), 16, lambda m: said(m.message.category)
                ),
                Column(
                    pgettext_lazy("column", "Triage due"), 12,
                    lambda m: m.message.triage_due, "day",
                ),
                Column(
                    pgettext_lazy("column", "Problem"), 16,
                    lambda m: m.message.problem.number if m.message.problem else "",
                ),
                Column(pgettext_lazy("column", "Reply"), 40, lambda m: m.reply, "wrapped"),
                Column(
                    pgettext_lazy("column", "Replied on"), 17,
                    lambda m: m.message.replied_at, "moment",
                ),
            ),
            of=_masked,
            stays=_(
                "Messages go out masked, without what tells who wrote them, so their workbook "
                "cannot come back. Work on them on the page “Messages”; new ones come in from the "
                "sheets of their own channel."
            ),
        )
    ],
    (Permission.SEE_MESSAGES,),
)  # fmt: skip


def _words(actor: Actor, get: QueryDict) -> QuerySet[Word]:
    return ledger.words_answered(actor, get).order_by("-pk")


def _words_known(actor: Actor, keys: Sequence[str]) -> Iterable[Word]:
    return _words(actor, QueryDict()).filter(pk__in=numbered(keys))


WORDS = Listing(
    "ledger_words",
    _("The citizens’ words"),
    _words,
    [
        Sheet(
            _("The citizens’ words"),
            (
                Column(pgettext_lazy("column", "Word no."), 12, lambda w: str(w.pk), key="id"),
                Column(pgettext_lazy("column", "Number"), 16, lambda w: w.problem.number),
                Column(pgettext_lazy("column", "Problem"), 36, lambda w: w.problem.title,
                       "wrapped"),
                Column(pgettext_lazy("column", "Place"), 24, lambda w: w.problem.place,
                       "wrapped"),
                Column(pgettext_lazy("column", "Responsible unit"), 24,
                       lambda w: w.problem.unit, "unit"),
                Column(pgettext_lazy("column", "Answer"), 12, lambda w: w.get_answer_display()),
                Column(pgettext_lazy("column", "Response"), 10,
                       lambda w: w.get_response_display()),
                Column(pgettext_lazy("column", "Result"), 10, lambda w: w.get_result_display()),
                Column(pgettext_lazy("column", "Attitude"), 10,
                       lambda w: w.get_attitude_display()),
                Column(pgettext_lazy("column", "Words"), 50, lambda w: w.words, "wrapped"),
                Column(pgettext_lazy("column", "Asked on"), 17, lambda w: w.asked_at, "moment"),
                Column(pgettext_lazy("column", "Answered on"), 17, lambda w: w.answered_at,
                       "moment"),
            ),
            back=Back("id", _words_known, _("The citizens’ words")),
        )
    ],
    (Permission.SEE_LEDGER,),
)  # fmt: skip


def _units(actor: Actor, get: QueryDict) -> QuerySet[Unit]:
    """What a search finds, else everything at and below the actor's unit."""
    typed = get.get("q", "").strip()[:200]
    if typed:
        found = search(typed, closed=True, limit=FOUND)
        rows = Unit.objects.filter(pk__in=[unit.pk for unit in found])
    else:
        rows = Unit.objects.under(actor.unit_path)
    return _placed(rows)


def _placed(rows: QuerySet[Unit]) -> QuerySet[Unit]:
    rows = rows.select_related("parent").prefetch_related("lines")
    return rows.defer("search", "parent__search").order_by("path")


class Placed(NamedTuple):
    """A unit, and how many changes it has seen."""

    unit: Unit
    version: int


def _standing(_actor: Actor, units: list[Unit]) -> Iterator[Placed]:
    seen = standings(units)
    for unit in units:
        yield Placed(unit, seen.get(unit.pk, 0))


def _units_known(actor: Actor, keys: Sequence[str]) -> Iterable[Placed]:
    """Any unit of these codes: a search finds all of them, and so does the list."""
    return _standing(actor, list(_placed(Unit.objects.filter(code__in=keys))))


UNITS = Listing(
    "units_list",
    _("Units"),
    _units,
    [
        Sheet(
            _("Units"),
            (
                Column(pgettext_lazy("column", "Code"), 18, lambda u: u.unit.code, key="code"),
                Column(pgettext_lazy("column", "Name"), 32, lambda u: u.unit.name, key="name"),
                Column(pgettext_lazy("column", "Short name"), 20, lambda u: u.unit.short_name,
                       key="short_name"),
                Column(pgettext_lazy("column", "Level"), 12,
                       lambda u: u.unit.get_level_display(), key="level"),
                Column(pgettext_lazy("column", "Kind"), 14, lambda u: u.unit.get_kind_display(),
                       key="kind"),
                Column(pgettext_lazy("column", "Lines"), 20,
                       lambda u: "、".join(sorted(line.label for line in u.unit.lines.all())),
                       key="lines"),
                Column(pgettext_lazy("column", "Code of the superior"), 18,
                       lambda u: u.unit.parent.code if u.unit.parent else "", key="parent"),
                Column(pgettext_lazy("column", "Superior"), 28,
                       lambda u: u.unit.parent.name if u.unit.parent else "",
                       key="superior", derived=True),
                Column(pgettext_lazy("column", "Founded on"), 12, lambda u: u.unit.founded_on,
                       "day", key="founded_on"),
                Column(pgettext_lazy("column", "Closed on"), 12, lambda u: u.unit.closed_on,
                       "day"),
                Column(pgettext_lazy("column", "Version"), 8, lambda u: u.version, "number",
                       key="version"),
            ),
            of=_standing,
            back=Back("code", _units_known, _("Units"), register_hands.UNIT,
                      lambda placed: int(placed.version)),
        )
    ],
)  # fmt: skip


class Held(NamedTuple):
    """A post, who holds it today, and where its unit stands."""

    post: Post
    holders: str
    above: str


def _posts(actor: Actor, get: QueryDict) -> QuerySet[Post]:
    code = get.get("unit", "")
    within = by_code(code).path if code else ""
    return posts_found(actor, within, get.get("q", "").strip()[:80]).order_by("code")


def _held(_actor: Actor, posts: list[Post]) -> Iterator[Held]:
    rows = Holding.objects.filter(post__in=posts, during__contains=clock.today())
    holders: dict[int, list[str]] = {}
    for one in rows.select_related("account").order_by("account__username"):
        holders.setdefault(one.post_id, []).append(str(one.account))
    above = labels([post.unit for post in posts])
    for post in posts:
        yield Held(post, "\n".join(holders.get(post.pk, [])), above[post.unit_id])


def _posts_known(actor: Actor, keys: Sequence[str]) -> Iterable[Held]:
    rows = posts_found(actor).filter(code__in=keys).order_by("code")
    return _held(actor, list(rows))


POSTS = Listing(
    "people_posts",
    _("Posts"),
    _posts,
    [
        Sheet(
            _("Posts"),
            (
                Column(pgettext_lazy("column", "Code"), 18, lambda h: h.post.code, key="code"),
                Column(pgettext_lazy("column", "Name of the post"), 28, lambda h: h.post.title,
                       key="title"),
                Column(pgettext_lazy("column", "Role"), 16, lambda h: h.post.get_role_display(),
                       key="role"),
                Column(pgettext_lazy("column", "Unit"), 28, lambda h: h.post.unit,
                       "unit", key="unit"),
                Column(pgettext_lazy("column", "Superiors"), 36, lambda h: h.above, derived=True),
                Column(pgettext_lazy("column", "Held by"), 20, lambda h: h.holders, "wrapped"),
                Column(pgettext_lazy("column", "In use"), 8,
                       lambda h: yes_or_no(h.post.is_active), key="in_use"),
                Column(pgettext_lazy("column", "Version"), 8, lambda h: h.post.version, "number",
                       key="version"),
            ),
            of=_held,
            back=Back("code", _posts_known, _("Posts"), register_hands.POST,
                      lambda held: int(held.post.version)),
        )
    ],
    (Permission.MANAGE_PEOPLE,),
)  # fmt: skip

LISTS: tuple[Listing, ...] = (MESSAGES, WORDS, UNITS, POSTS)
