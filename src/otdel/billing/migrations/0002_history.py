"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"billing_{table}", f"billing.{table}")
        for table in ("productgroup", "product", "dealline", "invoice", "invoiceline", "payment", "allocation", "shipment", "shipmentline")
    ]
