"""The orders the list of deals offers besides date of creation, name and amount."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("deals", "0002_history")]
    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["expected_on", "id"], name="deal_by_expected", condition=Q(deleted_at=None)),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["closed_on", "id"], name="deal_by_closed", condition=Q(deleted_at=None)),
        ),
    ]
