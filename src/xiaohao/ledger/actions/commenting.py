"""What is said about a problem, and who is named in it."""

from collections.abc import Sequence

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.ledger.actions.step import Took, write
from xiaohao.ledger.models import Mention, Problem
from xiaohao.ledger.queries import seers
from xiaohao.ledger.rules import Need
from xiaohao.ledger.rules.mentions import Spoken, spoken
from xiaohao.trail.actions import create_many


def read_comment(text: str, problem: Problem, by: Actor | Nobody) -> tuple[Spoken, Sequence[Need]]:
    """The comment with the posts it names; what names no post that can see the problem."""
    if "@" not in text and "＠" not in text:
        return Spoken(text, (), ()), []
    if not isinstance(by, Actor):
        return Spoken(text, (), ()), []
    posts = list(seers(problem))
    titles = {post.pk: post.title for post in posts}
    names = {post.title: post.pk for post in posts} | {post.code: post.pk for post in posts}
    found = spoken(text, names, titles)
    return found, [Need("no_such_mention", "note", {"name": name}) for name in found.unknown]


def comment(took: Took) -> None:
    """What is said about a problem stands with it; who is named in it is kept by id."""
    said = took.given["note"]
    named = said.posts if isinstance(said, Spoken) else ()
    write(took, data={"note": str(said)})
    problem = took.problem
    rows = [
        Mention(problem=problem, post_id=post, seq=problem.version, at=clock.now())
        for post in named
    ]
    create_many(things=rows, by=took.by, kind="mention")
