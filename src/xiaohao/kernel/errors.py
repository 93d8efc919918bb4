"""What an action says when it does not do what was asked; pages and API put it in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that stands in the way.

    Attributes:
        code: stable, for machines, e.g. `measure_without_evidence`.
        message: a sentence in the reader's language: what is wrong, where, what to do.
        field: the input it belongs to, or None.
    """

    code: str
    message: Any
    field: str | None = None


class Answer(Exception):  # noqa: N818 (these are answers to people, not faults)
    """Base of everything below: an expected answer, never a fault of the program."""

    status = 400

    def __init__(self, unmet: Iterable[Unmet]) -> None:
        self.unmet: Sequence[Unmet] = tuple(unmet)
        super().__init__("; ".join(f"{u.code}: {u.message}" for u in self.unmet))


class Refused(Answer):
    """Bad input or an unmet requirement; nothing was written."""

    status = 422

    @classmethod
    def because(cls, code: str, message: Any, field: str | None = None) -> "Refused":
        """A refusal with a single reason."""
        return cls([Unmet(code, message, field)])


class Forbidden(Answer):
    """The actor may see the thing but may not do this to it."""

    status = 403


class NotFound(Answer):
    """It is not there, or the actor may not know that it is."""

    status = 404


class Stale(Answer):
    """Somebody else wrote first.

    Attributes:
        version: the version that stands now.
        changes: what happened since, oldest first, as `{"at","by","kind","data"}`.
    """

    status = 409

    def __init__(
        self, unmet: Iterable[Unmet], version: int, changes: Sequence[dict[str, Any]]
    ) -> None:
        super().__init__(unmet)
        self.version = version
        self.changes = changes


class Throttled(Answer):
    """Too much, too fast.

    Attributes:
        retry_after: seconds to wait.
    """

    status = 429

    def __init__(self, unmet: Iterable[Unmet], retry_after: int) -> None:
        super().__init__(unmet)
        self.retry_after = retry_after
