"""What this room's tests set up: a list kept by the district, and calls at any state.

The street promises, the district calls.
"""

from typing import Any

from xiaohao.kernel.acting import Actor
from xiaohao.ledger.tests.make import DAY, City, actor, city, picture
from xiaohao.services import actions
from xiaohao.services.models import Call, Service, ServiceList

__all__ = ["DAY", "City", "actor", "called", "city", "draft", "files", "one_step", "picture",
           "promise", "service", "walked"]  # fmt: skip

PROMISE: dict[str, Any] = {
    "measure": "基层减负",
    "title": "上门维修路灯",
    "what": "接到点单后派人到现场修复",
    "audience": "people",
    "days": "3",
    "bring": "",
}


def draft(at: City) -> ServiceList:
    """A list that promises nothing yet."""
    return actions.make_list(by=at.district, title="为民为企服务清单", year="2019")


def promise(at: City, to: ServiceList, **more: Any) -> Service:
    """One more service of the street, on a draft."""
    given = PROMISE | {"department": at.street} | more
    return actions.add_service(to=to, by=at.district, **given)


def service(at: City, **more: Any) -> Service:
    """A service of a list that is published."""
    row = draft(at)
    made = promise(at, row, **more)
    actions.publish(row=row, by=at.district)
    return Service.objects.select_related("list__unit", "department", "post").get(pk=made.pk)


def called(at: City, of: Service | None = None, **more: Any) -> Call:
    """The district calls for it."""
    given: dict[str, Any] = {"needed": "村口三盏路灯不亮", "who": "王秀英"} | more
    return actions.call(service=of or service(at), by=at.district, **given)


def files(call: Call, by: Actor) -> list[int]:
    """One uploaded photo, as a move's `files`."""
    return [actions.upload(call=call, by=by, name="after.jpg", stream=picture()).pk]


def one_step(at: City, call: Call, grade: int = 5) -> None:
    """The next move along the straight road to *graded*."""
    match call.state:
        case "called":
            actions.move(call=call, move="take", by=at.handler)
        case "taken":
            given: dict[str, Any] = {"note": "已修复", "files": files(call, at.handler)}
            actions.move(call=call, move="deliver", by=at.handler, **given)
        case "delivered":
            actions.move(call=call, move="grade", by=at.district, grade=grade, words="很快")


def walked(at: City, to: str, of: Service | None = None, grade: int = 5) -> Call:
    """A call taken along the straight road until it stands at `to`."""
    call = called(at, of)
    while call.state != to:
        one_step(at, call, grade)
    return call
