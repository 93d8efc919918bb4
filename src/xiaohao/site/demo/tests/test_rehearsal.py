"""The scripted office works a queue off, and whatever it closes has passed the gate."""

from pathlib import Path

import pytest

from xiaohao.intake import actions as intake
from xiaohao.intake.models import Message, State
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem
from xiaohao.site.demo import city as cities
from xiaohao.site.demo import founding, replay
from xiaohao.site.demo.rehearsal import Habits, Office
from xiaohao.site.demo.tests import divisions
from xiaohao.site.demo.texts import Writer
from xiaohao.trail.queries import Checked, faults

pytestmark = pytest.mark.slow


def quiet(*_told: object) -> None:
    """Nobody watches."""


@pytest.fixture
def queue(tmp_path: Path, db: None) -> int:
    city = cities.build(divisions.write(tmp_path))
    with clock.at(replay.REFERENCE):
        founding.found_units(city, quiet)
        founding.open_posts(["OFFICE", "OPERATOR", "VERIFIER"], city)
        founding.set_duties(city)
        writer = Writer(city, 11)
        for _ in range(18):
            intake.receive(text=writer.problem().text + "。请尽快处理")
    return 18


def test_a_queue_is_worked_off_to_its_closings(queue: int) -> None:
    with clock.at(replay.REFERENCE):
        tally = Office(3, quiet, Habits(mistaken=0.4, failed=0.4, silent=0.3, unhappy=0.3)).run()
    assert tally.refused == {}
    assert not Message.objects.waiting().exists()
    problems = Message.objects.filter(state=State.REFERRED).count()
    assert tally.done["triaged_problem"] == problems > 0
    assert tally.done["return"] > 0
    assert tally.done["fail"] > 0
    assert tally.done["answers_none"] > 0
    assert tally.done["close"] == Problem.objects.filter(state="closed").count() > 0
    assert set(Problem.objects.values_list("state", flat=True).distinct().order_by("state")) <= {
        "closed",
        "reopened",
    }
    assert list(faults(Checked())) == []


def test_it_stops_at_its_limit(queue: int) -> None:
    with clock.at(replay.REFERENCE):
        Office(3, quiet).run(limit=2)
    assert Message.objects.waiting().count() == queue - 2
