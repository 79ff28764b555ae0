from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_remove_quiet_has_sound")]

    operations = [
        migrations.AddField(
            model_name="reminder",
            name="told_with",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=models.SET_NULL,
                related_name="+",
                to="notifications.notice",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("told_with", None), _negated=True), fields=["told_with"], name="reminder_told_with"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("told_with", None), _negated=True),
                fields=["subject_kind", "subject_id"],
                name="reminder_told_once",
            ),
        ),
    ]
