"""Everything is said in Chinese too."""

import re
from pathlib import Path

import polib
import pytest
from tree import SOURCE, name

from xiaohao.site import translations

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def test_every_text_of_the_code_has_its_chinese() -> None:
    assert translations.untranslated() == []


@pytest.mark.parametrize("po", sorted(SOURCE.glob("*/locale/*/LC_MESSAGES/*.po")), ids=name)
def test_translations_keep_the_placeholders(po: Path) -> None:
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(po))
        if not entry.obsolete and not entry.msgid_plural and entry.msgstr
        if sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]
    assert wrong == []


def test_a_text_has_one_chinese_in_all_rooms() -> None:
    """The rooms' catalogues are read as one: where two differ, one room's page says the other's."""
    said: dict[tuple[str | None, str], dict[str, str]] = {}
    for file in sorted(SOURCE.glob("*/locale/*/LC_MESSAGES/*.po")):
        for entry in polib.pofile(str(file)):
            if not entry.obsolete:
                words = entry.msgstr or str(entry.msgstr_plural.get(0))
                said.setdefault((entry.msgctxt, entry.msgid), {})[file.parts[-5]] = words
    assert {text: by for text, by in said.items() if len(set(by.values())) > 1} == {}
