"""Evidence for the demo: small drawn pictures of before and after, no photographs of anything."""

import datetime as dt
import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 320, 240  # of one half
Pen = ImageDraw.ImageDraw
SKY, DUSK, GRASS, TAR = "#cfe2f0", "#27364a", "#9dbb8c", "#6c7078"


def before_after(topic: str, day: dt.date, rng: random.Random) -> bytes:
    """A JPEG: on the left what was wrong, on the right what it looks like now."""
    scene = SCENES.get(topic, _paper)
    picture = Image.new("RGB", (2 * WIDTH, HEIGHT + 24), "#ffffff")
    seed = rng.random()
    for half, mended in ((0, False), (1, True)):
        panel = Image.new("RGB", (WIDTH, HEIGHT), SKY)
        # Both halves show the same place: the same numbers are drawn for both.
        scene(ImageDraw.Draw(panel), random.Random(seed), mended)
        picture.paste(panel, (half * WIDTH, 0))
    pen = ImageDraw.Draw(picture)
    pen.line((WIDTH, 0, WIDTH, HEIGHT), fill="#ffffff", width=4)
    pen.text((8, HEIGHT + 6), f"before            DEMO            after  {day}", fill="#333333")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72)
    return out.getvalue()


def view(topic: str, day: dt.date, place: str, *, mended: bool) -> bytes:
    """A JPEG of one place, before or after; the same `place` looks the same both times."""
    picture = Image.new("RGB", (WIDTH, HEIGHT + 24), "#ffffff")
    panel = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    SCENES.get(topic, _paper)(ImageDraw.Draw(panel), random.Random(place), mended)
    picture.paste(panel, (0, 0))
    words = f"{'after' if mended else 'before'}   DEMO   {day}"
    ImageDraw.Draw(picture).text((8, HEIGHT + 6), words, fill="#333333")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72)
    return out.getvalue()


def _street(pen: Pen, rng: random.Random, sky: str = SKY) -> int:
    """Houses and a road; gives the height at which the road begins."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=sky)
    edge = rng.randint(130, 160)
    x = 0
    while x < WIDTH:
        width, height = rng.randint(40, 90), rng.randint(50, 110)
        tone = rng.randint(150, 215)
        pen.rectangle((x, edge - height, x + width - 4, edge), fill=(tone, tone - 12, tone - 26))
        for top in range(edge - height + 8, edge - 14, 20):
            for left in range(x + 8, x + width - 16, 18):
                pen.rectangle((left, top, left + 8, top + 10), fill="#5d7186")
        x += width
    pen.rectangle((0, edge, WIDTH, HEIGHT), fill=TAR)
    return edge


def _road(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    edge = _street(pen, rng)
    for _ in range(rng.randint(2, 5)):
        x, y = rng.randint(20, WIDTH - 90), rng.randint(edge + 10, HEIGHT - 36)
        box = (x, y, x + rng.randint(36, 80), y + rng.randint(12, 28))
        if mended:
            pen.rectangle(box, fill="#54585f")
        else:
            pen.ellipse(box, fill="#2c2620", outline="#8b7a63", width=3)
    if mended:
        middle = (edge + HEIGHT) // 2
        for x in range(0, WIDTH, 44):
            pen.rectangle((x, middle, x + 24, middle + 4), fill="#f2f2ee")


def _heap(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    edge = _street(pen, rng)
    middle = rng.randint(80, WIDTH - 80)
    things = [
        (rng.gauss(middle, 40), rng.randint(edge - 30, edge + 40), rng.randint(8, 24),
         rng.choice(["#7b5b3a", "#3f6f8f", "#a33f3f", "#cfcfc4", "#4d4d4d"]))
        for _ in range(rng.randint(24, 48))
    ]  # fmt: skip
    if not mended:
        for x, y, size, colour in things:
            pen.rectangle((x, y, x + size, y + size * 0.7), fill=colour, outline="#222222")
        return
    for n in range(3):
        left = middle - 60 + 42 * n
        pen.rectangle((left, edge - 24, left + 30, edge + 16), fill="#2f7d4f", outline="#1c4d30")


def _lamp(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    edge = _street(pen, rng, DUSK)
    for x in range(rng.randint(20, 50), WIDTH, rng.randint(70, 100)):
        pen.line((x, edge, x, 50), fill="#c9c9c9", width=4)
        glow = "#ffe9a3" if mended else "#3a3f47"
        if mended:
            pen.polygon(((x, 54), (x - 34, edge + 30), (x + 34, edge + 30)), fill="#8f8660")
        pen.ellipse((x - 9, 40, x + 9, 58), fill=glow)


def _wall(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#ece6da")
    pen.rectangle((0, HEIGHT - 40, WIDTH, HEIGHT), fill="#b99f7c")
    stains = [
        (rng.randint(0, WIDTH), rng.randint(-20, 90), rng.randint(30, 110), rng.randint(20, 70))
        for _ in range(rng.randint(4, 9))
    ]
    if not mended:
        for x, y, width, height in stains:
            pen.ellipse((x, y, x + width, y + height), fill="#b7a98c", outline="#8a7b5c")
            pen.line(
                (x + width / 2, y + height, x + width / 2, HEIGHT - 60), fill="#a9b7bd", width=2
            )
    pen.rectangle((WIDTH - 110, 70, WIDTH - 40, 150), fill="#dbe9f2", outline="#8a8a8a", width=3)


def _water(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    pen.rectangle((0, 0, WIDTH, 90), fill=SKY)
    pen.rectangle((0, 90, WIDTH, HEIGHT), fill=GRASS)
    water = "#7fb2c8" if mended else "#34352c"
    bend = rng.randint(-50, 50)
    pen.polygon(
        ((120, 92), (180, 92), (WIDTH - 20 + bend, HEIGHT), (20 + bend, HEIGHT)), fill=water
    )
    for _ in range(rng.randint(10, 24)):
        x, y = rng.randint(110, 210) + bend // 2, rng.randint(130, HEIGHT - 8)
        if not mended:
            pen.ellipse((x, y, x + 10, y + 5), fill="#9aa07c")
        elif x % 2:
            pen.arc((x, y, x + 16, y + 5), 180, 360, fill="#e6f3f8")


def _paper(pen: Pen, rng: random.Random, mended: bool) -> None:  # noqa: FBT001
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#b8a58a")
    pen.rectangle((50, 16, WIDTH - 50, HEIGHT - 12), fill="#fbfaf5", outline="#c9c3b2")
    for n, y in enumerate(range(40, HEIGHT - 40, 22)):
        pen.rectangle((70, y, 82, y + 12), outline="#777777")
        pen.line((94, y + 8, 94 + rng.randint(70, 120), y + 8), fill="#8f8f8f", width=3)
        if mended or n == 0:
            pen.line((72, y + 6, 76, y + 11, 84, y - 2), fill="#1d6b3f", width=3)
    if mended:
        x, y = rng.randint(170, 210), rng.randint(140, 170)
        pen.ellipse((x, y, x + 54, y + 54), outline="#c2342f", width=4)


SCENES: dict[str, Callable[[Pen, random.Random, bool], None]] = {
    **dict.fromkeys(("roads", "parking", "traffic", "highways", "street_order", "bus"), _road),
    **dict.fromkeys(
        ("sanitation", "illegal_building", "fire", "waste", "greening", "mining"), _heap
    ),
    **dict.fromkeys(("noise", "power", "security", "work_safety"), _lamp),
    **dict.fromkeys(("housing", "property", "heating", "gas", "relocation", "disability"), _wall),
    **dict.fromkeys(("water_pollution", "drainage", "water", "farming", "rural_living"), _water),
}
