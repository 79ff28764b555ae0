"""Roles made before there were tasks: the ready ones get the rights their presets have, the others see their own."""

from typing import Any

from django.db import migrations

WIDTHS = {"head": "subtree", "director": "all"}


def give(apps: Any, schema_editor: Any) -> None:
    Role = apps.get_model("org", "Role")
    for role in Role.objects.all():
        if "task" not in role.rights:
            width = WIDTHS.get(role.code, "own")
            own = {"view": width, "create": "all", "change": width, "delete": width, "export": width}
            Role.objects.filter(pk=role.pk).update(rights=role.rights | {"task": own})


class Migration(migrations.Migration):
    dependencies = [("org", "0003_company_purchase")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
