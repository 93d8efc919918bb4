"""Categories, trained models and proposals for programs."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.kernel.access import require
from xiaohao.kernel.acting import Permission
from xiaohao.triage.models import Kind
from xiaohao.triage.queries import category_tree, history

router = Router(tags=["triage"])


class CategoryOut(Schema):
    """A category; `parent` is the code of the one above it, null at the top."""

    code: str
    name: str
    name_en: str
    parent: str | None
    depth: int


class Categories(Schema):
    """The whole tree, each category below the one it belongs to."""

    items: list[CategoryOut]


class Point(Schema):
    """Answering only the surest share `coverage`, this share is right."""

    coverage: float
    confidence: float
    accuracy: float


class Scores(Schema):
    """One label on held-out cases."""

    precision: float
    recall: float
    f1: float
    support: float


class ModelOut(Schema):
    """One training, measured on confirmed cases it had not seen."""

    id: int
    kind: str
    trained_at: datetime
    n: int
    held_out: int
    accuracy: float
    macro_f1: float
    sure_share: float
    sure_accuracy: float
    per_category: dict[str, Scores]
    curve: list[Point]
    seconds: float
    sha256: str
    verdict: str
    active: bool


class Models(Schema):
    """Trainings, newest first."""

    items: list[ModelOut]


@router.get("/categories", response=Categories, summary="The tree of categories")
def list_categories(request: HttpRequest) -> object:
    """Every category with its code, both names and its place in the tree."""
    del request
    rows = category_tree()
    codes = {row.pk: row.code for row, _ in rows}
    items = [
        {
            "code": row.code,
            "name": row.name,
            "name_en": row.name_en,
            "parent": codes.get(row.parent_id) if row.parent_id else None,
            "depth": depth,
        }
        for row, depth in rows
    ]
    return {"items": items}


@router.get("/triage/models", response=Models, summary="What trained models are worth")
def list_models(request: HttpRequest, kind: Kind = Kind.CATEGORY) -> object:
    """The last trainings of a kind with their held-out accuracy; needs the permission to train."""
    require(getattr(request, "actor", None), Permission.TRAIN)
    return {"items": history(kind).models}
