"""Finds whose site a request asks for, by its host; used by divided installations alone.

By host and not by path, because a browser keeps hosts apart by itself: cookies, storage, scripts
and permissions of one tenant's site never reach another's. Addresses stay the same as in an
undivided installation, and a tenant moves to another machine by its entry in the name service.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final, cast

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import split_domain_port

from xiaohao.kernel import tenancy
from xiaohao.kernel.tenancy import Tenant
from xiaohao.tenants import registry

Handler = Callable[[HttpRequest], HttpResponseBase]
REMEMBERED: Final = 5.0  # seconds: as long a tenant may still be served that is taken away


class Hosts:
    """Which host is whose, asked of the registry again after a while."""

    def __init__(self) -> None:
        self._known: dict[str, Tenant] = {}
        self._until = 0.0

    def tenant_of(self, host: str) -> Tenant | None:
        """The tenant of that host; None for one that nobody has, or whose tables are not made."""
        if time.monotonic() >= self._until:
            with tenancy.on(None), connection.cursor() as cursor:
                rows = registry.entries(cursor)
            self._known = {host: row.tenant for row in rows if row.ready for host in row.hosts}
            self._until = time.monotonic() + REMEMBERED
        return self._known.get(host)


def tenant(get_response: Handler) -> Handler:
    """Do all of a request's work for the tenant of its host; other hosts have nothing here."""
    hosts = Hosts()

    def handle(request: HttpRequest) -> HttpResponseBase:
        found = hosts.tenant_of(split_domain_port(request.get_host())[0].lower())
        if found is None:
            # 421 Misdirected Request (RFC 9110): this server does not answer for that host.
            text = "Nobody answers under this name. / 此域名下没有开通的站点。\n"
            return HttpResponse(text, status=421, content_type="text/plain; charset=utf-8")
        with tenancy.on(found):
            response = get_response(request)
        if isinstance(response, StreamingHttpResponse):  # ours stream in step, never asynchronously
            parts = cast("Iterator[bytes]", response.streaming_content)
            response.streaming_content = tenancy.kept(found, parts)
        return response

    return handle
