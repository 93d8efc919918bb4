"""Messages as citizens write them: as long, as different and as untidy as real ones.

Lengths follow what real question boards show (median about 210 characters, one in twenty over
1,300, a few near 3,000): drawn from a log-normal, then written until they are reached.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from xiaohao.site.demo import style
from xiaohao.site.demo.city import City, Spot
from xiaohao.site.demo.grammar import expand
from xiaohao.site.demo.places import Naming, phone
from xiaohao.site.demo.scenarios import Scenario, problems, suggestions
from xiaohao.site.demo.style import Register, join, loosen, phrase, put_otherwise, twist

MEDIAN, SPREAD = 300.0, 1.1
SHORTEST, LONGEST = 10, 3000
RETOLD = ("同问，", "我也是这里的住户，", "顶一下，", "再次反映：", "转发邻居的话：")
# Desks whose matters are told of more often than others: housing, streets, environment, wages.
OFTEN = {"hc": 2.0, "um": 2.0, "ee": 3.0, "hr": 2.5}
REMARKS = ("请核实并回复", "已告知等待处理", "来电人情绪激动", "此前多次来电")
Part = tuple[int, str]  # place in the message, sentence


@dataclass(frozen=True, slots=True)
class Draft:
    """One message, with what is true about it.

    Attributes:
        topic: a key of `topics.TOPICS`; what triage should find.
        desk, unit: who is responsible: desk name and unit code.
        place: the place as the sender gave it beside the text; empty when he did not.
        place_code: code of the community when it was picked from the list.
        contact: a telephone number, or empty for an anonymous message.
        steps: what a unit would do about it.
        issue: key of the hot issue it belongs to, or empty.
    """

    channel: str
    title: str
    text: str
    topic: str
    desk: str
    unit: str
    suggestion: bool
    urgent: bool
    place: str
    place_code: str
    spot: Spot
    contact: str
    steps: tuple[str, ...]
    scenario: str
    issue: str = ""


@dataclass
class Writer:
    """Writes messages about one city; the same seed gives the same messages."""

    city: City
    seed: int = 2019

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def problem(self) -> Draft:
        """One more message about something wrong."""
        known = problems()
        scenario = self.rng.choices(known, [OFTEN.get(one.desk, 1.0) for one in known])[0]
        return self.about(scenario, self.place_for(scenario))

    def suggestion(self) -> Draft:
        """One more message with a good thought in it."""
        scenario = self.rng.choice(suggestions())
        return self.about(scenario, self.place_for(scenario))

    def place_for(self, scenario: Scenario) -> Spot:
        """Somewhere where this may happen; villages where there are fields."""
        spots = self.city.villages if scenario.at == "village" else self.city.towns
        return self.rng.choice(spots)

    def about(self, scenario: Scenario, spot: Spot, issue: str = "") -> Draft:
        """A message about this, there, in a register of its own."""
        rng = self.rng
        channel = rng.choices(["web", "qr", "phone", "box", "hotline"], [46, 16, 18, 8, 12])[0]
        naming = Naming(self.city, spot, scenario.desk, rng, hidden=rng.random() < _hides(channel))
        register = style.choose(rng)
        text = self._text(scenario, naming, register, channel)
        picked = (channel in ("web", "qr") and rng.random() < 0.6) or channel == "phone"
        anonymous = rng.random() < (0.25 if channel != "box" else 0.6)
        draft = Draft(
            channel=channel,
            title=self._title(scenario, naming, channel),
            text=text,
            topic=scenario.topic,
            desk=scenario.desk,
            unit=self._unit(scenario, spot),
            suggestion=scenario.suggestion,
            urgent=scenario.urgent,
            place=_place(spot, rng) if picked else "",
            place_code=spot.code if picked else "",
            spot=spot,
            contact="" if anonymous else phone(rng),
            steps=self._steps(scenario, naming),
            scenario=scenario.key,
            issue=issue,
        )
        text, title, *steps = naming.of_one_house((text, draft.title, *draft.steps))
        return replace(draft, text=text, title=title, steps=tuple(steps))

    def issue(self, key: str, scenario: Scenario, spot: Spot, count: int) -> list[Draft]:
        """A hot issue: `count` people about one thing, some of them with nearly the same words."""
        drafts = [self.about(scenario, spot, key)]
        while len(drafts) < count:
            if self.rng.random() < 0.35:
                drafts.append(self.retell(self.rng.choice(drafts)))
            else:
                drafts.append(self.about(scenario, spot, key))
        return drafts

    def retell(self, draft: Draft) -> Draft:
        """Nearly the same message by somebody else: copied, and touched up here and there."""
        rng = self.rng
        sentences = draft.text.replace("！", "！\0").replace("。", "。\0").split("\0")
        if len(sentences) > 4:
            del sentences[rng.randrange(1, len(sentences) - 1)]
        text = put_otherwise("".join(sentences), rng, 0.15)
        if rng.random() < 0.5:
            text = rng.choice(RETOLD) + text
        return replace(draft, text=text[:LONGEST], contact=phone(rng) if draft.contact else "")

    def _unit(self, scenario: Scenario, spot: Spot) -> str:
        if scenario.desk == "university":
            return f"12-U{self.rng.randint(1, 20):02d}"
        return self.city.responsible(scenario.desk, spot)

    def _say(self, naming: Naming) -> Callable[[str], str]:
        return lambda template: expand(template, self.rng, naming)

    def _title(self, scenario: Scenario, naming: Naming, channel: str) -> str:
        if channel in ("box", "phone") or self.rng.random() < 0.25:
            return ""
        naming.said = naming.rng.random() < 0.5
        return self._say(naming)(self.rng.choice(scenario.titles))[:80]

    def _steps(self, scenario: Scenario, naming: Naming) -> tuple[str, ...]:
        steps = scenario.fix
        if self.rng.random() < 0.8:
            steps = steps[: self.rng.choice([1, 1, 1, 2])]
        return tuple(self._say(naming)(step) for step in steps)

    def _text(self, scenario: Scenario, naming: Naming, register: Register, channel: str) -> str:
        rng = self.rng
        goal = rng.lognormvariate(0, SPREAD) * MEDIAN * (2.4 if register.name == "letter" else 1)
        if channel in ("phone", "hotline"):
            return self._by_phone(scenario, naming, min(goal, 400))[:LONGEST]
        if channel == "box":
            goal = min(goal, 260)
        goal = max(SHORTEST, min(goal, LONGEST))
        if goal < 34:
            return twist(self._say(naming)(rng.choice(scenario.titles)), register, rng)
        body = Body(self, scenario, naming, register).write(goal)
        text = put_otherwise(join(body, register.stop, rng), rng, 0.5)
        return twist(text, register, rng)[:LONGEST]

    def _by_phone(self, scenario: Scenario, naming: Naming, goal: float) -> str:
        """What a caller said, as the operator wrote it down."""
        rng, say = self.rng, self._say(naming)
        parts = [say(phrase("hotline", rng)) + "：" + say(rng.choice(scenario.cores))]
        details = rng.sample(scenario.details, k=min(len(scenario.details), int(goal // 90)))
        parts += [loosen(say(template), rng) for template in details]
        if scenario.harms and goal > 150 and rng.random() < 0.6:
            parts.append(say(rng.choice(scenario.harms)))
        parts.append("诉求：" + say(rng.choice(scenario.asks)))
        if rng.random() < 0.2:
            parts.append(rng.choice(REMARKS))
        text = join(parts, "，" if rng.random() < 0.6 else "。", rng)
        if rng.random() < 0.6:
            text = text.replace("我们", "该处居民").replace("我家", "其家")
        return put_otherwise(text, rng, 0.3)


class Body:
    """The sentences of one message, gathered until it is long enough, then put in order."""

    def __init__(
        self, writer: Writer, scenario: Scenario, naming: Naming, register: Register
    ) -> None:
        self.scenario, self.naming, self.register = scenario, naming, register
        self.writer, self.rng = writer, writer.rng
        self.parts: list[Part] = []  # (place in the message, sentence)
        self.told: set[str] = set()
        self.others = 0

    def write(self, goal: float) -> list[str]:
        """Sentences of about `goal` characters together."""
        rng, register = self.rng, self.register
        self._frame(goal)
        bag = self._bag(self.scenario) or self._more()
        while self._length() < goal and bag:
            self._take(*bag.pop(0))
            if not bag and self._length() < goal:
                bag = self._more()
        if rng.random() < register.thanks and goal > 60:
            self._take(210, phrase("thanks", rng))
        if rng.random() < 0.12 and goal > 90:
            self._take(211, phrase("contact", rng))
        if rng.random() < 0.12 and goal > 150:
            self._take(212, phrase("sign", rng))
        return [sentence for _place, sentence in sorted(self.parts, key=lambda part: part[0])]

    def _frame(self, goal: float) -> None:
        """What comes first, and what is never left out."""
        rng, register = self.rng, self.register
        if rng.random() < register.greets and goal > 50:
            self._take(0, phrase("greet", rng))
        if rng.random() < register.introduces and goal > 80:
            self._take(1, phrase("whoami", rng))
        self._take(10, rng.choice(self.scenario.cores))
        if goal > 70 and rng.random() < 0.85:
            self._take(200, rng.choice(self.scenario.asks))

    def _bag(self, scenario: Scenario) -> list[Part]:
        """The particulars of the matter itself, in the order in which they are taken."""
        rng = self.rng
        bag = [(10 + rng.randint(1, 8), detail) for detail in scenario.details]
        bag += [(22, harm) for harm in scenario.harms]
        rng.shuffle(bag)
        if scenario.suggestion:
            return bag
        mood = "anger" if self.register.name in ("angry", "run_on") else "calm"
        shared = [(20, phrase("tried", rng)), (24, phrase(mood, rng))]
        cut = rng.randint(0, len(bag))
        return bag[:cut] + shared + bag[cut:]

    def _more(self) -> list[Part]:
        """For the long letters: how it went so far, thoughts, and the next grievance."""
        rng = self.rng
        self.others += 1
        base = 10 + 16 * self.others
        if self.others > 24:
            return []
        bag: list[Part] = [] if self.scenario.suggestion else self._history(base)
        if rng.random() < 0.35:
            bag += [(base + 4, phrase("reflect", rng)), (206, phrase("ps", rng))]
        if rng.random() < 0.85 or not bag:
            bag = self._another(base) + bag[: rng.randint(0, len(bag))]
        return bag

    def _history(self, base: int) -> list[Part]:
        rng = self.rng
        told = [(base + n, phrase("day_log", rng)) for n in range(rng.choice([0, 0, 0, 1, 2]))]
        return [*told, (base + 3, phrase("tried", rng))] if rng.random() < 0.4 else told

    def _another(self, base: int) -> list[Part]:
        """A second grievance: its heart first, so that nothing hangs in the air."""
        rng = self.rng
        pool = suggestions() if self.scenario.suggestion else problems()
        mine = self.scenario
        rural = mine.at == "village"
        other = rng.choice([s for s in pool if (s.at == "village") is rural and s is not mine])
        told = [(base + 6 + n, detail) for n, detail in enumerate(other.details)]
        keep = rng.sample(told, k=rng.randint(1, len(told)))
        ask = (200 + self.others, rng.choice(other.asks))
        return [(base + 5, phrase("extra", rng) + rng.choice(other.cores)), *keep, ask]

    def _take(self, place: int, template: str) -> None:
        """Say it, unless it has been said."""
        if template in self.told:
            return
        self.told.add(template)
        sentence = expand(template, self.rng, self.naming)
        self.parts.append((place, loosen(sentence, self.rng) if 10 < place < 200 else sentence))

    def _length(self) -> int:
        return sum(len(sentence) + 1 for _place, sentence in self.parts)


def _hides(channel: str) -> float:
    """How often the place is left out of the text."""
    return {"phone": 0.02, "hotline": 0.02, "box": 0.3}.get(channel, 0.1)


def _place(spot: Spot, rng: random.Random) -> str:
    return rng.choice([
        f"{spot.district}{spot.street}{spot.name}",
        f"{spot.street}{spot.stem}",
        f"{spot.district}{spot.stem}附近",
        spot.name,
    ])  # fmt: skip
