"""Payments and shipments are searched like everything else; lists are kept in the orders people choose."""

import django.contrib.postgres.indexes
import otdel.core.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0003_paid_within_the_amount'),
        ('customers', '0002_history'),
        ('deals', '0003_deal_index_days'),
        ('org', '0002_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=otdel.core.models.Fold(models.Func(models.F('number'), models.F('purpose'), arg_joiner=" || ' ' || ", output_field=models.TextField(), template='%(expressions)s')), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='shipment',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=otdel.core.models.Fold(models.F('number')), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['due_on', 'id'], name='invoice_due'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['-amount', '-id'], name='invoice_amount'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['-amount', '-id'], name='payment_amount'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search'), name='gin_trgm_ops'), name='payment_search'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search'), name='gin_trgm_ops'), name='shipment_search'),
        ),
    ]
