"""Imports look contacts up by name, a batch at a time."""

import otdel.core.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_history")]
    operations = [
        migrations.AddIndex("contact", models.Index(otdel.core.models.Fold("name"), name="contact_fold_name")),
    ]
