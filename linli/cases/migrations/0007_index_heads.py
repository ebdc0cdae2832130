"""Blind indexes name their hash and key: those that stand are HMAC-SHA-256 under the first key."""

from django.db import migrations

COLUMNS = ("phone_index", "account_index")


def prefix(column: str) -> str:
    return (
        f"UPDATE cases_requester SET {column} = '\\x010001'::bytea || {column} "
        f"WHERE length({column}) = 32"
    )


def bare(column: str) -> str:
    return (
        f"UPDATE cases_requester SET {column} = substring({column} from 4) "
        f"WHERE length({column}) = 35"
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_row_security")]

    operations = [migrations.RunSQL(prefix(column), bare(column)) for column in COLUMNS]
