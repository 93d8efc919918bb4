"""The filters of a list in words: what can be chosen, and what is in force."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from xiaohao.campaigns import queries as programmes
from xiaohao.figures.queries import NONE, find_metric
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.series import listed
from xiaohao.ledger.behind import of_import, unit_in_scope
from xiaohao.ledger.models import Channel, Source, Track
from xiaohao.ledger.models.problem import STATE_NAMES
from xiaohao.people.models import Post
from xiaohao.triage.models import Category

Options = Sequence[tuple[Any, Any]]
DUE_SOON = (3, 7, 15)
WAITING = (15, 30, 60, 90)


def state_options() -> list[tuple[str, Any]]:
    """The states that a list can be narrowed to."""
    return [("open", _("all open")), *((str(s), name) for s, name in STATE_NAMES.items())]


def closing_options() -> list[tuple[str, Any]]:
    """How a problem was struck off."""
    return [
        ("solved", _("solved, say the reporters")),
        ("no_answer", _("no answer from a reporter")),
        ("no_reporter", _("nobody reported it")),
    ]


def categories() -> list[tuple[str, str]]:
    """The categories at the top, in the reader's language."""
    return [(row.code, row.label) for row in Category.objects.filter(parent=None).order_by("code")]


def chips_of(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """The filters in force on a ledger list, each with the parameter that it stands for.

    Raises:
        NotFound: a unit he may not know of.
    """
    get = request.GET
    states = dict(state_options())
    named = [str(states[state]) for state in get.getlist("state") if state in states]
    chips: list[dict[str, Any]] = []
    if named:
        chips.append({"param": "state", "label": _("State"), "value": listed(named)})
    if get.get("unit"):
        name = unit_in_scope(actor, get["unit"]).name
        chips.append({"param": "unit", "label": _("Unit"), "value": name})
    if get.get("category"):
        row = Category.objects.filter(code=get["category"]).first()
        shown = row.label if row else _("not given") if get["category"] == NONE else get["category"]
        chips.append({"param": "category", "label": _("Category"), "value": shown})
    if get.get("programme"):
        name = programmes.find(actor, get["programme"]).label
        chips.append({"param": "programme", "label": _("Programme"), "value": name})
    if get.get("import"):
        name = of_import(actor, get["import"]).name
        chips.append({"param": "import", "label": _("Came in with"), "value": name})
    if get.get("verified_by"):
        post = Post.objects.select_related("unit").filter(code=get["verified_by"]).first()
        value = post.told if post else get["verified_by"][:40]
        chips.append({"param": "verified_by", "label": _("Verified by"), "value": value})
    return chips + _told(get)


def _told(get: Mapping[str, str]) -> list[dict[str, Any]]:
    """The chips that need no look at the database."""
    days: Callable[[str], str] = lambda value: _("within %(days)s days") % {"days": value}  # noqa: E731
    more: Callable[[str], str] = lambda value: _("%(days)s days and more") % {"days": value}  # noqa: E731
    words: dict[str, tuple[str, Callable[[str], Any]]] = {
        "overdue": (_("Only"), lambda _value: _("overdue")),
        "urgent": (_("Only"), lambda _value: _("urgent")),
        "figure": (_("Only"), lambda value: find_metric(value[:60]).name),
        "own": (_("Only"), lambda _value: _("of the unit itself")),
        "took": (_("Took"), lambda value: _("%(days)s days") % {"days": value}),
        "cooperating": (_("Only"), lambda _value: _("those in which we co-operate")),
        "track": (_("Way of fixing"), lambda value: dict(Track.choices).get(value, value)),
        "due_soon": (_("Due"), days),
        "waiting": (_("Waiting"), more),
        "source": (_("Source"), lambda value: dict(Source.choices).get(value, value)),
        "channel": (_("Channel"), lambda value: dict(Channel.choices).get(value, value)),
        "closing": (_("Struck off as"), lambda value: dict(closing_options()).get(value, value)),
        "q": (_("Search"), lambda value: value),
    }
    return [
        {"param": name, "label": label, "value": told(get[name])}
        for name, (label, told) in words.items()
        if get.get(name)
    ]


def unknown_words(get: QueryDict) -> list[dict[str, Any]]:
    """Words of the address that no filter knows, each with what could be chosen instead.

    Returns:
        `{"said", "choices"}` each; a choice is `{"label", "href"}`.
    """
    found = []
    for name, (sentence, options, known) in _menus(get).items():
        strange = [word for word in get.getlist(name) if word and word not in known]
        if strange:
            said = _(sentence) % {"word": strange[0][:40]}
            found.append({"said": said, "choices": _instead(get, name, options)})
    return found


def _menus(get: QueryDict) -> dict[str, tuple[str, Options, Container[str]]]:
    """By parameter: what is said of a word that there is none of, the choices, the known words."""
    menus: dict[str, tuple[str, Options]] = {
        "state": (gettext_noop("There is no state “%(word)s”."), state_options()),
        "source": (gettext_noop("There is no source “%(word)s”."), list(Source.choices)),
        "channel": (gettext_noop("There is no channel “%(word)s”."), list(Channel.choices)),
        "track": (gettext_noop("There is no way of fixing “%(word)s”."), list(Track.choices)),
        "closing": (gettext_noop("Nothing is struck off as “%(word)s”."), closing_options()),
    }
    found: dict[str, tuple[str, Options, Container[str]]] = {
        name: (said, options, {str(option[0]) for option in options})
        for name, (said, options) in menus.items()
    }
    if typed := get.get("category"):
        is_known = typed == NONE or Category.objects.filter(code=typed).exists()
        sentence = gettext_noop("There is no category “%(word)s”.")
        found["category"] = (sentence, categories(), {typed} if is_known else set())
    return found


def _instead(get: QueryDict, name: str, options: Options) -> list[dict[str, Any]]:
    choices = []
    for value, label in options:
        changed = get.copy()
        changed.pop("cursor", None)
        changed[name] = str(value)
        choices.append({"label": label, "href": f"?{changed.urlencode()}"})
    return choices


def plain_chips(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """The filters in force on a list beside the ledger: a unit or a figure's records.

    Raises:
        NotFound: a unit he may not know of.
    """
    return [chip for chip in chips_of(request, actor) if chip["param"] in {"unit", "figure"}]
