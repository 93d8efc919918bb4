"""How the parts of figures are called: categories and channels, known in rooms above figures."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from xiaohao.campaigns.models import Programme
from xiaohao.commitments.models import KIND_NAMES, Kind
from xiaohao.figures.queries import Dimension, declare_dimension
from xiaohao.kernel.acting import Actor
from xiaohao.ledger.models import Channel, Source
from xiaohao.services.queries import list_names
from xiaohao.triage.models import Category


def _categories(keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    rows = Category.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    return {str(row.pk): (row.code, row.label) for row in rows.order_by("code")}


def _under(code: str) -> Sequence[str]:
    """The category of that code and all below it."""
    within = Q(code=code) | Q(parent__code=code) | Q(parent__parent__code=code)
    return [
        str(pk)
        for pk in Category.objects.filter(within).order_by("pk").values_list("pk", flat=True)
    ]


def _channels(keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    names = {**dict(Channel.choices), **{str(kind): name for kind, name in KIND_NAMES.items()}}
    lists = list_names(keys)
    return {key: (key, str(lists.get(key) or names.get(key, key))) for key in keys}


def _channel(code: str) -> Sequence[str]:
    return [code] if code in {*Channel.values, *Kind} or list_names([code]) else []


def _sources(keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    names = dict(Source.choices)
    return {key: (key, str(names.get(key, key))) for key in keys}


def _source(code: str) -> Sequence[str]:
    return [code] if code in Source.values else []


def _source_options(_actor: Actor) -> Sequence[tuple[str, str]]:
    return [(code, str(name)) for code, name in Source.choices]


def _programmes(keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    rows = Programme.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    return {str(row.pk): (row.code, row.label) for row in rows.order_by("code")}


def _programme(code: str) -> Sequence[str]:
    found = Programme.objects.filter(code=code).order_by().values_list("pk", flat=True)
    return [str(pk) for pk in found]


def _programme_known(actor: Actor, code: str) -> bool:
    return Programme.objects.known_to(actor).filter(code=code).exists()


def _programme_options(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(row.code, row.label) for row in Programme.objects.known_to(actor).order_by("id")]


def declare_all() -> None:
    """Tell figures what their parts are called."""
    declare_dimension("category", Dimension(names=_categories, keys=_under))
    declare_dimension("channel", Dimension(names=_channels, keys=_channel))
    declare_dimension("source", Dimension(names=_sources, keys=_source, options=_source_options))
    programme = Dimension(names=_programmes, keys=_programme, known=_programme_known,
                          options=_programme_options)  # fmt: skip
    declare_dimension("programme", programme)
