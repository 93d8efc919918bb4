"""The duty list: who answers for what."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from xiaohao.kernel.access import By, require_at
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import change, create
from xiaohao.triage.models import Category, Duty
from xiaohao.triage.reading import plain
from xiaohao.units.models import Unit

MOST_WORDS = 60
LONGEST_WORD = 20


def set_duty(
    *,
    unit: Unit,
    category: Category,
    words: Iterable[str] = (),
    by: By,
    expected: int | None = None,
) -> Duty:
    """Let a unit answer for a category; `words` besides the category's own lead to it.

    Args:
        expected: the version the writer had seen, of a duty that was there; None asks nothing.

    Raises:
        Forbidden, NotFound: `by` may not change duties there.
        Refused: `too_many_words`, `word_too_long`.
        Stale: the duty was changed meanwhile.
    """
    require_at(by, Permission.MANAGE_DUTIES, unit.path)
    told = _words(words)
    data = {"unit": unit.code, "category": category.code, "words": told}
    with transaction.atomic():
        duty = Duty.objects.filter(unit=unit, category=category).first()
        if duty is None:
            duty = Duty(unit=unit, category=category, words=told)
            create(thing=duty, by=by, kind="set", data=data)
            return duty
        if expected is None and duty.is_active and duty.words == told:
            return duty
        duty.words, duty.is_active = told, True
        change(
            thing=duty, by=by, kind="set", fields=["words", "is_active"],
            data=data, expected=expected,
        )  # fmt: skip
    return duty


def drop_duty(*, duty: Duty, by: By, expected: int | None = None) -> None:
    """Take a duty off the list.

    Raises:
        Forbidden, NotFound: `by` may not change duties there, or it is off the list already.
        Stale: the duty was changed meanwhile.
    """
    require_at(by, Permission.MANAGE_DUTIES, duty.unit.path)
    if not duty.is_active:
        raise NotFound([Unmet("not_on_the_list", _("This duty is not on the list any more."))])
    duty.is_active = False
    data = {"unit": duty.unit.code, "category": duty.category.code}
    change(thing=duty, by=by, kind="dropped", fields=["is_active"], data=data, expected=expected)


def _words(given: Iterable[str]) -> list[str]:
    told = list(dict.fromkeys(word for one in given if (word := plain(clean(one)).text)))
    if len(told) > MOST_WORDS:
        text = _("At most %(limit)d words go with a duty; you gave %(given)d.")
        said = text % {"limit": MOST_WORDS, "given": len(told)}
        raise Refused.because("too_many_words", said, "words")
    long = next((word for word in told if len(word) > LONGEST_WORD), None)
    if long:
        text = _("“%(word)s” is too long for a word: %(limit)d characters at most.")
        raise Refused.because(
            "word_too_long", text % {"word": long, "limit": LONGEST_WORD}, "words"
        )
    return told
