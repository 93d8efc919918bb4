"""Things named one beside the other, as the reader's language does it."""

from collections.abc import Iterable

from django.utils.translation import get_language


def listed(parts: Iterable[object]) -> str:
    """Names beside each other as the reader's language parts them: `甲、乙` or `one, two`."""
    chinese = (get_language() or "zh").startswith("zh")
    return ("、" if chinese else ", ").join(map(str, parts))
