"""The model that leads, and what trainings were worth."""

from dataclasses import dataclass

from django.db.models import QuerySet

from xiaohao.triage import store
from xiaohao.triage.classifier import Classifier
from xiaohao.triage.models import Kind, Lesson, TrainedModel


def leading(kind: str = Kind.CATEGORY) -> TrainedModel | None:
    """The model in use, or None before the first training."""
    return TrainedModel.objects.filter(kind=kind, active=True).first()


def classifiers() -> dict[str, Classifier]:
    """The leading models by kind, ready to use; without those whose file is missing or altered."""
    rows = TrainedModel.objects.filter(active=True).order_by("kind").values_list("kind", "sha256")
    loaded = {kind: store.load_or_none(digest) for kind, digest in rows}
    return {kind: model for kind, model in loaded.items() if model is not None}


@dataclass(frozen=True, slots=True)
class History:
    """Trainings of one kind, newest first, and whether the leading one's file is sound."""

    kind: Kind
    models: list[TrainedModel]
    leader: TrainedModel | None
    file_is_sound: bool
    waiting: int


def history(kind: Kind, most: int = 20) -> History:
    """What the page of models shows for one kind."""
    rows: QuerySet[TrainedModel] = TrainedModel.objects.filter(kind=kind).order_by("-id")
    leader = leading(kind)
    sound = leader is None or store.load_or_none(leader.sha256) is not None
    return History(kind, list(rows[:most]), leader, sound, waiting_lessons(kind))


def waiting_lessons(kind: str = Kind.CATEGORY) -> int:
    """Lessons learnt since the leading model was trained."""
    leader = leading(kind)
    rows = Lesson.objects.filter(**{f"{kind_field(kind)}__isnull": False})
    return rows.filter(at__gt=leader.trained_at).count() if leader else rows.count()


def kind_field(kind: str) -> str:
    """The column of a lesson that a model of this kind learns."""
    return "category" if kind == Kind.CATEGORY else "urgent"
