"""Logging in: by name and password, with rest after five failures and a second factor if set."""

import datetime as dt

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.core.checks import run_checks
from django.db.models import F
from django.test import Client

from xiaohao.kernel.acting import Role
from xiaohao.people.tests import make
from xiaohao.units.tests import make as units

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def enter(browser: Client, name: str, password: str = make.PASSWORD) -> int:
    return browser.post(LOGIN, {"login": name, "password": password}).status_code


def test_the_whole_set_up_passes_djangos_own_checks() -> None:
    # The harness itself puts a trap for undefined variables where Django expects a text.
    found = [issue for issue in run_checks() if issue.id != "templates.E002"]
    assert found == []


def test_in_and_out() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    browser = Client()
    first = browser.get("/me/?a=1")
    assert first["Location"] == "/accounts/login/?next=/me/%3Fa%3D1"
    assert browser.get(LOGIN).status_code == 200
    assert enter(browser, held.account.username, "wrong") == 200
    assert browser.get("/me/").status_code == 302
    assert enter(browser, held.account.username) == 302
    assert browser.get("/me/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/me/").status_code == 302


def test_after_five_failures_the_account_rests() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    name = held.account.username
    browser = Client()
    for attempt in range(5):
        said = enter(browser, name if attempt % 2 else name.upper(), "wrong")
    assert said == 429
    page = browser.post(LOGIN, {"login": name, "password": make.PASSWORD})
    assert page.status_code == 429
    assert "account/lockout.html" in [template.name for template in page.templates]
    assert browser.get("/me/").status_code == 302
    other = make.holder(units.unit(), Role.HANDLER)
    assert enter(Client(), other.account.username) == 302


def test_the_rest_ends() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    name = held.account.username
    for _ in range(5):
        enter(Client(), name, "wrong")
    assert enter(Client(), name) == 429
    earlier = F("attempt_time") - dt.timedelta(minutes=16)
    AccessAttempt.objects.update(attempt_time=earlier)
    assert enter(Client(), name) == 302


def test_four_failures_are_forgiven_by_a_success() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    for _ in range(2):
        for _ in range(4):
            assert enter(Client(), held.account.username, "wrong") == 200
        assert enter(Client(), held.account.username) == 302


def test_nobody_signs_up_by_himself() -> None:
    page = Client().get("/accounts/signup/")
    assert "account/signup_closed.html" in [template.name for template in page.templates]
    typed = {"username": "me", "password1": make.PASSWORD, "password2": make.PASSWORD}
    Client().post("/accounts/signup/", typed)
    assert enter(Client(), "me") == 200


def test_one_who_holds_no_post_sees_nothing_but_why() -> None:
    account = make.account()
    browser = Client()
    assert enter(browser, account.username) == 302
    for address in ("/", "/me/", "/units/", "/trail/", "/people/posts/"):
        page = browser.get(address)
        assert page.status_code == 403
        assert "您目前没有岗位" in page.content.decode()
        assert 'action="/accounts/logout/"' in page.content.decode()


def test_one_shut_out_cannot_enter() -> None:
    account = make.account()
    account.is_active = False
    account.save()
    assert enter(Client(), account.username) in {200, 302}
    browser = Client()
    browser.post(LOGIN, {"login": account.username, "password": make.PASSWORD})
    assert "_auth_user_id" not in browser.session


def test_one_changes_his_own_password() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    browser = make.logged_in(held)
    new = "another-lantern-43"
    typed = {"oldpassword": make.PASSWORD, "password1": new, "password2": new}
    assert browser.post("/accounts/password/change/", typed).status_code == 302
    assert enter(Client(), held.account.username) == 200
    assert enter(Client(), held.account.username, new) == 302


def test_with_a_second_factor_the_password_alone_does_not_do() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(held.account, secret)
    assert Authenticator.objects.filter(user=held.account).exists()
    assert get_adapter().is_mfa_enabled(held.account)
    browser = Client()
    asked = browser.post(LOGIN, {"login": held.account.username, "password": make.PASSWORD})
    assert asked["Location"].startswith("/accounts/2fa/authenticate/")
    assert browser.get("/me/").status_code == 302
    assert browser.get(asked["Location"]).status_code == 200
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert browser.get("/me/").status_code == 200


def test_the_second_factor_cannot_be_guessed() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(held.account, secret)
    browser = Client()
    enter(browser, held.account.username)
    for _ in range(6):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert browser.get("/me/").status_code == 302


def test_a_new_password_ends_every_other_session() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    here, there = make.logged_in(held), make.logged_in(held)
    new = "another-lantern-43"
    typed = {"oldpassword": make.PASSWORD, "password1": new, "password2": new}
    here.post("/accounts/password/change/", typed)
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302


def test_a_session_gets_another_key_when_somebody_logs_in() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    browser = Client()
    session = browser.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    assert enter(browser, held.account.username) == 302
    assert browser.session.session_key != before


def test_after_logging_in_nobody_is_led_elsewhere() -> None:
    held = make.holder(units.unit(), Role.HANDLER)
    for away in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"):
        typed = {"login": held.account.username, "password": make.PASSWORD, "next": away}
        assert Client().post(LOGIN, typed)["Location"] == "/"


def test_behind_a_proxy_failures_count_by_sender_and_nobody_writes_his_own_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XIAOHAO_PROXIES", "1")
    held = make.holder(units.unit(), Role.HANDLER)
    name = held.account.username
    for n in range(6):  # what the sender writes stands before what our proxy adds
        typed = {"login": name, "password": "wrong"}
        forged = f"192.0.2.{n}, 198.51.100.7"
        said = Client().post(LOGIN, typed, HTTP_X_FORWARDED_FOR=forged)
    assert said.status_code == 429
    typed = {"login": name, "password": make.PASSWORD}
    other = Client().post(LOGIN, typed, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert other.status_code == 302
