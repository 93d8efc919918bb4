"""The locks of writers, movers and folders belong to one schema.

Advisory locks are the database's. Where provinces share one, a unit that moves in one of them, or a
unit whose cells begin, must not keep the writers and folders of all others waiting.
"""

from typing import ClassVar

from django.db import migrations

# What names the lock is the schema of whoever's work is done; the seeds are those of before.
OWN = """
CREATE OR REPLACE FUNCTION figures_lock() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended(current_schema(), x'7eb17fd89c38ee0'::bigint) $$;
CREATE OR REPLACE FUNCTION figures_folding_lock() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended(current_schema(), x'7eb17fd89c38ee1'::bigint) $$;
"""
SHARED = """
CREATE OR REPLACE FUNCTION figures_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT x'7eb17fd89c38ee0'::bigint $$;
CREATE OR REPLACE FUNCTION figures_folding_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT figures_lock() + 1 $$;
"""


class Migration(migrations.Migration):
    """Two functions."""

    dependencies: ClassVar = [("figures", "0007_dimensions")]
    operations: ClassVar = [migrations.RunSQL([OWN], [SHARED])]
