"""Row-level security on cases_requester: the second wall. See linli/cases/privacy/wall.py.

Not FORCE: the owner migrates and dumps; pages, commands and the worker log in as the application.
"""

from django.db import migrations

RAISE = """
CREATE FUNCTION linli_areas() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    areas text := current_setting('linli.areas', true);
BEGIN
    IF areas IS NULL OR areas = '' THEN
        RAISE EXCEPTION 'personal data asked for without an actor (linli/cases/privacy/wall.py)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN string_to_array(areas, ',');
END $$
"""
POLICY = """
CREATE POLICY requester_in_area ON cases_requester USING (
    '*' = ANY ((SELECT linli_areas())::text[])
    OR EXISTS (
        SELECT 1 FROM cases_case AS c WHERE c.id = case_id AND (
            c.community_code = ANY ((SELECT linli_areas())::text[])
            OR c.street_code = ANY ((SELECT linli_areas())::text[])
            OR c.district_code = ANY ((SELECT linli_areas())::text[])
            OR c.city_code = ANY ((SELECT linli_areas())::text[])
            OR EXISTS (
                SELECT 1 FROM cases_workorder AS o
                WHERE o.case_id = c.id AND ('unit:' || o.lead_id) = ANY ((SELECT linli_areas())::text[])
            )
        )
    )
)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_flows")]

    operations = [
        migrations.RunSQL(RAISE, "DROP FUNCTION linli_areas()"),
        migrations.RunSQL(POLICY, "DROP POLICY requester_in_area ON cases_requester"),
        migrations.RunSQL(
            "ALTER TABLE cases_requester ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE cases_requester DISABLE ROW LEVEL SECURITY",
        ),
    ]
