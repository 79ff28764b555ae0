from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_calls_and_fields")]

    operations = [
        # rules there are go on speaking of people
        migrations.AddField(
            model_name="rule",
            name="lines",
            field=models.CharField(
                choices=[
                    ("PEOPLE", "of people"),
                    ("UNITS", "of departments"),
                    ("BOTH", "of people and of departments"),
                ],
                default="PEOPLE",
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="when",
            field=models.CharField(
                choices=[
                    ("DEAL_STAGE", "a deal enters a stage"),
                    ("DEAL_CREATED", "a deal is created"),
                    ("LEAD_CREATED", "a lead is created"),
                    ("CUSTOMER_CREATED", "a customer is created"),
                    ("INVOICE_CREATED", "an invoice is created"),
                    ("TASK_RETURNED", "a task is returned"),
                    ("DEAL_STANDS", "a deal has stood in its stage for so many days"),
                    ("DEAL_NO_STEP", "an open deal has had no next step for so many days"),
                    ("INVOICE_OVERDUE", "an invoice is overdue by so many days"),
                    ("NO_CONTACT", "there was no contact with a customer for so many days"),
                    ("LINE_RED", "a line of the month's plan is red"),
                ],
                max_length=16,
            ),
        ),
    ]
