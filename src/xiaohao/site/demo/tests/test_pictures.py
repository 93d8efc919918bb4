"""Evidence pictures are small, real JPEGs, and no two are alike."""

import datetime as dt
import io
import random

import pytest
from PIL import Image

from xiaohao.site.demo.pictures import before_after
from xiaohao.site.demo.topics import TOPICS

DAY = dt.date(2019, 9, 20)


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_each_topic_has_a_picture(topic: str) -> None:
    content = before_after(topic, DAY, random.Random(topic))
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 264))
        left, right = picture.crop((0, 0, 316, 240)), picture.crop((324, 0, 640, 240))
        assert left.tobytes() != right.tobytes()
    assert len(content) < 40_000


def test_pictures_differ() -> None:
    rng = random.Random(1)
    assert len({before_after("roads", DAY, rng) for _ in range(20)}) == 20
