"""The household's word on a fix, taken down by a visitor."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from xiaohao.commitments.actions import given as readers
from xiaohao.commitments.actions.handing_on import visitor
from xiaohao.commitments.models import HouseholdNeed, HouseholdWord
from xiaohao.commitments.queries.households import name_of
from xiaohao.commitments.rules import NEED_LABEL, Need, units_of, visit_day_fault
from xiaohao.commitments.wording import refusal
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.queries import hands_of, is_himself
from xiaohao.trail.actions import create


def hear(
    *,
    need: HouseholdNeed,
    by: Actor,
    answer: str,
    day: Any = None,
    words: str = "",
    grades: Mapping[str, str] | None = None,
) -> HouseholdWord:
    """Take down what the household says of the last fix; “partly” and “not” reopen it at once.

    The same word sent twice is taken down once, as it was the first time.

    Args:
        answer: `solved`, `partly` or `not`.
        day: on which it was said, today without one; not before the household was asked.
        words: its own, if any; identities are masked before they are kept.
        grades: `response`, `result`, `attitude`, each `good`, `fair` or `bad`; all optional.

    Raises:
        Forbidden, NotFound: the post visits nobody, or not there.
        Refused: `word_of_own_unit`, `word_of_reporter`: it is taken by somebody else than those who
            say that it is fixed; `day_…`; and what `ledger.actions.answer` refuses.
    """
    visitor(by, need.household.path)
    when = readers.as_day(day) if day else clock.today()
    fault = visit_day_fault(when, clock.today())
    needs = [*_parted(need, by), *([Need(fault, "day")] if fault else [])]
    if needs or when is None:
        raise refusal(needs)
    name = name_of(need.household)
    with transaction.atomic():
        word = ledger.answer(
            label=NEED_LABEL,
            source_id=need.pk,
            answer=answer,
            words=mask(clean(words), [name] if name else ()),
            **(grades or {}),
        )
        if (kept := HouseholdWord.objects.filter(word=word).first()) is not None:
            return kept
        row = HouseholdWord(
            need=need,
            word=word,
            day=when,
            post_id=by.post_id,
            account=by.account_id,
            at=clock.now(),
        )
        data = {"need": need.pk, "answer": answer, "day": when}
        create(thing=row, by=by, kind="hear", data=data)
    return row


def _parted(need: HouseholdNeed, by: Actor) -> list[Need]:
    """Who says that it is fixed does not say it in the household's name too."""
    problem = need.problem
    if problem is None:
        return [Need("need_not_on_ledger")]
    if by.belongs_to(problem.path):
        return [Need("word_of_own_unit")]
    # Posts and units are compared, not only persons: a token has none.
    same = by.account_id is not None and by.account_id == problem.reported_account
    units = units_of(by)
    same = same or any(hand.unit in units or is_himself(hand, by) for hand in hands_of(problem))
    return [Need("word_of_reporter")] if same else []
