"""How people name the place they write about: in full once, shortly later, or not at all."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from xiaohao.site.demo.city import City, Spot
from xiaohao.site.demo.grammar import lines, words

ROADS = (
    "迎宾路", "振华道", "幸福路", "团结道", "建设路", "光明道", "朝阳路", "文化道", "东环路",
    "西环路", "育才路", "新华道", "河沿路", "工农道", "兴业路", "和平街", "学苑路", "站前路",
)  # fmt: skip
HOSPITALS = tuple(
    f"{{district}}{kind}" for kind in ("人民医院", "中心医院", "中医医院", "妇幼保健院")
)
SCHOOLS = (
    "{stem}小学", "{district}实验小学", "{street}中心小学", "{district}第二中学", "{stem}中学",
)  # fmt: skip
SHORT = {
    "heat": "供热集团", "um": "城管委", "hc": "住建委", "hr": "人社局", "ca": "民政局",
    "ed": "教育局", "he": "卫健委", "ms": "市场监管局", "ee": "环保局", "wa": "水务局",
    "ps": "公安分局", "fi": "消防",
}  # fmt: skip
_OWN_NAME = ("里", "园", "苑", "城", "庭", "公寓", "小区", "新村", "大厦", "楼", "湾", "轩", "居")


@dataclass
class Naming:
    """Fills the slots of one message. The place is said in full at its first mention.

    Attributes:
        said: whether the place has been named so far; a message may never name it.
        hidden: the sender takes it for granted that everybody knows where he lives.
    """

    city: City
    spot: Spot
    desk: str
    rng: random.Random
    hidden: bool = False
    said: bool = False
    memory: dict[str, str] = field(default_factory=dict)

    def __call__(self, slot: str) -> str:
        """The text for a slot.

        Raises:
            KeyError: there is no such slot.
        """
        own = getattr(self, f"_{slot}", None)
        if own is not None:
            return str(own())
        return self.rng.choice(lines(words("phrases")["phrases"][slot]))

    def _once(self, key: str, options: tuple[str, ...] | list[str]) -> str:
        if key not in self.memory:
            self.memory[key] = self.rng.choice(options)
        return self.memory[key]

    def _estate(self) -> str:
        if self.spot.rural:
            return self._village()
        if self.hidden:
            return self.rng.choice(["我们小区", "我们院", "这里", "小区"])
        name = self.spot.stem
        if not name.endswith(_OWN_NAME):
            name += self._once("estate", ["小区", "家园", "小区", "里", "花园"])
        elif self.rng.random() < 0.2 and not name.endswith("小区"):
            name += "小区"
        return self._first(name, "我们小区")

    def _village(self) -> str:
        if self.hidden:
            return self.rng.choice(["我们村", "村里", "俺们村"])
        return self._first(f"{self.spot.stem}村", "我们村")

    def _first(self, name: str, later: str) -> str:
        if self.said:
            return self.rng.choice([name, later])
        self.said = True
        spot = self.spot
        fronts = ["", spot.district, spot.street, spot.district + spot.street]
        return self.rng.choices(fronts, [2, 3, 2, 3])[0] + name

    def _community(self) -> str:
        return "我们社区" if self.hidden else self._first(self.spot.name, self.spot.name)

    def _street(self) -> str:
        self.said = True
        return self.spot.street

    def _street2(self) -> str:
        streets = [s.street for s in self.city.spots[::97] if s.district == self.spot.district]
        return self._once("street2", streets or ["别的街道"])

    def _district(self) -> str:
        self.said = True
        return self.rng.choice([self.spot.district, f"天津市{self.spot.district}"])

    def _road(self) -> str:
        roads = self.city.roads.get(self.spot.district_code, [])
        road = self._once("road", [*roads, *roads, *ROADS])
        if not self.said and not self.hidden and self.rng.random() < 0.6:
            self.said = True
            return self.spot.district + road
        return road

    def _road2(self) -> str:
        return self._once("road2", [road for road in ROADS if road != self.memory.get("road")])

    def _hospital(self) -> str:
        return self._once("hospital", HOSPITALS).format(district=self.spot.district)

    def _school(self) -> str:
        spot = self.spot
        names = self._once("school", SCHOOLS)
        return names.format(stem=spot.stem, district=spot.district, street=spot.street)

    def _line(self) -> str:
        return self._once("line", [str(n) for n in range(601, 980, 7)])

    def _desk_short(self) -> str:
        return SHORT.get(self.desk, "有关部门")

    def _bld(self) -> str:
        return self._once("bld", lines(words("phrases")["phrases"]["bld"]))

    def of_one_house(self, written: Sequence[str]) -> list[str]:
        """The same sentences about one building: the first that any of them names.

        A slot's number is drawn each time that it is said; here all take the first one's.
        """
        form = self.memory.get("bld")
        if form is None:
            return list(written)
        number = re.sub(r"\{n:[^}]*\}", r"\\d{1,2}", form)
        house = re.compile(rf"(?<![\d楼]){number}(?![课功诊\d])")
        first = house.search("\0".join(written))
        return [house.sub(first[0], said) if first else said for said in written]

    def _phone(self) -> str:
        return self._once("phone", [phone(self.rng)])


def phone(rng: random.Random) -> str:
    """A number that looks like a mobile phone's; its middle block is never given out."""
    return f"1{rng.choice('3578')}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}"
