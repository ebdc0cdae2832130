"""`linli db backup` and `linli db restore` from the command line."""

import os
import sys
from pathlib import Path

import click
from psycopg.conninfo import make_conninfo

from linli.site import cluster
from linli.site.config import Config, config

DIFFERENT, KEYS_MISSING = 1, 3


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE (pg_dump's custom form), what it holds to FILE.json, and the sealed files to
    FILE.files.tar.

    None of them holds a key: keys are named in FILE.json and kept elsewhere. Nothing is written over.
    """
    from linli.kernel import clock
    from linli.site.backup.taking import backup as take

    try:
        listed = take(
            file, address=_owner_address(config()), files=config().files_folder(), now=clock.now()
        )
    except cluster.ClusterError as failed:
        raise click.ClickException(str(failed)) from failed
    contents = listed["contents"]
    rows = sum(count for count, _hash in contents["tables"].values())
    click.echo(
        f"{len(contents['tables'])} tables, {rows} rows, {listed['bytes'] / 1e6:.1f} MB · "
        f"{len(contents['tables'])} 张表，{rows} 行 → {file}"
    )
    kept = listed["files"]
    click.echo(
        f"{kept['count']} files, {kept['bytes'] / 1e6:.1f} MB · {kept['count']} 个文件 → {file}.files.tar"
    )
    click.echo(
        "Keep these keys elsewhere; without them sealed data do not open · 请另行保管这些密钥："
    )
    for key in listed["keys_needed"]:
        click.echo(f"  {key['name']} ({key['print']})  {key['from']}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", help="Restore into this database instead of the configured one.")
def restore(file: Path, database: str | None) -> None:
    """Restore FILE into an empty database and its files into the files folder, and compare with FILE.json.

    Exit status 0 if all is equal; 1 if something differs; 3 if it is equal but a key that it needs is not here.
    """
    from linli.site.backup.restoring import restore as put_back

    try:
        done = put_back(
            file,
            address=_owner_address(config(), database=database),
            files=config().files_folder(),
        )
    except cluster.ClusterError as failed:
        raise click.ClickException(str(failed)) from failed
    _give_rights(database)
    for line in done.differences:
        click.echo(f"≠ {line}")
    for key in done.missing_keys:
        click.echo(
            f"! {key['name']} ({key['print']}) is not here; put it back to {key['from']} before you start "
            f"Linli, which would make a new one · 缺少密钥，启动前请先放回原处"
        )
    tables, rows = len(done.contents.tables), done.contents.rows
    if done.files is None:
        click.echo("This backup was taken without the files · 这份备份不含照片和文件")
    else:
        click.echo(f"{done.files} files are there · {done.files} 个文件已就位")
    if done.differences:
        click.echo(f"{len(done.differences)} differences in {tables} tables · 与备份不一致")
        sys.exit(DIFFERENT)
    click.echo(f"{tables} tables, {rows} rows, equal to the backup · 与备份一致")
    click.echo(f"digest {done.digest}")
    if database is None:
        click.echo(
            "Before you start Linli: `linli audit restored` notes where the sealed record ends now · "
            "启动前请运行 linli audit restored，记下封存记录现在到哪里"
        )
    sys.exit(KEYS_MISSING if done.missing_keys else 0)


def _owner_address(here: Config, *, database: str | None = None) -> str:
    """Return the address of the owner's login, after the built-in server was started if that is meant."""
    address = here.owner_database_url or here.database_url
    if address is None:
        return cluster.ensure(database or here.database_name).owner_url
    return make_conninfo(address, dbname=database) if database else address


def _give_rights(database: str | None) -> None:
    """Give the application's login its rights, which no dump carries."""
    here = config()
    if here.database_url and database:
        os.environ["LINLI_OWNER_DATABASE_URL"] = _owner_address(here, database=database)
    from linli.site.cli import ready

    ready(role="owner", database=database)
    from linli.site import install

    install.give_rights()
