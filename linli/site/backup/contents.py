"""What a database holds, in figures that are equal for equal contents on any server."""

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from linli.site import cluster
from linli.site.config import Config
from linli.site.digesting import ROWS, digest_of

# Rows are hashed as text, so everything that changes how a value is written is fixed first. With row
# security off, a login that would see a part only is refused instead of counting that part.
FIXED = """
    SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL row_security = off;
    SET LOCAL search_path = public;
"""
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1
"""
SEQUENCES = """
    SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1
"""
SHAPES = {
    "columns": """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
            || coalesce(' ' || column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    """,
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "policies": """
        SELECT tablename || ' ' || policyname || ' ' || cmd || coalesce(' ' || qual, '')
            || coalesce(' ' || with_check, '') FROM pg_policies WHERE schemaname = 'public'
    """,
}


@dataclass(frozen=True)
class Contents:
    """Rows and hash of each table, place of each sequence, hash of each part of the shape.

    `server` is the major version of PostgreSQL: shapes are written differently by different ones.
    """

    server: int
    tables: dict[str, list[Any]]
    sequences: dict[str, int]
    shape: dict[str, str]

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> Self:
        """Read within the connection's transaction. Takes about a second for 300,000 rows."""
        connection.execute(FIXED)
        tables = {}
        for (name,) in connection.execute(TABLES).fetchall():
            # A sum does not depend on the order of rows, which a restore need not keep.
            query = sql.SQL(
                "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text "
                "FROM {} AS t"
            ).format(sql.Identifier(name))
            tables[name] = list(connection.execute(query).fetchone() or ())
        shape = {}
        for part, asked in SHAPES.items():
            texts = sorted(_plain(str(row[0])) for row in connection.execute(asked).fetchall())
            shape[part] = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        return cls(
            server=connection.info.server_version // 10000,
            tables=tables,
            sequences=dict(connection.execute(SEQUENCES).fetchall()),
            shape=shape,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the list as it stands in a manifest."""
        return asdict(self)

    @property
    def rows(self) -> int:
        return sum(int(count) for count, _hash in self.tables.values())

    def differences(self, other: "Contents") -> list[str]:
        """Return what `other` has differently, a line each; empty if they are equal."""
        found = []
        for name in sorted({*self.tables, *other.tables}):
            one, two = self.tables.get(name), other.tables.get(name)
            if one != two:
                rows = [str(side[0]) if side else "no table" for side in (one, two)]
                found.append(f"{name}: {rows[0]} -> {rows[1]} rows, contents differ")
        for name in sorted({*self.sequences, *other.sequences}):
            if self.sequences.get(name) != other.sequences.get(name):
                found.append(
                    f"{name}: {self.sequences.get(name)} -> {other.sequences.get(name)} (next number)"
                )
        if self.server == other.server:
            found += [
                f"{part} differ" for part in self.shape if self.shape[part] != other.shape[part]
            ]
        return found


def read_digest(connection: psycopg.Connection[Any]) -> str:
    """Return what `linli digest` prints, read within the connection's transaction."""
    with connection.cursor(name="digest") as cursor:
        cursor.execute(ROWS)
        count, found = digest_of(cursor, times=False)
    return f"{found}  {count} events"


def _plain(definition: str) -> str:
    """Return a definition without casts and brackets, which a server sets anew when it reads its own text."""
    return re.sub(r"::(character varying|text)(\[\])?|[()\s]", "", definition)


def keys_in_use() -> list[dict[str, str]]:
    """Return name, place and print of each key that exists. Reads them, makes none.

    The print says whether a key is the same one; it leads back to no key.
    """
    here, found = Config(), []
    for name in Config.model_fields:
        given = getattr(here, name)
        if name.endswith(("_key", "_keys")) and given is not None:
            place = f"LINLI_{name.upper()}"
            found.append({"name": name, "from": place, "print": print_of(given.get_secret_value())})
    named = {key["name"] for key in found}
    for file in sorted((cluster.home() / "keys").glob("[!.]*")):
        if file.is_file() and file.name not in named:
            text = file.read_text(encoding="utf-8")
            found.append({"name": file.name, "from": str(file), "print": print_of(text)})
    return found


def print_of(key: str) -> str:
    """Return a key's print: twelve hexadecimal digits."""
    return hashlib.sha256(b"linli backup: " + key.strip().encode()).hexdigest()[:12]


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
