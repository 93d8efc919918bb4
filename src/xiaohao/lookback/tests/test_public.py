"""What a stranger can check of a round with the public files alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.kernel.sealing import audit_path, merkle_root, root_from
from xiaohao.ledger.tests.make import actor, city
from xiaohao.lookback import actions, rules
from xiaohao.lookback.models import Round
from xiaohao.lookback.tests.make import NEXT, closed, drawn

pytestmark = pytest.mark.django_db


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=40), st.data())
def test_a_path_leads_to_the_root_from_its_own_place_alone(
    leaves: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path, root = audit_path(leaves, place), merkle_root(leaves)
    assert root_from(leaves[place], place, len(leaves), path) == root
    assert root_from(leaves[place] + b"x", place, len(leaves), path) != root
    with pytest.raises(ValueError, match="path"):
        root_from(leaves[place], place, len(leaves), [*path, root])


def files() -> tuple[dict[str, Any], bytes, list[dict[str, Any]]]:
    """Frame, proof and seals of a whole round, loaded as somebody who is not logged in."""
    at = city()
    checker = actor("GUIDANCE", at.west, Role.GUIDANCE, 20)
    closed(at, 3)
    rows = drawn(at, 2)
    with clock.at(NEXT):
        for row in rows:
            row.refresh_from_db()
            actions.record(recheck=row, by=checker, result="fixed", note="亮")
        stranger, key = Client(), Round.objects.get().pk
        page = stranger.get("/public/lookback/").content.decode()
        for name in ("frame.txt", "proof.json"):
            assert f"/lookback/rounds/{key}/{name}" in page
        proof = stranger.get(f"/lookback/rounds/{key}/proof.json").json()
        frame = stranger.get(f"/lookback/rounds/{key}/frame.txt").content
        seals = stranger.get("/public/seals.json").json()["seals"]
    return proof, frame, seals


def test_a_stranger_repeats_the_draw_and_sees_that_it_was_sealed_before() -> None:
    proof, frame, seals = files()
    done = rules.replay(proof, frame)
    assert (done.faults, done.sample) == ([], proof["sample"])
    found = rules.sealed(proof, seals)
    assert found.faults == []
    assert found.came_first is True
    assert found.in_list is True
    assert (found.day, found.hash) == (seals[0]["day"], seals[0]["hash"])


def test_nobody_is_named_in_what_strangers_get() -> None:
    proof, _frame, seals = files()
    event = json.loads(proof["sealed"]["event"])
    assert {name: value for name, value in event["by"].items() if value} == {"role": "system"}
    assert set(event["data"]) == {"round", "frame_sha256", "commitment"}
    assert set(seals[0]) == {"day", "count", "root", "previous", "hash", "sealed_at"}


def test_whatever_is_changed_is_found() -> None:
    proof, _frame, seals = files()
    told = proof["sealed"]
    other = "0" * 64
    changed: list[dict[str, Any]] = [
        {**proof, "commitment": other},
        {**proof, "frame_sha256": other},
        {**proof, "public_value": other},
        {**proof, "sealed": {**told, "event": told["event"].replace("laid", "lied")}},
        {**proof, "sealed": {**told, "hash": other}},
        {**proof, "sealed": {**told, "place": told["place"] + 1}},
        {**proof, "sealed": {**told, "path": told["path"][1:]}},
        {**proof, "sealed": {**told, "seal": {**told["seal"], "root": other}}},
        {**proof, "sealed": {**told, "seal": {**told["seal"], "hash": other}}},
    ]
    for one in changed:
        assert rules.sealed(one, seals).faults, one
    assert rules.sealed(proof, seals[1:]).in_list is False
    late = {**proof, "drawn_at": proof["laid_at"]}
    assert rules.sealed(late, seals).came_first is False


def test_the_command_needs_the_files_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from xiaohao.site.commands.lookback import replay  # noqa: PLC0415 (the roof)

    proof, frame, seals = files()
    name = proof["round"]
    (tmp_path / f"{name}-proof.json").write_text(json.dumps(proof), encoding="utf-8")
    (tmp_path / f"{name}-frame.txt").write_bytes(frame)
    (tmp_path / "seals.json").write_text(json.dumps({"seals": seals}), encoding="utf-8")
    replay(str(tmp_path / f"{name}-proof.json"), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["agrees"] is True
    assert told["sealed"]["came_first"] is True
    assert told["sealed"]["in_list"] is True
