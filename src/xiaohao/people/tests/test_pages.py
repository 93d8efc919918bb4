"""The pages about people: a whole set-up by hand, and what stays out of sight."""

import re
from html import unescape

import pytest
from django.test import Client

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people import actions
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.queries import actor_of_token
from xiaohao.people.tests import make
from xiaohao.units.models import Unit
from xiaohao.units.tests import make as units

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> dict[str, Unit]:
    return units.city()


@pytest.fixture
def admin(tree: dict[str, Unit]) -> Client:
    return make.logged_in(make.holder(tree["west"], Role.ADMINISTRATOR))


def copied(page: bytes) -> str:
    found = re.search(r'class="copy-text">([^<]+)<', page.decode())
    assert found
    return unescape(found[1])


def test_an_administrator_sets_somebody_up(admin: Client, tree: dict[str, Unit]) -> None:
    shown = admin.post("/people/accounts/open/", {"username": "newcomer"})
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    password = copied(shown.content)
    opened = admin.post(
        "/people/posts/open/",
        {"unit": "梅江街道", "code": "H-1", "title": "Handler, Meijiang", "role": "handler"},
    )
    assert opened.status_code == 302
    assert Post.objects.get(code="H-1").unit == tree["river"]
    held = admin.post("/people/posts/at/H-1/hold/", {"username": "newcomer", "since": "2019-01-01"})
    assert held.status_code == 302
    newcomer = Client()
    entered = newcomer.post("/accounts/login/", {"login": "newcomer", "password": password})
    assert entered.status_code == 302
    assert newcomer.get("/me/").status_code == 200
    assert newcomer.get("/people/posts/").status_code == 404
    for address in ("/people/posts/", "/people/posts/at/H-1/", "/people/accounts/of/newcomer/"):
        assert "newcomer" in admin.get(address).content.decode()


def test_what_was_typed_stays_when_refused(admin: Client, tree: dict[str, Unit]) -> None:
    typed = {"unit": "北塘街道", "code": "H-9", "title": "Not mine", "role": "handler"}
    said = admin.post("/people/posts/open/", typed)
    assert said.status_code == 422
    page = said.content.decode()
    assert "no_such_unit" in {one.code for one in said.context["unmet"]}
    assert "no_such_unit" not in page, "codes are for programs"
    assert "Not mine" in page
    assert not Post.objects.filter(code="H-9").exists()
    said = admin.post("/people/posts/open/", typed | {"unit": "梅江街道", "role": "emperor"})
    assert said.status_code == 422


def test_a_token_is_shown_once(admin: Client, tree: dict[str, Unit]) -> None:
    post = make.post(tree["river"], Role.OFFICE, "OFFICE-9")
    form = admin.get("/people/tokens/issue/?post=OFFICE-9").content.decode()
    assert 'value="see_ledger"' in form
    assert 'value="manage_people"' not in form
    shown = admin.post(
        "/people/tokens/issue/",
        {"post": "OFFICE-9", "name": "reports", "days": "30", "scopes": ["see_figures"]},
    )
    raw = copied(shown.content)
    actor = actor_of_token(raw)
    assert actor is not None
    assert (actor.post_id, sorted(actor.permissions)) == (post.pk, ["see_figures"])
    listed = admin.get("/people/tokens/").content.decode()
    assert raw not in listed
    assert raw[:8] in listed
    admin.post(f"/people/tokens/{Token.objects.get().pk}/revoke/")
    assert actor_of_token(raw) is None


@pytest.mark.parametrize(
    "posted", [{"post": "NONE", "name": "x", "days": "9"}, {"post": "OFFICE-E", "name": "x"}]
)
def test_a_token_for_nothing_is_refused(
    admin: Client, tree: dict[str, Unit], posted: dict[str, str]
) -> None:
    make.post(tree["east"], Role.OFFICE, "OFFICE-E")
    assert admin.post("/people/tokens/issue/", posted).status_code == 422
    foreign = {"post": "OFFICE-E", "name": "x", "days": "9"}
    assert admin.post("/people/tokens/issue/", foreign).status_code == 422
    assert not Token.objects.exists()


def test_foreign_people_are_not_there(admin: Client, tree: dict[str, Unit]) -> None:
    foreign = make.holder(tree["east"])
    code, name = foreign.post.code, foreign.account.username
    token = make.token(foreign.post)
    key = Token.objects.get().pk
    assert admin.get(f"/people/posts/at/{code}/").status_code == 404
    assert admin.get(f"/people/accounts/of/{name}/").status_code == 404
    assert code not in admin.get("/people/posts/").content.decode()
    assert name not in admin.get("/people/accounts/").content.decode()
    assert token[:8] not in admin.get("/people/tokens/").content.decode()
    for address in (
        f"/people/posts/at/{code}/hold/",
        f"/people/posts/at/{code}/use/",
        f"/people/posts/at/{code}/end/{foreign.pk}/",
        f"/people/accounts/of/{name}/password/",
        f"/people/accounts/of/{name}/active/",
        f"/people/tokens/{key}/revoke/",
    ):
        assert admin.post(address).status_code == 404, address
    assert Account.objects.get(username=name).is_active
    assert Holding.objects.get(pk=foreign.pk).version == 1


def test_ending_shutting_out_and_taking_out_of_use(admin: Client, tree: dict[str, Unit]) -> None:
    held = make.holder(tree["river"], Role.HANDLER)
    browser = make.logged_in(held)
    code, name = held.post.code, held.account.username
    assert browser.get("/me/").status_code == 200
    admin.post(f"/people/posts/at/{code}/use/", {"in_use": "0"})
    assert browser.get("/me/").status_code == 403
    admin.post(f"/people/posts/at/{code}/use/", {"in_use": "1"})
    assert browser.get("/me/").status_code == 200
    admin.post(f"/people/accounts/of/{name}/active/", {"active": "0"})
    assert browser.get("/me/").status_code == 302
    admin.post(f"/people/accounts/of/{name}/active/", {"active": "1"})
    assert make.logged_in(held).get("/me/").status_code == 200
    admin.post(f"/people/accounts/of/{name}/password/")
    assert browser.get("/me/").status_code == 302
    admin.post(f"/people/posts/at/{code}/end/{held.pk}/")
    held.account.refresh_from_db()
    assert make.logged_in(held).get("/me/").status_code == 403
    again = admin.post(f"/people/posts/at/{code}/end/{held.pk}/")
    assert again.status_code == 422


def test_one_person_acts_from_one_post_at_a_time(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["west"], Role.ADMINISTRATOR)
    second = make.post(tree["river"], Role.HANDLER, "zzz")
    actions.hold_post(by=SYSTEM, account=held.account, post=second)
    browser = make.logged_in(held)
    assert browser.get("/people/posts/").status_code == 200
    moved = browser.post("/people/switch/", {"post": second.pk, "next": "/me/"})
    assert (moved.status_code, moved["Location"]) == (302, "/me/")
    assert browser.get("/people/posts/").status_code == 404
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        moved = browser.post("/people/switch/", {"post": second.pk, "next": elsewhere})
        assert moved["Location"] == "/"
    foreign = make.post(tree["east"])
    for wrong in (foreign.pk, "", "x", "9" * 40):
        assert browser.post("/people/switch/", {"post": wrong}).status_code == 404


def test_me_and_posts_by_api(client: Client, tree: dict[str, Unit]) -> None:
    office = make.post(tree["west"], Role.OFFICE, "OFFICE-1")
    me = client.get("/api/v1/me", **make.with_token(office, "see_ledger")).json()
    assert me == {
        "post": "OFFICE-1", "unit": "410002", "role": "office", "permissions": ["see_ledger"],
    }  # fmt: skip
    assert client.get("/api/v1/posts", **make.with_token(office)).status_code == 403
    admin = make.post(tree["west"], Role.ADMINISTRATOR, "ADMIN-1")
    make.post(tree["east"], Role.OFFICE, "OFFICE-2")
    posts = client.get("/api/v1/posts", **make.with_token(admin)).json()
    assert [post["code"] for post in posts["items"]] == ["ADMIN-1", "OFFICE-1"]
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/posts?cursor=x", **make.with_token(admin)).status_code == 422
