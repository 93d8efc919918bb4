"""Writing changes of figures, also those of the past; folding them; freezing what is stated."""

from xiaohao.figures.actions.adding import Alike, Under, add, alike, recast, statement, take_back
from xiaohao.figures.actions.backfilling import backfill
from xiaohao.figures.actions.folding import fold, fold_all
from xiaohao.figures.actions.freezing import LONGEST, freeze
from xiaohao.figures.actions.promoting import promote
from xiaohao.figures.rules import Delta

__all__ = [
    "LONGEST",
    "Alike",
    "Delta",
    "Under",
    "add",
    "alike",
    "backfill",
    "fold",
    "fold_all",
    "freeze",
    "promote",
    "recast",
    "statement",
    "take_back",
]
