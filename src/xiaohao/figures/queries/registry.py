"""The registry: every metric, declared once beside the room that owns it."""

from collections.abc import Sequence

from django.utils.translation import override

from xiaohao.figures.rules import Metric
from xiaohao.kernel.hashing import digest

_registry: dict[str, Metric] = {}


def declare(*metrics: Metric) -> None:
    """Put metrics into the registry; each room does so once, when the application starts.

    Raises:
        ValueError: the key is taken by another declaration.
    """
    for metric in metrics:
        if metric.key in _registry:
            raise ValueError(f"the metric {metric.key} is declared twice")
        _registry[metric.key] = metric


def registry() -> Sequence[Metric]:
    """Every declared metric, in order of declaration."""
    return tuple(_registry.values())


def find(key: str) -> Metric:
    """The metric of that key.

    Raises:
        KeyError: none is declared.
    """
    return _registry[key]


def dimensions(metric: Metric) -> tuple[str, ...]:
    """By what it can be split or narrowed; what is derived, by what all its parts can."""
    bases = [find(metric.of)] if metric.of else [find(key) for key in metric.bases]
    more = ("source", "programme") if all(base.sourced for base in bases) else ()
    return ("unit", "line", "category", "channel", *more, "day")


def definition_hash(metric: Metric) -> str:
    """SHA-256, in hexadecimal, over what says which figure this is, its parts' included.

    Of the texts the English definition, which is the source of the others. Two installations add up
    a figure only where theirs agree. Thresholds and names may differ: they decide nothing of it.
    """
    with override("en"):
        words = str(metric.definition)
    parts = [key for key in (*metric.bases, metric.of) if key and key != metric.key]
    said = {
        "key": metric.key,
        "definition": words,
        "kind": metric.kind,
        "dated": metric.dated,
        "summed": metric.summed,
        "window": metric.window,
        "share": str(metric.share) if metric.of else "",
        "parts": [definition_hash(find(key)) for key in parts],
    }
    return digest(said).hex()


def kept(key: str) -> Metric:
    """The metric of that key, if changes are written for it.

    Raises:
        KeyError: none is declared, or it is derived from others.
    """
    metric = find(key)
    if not metric.is_kept:
        raise KeyError(f"{key} is derived from other metrics; nothing is written for it")
    return metric
