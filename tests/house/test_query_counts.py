"""Each page asks the database a fixed number of questions, whatever the amount of data.

The numbers stand in `query_counts.json`. Whoever changes one changes the file, so that a reader of
the change sees it: `QUERY_COUNTS=write pytest tests/house/test_query_counts.py` does.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from xiaohao.campaigns.actions import set_up
from xiaohao.campaigns.models import Programme
from xiaohao.commitments.actions import visit
from xiaohao.commitments.tests.make import household, round_, walked
from xiaohao.escalation.tests import make as escalation
from xiaohao.figures.actions import freeze
from xiaohao.figures.queries import ask
from xiaohao.intake.tests.make import DAY, City, city, message
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.ledger.actions import lay_plan
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import problem, walk
from xiaohao.lookback.tests.make import rechecked
from xiaohao.people.tests.make import holder, logged_in, token
from xiaohao.services.tests import make as services
from xiaohao.units.actions import set_lines, set_up_line
from xiaohao.units.models import Line, Unit

FILE = Path(__file__).with_name("query_counts.json")
METRIC = "intake.received"
MORE = 3  # things of each kind in the larger world
THIRD_PARTIES = ("account", "mfa", "api:")  # log-in is not ours; the API answers to tokens
# With which thing of the world an address is filled, by the name of its part …
USUAL: Mapping[str, str] = {"code": "unit", "metric": "metric", "number": "number"}
# … and where that does not do.
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "commitments_aid": {"key": "need"},
    "commitments_word": {"key": "need"},
    "commitments_changes": {"number": "entry"},
    "commitments_entry": {"number": "entry"},
    "commitments_household": {"key": "household"},
    "commitments_household_changes": {"key": "household"},
    "commitments_move": {"number": "entry", "move": "step"},
    "commitments_refer": {"key": "need"},
    "commitments_round": {"key": "round"},
    "commitments_visit": {"key": "household"},
    "figures_frozen": {"number": "frozen"},
    "escalation_call": {"key": "call"},
    "escalation_call_changes": {"key": "call"},
    "escalation_call_new": {"number": "fresh"},
    "escalation_root": {"key": "root"},
    "escalation_root_changes": {"key": "root"},
    "intake_case": {"key": "waiting"},
    "intake_message": {"key": "message"},
    "ledger_move": {"number": "fresh", "move": "move"},
    "lookback_draw": {"key": "drawn"},
    "lookback_frame": {"key": "drawn"},
    "lookback_assign": {"key": "recheck"},
    "lookback_proof": {"key": "drawn"},
    "lookback_recheck": {"key": "recheck"},
    "lookback_round": {"key": "drawn"},
    "exchange_list_programmes_lists": {"code": "programme"},
    "exchange_list_units_line": {"code": "line"},
    "people_account": {"username": "account"},
    "people_account_active": {"username": "account"},
    "people_account_password": {"username": "account"},
    "people_end": {"code": "post", "key": "holding"},
    "people_hold": {"code": "post"},
    "people_post": {"code": "post"},
    "people_post_in_use": {"code": "post"},
    "people_revoke": {"key": "holding"},
    "programmes_change": {"code": "programme"},
    "programmes_lists": {"code": "programme"},
    "programmes_plan": {"code": "programme"},
    "programmes_programme": {"code": "programme"},
    "programmes_changes": {"code": "programme"},
    "programmes_schedule": {"code": "programme"},
    "services_add": {"key": "service_draft"},
    "services_call": {"number": "service_call"},
    "services_call_changes": {"number": "service_call"},
    "services_call_new": {"key": "service"},
    "services_change": {"key": "service"},
    "services_list": {"key": "service_list"},
    "services_move": {"number": "service_call", "move": "service_move"},
    "services_service": {"key": "service"},
    "services_service_changes": {"key": "service"},
    "units_line": {"code": "line"},
}
# Pages that answer only to what a test here does not set up; their own room counts them.
ELSEWHERE = {
    "commitments_proof",
    "commitments_visit_photo",
    "escalation_root_do",
    "escalation_summons",
    "escalation_withdraw",
    "exchange_batch",
    "exchange_draft",
    "exchange_ledger_draft",
    "exchange_list_draft",
    "exchange_list_marked",
    "exchange_marked",
    "exchange_messages_marked",
    "exchange_progress",
    "intake_correct",
    "intake_message_photo",
    "intake_photo",
    "intake_share",
    "intake_shared_photo",
    "intake_suggestion",
    "intake_undo",
    "ledger_bulk_one",
    "ledger_bulk_progress",
    "ledger_evidence",
    "notices_confirm",
    "notices_open",
    "notices_stop",
    "ledger_view",
    "lookback_evidence",
    "lookback_photo",
    "services_name",
    "services_proof",
    "services_step",
    "services_withdraw",
    "tenants_figure",
    "tenants_nation",
    "tenants_publication",
    "tenants_tenant",
    "units_change",
}


@dataclass
class World:
    """Something of everything, and a browser for each role."""

    at: City
    values: dict[str, Any] = field(default_factory=dict)
    browsers: list[Client] = field(default_factory=list)

    def grow(self) -> None:
        """One more of each kind."""
        held = holder(self.at.street, Role.OFFICE)
        token(held.post)
        again, _photo = rechecked(self.at)
        self.values |= {
            "recheck": again.pk,
            "drawn": again.round_id,
            "call": escalation.called(self.at).call_id,
            "root": escalation.pointed(self.at).pk,
            "waiting": message().pk,
            "message": message().pk,
            "fresh": problem(self.at).number,
            "number": walk(self.at, problem(self.at), "closed").number,
            "unit": self.at.street.code,
            "line": self.line(),
            "metric": METRIC,
            "frozen": freeze(
                metric=METRIC, asked=ask(held.post.actor()), stated="通报", by=SYSTEM
            ).number,
            "move": "refer",
            "account": held.account.username,
            "post": held.post.code,
            "holding": held.pk,
            "programme": self.drive(),
            **self.listed(),
            **self.promised(),
        }

    def listed(self) -> dict[str, Any]:
        """One more on the lists of their own."""
        home = household(self.at, round_(self.at))
        needs = [{"kind": "medical", "text": "大病自付部分过高"}] * 2
        given: dict[str, Any] = {"day": DAY.date(), "situation": ["ill"], "needs": needs}
        row = visit(household=home, by=self.at.handler, **given)
        return {
            "entry": walked(self.at, "done", "project").number,
            "step": "reopen",
            "round": home.round_id,
            "household": home.pk,
            "need": row.need_rows.latest("id").pk,
        }

    def promised(self) -> dict[str, Any]:
        """One more service list, and one more service and its call on the first."""
        draft = services.draft(self.at)
        services.promise(self.at, draft)
        made = services.service(self.at)
        call = services.walked(self.at, "delivered", made)
        return {
            "service_draft": draft.pk,
            "service_list": made.list_id,
            "service": made.pk,
            "service_call": call.number,
            "service_move": "grade",
        }

    def line(self) -> str:
        """One more line, which one more unit bears."""
        codes = {"streets", f"line-{Line.objects.count()}"}
        for code in codes - set(Line.objects.values_list("code", flat=True)):
            set_up_line(by=SYSTEM, code=code, name=code)
        again = Unit.objects.filter(lines=None).order_by("path").first()
        if again is not None:
            set_lines(by=SYSTEM, unit=again, lines=codes)
        return "streets"

    def drive(self) -> str:
        """A programme with problems, one of them being rectified."""
        office = holder(self.at.city, Role.OFFICE).post.actor()
        known = Programme.objects.order_by("id").first()
        drive = known or set_up(
            by=office, code="a-drive", name="专项整治", name_en="A drive", origin="local",
            lead_unit=self.at.street, final=DAY.date() + dt.timedelta(days=90),
        )  # fmt: skip
        walk(self.at, problem(self.at, programme=drive), "in_progress")
        lay_plan(programme=drive, by=office, text=f"方案 {Problem.objects.count()}")
        return drive.code


def addresses(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Name and arguments of every page."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            below = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry.url_patterns, below)
        elif entry.name:
            yield f"{space}{entry.name}", list(entry.pattern.converters)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(DAY):
        made = World(city())
        made.browsers = [logged_in(holder(made.at.city, role)) for role in Role]
        made.grow()
        made.grow()  # two of each, so that nothing is alone
        yield made


def measure(world: World) -> dict[str, int]:
    """Queries of each page, asked by the first role for whom it is there."""
    counts = {}
    for name, arguments in addresses(get_resolver().url_patterns):
        if name.startswith(THIRD_PARTIES) or name in ELSEWHERE:
            continue
        things = {**USUAL, **EXAMPLES.get(name, {})}
        assert set(arguments) <= set(things), f"say in EXAMPLES how to open {name}"
        given = {argument: world.values[things[argument]] for argument in arguments}
        found = _open(world, reverse(name, kwargs=given))
        if found is not None:
            counts[name] = found
    return dict(sorted(counts.items()))


def _open(world: World, address: str) -> int | None:
    """Queries of the page there; None for an address that only takes what is sent, or sends on."""
    statuses = set()
    for browser in world.browsers:
        statuses.add(_status(browser.get(address)))  # what is kept in the process is now warm
        if 200 in statuses:
            with CaptureQueriesContext(connection) as asked:
                assert _status(browser.get(address)) == 200
            return len(asked)
    assert statuses & {302, 405}, f"{address} is there for nobody: {statuses}"
    return None


def _status(answer: Any) -> int:
    """What was answered; a file is read to its end, which puts it away."""
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


def test_pages_ask_a_fixed_number_of_questions(world: World) -> None:
    few = measure(world)
    for _ in range(MORE):
        world.grow()
    many = measure(world)
    # One question more, once, is asked when the first look-alike is there; a question per row would
    # add one for each of the MORE things that came.
    growing = {
        name: (few.get(name), asked) for name, asked in many.items() if asked - few.get(name, 0) > 1
    }
    assert growing == {}, "these pages ask more the more there is"
    if os.environ.get("QUERY_COUNTS") == "write":
        FILE.write_text(json.dumps(few, indent=2) + "\n")
    kept = json.loads(FILE.read_text())  # pages newer than the file are only held not to grow
    assert {name: few.get(name) for name in kept} == kept
