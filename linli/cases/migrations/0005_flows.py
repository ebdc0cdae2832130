
import datetime
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0004_shared_text"),
        ("territory", "0003_places"),
    ]

    operations = [
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pause', 'Pause'), ('extension', 'Extension'), ('hold', 'Hold on the ledger'), ('exclusion', 'Exclusion from the rates'), ('escalation', 'Help from above')], max_length=16)),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(choices=[('waiting_for_requester', 'Waiting for the requester'), ('season', 'Weather, or a season fixed by law'), ('third_party_test', "A third party's test or survey"), ('work_in_progress', 'Work has begun and needs longer'), ('several_units', 'Several units have to act'), ('material', 'Material or parts are on their way'), ('history', 'Left over from earlier times'), ('funds', 'No funds yet'), ('planning', 'Depends on a plan or project'), ('law', 'The law does not allow it yet'), ('not_ours_to_solve', 'Outside what any unit can solve'), ('force_majeure', "Beyond anybody's control"), ('wrong_facts', 'The facts stated were not so'), ('no_power', 'The unit has no power over it'), ('disagreement', 'Units do not agree')], max_length=32, verbose_name='On what ground')),
                ('words', models.TextField(verbose_name='Why')),
                ('evidence', models.TextField(blank=True, verbose_name='What shows it')),
                ('told', models.TextField(blank=True, verbose_name='What the caller was told of it')),
                ('until', models.DateTimeField(null=True, verbose_name='Until when')),
                ('amount', models.IntegerField(null=True, verbose_name='How much longer')),
                ('at_most', models.IntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('is_granted', models.BooleanField(null=True)),
                ('decision', models.TextField(blank=True, verbose_name='Why it is decided so')),
                ('ended_at', models.DateTimeField(null=True)),
                ('clearing', models.TextField(blank=True, verbose_name='What has changed')),
            ],
            options={
                'verbose_name': 'Application',
            },
        ),
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('words', models.TextField(verbose_name='What to clear up')),
                ('due_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.BigIntegerField(null=True)),
                ('is_theirs', models.BooleanField(null=True, verbose_name='Is it yours')),
                ('answer', models.TextField(blank=True, verbose_name='Answer')),
            ],
            options={
                'verbose_name': 'Consultation',
            },
        ),
        migrations.CreateModel(
            name='CoTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('sent', 'To be answered'), ('coming', 'On the way'), ('arrived', 'On site'), ('handling', 'Being handled'), ('done', 'Done'), ('not_ours', 'Not theirs'), ('withdrawn', 'Withdrawn')], default='sent', max_length=32)),
                ('state_since', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('words', models.TextField(verbose_name='What they are to do')),
                ('due_at', models.DateTimeField(verbose_name='By when')),
                ('answered_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('clause', models.CharField(blank=True, max_length=200, verbose_name='By which clause')),
                ('result', models.TextField(blank=True, verbose_name='What came of it')),
            ],
            options={
                'verbose_name': 'Co-task',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('disposition', models.CharField(choices=[('answer_now', 'Answered at once'), ('emergency_line', 'For an emergency line'), ('statutory_route', 'Has a statutory route of its own'), ('petition_open', 'A petition about it is open'), ('beyond_duty', 'Beyond the duty of any unit'), ('duplicate_no_new_facts', 'Same matter, no new facts'), ('secret_or_privacy', "Touches secrets or somebody's privacy"), ('unlawful_or_indecent', 'Unlawful or indecent')], max_length=32, verbose_name='What becomes of it')),
                ('text', models.TextField(verbose_name='What the caller is told')),
            ],
            options={
                'verbose_name': 'Notice',
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('due_at', models.DateTimeField()),
                ('clause', models.CharField(max_length=200, verbose_name='By which clause')),
                ('evidence', models.TextField(verbose_name='What shows it')),
                ('ruled_at', models.DateTimeField(null=True)),
                ('ruled_by', models.BigIntegerField(null=True)),
                ('ruling', models.TextField(blank=True, verbose_name='Why it is ruled so')),
            ],
            options={
                'verbose_name': 'Objection',
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('resolution', models.CharField(choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('not_solved', 'Not solved'), ('explained', 'Explained: cannot be done now')], max_length=16)),
                ('public_reply', models.TextField()),
                ('evidence', models.TextField(blank=True, verbose_name='What shows it')),
            ],
            options={
                'verbose_name': 'Report',
            },
        ),
        migrations.CreateModel(
            name='Supervision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(choices=[('overdue', 'Overdue'), ('refused', 'Refused by a unit'), ('repeated', 'Asked three times or more'), ('sensitive', 'Sensitive')], max_length=16, verbose_name='On what ground')),
                ('words', models.TextField(verbose_name='What has to happen')),
            ],
            options={
                'verbose_name': 'Supervision',
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('user_id', models.BigIntegerField(null=True)),
                ('is_so', models.BooleanField()),
                ('words', models.TextField(verbose_name='What was seen')),
            ],
            options={
                'verbose_name': 'Verification',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='case',
            name='case_flow',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='workorder',
            name='order_flow',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_closed_has_time',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_handling_has_order',
        ),
        migrations.RemoveConstraint(
            model_name='workorder',
            name='order_state_known',
        ),
        migrations.RemoveIndex(
            model_name='workorder',
            name='order_to_follow_up',
        ),
        migrations.AddField(
            model_name='case',
            name='closed_before_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='disposition',
            field=models.CharField(choices=[('answer_now', 'Answered at once'), ('emergency_line', 'For an emergency line'), ('statutory_route', 'Has a statutory route of its own'), ('petition_open', 'A petition about it is open'), ('beyond_duty', 'Beyond the duty of any unit'), ('duplicate_no_new_facts', 'Same matter, no new facts'), ('secret_or_privacy', "Touches secrets or somebody's privacy"), ('unlawful_or_indecent', 'Unlawful or indecent')], max_length=32, null=True, verbose_name='What becomes of it'),
        ),
        migrations.AddField(
            model_name='case',
            name='reopened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='reopened_because',
            field=models.TextField(blank=True, verbose_name='What the caller says of it now'),
        ),
        migrations.AddField(
            model_name='followup',
            name='organisation_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='workorder',
            name='clock_percent',
            field=models.IntegerField(default=100),
        ),
        migrations.AddField(
            model_name='workorder',
            name='clock_started_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workorder',
            name='extension',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='workorder',
            name='first_dispatched_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workorder',
            name='pause_count',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='workorder',
            name='rework_count',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='workorder',
            name='sent_back_count',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='workorder',
            name='supervised_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE cases_workorder "
            "SET first_dispatched_at = dispatched_at, clock_started_at = dispatched_at",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="workorder",
            name="first_dispatched_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name="workorder",
            name="clock_started_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='case',
            name='state',
            field=models.CharField(choices=[('received', 'Received'), ('pending_dispatch', 'To be dispatched'), ('in_handling', 'In handling'), ('closed', 'Closed'), ('answered', 'Answered at once'), ('transferred', 'Given to an emergency line'), ('referred', 'Referred elsewhere'), ('merged', 'Merged with an earlier case'), ('declined', 'Not taken up')], default='received', max_length=32),
        ),
        migrations.AlterField(
            model_name='workorder',
            name='state',
            field=models.CharField(choices=[('dispatched', 'To be accepted'), ('objecting', 'Objection to be ruled on'), ('accepted', 'Accepted'), ('in_progress', 'In progress'), ('paused', 'Paused'), ('on_ledger', 'Held on the ledger'), ('reported', 'Reported back'), ('verified', 'Verified'), ('followed_up', 'Followed up'), ('closed', 'Closed')], default='dispatched', max_length=32),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(condition=models.Q(('state__in', ('reported', 'verified', 'followed_up'))), fields=['handling_due_at'], name='order_to_follow_up'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='case',
            trigger=pgtrigger.compiler.Trigger(name='case_flow', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:pending_dispatch,closed:pending_dispatch,declined:pending_dispatch,in_handling:closed,pending_dispatch:answered,pending_dispatch:declined,pending_dispatch:in_handling,pending_dispatch:merged,pending_dispatch:referred,pending_dispatch:transferred,received:answered,received:declined,received:in_handling,received:merged,received:pending_dispatch,received:referred,received:transferred,referred:pending_dispatch,transferred:pending_dispatch}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='025d3ea9dd0d103d28fe42ff85c7603db00439b2', operation='UPDATE', pgid='pgtrigger_case_flow_5be83', table='cases_case', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='case',
            trigger=pgtrigger.compiler.Trigger(name='case_reopened_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."reopened_at" IS DISTINCT FROM (NEW."reopened_at") AND OLD."reopened_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='798a896bb350f857d7897e2ffb338255dc25ebd6', operation='UPDATE', pgid='pgtrigger_case_reopened_once_0db9d', table='cases_case', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_by_others', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM cases_workorder WHERE id = NEW.order_id AND lead_id = NEW.organisation_id; IF FOUND THEN RAISE EXCEPTION 'followed up by its own unit' USING ERRCODE = 'check_violation', CONSTRAINT = 'follow_up_by_others'; END IF; RETURN NEW;", hash='44d5aa4d1907f6e59ae2c4a5a36c0feb270de194', operation='INSERT', pgid='pgtrigger_follow_up_by_others_9e456', table='cases_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workorder',
            trigger=pgtrigger.compiler.Trigger(name='order_flow', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{accepted:in_progress,accepted:objecting,dispatched:accepted,dispatched:objecting,followed_up:closed,followed_up:in_progress,in_progress:on_ledger,in_progress:paused,in_progress:reported,objecting:accepted,objecting:dispatched,on_ledger:in_progress,paused:in_progress,reported:closed,reported:followed_up,reported:in_progress,reported:verified,verified:closed,verified:followed_up}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='7644aa5f2942f836a805808fd442703f15bc6633', operation='UPDATE', pgid='pgtrigger_order_flow_c48f5', table='cases_workorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workorder',
            trigger=pgtrigger.compiler.Trigger(name='order_closes_after_its_parts', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'closed\')', func="PERFORM 1 FROM cases_cotask WHERE order_id = NEW.id AND ended_at IS NULL; IF FOUND THEN RAISE EXCEPTION 'an open co-task' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_closes_after_its_parts'; END IF; RETURN NEW;", hash='9282162f9a70d3a6443ea34ff68f03da42031eb7', operation='UPDATE OF "state"', pgid='pgtrigger_order_closes_after_its_parts_7efdc', table='cases_workorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workorder',
            trigger=pgtrigger.compiler.Trigger(name='order_due_after_its_parts', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM cases_cotask WHERE order_id = NEW.id AND ended_at IS NULL AND due_at > NEW.handling_due_at; IF FOUND THEN RAISE EXCEPTION 'a co-task later than its order' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_due_after_its_parts'; END IF; RETURN NEW;", hash='862a9fd4854b83440509dbb02abbc93b1ef52ed7', operation='UPDATE OF "handling_due_at"', pgid='pgtrigger_order_due_after_its_parts_02819', table='cases_workorder', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['dispatched', 'objecting', 'accepted', 'in_progress', 'paused', 'on_ledger', 'reported', 'verified', 'followed_up', 'closed'])), name='order_state_known'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('clock_percent__gt', 0), ('clock_percent__lte', 100), ('extension__gte', 0), ('pause_count__gte', 0), ('pause_count__lte', 2), ('rework_count__in', (0, 1)), ('sent_back_count__in', (0, 1))), name='order_counts_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('dispatched_at__lte', models.F('clock_started_at')), ('first_dispatched_at__lte', models.F('dispatched_at'))), name='order_first_dispatched_first'),
        ),
        migrations.AddField(
            model_name='application',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='applications', to='cases.workorder'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consultations', to='cases.case'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.organisation', verbose_name='Unit asked'),
        ),
        migrations.AddField(
            model_name='cotask',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='co_tasks', to='cases.workorder'),
        ),
        migrations.AddField(
            model_name='cotask',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.organisation', verbose_name='Who is to help'),
        ),
        migrations.AddField(
            model_name='notice',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='cases.case'),
        ),
        migrations.AddField(
            model_name='notice',
            name='same_as',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case', verbose_name='Same matter as'),
        ),
        migrations.AddField(
            model_name='case',
            name='notice',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.notice'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'pending_dispatch', 'in_handling', 'closed', 'answered', 'transferred', 'referred', 'merged', 'declined'])), name='case_state_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ('closed', 'answered', 'transferred', 'referred', 'merged', 'declined'))), models.Q(models.Q(('state__in', ('closed', 'answered', 'transferred', 'referred', 'merged', 'declined')), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='case_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('disposition__in', ['answer_now', 'emergency_line', 'statutory_route', 'petition_open', 'beyond_duty', 'duplicate_no_new_facts', 'secret_or_privacy', 'unlawful_or_indecent'])), name='case_disposition_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disposition__isnull', False), ('notice__isnull', False), ('state__in', ('answered', 'transferred', 'referred', 'merged', 'declined'))), models.Q(models.Q(('state__in', ('answered', 'transferred', 'referred', 'merged', 'declined')), _negated=True), ('disposition__isnull', True), ('notice__isnull', True)), _connector='OR'), name='case_early_has_notice'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('disposition__isnull', True), models.Q(('disposition', 'answer_now'), ('state', 'answered')), models.Q(('disposition', 'emergency_line'), ('state', 'transferred')), models.Q(('disposition__in', ('statutory_route', 'petition_open', 'beyond_duty')), ('state', 'referred')), models.Q(('disposition', 'duplicate_no_new_facts'), ('state', 'merged')), models.Q(('disposition__in', ('secret_or_privacy', 'unlawful_or_indecent')), ('state', 'declined')), _connector='OR'), name='case_branch_leads_there'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_before_at__isnull', True), ('reopened_at__isnull', True), ('reopened_because', '')), models.Q(('closed_before_at__isnull', False), ('reopened_at__gte', models.F('closed_before_at')), ('reopened_at__isnull', False), ('reopened_at__lte', django.db.models.expressions.CombinedExpression(models.F('closed_before_at'), '+', models.Value(datetime.timedelta(days=15)))), models.Q(('reopened_because', ''), _negated=True)), _connector='OR'), name='case_reopened_in_time'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lead_order__isnull', False), ('state__in', ('in_handling', 'closed'))), models.Q(models.Q(('state__in', ('in_handling', 'closed')), _negated=True), ('lead_order__isnull', True)), _connector='OR'), name='case_handling_has_order'),
        ),
        migrations.AddField(
            model_name='objection',
            name='new_unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.organisation'),
        ),
        migrations.AddField(
            model_name='objection',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='cases.workorder'),
        ),
        migrations.AddField(
            model_name='objection',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.organisation'),
        ),
        migrations.AddField(
            model_name='report',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='cases.workorder'),
        ),
        migrations.AddField(
            model_name='supervision',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supervisions', to='cases.workorder'),
        ),
        migrations.AddField(
            model_name='verification',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to='cases.workorder'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('decided_at__isnull', True)), fields=['at'], name='application_waiting'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('is_granted', True), ('kind__in', ('pause', 'hold'))), fields=['until'], name='application_standing'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['pause', 'extension', 'hold', 'exclusion', 'escalation'])), name='application_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['waiting_for_requester', 'season', 'third_party_test', 'work_in_progress', 'several_units', 'material', 'history', 'funds', 'planning', 'law', 'not_ours_to_solve', 'force_majeure', 'wrong_facts', 'no_power', 'disagreement'])), name='application_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='application_says_something'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('is_granted__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('is_granted__isnull', False)), _connector='OR'), name='application_decision_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('user_id')), _negated=True), _connector='OR'), name='application_by_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('kind__in', ('pause', 'hold')), ('until__isnull', False)), models.Q(('amount__isnull', True), ('kind', 'exclusion'), ('until__isnull', False), models.Q(('evidence', ''), _negated=True)), models.Q(('amount__gte', 1), ('amount__isnull', False), ('amount__lte', models.F('at_most')), ('at_most__isnull', False), ('kind', 'extension'), ('until__isnull', True), models.Q(('told', ''), _negated=True)), models.Q(('amount__isnull', True), ('kind', 'escalation'), ('until__isnull', True)), _connector='OR'), name='application_kind_has_its_facts'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('pause', 'hold', 'exclusion')), _negated=True), models.Q(('is_granted', True), _negated=True), models.Q(('kind', 'pause'), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('decided_at'), '+', models.Value(datetime.timedelta(days=15))))), models.Q(('kind', 'hold'), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('decided_at'), '+', models.Value(datetime.timedelta(days=90))))), models.Q(('kind', 'exclusion'), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('decided_at'), '+', models.Value(datetime.timedelta(days=366))))), _connector='OR'), name='application_not_too_far'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('decided_at__isnull', False), ('ended_at__gte', models.F('decided_at')), ('is_granted', True), ('kind__in', ('pause', 'hold'))), _connector='OR'), name='application_ends_after_grant'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('order', 'kind'), name='application_one_waits'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('is_granted', True), ('kind', 'extension')), fields=('order',), name='application_one_extension'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('is_granted', True), ('kind__in', ('pause', 'hold'))), fields=('order', 'kind'), name='application_one_stands'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='application_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."decided_at" IS NOT NULL AND OLD."is_granted" IS DISTINCT FROM (NEW."is_granted")) OR OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='02fa20bfdd7211e44d061e394bae26033d4be25c', operation='UPDATE', pgid='pgtrigger_application_is_final_27cb0', table='cases_application', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='consultation_says_something'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('at')), ('due_at__lte', django.db.models.expressions.CombinedExpression(models.F('at'), '+', models.Value(datetime.timedelta(seconds=14400))))), name='consultation_at_most_4_hours'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True), ('is_theirs__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('is_theirs__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='consultation_answer_is_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consultation',
            trigger=pgtrigger.compiler.Trigger(name='consultation_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c219aefe1e652f5f151399dddcfbad7fe93c586c', operation='UPDATE', pgid='pgtrigger_consultation_is_final_0a65c', table='cases_consultation', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='cotask',
            index=models.Index(fields=['organisation', 'state', 'due_at'], name='task_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='cotask',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['sent', 'coming', 'arrived', 'handling', 'done', 'not_ours', 'withdrawn'])), name='task_state_known'),
        ),
        migrations.AddConstraint(
            model_name='cotask',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='task_says_something'),
        ),
        migrations.AddConstraint(
            model_name='cotask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('done', 'not_ours', 'withdrawn')), models.Q(('result', ''), _negated=True)), models.Q(('ended_at__isnull', True), ('state__in', ('sent', 'coming', 'arrived', 'handling'))), _connector='OR'), name='task_ended_has_result'),
        ),
        migrations.AddConstraint(
            model_name='cotask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'not_ours'), _negated=True), models.Q(('clause', ''), _negated=True), _connector='OR'), name='task_not_ours_by_clause'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cotask',
            trigger=pgtrigger.compiler.Trigger(name='task_flow', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{arrived:done,arrived:withdrawn,coming:arrived,coming:handling,coming:withdrawn,handling:arrived,handling:done,handling:withdrawn,sent:arrived,sent:coming,sent:handling,sent:not_ours,sent:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='1c2aef0b6eec88444d980675cce7404d4265e4ac', operation='UPDATE', pgid='pgtrigger_task_flow_40e99', table='cases_cotask', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cotask',
            trigger=pgtrigger.compiler.Trigger(name='task_due_with_order', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM cases_workorder WHERE id = NEW.order_id AND state <> 'closed' AND handling_due_at >= NEW.due_at; IF NOT FOUND THEN RAISE EXCEPTION 'co-task later than its order' USING ERRCODE = 'check_violation', CONSTRAINT = 'task_due_with_order'; END IF; RETURN NEW;", hash='38c37ef45fb53ac8bb85b5f7efefd36171d9526b', operation='INSERT OR UPDATE OF "due_at", "order_id"', pgid='pgtrigger_task_due_with_order_de1ee', table='cases_cotask', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('disposition__in', ['answer_now', 'emergency_line', 'statutory_route', 'petition_open', 'beyond_duty', 'duplicate_no_new_facts', 'secret_or_privacy', 'unlawful_or_indecent'])), name='notice_disposition_known'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='notice_says_something'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disposition', 'duplicate_no_new_facts'), ('same_as__isnull', False)), models.Q(models.Q(('disposition', 'duplicate_no_new_facts'), _negated=True), ('same_as__isnull', True)), _connector='OR'), name='notice_of_duplicate_names_it'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('same_as__isnull', True), models.Q(('same_as', models.F('case')), _negated=True), _connector='OR'), name='notice_same_as_another'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('clause', ''), ('evidence', ''), _connector='OR', _negated=True), name='objection_says_something'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(fields=('order', 'unit'), name='objection_once_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('at__lte', models.F('due_at'))), name='objection_in_time'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('new_unit__isnull', True), ('ruled_at__isnull', True), ('ruled_by__isnull', True), ('ruling', '')), models.Q(('ruled_at__isnull', False), ('ruled_by__isnull', False), models.Q(('ruling', ''), _negated=True)), _connector='OR'), name='objection_ruling_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('new_unit__isnull', True), models.Q(('new_unit', models.F('unit')), _negated=True), _connector='OR'), name='objection_goes_elsewhere'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='objection_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ruled_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7347ea1b0abf56644cdb3a4d3b52cdace85d53c5', operation='UPDATE', pgid='pgtrigger_objection_is_final_c23be', table='cases_objection', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('resolution__in', ['solved', 'partly', 'not_solved', 'explained'])), name='report_resolution_known'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('public_reply', ''), _negated=True), name='report_says_something'),
        ),
        migrations.AddConstraint(
            model_name='supervision',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['overdue', 'refused', 'repeated', 'sensitive'])), name='supervision_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='supervision',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='supervision_says_something'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='verification_says_something'),
        ),
    ]
