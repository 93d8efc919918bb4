"""What is done apart from the page that asked for it: moves of many problems, words in order."""

from procrastinate.contrib.django import app

from xiaohao.ledger import actions
from xiaohao.ledger.models import Bulk


@app.task(name="ledger.bulk")
def carry_out(key: int) -> str:
    """Make the moves of a bulk that are not made yet; gives its stage.

    Args:
        key: the bulk's id.
    """
    bulk = Bulk.objects.get(pk=key)
    if bulk.stage == Bulk.Stage.RUNNING:
        actions.carry_out(bulk=bulk)
    return str(bulk.stage)


@app.task(name="ledger.words", lock="ledger.words")
def sort_words() -> int:
    """Sort words of problems that came in together into the index of search."""
    return actions.sort_words()
