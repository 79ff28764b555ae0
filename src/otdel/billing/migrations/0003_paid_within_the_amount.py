"""An invoice is paid between nothing and in full; an allocation moves some money."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_history")]
    operations = [
        migrations.AddConstraint(
            "invoice",
            models.CheckConstraint(
                condition=models.Q(("paid__gte", 0), ("paid__lte", models.F("amount"))), name="invoice_paid_within"
            ),
        ),
        migrations.AddConstraint(
            "allocation", models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="allocation_not_zero")
        ),
    ]
