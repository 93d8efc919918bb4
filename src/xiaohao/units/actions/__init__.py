"""Writing the tree: founding, renaming, moving, merging, closing, counting heads, importing."""

from xiaohao.units.actions.bulk import Imported, Refusal, import_units
from xiaohao.units.actions.checks import (
    against_change,
    against_found,
    against_lines,
    against_rename,
)
from xiaohao.units.actions.counts import set_head_count
from xiaohao.units.actions.lines import rename_line, set_up_line
from xiaohao.units.actions.tree import change, close, found, merge, move, rename, set_lines

__all__ = [
    "Imported", "Refusal", "against_change", "against_found", "against_lines", "against_rename",
    "change", "close", "found", "import_units", "merge", "move", "rename",
    "rename_line", "set_head_count", "set_lines", "set_up_line",
]  # fmt: skip
