"""What `xiaohao doctor` says of the work that lies with units."""

import pytest

from xiaohao.kernel import clock
from xiaohao.ledger.tests import make
from xiaohao.ledger.tests.test_pages import logged_in
from xiaohao.site import doctor


@pytest.mark.django_db
def test_open_problems_where_nobody_is_in_post_are_told() -> None:
    with clock.at(make.DAY):
        city = make.city()
        make.walk(city, make.problem(city), "referred")
        told = doctor.posts()
        assert told.state is doctor.State.WARNING
        assert told.found.startswith("1 open problems at 1 units")
        assert city.street.code in told.found
        logged_in(city.handler)
        assert doctor.posts().state is doctor.State.GOOD
