"""Writing the tree: founding, renaming, moving, merging, closing, counting heads, importing."""

from xiaohao.units.actions.bulk import Imported, Refusal, import_units
from xiaohao.units.actions.counts import set_head_count
from xiaohao.units.actions.tree import change, close, found, merge, move, rename

__all__ = [
    "Imported", "Refusal", "change", "close", "found", "import_units", "merge", "move", "rename",
    "set_head_count",
]  # fmt: skip
