"""Advisory locks by name, held until the transaction ends.

Order, where several are needed: tree, then seal, then single things by ascending id.
"""

from django.db import connection

from xiaohao.kernel import tenancy
from xiaohao.kernel.hashing import sha256


def hold(name: str) -> None:
    """Wait for the lock `name` and keep it until this transaction ends; each tenant has its own."""
    tenant = tenancy.slug()
    full = f"{tenant}:{name}" if tenant else name
    key = int.from_bytes(sha256(full.encode())[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
