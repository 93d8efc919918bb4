"""The arithmetic of the tree is shared by all rooms: see `kernel.paths`."""

from xiaohao.kernel.paths import AFTER, WIDTH, common, ids, is_within, step

__all__ = ["AFTER", "WIDTH", "common", "ids", "is_within", "step"]
