"""No guard can be told to look away.

Every guard that `pgtrigger` installs first asks a function of the database whether the session has
named it among those to ignore. Here nobody may: the answer is always no. The library's own function
also catches a fault each time it is asked, in a subtransaction whose end costs time in proportion
to what the transaction has written so far; thousands of rows took minutes for it.
"""

from django.db import connections

# The library writes its own function again with every guard it installs, so this comes last.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT false'
"""


def never_ignore(*, using: str) -> None:
    """After migrations: let every guard of the database `using` answer for its rows, always."""
    with connections[using].cursor() as cursor:
        cursor.execute(NEVER_IGNORE)
