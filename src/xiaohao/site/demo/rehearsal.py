"""The scripted office: takes what waits in the queue all the way to its closing.

For measuring and for trying out on real messages. Posts of different units act, through the same
actions as from the pages: some referrals come back, some fixes fail their check, some citizens say
"not solved" and some stay silent. The clock is moved on between the phases of the work.
"""

import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from xiaohao.intake import actions as intake
from xiaohao.intake.models import Message, State
from xiaohao.intake.queries.finding import board_unit
from xiaohao.kernel import calendar, clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.kernel.errors import Answer
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Problem, Reporter, Word
from xiaohao.ledger.rules import DAYS_TO_ANSWER
from xiaohao.people.actions import open_post
from xiaohao.people.models import Post
from xiaohao.site.demo.casework import MOODS, said
from xiaohao.triage.models import Category, Duty
from xiaohao.triage.proposals import Proposal
from xiaohao.triage.queries import Grade, category_named
from xiaohao.units.models import Unit

BLOCK = 40  # things done in one transaction
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Habits:
    """How this office and its citizens are, as shares of the cases."""

    mistaken: float = 0.05  # referred to a unit that is not responsible
    failed: float = 0.07  # fixes that do not pass the check
    silent: float = 0.2
    unhappy: float = 0.1
    answered: float = 0.3  # of enquiries, those that the office answers itself


@dataclass
class Tally:
    """What the office did, and what was refused to it."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"done": dict(sorted(self.done.items())), "refused": dict(self.refused)}


class Posts:
    """One post of each role at each unit; opened when it is not there."""

    def __init__(self) -> None:
        self.known: dict[tuple[Role, int], Actor] = {}

    def at(self, role: Role, unit: Unit) -> Actor:
        """Whoever acts in that role there."""
        key = (role, unit.pk)
        if key not in self.known:
            rows = Post.objects.select_related("unit").filter(unit=unit, role=role, is_active=True)
            post = rows.order_by("code").first() or open_post(
                by=SYSTEM,
                code=f"{role.value.upper()}-{unit.code}"[:40],
                title=f"{unit.name} {role.value}"[:120],
                unit=unit,
                role=role,
            )
            self.known[key] = post.actor()
        return self.known[key]


class Office:
    """Everybody who has a part in it."""

    def __init__(self, seed: int, tell: Tell, habits: Habits | None = None) -> None:
        self.rng = random.Random(seed)
        self.tell, self.habits = tell, habits or Habits()
        self.tally, self.posts = Tally(), Posts()
        self.top = Unit.objects.get(pk=board_unit().pk)
        self.now = clock.now()
        self.right: dict[int, Unit] = {}  # problem → the unit that is really responsible

    # -- the phases ------------------------------------------------------------------------------

    def run(self, limit: int | None = None) -> Tally:
        """Work the queue off; at most `limit` messages."""
        waiting = Message.objects.waiting().order_by("received_at", "pk")
        numbers = list(waiting.values_list("pk", flat=True)[:limit])
        self._each("triage", numbers, self._triage)
        problems = self._problems(numbers)
        self._later(0.4)
        self._each("return", problems, self._give_back)
        for round_ in (1, 2, 3):
            problems = self._round(problems, last=round_ == 3)
            if not problems:
                break
        return self.tally

    def _round(self, problems: list[int], *, last: bool) -> list[int]:
        """Accept, plan, fix, check, ask, hear, close; gives those that came back."""
        self._each("accept", self._in(problems, "referred"), self._accept)
        self._later(1)
        self._each("plan", self._in(problems, "accepted", "reopened"), self._plan)
        self._later(3)
        for _ in range(2):
            self._each("fix", self._in(problems, "in_progress"), self._fix)
            self._later(1)
            self._each("check", self._in(problems, "reported"), self._check)
        self._each("fix", self._in(problems, "in_progress"), self._fix)
        self._each("check", self._in(problems, "reported"), lambda pk: self._check(pk, sure=True))
        self._later(0.5)
        self._each("ask", self._in(problems, "verified"), self._ask)
        self._later(1)
        hear = self._content if last else self._hear
        self._each("hear", self._in(problems, "awaiting"), hear)
        self._later(DAYS_TO_ANSWER + 1)
        self._each("close", self._in(problems, "awaiting", "verified"), self._close)
        return self._in(problems, "reopened")

    def _each(self, what: str, things: list[int], do: Callable[[int], None]) -> None:
        """Do it for each thing, a minute apart; a refusal is counted and leaves nothing behind."""
        for start in range(0, len(things), BLOCK):
            with transaction.atomic():
                for pk in things[start : start + BLOCK]:
                    self.now += dt.timedelta(seconds=1)
                    with clock.at(self.now):
                        self._try(do, pk)
            self.tell(what, min(start + BLOCK, len(things)), len(things))

    def _try(self, do: Callable[[int], None], pk: int) -> None:
        try:
            with transaction.atomic():
                do(pk)
        except Answer as refused:
            for unmet in refused.unmet:
                self.tally.refused[unmet.code] += 1

    def _later(self, days: float) -> None:
        """Let working days pass."""
        day = calendar.add(clock.local_day(self.now), int(days))
        if days >= 1:
            self.now = clock.start_of(day) + dt.timedelta(hours=9)
        else:
            self.now += dt.timedelta(hours=8 * days)

    # -- taking in -------------------------------------------------------------------------------

    def _triage(self, pk: int) -> None:
        message = Message.objects.select_related("home").get(pk=pk)
        if message.proposal is None:
            intake.propose_now(message)
        by = self.posts.at(Role.OPERATOR, self.top)
        proposal = Proposal.from_json(message.proposal) if message.proposal else None
        kind = self._kind(message)
        if kind == "suggestion":
            intake.set_aside(message=message, by=by, category=self._category(message, proposal))
        elif kind == "enquiry" and self.rng.random() < self.habits.answered:
            intake.reply(message=message, by=by, text=said("suggestion", self.rng))
        elif (number := self._known(proposal)) is not None:
            intake.join_to(message=message, by=by, number=number)
            kind = "joined"
        else:
            self._refer(message, proposal, by)
            kind = "problem"
        self.tally.done[f"triaged_{kind}"] += 1

    def _kind(self, message: Message) -> str:
        told = message.labels.get("kind", "")
        if message.kind == "suggestion" or "建议" in told:
            return "suggestion"
        return "enquiry" if "咨询" in told else "problem"

    def _known(self, proposal: Proposal | None) -> str | None:
        """Number of the open problem that looks the same, if any does."""
        for like in proposal.lookalikes if proposal else ():
            if like.grade != Grade.SAME:
                continue
            if like.label == "ledger.problem":
                found = Problem.objects.open().filter(pk=like.thing_id).first()
            else:
                other = Message.objects.filter(pk=like.thing_id).select_related("problem").first()
                found = other.problem if other else None
            if found and found.state not in ("closed", "merged"):
                return found.number
        return None

    def _category(self, message: Message, proposal: Proposal | None) -> Any:
        """As the sheet labelled it, else as proposed, else left open."""
        label = message.labels.get("category", "")
        named = category_named(label) if label else None
        guess = proposal.category if proposal else None
        if named is not None:
            return named
        return self._categories().get(guess.value) if guess else None

    def _categories(self) -> dict[Any, Any]:
        return Category.objects.in_bulk()

    def _refer(self, message: Message, proposal: Proposal | None, by: Actor) -> None:
        category = self._category(message, proposal)
        right = self._responsible(proposal, category)
        unit = self._somebody_else(right) if self.rng.random() < self.habits.mistaken else right
        urgent = bool(proposal and proposal.urgency.value == "urgent")
        intake.confirm(message=message, by=by, unit=unit, category=category, urgent=urgent)
        if message.problem_id is not None:
            self.right[message.problem_id] = right

    def _responsible(self, proposal: Proposal | None, category: Any) -> Unit:
        """The unit proposed, when triage is sure of it; else one whose duty the category is."""
        guess = proposal.unit if proposal else None
        if guess and guess.sure and guess.value and guess.value != self.top.pk:
            unit = Unit.objects.filter(pk=guess.value).first()
            if unit is not None:
                return unit
        duties = self._duties(category)
        return self.rng.choice(duties) if duties else self._somebody_else(self.top)

    def _duties(self, category: Any) -> list[Unit]:
        if category is None:
            return []
        line = [category.pk, *category.children.order_by("pk").values_list("pk", flat=True)]
        rows = Duty.objects.filter(category_id__in=line, is_active=True, unit__parent=self.top)
        return [duty.unit for duty in rows.select_related("unit").order_by("pk")]

    def _somebody_else(self, unit: Unit) -> Unit:
        rows = Unit.objects.active().filter(parent=self.top).exclude(pk=unit.pk).order_by("code")
        return self.rng.choice(list(rows)) if rows else unit

    # -- the units -------------------------------------------------------------------------------

    def _give_back(self, pk: int) -> None:
        """Units give back what is not theirs; the office hands it to the right one."""
        problem, right = self._problem(pk), self.right.get(pk)
        if problem.unit is None or right is None or right.pk == problem.unit_id:
            return
        reason = said("return", self.rng, better=right.name)
        handler = self.posts.at(Role.HANDLER, problem.unit)
        self._move(pk, "return", handler, reason=reason, better_unit=right)
        operator = self.posts.at(Role.OPERATOR, self.top)
        self._move(pk, "refer", operator, unit=right, reason=reason)

    def _accept(self, pk: int) -> None:
        self._move(pk, "accept", self._of(pk, Role.HANDLER))

    def _plan(self, pk: int) -> None:
        today = clock.today()
        day = min(calendar.add(today, 5), max(self._problem(pk).due or today, today))
        count = self.rng.choice([1, 1, 2, 3])
        texts = [f"现场核查并整改（{n}）" for n in range(1, count + 1)]
        rows = [{"text": text, "owner": said("owner", self.rng), "deadline": day} for text in texts]
        self._move(pk, "plan", self._of(pk, Role.HANDLER), measures=rows)

    def _fix(self, pk: int) -> None:
        """Finish what is open, with evidence, and report it."""
        handler = self._of(pk, Role.HANDLER)
        open_ = self._problem(pk).measures.filter(dropped_at=None, done_at=None).order_by("id")
        for measure in list(open_):
            text = f"{measure.text}\n{clock.now():%Y-%m-%d %H:%M}\n{self.rng.random()}".encode()
            upload = ledger.upload(
                problem=self._problem(pk), by=handler, name="record.txt", stream=io.BytesIO(text)
            )
            self._move(pk, "finish_measure", handler, measure=measure.pk, files=[upload.pk])
        note = said("report", self.rng, count=str(len(open_)))
        self._move(pk, "report", self._of(pk, Role.LEADER), note=note)

    def _check(self, pk: int, *, sure: bool = False) -> None:
        verifier = self.posts.at(Role.VERIFIER, self.top)
        if not sure and self.rng.random() < self.habits.failed:
            self._move(pk, "fail", verifier, reason=said("fail", self.rng))
        else:
            self._move(pk, "pass", verifier, note=said("pass", self.rng))

    # -- the citizens ----------------------------------------------------------------------------

    def _ask(self, pk: int) -> None:
        self._move(pk, "ask", self.posts.at(Role.OFFICE, self.top))

    def _hear(self, pk: int) -> None:
        for reporter in self._asked(pk):
            if self.rng.random() < self.habits.silent:
                self.tally.done["answers_none"] += 1
                continue
            unhappy = self.rng.random() < self.habits.unhappy
            self._answer(reporter, self.rng.choice(["not", "partly"]) if unhappy else "solved")
            if unhappy:
                return

    def _content(self, pk: int) -> None:
        for reporter in self._asked(pk):
            self._answer(reporter, "solved")

    def _asked(self, pk: int) -> Iterator[Reporter]:
        words = Word.objects.filter(problem_id=pk, answer="", reporter__until=None)
        rows = words.filter(round=self._problem(pk).round).select_related("reporter")
        return (word.reporter for word in rows.order_by("id"))

    def _answer(self, reporter: Reporter, answer: str) -> None:
        grades = [self.rng.choices(["good", "fair", "bad"], MOODS[answer])[0] for _ in range(3)]
        message = Message.objects.get(pk=reporter.source_id)
        intake.answer(
            message=message,
            answer=answer,
            response=grades[0],
            result=grades[1],
            attitude=grades[2],
            words=said(answer, self.rng, "citizen"),
        )
        self.tally.done[f"answers_{answer}"] += 1

    def _close(self, pk: int) -> None:
        note = said("close", self.rng)
        problem = self._move(pk, "close", self.posts.at(Role.OFFICE, self.top), note=note)
        self.tally.done[f"closed_{problem.closing}"] += 1

    # -- what all need ---------------------------------------------------------------------------

    def _move(self, pk: int, move: str, by: Actor, **given: Any) -> Problem:
        problem = ledger.move(problem=self._problem(pk), move=move, by=by, **given)
        self.tally.done[move] += 1
        return problem

    def _problem(self, pk: int) -> Problem:
        return Problem.objects.select_related("unit", "category").get(pk=pk)

    def _of(self, pk: int, role: Role) -> Actor:
        unit = self._problem(pk).unit
        if unit is None:
            raise ValueError(f"problem {pk} stands with no unit")
        return self.posts.at(role, unit)

    def _problems(self, messages: Iterable[int]) -> list[int]:
        rows = Message.objects.filter(pk__in=list(messages), state=State.REFERRED)
        return list(rows.order_by("problem_id").values_list("problem_id", flat=True))

    def _in(self, problems: list[int], *states: str) -> list[int]:
        rows = Problem.objects.filter(pk__in=problems, state__in=states).order_by("pk")
        return list(rows.values_list("pk", flat=True))
