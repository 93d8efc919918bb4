"""The docs show the table as it is."""

from pathlib import Path

from xiaohao.ledger.drawing import lines

PAGE = Path(__file__).resolve().parents[4] / "docs" / "moves.md"


def test_the_page_in_the_docs_is_the_table() -> None:
    assert PAGE.read_text().splitlines() == list(lines())
