"""Rooms above fill places on pages of rooms below."""

from typing import Any

from xiaohao.kernel import slots


def first(request: Any, thing: Any) -> slots.Shown:
    """A card that shows the thing."""
    return "a.html", {"thing": thing, "by": request}


def second(request: Any, thing: Any) -> slots.Shown | None:
    """A card for one person only."""
    return ("b.html", {"thing": thing}) if request == "clerk" else None


def test_cards_stand_in_their_order_and_once() -> None:
    slots.fill("kernel.test", 20, first)
    slots.fill("kernel.test", 10, second)
    slots.fill("kernel.test", 20, first)
    request: Any = "clerk"
    assert [name for name, _more in slots.shown("kernel.test", request, 1)] == ["b.html", "a.html"]


def test_a_card_may_have_nothing_for_somebody() -> None:
    slots.fill("kernel.test", 10, second)
    request: Any = "stranger"
    assert "b.html" not in [name for name, _more in slots.shown("kernel.test", request, 1)]


def test_a_place_that_nobody_fills_is_empty() -> None:
    request: Any = "clerk"
    assert list(slots.shown("kernel.nowhere", request, 1)) == []
