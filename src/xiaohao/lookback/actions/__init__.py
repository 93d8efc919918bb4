"""Writing look-backs: lay a frame, draw, deal, record, reveal; find relapses."""

from xiaohao.lookback.actions.checking import assign, record
from xiaohao.lookback.actions.drawing import draw, draw_due, reveal
from xiaohao.lookback.actions.laying import lay, lay_due
from xiaohao.lookback.actions.relapsing import find_relapses

__all__ = ["assign", "draw", "draw_due", "find_relapses", "lay", "lay_due", "record", "reveal"]
