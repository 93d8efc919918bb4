"""The page for those who write programs tells every operation, for people."""

import pytest
from django.test import Client
from django.utils import translation

from xiaohao.site.api import api
from xiaohao.site.reference import kind_of


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_operation_is_told(language: str) -> None:
    page = Client(headers={"accept-language": language}).get("/api/").text
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert ("台账" in page) == (language == "zh-hans")
    assert "title_missing" in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "date"}, "day"),
        ({"type": "array", "items": {"type": "integer"}}, "list of: whole number"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or nothing"),
        ({"enum": ["", "mine"]}, "“” · mine"),
        ({"const": "solved"}, "solved"),
        ({"type": "object", "additionalProperties": True}, "object"),
    ],
)
def test_a_value_is_told_in_words(schema: dict[str, object], words: str) -> None:
    with translation.override("en"):
        assert kind_of(schema) == words
