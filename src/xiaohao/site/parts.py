"""What the standing components show. Each function is the tag of the same name.

Things passed in may be mappings or objects; what an item lacks is left out on the page.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.template.context import Context

from xiaohao.kernel.series import listed

Shown = dict[str, Any]


def of(item: Any, name: str, default: Any = "") -> Any:
    """A mapping's entry or an object's attribute, or `default`."""
    if isinstance(item, Mapping):
        return item.get(name, default)
    return getattr(item, name, default)


def _each(items: Iterable[Any], names: Sequence[str]) -> list[Shown]:
    return [{name: of(item, name) for name in names} for item in items]


def figure(
    label: str,
    value: Any,
    href: str = "",
    definition: str = "",
    unit: str = "",
    change: str = "",
    tone: str = "",
    trend: Sequence[float] = (),
    base: str = "",
) -> Shown:
    """A figure as a link to its records.

    Args:
        label: what is counted.
        value: a number, or words already formatted (`96%`); None shows a dash.
        href: address of the records that make it up.
        definition: what exactly is counted, shown on hover, focus and tap.
        unit: word after the number.
        change: words about the change, e.g. `+12 since yesterday`.
        tone: `red` where it is late or broken, else "".
        trend: values in time for the small line.
        base: of how many a share is, in words.
    """
    return {
        "label": label,
        "value": value,
        "href": href,
        "definition": definition,
        "unit": unit,
        "change": change,
        "tone": tone,
        "trend": trend,
        "base": base,
    }


def facts(rows: Iterable[Sequence[Any]]) -> Shown:
    """A definition list: `(label, value)`; values may be safe markup."""
    return {"rows": [(row[0], row[1]) for row in rows]}


def empty(
    title: str, text: str = "", href: str = "", action: str = "", icon: str = "inbox"
) -> Shown:
    """Nothing to show: says so, and what to do next."""
    return {"title": title, "text": text, "href": href, "action": action, "icon": icon}


def notice(text: str, tone: str = "blue", title: str = "") -> Shown:
    """A quiet box; tones as in `xiaohao.site.states`."""
    icons = {"red": "alert-triangle", "amber": "alert-triangle", "green": "circle-check"}
    return {"text": text, "tone": tone, "title": title, "icon": icons.get(tone, "info-circle")}


def refusal(unmet: Iterable[Any], title: str = "", *, sent: bool = True) -> Shown:
    """Why it was not done: every `Unmet`; `href` and `action` may add the remedy as a link.

    Where nothing was `sent` yet it says what stands in the way, and nothing of what was typed.

    Its code is for programs (`site.api` answers with it) and never stands on a page.
    """
    each = _each(unmet, ("message", "field", "href", "action"))
    return {"unmet": each, "title": title, "sent": sent}


def stale(
    changes: Iterable[Any], kept: Iterable[Sequence[str]] = (), href: str = "", version: Any = ""
) -> Shown:
    """Somebody was faster: what changed since, and what was typed, still here.

    Args:
        changes: `{"at", "by", "what", "before", "after"}`, oldest first.
        kept: `(label, text)` of what the person had typed.
        href: the thing as it stands now.
        version: the version that stands now.
    """
    return {
        "changes": _each(changes, ("at", "by", "what", "before", "after")),
        "kept": [(row[0], row[1]) for row in kept],
        "href": href,
        "version": version,
    }


def next_moves(moves: Iterable[Any], title: str = "") -> Shown:
    """What may be done next, and why not for what may not.

    A move is `{"label", "href", "allowed", "unmet", "hint", "primary", "panel"}`; `unmet` as in
    `refusal`. With `panel` the form opens beside the page (htmx), without it on its own page.
    Moves that the same things stand in the way of are told together.
    """
    shown = []
    for move in moves:
        one = {name: of(move, name) for name in ("label", "href", "hint", "primary", "panel")}
        one["allowed"] = bool(of(move, "allowed", default=True))
        one["unmet"] = _each(of(move, "unmet", ()) or (), ("message", "href", "action"))
        shown.append(one)
    return {
        "open": [move for move in shown if move["allowed"]],
        "barred": _together(move for move in shown if not move["allowed"]),
        "title": title,
    }


def _together(moves: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for move in moves:
        found.setdefault(tuple(str(one["message"]) for one in move["unmet"]), []).append(move)
    return [
        {**some[0], "label": listed(str(move["label"]) for move in some)} for some in found.values()
    ]


def timeline(events: Iterable[Any]) -> Shown:
    """What happened, in order.

    An event is `{"at", "title", "by", "note", "tone", "icon", "evidence", "facts"}`; evidence is
    `{"href", "thumb", "alt"}` (without `thumb` it is a file), facts are `(label, value)` rows that
    open on demand (basis, hash, version).
    """
    shown = []
    for event in events:
        one = {name: of(event, name) for name in ("at", "title", "by", "note", "tone", "icon")}
        one["evidence"] = _each(of(event, "evidence", ()) or (), ("href", "thumb", "alt"))
        one["facts"] = [(row[0], row[1]) for row in of(event, "facts", ()) or ()]
        shown.append(one)
    return {"events": shown}


def changes(rows: Iterable[Any]) -> Shown:
    """Who changed which field when, from what to what, newest first.

    A row is `{"field", "label", "at", "by", "move", "before", "after", "entry"}`: values are texts,
    numbers, dates or moments, None for nothing; `entry` names the entry of the trail. The name of a
    field leads to its changes alone (`?field=`).
    """
    names = ("field", "label", "at", "by", "move", "entry")
    shown = []
    for row in rows:
        both = [(name, of(row, name)) for name in ("before", "after")]
        values = [(name, _kind_of(value), value) for name, value in both]
        shown.append({name: of(row, name) for name in names} | {"values": values})
    return {"rows": shown}


def _kind_of(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return "moment"
    if isinstance(value, dt.date):
        return "day"
    return "nothing" if value is None or value == "" else "text"


def steps(items: Iterable[Any]) -> Shown:
    """A citizen's view of the way: `{"title", "at", "text", "status"}`.

    Status: `done`, `now` or `next`.
    """
    return {"steps": _each(items, ("title", "at", "text", "status"))}


def photos(items: Iterable[Any], label: str = "") -> Shown:
    """Photos that open large: `{"href", "thumb", "alt", "caption"}`."""
    return {"photos": _each(items, ("href", "thumb", "alt", "caption")), "label": label}


def progress(done: int, total: int, label: str) -> Shown:
    """How far long work is; `total` 0 means that it is not known yet."""
    share = done / total if total else None
    return {"done": done, "total": total, "label": label, "share": share}


def copy(text: str, label: str = "") -> Shown:
    """A text with a button that copies it."""
    return {"text": text, "label": label}


def keys(groups: Iterable[Any] = ()) -> Shown:
    """The overlay that `?` opens; `groups` are the page's: `{"title", "keys": [(key, text)]}`."""
    shown = [
        {"title": of(group, "title"), "keys": [(row[0], row[1]) for row in of(group, "keys", ())]}
        for group in groups
    ]
    return {"groups": shown}


def toast(
    context: Context, text: str, tone: str = "green", undo: str = "", seconds: int = 10
) -> Shown:
    """A passing message; with `undo`, an address to post to within `seconds`."""
    return {
        "text": text,
        "tone": tone,
        "undo": undo,
        "seconds": seconds,
        "csrf_token": context.get("csrf_token", ""),
    }


def confirm(
    context: Context,
    name: str,
    action: str,
    label: str,
    title: str,
    text: str = "",
    fields: Mapping[str, Any] | None = None,
    danger: bool = False,  # noqa: FBT001, FBT002 (template tag)
) -> Shown:
    """A button that asks before it posts `fields` to `action`.

    Args:
        context: the page's.
        name: unique on the page.
        action: address to post to.
        label: on the button, and again on the button that does it.
        title: the question.
        text: what will happen.
        fields: hidden values.
        danger: for what cannot be taken back.
    """
    return {
        "name": name,
        "action": action,
        "label": label,
        "title": title,
        "text": text,
        "fields": list((fields or {}).items()),
        "danger": danger,
        "csrf_token": context.get("csrf_token", ""),
    }


def picker_options(items: Iterable[Any], query: str = "") -> Shown:
    """A picker's answer: `{"value", "label", "hint"}` each, the hint telling namesakes apart."""
    return {"options": _each(items, ("value", "label", "hint")), "query": query}
