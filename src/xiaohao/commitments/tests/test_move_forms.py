"""Each form of a move marks just what the server refuses to go without."""

import pytest
from django.urls import reverse

from xiaohao.commitments.tests import make
from xiaohao.kernel import clock
from xiaohao.ledger.tests.make import DAY, city
from xiaohao.ledger.tests.test_pages import logged_in

pytestmark = pytest.mark.django_db
ASKED = [
    ("start", "entered", "project", "handler"),
    ("start", "entered", "weak", "handler"),
    ("plan", "under_way", "project", "handler"),
    ("progress", "under_way", "project", "handler"),
    ("report", "under_way", "project", "leader"),
    ("report", "under_way", "petition", "leader"),
    ("pass", "reported", "project", "verifier"),
    ("fail", "reported", "project", "verifier"),
    ("reopen", "done", "project", "verifier"),
    ("extend", "under_way", "project", "office"),
    ("appoint", "under_way", "project", "office"),
    ("withdraw", "entered", "project", "office"),
    ("link", "under_way", "petition", "office"),
]


@pytest.mark.parametrize(("move", "state", "kind", "who"), ASKED)
def test_what_is_marked_is_what_is_refused_when_it_is_empty(
    move: str, state: str, kind: str, who: str
) -> None:
    with clock.at(DAY):
        at = city()
        row = make.walked(at, state, kind)
        client = logged_in(getattr(at, who))
        page = reverse("commitments_move", args=[row.number, move])
        fields = client.get(page).context["form"].fields
        marked = {name for name, one in fields.items() if one.widget.attrs.get("required")}
        answer = client.post(page, {"version": row.version})
        refused = {one.field for one in answer.context["unmet"]} if answer.context else set()
        assert marked == refused
        assert (answer.status_code == 422) == bool(marked)
