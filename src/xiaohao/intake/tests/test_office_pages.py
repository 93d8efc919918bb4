"""The pages behind the door: queue, case, messages, suggestions, calls, posters."""

import datetime as dt
import io
import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import gettext
from PIL import Image

from xiaohao.files.actions import store
from xiaohao.files.tests.make import telling_photo
from xiaohao.intake import actions
from xiaohao.intake.models import Message, State, Suggestion
from xiaohao.intake.tests.make import SENDER, TEXT, City, account, city, message, picture
from xiaohao.kernel import clock
from xiaohao.kernel.acting import CITIZEN, Actor
from xiaohao.ledger.models import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> City:
    return city()


@pytest.fixture
def desk(client: Client, at: City) -> Client:
    """A browser in which the operator is logged in."""
    return log_in(client, at.operator)


def log_in(client: Client, who: Actor) -> Client:
    client.force_login(account(who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_an_empty_bench_says_so(desk: Client):
    assert "empty-title" in desk.get("/triage/").content.decode()


def test_the_queue_shows_first_what_turns_red_first_and_marks_what_is_masked(
    desk: Client, at: City
):
    row = message()
    page = desk.get("/triage/").content.decode()
    assert "摔倒了两次" in page
    copy = page.split("<textarea")[1]
    assert SENDER.phone not in copy
    assert "〔电话〕" in copy
    assert f'action="/triage/{row.pk}/"' in page


@pytest.mark.parametrize(
    ("place", "unit", "shown"),
    [
        ("3号楼2单元", "", "3号楼2单元"),
        ("3号楼2单元", "street", "UNIT 3号楼2单元"),
        ("", "street", "UNIT"),
        ("", "", "未填地点"),
    ],
)
def test_the_place_is_shown_as_it_was_given(
    desk: Client, at: City, place: str, unit: str, shown: str
):
    row = message(place=place, place_unit=getattr(at, unit, None))
    page = desk.get(f"/triage/{row.pk}/")
    assert page.status_code == 200
    where = page.content.decode().split('where-when">')[1].split("</p>")[0]
    assert " ".join(re.sub("<.*?>", "", where.split("</svg>")[-1]).split()).startswith(
        shown.replace("UNIT", at.street.name)
    )


def test_confirmed_it_goes_on_to_the_next_and_can_be_undone(desk: Client, at: City):
    first, second = message(), message(text="公园的健身器材坏了，没有人来修")
    page = desk.get(f"/triage/{first.pk}/").content.decode()
    form = {
        "version": version_on(page),
        "unit": at.street.code,
        "title": "路灯不亮",
        "text": "路灯不亮",
    }
    went = desk.post(f"/triage/{first.pk}/", form)
    assert went["Location"] == f"/triage/{second.pk}/?done={first.pk}"
    toast = desk.get(went["Location"]).content.decode()
    assert at.street.name in toast
    assert f'action="/triage/{first.pk}/undo/"' in toast
    desk.post(f"/triage/{first.pk}/undo/")
    first.refresh_from_db()
    assert first.state == State.WAITING
    assert not Problem.objects.exists()


def test_nothing_is_filled_in_when_triage_does_not_know_and_nothing_is_lost(desk: Client, at: City):
    row = message()
    page = desk.get(f"/triage/{row.pk}/").content.decode()
    refused = desk.post(
        f"/triage/{row.pk}/",
        {"version": version_on(page), "unit": "", "title": "我改的标题", "text": "我改的话"},
    )
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert gettext("Choose the unit that can fix it.") in shown
    assert "unit_missing" not in shown  # codes are for programs
    assert "我改的标题" in shown
    assert "我改的话" in shown


def test_the_second_operator_is_told_and_keeps_his_words(desk: Client, at: City):
    row = message()
    page = desk.get(f"/triage/{row.pk}/").content.decode()
    actions.confirm(message=row, by=at.office, unit=at.street, hold=True)
    actions.undo(message=row, by=at.office)
    late = desk.post(
        f"/triage/{row.pk}/",
        {
            "version": version_on(page),
            "unit": at.street.code,
            "title": "我改的标题",
            "text": "我改的话",
        },
    )
    assert late.status_code == 409
    assert "我改的话" in late.content.decode()


def test_what_reads_alike_can_be_joined_with_one_key(desk: Client, at: City):
    actions.confirm(message=message(), by=at.operator, unit=at.street)
    number = Problem.objects.get().number
    row, twin = message(), message()
    page = desk.get(f"/triage/{row.pk}/").content.decode()
    assert f'name="into" value="{number}" data-key="m"' in page
    assert f'href="/triage/{twin.pk}/"' in page


def test_a_message_can_be_set_aside_joined_or_answered_from_the_queue(desk: Client, at: City):
    actions.confirm(message=message(), by=at.operator, unit=at.street)
    known = Problem.objects.get()
    ways = [
        ({"do": "suggest"}, State.SUGGESTION),
        ({"into": known.number}, State.JOINED),
        ({"do": "reply", "reply": "已经转告。"}, State.REPLIED),
    ]
    for given, state in ways:
        row = message(text=TEXT + state)
        page = desk.get(f"/triage/{row.pk}/").content.decode()
        sent = {"version": version_on(page), "title": "题目", "text": "内容"} | given
        assert desk.post(f"/triage/{row.pk}/", sent).status_code == 302
        row.refresh_from_db()
        row.triaged_at = None
        Message.objects.filter(pk=row.pk).update(triaged_at="2019-01-01T00:00:00Z")
        actions.carry_out_due()
        row.refresh_from_db()
        assert row.state == state


def test_the_sender_shows_only_for_a_reason(desk: Client, at: City):
    row = message(text="小区门口的路灯三个月没有亮")
    page = desk.get(f"/messages/{row.pk}/").content.decode()
    assert SENDER.phone not in page
    assert desk.post(f"/messages/{row.pk}/", {"reason": ""}).status_code == 422
    shown = desk.post(f"/messages/{row.pk}/", {"reason": "电话核实地点"}).content.decode()
    assert SENDER.phone in shown
    assert "电话核实地点" in shown


def test_wrongly_joined_it_goes_back_to_triage(desk: Client, at: City):
    actions.confirm(message=message(), by=at.operator, unit=at.street)
    row = message()
    actions.join_to(message=row, by=at.operator, number=Problem.objects.get().number)
    desk.post(f"/messages/{row.pk}/correct/", {"reason": "不是同一处", "version": row.version})
    row.refresh_from_db()
    assert row.state == State.WAITING


def test_messages_are_searched_with_two_characters_and_narrowed(desk: Client, at: City):
    message(text="食堂饭菜太贵，分量又少"), message()
    actions.propose_waiting()
    page = desk.get("/messages/?q=食堂").content.decode()
    assert "饭菜太贵" in page
    assert "路灯" not in page
    assert "empty-title" in desk.get("/messages/?state=suggestion").content.decode()
    assert "饭菜太贵" in desk.get("/messages/?figure=intake.received").content.decode()
    assert desk.get("/messages/?figure=nonsense").status_code == 404


def test_suggestions_are_listed_studied_and_reported(client: Client, at: City):
    row = message(text="建议在河边增设步道，方便老人散步")
    actions.set_aside(message=row, by=at.operator)
    office = log_in(client, at.office)
    suggestion = Suggestion.objects.get()
    assert "河边" in office.get("/suggestions/").content.decode()
    address = f"/suggestions/{suggestion.pk}/"
    assert office.post(address, {"report": "1", "note": "x", "version": 1}).status_code == 422
    assert office.post(address, {"note": "可行", "version": 1}).status_code == 302
    stale = office.post(address, {"note": "我写的另一段", "version": 1})
    assert stale.status_code == 409
    assert "我写的另一段" in stale.content.decode()
    assert office.post(address, {"report": "1", "version": 2}).status_code == 302


def test_a_call_is_taken_and_the_code_read_out(desk: Client, at: City):
    given = {"text": TEXT, "place": at.street.name, "name": SENDER.name, "phone": SENDER.phone}
    page = desk.post("/calls/", given).content.decode()
    row = Message.objects.get()
    assert row.channel == "phone"
    assert row.code[:4] in page
    assert desk.post("/calls/", {"text": "", "name": "李"}).status_code == 422


def test_a_poster_carries_the_address_of_its_place(desk: Client, at: City):
    page = desk.get(f"/posters/{at.street.code}/").content.decode()
    assert f"place={at.street.code}&amp;via=qr" in page
    assert desk.get("/posters/nowhere/").status_code == 404
    chosen = desk.get(f"/posters/?place={at.street.name}")
    assert chosen["Location"] == f"/posters/{at.street.code}/"
    assert desk.get("/posters/?place=没有的地方").status_code == 404


def test_photos_reach_the_unit_only_when_shared(client: Client, at: City):
    rows = [message(), message()]
    for row in rows:
        actions.attach(message=row, files=[store(by=CITIZEN, name="a.jpg", content=picture(70))])
    actions.confirm(message=rows[0], by=at.operator, unit=at.street)
    photo = rows[1].photos.get()
    actions.confirm(message=rows[1], by=at.operator, unit=at.street, photos=[photo.pk])
    unit = log_in(client, at.handler)
    kept, shared = Problem.objects.order_by("id")
    assert b"<img" not in unit.get(f"/messages/on/{kept.number}/").content
    assert b"<img" in unit.get(f"/messages/on/{shared.number}/").content
    got: Any = unit.get(f"/messages/on/{shared.number}/{photo.pk}/")
    assert got.status_code == 200
    assert b"".join(got.streaming_content)  # read to the end, it closes
    assert unit.get(f"/messages/{rows[1].pk}/photos/{photo.pk}/").status_code == 404
    desk = log_in(Client(), at.operator)
    desk.post(f"/messages/{rows[0].pk}/share/", {"photo": [rows[0].photos.get().pk]})
    desk.post(f"/messages/{rows[1].pk}/share/", {})
    assert b"<img" in unit.get(f"/messages/on/{kept.number}/").content
    assert b"<img" not in unit.get(f"/messages/on/{shared.number}/").content


def test_no_photo_is_shared_by_confirming_what_is_filled_in(desk: Client, at: City):
    row = message()
    actions.attach(message=row, files=[store(by=CITIZEN, name="a.jpg", content=picture(70))])
    page = desk.get(f"/triage/{row.pk}/").content.decode()
    ticks = re.findall(r'<input[^>]*name="photos"[^>]*>', page)
    assert len(ticks) == 1
    assert "checked" not in ticks[0]
    form = desk.get(f"/triage/{row.pk}/").context["form"]
    typed = {name: value for name, value in form.initial.items() if value}
    desk.post(f"/triage/{row.pk}/", typed | {"unit": at.street.code, "do": "confirm"})
    row.refresh_from_db()
    assert row.state == State.DECIDED
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        assert actions.carry_out_due() == 1
    row.refresh_from_db()
    assert row.state == State.REFERRED
    assert not row.photos.filter(shared=True).exists()


def test_a_shared_photo_tells_nothing_beside_what_it_shows(client: Client, at: City):
    name = f"{SENDER.name}家门口.jpg"
    upload = SimpleUploadedFile(name, telling_photo(), "image/jpeg")
    (kept,) = actions.kept_photos(uploads=[upload], address="10.0.0.1")
    row = message()
    actions.attach(message=row, files=[kept])
    photo = row.photos.get()
    actions.confirm(message=row, by=at.operator, unit=at.street, photos=[photo.pk])
    unit, number = log_in(client, at.handler), Problem.objects.get().number
    assert SENDER.name not in unit.get(f"/messages/on/{number}/").content.decode()
    for small in ("", "?small=1"):
        got: Any = unit.get(f"/messages/on/{number}/{photo.pk}/{small}")
        content = b"".join(got.streaming_content)
        picture_ = Image.open(io.BytesIO(content))
        assert not dict(picture_.getexif())
        assert not {"exif", "comment", "xmp"} & set(picture_.info)
        assert b"photographer" not in content
        headers = " ".join(f"{key} {value}" for key, value in got.items())
        assert SENDER.name not in unquote(headers)


def test_the_unit_complained_of_finds_no_page_with_the_original(client: Client, at: City):
    row = message(text=TEXT)
    actions.confirm(message=row, by=at.operator, unit=at.street)
    number = Problem.objects.get().number
    for who in (at.handler, at.leader):
        unit = log_in(client, who)
        for address in (
            "/triage/", f"/triage/{row.pk}/", "/messages/", f"/messages/{row.pk}/",
            "/messages/?q=王小强", "/suggestions/", "/calls/",
        ):  # fmt: skip
            assert unit.get(address).status_code == 404, address
        assert unit.post(f"/messages/{row.pk}/", {"reason": "想知道"}).status_code == 404
        for address in (f"/ledger/{number}/", "/ledger/"):
            page = unit.get(address).content.decode()
            for secret in (SENDER.name, SENDER.phone, SENDER.email):
                assert secret not in page
        assert "data-row" not in unit.get("/ledger/?q=王小强").content.decode()
