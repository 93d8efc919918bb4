"""`xiaohao token`: a key for a program."""

from typing import Annotated

import typer

from xiaohao.site.terminal import AsJson, answer

Post = Annotated[str, typer.Option(help="Code of the post that the program acts from.")]
Scope = Annotated[str, typer.Option(help="all, or permissions with commas between them.")]
Days = Annotated[int, typer.Option(help="For how many days it is good.")]
Name = Annotated[str, typer.Option(help="What it is for.")]


def token(
    *, post: Post, scope: Scope = "all", days: Days = 365, name: Name = "", as_json: AsJson = False
) -> None:
    """Issue a token and print it, this once. The trail keeps that it was issued, never what it is.

    Exits 1 when there is no such post, or it does not have a permission named.
    """
    from xiaohao.site import boot

    with boot.ready():
        from xiaohao.kernel.acting import SYSTEM
        from xiaohao.people.actions import ALL, issue_token
        from xiaohao.people.queries import post_by_code

        wanted = [word.strip() for word in scope.split(",") if word.strip()]
        made, raw = issue_token(
            by=SYSTEM,
            post=post_by_code(post),
            scopes=ALL if wanted == [ALL] else wanted,
            name=name,
            days=days,
        )
        expires = made.expires_at.isoformat() if made.expires_at else None
    result = {"token": raw, "post": post, "scopes": made.scopes, "expires_at": expires}
    answer(result, raw, as_json=as_json)
