"""Loading the demo: once, in parts that are whole, and going on where it was interrupted."""

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from xiaohao.figures.actions import fold_all, freeze
from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Asked, Scope
from xiaohao.intake.actions import propose_waiting
from xiaohao.kernel import clock, months
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.home import Trouble, home, write_private
from xiaohao.lookback.actions import find_relapses
from xiaohao.site.demo import city as cities
from xiaohao.site.demo import escalating, founding, lists, noticing, play, promises, sheets
from xiaohao.site.demo.desk import Desk
from xiaohao.site.demo.founding import LogIn
from xiaohao.site.demo.programmes import found_programmes
from xiaohao.site.demo.replay import FIRST_DAY, REFERENCE, Plan, plan
from xiaohao.trail.actions import note
from xiaohao.trail.models import Event
from xiaohao.trail.queries import last_seal
from xiaohao.triage.jobs import train
from xiaohao.units.models import Unit

SEED = 2019
FOUNDED = clock.start_of(FIRST_DAY - dt.timedelta(days=2)) + dt.timedelta(hours=9)
Say = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


@dataclass(frozen=True, slots=True)
class Demo:
    """A loaded demo.

    Attributes:
        fresh: whether this call loaded it.
    """

    log_ins: list[LogIn]
    fresh: bool


def load(say: Say) -> Demo:
    """Load the demo into an empty installation; a demo that is there already stays as it is.

    Raises:
        Trouble: the installation holds something else, or the divisions are not installed.
    """
    founded = play.founded()
    if not founded and Unit.objects.exists():
        raise Trouble(
            "This installation is in use: the demo would be mixed into its records. Give the demo "
            "a folder of its own, e.g. XIAOHAO_HOME=./var-demo xiaohao demo"
        )
    steps = play.played()
    if founded and steps == play.WHOLE:
        _go_on_from_there()
        return Demo(_log_ins(), fresh=False)
    say("plan", 0, 1)
    city = cities.build(cities.divisions())
    month = plan(city, SEED)
    if not founded:
        _found(month, city, say)
    places = lists.places(city, founding.busiest(month))
    on_lists = [*lists.acts(places), *promises.acts(places)]
    play.Player(month, SEED, on_lists).play(lambda done: say("replay", done, len(month.steps)))
    with transaction.atomic():
        noticing.stage()
        escalating.stage()
        sheets.stage()
        noticing.tell()
    _make_ready(say)
    with clock.at(REFERENCE):
        note(label=play.LABEL, thing_id=1, by=SYSTEM, kind="whole", data={"steps": play.WHOLE})
    _go_on_from_there()
    return Demo(_log_ins(), fresh=True)


def _found(month: Plan, city: cities.City, say: Say) -> None:
    with transaction.atomic(), clock.at(FOUNDED):
        founding.found_units(city, lambda done: say("units", done, len(city.units)))
        say("posts", 0, 1)
        extra = lists.places(city, founding.busiest(month)).posts()
        founding.open_posts([*founding.wanted_posts(month, city), *extra], city)
        founding.set_duties(city)
        found_programmes(Desk(random.Random(SEED)).actor("OFFICE"))
        log_ins = founding.open_log_ins(month)
        founding.seat(month)
        note(label=play.LABEL, thing_id=1, by=SYSTEM, kind="founded", data={"steps": 0})
        # Before the commit: passwords that nobody was told would be worth nothing.
        told = json.dumps([log_in.as_json() for log_in in log_ins], ensure_ascii=False, indent=1)
        _told().unlink(missing_ok=True)  # of a founding that did not come to its end
        write_private(_told(), told.encode())


def _make_ready(say: Say) -> None:
    """What jobs do at night and meanwhile; the job worker learns once it serves."""
    say("ready", 0, 1)
    with clock.at(REFERENCE):
        for table in months.tables():
            months.tend(table)
        find_relapses()
        fold_all()
        propose_waiting()
        _state()
    train.defer()


def _state() -> None:
    """Freeze the two figures that the brief of that day states; once."""
    top = Unit.objects.filter(parent=None).order_by("code").first()
    if top is None or Frozen.objects.exists():
        return
    asked = Asked(top, Scope(), clock.now(), {})
    for metric in ("intake.received", "ledger.done"):
        freeze(metric=metric, asked=asked, stated="简报第3期第1页", by=SYSTEM)


def _told() -> Path:
    return home() / "demo.json"


def _log_ins() -> list[LogIn]:
    return [LogIn(**one) for one in json.loads(_told().read_text(encoding="utf-8"))]


def _go_on_from_there() -> None:
    """The installation's clock shows the reference day, or the moment at which work last ended."""
    moments = [REFERENCE]
    if (seal := last_seal()) is not None:  # a day that was sealed does not come again
        moments.append(clock.start_of(seal.day))
    last = Event.objects.order_by("-at").values_list("at", flat=True).first()
    if last is not None:
        moments.append(last + dt.timedelta(minutes=1))
    clock.set_today_for_installation(max(moments))
