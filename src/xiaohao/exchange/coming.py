"""Rows of a ledger's file that can be taken, on their way to being problems."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from xiaohao.campaigns.queries import known
from xiaohao.exchange.queries import Remark
from xiaohao.exchange.rules.ledger_entries import Entry
from xiaohao.exchange.rules.ledger_heads import CHANNELS, SOURCES
from xiaohao.exchange.wording import SENTENCES
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.copying import Lines, whole
from xiaohao.kernel.masking import mask
from xiaohao.ledger.actions import Listed, ListedMeasure, Sizes
from xiaohao.ledger.models import Channel, Source, Track
from xiaohao.triage.queries import category_named
from xiaohao.units.models import Unit

LINE: Final = ("unit_id", "key", "mark", "problem_id", "batch_id", "row")


def line_form(unit_id: int, batch_id: int) -> Lines:
    """How rows that an office brought with a batch are written down, to be known again."""
    common = {"unit_id": unit_id, "batch_id": batch_id}
    return Lines(LINE, common, ("key", "mark", "problem_id", "row"))


class Meant(NamedTuple):
    """What the words of a row are on the ledger."""

    category_id: int | None
    programme_id: int | None
    channel: str
    source: str


@dataclass(slots=True)
class Coming:
    """A row that can be taken: as the sheet has it, and as the ledger will.

    Attributes:
        unit: the responsible one; None where nobody is named, or a person left it open.
        helpers: the others that it names, none of them twice.
    """

    form: "_Form"
    entry: Entry
    sheet: str
    unit: Unit | None
    helpers: Sequence[Unit]
    meant: Meant

    @property
    def listed(self) -> Listed:
        """The problem as the ledger takes it; asks no database, and is not kept."""
        return self.form.listed(self)


class Sheaf:
    """Rows that are written together: a `Bundle` of the ledger's.

    Beside the problems, the lines are made by which each row is known again.
    """

    def __init__(self, lines: Lines, rows: Sequence[Coming]) -> None:
        self.lines, self.rows = lines, rows

    @property
    def sizes(self) -> Sizes:
        """What it comes to."""
        return Sizes(
            len(self.rows),
            sum(one.unit is not None for one in self.rows),
            sum(len(one.helpers) for one in self.rows),
            sum(len(one.entry.steps) for one in self.rows),
        )

    def listed(self) -> Sequence[Listed]:
        """The problems."""
        return [one.listed for one in self.rows]

    def besides(self, ids: Sequence[int]) -> bytes:
        """Lines of `LINE`."""
        entries = [one.entry for one in self.rows]
        return whole(
            self.lines.lines(
                [one.key for one in entries],
                [one.mark for one in entries],
                ids,
                [one.row for one in entries],
            )
        )


class _Form:
    """How a row becomes a problem, once it is known what its words mean."""

    def __init__(self, today: dt.date, owner_said: str) -> None:
        self.today, self.owner_said = today, owner_said
        # What a ledger says in one row it says in many: each text is looked through once.
        self.masked = cache(mask)

    def listed(self, coming: Coming) -> Listed:
        entry, unit, meant = coming.entry, coming.unit, coming.meant
        return Listed(
            title=self.masked(entry.title),
            text=self.masked(entry.text),
            category_id=meant.category_id,
            place=self.masked(entry.place),
            channel=meant.channel,
            source=meant.source,
            urgent=entry.urgent,
            programme_id=meant.programme_id,
            track=Track.SPOT if entry.spot else Track.LEDGER,
            received_at=entry.received_at,
            unit=unit,
            deadline=entry.deadline,
            helpers=coming.helpers,
            measures=list(self.measures(entry, unit)),
            claimed=self.masked(self.claim(entry)),
        )

    def measures(self, entry: Entry, unit: Unit | None) -> Iterator[ListedMeasure]:
        owner = entry.owner or (unit.shown if unit else "—")
        for step in entry.steps:
            yield ListedMeasure(
                text=self.masked(step.text),
                owner=step.owner or owner,
                deadline=step.deadline or entry.deadline or self.today,
                days=max(step.days, 1),
                after=step.after,
            )

    def claim(self, entry: Entry) -> str:
        if entry.steps or not entry.owner:
            return entry.claim
        owner = self.owner_said % {"value": entry.owner}
        return f"{owner}\n{entry.claim}" if entry.claim else owner


class Words:
    """Words of sheets as things of the ledger; what is not known is told once."""

    def __init__(self, by: Actor) -> None:
        self.form = _Form(clock.today(), str(SENTENCES["owner_said"]))
        self.categories: dict[str, int | None] = {}
        self.unknown: dict[tuple[str, str], None] = {}
        self.programmes: dict[str, int] = {}
        for programme in known(by).order_by("-pk"):
            for name in {programme.code, programme.name, programme.name_en} - {""}:
                self.programmes[name] = programme.pk
        self.sources = {str(label): value for value, label in Source.choices}
        self.channels = {str(label): value for value, label in Channel.choices}
        self.named = cache(_named)

    def look_up(self, entries: Sequence[Entry]) -> None:
        """Find the categories of these rows, so that `coming` need not ask the database."""
        for label in dict.fromkeys(entry.category for entry in entries):
            self._category(label)

    def coming(self, entry: Entry, sheet: str, units: Sequence[Unit], *, has_unit: bool) -> Coming:
        """The row with what its words mean.

        Args:
            units: those it names; the first is responsible if it `has_unit`, the others help.
        """
        unit = units[0] if units and has_unit else None
        helpers = {one.pk: one for one in units if unit is None or one.pk != unit.pk}
        return Coming(self.form, entry, sheet, unit, list(helpers.values()), self._meant(entry))

    def _meant(self, entry: Entry) -> Meant:
        channel = self.channels.get(entry.channel) or self.named("channel", entry.channel)
        source = self.sources.get(entry.source) or self.named("source", entry.source)
        return Meant(
            self._category(entry.category),
            self._programme(entry.programme),
            channel or Channel.OTHER,
            source or (Source.MESSAGE if channel not in ("", Channel.OTHER) else Source.SELF),
        )

    def _category(self, label: str) -> int | None:
        if not label:
            return None
        if label not in self.categories:
            parts = [label, *label.replace("，", "、").replace("/", "、").split("、")]
            found = next(filter(None, map(category_named, parts)), None)
            self.categories[label] = found.pk if found else None
            if found is None:
                self.unknown["category_unknown", label] = None
        return self.categories[label]

    def _programme(self, label: str) -> int | None:
        if label and label not in self.programmes:
            self.unknown["programme_unknown", label] = None
        return self.programmes.get(label)

    def remarks(self) -> list[Remark]:
        """Which words nobody knows."""
        return [Remark(None, "", code, label) for code, label in self.unknown]


_WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {"channel": CHANNELS, "source": SOURCES}


def _named(kind: str, label: str) -> str:
    words = _WORDS[kind].items()
    return next((key for key, some in words if any(one in label for one in some)), "")
