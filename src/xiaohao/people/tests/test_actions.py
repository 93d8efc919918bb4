"""Accounts, posts, holdings and tokens: what is allowed, what is refused, what the trail keeps."""

import datetime as dt
from collections.abc import Callable

import pytest

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Permission, Role
from xiaohao.kernel.errors import Forbidden, NotFound, Refused, Stale
from xiaohao.people import actions
from xiaohao.people.models import Account, Holding, Post, Token
from xiaohao.people.queries import (
    actor_at,
    actor_of_token,
    happened_since,
    holdings_of,
    post_by_code,
    post_of,
)
from xiaohao.people.rules import GRANTS
from xiaohao.people.tests import make
from xiaohao.trail.queries import Checked, changes_of, events_of, faults
from xiaohao.trail.queries import told as told_events
from xiaohao.units.models import Unit
from xiaohao.units.tests import make as units

pytestmark = pytest.mark.django_db
DAY = dt.date(2019, 9, 13)
NOON = clock.start_of(DAY) + dt.timedelta(hours=12)


@pytest.fixture
def tree() -> dict[str, Unit]:
    return units.city()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {unmet.code for unmet in refused.value.unmet}


def held_on(account: Account, day: dt.date) -> list[str]:
    with clock.at(clock.start_of(day)):
        return [holding.post.code for holding in holdings_of(account)]


def test_a_post_is_held_from_day_to_day(tree: dict[str, Unit]) -> None:
    account, post = make.account(), make.post(tree["west"], Role.HANDLER, "H")
    until = DAY + dt.timedelta(days=9)
    actions.hold_post(by=SYSTEM, account=account, post=post, since=DAY, until=until)
    assert held_on(account, DAY - dt.timedelta(days=1)) == []
    assert held_on(account, DAY) == ["H"]
    assert held_on(account, until) == ["H"]
    assert held_on(account, until + dt.timedelta(days=1)) == []
    with pytest.raises(Refused) as refused:
        actions.hold_post(by=SYSTEM, account=account, post=post, since=until)
    assert codes(refused) == {"already_held"}
    actions.hold_post(by=SYSTEM, account=account, post=post, since=until + dt.timedelta(days=1))
    assert list(faults(Checked())) == []


def test_a_holding_ends_at_once_and_one_to_come_never_begins(tree: dict[str, Unit]) -> None:
    account, post = make.account(), make.post(tree["west"], Role.HANDLER, "H")
    with clock.at(NOON):
        running = actions.hold_post(
            by=SYSTEM, account=account, post=post, since=DAY - dt.timedelta(days=9),
            until=DAY + dt.timedelta(days=4),
        )  # fmt: skip
        coming = actions.hold_post(
            by=SYSTEM, account=account, post=post, since=DAY + dt.timedelta(days=5)
        )
        for holding in (running, coming):
            actions.end_holding(by=SYSTEM, holding=Holding.objects.get(pk=holding.pk))
        assert list(holdings_of(account)) == []
        with pytest.raises(Refused) as refused:
            actions.end_holding(by=SYSTEM, holding=Holding.objects.get(pk=coming.pk))
        assert codes(refused) == {"already_ended"}
    assert held_on(account, DAY - dt.timedelta(days=1)) == ["H"]
    assert held_on(account, DAY + dt.timedelta(days=6)) == []
    assert list(faults(Checked())) == []


def test_two_who_end_one_holding(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["west"])
    mine = Holding.objects.get(pk=held.pk)
    actions.end_holding(by=SYSTEM, holding=Holding.objects.get(pk=held.pk))
    with pytest.raises(Stale):
        actions.end_holding(by=SYSTEM, holding=mine)


def test_nobody_gives_roles_outside_his_subtree(tree: dict[str, Unit]) -> None:
    admin = make.actor(tree["west"], Role.ADMINISTRATOR)
    foreign = make.holder(tree["east"])
    inside = make.post(tree["river"], Role.LEADER)
    with pytest.raises(NotFound):
        actions.open_post(by=admin, code="X", title="X", unit=tree["east"], role="office")
    with pytest.raises(NotFound):
        actions.open_post(by=admin, code="X", title="X", unit=tree["city"], role="office")
    with pytest.raises(NotFound):
        actions.hold_post(by=admin, account=make.account(), post=foreign.post)
    with pytest.raises(NotFound):
        actions.end_holding(by=admin, holding=foreign)
    with pytest.raises(NotFound):
        actions.set_in_use(by=admin, post=foreign.post, in_use=False)
    with pytest.raises(NotFound):
        actions.issue_token(by=admin, post=foreign.post)
    with pytest.raises(NotFound):
        actions.reset_password(by=admin, account=foreign.account)
    with pytest.raises(NotFound):
        actions.set_active(by=admin, account=foreign.account, active=False)
    actions.hold_post(by=admin, account=make.account(), post=inside)


def test_an_account_that_reaches_beyond_is_not_taken_over(tree: dict[str, Unit]) -> None:
    """Else an administrator could set its password and act from its other posts."""
    admin = make.actor(tree["west"], Role.ADMINISTRATOR)
    held = make.holder(tree["city"])
    actions.hold_post(by=SYSTEM, account=held.account, post=make.post(tree["west"]))
    with pytest.raises(NotFound):
        actions.reset_password(by=admin, account=held.account)


def test_nor_is_one_that_will_reach_beyond_tomorrow(tree: dict[str, Unit]) -> None:
    """A password set today would open tomorrow's post."""
    admin = make.actor(tree["west"], Role.ADMINISTRATOR)
    leaving = make.holder(tree["west"])
    tomorrow = clock.today() + dt.timedelta(days=1)
    to_come = make.post(tree["city"])
    actions.hold_post(by=SYSTEM, account=leaving.account, post=to_come, since=tomorrow)
    with pytest.raises(NotFound):
        actions.reset_password(by=admin, account=leaving.account)
    asleep = make.holder(tree["west"])
    out_of_use = make.post(tree["city"])
    actions.hold_post(by=SYSTEM, account=asleep.account, post=out_of_use)
    actions.set_in_use(by=SYSTEM, post=out_of_use, in_use=False)
    with pytest.raises(NotFound):
        actions.reset_password(by=admin, account=asleep.account)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_manage_people(tree: dict[str, Unit], role: Role) -> None:
    actor, held = make.actor(tree["city"], role), make.holder(tree["river"])
    with pytest.raises(Forbidden):
        actions.open_account(by=actor, username="mine")
    with pytest.raises(Forbidden):
        actions.open_post(by=actor, code="X", title="X", unit=tree["river"], role="office")
    with pytest.raises(Forbidden):
        actions.hold_post(by=actor, account=held.account, post=held.post)
    with pytest.raises(Forbidden):
        actions.issue_token(by=actor, post=held.post)
    with pytest.raises(Forbidden):
        actions.reset_password(by=actor, account=held.account)


def test_who_gives_himself_a_post_is_seen_doing_it(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["city"], Role.ADMINISTRATOR)
    admin = held.post.actor(account_id=held.account_id)
    assert not admin.may(Permission.SEE_LEDGER)
    post = actions.open_post(by=admin, code="O", title="O", unit=tree["city"], role="office")
    mine = actions.hold_post(by=admin, account=held.account, post=post)
    for label, thing in (("people.post", post.pk), ("people.holding", mine.pk)):
        event = events_of(label, thing).get()
        assert event.by["post"] == held.post.code
        assert event.by["account"] == held.account_id
        assert event.data["post" if "post" in event.data else "code"] == "O"


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("taken", "", "username_taken"),
        ("", "", "invalid"),
        ("with blank", "", "invalid"),
        ("x" * 151, "", "invalid"),
        ("weak", "12345678", "weak_password"),
        ("weak", "short", "weak_password"),
    ],
)
def test_accounts_that_cannot_be(username: str, password: str, code: str) -> None:
    make.account("taken")
    with pytest.raises(Refused) as refused:
        actions.open_account(by=SYSTEM, username=username, password=password)
    assert code in codes(refused)


def test_a_random_password_is_given_and_can_be_reset() -> None:
    account, first = actions.open_account(by=SYSTEM, username="new")
    assert account.check_password(first)
    second = actions.reset_password(by=SYSTEM, account=account)
    assert not account.check_password(first)
    assert account.check_password(second)
    kinds = [event.kind for event in events_of("people.account", account.pk)]
    assert kinds == ["account_opened", "password_reset"]
    assert first not in str([event.data for event in events_of("people.account", account.pk)])


def test_nobody_shuts_himself_out(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["city"], Role.ADMINISTRATOR)
    admin = held.post.actor(account_id=held.account_id)
    with pytest.raises(Refused) as refused:
        actions.set_active(by=admin, account=held.account, active=False)
    assert codes(refused) == {"own_account"}


def test_nobody_takes_the_post_he_acts_from_out_of_use(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["city"], Role.ADMINISTRATOR)
    make.holder(tree["city"], Role.ADMINISTRATOR)
    admin = held.post.actor(account_id=held.account_id)
    with pytest.raises(Refused) as refused:
        actions.set_in_use(by=admin, post=held.post, in_use=False)
    assert codes(refused) == {"own_post"}
    with pytest.raises(Refused) as refused:
        actions.end_holding(by=admin, holding=held)
    assert codes(refused) == {"own_post"}
    browser = make.logged_in(held)
    said = browser.post(f"/people/posts/at/{held.post.code}/use/", {"in_use": "0"})
    assert said.status_code == 422
    assert "own_post" in {one.code for one in said.context["unmet"]}
    assert Post.objects.get(pk=held.post_id).is_active


def test_the_last_administrator_stays(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["city"], Role.ADMINISTRATOR)
    make.holder(tree["city"], Role.OFFICE)
    ways: list[Callable[[], object]] = [
        lambda: actions.set_in_use(by=SYSTEM, post=held.post, in_use=False),
        lambda: actions.end_holding(by=SYSTEM, holding=held),
        lambda: actions.set_active(by=SYSTEM, account=held.account, active=False),
    ]
    for way in ways:
        with pytest.raises(Refused) as refused:
            way()
        assert codes(refused) == {"last_administrator"}
    assert actor_at(Post.objects.get(pk=held.post_id), held.account_id) is not None
    # One who gave the post up, whose post is out of use or who is shut out is nobody.
    for end in (
        lambda other: actions.end_holding(by=SYSTEM, holding=other),
        lambda other: actions.set_in_use(by=SYSTEM, post=other.post, in_use=False),
        lambda other: actions.set_active(by=SYSTEM, account=other.account, active=False),
    ):
        end(make.holder(tree["east"], Role.ADMINISTRATOR))
        with pytest.raises(Refused):
            actions.set_in_use(by=SYSTEM, post=held.post, in_use=False)
    make.holder(tree["east"], Role.ADMINISTRATOR)
    actions.set_in_use(by=SYSTEM, post=held.post, in_use=False)
    assert not list(faults(Checked()))


@pytest.mark.parametrize(
    ("code", "title", "role", "why"),
    [
        ("", "T", "office", "missing"),
        ("C", "", "office", "missing"),
        ("a/b", "T", "office", "bad_code"),
        ("C", "T" * 121, "office", "too_long"),
        ("C", "T", "emperor", "unknown_role"),
        ("TAKEN", "T", "office", "code_taken"),
    ],
)
def test_posts_that_cannot_be(
    tree: dict[str, Unit], code: str, title: str, role: str, why: str
) -> None:
    make.post(tree["city"], Role.OFFICE, "TAKEN")
    with pytest.raises(Refused) as refused:
        actions.open_post(by=SYSTEM, code=code, title=title, unit=tree["city"], role=role)
    assert codes(refused) == {why}
    assert Post.objects.count() == 1


def test_a_token_acts_from_its_post_within_its_scopes(tree: dict[str, Unit]) -> None:
    post = make.post(tree["west"], Role.OFFICE)
    _token, raw = actions.issue_token(by=SYSTEM, post=post, scopes=["see_ledger", "see_figures"])
    actor = actor_of_token(raw)
    assert actor is not None
    assert actor.permissions == {Permission.SEE_LEDGER, Permission.SEE_FIGURES}
    assert (actor.post_id, actor.unit_path, actor.account_id) == (post.pk, tree["west"].path, None)
    assert raw.encode() not in bytes(Token.objects.get().secret_hash)
    _token, whole = actions.issue_token(by=SYSTEM, post=post)
    actor = actor_of_token(whole)
    assert actor is not None
    assert actor.permissions == GRANTS[Role.OFFICE]
    assert list(faults(Checked())) == []


@pytest.mark.parametrize(
    ("scopes", "days", "code"),
    [
        ([], 9, "no_scope"),
        (["fly"], 9, "unknown_scope"),
        (["manage_people"], 9, "scope_not_granted"),
        ("all", 0, "out_of_range"),
        ("all", 5000, "out_of_range"),
    ],
)
def test_tokens_that_cannot_be(
    tree: dict[str, Unit], scopes: list[str], days: int, code: str
) -> None:
    post = make.post(tree["west"], Role.OFFICE)
    with pytest.raises(Refused) as refused:
        actions.issue_token(by=SYSTEM, post=post, scopes=scopes, days=days)
    assert codes(refused) == {code}


def test_a_token_ends_when_revoked_expired_or_without_its_post(tree: dict[str, Unit]) -> None:
    post = make.post(tree["west"])
    with clock.at(NOON):
        token, raw = actions.issue_token(by=SYSTEM, post=post, days=10)
        assert actor_of_token(raw) is not None
        assert actor_of_token(raw + "x") is None
    with clock.at(NOON + dt.timedelta(days=10)):
        assert actor_of_token(raw) is None
    with clock.at(NOON):
        actions.set_in_use(by=SYSTEM, post=post, in_use=False)
        assert actor_of_token(raw) is None
        actions.set_in_use(by=SYSTEM, post=post, in_use=True)
        assert actor_of_token(raw) is not None
        actions.revoke_token(by=SYSTEM, token=token)
        assert actor_of_token(raw) is None
        with pytest.raises(Refused):
            actions.revoke_token(by=SYSTEM, token=token)
    assert list(faults(Checked())) == []


def test_an_unknown_post_names_some_that_are_there(tree: dict[str, Unit]) -> None:
    make.post(tree["west"], Role.OFFICE, "OFFICE-01")
    assert post_by_code("OFFICE-01").code == "OFFICE-01"
    with pytest.raises(NotFound) as said:
        post_by_code("OFICE")
    assert "OFFICE-01" in str(said.value.unmet[0].message)


def test_roles_grant_what_their_duties_need() -> None:
    """Separation of duties: who fixes neither verifies nor closes; who sets people up sees no
    messages and no ledger."""
    for role in (Role.HANDLER, Role.LEADER):
        assert not GRANTS[role] & {Permission.VERIFY, Permission.CLOSE, Permission.SEE_CONTACT}
    assert not GRANTS[Role.ADMINISTRATOR] & {
        Permission.SEE_LEDGER, Permission.SEE_MESSAGES, Permission.SEE_CONTACT, Permission.CLOSE,
    }  # fmt: skip
    assert not GRANTS[Role.AUDITOR] - {
        Permission.SEE_LEDGER, Permission.SEE_FIGURES, Permission.SEE_TRAIL,
    }  # fmt: skip
    assert {role for role in Role if Permission.SEE_CONTACT in GRANTS[role]} == {
        Role.OFFICE, Role.OPERATOR,
    }  # fmt: skip


def test_whoever_acted_is_called_by_unit_and_post_and_not_by_a_code(tree: dict[str, Unit]) -> None:
    held = make.holder(tree["city"], Role.ADMINISTRATOR)
    admin = held.post.actor(account_id=held.account_id)
    post = make.post(tree["west"], Role.HANDLER, "WEST-1")
    actions.set_in_use(by=admin, post=post, in_use=False)
    called = f"{tree['city'].name} · {held.post.title}"
    assert held.post.told == post_of(admin) == called
    (told,) = happened_since(changes_of("people.post", post.pk, 1), {"post_out_of_use": "gone"})
    assert (told["by"], told["what"]) == (called, "gone")
    assert told["at"] == events_of("people.post", post.pk).last().at  # type: ignore[union-attr]
    system, by_hand = told_events("people.post", post.pk)
    assert (system["by"], by_hand["by"]) == ("系统", called)
    page = make.logged_in(held).get("/people/posts/at/WEST-1/").content.decode()
    assert called in page
    assert page.count(held.post.code) == page.count(held.post.title)
