"""What the application's login may do: everything but change the past."""

import pgtrigger
from django.apps import apps
from django.db import connection
from psycopg import sql


def final_tables() -> list[str]:
    """Return the tables whose rows are protected from every change: they may only grow."""
    both = pgtrigger.Update | pgtrigger.Delete
    return [
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect) and str(trigger.operation) == str(both)
    ]


def grant_app(role: str) -> None:
    """Give the login `role` its rights on all tables. Run by the owner after each migration.

    Events and their order can be read and added; neither changed nor removed nor cut off.
    """
    name = sql.Identifier(role)
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(
            name
        ),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
        *(
            sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name)
            for table in final_tables()
        ),
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(name),
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
