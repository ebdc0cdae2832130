"""The `linli` command. Every subcommand starts or attaches to the database by itself."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from linli.site.backup.cli import backup, restore
from linli.site.cluster.cli import db
from linli.site.finding_cli import answer, duplicates, hotspots
from linli.site.running import PARENT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
QUIET = "WARNING"
"""A command's own lines are for the person who typed it; the server logs every operation."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LinliGroup(click.Group):
    """Our own commands first; anything else is passed to Django (shell, migrate's options, check)."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return "django", self.commands["django"], args
        return super().resolve_command(ctx, args)


@click.group(cls=LinliGroup, context_settings=CONTEXT)
def linli() -> None:
    """Linli (邻里): the way a city's communities are governed."""


def ready(*, role: str = "app", database: str | None = None) -> None:
    """Start or attach to the database, check it, and set Django up for the login `role`."""
    from linli.site import cluster

    os.environ["LINLI_ROLE"] = role
    os.environ.setdefault("LINLI_LOG_LEVEL", QUIET)
    if database:
        os.environ["LINLI_DATABASE_NAME"] = database
    from linli.site.config import config

    config.cache_clear()
    url = os.environ.get("LINLI_DATABASE_URL")
    try:
        if url:
            cluster.check_database(url)
        elif PARENT not in os.environ:
            here = cluster.ensure(config().database_name)
            cluster.check_database(here.app_url)
        # Else a child of `linli serve`, which looks after the database: one that was stopped stays so.
    except cluster.ClusterError as error:
        raise click.ClickException(str(error)) from error
    import django

    django.setup()


db.add_command(backup)
db.add_command(restore)
linli.add_command(db)
linli.add_command(answer)
linli.add_command(hotspots)
linli.add_command(duplicates)


@linli.command(name="django", hidden=True, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django_command(arguments: tuple[str, ...]) -> None:
    """Pass a command on to Django: linli shell -c "…"."""
    owner = arguments[:1] in [("migrate",), ("makemigrations",), ("sqlmigrate",)]
    ready(role="owner" if owner else "app")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["linli", *arguments])


@linli.command()
def migrate() -> None:
    """Bring the database's tables up to this version (as the owner's login)."""
    from linli.site import install

    ready(role="owner")
    install.migrate(progress=click.echo)


@linli.command()
@click.option("--once", is_flag=True, help="End after a health check instead of staying up.")
@click.option("--port", default=8350, show_default=True, help="Port on 127.0.0.1.")
@click.option("--cases", default=1200, show_default=True, help="Cases of the last 60 days.")
@click.option("--load-only", is_flag=True, help="Load the city and its cases; start no server.")
@click.option("--again", is_flag=True, help="Drop the demo that stands and make one of today.")
@click.option(
    "--as-of", type=click.DateTime(), help="The new city's moment (UTC); now if not given."
)
def demo(once: bool, port: int, cases: int, load_only: bool, again: bool, as_of: Any) -> None:
    """Load a living demo city and serve it, with a person to be for each role.

    The same moment and number of cases give the same city. One that stands keeps its moment; the pages come up
    while it still grows.
    """
    import datetime as dt

    from linli.site import demo_command

    moment = as_of.replace(tzinfo=dt.UTC) if as_of else None
    demo_command.run(
        once=once, port=port, cases=cases, load_only=load_only, again=again, as_of=moment
    )


@linli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8350, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve everything: web, live, drainer and worker, restarted when one dies."""
    os.environ.setdefault("LINLI_LOG_LEVEL", "INFO")
    ready()
    from linli.site import serve as server

    server.refuse_unsafe_demo(host)
    server.refuse_taken_port(host, port)
    server.serve(host=host, port=port, workers=workers)


@linli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8350, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def web(host: str, port: int, workers: int) -> None:
    """Serve the pages alone. `linli serve` runs this, the drainer and the worker."""
    os.environ.setdefault("LINLI_LOG_LEVEL", "INFO")
    ready()
    from linli.site import serve as server

    server.refuse_unsafe_demo(host)
    server.refuse_taken_port(host, port)
    server.collect()
    server.web(host=host, port=port, workers=workers)


@linli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8351, show_default=True)
@click.option(
    "--pages-port", type=int, help="Port of the pages, where no proxy brings both together."
)
def live(host: str, port: int, pages_port: int | None) -> None:
    """Serve the live stream alone: it tells open pages that something changed. `linli serve` runs it, too."""
    os.environ.setdefault("LINLI_LOG_LEVEL", "INFO")
    ready()
    from linli.site import serve as server

    server.refuse_unsafe_demo(host)
    server.refuse_taken_port(host, port)
    server.live(host=host, port=port, pages_port=pages_port)


@linli.group()
def account() -> None:
    """Accounts, for whoever holds the server: the first administrator, lost passwords."""


@account.command(name="open")
@click.argument("username")
@click.option("--admin", is_flag=True, required=True, help="An administrator of the whole place.")
@click.option("--name", "display_name", default="", help="The person's name; else the user name.")
@click.option("--place", "place_code", default="", help="Code of the place; else LINLI_CITY_CODE.")
def account_open(username: str, admin: bool, display_name: str, place_code: str) -> None:
    """Open an administrator's account and print its one-time code.

    Everybody else's account is opened by an administrator, on the page Accounts.
    """
    ready()
    from linli.site import account_command
    from linli.site.config import config

    sys.exit(
        account_command.open_administrator(
            username,
            display_name=display_name or username,
            place_code=place_code or config().city_code,
        )
    )


@account.command(name="code")
@click.argument("username")
def account_code(username: str) -> None:
    """Print a one-time code for a new password; the old one ends at once."""
    ready()
    from linli.site import account_command

    sys.exit(account_command.code(username))


@account.command(name="rescue")
@click.argument("username")
def account_rescue(username: str) -> None:
    """Ask for the reset of lost second factors; an administrator approves it on the account's page."""
    ready()
    from linli.site import account_command

    sys.exit(account_command.rescue(username))


@linli.group(name="import")
def import_() -> None:
    """Take real files in."""


@import_.command(name="calendar")
def import_calendar() -> None:
    """Apply the announced holidays that the package chinesecalendar holds (extra: calendar)."""
    ready()
    from linli.site import import_command

    sys.exit(import_command.run_calendar())


@import_.command(name="cases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True))
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, readable=True),
    help="Which column is what (TOML; docs/importing.md). Without it a shipped map is chosen.",
)
@click.option("--dry-run", is_flag=True, help="Show the map and what would become; write nothing.")
@click.option(
    "--language",
    type=click.Choice(["both", "zh-hans", "en"]),
    default="both",
    show_default=True,
    help="Language of the reasons why rows were set aside.",
)
def import_cases(file: str, map_file: str | None, dry_run: bool, language: str) -> None:
    """Import cases from CSV, TSV or XLSX (.gz too), in UTF-8 or GB18030.

    A second run of a file adds nothing; one that was interrupted goes on where it stopped. Exit status 0,
    also with rows set aside (they are handed back in a file beside it); 2 for a file that cannot be used.
    """
    ready()
    from linli.site import import_command

    sys.exit(import_command.run(file, map_file=map_file, dry_run=dry_run, language=language))


@import_.command(name="divisions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True))
@click.option("--dry-run", is_flag=True, help="Show the difference and change nothing.")
def import_divisions(file: str, dry_run: bool) -> None:
    """Apply a division file (CSV, .gz too): places are added, renamed and re-drawn.

    A column succeeds names the older codes that a place follows. Exit status 0; 2 for a file that cannot be
    used at all.
    """
    ready()
    from linli.site import import_places_command

    sys.exit(import_places_command.divisions(file, dry_run=dry_run))


@import_.command(name="compounds")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True))
def import_compounds(file: str) -> None:
    """Load compounds (CSV, .gz too), columns lianjia_id,name,district,bd09_lng,bd09_lat."""
    ready()
    from linli.site import import_places_command

    sys.exit(import_places_command.compounds(file))


@linli.command()
@click.option("--english", is_flag=True, help="Tell it in English.")
def doctor(english: bool) -> None:
    """Look at this installation, and say of each part how to mend it.

    Exit status 0, also with warnings; 1 if something is bad. Nothing is changed.
    """
    os.environ.setdefault("LINLI_LOG_LEVEL", QUIET)
    from linli.site import doctor_command

    sys.exit(doctor_command.run(english=english))


@linli.command()
def sweep() -> None:
    """Raise the clock alerts that are due, now. The worker does so every minute."""
    ready()
    from linli.site import sweep_command

    sweep_command.run()


@linli.command()
@click.option("--dry-run", is_flag=True, help="Say what would be taken away and change nothing.")
def retention(dry_run: bool) -> None:
    """Delete personal data whose time is over. Run it every night; a second run changes nothing."""
    ready()
    from linli.site import retention_command

    retention_command.run(dry_run=dry_run)


@linli.group()
def keys() -> None:
    """Keys of sealed columns."""


@keys.command(name="status")
def keys_status() -> None:
    """Show which keys are in force, and how many values stand under which."""
    ready()
    from linli.site import keys_command

    keys_command.status()


@keys.command(name="rotate")
@click.option("--index", is_flag=True, help="The key of the blind indexes instead.")
def keys_rotate(index: bool) -> None:
    """Put a new key in force; what is sealed under older ones opens as before."""
    ready()
    from linli.site import keys_command

    keys_command.rotate(index=index)


@keys.command(name="reseal")
def keys_reseal() -> None:
    """Seal anew, in batches, what is not under the key, cipher and hash in force."""
    ready()
    from linli.site import keys_command

    keys_command.reseal()


@keys.command(name="drop")
@click.argument("number", type=int)
@click.option("--index", is_flag=True, help="A key of the blind indexes instead.")
def keys_drop(number: int, index: bool) -> None:
    """Take an old key away that nothing stands under any more."""
    ready()
    from linli.site import keys_command

    keys_command.drop(number, index=index)


@linli.command()
@click.option("--cases", type=int, help="Seeded cases that shall stand; else by the size.")
@click.option(
    "--size",
    type=click.Choice(["district", "city"]),
    default="district",
    show_default=True,
    help="district: 100,000 cases of a year; city: 1,000,000.",
)
@click.option("--database", default="linli_seed", show_default=True, help="Database for it.")
@click.option("--seed", "number", default=1, show_default=True, help="Another number, other cases.")
@click.option(
    "--as-of", type=click.DateTime(), help="The cases end at this moment (UTC); now if not given."
)
def seed(cases: int | None, size: str, database: str, number: int, as_of: Any) -> None:
    """Fill a database with invented cases of a year, with all their events; for benches and trying.

    Every constraint and trigger stays on. The same seed and moment give the same cases.
    """
    import datetime as dt

    os.environ["LINLI_DEMO"] = "1"
    ready(role="owner", database=database)
    from linli.site import install, seed_command

    install.migrate(progress=lambda line: click.echo(line, err=True))
    moment = as_of.replace(tzinfo=dt.UTC) if as_of else dt.datetime.now(dt.UTC)
    wanted = {"district": 100_000, "city": 1_000_000}[size] if cases is None else cases
    sys.exit(seed_command.run(cases=wanted, seed=number, as_of=moment))


@linli.group()
def insight() -> None:
    """The counters behind the overview."""


@insight.command(name="rebuild")
def insight_rebuild() -> None:
    """Make the counters anew from the cases. Pages show the old ones until it ends."""
    ready()
    from linli.site import insight_command

    insight_command.run()


@linli.command()
@click.option("--times", is_flag=True, help="With the moments of events: for a restored copy.")
def digest(times: bool) -> None:
    """Print one hash over all cases, their states and their events: equal for equal content.

    A case goes by its number at the source, if it has one. Ids, ciphertext and the time of recording are left
    out, so that two databases can be compared.
    """
    ready()
    from linli.site import digest_command

    digest_command.run(times=times)


FILE_IN = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FILE_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@linli.command()
@click.option("--input", "source", type=FILE_IN, required=True, help="Labelled rows.")
@click.option("--output", type=FILE_OUT, required=True, help="The model.")
@click.option(
    "--task", type=click.Choice(["category", "address"]), default="category", show_default=True
)
@click.option("--label", default="level1", show_default=True, help="Column with the label.")
@click.option(
    "--seed", "number", default=1, show_default=True, help="Another number, other splits."
)
def train(source: Path, output: Path, task: str, label: str, number: int) -> None:
    """Train a model on your own rows and print how good it is on rows held back. No database is needed.

    Categories: CSV, TSV or XLSX (.gz too) with msg_id,title,body,level1 or row,level1,tokens. Addresses: JSON lines
    {"text", "spans": [[start, end, tag], …]}. Rows that cannot be used are handed back beside the model. Exit
    status 0; 2 for a file that cannot be used. Needs the extra “analysis”.
    """
    from linli.site import sorting_command

    if task == "address":
        sys.exit(sorting_command.train_addresses(source, output, seed=number))
    sys.exit(sorting_command.train_categories(source, output, label=label, seed=number))


@linli.command()
@click.option("--input", "source", type=FILE_IN, required=True, help="msg_id,title,body")
@click.option("--output", type=FILE_OUT, required=True, help="CSV; packed if it ends in .gz")
@click.option("--model", type=FILE_IN, help="Without it the starter model, which knows our tree.")
@click.option("--labels", type=FILE_IN, help="Your labels for its codes (CSV: code,label).")
def classify(source: Path, output: Path, model: Path | None, labels: Path | None) -> None:
    """Say what each message is about: msg_id,pred,confidence,second,third. No database is needed.

    Reads CSV, TSV or XLSX (.gz too). Rows that cannot be used are handed back beside the output. Exit status 0; 2
    for a file that cannot be used.
    """
    from linli.site import sorting_command

    sys.exit(sorting_command.classify(source, output, model=model, labels=labels))


@linli.command()
@click.option("--model", type=FILE_IN, required=True, help="Made by linli train --task address.")
@click.option("--input", "source", type=FILE_IN, required=True, help='JSON lines {"text": …}')
@click.option("--output", type=FILE_OUT, required=True, help="JSON lines; packed if .gz")
def addresses(model: Path, source: Path, output: Path) -> None:
    """Say which part of each address is what: {"spans": [[start, end, tag], …]}. No database is needed.

    Lines that cannot be used are handed back beside the output. Exit status 0; 2 for a file that cannot be used.
    """
    from linli.site import sorting_command

    sys.exit(sorting_command.addresses(source, output, model=model))


@linli.command()
@click.option(
    "--input",
    "source",
    required=True,
    help="CSV, TSV or XLSX (.gz too): id,text",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--output",
    required=True,
    help="CSV: id,class,special_line,why; packed if .gz",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
)
def urgency(source: Path, output: Path) -> None:
    """Say how urgent each row is: E1, E2, N or Q, and which special line to call. No database is needed.

    Rows that cannot be used are handed back beside the output. Exit status 0; 2 for a file that cannot be used.
    """
    from linli.site import urgency_command

    sys.exit(urgency_command.run(source, output))


@linli.command()
@click.option(
    "--input",
    "source",
    required=True,
    help="CSV, TSV or XLSX (.gz too): id,text[,lng,lat]",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--output",
    required=True,
    help="CSV: id,district,street_code,community_code,compound,confidence,why; packed if .gz",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
)
@click.option(
    "--datum",
    type=click.Choice(["bd09", "gcj02", "wgs84"]),
    default="gcj02",
    show_default=True,
    help="Of lng and lat.",
)
def locate(source: Path, output: Path, datum: str) -> None:
    """Say which place in Beijing each row means, how sure, and why. No database is needed.

    What is not known stays empty. Rows that cannot be used are handed back beside the output. Exit status 0; 2 for
    a file that cannot be used.
    """
    from linli.site import locate_command

    sys.exit(locate_command.run(source, output, datum=datum))


@linli.command()
@click.argument("number")
@click.option("--english", is_flag=True, help="Tell it in English.")
def explain(number: str, english: bool) -> None:
    """Tell a case's history as sentences."""
    ready()
    from linli.site import explain_command

    sys.exit(explain_command.run(number, language="en" if english else "zh-hans"))


@linli.command()
def drainer() -> None:
    """Seal what happens, in order, and hand it on. `linli serve` runs one already."""
    os.environ.setdefault("LINLI_LOG_LEVEL", "INFO")
    ready()
    from linli.site import drainer_command

    drainer_command.run()


@linli.command()
def worker() -> None:
    """Do the jobs of the queue. `linli serve` runs one already."""
    os.environ.setdefault("LINLI_LOG_LEVEL", "INFO")
    ready()
    from linli.site import worker_command

    worker_command.run()


@linli.group()
def audit() -> None:
    """Check and prove the sealed record of what happened."""


@audit.command(name="verify")
@click.option("--english", is_flag=True, help="Say it in English.")
def audit_verify(english: bool) -> None:
    """Check the whole record: every event, their order, the head file. Exit status 1 for any fault."""
    ready()
    from linli.site import audit_command

    sys.exit(audit_command.verify(language="en" if english else "zh-hans"))


@audit.command(name="head")
def audit_head() -> None:
    """Print the signed head of the record with its public key, to be published."""
    ready()
    from linli.site import audit_command

    sys.exit(audit_command.head())


@audit.command(name="export")
@click.argument("number")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False),
    default=".",
    show_default=True,
    help="Folder.",
)
@click.option(
    "--since", type=int, help="Position of a published head: adds the proof that joins it."
)
def audit_export(number: str, folder: str, since: int | None) -> None:
    """Write a case's sealed history, and the script with which anybody checks it."""
    ready()
    from linli.site import audit_command

    sys.exit(audit_command.export(number, folder=Path(folder), since=since))


@audit.command(name="rotate")
def audit_rotate() -> None:
    """Put a new chain key in force. Back up the key file afterwards."""
    ready()
    from linli.site import audit_command

    sys.exit(audit_command.rotate())


@audit.command(name="restored")
def audit_restored() -> None:
    """Note that the database was put back to an older state on purpose."""
    ready()
    from linli.site import audit_command

    sys.exit(audit_command.restored())


def main() -> None:
    """Entry point of the `linli` script."""
    linli(prog_name="linli")


if __name__ == "__main__":
    main()
