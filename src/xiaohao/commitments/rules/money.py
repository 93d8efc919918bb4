"""Money and quantities: decimal numbers with two places, never floats; figures are kept in fen."""

from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
MOST_MONEY = Decimal(1_000_000_000_000)  # yuan
MOST_QUANTITY = Decimal(1_000_000_000)
_TEN_THOUSAND = {"万", "万元"}
_YUAN = {"", "元", "圆"}


def exact(value: Decimal) -> Decimal:
    """`value` with two places, as it is stored; the trail's digest needs one way to write it."""
    return value.quantize(CENT)


def fen(yuan: Decimal) -> int:
    """A sum of money as a whole number of hundredths of a yuan."""
    return int(exact(yuan) * 100)


def yuan(amount: int) -> Decimal:
    """The sum of money that so many hundredths make."""
    return exact(Decimal(amount) / 100)


def as_money(typed: object) -> Decimal | None:
    """A sum in yuan as people write it: `1700`, `1,700.50`, `17万`, `￥300元`; None if it is none.

    Nothing below zero, nothing with more than two places, at most `MOST_MONEY`.
    """
    text = (
        str(typed).strip().removeprefix("¥").removeprefix("￥").replace(",", "").replace("，", "")
    )
    number = text.rstrip("万元圆 ")
    unit = text[len(number) :].strip()
    if unit not in _TEN_THOUSAND | _YUAN:
        return None
    times = 10_000 if unit in _TEN_THOUSAND else 1
    value = _decimal(number)
    if value is None:
        return None
    return _fitting(value * times, MOST_MONEY)


def as_quantity(typed: object) -> Decimal | None:
    """A quantity as people write it, from 0 up to `MOST_QUANTITY`; None if it is none."""
    value = _decimal(str(typed).strip().replace(",", "").replace("，", ""))
    return None if value is None else _fitting(value, MOST_QUANTITY)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _fitting(value: Decimal, most: Decimal) -> Decimal | None:
    if not 0 <= value <= most or value != value.quantize(CENT):
        return None
    return exact(value)


def plain(value: Decimal | None) -> str:
    """A number without trailing zeros: `36`, `0.5`; "" for none."""
    if value is None:
        return ""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
