from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Everybody's rows and those of whoever asks are two spans of an index, and rows for others are not read."""

    dependencies = [("tasks", "0004_tally")]

    operations = [
        migrations.RemoveIndex(model_name="tally", name="tally_person"),
        migrations.AddIndex(
            model_name="tally", index=models.Index(fields=["person_id", "seen_by", "due"], name="tally_person")
        ),
    ]
