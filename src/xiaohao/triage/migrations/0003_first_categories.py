from django.db import migrations

from xiaohao.triage.categories import seeds


def plant(apps, schema_editor):  # noqa: ANN001, ANN201, ARG001
    Category = apps.get_model("triage", "Category")
    known = {row.code: row for row in Category.objects.order_by("id")}
    for seed in seeds():
        if seed.code in known:
            continue
        known[seed.code] = Category.objects.create(
            code=seed.code,
            name=seed.name,
            name_en=seed.name_en,
            parent=known.get(seed.parent),
            aliases=list(seed.aliases),
            words=list(seed.words),
        )


class Migration(migrations.Migration):
    dependencies = [("triage", "0002_lessons")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
