"""The same for programs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from xiaohao.kernel import clock
from xiaohao.people.models import Post
from xiaohao.people.tests.make import token
from xiaohao.services.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def program(actor: Any) -> Client:
    secret = token(Post.objects.get(pk=actor.post_id))
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_a_call_goes_its_way_for_programs(town: make.City) -> None:
    service = make.service(town)
    caller, street, other = (program(a) for a in (town.district, town.handler, town.stranger))
    found = caller.get("/api/v1/services").json()["items"]
    assert [one["services"] for one in found] == [1]
    whole = caller.get(f"/api/v1/services/{found[0]['id']}").json()
    assert whole["promises"][0]["days"] == 3
    path = f"/services/of/{service.pk}/calls"
    assert post(caller, path, needed="").status_code == 422
    made = post(caller, path, needed="三盏灯不亮", who="王秀英")
    assert made.status_code == 201
    call = made.json()
    assert "王秀英" not in made.content.decode()
    here = f"/service-calls/{call['number']}"
    assert other.get(f"/api/v1{here}").status_code == 404
    assert post(caller, f"{here}/moves", move="take", version=1).status_code == 403
    assert post(street, f"{here}/moves", move="take", version=1).json()["state"] == "taken"
    stale = post(street, f"{here}/moves", move="deliver", version=1, note="好了")
    assert stale.status_code == 409
    bare = post(street, f"{here}/moves", move="deliver", version=2, note="好了")
    assert bare.status_code == 422
    assert "evidence_missing" in bare.content.decode()
    sent = street.post(f"/api/v1{here}/files", {"file": make.picture()})
    assert sent.status_code == 201
    given = {"note": "好了", "files": [sent.json()["id"]]}
    assert post(street, f"{here}/moves", move="deliver", version=2, **given).status_code == 200
    graded = post(caller, f"{here}/moves", move="grade", version=3, grade=4).json()
    assert (graded["state"], graded["grade"]) == ("graded", 4)
    assert caller.get("/api/v1/service-calls?which=graded").json()["items"][0]["grade"] == 4
    history = caller.get(f"/api/v1{here}/history?field=grade").json()
    assert [one["after"] for one in history] == ["4"]
