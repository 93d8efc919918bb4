"""How a Django form's field stands on a page: label, help, error, counter."""

from typing import Any

from django.forms import BaseForm, BoundField, widgets

Shown = dict[str, Any]

_TICKS = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)


def _kind(widget: widgets.Widget) -> str:
    if isinstance(widget, _TICKS):
        return "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "tick"
    if isinstance(widget, widgets.FileInput):
        return "file"
    if isinstance(widget, widgets.Select):
        return "select"
    return "picker" if "data-picker" in widget.attrs else "text"


_CLASS = {"tick": "form-check-input", "choices": "", "select": "form-select"}


def field(
    bound: BoundField,
    label: str = "",
    placeholder: str = "",
    *,
    large: bool = False,
    helped: bool = True,
) -> Shown:
    """One field of a form; `label` overrides its own, `helped=False` leaves its help text out.

    A text field with `max_length` counts what is left; a widget with `data-picker` (an address
    answering `?q=` with `picker_options`) becomes a search with a list, its value being the
    chosen code; without JavaScript it takes the code or the name as typed.
    """
    widget = bound.field.widget
    kind = _kind(widget)
    attrs: dict[str, Any] = {"class": _CLASS.get(kind, "form-control")}
    if placeholder:
        attrs["placeholder"] = placeholder
    limit = getattr(bound.field, "max_length", None)
    counts = bool(limit) and isinstance(widget, widgets.Textarea)
    if counts:
        attrs["data-counter"] = f"{bound.id_for_label}_count"
    if bound.errors:
        attrs["class"] += " is-invalid"
    return {
        "bound": bound,
        "kind": kind,
        "label": label or bound.label,
        "control": ""
        if kind == "choices"
        else bound.as_widget(attrs=_described(bound, attrs, helped=helped)),
        "choices": _choices(bound) if kind == "choices" else [],
        "errors": list(bound.errors),
        "help": bound.help_text if helped else "",
        "limit": limit if counts else None,
        "left": max(0, (limit or 0) - len(str(bound.value() or ""))),
        "large": large,
        "required": bound.field.required or bool(widget.attrs.get("required")),
        "id": bound.id_for_label or bound.html_name,
    }


def _described(bound: BoundField, attrs: dict[str, Any], *, helped: bool) -> dict[str, Any]:
    names = []
    if bound.help_text and helped:
        names.append(f"{bound.id_for_label}_help")
    if bound.errors:
        names.append(f"{bound.id_for_label}_error")
        attrs["aria-invalid"] = "true"
    if names:
        attrs["aria-describedby"] = " ".join(names)
    return attrs


def _choices(bound: BoundField) -> list[Shown]:
    return [
        {"tag": one.tag(), "label": one.choice_label, "id": one.id_for_label}
        for one in bound.subwidgets
    ]


def fields(form: BaseForm, only: str = "") -> Shown:
    """A form's visible fields (or those named in `only`, blanks between) and the hidden ones."""
    names = only.split()
    visible = [bound for bound in form.visible_fields() if not names or bound.name in names]
    return {
        "form": form,
        "visible": visible,
        "hidden": form.hidden_fields(),
        "unmet": [{"message": m, "field": ""} for m in form.non_field_errors()],
    }
