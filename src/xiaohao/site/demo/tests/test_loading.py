"""The demo is loaded once, into an installation of its own, and its clock stands in its month."""

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from xiaohao.intake.models import Message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.home import Trouble
from xiaohao.people.models import Account
from xiaohao.site.demo import city as cities
from xiaohao.site.demo import loading, replay
from xiaohao.site.demo.tests import divisions
from xiaohao.units.actions import found

TINY = replay.Size(received=14, done=2, suggestions=1, issues=(3,), waiting=1)


def quiet(*_told: object) -> None:
    """Nobody watches."""


@pytest.fixture
def clocks(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    shown: list[dt.datetime] = []
    folder = divisions.write(tmp_path)
    monkeypatch.setattr(cities, "divisions", lambda: folder)
    monkeypatch.setattr(loading, "plan", partial(replay.plan, size=TINY))
    monkeypatch.setattr(loading, "_told", lambda: tmp_path / "demo.json")
    monkeypatch.setattr(clock, "set_today_for_installation", shown.append)
    return shown


@pytest.mark.slow
def test_it_is_loaded_once(clocks: list[dt.datetime]) -> None:
    first = loading.load(quiet)
    assert first.fresh
    assert Message.objects.count() == TINY.received
    assert not Message.objects.filter(proposal=None).exists()
    roles = {log_in.username for log_in in first.log_ins}
    assert roles >= {"office", "operator", "handler", "leader", "verifier", "auditor"}
    for log_in in first.log_ins:
        assert Account.objects.get(username=log_in.username).check_password(log_in.password)
    second = loading.load(quiet)
    assert (second.fresh, second.log_ins) == (False, first.log_ins)
    assert Message.objects.count() == TINY.received
    assert [clock.local_day(moment) for moment in clocks] == [replay.REFERENCE.date()] * 2


def test_it_is_not_mixed_into_other_records(clocks: list[dt.datetime]) -> None:
    found(by=SYSTEM, code="1", name="某省", level="province")
    with pytest.raises(Trouble, match="XIAOHAO_HOME"):
        loading.load(quiet)
    assert clocks == []
