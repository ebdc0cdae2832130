"""`linli digest`: one hash over what the cases are and what happened to them."""

from django.db import connection, transaction

from linli.site.digesting import ROWS, digest_of


def digest(*, times: bool) -> tuple[int, str]:
    """Return how many lines (a case's event each) went in, and the hash. One pass, in constant memory."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS)
        return digest_of(cursor, times=times)


def run(*, times: bool) -> None:
    """Print the hash."""
    count, found = digest(times=times)
    print(f"{found}  {count} events")
