"""Activities are searched by what they were about; what is planned has an index of its own."""

import django.contrib.postgres.indexes
import otdel.core.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0002_history'),
        ('customers', '0002_history'),
        ('deals', '0003_deal_index_days'),
        ('org', '0002_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=otdel.core.models.Fold(models.Func(models.F('subject'), models.F('result'), arg_joiner=" || ' ' || ", output_field=models.TextField(), template='%(expressions)s')), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('deleted_at', None), ('is_done', False)), fields=['owner', 'at'], name='activity_planned'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search'), name='gin_trgm_ops'), name='activity_search'),
        ),
    ]
