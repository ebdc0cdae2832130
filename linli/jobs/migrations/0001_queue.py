from django.db import migrations

CODES = r"""
    NOT jsonb_path_exists(args, '$.** ? (@.type() == "string" && !(@ like_regex "^[A-Za-z0-9_.:+/-]{0,64}$"))')
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.RunSQL(
            f'ALTER TABLE procrastinate_jobs ADD CONSTRAINT job_arguments_are_codes CHECK ({CODES})',
            'ALTER TABLE procrastinate_jobs DROP CONSTRAINT job_arguments_are_codes',
        ),
        # NOTIFY makes commits wait for each other. Only the drainer sends it; the worker looks each second.
        *(
            migrations.RunSQL(
                f'ALTER TABLE procrastinate_jobs DISABLE TRIGGER {name}',
                f'ALTER TABLE procrastinate_jobs ENABLE TRIGGER {name}',
            )
            for name in (
                'procrastinate_jobs_notify_queue_job_inserted_v1',
                'procrastinate_jobs_notify_queue_job_aborted_v1',
            )
        ),
        migrations.RunSQL(
            'ALTER TABLE procrastinate_jobs SET (autovacuum_vacuum_scale_factor = 0.05)',
            'ALTER TABLE procrastinate_jobs RESET (autovacuum_vacuum_scale_factor)',
        ),
    ]
