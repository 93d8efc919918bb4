"""The single checks that moves are made of: each gives what is unmet, in reading order."""

from collections.abc import Callable, Mapping
from typing import Any

from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.services.rules.facts import BAD, GRADES, Facts, Need

Given = Mapping[str, Any]
By = Actor | Nobody
Check = Callable[[Facts, By, Given], list[Need]]


def by_department(facts: Facts, actor: By, _: Given) -> list[Need]:
    """The department that promised acts, or a unit of it; nobody above does it in its name."""
    own = isinstance(actor, Actor) and actor.unit_path.startswith(facts.department_path)
    return [] if own else [Need("not_department")]


def by_caller(facts: Facts, actor: By, _: Given) -> list[Need]:
    """The unit that called acts, and nobody in its name."""
    own = isinstance(actor, Actor) and actor.unit_id == facts.caller_id
    return [] if own else [Need("not_caller")]


def for_caller(facts: Facts, actor: By, _: Given) -> list[Need]:
    """The unit that called acts, or one above it."""
    own = isinstance(actor, Actor) and facts.caller_path.startswith(actor.unit_path)
    return [] if own else [Need("not_caller")]


def not_department(facts: Facts, actor: By, _: Given) -> list[Need]:
    """Nobody of the department, from whichever of his posts, judges what it delivered."""
    own = isinstance(actor, Actor) and actor.belongs_to(facts.department_path)
    return [Need("own_service")] if own else []


def first_round(facts: Facts, _a: By, _: Given) -> list[Need]:
    """What was taken on once is neither declined nor taken back afterwards."""
    return [Need("taken_before")] if facts.round > 1 else []


def _text(given: Given, name: str) -> str:
    return str(given.get(name) or "").strip()


def reason_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A reason is written."""
    return [] if _text(given, "reason") else [Need("reason_missing", "reason")]


def note_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """What was delivered is written."""
    return [] if _text(given, "note") else [Need("note_missing", "note")]


def evidence_needed(facts: Facts, _a: By, given: Given) -> list[Need]:
    """A photo or document of this round shows it; a reason why there is none does not do."""
    return [] if facts.shown or given.get("files") else [Need("evidence_missing", "files")]


def grade_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """A grade is chosen, and a bad one explained."""
    grade = given.get("grade")
    if not isinstance(grade, int) or grade not in GRADES:
        return [Need("grade_missing", "grade")]
    return [Need("words_missing", "words")] if grade <= BAD and not _text(given, "words") else []


def words_needed(_f: Facts, _a: By, given: Given) -> list[Need]:
    """What is missing is written."""
    return [] if _text(given, "words") else [Need("words_missing", "words")]


def no_problem(facts: Facts, _a: By, _: Given) -> list[Need]:
    """It stands on the ledger once."""
    return [Need("on_ledger")] if facts.problem else []


def failed(facts: Facts, _a: By, _: Given) -> list[Need]:
    """The promise was missed, or the caller was not served."""
    return [] if facts.late or facts.bad else [Need("not_failed")]
