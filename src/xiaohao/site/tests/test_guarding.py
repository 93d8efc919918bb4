"""What every answer carries, and what the log never does."""

import logging
import uuid

import pytest
from django.conf import settings
from django.test import Client

from xiaohao.intake.tests.make import city, message
from xiaohao.kernel.acting import Role
from xiaohao.people.tests import make
from xiaohao.site.logs import WithoutCodes
from xiaohao.units.tests import make as units

pytestmark = pytest.mark.django_db


def test_the_log_holds_no_tracking_code(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    city()
    code = message().code
    caplog.handler.addFilter(WithoutCodes())
    with caplog.at_level(logging.WARNING, "django.request"):
        said = client.post(
            f"/api/v1/public/messages/{code}/answer",
            {"answer": "solved"},
            content_type="application/json",
        )
    assert said.status_code == 422
    assert "/public/messages/…/answer" in caplog.text
    assert code not in caplog.text
    assert "'filters': ['codes']" in str(settings.LOGGING["handlers"])


@pytest.mark.parametrize("address", ["/board/", "/accounts/login/", "/nowhere/", "/public/"])
def test_every_page_forbids_foreign_scripts_frames_and_guesses(
    client: Client, address: str
) -> None:
    city()
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_session_is_no_token_and_a_form_needs_its_own_sign() -> None:
    held = make.holder(units.unit(), Role.OFFICE)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(held.account)
    assert browser.get("/me/").status_code == 200
    assert browser.get("/api/v1/problems").status_code == 401
    for address in ("/people/switch/", "/ledger/new/", "/board/", "/accounts/logout/"):
        refused = browser.post(address, {"post": held.post_id})
        assert refused.status_code == 403, address


@pytest.mark.parametrize("address", ["/board/", "/api/v1/public/messages", "/ledger/spot/"])
def test_a_body_longer_than_any_form_is_not_read(client: Client, address: str) -> None:
    city()
    said = client.post(address, {"text": "x"}, CONTENT_LENGTH=str(300 * 1024 * 1024))
    assert said.status_code == 413


def test_back_after_logging_out_shows_nothing_that_was_read() -> None:
    """On a computer that several people use, a browser keeps no page of somebody's."""
    at = city()
    held = make.holder(at.city, Role.OFFICE)
    browser = make.logged_in(held)
    for address in ("/", "/ledger/", "/messages/", "/me/", "/nowhere/"):
        assert browser.get(address)["Cache-Control"] == "private, no-store", address
    header = make.with_token(held.post)
    assert "no-store" in Client().get("/api/v1/problems", **header)["Cache-Control"]


def test_nor_what_a_citizen_has_sent_or_looked_up() -> None:
    city()
    code = message().code
    browser = Client()
    sent = browser.post("/board/", {"text": "门口的路灯不亮", "submission": str(uuid.uuid4())})
    assert sent["Location"] == "/board/sent/"
    refused = browser.post("/board/", {"text": "", "name": "王小强"})
    pages = [
        sent,
        refused,
        browser.get("/board/sent/"),
        browser.post("/board/status/", {"code": code}),
        browser.get(f"/api/v1/public/messages/{code}"),
    ]
    assert ["no-store" in page.get("Cache-Control", "") for page in pages] == [True] * len(pages)
    assert "Cache-Control" not in browser.get("/public/")
