"""Training: from lessons to a model, measured on cases it had not seen, leading if worth it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from xiaohao.kernel import clock, locks
from xiaohao.kernel.access import By, require
from xiaohao.kernel.acting import Permission
from xiaohao.kernel.errors import Refused
from xiaohao.trail.actions import note
from xiaohao.triage import store
from xiaohao.triage.classifier import Example
from xiaohao.triage.likeness import groups, look
from xiaohao.triage.models import Category, Kind, Lesson, TrainedModel
from xiaohao.triage.queries.leading import leading
from xiaohao.triage.rules import (
    FEWEST_LESSONS,
    FOLDS,
    MOST_LESSONS,
    commonest_macro_f1,
    curve,
    may_lead,
    rolled_up,
    sure_part,
)
from xiaohao.triage.urgency import NORMAL, URGENT

if TYPE_CHECKING:
    from xiaohao.triage.learning import Held

ALIKE = 0.5  # from this likeness two lessons are never on both sides of a measurement
TRAIN = "triage.train"  # name of the job
Progress = Callable[[int, int], None]


def train(*, by: By, kind: str = Kind.CATEGORY, progress: Progress | None = None) -> TrainedModel:
    """Train on the newest lessons, measure on folds held out, let it lead if it is worth it.

    Takes up to a minute for some thousand lessons; call it from a job or the command line.

    Args:
        progress: told how many trainings of how many are done.

    Raises:
        Forbidden: `by` may not train.
        Refused: `too_few_lessons`, `one_category`.
    """
    from xiaohao.triage.learning import learn  # noqa: PLC0415 (scikit-learn takes seconds to load)

    require(by, Permission.TRAIN)
    started = time.monotonic()
    examples = _examples(Kind(kind))
    _check(examples)
    model, held = learn(examples, FOLDS, progress)
    digest = store.keep(model)
    row = _measured(Kind(kind), held, digest, len(examples))
    row.seconds = round(time.monotonic() - started, 2)
    return _lead(row, held, by)


def ask_for_training(*, by: By, kind: str = Kind.CATEGORY) -> bool:
    """Let the job worker train a model of that kind; False when such a job is waiting already.

    Raises:
        Forbidden: `by` may not train.
    """
    require(by, Permission.TRAIN)
    job = app.configure_task(TRAIN, queueing_lock=f"{TRAIN}:{kind}", lock=TRAIN)
    try:
        with transaction.atomic():
            job.defer(kind=str(kind))
    except AlreadyEnqueued:
        return False
    return True


def _lead(row: TrainedModel, held: "Held", by: By) -> TrainedModel:
    counts = [int(scores["support"]) for scores in held.per_label().values()]
    with transaction.atomic():
        locks.hold(f"triage.train:{row.kind}")
        before = leading(row.kind)
        row.active = may_lead(
            row.macro_f1, commonest_macro_f1(counts), before.macro_f1 if before else None
        )
        row.verdict = _verdict(row, before)
        if row.active and before:
            TrainedModel.objects.filter(pk=before.pk).update(active=False)
        row.save(force_insert=True)
        data = {
            "kind": row.kind,
            "n": row.n,
            "accuracy": row.accuracy,
            "macro_f1": row.macro_f1,
            "sha256": row.sha256,
            "verdict": row.verdict,
        }
        note(label="triage.model", thing_id=row.pk, by=by, kind="trained", data=data)
    return row


def _verdict(row: TrainedModel, before: TrainedModel | None) -> str:
    if not row.active:
        return "worse" if before and row.macro_f1 < before.macro_f1 else "useless"
    if before is None:
        return "first"
    return "better" if row.macro_f1 > before.macro_f1 else "equal"


def _measured(kind: Kind, held: "Held", digest: str, lessons: int) -> TrainedModel:
    confidences, right = held.confidences, held.right
    share, accuracy = sure_part(confidences, right)
    return TrainedModel(
        kind=kind,
        trained_at=clock.now(),
        n=lessons,
        held_out=len(right),
        accuracy=held.accuracy,
        macro_f1=held.macro_f1,
        sure_share=share,
        sure_accuracy=accuracy,
        per_category=held.per_label(),
        curve=[asdict(point) for point in curve(confidences, right)],
        sha256=digest,
    )


def _check(examples: list[Example]) -> None:
    if len(examples) < FEWEST_LESSONS:
        text = _(
            "Training needs %(fewest)d confirmed cases in categories that have several; there are "
            "%(have)d. Until then the duty list proposes."
        ) % {"fewest": FEWEST_LESSONS, "have": len(examples)}
        raise Refused.because("too_few_lessons", text)
    if len({one.label for one in examples}) == 1:
        text = _("All confirmed cases say the same; there is nothing to tell apart yet.")
        raise Refused.because("one_category", text)


def _examples(kind: Kind) -> list[Example]:
    rows = _labelled(kind)
    alike = groups([look(title, text) for title, text, _ in rows], ALIKE)
    return [Example(*row, group) for row, group in zip(rows, alike, strict=True)]


def _labelled(kind: Kind) -> list[tuple[str, str, str]]:
    """(title, text, label) of the newest lessons, oldest first."""
    rows = Lesson.objects.order_by("-at", "-id")
    if kind == Kind.URGENCY:
        told = rows.exclude(urgent=None).values_list("title", "text", "urgent")[:MOST_LESSONS]
        words = [(title, text, URGENT if urgent else NORMAL) for title, text, urgent in told]
        fewest = min(
            (sum(1 for one in words if one[2] == label) for label in (URGENT, NORMAL)), default=0
        )
        return words[::-1] if fewest >= FOLDS * FOLDS else []
    found = list(
        rows.exclude(category=None).values_list("title", "text", "category_id")[:MOST_LESSONS]
    )
    return _named(found[::-1])


def _named(found: Sequence[tuple[str, str, int | None]]) -> list[tuple[str, str, str]]:
    categories = {row.pk: row for row in Category.objects.order_by("id")}
    counts: dict[int, int] = {}
    for _title, _text, category in found:
        if category is not None:
            counts[category] = counts.get(category, 0) + 1
    stands = rolled_up(counts, {pk: row.parent_id for pk, row in categories.items()})
    return [
        (title, text, categories[stands[category]].code)
        for title, text, category in found
        if category in stands
    ]
