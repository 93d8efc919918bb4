"""What every answer carries, and what the log never does."""

import logging

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
