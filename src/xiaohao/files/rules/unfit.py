"""Why a file is not taken: a code and what belongs into its sentence."""

from typing import Any


class Unfit(ValueError):  # noqa: N818 (an answer to people, not a fault)
    """A file that is refused; `queries` puts the code in words.

    Attributes:
        code: stable, e.g. `file_too_large`.
        values: what the sentence names, e.g. `{"limit": 15}`.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
