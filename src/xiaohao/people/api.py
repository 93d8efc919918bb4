"""Who a program acts for, and the posts it may see."""

from django.http import HttpRequest
from ninja import Router, Schema

from xiaohao.kernel.acting import Permission
from xiaohao.kernel.paging import take
from xiaohao.people.models import Post
from xiaohao.people.queries import posts_within, require

router = Router(tags=["people"])


class Me(Schema):
    """Who acts: the post, its unit, its role, and what may be done with this token."""

    post: str
    unit: str
    role: str
    permissions: list[str]


class PostOut(Schema):
    """A post."""

    code: str
    title: str
    unit: str
    role: str
    is_active: bool
    version: int

    @staticmethod
    def resolve_unit(post: Post) -> str:
        """The unit's code."""
        return post.unit.code


class Posts(Schema):
    """A page of posts; `next` is the cursor of the following one, null at the end."""

    items: list[PostOut]
    next: str | None


@router.get("/me", response=Me, summary="Who acts with this token")
def me(request: HttpRequest) -> object:
    """The post that the token belongs to, and what may be done with it."""
    actor = request.actor  # type: ignore[attr-defined]
    post = Post.objects.select_related("unit").get(pk=actor.post_id)
    return {
        "post": post.code,
        "unit": post.unit.code,
        "role": actor.role.value,
        "permissions": sorted(actor.permissions),
    }


@router.get("/posts", response=Posts, summary="Posts within scope")
def list_posts(request: HttpRequest, cursor: str | None = None) -> object:
    """Posts at the units of the token's scope, by code, 100 at a time. Needs `manage_people`."""
    actor = require(request.actor, Permission.MANAGE_PEOPLE)  # type: ignore[attr-defined]
    return take(posts_within(actor), ["code"], cursor, 100)
