"""The workbench, the tree dashboard, the public figures."""

from xiaohao.dashboards.pages.public import dashboards_public, dashboards_public_csv
from xiaohao.dashboards.pages.tree import dashboards_tree
from xiaohao.dashboards.pages.workbench import dashboards_workbench

__all__ = [
    "dashboards_public",
    "dashboards_public_csv",
    "dashboards_tree",
    "dashboards_workbench",
]
