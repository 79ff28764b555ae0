from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_imports"),
    ]
    operations = [
        migrations.AddField("importsession", "looked", models.PositiveIntegerField(default=0)),
    ]
