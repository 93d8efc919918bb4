"""Browsers of people at their posts."""

from django.test import Client

from xiaohao.kernel.acting import SYSTEM, Actor
from xiaohao.people import actions
from xiaohao.people.models import Post
from xiaohao.people.tests import make as people
from xiaohao.units.models import Unit


def browser(actor: Actor, language: str = "en") -> Client:
    """A browser in which somebody who holds the actor's post is logged in."""
    post = Post.objects.get(pk=actor.post_id)
    held = actions.hold_post(by=SYSTEM, account=people.account(), post=post)
    client = people.logged_in(held)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def at(unit: Unit, role: str) -> Actor:
    """Somebody who acts from a new post at `unit`."""
    return people.actor(unit, role)
