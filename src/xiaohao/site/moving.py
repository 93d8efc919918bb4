"""What the components that lead from page to page show: navigation, filters, sorting, paging.

Filters, order and page live in the address, so that what somebody sees can be sent to a colleague.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from xiaohao.kernel.paging import Total
from xiaohao.kernel.places import place as page
from xiaohao.people.queries import posts_of
from xiaohao.site.navigation import ENTRIES, entries, groups

Shown = dict[str, Any]
OWN_NAMES = {"zh-hans": "中文", "en": "English"}
DOCKED = 4  # entries in the bottom bar of a phone; the rest stands under "More"


def changed_query(current: QueryDict, changes: Mapping[str, Any]) -> str:
    """`?…` with `changes` made; None and "" remove. A change starts again at the first page.

    A list or tuple sets the parameter several times. Returns "?" when nothing is left, which as a
    link means this page without parameters.
    """
    made = current.copy()
    if "cursor" not in changes:
        made.pop("cursor", None)
    for name, value in changes.items():
        if value is None or value == "":
            made.pop(name, None)
        elif isinstance(value, (list, tuple)):
            made.setlist(name, [str(one) for one in value])
        else:
            made[name] = str(value)
    return f"?{made.urlencode()}"


def navigation(context: Context, place: str = "rail") -> SafeString:
    """The entries the person may use, `place` being `rail` (beside the page) or `dock` (phone).

    Who may use which is found out for every page; what is drawn follows from that alone.
    """
    request = context["request"]
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    shown = tuple(
        (entry.page, entry.is_at(here)) for entry in entries(getattr(request, "actor", None))
    )
    return _drawn(place, shown, get_language(), get_urlconf(), get_script_prefix())


@lru_cache(maxsize=1000)
def _drawn(place: str, pages: Sequence[tuple[str, bool]], *_addressed: str | None) -> SafeString:
    """The navigation with these entries, each with whether the page lies under it."""
    return render_to_string("components/navigation.html", _navigation(place, dict(pages)))


def _navigation(place: str, pages: Mapping[str, bool]) -> Shown:
    shown = [
        {
            "label": entry.label,
            "icon": entry.icon,
            "href": entry.address(),
            "group": entry.group,
            "current": pages[entry.page],
        }
        for entry in ENTRIES
        if entry.page in pages
    ]
    return {
        "place": place,
        "groups": [
            {"label": label, "entries": [e for e in shown if e["group"] == code]}
            for code, label in groups()
            if any(e["group"] == code for e in shown)
        ],
        "docked": shown[:DOCKED],
        "more": shown[DOCKED:],
    }


def post_switcher(context: Context) -> Shown:
    """The post the person acts from, and the others he holds; nothing for strangers."""
    request = context["request"]
    user = getattr(request, "user", None)
    actor = getattr(request, "actor", None)
    posts = posts_of(request)
    current = next((post for post in posts if actor and post.pk == actor.post_id), None)
    return {
        "user": user,
        "current": current,
        "others": [post for post in posts if post is not current],
        "switch": page("people_switch"),
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token", ""),
    }


def language_switch(context: Context) -> Shown:
    """A button for each language; the page stays where it is."""
    request = context["request"]
    return {
        "languages": [
            {"code": code, "name": OWN_NAMES[code], "current": code == get_language()}
            for code, _ in settings.LANGUAGES
        ],
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token", ""),
    }


def sort_head(
    context: Context,
    key: str,
    label: str,
    numeric: bool = False,  # noqa: FBT001, FBT002 (template tag)
    default: str = "",
) -> Shown:
    """A `<th>` whose link sorts by `key`, upwards, then downwards (`?sort=key`, `?sort=-key`).

    `default` is the order in force when the address names none.
    """
    get = context["request"].GET
    current = get.get("sort") or default
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    target = f"-{key}" if order == "ascending" else key
    return {
        "label": label,
        "order": order,
        "numeric": numeric,
        "href": changed_query(get, {"sort": target}),
    }


def filter_menu(
    context: Context, param: str, label: str, options: Iterable[Sequence[Any]]
) -> Shown:
    """A menu of one filter: `options` are `(value, label)` or `(value, label, count)`."""
    get = context["request"].GET
    current = get.get(param, "")
    shown = [
        {
            "label": option[1],
            "count": option[2] if len(option) > 2 else None,  # noqa: PLR2004 (the third is the count)
            "current": str(option[0]) == current,
            "href": changed_query(get, {param: option[0]}),
        }
        for option in options
    ]
    chosen = next((option["label"] for option in shown if option["current"]), "")
    return {
        "label": label,
        "options": shown,
        "chosen": chosen,
        "clear": changed_query(get, {param: None}),
    }


def filter_chips(context: Context, chips: Iterable[Mapping[str, Any]]) -> Shown:
    """The filters in force, each with a link that takes it out.

    A chip is `{"param", "label", "value"}`: the parameter, and the words that stand for it.
    """
    get = context["request"].GET
    shown = [
        {
            "label": chip["label"],
            "value": chip["value"],
            "href": changed_query(get, {chip["param"]: None}),
        }
        for chip in chips
    ]
    names = [chip["param"] for chip in chips]
    return {"chips": shown, "clear": changed_query(get, dict.fromkeys(names))}


def search_box(context: Context, param: str = "q", label: str = "", placeholder: str = "") -> Shown:
    """A search field that keeps the other filters of the address."""
    get = context["request"].GET
    kept = [
        (name, value)
        for name, values in get.lists()
        if name not in {param, "cursor"}
        for value in values
    ]
    return {
        "param": param,
        "label": label,
        "placeholder": placeholder,
        "value": get.get(param, ""),
        "kept": kept,
    }


def pager(
    context: Context, following: str | None, shown: int, total: Total | int | None = None
) -> Shown:
    """How many rows are shown, a link to the following page and one back to the first.

    `following` is the cursor of the next page (None at the end); `total` stands for all rows the
    filters leave, where it is known.
    """
    if isinstance(total, int):
        total = Total(total)
    get = context["request"].GET
    return {
        "shown": shown,
        "total": total,
        "first": changed_query(get, {"cursor": None}) if get.get("cursor") else "",
        "following": changed_query(get, {"cursor": following}) if following else "",
    }


def breadcrumbs(items: Iterable[Sequence[str]]) -> Shown:
    """The way down the tree: `(label, address)` from the top; the last one is this page."""
    steps = [{"label": item[0], "href": item[1] if len(item) > 1 else ""} for item in items]
    return {"steps": steps[:-1], "last": steps[-1] if steps else None}


def tabs(items: Iterable[Mapping[str, Any]], label: str = "") -> Shown:
    """Links to saved views or parts of a page: `{"label", "href", "current", "count"}`."""
    shown = [
        {
            "label": item["label"],
            "href": item["href"],
            "current": bool(item.get("current")),
            "count": item.get("count"),
        }
        for item in items
    ]
    return {"tabs": shown, "label": label}
