import contextlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from xiaohao.files import actions, queries
from xiaohao.files.models import File, UploadsField, place_of
from xiaohao.files.tests import make
from xiaohao.kernel.acting import CITIZEN
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.trail.queries import events_of

pytestmark = pytest.mark.django_db
GREEN = make.photo(size=(900, 600), colour="green")


def store(content: bytes, name: str = "现场.jpg", purpose: str = "photo") -> File:
    return actions.store(by=CITIZEN, name=name, content=content, purpose=purpose)


def body(response: Any) -> bytes:
    with contextlib.closing(response):
        return bytes(response.getvalue())


def test_a_photo_is_kept_without_what_it_tells() -> None:
    file = store(make.telling_photo())
    kept = place_of(file.sha256).read_bytes()
    assert b"photographer" not in kept
    assert (file.width, file.height, file.size) == (40, 60, len(kept))
    assert file.is_image
    assert [e.kind for e in events_of("files.file", file.pk)] == ["stored"]
    assert place_of(file.sha256).stat().st_mode & 0o077 == 0


def test_the_same_bytes_under_the_same_name_are_one_row() -> None:
    first = store(make.telling_photo())
    again = actions.store(by=CITIZEN, name="现场.jpg", content=io.BytesIO(make.telling_photo()))
    assert again.pk == first.pk
    assert File.objects.count() == 1


def test_under_another_name_they_share_the_stored_file() -> None:
    first, second = store(make.photo()), store(make.photo(), "另一张.jpg")
    assert first.pk != second.pk
    assert first.sha256 == second.sha256


def test_evidence_keeps_its_bytes() -> None:
    content = make.workbook()
    file = actions.store(
        by=CITIZEN,
        name="整改台账.xlsx",
        content=SimpleUploadedFile("x.xlsx", content),
        purpose="evidence",
    )
    assert place_of(file.sha256).read_bytes() == content
    assert not file.is_image


def test_a_refusal_keeps_nothing_and_names_the_field() -> None:
    with pytest.raises(Refused) as refused:
        actions.store(by=CITIZEN, name="photo.jpg", content=b"#!/bin/sh\n", field="photos")
    assert [(u.code, u.field) for u in refused.value.unmet] == [("file_type_mismatch", "photos")]
    assert str(refused.value.unmet[0].message)
    assert not File.objects.exists()


@pytest.mark.parametrize("code", queries.SENTENCES)
def test_every_reason_has_its_sentence(code: str) -> None:
    sentence = str(queries.SENTENCES[code] % {"limit": 15, "extension": ".jpg"})
    assert "%" not in sentence


def test_rows_are_never_changed_or_deleted() -> None:
    file = store(make.photo())
    for statement in (
        "UPDATE files_file SET name = 'x.jpg'",
        "DELETE FROM files_file",
        "TRUNCATE files_file CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert File.objects.get().name == file.name


def test_damage_is_found_and_healed_by_bringing_the_file_again() -> None:
    file = store(GREEN)
    assert list(queries.damaged()) == []
    place = place_of(file.sha256)
    whole = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(whole[:-9])
    place_of(file.thumbnail_sha256).unlink()
    assert [(d.file_id, d.code) for d in queries.damaged()] == [
        (file.pk, "altered"),
        (file.pk, "missing"),
    ]
    assert store(GREEN).pk == file.pk
    assert place.read_bytes() == whole
    assert list(queries.damaged()) == []


def test_pictures_are_shown_other_files_are_saved() -> None:
    photo = queries.hand_out(store(make.photo(), '坏"名字.jpg'))
    assert photo["Content-Type"] == "image/jpeg"
    assert photo["Content-Disposition"].startswith("inline")
    text = queries.hand_out(store(b"<b>hi", "note.txt", "evidence"))
    assert text["Content-Disposition"].startswith("attachment")
    for response in (photo, text):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Cache-Control"].startswith("private")
        assert "\n" not in response["Content-Disposition"]
    assert body(text) == b"<b>hi"
    photo.close()


def test_a_browser_that_has_it_is_told_so() -> None:
    file = store(make.photo())
    first = queries.hand_out(file, request=RequestFactory().get("/"))
    request = RequestFactory().get("/", headers={"If-None-Match": first["ETag"]})
    again = queries.hand_out(file, request=request)
    assert (again.status_code, body(again)) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    first.close()


def test_the_thumbnail_is_a_small_picture() -> None:
    file = store(make.photo("PNG", size=(2000, 1000)), "a.png")
    response = queries.hand_out(file, thumbnail=True)
    assert response["Content-Type"] == "image/jpeg"
    assert body(response) == place_of(file.thumbnail_sha256).read_bytes()


def test_missing_bytes_are_said_to_be_missing() -> None:
    file = store(make.photo(colour="yellow"))
    place_of(file.sha256).unlink()
    with pytest.raises(NotFound, match="file_missing"):
        queries.hand_out(file)


def test_the_field_counts_and_weighs() -> None:
    field = UploadsField(purpose="photo", most=2, required=False)
    one = SimpleUploadedFile("a.jpg", make.photo())
    assert field.clean(None) == []
    assert field.clean([one]) == [one]
    assert 'multiple="multiple"' in field.widget.render("photos", None)
    with pytest.raises(Exception, match="2"):
        field.clean([one, one, one])
