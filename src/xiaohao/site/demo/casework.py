"""How one case goes, from the first message to the last step that anybody would take on it."""

import datetime as dt
import random
from itertools import pairwise
from typing import Any

from xiaohao.kernel import calendar
from xiaohao.kernel.clock import ZONE
from xiaohao.ledger.rules import MOST_RETURNS
from xiaohao.site.demo import shifts
from xiaohao.site.demo.city import City
from xiaohao.site.demo.grammar import expand, lines, words
from xiaohao.site.demo.steps import Case, Step

DAYS_TO_ANSWER = 5  # as the ledger's rules have it
MERGED = 10_000  # number of the side case that a case's last message made before it was merged

# Chances, as a fraction of the cases.
LATE_TRIAGE, RETURNED, RETURNED_TWICE, STUCK, SLOW = 0.045, 0.1, 0.25, 0.06, 0.24
EXTENDED, GRANTED, FAILED, SILENT, UNHAPPY, LATE_WORD = 0.07, 0.75, 0.09, 0.16, 0.09, 0.15
MOST_ROUNDS = 2

# Weights of the grades good, fair and bad, by what is answered.
MOODS = {"solved": (8.0, 2.0, 0.4), "partly": (2.0, 5.0, 3.0), "not": (0.5, 2.0, 7.0)}

# Whom a hurried operator takes it for.
MISTAKEN = {
    "um": "hc", "hc": "um", "ee": "um", "ps": "um", "wa": "hc", "ms": "ed", "ed": "ms", "tr": "ps",
    "ca": "hr", "hr": "ca", "mi": "hr", "nr": "hc", "ag": "wa", "heat": "hc", "waterco": "wa",
    "gasco": "um", "powerco": "hc", "busco": "tr", "metroco": "hc", "fi": "um", "dp": "ca",
    "he": "mi", "lc": "street", "gs": "hr", "va": "ca", "hf": "hc", "ct": "street", "street": "ag",
    "university": "ed", "em": "fi", "ju": "lc", "dc": "ca", "fo": "ms", "tc": "ms", "rc": "ms",
}  # fmt: skip


def script(case: Case, city: City, rng: random.Random) -> list[Step]:
    """Every step of one case in the order of time, whether or not the month is long enough."""
    work = _Work(case, city, rng)
    return work.suggestion() if case.draft.suggestion else work.problem()


def said(name: str, rng: random.Random, table: str = "office", **slots: str) -> str:
    """Something that a post or a citizen writes down."""
    text: str = words("office")[table][name]
    options = text.strip("\n").split("\n") if table == "citizen" else lines(text)
    return expand(rng.choice(options), rng, slots.__getitem__)


class _Work:
    def __init__(self, case: Case, city: City, rng: random.Random) -> None:
        self.case, self.city, self.rng = case, city, rng
        self.steps: list[Step] = []
        self.unit = case.draft.unit
        self.now = case.messages[0][1]
        self.pace = 3.2 if rng.random() < SLOW else rng.uniform(0.4, 0.95)
        self.joined = list(case.messages)

    def _at(
        self, at: dt.datetime, what: str, who: str, message: int | None = None, **args: Any
    ) -> None:
        self.steps.append(Step(at, what, who, self.case.number, message, args))

    def _do(self, what: str, role: str, **args: Any) -> None:
        who = f"{role}-{self.unit}" if role in ("HANDLER", "LEADER") else role
        self._at(self.now, what, who, **args)

    def _wait(self, low: float, high: float) -> None:
        """Some office hours pass, more of them for a slow unit."""
        hours = self.rng.uniform(low, high) * self.pace * (0.4 if self.case.draft.urgent else 1)
        self.now = shifts.after(self.now, hours)

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    # -- the office takes it in ------------------------------------------------------------------

    def suggestion(self) -> list[Step]:
        for index, at in self.case.messages:
            self._at(at, "message", "citizen", index)
            self._triage(index, at, "suggestion")
            if self._chance(0.6):
                self.now = shifts.after(self.now, self.rng.uniform(16, 60))
                self._at(self.now, "study", "OFFICE", index, text=said("suggestion", self.rng))
                if self._chance(0.5):
                    self.now = shifts.after(self.now, self.rng.uniform(4, 30))
                    self._at(self.now, "report_up", "OFFICE", index)
        return self._sorted()

    def problem(self) -> list[Step]:
        units = self._first_units()
        self._arrive(units[0])
        for wrong, after in pairwise(units):
            self._give_back(wrong, after)
        self.unit = units[-1]
        if self._chance(STUCK):
            return self._sorted()
        self._wait(1, 9)
        self._do("accept", "HANDLER")
        if not self._chance(STUCK):
            self._round(1)
        return self._sorted()

    def _sorted(self) -> list[Step]:
        return sorted(self.steps, key=lambda step: step.at)

    def _first_units(self) -> list[str]:
        """The units it is handed to, the right one last."""
        right, desk = self.case.draft.unit, self.case.draft.desk
        if len(self.case.messages) > 1 or not self._chance(RETURNED):
            return [right]
        wrong = [self.city.responsible(MISTAKEN[desk], self.case.draft.spot)]
        if self._chance(RETURNED_TWICE):
            wrong.append(self.case.draft.spot.street_code)
        return [unit for unit in dict.fromkeys(wrong) if unit != right] + [right]

    def _arrive(self, unit: str) -> None:
        """Messages come in; the first is handed on, the others join it or are merged into it."""
        (first, at), *others = self.case.messages
        self._at(at, "message", "citizen", first)
        self._triage(first, at, "problem", unit=unit)
        start = self.now
        merge_last = len(others) > 3
        for n, (index, moment) in enumerate(others):
            self._at(moment, "message", "citizen", index)
            if merge_last and n == len(others) - 1:
                self._merge(index, moment, unit)
            else:
                self._triage(index, max(moment, start), "join", into=first)
        self.now = max(start, *(at for _i, at in self.case.messages)) if others else start

    def _triage(self, index: int, at: dt.datetime, as_: str, **args: Any) -> None:
        minutes = self.rng.lognormvariate(3.3, 0.9)
        self.now = shifts.on_duty(at, min(minutes, 150))
        if self._chance(LATE_TRIAGE) and as_ == "problem":
            self.now = shifts.after(self.now, self.rng.uniform(9, 20))
        args["topic"] = self.case.draft.topic
        self._at(self.now, "triage", "OPERATOR", index, **{"as": as_, **args})

    def _merge(self, index: int, at: dt.datetime, unit: str) -> None:
        """Somebody took it for a new matter; the office saw that it is not."""
        self._triage(index, at, "problem", unit=unit)
        side = self.case.number + MERGED
        self.steps[-1] = Step(self.now, "triage", "OPERATOR", side, index, self.steps[-1].args)
        later = shifts.after(self.now, self.rng.uniform(0.5, 4))
        self.steps.append(Step(later, "merge", "OFFICE", side, None, {"into": self.case.number}))
        self.now = later

    def _give_back(self, wrong: str, after: str) -> None:
        self.unit = wrong
        self._wait(1, 8)
        if self._chance(0.4):
            self._do("accept", "HANDLER")
            self._wait(1, 6)
        better = self.case.draft.unit
        reason = said("return", self.rng, better=self.city.names[better])
        self._do("return", "HANDLER", reason=reason, better_unit=better)
        self._wait(0.3, 5)
        twice = sum(step.what == "return" for step in self.steps) == MOST_RETURNS
        # The second time the common superior decides; who that is, the ledger knows.
        move, who = ("arbitrate", "ARBITER") if twice else ("refer", "OPERATOR")
        self._do(move, who, unit=after, reason=reason[:200])

    # -- the unit fixes it, somebody else looks, the citizen speaks ------------------------------

    def _round(self, number: int) -> None:
        self._wait(1, 8)
        steps = list(self.case.draft.steps) or ["现场核查并解决"]
        if number > 1:
            steps = [f"返工：{steps[-1]}"]
        self._do("plan", "HANDLER", measures=self._measures(steps))
        if number == 1 and self._chance(EXTENDED):
            self._extend()
        for n in range(len(steps)):
            self._wait(5, 26)
            self._do("finish_measure", "HANDLER", measure=n, note=steps[n])
        self._report(len(steps))
        self._verify(len(steps), number)

    def _measures(self, steps: list[str]) -> list[dict[str, Any]]:
        """One after the other, each from the day after the one before until its deadline."""
        before = self.now.astimezone(ZONE).date()
        day, rows = before, []
        for n, text in enumerate(steps):
            owner = said("owner", self.rng)
            deadline = calendar.add(day, 3 * n + self.rng.randint(2, 4))
            days = max(calendar.between(before, deadline), 1)
            row = {"text": text, "owner": owner, "deadline": deadline, "days": days}
            rows.append(row | {"after": [n] if n else []})
            before = deadline
        return rows

    def _extend(self) -> None:
        self._wait(2, 12)
        day = calendar.add(self.now.astimezone(ZONE).date(), self.rng.randint(18, 24))
        self._do("ask_extension", "HANDLER", deadline=day, reason=said("extend", self.rng))
        self._wait(1, 6)
        if self._chance(GRANTED):
            self._do("grant_extension", "OFFICE", note=said("grant", self.rng))
        else:
            self._do("decline_extension", "OFFICE", reason=said("decline", self.rng))

    def _report(self, count: int) -> None:
        self._wait(0.5, 6)
        self._do("report", "LEADER", note=said("report", self.rng, count=str(count)))

    def _verify(self, count: int, number: int) -> None:
        self._wait(2, 14)
        if self._chance(FAILED):
            failed = self.rng.randrange(count)
            self._do("fail", self._verifier(), reason=said("fail", self.rng), failed=[failed])
            self._wait(6, 24)
            self._do("finish_measure", "HANDLER", measure=failed, note="返工完成")
            self._report(count)
            self._wait(2, 10)
        self._do("pass", self._verifier(), note=said("pass", self.rng))
        self._wait(0.2, 3)
        self._do("ask", "OFFICE")
        self._hear(number)

    def _verifier(self) -> str:
        district = self.unit[:6]
        return f"VERIFIER-{district}" if district.isdigit() else "VERIFIER"

    def _hear(self, number: int) -> None:
        """Every reporter is heard, or is silent for the time given; then it is struck off."""
        asked = self.now
        answers = sorted(
            (self._when(asked), index, self._answer())
            for index, _at in self.case.messages
            if not self._chance(self._silence())
        )
        for at, index, answer in answers:
            self._at(at, "answer", "citizen", index, **answer)
            if answer["answer"] != "solved":
                self.now = shifts.after(at, 1)
                if number < MOST_ROUNDS:
                    self._round(number + 1)
                return
        heard = {index for _at, index, _answer in answers}
        silent = [index for index, _at in self.case.messages if index not in heard]
        self.now = max([asked, *(at for at, _index, _answer in answers)])
        if silent:
            last = calendar.add(asked.astimezone(ZONE).date(), DAYS_TO_ANSWER)
            self.now = shifts.working(shifts.local(last + dt.timedelta(days=1), shifts.OPENS))
        self.now = shifts.after(self.now, self.rng.uniform(0.5, 7))
        self._do("close", "OFFICE", note=said("close", self.rng))
        if silent and number < MOST_ROUNDS and self._chance(LATE_WORD):
            self._late_word(silent[0], number)

    def _late_word(self, index: int, number: int) -> None:
        """Somebody who had been silent says after the closing that nothing is solved."""
        at = shifts.awake(self.now + dt.timedelta(hours=self.rng.uniform(6, 60)), self.rng)
        self._at(at, "answer", "citizen", index, **self._grades("not"))
        self.now = shifts.after(at, 1)
        self._round(number + 1)

    def _silence(self) -> float:
        return 0.7 if self.case.draft.channel == "box" else SILENT

    def _when(self, asked: dt.datetime) -> dt.datetime:
        hours = min(self.rng.lognormvariate(2.2, 1.0), 96)
        return shifts.awake(asked + dt.timedelta(hours=max(hours, 0.3)), self.rng)

    def _answer(self) -> dict[str, str]:
        unhappy = UNHAPPY if len(self.case.messages) == 1 else UNHAPPY / 3
        if self._chance(unhappy):
            return self._grades(self.rng.choice(["not", "not", "partly"]))
        return self._grades("solved")

    def _grades(self, answer: str) -> dict[str, str]:
        mood = MOODS[answer]
        grades = {
            name: self.rng.choices(["good", "fair", "bad"], mood)[0]
            for name in ("response", "result", "attitude")
        }
        return {"answer": answer, **grades, "words": said(answer, self.rng, "citizen")}
