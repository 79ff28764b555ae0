from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_rule_code")]
    operations = [migrations.RemoveField(model_name="quiet", name="has_sound")]
