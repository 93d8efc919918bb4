"""The plan of a month, carried out through the rooms' actions with the clock set to each step.

A day is one transaction that ends with a note of how far it got, so an interrupted load goes on
where it stopped; after each day its seal is made.
"""

import datetime as dt
import gc
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction

from xiaohao.campaigns.models import Programme
from xiaohao.intake import actions as intake
from xiaohao.intake.models import Message, Suggestion
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN, SYSTEM
from xiaohao.ledger.actions import lay_plan
from xiaohao.ledger.models import Problem
from xiaohao.notices.actions import climb
from xiaohao.notices.rules import ladder
from xiaohao.site.demo import lookback
from xiaohao.site.demo.desk import Desk, midnight_after
from xiaohao.site.demo.lists import Act
from xiaohao.site.demo.programmes import DRIVE_OF, plan_of
from xiaohao.site.demo.promises import Clerk
from xiaohao.site.demo.replay import Plan
from xiaohao.site.demo.steps import Step
from xiaohao.trail.actions import note, seal_day
from xiaohao.trail.queries import events_of
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

LABEL = "site.demo"
NAMESPACE = uuid.UUID("6f2f1f0a-5a0e-4bb0-9d0e-157427157427")


ROUND = dt.time(8, 30)
WHOLE = -1  # noted when everything has been loaded


def founded() -> bool:
    """Whether units and posts of the demo are there."""
    return events_of(LABEL, 1).exists()


def played() -> int:
    """How many steps of the plan have been carried out; `WHOLE` when loading has ended."""
    last = events_of(LABEL, 1).last()
    return int(last.data["steps"]) if last else 0


@dataclass(frozen=True, slots=True)
class Round:
    """Reminders are sent at that moment."""

    at: dt.datetime


def _rounds(day: dt.date) -> list[Round]:
    """When reminders go round on that day: once, in the morning of a working day."""
    at = dt.datetime.combine(day, ROUND, clock.ZONE)
    return [Round(at)] if ladder.rings(at) else []


class Player:
    """Carries a plan out."""

    def __init__(self, plan: Plan, seed: int, lists: Sequence[Act] = ()) -> None:
        self.plan, self.seed, self.lists = plan, seed, lists
        self.desk = Desk(random.Random(seed))
        self.clerk = Clerk(self.desk.actor)
        self.problems: dict[int, int] = {}  # case → problem's id
        self.messages: dict[int, int] = {}  # message's number → its id
        self.units = Unit.objects.in_bulk(field_name="code")
        self.categories = Category.objects.in_bulk(field_name="code")

    def play(self, progress: Callable[[int], None]) -> None:
        """Carry out every step that has not been carried out yet."""
        done = played()
        if done:
            self._recall(done)
        gc.freeze()  # what is there by now stays; looking through it again and again takes time
        for day, steps in groupby(self.plan.steps[done:], key=lambda step: step.at.date()):
            done = self._day(day, list(steps), done, progress)

    def _day(
        self, day: dt.date, steps: list[Step], done: int, progress: Callable[[int], None]
    ) -> int:
        together: list[Step | Act | Round] = [*steps, *self._on_lists(day, done), *_rounds(day)]
        together.sort(key=lambda one: one.at)
        with transaction.atomic(), _all_or_nothing():
            for step in together:
                with clock.at(step.at):
                    if isinstance(step, Round):
                        climb()
                        continue
                    if isinstance(step, Act):
                        self.clerk.do(step)
                        continue
                    self._step(step)
                done += 1
                progress(done)
            with clock.at(steps[-1].at):
                self.clerk.follow()
                note(label=LABEL, thing_id=1, by=SYSTEM, kind="replayed", data={"steps": done})
        if done < len(self.plan.steps):
            with clock.at(midnight_after(day)):
                seal_day()
        return done

    def _on_lists(self, day: dt.date, done: int) -> list[Act]:
        """What happens on the lists since the day of the last step done, up to `day`."""
        before = self.plan.steps[done - 1].at.date() if done else dt.date.min
        return [act for act in self.lists if before < act.at.date() <= day]

    def _step(self, step: Step) -> None:
        own = getattr(self, f"_{step.what}", None)
        if own is not None:
            own(step)
        else:
            self.desk.move(self.problems[step.case], step.what, step.who, **step.args)

    def _message(self, step: Step) -> None:
        number = _number(step)
        draft = self.plan.drafts[number]
        typed = draft.channel in ("web", "qr")
        received = intake.receive(
            text=draft.text,
            title=draft.title,
            channel=draft.channel,
            place=draft.place,
            place_unit=self.units.get(draft.place_code),
            sender=intake.Sender(phone=draft.contact) if draft.contact else None,
            submission=self._submission(number),
            by=CITIZEN if typed else self.desk.actor("OPERATOR-2"),
        )
        self.messages[number] = received.message.pk

    def _submission(self, number: int) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, f"{self.seed}:{number}")

    def _triage(self, step: Step) -> None:
        number, by = _number(step), self.desk.actor(step.who)
        message = Message.objects.select_related("home").get(pk=self.messages[number])
        category = self.categories[step.args["topic"]]
        match step.args["as"]:
            case "suggestion":
                intake.set_aside(message=message, by=by, category=category)
            case "join":
                problem = self.desk.problem(self.problems[step.case])
                intake.join_to(message=message, by=by, number=problem.number)
            case _:
                unit, urgent = self.units[step.args["unit"]], self.plan.drafts[number].urgent
                done = intake.confirm(
                    message=message, by=by, unit=unit, category=category, urgent=urgent
                )
                self.problems[step.case] = _registered(done)
                self._enlist(self.problems[step.case], step.args["topic"])

    def _enlist(self, pk: int, topic: str) -> None:
        """Put a problem into the programme that its topic belongs to; the first brings the plan."""
        code = DRIVE_OF.get(topic)
        if code is None:
            return
        self.desk.move(pk, "assign", "OFFICE", programme=code)
        programme = Programme.objects.get(code=code)
        if not programme.plans.exists():
            lay_plan(programme=programme, by=self.desk.actor("OFFICE"), text=plan_of(code))

    def _lookback(self, step: Step) -> None:
        lookback.carry_out(step, self.desk, self.seed)

    def _study(self, step: Step) -> None:
        intake.study(
            suggestion=self._suggestion(step),
            by=self.desk.actor(step.who),
            text=step.args["text"],
        )

    def _report_up(self, step: Step) -> None:
        intake.report_up(suggestion=self._suggestion(step), by=self.desk.actor(step.who))

    def _suggestion(self, step: Step) -> Suggestion:
        rows = Suggestion.objects.select_related("message__home")
        return rows.get(message_id=self.messages[_number(step)])

    def _answer(self, step: Step) -> None:
        message = Message.objects.get(pk=self.messages[_number(step)])
        intake.answer(message=message, **step.args)

    def _plan(self, step: Step) -> None:
        """What would end after the problem's deadline is done until then, beside the others."""
        pk, rows = self.problems[step.case], step.args["measures"]
        due = self.desk.problem(pk).due
        if due and due >= clock.today():
            kept = {"deadline": due, "days": 1, "after": []}
            rows = [row | kept if row["deadline"] > due else row for row in rows]
        self.desk.move(pk, "plan", step.who, measures=rows)

    def _finish_measure(self, step: Step) -> None:
        place, text = step.args["measure"], step.args["note"]
        self.desk.finish(self.problems[step.case], step.who, place, text)

    def _fail(self, step: Step) -> None:
        pk = self.problems[step.case]
        failed = self.desk.failed(pk, step.args["failed"])
        self.desk.move(pk, "fail", step.who, reason=step.args["reason"], failed=failed)

    def _merge(self, step: Step) -> None:
        into = Problem.objects.get(pk=self.problems[step.args["into"]])
        self.desk.move(self.problems[step.case], "merge", step.who, into=into)

    def _arbitrate(self, step: Step) -> None:
        pk = self.problems[step.case]
        arbiter = self.desk.problem(pk).arbiter
        below = arbiter.code if arbiter and arbiter.parent_id else ""
        self.desk.move(pk, "arbitrate", f"OFFICE-{below}" if below else "OFFICE", **step.args)

    def _recall(self, done: int) -> None:
        """Find what the steps already carried out have made."""
        steps = self.plan.steps[:done]
        numbers = [_number(step) for step in steps if step.what == "message"]
        by_submission = dict(
            Message.objects.filter(submission__in=[self._submission(n) for n in numbers])
            .values_list("submission", "pk")
        )  # fmt: skip
        self.messages = {n: by_submission[self._submission(n)] for n in numbers}
        problems = dict(
            Message.objects.filter(pk__in=self.messages.values()).values_list("pk", "problem_id")
        )
        for step in _registering(steps):
            self.problems[step.case] = problems[self.messages[_number(step)]]


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """No savepoints inside the day's transaction: what fails takes the whole day back anyway.

    They were two of five statements.
    """
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


def _number(step: Step) -> int:
    if step.message is None:
        raise ValueError(f"{step.what} needs a message")
    return step.message


def _registered(message: Message) -> int:
    if message.problem_id is None:
        raise ValueError(f"message {message.pk} came to no problem")
    return message.problem_id


def _registering(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The triages that put a new problem on the ledger."""
    return (step for step in steps if step.what == "triage" and step.args["as"] == "problem")
