"""What the API offers can be made there, and what it cannot understand it does not pass over."""

import io

import pytest
from django.test import Client

from xiaohao.campaigns.actions import set_up
from xiaohao.commitments.api.entries import MoveIn as EntryMoveIn
from xiaohao.commitments.rules import MOVES as ENTRY_MOVES
from xiaohao.commitments.tests.make import walked
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.actions.bulk import BULK_MOVES
from xiaohao.ledger.api import MoveIn
from xiaohao.ledger.lists_api import BulkIn
from xiaohao.ledger.models import Problem, Upload
from xiaohao.ledger.rules import MOVES
from xiaohao.ledger.tests import make
from xiaohao.people.tests import make as people

pytestmark = pytest.mark.django_db
JSON = "application/json"


def program(at: make.City, role: Role = Role.OFFICE) -> Client:
    return Client(headers={"Authorization": f"Bearer {people.token(people.post(at.city, role))}"})


def test_every_input_of_a_move_that_a_post_may_make_can_be_sent() -> None:
    given = {name for move in MOVES.values() if move.permission for name in move.inputs}
    assert given - set(MoveIn.model_fields) == set()
    entries = {name for move in ENTRY_MOVES.values() if move.permission for name in move.inputs}
    assert entries - set(EntryMoveIn.model_fields) == set()
    # What else may be corrected is one problem's own.
    own = {"title", "place", "place_unit", "urgent"}
    many = {name for move in BULK_MOVES for name in MOVES[move].inputs} - own
    assert many - set(BulkIn.model_fields) == set()


def test_a_problem_is_assigned_by_a_program() -> None:
    with clock.at(make.DAY):
        at = make.city()
        client, row = program(at), make.walk(at, make.problem(at), "referred")
        drive = set_up(
            by=at.office, code="pay", name="专项整治", name_en="A drive", origin="local",
            lead_unit=at.city, final=make.DAY.date(),
        )  # fmt: skip
        address = f"/api/v1/problems/{row.number}/moves"
        body = {"move": "assign", "version": row.version, "programme": drive.code}
        body |= {"lead": at.district.post_code, "partners": [at.west.code]}
        told = client.post(address, body, JSON).json()
        assert (told["programme"], told["lead"]) == (drive.code, at.district.post_code)
        assert told["partners"] == [at.west.code]
        body = {"move": "assign", "version": told["version"], "lead": "", "partners": []}
        told = client.post(address, body, JSON).json()
        assert (told["programme"], told["lead"], told["partners"]) == (drive.code, None, [])


def test_a_problem_is_fixed_on_the_spot_by_a_program() -> None:
    with clock.at(make.DAY):
        at = make.city()
        client, row = program(at), make.problem(at)
        photo = make.picture()
        photo.name = "a.jpg"
        sent = client.post(f"/api/v1/problems/{row.number}/files", {"file": photo})
        body = {"move": "spot", "version": row.version, "unit": at.street.code, "done": "换了灯"}
        body |= {"owner": "城管科", "files": [sent.json()["id"]]}
        told = client.post(f"/api/v1/problems/{row.number}/moves", body, JSON)
        assert (told.status_code, told.json()["state"]) == (200, "reported")


@pytest.mark.parametrize("asked", ["state=zzz", "state=open&state=zzz", "channel=zzz", "track=zzz"])
def test_a_word_that_there_is_not_is_refused_and_does_not_give_the_whole_ledger(asked: str) -> None:
    with clock.at(make.DAY):
        at = make.city()
        make.problem(at)
        said = program(at).get(f"/api/v1/problems?{asked}")
    assert said.status_code == 422
    (error,) = said.json()["errors"]
    assert (error["code"], error["field"]) == ("no_such_word", asked.partition("=")[0])
    assert "zzz" in error["message"]


def test_a_category_that_there_is_not_is_refused() -> None:
    with clock.at(make.DAY):
        at = make.city()
        make.problem(at)
        said = program(at).get("/api/v1/problems?category=zzz")
    assert said.status_code == 422
    assert said.json()["errors"][0]["code"] == "no_such_category"


def test_known_states_are_asked_for_as_before() -> None:
    with clock.at(make.DAY):
        at = make.city()
        row = make.problem(at)
        client = program(at)
        for asked in ("", "state=open", "state=registered&state=closed", "channel=other"):
            found = client.get(f"/api/v1/problems?{asked}").json()["items"]
            assert [one["number"] for one in found] == [row.number], asked


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VERIFIER, 201)])
def test_who_only_reads_sends_no_file_in(role: Role, status: int) -> None:
    with clock.at(make.DAY):
        at = make.city()
        row, entry = make.problem(at), walked(at, "under_way")
        client = program(at, role)
        for address in (
            f"/api/v1/problems/{row.number}/files",
            f"/api/v1/lists/{entry.number}/files",
        ):
            photo = make.picture()
            photo.name = "a.jpg"
            said = client.post(address, {"file": photo})
            assert said.status_code == status, address
        assert Upload.objects.exists() == (status == 201)
        if status == 403:
            (error,) = said.json()["errors"]
            assert (error["code"], error["field"]) == ("not_permitted", "file")


def test_a_file_with_an_endless_name_is_refused_in_the_form_of_errors() -> None:
    with clock.at(make.DAY):
        at = make.city()
        row = make.problem(at)
        photo = io.BytesIO(make.picture().read())
        photo.name = "名" * 5000 + ".jpg"
        said = program(at).post(f"/api/v1/problems/{row.number}/files", {"file": photo})
    assert said.status_code == 400
    assert said.json()["errors"][0]["code"] == "bad_request"


def test_a_fault_of_ours_is_told_in_the_form_of_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("xiaohao.ledger.api.find", falls)
    with clock.at(make.DAY):
        client = program(make.city())
        client.raise_request_exception = False
        said = client.get("/api/v1/problems/XH-2019-000001")
    assert said.status_code == 500
    assert [error["code"] for error in said.json()["errors"]] == ["fault"]


def test_an_address_that_there_is_not_and_a_wrong_way_are_told_in_the_form_of_errors() -> None:
    with clock.at(make.DAY):
        client = program(make.city())
        lost, wrong = client.get("/api/v1/nothing"), client.delete("/api/v1/problems")
    assert (lost.status_code, lost.json()["errors"][0]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (405, "method_not_allowed")
    assert wrong["Allow"]
    assert Problem.objects.count() == 0
