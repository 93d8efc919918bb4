"""Pages of the lists of their own."""

from xiaohao.commitments.pages.changes import commitments_changes, commitments_household_changes
from xiaohao.commitments.pages.entry import (
    commitments_entry,
    commitments_move,
    commitments_proof,
)
from xiaohao.commitments.pages.households import (
    commitments_aid,
    commitments_household,
    commitments_needs,
    commitments_refer,
    commitments_visit,
    commitments_visit_photo,
    commitments_word,
)
from xiaohao.commitments.pages.lists import (
    commitments_list,
    commitments_new,
    commitments_posts,
)
from xiaohao.commitments.pages.visits import (
    commitments_households,
    commitments_round,
    commitments_round_new,
    commitments_visits,
)

__all__ = [
    "commitments_aid",
    "commitments_changes",
    "commitments_entry",
    "commitments_household",
    "commitments_household_changes",
    "commitments_households",
    "commitments_list",
    "commitments_move",
    "commitments_needs",
    "commitments_new",
    "commitments_posts",
    "commitments_proof",
    "commitments_refer",
    "commitments_round",
    "commitments_round_new",
    "commitments_visit",
    "commitments_visit_photo",
    "commitments_visits",
    "commitments_word",
]
