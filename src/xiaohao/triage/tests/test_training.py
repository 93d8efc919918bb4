import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import Forbidden, Refused
from xiaohao.trail.models import Event
from xiaohao.triage import actions, queries, store
from xiaohao.triage.classifier import Classifier
from xiaohao.triage.models import Habit, Lesson, TrainedModel
from xiaohao.triage.tests.make import SAYINGS, actor, category, city, lessons, messages, unit

pytestmark = pytest.mark.django_db


def test_too_few_cases_are_refused_with_the_number() -> None:
    lessons(10)
    with pytest.raises(Refused) as refusal:
        actions.train(by=SYSTEM)
    assert [one.code for one in refusal.value.unmet] == ["too_few_lessons"]
    assert "30" in str(refusal.value.unmet[0].message)


def test_cases_that_all_say_the_same_are_refused() -> None:
    lessons(80, topics=("bus",))
    with pytest.raises(Refused) as refusal:
        actions.train(by=SYSTEM)
    assert refusal.value.unmet[0].code == "one_category"


def test_only_posts_that_may_train() -> None:
    handler = actor("HANDLER", unit("1", None, "city"), Role.HANDLER)
    with pytest.raises(Forbidden):
        actions.train(by=handler)


def test_a_training_is_measured_on_held_out_cases_and_leads() -> None:
    lessons()
    seen: list[tuple[int, int]] = []
    row = actions.train(by=SYSTEM, progress=lambda done, total: seen.append((done, total)))
    assert row.active
    assert row.verdict == "first"
    assert row.n == row.held_out == 120
    assert row.accuracy > 0.9
    assert set(row.per_category) == set(SAYINGS)
    assert sum(one["support"] for one in row.per_category.values()) == 120
    assert row.curve[0]["coverage"] == 1.0
    assert seen[-1][0] == seen[-1][1]
    event = Event.objects.get(label="triage.model", thing_id=row.pk)
    assert event.data["sha256"] == row.sha256
    assert store.path_of(row.sha256).stat().st_mode & 0o077 == 0


def test_the_next_one_leads_only_when_it_is_not_worse() -> None:
    lessons()
    first = actions.train(by=SYSTEM)
    again = actions.train(by=SYSTEM)
    assert again.active
    assert again.verdict == "equal"
    assert not TrainedModel.objects.get(pk=first.pk).active
    confused = [
        actions.Confirmed("test.other", i, title, text, category("dogs").pk)
        for i, (title, text) in enumerate(messages("bus", 40))
    ]
    actions.learn_many(confirmed=confused)
    worse = actions.train(by=SYSTEM)
    assert not worse.active
    assert worse.verdict == "worse"
    leader = queries.leading()
    assert leader
    assert leader.pk == again.pk
    assert queries.waiting_lessons() == 40


def test_rare_categories_are_learnt_as_their_parents() -> None:
    lessons()
    few = [
        actions.Confirmed("test.few", i, title, text, category("low_income").pk)
        for i, (title, text) in enumerate(messages("wages", 3))
    ]
    actions.learn_many(confirmed=few)
    assert set(actions.train(by=SYSTEM).per_category) == set(SAYINGS)


def test_an_altered_or_missing_model_file_is_never_loaded() -> None:
    lessons()
    row = actions.train(by=SYSTEM)
    file = store.path_of(row.sha256)
    sound = file.read_bytes()
    store.load.cache_clear()
    file.write_bytes(sound[:-1] + b"x")
    with pytest.raises(store.BadModelFile, match="not the one"):
        store.load(row.sha256)
    said = queries.propose(title="", text="拖欠工资，农民工讨薪无门")
    assert said.category
    assert said.category.source == queries.Source.DUTIES
    assert not queries.history(queries.Kind.CATEGORY).file_is_sound
    file.unlink()
    with pytest.raises(store.BadModelFile, match="cannot be read"):
        store.load(row.sha256)


def test_what_was_measured_cannot_be_changed_in_the_database() -> None:
    lessons()
    row = actions.train(by=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic():
        TrainedModel.objects.filter(pk=row.pk).update(accuracy=0.25)
    with pytest.raises(DatabaseError), transaction.atomic():
        TrainedModel.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE triage_trainedmodel")


def test_a_model_comes_back_from_its_file_as_it_was() -> None:
    lessons()
    row = actions.train(by=SYSTEM)
    model = store.load(row.sha256)
    again = Classifier.from_bytes(model.to_bytes())
    text = [("暖气不热", "老人冻得睡不着")]
    assert again.labels == model.labels
    assert (again.probabilities(text) == model.probabilities(text)).all()
    assert model.probabilities([]).shape == (0, 3)


def test_a_corrected_lesson_moves_its_habit() -> None:
    town = city()
    for chosen in (town.east_labour, town.street):
        actions.learn(
            label="a.b",
            thing_id=1,
            title="",
            text="拖欠工资",
            category_id=category("wages").pk,
            unit_id=chosen.pk,
            place_unit_id=town.street.pk,
        )
    assert Lesson.objects.count() == 1
    counts = dict(Habit.objects.values_list("unit_id", "count"))
    assert counts == {town.east_labour.pk: 0, town.street.pk: 1}
    assert set(Habit.objects.values_list("region_id", flat=True)) == {town.east.pk}


def test_the_same_lesson_again_counts_once() -> None:
    town = city()
    for _ in range(3):
        actions.learn(
            label="a.b", thing_id=1, title="", text="x",
            category_id=category("wages").pk, unit_id=town.city_labour.pk,
        )  # fmt: skip
    assert list(Habit.objects.values_list("count", flat=True)) == [1]
