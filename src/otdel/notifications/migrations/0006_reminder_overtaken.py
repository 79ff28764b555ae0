from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_delivery_instead_of")]

    operations = [
        migrations.AlterField(
            model_name="reminder",
            name="state",
            field=models.CharField(
                choices=[
                    ("PENDING", "Pending"),
                    ("FIRED", "Told"),
                    ("VAIN", "Nobody to tell"),
                    ("OVERTAKEN", "Overtaken by a later one"),
                ],
                default="PENDING",
                max_length=9,
            ),
        ),
    ]
