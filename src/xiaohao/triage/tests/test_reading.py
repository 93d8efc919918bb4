from hypothesis import given
from hypothesis import strategies as st

from xiaohao.triage import speaking
from xiaohao.triage.reading import LONGEST, Reading, plain, tokens

anything = st.text(max_size=60)


@given(anything)
def test_every_character_knows_where_it_was_written(text: str) -> None:
    seen = plain(text)
    assert len(seen.text) == len(seen.origin)
    assert list(seen.origin) == sorted(seen.origin)
    assert all(0 <= at < len(text) for at in seen.origin)


def test_one_spelling() -> None:
    assert plain("  ＡＢＣ\n\t １２３㎡ ").text == "abc 123m2"
    assert len(plain("长" * 9000).text) == LONGEST


@given(anything, anything)
def test_features_with_places_are_the_features_that_are_counted(title: str, text: str) -> None:
    placed = [term for term, _, _ in speaking._features(Reading.of(title, text))]
    assert sorted(placed) == sorted(tokens(title, text))


@given(st.text(st.sampled_from("暖气不热工资ＡＢ１ \n㎡，"), max_size=30), anything)
def test_a_word_is_found_where_it_was_written(title: str, text: str) -> None:
    reading = Reading.of(title, text)
    for word in ("暖气", "工资", "ab"):
        for span in speaking.found(reading, word).spans:
            source = title if span.field == "title" else text
            assert plain(source[span.start : span.end]).text == word


def test_spans_tell_title_from_text() -> None:
    reading = Reading.of("暖气不热", "我家 暖气\n不热")
    spans = speaking.found(reading, "暖气").spans
    assert [(one.field, one.start, one.end) for one in spans] == [("title", 0, 2), ("text", 3, 5)]
