"""Publishing figures, collecting what others have published, and whom to take it from."""

import json
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from xiaohao.kernel import clock, tenancy
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.signing import KEY, public_key
from xiaohao.tenants import registry, rules, shelf
from xiaohao.tenants.queries import own_sheet, shelved, signed
from xiaohao.tenants.shelf import Publication, Publisher
from xiaohao.trail.actions import note

By = Actor | Nobody


def publish(*, by: By) -> Publication:
    """Lay this tenant's figures, signed, where those who oversee find them.

    Two transactions: the figures are read from the tenant's schema, then written into the shared
    one, so that neither touches two. The first publication makes the tenant's key known.

    Raises:
        Refused: `no_tenant`, `key_changed`, `no_units`, `many_tops`; `older`, when a later
            publication is here.
    """
    del by  # every few minutes by a job; the publication itself is what tells of it
    publication, _sheet, key = shelved(signed(own_sheet()), tenancy.slug())
    with transaction.atomic(), connection.cursor() as cursor:
        entry = registry.entry(cursor, tenancy.slug())
        known = {one.slug: one for one in shelf.publishers(cursor)}.get(entry.slug)
        if known is None:
            shelf.trust(cursor, Publisher(entry.slug, entry.name, entry.url, key, is_here=True))
        elif known.key != key:
            text = _("The key of %(who)s is another than before. If that is meant, for instance "
                     "after its secrets were lost: xiaohao tenants distrust %(who)s, then publish "
                     "again.") % {"who": entry.slug}  # fmt: skip
            raise Refused.because("key_changed", text)
        _keep(cursor, publication)
    return publication


def publish_to_file(*, by: By) -> tuple[dict[str, Any], Publication]:
    """The signed document for an installation elsewhere; that it left is noted on the trail.

    Raises:
        Refused: `no_units`, `many_tops`.
    """
    document = signed(own_sheet())
    publication, _sheet, _key = shelved(document, tenancy.slug())
    data = {"hash": publication.hash.hex(), "at": publication.at}
    note(label="tenants.publication", thing_id=1, by=by, kind="publish", data=data)
    return document, publication


def collect(*, content: bytes, by: By) -> tuple[Publisher, Publication]:
    """Take a publication from elsewhere, signed by somebody who is trusted.

    Raises:
        Refused: `no_publication`, `unknown_publisher`, `bad_signature`, `ahead`, `older`.
    """
    del by
    if len(content) > rules.MOST_BYTES:
        raise Refused.because("no_publication", _("This file is too large for a publication."))
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused.because("no_publication", _("This file is no JSON.")) from None
    publication, sheet, key = shelved(document, "")
    with transaction.atomic(), connection.cursor() as cursor:
        registry.furnish(cursor)
        publisher = next((one for one in shelf.publishers(cursor) if one.key == key), None)
        if publisher is None:
            raise Refused.because("unknown_publisher", _unknown(sheet, key))
        if not publication.is_whole(publisher.key):
            text = _("The signature is not that of “%(name)s” over this content: it has been "
                     "altered on the way.") % {"name": publisher.name}  # fmt: skip
            raise Refused.because("bad_signature", text)
        if publication.at > clock.now() + rules.AHEAD:
            text = _("It says %(at)s, which has not come yet: one of the two clocks is wrong.")
            raise Refused.because("ahead", text % {"at": publication.at.isoformat()})
        kept, _sheet, _key = shelved(document, publisher.slug)
        _keep(cursor, kept)
    return publisher, kept


def trust(*, slug: str, name: str, url: str, key: str) -> Publisher:
    """Take from now on what the holder of that key publishes elsewhere.

    Raises:
        Refused: `bad_slug`, `no_name`, `bad_url`, `bad_key`; `taken`, by a tenant of this
            installation; `key_taken`.
    """
    url = url.rstrip("/")
    registry.check(slug, name, url)
    try:
        bytes_ = bytes.fromhex(key)
    except ValueError:
        bytes_ = b""
    if len(bytes_) != KEY:
        text = _("A key is 64 hexadecimal digits, as “xiaohao tenants key” says them.")
        raise Refused.because("bad_key", text, "key")
    publisher = Publisher(slug, name.strip(), url, bytes_, is_here=False)
    with transaction.atomic(), connection.cursor() as cursor:
        registry.furnish(cursor)
        if slug in {one.slug for one in registry.entries(cursor)}:
            text = _("“%(slug)s” is a tenant of this installation; its key is known.")
            raise Refused.because("taken", text % {"slug": slug}, "slug")
        try:
            shelf.trust(cursor, publisher)
        except IntegrityError:
            raise Refused.because("key_taken", _("This key is somebody else's."), "key") from None
    return publisher


def distrust(*, slug: str) -> None:
    """Forget the key of a publisher and what he published.

    Raises:
        Refused: `no_publisher`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        registry.furnish(cursor)
        if slug not in {one.slug for one in shelf.publishers(cursor)}:
            text = _("Nobody who publishes is called “%(slug)s”.") % {"slug": slug}
            raise Refused.because("no_publisher", text, "slug")
        shelf.distrust(cursor, slug)


def own_key() -> str:
    """This tenant's public key, 64 hexadecimal digits."""
    return public_key().hex()


def _keep(cursor: registry.Executes, publication: Publication) -> None:
    if not shelf.put(cursor, publication):
        text = _("A publication of this moment or a later one is here already.")
        raise Refused.because("older", text)


def _unknown(sheet: rules.Sheet, key: bytes) -> str:
    text = _("“%(name)s” (%(url)s) is not among those whose figures are taken here. Ask them for "
             "their key by another way; if it is %(key)s, enter it: xiaohao tenants trust SHORT "
             "--name NAME --url URL --key KEY")  # fmt: skip
    return text % {"name": sheet.name, "url": sheet.url, "key": key.hex()}
