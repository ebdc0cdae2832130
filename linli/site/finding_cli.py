"""What the commands that find things again take: known answers, hot topics, texts that say the same."""

import datetime as dt
import sys
from pathlib import Path

import click

FILE_IN = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FILE_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.option(
    "--kb",
    type=FILE_IN,
    required=True,
    help="id or msg_id, title or question, body, reply or answer",
)
@click.option(
    "--input", "source", type=FILE_IN, required=True, help="id or msg_id, title and body or query"
)
@click.option("--output", type=FILE_OUT, required=True, help="CSV; packed if it ends in .gz")
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="Most answers."
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of asking; today if not given."
)
@click.option(
    "--refuse", type=click.Choice(["auto", "never"]), default="auto", show_default=True,
    help="auto: say “not known”, where the base has validity dates.",
)  # fmt: skip
def answer(
    kb: Path, source: Path, output: Path, top: int, as_of: dt.datetime | None, refuse: str
) -> None:
    """Find the answers a base holds: query_id,rank,reply_id,score. No database is needed.

    Reads CSV, TSV or XLSX (.gz too). An entry may name source, valid_from, valid_to; one that is not valid on the day
    of asking (column asked_on, else --as-of) is never given. A question that is refused, or for which nothing is
    valid, has one row with rank 0. Rows that cannot be used are handed back beside the output. Exit status 0; 2 for
    a file that cannot be used.
    """
    from linli.site import answer_command

    day = as_of.date() if as_of else None
    sys.exit(answer_command.run(kb, source, output, top=top, as_of=day, refuse=refuse))


@click.command()
@click.option(
    "--input", "source", type=FILE_IN, required=True, help="msg_id,title,time,body[,user,likes]"
)
@click.option("--output", type=FILE_OUT, required=True, help="CSV; packed if it ends in .gz")
def hotspots(source: Path, output: Path) -> None:
    """Group messages about one matter: msg_id,group,heat,name. No database is needed.

    The hottest group is 1; a message of no group has empty columns. The same messages give the same groups in any
    order. Reads CSV, TSV or XLSX (.gz too). Rows that cannot be used are handed back beside the output. Exit status
    0; 2 for a file that cannot be used.
    """
    from linli.site import hotspots_command

    sys.exit(hotspots_command.run(source, output))


@click.command()
@click.option("--input", "source", type=FILE_IN, required=True, help="id,a,b")
@click.option("--output", type=FILE_OUT, required=True, help="CSV; packed if it ends in .gz")
def duplicates(source: Path, output: Path) -> None:
    """Say whether two texts tell the same matter: id,same,score,why. No database is needed.

    Another place or building is another matter. Reads CSV, TSV or XLSX (.gz too). Rows that cannot be used are handed
    back beside the output. Exit status 0; 2 for a file that cannot be used.
    """
    from linli.site import duplicates_command

    sys.exit(duplicates_command.run(source, output))
