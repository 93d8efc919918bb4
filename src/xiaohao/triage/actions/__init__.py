"""Writing: lessons, looks, duties, categories, trained models."""

from xiaohao.triage.actions.categories import Loaded, import_categories
from xiaohao.triage.actions.duties import drop_duty, set_duty
from xiaohao.triage.actions.indexing import Thing, forget, index, index_many
from xiaohao.triage.actions.learning import Confirmed, learn, learn_many
from xiaohao.triage.actions.training import TRAIN, ask_for_training, train

__all__ = [
    "TRAIN",
    "Confirmed",
    "Loaded",
    "Thing",
    "ask_for_training",
    "drop_duty",
    "forget",
    "import_categories",
    "index",
    "index_many",
    "learn",
    "learn_many",
    "set_duty",
    "train",
]
