"""How values read."""

import pytest
from django.utils import translation

from xiaohao.figures.queries import Per, find
from xiaohao.figures.wording import shown


@pytest.mark.parametrize(
    ("fen", "text"), [(170_000_000, "1,700,000 yuan"), (12_345, "123.45 yuan"), (0, "0 yuan")]
)
def test_money_is_kept_in_fen_and_read_in_yuan(fen: int, text: str) -> None:
    metric = find("commitments.planned")
    assert metric.per is Per.FEN
    with translation.override("en"):
        assert shown(fen, metric) == text
