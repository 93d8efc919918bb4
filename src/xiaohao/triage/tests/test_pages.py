import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.people.tests.make import holder, logged_in, post, with_token
from xiaohao.triage import actions, jobs, queries, store
from xiaohao.triage.models import Duty, TrainedModel
from xiaohao.triage.tests.make import City, category, city, duty, lessons

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


@pytest.fixture
def office(town: City) -> Client:
    return logged_in(holder(town.city, Role.OFFICE))


def test_before_the_first_training_the_page_says_what_to_do(office: Client) -> None:
    page = office.get("/triage/models/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "60" in page.content.decode()


def test_the_page_shows_the_model_in_use_its_categories_and_its_curve(office: Client) -> None:
    lessons()
    model = actions.train(by=SYSTEM)
    page = office.get("/triage/models/").content.decode()
    assert model.sha256[:12] in page
    for code in model.per_category:
        assert category(code).name in page
    assert "data-chart" in page
    assert office.get("/triage/models/?kind=urgency").status_code == 200


def test_a_broken_model_file_is_said(office: Client) -> None:
    lessons()
    model = actions.train(by=SYSTEM)
    store.path_of(model.sha256).unlink()
    store.load.cache_clear()
    page = office.get("/triage/models/", headers={"accept-language": "en"}).content.decode()
    assert "missing or was altered" in page


def test_asking_for_a_training_leaves_one_job_and_the_job_trains(office: Client) -> None:
    for _ in range(2):
        assert office.post("/triage/models/train/").status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="triage.train").count() == 1
    assert jobs.train() is None
    lessons()
    assert jobs.nightly(0) == 2
    assert set(TrainedModel.objects.values_list("kind", flat=True)) == {"category", "urgency"}
    assert jobs.nightly(0) == 0


def test_other_posts_find_no_such_pages(town: City) -> None:
    handler = logged_in(holder(town.city, Role.HANDLER))
    for address in ("/triage/models/", "/triage/duties/", f"/triage/duties/{town.street.code}/"):
        assert handler.get(address).status_code == 404
    assert handler.post("/triage/models/train/").status_code == 404


def test_a_duty_is_set_changed_and_dropped_on_the_page(town: City, office: Client) -> None:
    address = f"/triage/duties/{town.street.code}/"
    assert office.get(address).status_code == 200
    sent = office.post(address, {"category": "dogs", "words": "遛狗，狗咬 犬吠"})
    assert sent.status_code == 302
    made = Duty.objects.get(unit=town.street)
    assert made.words == ["遛狗", "狗咬", "犬吠"]
    filled = office.get(f"{address}?category=dogs").content.decode()
    assert "遛狗 狗咬 犬吠" in filled
    changed = {"category": "dogs", "words": "狗叫", "expected": made.version}
    assert office.post(address, changed).status_code == 302
    assert office.post(address, {"drop": "dogs", "expected": made.version + 1}).status_code == 302
    assert not queries.duties_of(town.street).exists()


def test_the_second_is_told_and_keeps_what_was_typed(town: City, office: Client) -> None:
    made = duty(town.street, "dogs", "遛狗")
    duty(town.street, "dogs", "狗咬")
    address = f"/triage/duties/{town.street.code}/"
    sent = {"category": "dogs", "words": "狗叫声", "expected": made.version}
    page = office.post(address, sent)
    assert page.status_code == 409
    assert "狗叫声" in page.content.decode()
    assert "狗咬" in page.content.decode()
    late = office.post(address, {"drop": "dogs", "expected": made.version})
    assert late.status_code == 409


def test_faulty_words_are_refused_above_the_form(town: City, office: Client) -> None:
    address = f"/triage/duties/{town.street.code}/"
    page = office.post(address, {"category": "dogs", "words": "很" * 30})
    assert page.status_code == 422
    assert "很" * 30 in page.content.decode()
    assert office.post(address, {"category": "nonsense"}).status_code == 422


def test_the_list_of_duties_leads_to_units_of_ones_own_area(town: City) -> None:
    eastern = logged_in(holder(town.east, Role.OFFICE))
    page = eastern.get("/triage/duties/").content.decode()
    assert town.east_labour.name in page
    assert town.west_labour.name not in page
    chosen = eastern.get("/triage/duties/", {"unit": town.street.code})
    assert chosen.headers["Location"] == f"/triage/duties/{town.street.code}/"
    for nothing in (town.west.code, "没有这个单位"):
        assert eastern.get("/triage/duties/", {"unit": nothing}).status_code == 422
    assert eastern.get(f"/triage/duties/{town.west.code}/").status_code == 404


def test_programs_read_categories_and_models(town: City, client: Client) -> None:
    lessons()
    actions.train(by=SYSTEM)
    key = with_token(post(town.city, Role.OFFICE))
    rows = client.get("/api/v1/categories", **key).json()["items"]
    heating = next(row for row in rows if row["code"] == "heating")
    assert heating["parent"] == "urban"
    assert heating["depth"] == 1
    models = client.get("/api/v1/triage/models", **key).json()["items"]
    assert models[0]["active"]
    assert models[0]["curve"][0]["coverage"] == 1.0
    handler = with_token(post(town.city, Role.HANDLER))
    assert client.get("/api/v1/triage/models", **handler).status_code == 403
    assert client.get("/api/v1/categories").status_code == 401
