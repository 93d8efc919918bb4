"""The public board as a browser without JavaScript meets it, and the same by the API."""

import hashlib
import io
import json
import re
import uuid

import pytest
from django.core import signing
from django.test import Client

from xiaohao.intake import actions
from xiaohao.intake.models import Channel, Message, Photo
from xiaohao.intake.queries import sender_of
from xiaohao.intake.rules import proof
from xiaohao.intake.tests.make import SENDER, TEXT, City, city, message, picture
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem, Word
from xiaohao.ledger.tests.make import problem as ledger_problem
from xiaohao.ledger.tests.make import walk
from xiaohao.triage.actions import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> City:
    return city()


def typed(**more: object) -> dict[str, object]:
    return {"text": TEXT, "submission": str(uuid.uuid4())} | more


def code_on(page: str) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert found
    return found[0]


def test_from_the_board_to_the_receipt_to_the_status(client: Client, at: City):
    assert client.get("/board/").status_code == 200
    sent = client.post("/board/", typed(name=SENDER.name, phone=SENDER.phone), follow=True)
    assert sent.redirect_chain == [("/board/sent/", 302)]
    page = sent.content.decode()
    row = Message.objects.get()
    assert sender_of(row).phone == SENDER.phone
    assert SENDER.phone not in page.replace(TEXT, "")
    file = client.post("/board/receipt/", {"code": code_on(page)})
    assert hashlib.sha256(file.content).hexdigest() in page
    status = client.post("/board/status/", {"code": code_on(page).lower().replace("-", " ")})
    assert status.status_code == 200
    assert row.text.splitlines()[0] in status.content.decode()
    assert code_on(page) not in "".join(address for address, _ in sent.redirect_chain)


def test_sent_twice_by_a_double_click_there_is_one_message_and_one_code(client: Client, at: City):
    form = typed()
    first = code_on(client.post("/board/", form, follow=True).content.decode())
    second = code_on(client.post("/board/", form, follow=True).content.decode())
    assert first == second
    assert Message.objects.count() == 1


def test_a_form_sent_again_with_other_words_keeps_them_and_gets_a_new_number(
    client: Client, at: City
):
    form = typed()
    client.post("/board/", form)
    again = client.post("/board/", form | {"text": "另一件事：垃圾站没人清理"})
    assert again.status_code == 409
    page = again.content.decode()
    assert "另一件事：垃圾站没人清理" in page
    assert str(form["submission"]) not in page.split("data-pow")[0]
    assert Message.objects.count() == 1


def test_a_refused_form_keeps_everything_typed_and_the_photos(client: Client, at: City):
    photo = picture(70)
    photo.name = "lamp.jpg"
    given = typed(text="长" * 5001, spot="东门对面", phone=SENDER.phone, photos=photo)
    refused = client.post("/board/", given)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "长" * 5001 in page
    assert "东门对面" in page
    assert SENDER.phone in page
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found
    client.post("/board/", typed(kept=found[1]))
    assert Photo.objects.count() == 1


def test_a_script_named_jpg_is_refused_and_the_words_stay(client: Client, at: City):
    evil = io.BytesIO(b"<script>alert(1)</script>")
    evil.name = "photo.jpg"
    refused = client.post("/board/", typed(photos=evil))
    assert refused.status_code == 422
    assert "photo.jpg" in refused.content.decode()
    assert TEXT[:20] in refused.content.decode()
    assert not Message.objects.exists()


def test_the_anonymous_tick_outweighs_what_stands_in_the_fields(client: Client, at: City):
    client.post("/board/", typed(anonymous="on", name=SENDER.name, phone=SENDER.phone))
    assert not sender_of(Message.objects.get())


def test_a_place_is_taken_by_code_by_name_or_in_words(client: Client, at: City):
    for place in (at.street.code, at.street.name, "某个地方"):
        client.post("/board/", typed(place=place, spot="东门"))
    units = list(Message.objects.order_by("id").values_list("place_unit", flat=True))
    assert units == [at.street.pk, at.street.pk, None]
    assert Message.objects.latest("id").place == "某个地方 东门"


def test_a_poster_brings_its_place_and_channel(client: Client, at: City):
    page = client.get(f"/board/?place={at.street.code}&via=qr").content.decode()
    assert f'value="{at.street.code}"' in page
    assert at.street.name in page
    client.post("/board/", typed(place=at.street.code, via="qr"))
    assert Message.objects.get().channel == Channel.QR


def test_without_proof_few_are_taken_and_with_it_more(client: Client, at: City):
    for _ in range(6):
        assert client.post("/board/", typed()).status_code == 302
    refused = client.post("/board/", typed(text=TEXT + "再次反映"))
    assert refused.status_code == 429
    assert "再次反映" in refused.content.decode()
    page = client.get("/board/").content.decode()
    number = re.search(r'name="submission" value="([^"]+)"', page)
    asked = re.search(r'data-challenge="([^"]+)" data-bits="(\d+)"', page)
    assert number
    assert asked
    solved = proof.solve(asked[1], int(asked[2]))
    proved = {"challenge": asked[1], "pow_nonce": solved, "submission": number[1]}
    assert client.post("/board/", typed(**proved)).status_code == 302
    other = {**proved, "submission": str(uuid.uuid4())}
    assert client.post("/board/", typed(**other)).status_code == 429


def test_the_limits_can_be_switched_off(client: Client, at: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XIAOHAO_FLOOD", "off")
    assert {client.post("/board/", typed()).status_code for _ in range(9)} == {302}


def test_wrong_codes_are_told_plainly_until_there_are_too_many(client: Client, at: City):
    right = message().code
    answers = [client.post("/board/status/", {"code": "K7QM-4F2P-9XDW"}) for _ in range(21)]
    assert [a.status_code for a in answers] == [404] * 20 + [429]
    assert client.post("/board/status/", {"code": right}).status_code == 200


def test_a_receipt_is_checked_by_its_file_or_its_hash(client: Client, at: City):
    page = client.post("/board/", typed(), follow=True).content.decode()
    receipt = client.post("/board/receipt/", {"code": code_on(page)}).content
    file = io.BytesIO(receipt)
    file.name = "receipt.txt"
    assert "tone-green" in client.post("/board/check-receipt/", {"file": file}).content.decode()
    changed = io.BytesIO(receipt.replace("三个月".encode(), "三天".encode()))
    changed.name = "receipt.txt"
    assert "tone-amber" in client.post("/board/check-receipt/", {"file": changed}).content.decode()
    by_hand = {"code": code_on(page), "hash": hashlib.sha256(receipt).hexdigest().upper()}
    assert "tone-green" in client.post("/board/check-receipt/", by_hand).content.decode()
    assert client.post("/board/check-receipt/", {}).status_code == 422


def test_places_are_offered_while_typing(client: Client, at: City):
    assert at.street.code in client.get("/board/places/", {"q": at.street.name}).content.decode()


def test_an_answer_brings_its_own_photos_or_nothing(client: Client, at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    walk(at, Problem.objects.get(), "awaiting")
    evil, good = io.BytesIO(b"<script>"), picture(70)
    evil.name, good.name = "now.jpg", "now.jpg"
    given = {"code": row.code, "answer": "not", "words": "还是不亮"}
    refused = client.post("/board/answer/", given | {"photos": evil})
    assert refused.status_code == 422
    assert "还是不亮" in refused.content.decode()
    assert Problem.objects.get().state == "awaiting"
    client.post("/board/answer/", given | {"photos": good})
    assert Problem.objects.get().state == "reopened"
    assert row.photos.count() == 1


def test_a_second_answer_is_told_why_and_not_lost(client: Client, at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    walk(at, Problem.objects.get(), "awaiting")
    first = {"code": row.code, "answer": "not", "words": "还是不亮"}
    assert client.post("/board/answer/", first).status_code == 200
    version = Problem.objects.get().version
    page = client.post("/board/answer/", first)  # pressed twice: taken once
    assert page.status_code == 200
    assert Problem.objects.get().version == version
    other = {"code": row.code, "answer": "partly", "attitude": "bad", "words": "昨晚又灭了"}
    photo = picture(70)
    photo.name = "now.jpg"
    page = client.post("/board/answer/", other | {"photos": photo})
    said = page.content.decode()
    assert page.status_code == 422
    assert "您已于" in said
    assert "还没有请您评价" not in said
    assert "您已对这次办理作出评价" not in said
    assert "昨晚又灭了" in said
    assert Word.objects.get().words == "还是不亮"
    fields = re.findall(r'name="(draft|text|kept|place)" value="([^"]*)"', said)
    written = client.post("/board/", dict(fields)).content.decode()
    assert "昨晚又灭了</textarea>" in written
    assert "已保留 1 张照片" in written
    assert Message.objects.count() == 1


def test_who_said_solved_reads_that_his_word_stands(client: Client, at: City):
    row = message()
    actions.confirm(message=row, by=at.operator, unit=at.street)
    walk(at, Problem.objects.get(), "awaiting")
    assert client.post("/board/answer/", {"code": row.code, "answer": "solved"}).status_code == 200
    page = client.post("/board/answer/", {"code": row.code, "answer": "not", "words": "又坏了"})
    assert page.status_code == 422
    assert "又坏了" in page.content.decode()
    assert Problem.objects.get().state == "awaiting"


# --- the same by programs ---


def post(client: Client, body: object, **headers: str) -> tuple[int, dict[str, object]]:
    said = client.post(
        "/api/v1/public/messages",
        body if isinstance(body, (str, bytes)) else json.dumps(body),
        content_type=headers.pop("content_type", "application/json"),
        headers=headers,
    )
    return said.status_code, json.loads(said.content)


def test_a_program_sends_a_message_and_reads_its_status(client: Client, at: City):
    status, receipt = post(client, {"text": TEXT, "contact": {"name": SENDER.name}})
    assert status == 201
    assert set(receipt) == {"tracking_code", "received_at", "status_url", "receipt_hash"}
    shown = client.get(f"/api/v1/public/messages/{receipt['tracking_code']}")
    assert shown.json()["state"] == "received"
    assert SENDER.name not in json.dumps(shown.json()["steps"], ensure_ascii=False)
    assert Message.objects.get().channel == Channel.API


def test_the_same_key_gives_the_same_receipt(client: Client, at: City):
    key = {"Idempotency-Key": "order-17"}
    first, second = post(client, {"text": TEXT}, **key), post(client, {"text": TEXT}, **key)
    assert first == second
    assert post(client, {"text": TEXT + "又一次"}, **key)[0] == 409
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 422, "missing", "text"),
        ({"text": ""}, 422, "text_missing", "text"),
        ({"text": "长" * 5001}, 422, "text_too_long", "text"),
        ({"text": None}, 422, "string_type", "text"),
        ({"text": ["a"]}, 422, "string_type", "text"),
        ({"text": TEXT, "place_code": "nowhere"}, 422, "no_such_place", "place_code"),
        ({"text": TEXT, "kind": "joke"}, 422, "no_such_kind", "kind"),
        ({"text": TEXT, "submission": "1"}, 422, "uuid_parsing", "submission"),
        ({"text": TEXT, "contact": {"email": "x"}}, 422, "email_unreadable", "email"),
        ("{not json", 400, "bad_request", None),
        (b"\xff\xfe\x00\x01", 400, "bad_request", None),
        ('"' + "x" * 3_000_000 + '"', 413, "too_large", None),
        ("[]", 422, "missing", "text"),
        ('{"text": "\\ud800\\ud800\\ud800\\ud800"}', 400, "unreadable_text", "text"),
    ],
)
def test_bad_input_gets_one_form_of_answer(
    client: Client, at: City, body: object, status: int, code: str, field: str | None
):
    got, said = post(client, body)
    assert got == status
    errors = said["errors"]
    assert isinstance(errors, list)
    assert errors[0]["code"] == code
    assert errors[0]["field"] == field
    assert errors[0]["message"]
    assert not Message.objects.exists()


def test_a_wrong_content_type_is_answered_not_crashed(client: Client, at: City):
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ):
        status, said = post(client, "text=abc", content_type=kind)
        assert status in {400, 415, 422}
        assert said["errors"]


@pytest.mark.parametrize("code", ["K7QM-4F2P-9XDW", "x", "路灯"])
def test_a_wrong_code_by_the_api(client: Client, at: City, code: str):
    said = client.get(f"/api/v1/public/messages/{code}")
    assert said.status_code == 404
    assert said.json()["errors"][0]["code"] == "wrong_code"


def test_an_answer_before_being_asked_is_refused(client: Client, at: City):
    code = message().code
    said = client.post(
        f"/api/v1/public/messages/{code}/answer",
        {"answer": "solved"},
        content_type="application/json",
    )
    assert said.status_code == 422
    assert said.json()["errors"][0]["code"] == "not_asked"


def test_photos_follow_a_message_by_the_api(client: Client, at: City):
    row = message()
    address = f"/api/v1/public/messages/{row.code}/photos"
    good, bad = picture(70), io.BytesIO(b"MZ\x90\x00 not a picture")
    good.name, bad.name = "a.jpg", "b.jpg"
    assert client.post(address, {"photos": [good]}).status_code == 201
    refused = client.post(address, {"photos": [bad]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "photos"
    assert row.photos.count() == 1


def test_after_very_many_wrong_codes_no_right_one_is_found_either(
    client: Client, at: City, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("xiaohao.intake.actions.answering.GUESSES", 25)
    right = message().code
    for _ in range(25):
        client.post("/board/status/", {"code": "K7QM-4F2P-9XDW"})
    for send in (
        lambda: client.post("/board/status/", {"code": right}),
        lambda: client.get(f"/api/v1/public/messages/{right}"),
        lambda: client.post("/board/receipt/", {"code": right}),
    ):
        said = send()
        assert said.status_code == 429
        assert TEXT.encode() not in said.content
    other = client.post("/board/status/", {"code": right}, REMOTE_ADDR="192.0.2.77")
    assert other.status_code == 200


def test_nobody_joins_a_problem_whose_number_he_only_guessed(client: Client, at: City):
    actions.confirm(message=message(), by=at.operator, unit=at.street)
    problem = Problem.objects.get()
    client.post("/board/", typed(join=problem.number))
    problem.refresh_from_db()
    assert problem.reporters == 1
    assert Message.objects.latest("id").problem is None


def test_what_no_citizen_brought_is_neither_shown_nor_joined(client: Client, at: City):
    found = ledger_problem(at, title=TEXT[:40], text=TEXT, source="inspection")
    index(label="ledger.problem", thing_id=found.pk, at=clock.now(), title=found.title, text=TEXT)
    assert found.title not in client.post("/board/similar/", {"text": TEXT}).content.decode()
    client.post("/board/", typed(join=signing.dumps(found.number, salt="intake.join")))
    found.refresh_from_db()
    assert found.reporters == 0
