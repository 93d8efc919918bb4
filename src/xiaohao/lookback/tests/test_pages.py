"""The look-back's pages and operations, as people and programs of each kind meet them."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.ledger.tests.make import DAY, City, actor, city, picture
from xiaohao.lookback import actions, queries
from xiaohao.lookback.models import Photo, Recheck, Round
from xiaohao.lookback.tests.make import LATER, NEXT, closed, drawn, laid, rechecked
from xiaohao.people import actions as people
from xiaohao.people.models import Post
from xiaohao.people.tests.make import account, post, with_token
from xiaohao.site.commands.lookback import app
from xiaohao.units.models import Unit

pytestmark = pytest.mark.django_db


def browser(of: Actor) -> Client:
    """Somebody new at the post of that actor."""
    held = people.hold_post(
        by=SYSTEM,
        account=account(),
        post=Post.objects.select_related("unit").get(pk=of.post_id),
    )
    client = Client()
    client.force_login(held.account)
    return client


@pytest.fixture
def at() -> City:
    made = city()
    actor("GUIDANCE", made.west, Role.GUIDANCE)
    closed(made, 3)
    return made


def test_the_office_lays_and_draws_a_round(at: City) -> None:
    with clock.at(LATER):
        office = browser(at.office)
        page = office.get("/lookback/").content.decode()
        assert "?wave=30" in page
        wrong = office.post("/lookback/lay/", {"wave": 30, "size": 0})
        assert wrong.status_code == 422
        done = office.post("/lookback/lay/", {"wave": 30, "size": 2, "source": "福彩"}, follow=True)
        round_ = Round.objects.get()
        assert round_.frame_sha256 in done.content.decode()
        empty = office.post(f"/lookback/rounds/{round_.pk}/draw/", {"public_value": " "})
        assert empty.status_code == 422
        done = office.post(
            f"/lookback/rounds/{round_.pk}/draw/", {"public_value": "7"}, follow=True
        )
        assert done.content.decode().count("/lookback/checks/") >= 2
        again = office.post(f"/lookback/rounds/{round_.pk}/draw/", {"public_value": "7"})
        assert again.status_code == 422


def test_frame_and_proof_are_public(at: City, tmp_path: Path) -> None:
    rows = drawn(at, 2)
    round_ = Round.objects.get()
    stranger = Client()
    proof = stranger.get(f"/lookback/rounds/{round_.pk}/proof.json")
    assert json.loads(proof.content)["secret"] is None
    file = tmp_path / "LB-000001-proof.json"
    file.write_bytes(proof.content)
    frame = stranger.get(f"/lookback/rounds/{round_.pk}/frame.txt")
    (tmp_path / "LB-000001-frame.txt").write_bytes(frame.content)
    early = CliRunner().invoke(app, ["replay", str(file)], env={"LANG": "zh_CN.UTF-8"})
    assert early.exit_code == 3, early.output
    assert "密值" in early.output
    assert round_.frame_sha256 in early.output
    assert round_.commitment in early.output
    early = CliRunner().invoke(app, ["replay", str(file), "--json"], env={"LANG": "en_US.UTF-8"})
    told_early = json.loads(early.output.splitlines()[-1])
    assert told_early.pop("sealed")["came_first"] is True
    assert told_early == {
        "agrees": None, "waits_for": ["secret"], "sample": None, "faults": []
    }  # fmt: skip
    (tmp_path / "LB-000001-frame.txt").write_bytes(b"1 4 0\n")
    early = CliRunner().invoke(app, ["replay", str(file)], env={"LC_ALL": "en_US.UTF-8"})
    assert early.exit_code == 1
    assert "hash was published" in early.output
    guidance = Post.objects.select_related("unit").get(code="GUIDANCE").actor()
    with clock.at(NEXT):
        for row in rows:
            actions.record(recheck=row, by=guidance, result="fixed", note="亮")
    proof = stranger.get(f"/lookback/rounds/{round_.pk}/proof.json")
    frame = stranger.get(f"/lookback/rounds/{round_.pk}/frame.txt")
    file = tmp_path / "LB-000001-proof.json"
    file.write_bytes(proof.content)
    (tmp_path / "LB-000001-frame.txt").write_bytes(frame.content)
    told = CliRunner().invoke(app, ["replay", str(file), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output.splitlines()[-1])["sample"] == queries.replayed(round_).sample
    (tmp_path / "LB-000001-frame.txt").write_bytes(b"1 4 0\n" + frame.content)
    changed = CliRunner().invoke(app, ["replay", str(file)], env={"LC_ALL": "zh_CN.UTF-8"})
    assert changed.exit_code == 1
    assert "✗ 抽查名单文件" in changed.output
    gone = CliRunner().invoke(app, ["replay", str(tmp_path / "none.json")], env={"LC_ALL": ""})
    assert "none.json" in str(gone.exception)
    assert stranger.get("/lookback/rounds/999999/proof.json").status_code == 404


@pytest.mark.parametrize(("days", "wave"), [(8, 7), (31, 30)])
def test_the_form_starts_at_an_age_that_has_problems(at: City, days: int, wave: int) -> None:
    with clock.at(DAY + dt.timedelta(days=days)):
        page = browser(at.office).get("/lookback/lay/").content.decode()
    assert re.findall(r'<option value="(\d+)"[^>]* selected', page) == [str(wave)]


def test_a_recheck_is_done_on_its_page(at: City) -> None:
    row = drawn(at, 1)[0]
    place = f"/lookback/checks/{row.pk}/"
    with clock.at(NEXT):
        guidance = browser(Post.objects.select_related("unit").get(code="GUIDANCE").actor())
        bench = guidance.get("/").content.decode()
        assert place in bench
        shown = guidance.get(place).content.decode()
        assert 'name="result"' in shown
        lacking = guidance.post(place, {"version": row.version, "result": "fixed", "note": " "})
        assert lacking.status_code == 422
        stale = guidance.post(place, {"version": 99, "result": "fixed", "note": "灯亮着，居民在场"})
        assert stale.status_code == 409
        assert "灯亮着，居民在场" in stale.content.decode()
        photo = picture()
        photo.name = "a.jpg"
        sent = {"version": row.version, "result": "not_fixed", "note": "灯没亮", "photos": photo}
        done = guidance.post(place, sent, follow=True)
        assert "灯没亮" in done.content.decode()
        late = guidance.post(place, {"version": row.version, "result": "fixed", "note": "灯亮了"})
        assert late.status_code == 409
        assert "灯亮了" in late.content.decode(), (
            "no form is left, so the words stand by themselves"
        )
        kept = Photo.objects.get()
        file = guidance.get(f"{place}photos/{kept.pk}/")
        assert file.status_code == 200
        list(file.streaming_content)  # type: ignore[attr-defined]
        proof = row.problem.evidence.order_by("id")[0]
        compared = guidance.get(f"{place}evidence/{proof.pk}/")
        assert compared.status_code == 200, "the proof of another district, to compare with"
        list(compared.streaming_content)  # type: ignore[attr-defined]
        assert guidance.get(f"{place}evidence/0/").status_code == 404
        assert guidance.get(f"/ledger/{row.problem.number}/").status_code == 404
        problem = browser(at.office).get(f"/ledger/{row.problem.number}/").content.decode()
        assert f'href="{place}"' in problem, "the card on the problem's page"
        assert Round.objects.get().number in problem
        leader = browser(at.leader)
        assert "灯没亮" in leader.get(place).content.decode()
        assert leader.get("/lookback/checks/?figure=lookback.false_closings").status_code == 200
        assert browser(at.stranger).get(place).status_code == 404


def test_the_unit_does_not_learn_what_is_coming(at: City) -> None:
    row = drawn(at, 1)[0]
    with clock.at(NEXT):
        leader = browser(at.leader)
        assert leader.get(f"/lookback/checks/{row.pk}/").status_code == 404
        page = leader.get(f"/lookback/rounds/{row.round_id}/").content.decode()
        assert row.problem.number not in page


def test_the_office_gives_it_to_another_post(at: City) -> None:
    row = drawn(at, 1)[0]
    actor("GUIDANCE-2", at.west, Role.GUIDANCE)
    with clock.at(NEXT):
        office = browser(at.office)
        place = f"/lookback/checks/{row.pk}/assign/"
        wrong = office.post(place, {"version": row.version, "post": at.verifier.post_code})
        assert wrong.status_code == 422
        office.post(place, {"version": row.version, "post": "GUIDANCE-2"})
    assert Recheck.objects.get(pk=row.pk).post == Post.objects.get(code="GUIDANCE-2")


def test_pages_of_figures_open(at: City) -> None:
    drawn(at, 2)
    with clock.at(NEXT):
        office = browser(at.office)
        for place in (
            "estimates/", "estimates/?wave=90", "relapses/", "checks/?result=open&mine=1",
            "checks/?number=XH-2019-000001", "relapses/?figure=lookback.relapses", "lay/?wave=7",
        ):  # fmt: skip
            assert office.get(f"/lookback/{place}").status_code == 200, place


def test_programs_do_the_same(at: City) -> None:
    def asked(of: Actor) -> dict[str, Any]:
        return with_token(Post.objects.select_related("unit").get(pk=of.post_id))

    with clock.at(LATER):
        office = asked(at.office)
        guidance = asked(Post.objects.select_related("unit").get(code="GUIDANCE").actor())
        client = Client()

        def send(place: str, body: dict[str, Any], who: dict[str, Any]) -> Any:
            kind = "application/json"
            return client.post(f"/api/v1/lookback/{place}", body, content_type=kind, **who)

        made = send("rounds", {"wave": 30, "size": 1, "source": "福彩"}, office)
        assert made.status_code == 201, made.content
        key = made.json()["key"]
        assert send(f"rounds/{key}/draw", {}, office).status_code == 422
        assert send(f"rounds/{key}/draw", {"public_value": "7"}, office).json()["stage"] == "drawn"
        mine = client.get("/api/v1/lookback/rechecks?mine=true&open=true", **guidance).json()
        row = mine["items"][0]
        place = f"rechecks/{row['key']}"
        body = {"version": row["version"], "result": "fixed", "note": "亮"}
        assert send(f"{place}/result", body | {"result": "fine"}, guidance).status_code == 422
        assert send(f"{place}/result", body | {"version": 99}, guidance).status_code == 409
        assert send(f"{place}/result", body, guidance).json()["result"] == "fixed"
        proof = client.get(f"/api/v1/lookback/rounds/{key}/proof", **office).json()
        frame = client.get(f"/api/v1/lookback/rounds/{key}/frame", **office).content
        assert queries.replay(proof, frame).faults == []
        told = client.get("/api/v1/lookback/estimates?wave=30", **office).json()
        assert (told["whole"]["checked"], told["whole"]["share"]) == (1, None)
        assert client.get("/api/v1/lookback/rounds", **office).json()["items"][0]["done"] == 1
        assert client.get(f"/api/v1/lookback/{place}", **office).json()["note"] == "亮"


def test_a_command_tells_the_rounds(at: City) -> None:
    laid(at, 2)
    told = CliRunner().invoke(app, ["rounds", "--json"])
    assert told.exit_code == 0, told.output
    one = json.loads(told.output.splitlines()[-1])["items"][0]
    assert (one["count"], one["size"], one["stage"]) == (3, 2, "laid")


def test_a_command_repeats_a_round(at: City) -> None:
    rows = drawn(at, 2)
    told = CliRunner().invoke(app, ["replay", Round.objects.get().number, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.output.splitlines()[-1])
    assert found["sample"] == sorted(row.problem_id for row in rows)


def test_a_round_that_is_not_drawn_cannot_be_repeated(at: City) -> None:
    round_ = laid(at, 2)
    told = CliRunner().invoke(app, ["replay", round_.number], env={"LC_ALL": "en_US.UTF-8"})
    assert told.exit_code == 3
    assert "not drawn yet" in told.output
    assert round_.frame_sha256 in told.output


def test_a_result_comes_with_photos_through_the_api(at: City) -> None:
    row = next(row for row in drawn(at, 1) if row.post_id)
    with clock.at(NEXT):
        token = with_token(Post.objects.select_related("unit").get(pk=row.post_id or 0))
        where = f"/api/v1/lookback/rechecks/{row.pk}/result-with-photos"
        body = {"version": row.version, "result": "fixed", "note": "现场查看，灯亮。"}
        script = SimpleUploadedFile("a.jpg", b"<script>")
        refused = Client().post(where, body | {"photos": [script]}, **token)
        assert refused.status_code == 422
        assert Recheck.objects.get(pk=row.pk).result == ""
        photo = SimpleUploadedFile("a.jpg", picture().read())
        done = Client().post(where, body | {"photos": [photo]}, **token)
    assert done.status_code == 200, done.content
    assert done.json()["photos"] == 1
    assert Photo.objects.get().recheck_id == row.pk


def test_photos_are_read_by_programs_of_whoever_may_see_the_recheck(at: City) -> None:
    row, photo = rechecked(at)
    with clock.at(LATER + dt.timedelta(days=3)):
        place = f"/api/v1/lookback/rechecks/{row.pk}/photos"

        def asked(unit: Unit, address: str) -> Any:
            return Client().get(address, **with_token(post(unit, Role.OFFICE)))

        (told,) = asked(at.east, place).json()
        assert (told["id"], told["sha256"]) == (photo.pk, photo.file.sha256)
        assert asked(at.east, f"{place}/{photo.pk}").getvalue().startswith(b"\xff\xd8")
        assert asked(at.east, f"{place}/{photo.pk}?small=1").getvalue()
        assert asked(at.west, place).status_code == 404
        assert asked(at.west, f"{place}/{photo.pk}").status_code == 404


def test_a_rounds_list_says_how_many_its_reader_does_not_see(at: City) -> None:
    drawn(at, 2)
    here = f"/lookback/checks/?round={Round.objects.get().number}"
    with clock.at(NEXT):
        assert "不在此列出" not in browser(at.office).get(here).content.decode()
        assert "另有 2 件不在此列出" in browser(at.leader).get(here).content.decode()
        assert "不在此列出" not in browser(at.leader).get(f"{here}&result=done").content.decode()
