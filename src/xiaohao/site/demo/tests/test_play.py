"""A replayed month leaves the figures it was planned for, on a trail that holds."""

import datetime as dt
import random
from pathlib import Path

import pytest
from django.db.models import Q

from xiaohao.commitments.models import Entry as ListEntry
from xiaohao.commitments.models import HouseholdNeed
from xiaohao.escalation.models import Call, Summons
from xiaohao.figures import queries as figures
from xiaohao.figures.actions import fold_all
from xiaohao.intake.models import Contact, Message, State, Suggestion
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Evidence, Problem, Verification, View
from xiaohao.notices.models import Notice
from xiaohao.notices.rules import ladder
from xiaohao.services.models import Call as ServiceCall
from xiaohao.services.models import State as ServiceState
from xiaohao.site.demo import city as cities
from xiaohao.site.demo import escalating, founding, lists, noticing, play, promises, replay
from xiaohao.site.demo.desk import Desk
from xiaohao.site.demo.loading import FOUNDED, SEED
from xiaohao.site.demo.programmes import found_programmes
from xiaohao.site.demo.tests import divisions
from xiaohao.trail.actions import note
from xiaohao.trail.models import Event
from xiaohao.trail.queries import Checked, faults
from xiaohao.units.models import Unit

SMALL = replay.Size(received=52, done=12, suggestions=4, issues=(5, 3), waiting=2)


def quiet(*_told: object) -> None:
    """Nobody watches."""


@pytest.fixture
def month(tmp_path: Path, db: None) -> replay.Plan:
    city = cities.build(divisions.write(tmp_path))
    plan = replay.plan(city, SEED, SMALL)
    with clock.at(FOUNDED):
        founding.found_units(city, quiet)
        founding.open_posts(founding.wanted_posts(plan, city), city)
        founding.set_duties(city)
        found_programmes(Desk(random.Random(SEED)).actor("OFFICE"))
        founding.open_log_ins(plan)
        note(label=play.LABEL, thing_id=1, by=SYSTEM, kind="founded", data={"steps": 0})
    return plan


@pytest.mark.slow
def test_the_figures_come_from_records_that_are_proven(month: replay.Plan) -> None:
    play.Player(month, SEED).play(quiet)
    _figures_are_right()
    _nothing_is_struck_off_without_its_proofs()
    _contacts_are_not_on_the_ledger([draft.contact for draft in month.drafts if draft.contact])
    _nobody_is_reminded_at_night()
    assert list(faults(Checked())) == []


def _nobody_is_reminded_at_night() -> None:
    rooms = Q(label__startswith="notices.") | Q(label__startswith="lookback.")
    rows = Event.objects.filter(rooms | Q(label__startswith="escalation."))
    told = [at for at in rows.order_by("at").values_list("at", flat=True) if not ladder.rings(at)]
    assert told == []
    assert rows.filter(label="notices.reminder").count() > 0


def _figures_are_right() -> None:
    with clock.at(replay.REFERENCE):
        top = Unit.objects.get(code="12")
        assert figures.value("intake.received", top) == SMALL.received
        assert figures.value("ledger.done", top) == SMALL.done
        fold_all()
        assert figures.value("intake.received", top) == SMALL.received
        assert figures.check().differences == 0
    assert Message.objects.count() == SMALL.received
    assert Problem.objects.filter(state="closed").count() == SMALL.done
    assert 0 < Suggestion.objects.count() <= SMALL.suggestions
    assert Message.objects.waiting().count() >= SMALL.waiting
    assert Message.objects.filter(state=State.JOINED).count() >= 4


def _nothing_is_struck_off_without_its_proofs() -> None:
    for problem in Problem.objects.filter(state="closed").order_by("pk"):
        rows = problem.measures.filter(dropped_at=None).order_by("pk")
        assert all(measure.done_at for measure in rows)
        proven = Evidence.objects.filter(measure__in=rows).values("measure").distinct()
        assert proven.count() == rows.count() > 0
        passed = Verification.objects.filter(problem=problem, passed=True).latest("at")
        assert problem.unit is not None
        assert not passed.unit.path.startswith(problem.unit.path)
        assert problem.closing in {"solved", "no_answer"}


def _contacts_are_not_on_the_ledger(phones: list[str]) -> None:
    assert Contact.objects.count() == len(phones)
    texts = "\n".join(Problem.objects.order_by("pk").values_list("text", flat=True))
    assert not any(phone in texts for phone in phones)


@pytest.mark.slow
def test_an_interrupted_load_goes_on_where_it_stopped(month: replay.Plan) -> None:
    half = len(month.steps) // 2

    def pull(done: int) -> None:
        if done == half:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play.Player(month, SEED).play(pull)
    assert 0 < play.played() < half
    play.Player(month, SEED).play(quiet)
    assert play.played() == len(month.steps)
    assert Message.objects.count() == SMALL.received
    assert Problem.objects.filter(state="closed").count() == SMALL.done


def test_posts_stand_where_their_codes_say() -> None:
    assert founding.unit_of("OFFICE") == "12"
    assert founding.unit_of("OPERATOR-2") == "12"
    assert founding.unit_of("HANDLER-120103-UM") == "120103-UM"


def test_the_demo_s_clock_begins_on_its_reference_day() -> None:
    assert replay.REFERENCE.date() == dt.date(2019, 9, 30)
    assert clock.start_of(replay.FIRST_DAY) > FOUNDED


@pytest.mark.slow
def test_the_lists_are_acted_out_and_their_figures_hold(month: replay.Plan, tmp_path: Path) -> None:
    city = cities.build(divisions.write(tmp_path))
    places = lists.places(city, founding.busiest(month))
    with clock.at(FOUNDED):
        founding.open_posts([*founding.wanted_posts(month, city), *places.posts()], city)
    acts = [*lists.acts(places), *promises.acts(places)]
    play.Player(month, SEED, acts).play(quiet)
    _roots_and_calls_are_staged_once()
    _figures_are_right()
    kinds = set(ListEntry.objects.values_list("kind", "state"))
    assert {kind for kind, _state in kinds} == {"project", "petition", "hazard", "weak", "village"}
    assert {state for _kind, state in kinds} >= {"under_way", "reported", "done"}
    states = sorted(HouseholdNeed.objects.values_list("state", flat=True))
    assert states == ["found", "on_ledger", "on_ledger"]
    assert set(ServiceCall.objects.values_list("state", flat=True)) == set(ServiceState)
    assert list(faults(Checked())) == []


def _roots_and_calls_are_staged_once() -> None:
    noticing.stage()
    escalating.stage()
    noticing.tell()
    told = Notice.objects.count()
    noticing.stage()
    noticing.tell()
    assert Notice.objects.count() == told
    assert set(Notice.objects.values_list("kind", flat=True)) >= {"reminder", "mention", "move"}
    assert View.objects.count() == 2
    calls = Call.objects.count()
    escalating.stage()
    assert Call.objects.count() == calls == 3
    assert Summons.objects.exclude(answered_at=None).exists()
    assert Problem.objects.get(track="spot").state == "reported"
