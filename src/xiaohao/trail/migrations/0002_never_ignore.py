"""Installations that are brought up to date run their migrations, and the guards' door with them."""

from django.db import migrations

from xiaohao.trail.guards import NEVER_IGNORE


class Migration(migrations.Migration):
    """Close the door; the command `migrate` closes it again after guards that are installed later."""

    dependencies = (("trail", "0001_initial"),)

    operations = (migrations.RunSQL(NEVER_IGNORE, migrations.RunSQL.noop),)
