"""What can be looked at without a database: program, settings, folders, keys, disk, translations."""

import difflib
import gettext
import importlib.metadata
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from linli.site import cluster
from linli.site.config import Config, config, translations_folder
from linli.site.doctor.finding import Finding, _, bad, ok, warn

BESIDE = {"LINLI_HOME", "LINLI_LOG_LEVEL"}
"""Variables that are read elsewhere than in Config: before it, or without it."""
LITTLE, TOO_LITTLE = 2e9, 5e8
"""Free bytes of a disk below which a day's work may, and will, not fit."""


def look_at_machine() -> Iterator[Finding]:
    """Yield the findings of this machine and this process' settings."""
    yield program(sys.version_info[:3])
    yield from settings(os.environ)
    yield from folder()
    yield from keys()
    yield from disks([cluster.home(), cluster.status().data_dir])
    yield translations(translations_folder())


def program(python: tuple[int, ...]) -> Finding:
    """Say which versions run."""
    shown = ".".join(str(part) for part in python)
    facts = {"linli": importlib.metadata.version("linli"), "python": shown}
    facts["django"] = importlib.metadata.version("Django")
    if python < (3, 11):
        return bad(
            _("Program"),
            _("Linli %(linli)s on Python %(python)s, Django %(django)s"),
            _("Linli needs Python 3.11 or newer. Make its environment anew with one."),
            **facts,
        )
    return ok(_("Program"), _("Linli %(linli)s on Python %(python)s, Django %(django)s"), **facts)


def settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say which settings are given, and which names nobody reads. Values are never shown."""
    part = _("Settings")
    names = {f"LINLI_{name.upper()}" for name in Config.model_fields} | BESIDE
    given = sorted(name for name in environment if name.startswith("LINLI_"))
    known = [name for name in given if name in names]
    yield ok(
        part,
        _("%(count)d given in the environment (%(names)s); the others as shipped"),
        count=len(known),
        names=" ".join(known) or "–",
    )
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
            yield warn(
                part,
                _("%(name)s is set, but no setting has this name, so it does nothing"),
                _("Correct the name (the nearest is %(near)s) or take it out."),
                name=name,
                near=near,
            )
    try:
        here = Config()
        ZoneInfo(here.time_zone)
    except (ValidationError, ValueError, KeyError, OSError) as wrong:
        names_of = (
            [f"LINLI_{str(error['loc'][0]).upper()}" for error in wrong.errors()]
            if isinstance(wrong, ValidationError)
            else ["LINLI_TIME_ZONE"]
        )
        yield bad(
            part,
            _("%(names)s cannot be read"),
            _("Correct the value; what each setting takes stands in docs/install.md."),
            names=" ".join(names_of),
        )
        return
    yield from _safety(here)


def _safety(here: Config) -> Iterator[Finding]:
    part = _("Safety")
    if here.debug:
        yield bad(
            part,
            _("LINLI_DEBUG is on: an error page would show the data it failed on"),
            _("Unset LINLI_DEBUG."),
        )
    if here.demo:
        yield warn(
            part,
            _("LINLI_DEMO is on: anybody on this machine can be anybody"),
            _("Unset LINLI_DEMO before real people use this installation."),
        )
    if not here.https:
        yield warn(
            part,
            _("LINLI_HTTPS is off: sign-in travels unencrypted unless nobody leaves this machine"),
            _("Put a proxy with TLS before the pages and set LINLI_HTTPS=1 (docs/install.md)."),
        )
    elif not here.hsts_seconds:
        yield warn(
            part,
            _("Pages come by TLS, but a browser's first visit may still go without"),
            _("When the certificate is proven, set LINLI_HSTS_SECONDS=31536000."),
        )
    else:
        yield ok(part, _("Pages come by TLS only"))


def folder() -> Iterator[Finding]:
    """Say where Linli keeps its files, and whether it may write there."""
    part, home = _("Folder"), cluster.home()
    if not home.exists():
        yield warn(
            part,
            _("%(home)s does not exist yet"),
            _("It is made at the first start. If it should exist, set LINLI_HOME to it."),
            home=home,
        )
    elif not os.access(home, os.W_OK | os.X_OK):
        yield bad(
            part,
            _("%(home)s cannot be written by this user"),
            _("Run as the folder's owner: sudo -u %(owner)s linli doctor"),
            home=home,
            owner=home.owner(),
        )
    else:
        yield ok(part, _("%(home)s can be written"), home=home)


def keys() -> Iterator[Finding]:
    """Look at each key: where it comes from, who can read it, whether it is one at all."""
    part, here = _("Keys"), config()
    secrets = ("secret_key", "field_keys", "index_key")
    in_files = 0
    for name in secrets:
        given = getattr(here, name)
        if given is not None and not _reads_as_key(name, given.get_secret_value()):
            yield _no_key(f"LINLI_{name.upper()}")
    for file in _private_files():
        in_files += 1
        found = file.lstat()
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077 or not stat.S_ISREG(found.st_mode):
            yield bad(
                part,
                _("%(file)s can be read by others (mode %(mode)s)"),
                _(
                    "chmod 600 %(file)s; if others use this machine, take the key for known and change it."
                ),
                file=file,
                mode=f"{mode:04o}",
            )
        elif found.st_uid != os.geteuid() or not os.access(file, os.R_OK):
            yield warn(
                part,
                _("%(file)s belongs to %(owner)s, not to the user of this command"),
                _("Run Linli and its commands as one user: sudo -u %(owner)s linli doctor"),
                file=file,
                owner=file.owner(),
            )
        elif file.name in secrets and not _reads_as_key(file.name, file.read_text().strip()):
            yield _no_key(str(file))
    in_environment = [f"LINLI_{n.upper()}" for n in secrets if getattr(here, n) is not None]
    yield ok(
        part,
        _("%(files)d files closed to others in %(folder)s; from the environment: %(names)s"),
        files=in_files,
        folder=cluster.home(),
        names=" ".join(in_environment) or "–",
    )


def _private_files() -> list[Path]:
    home = cluster.home()
    files = [*(home / "keys").glob("[!.]*"), *(home / "pg").glob("*.password")]
    return sorted(file for file in files if not file.is_dir())


def _no_key(name: str) -> Finding:
    return bad(
        _("Keys"),
        _("%(name)s does not hold a key, so sealed data can neither be written nor read"),
        _("Put the key back from where it is kept; a new one opens nothing that is sealed."),
        name=name,
    )


def _reads_as_key(name: str, text: str) -> bool:
    if name == "secret_key":
        return len(text) >= 50
    try:
        sizes = [len(bytes.fromhex(part.rpartition(":")[2])) for part in text.split(",")]
    except ValueError:
        return False
    return all(size == 32 for size in sizes)


def disks(places: Sequence[Path]) -> Iterator[Finding]:
    """Say how much room is left where `places` lie or will lie, once a disk."""
    seen = set()
    for place in places:
        while not place.exists():
            place = place.parent
        if (device := place.stat().st_dev) not in seen:
            seen.add(device)
            yield room(str(place), free=shutil.disk_usage(place).free)


def room(place: str, *, free: float) -> Finding:
    """Judge `free` bytes."""
    part, facts = _("Disk"), {"place": place, "free": f"{free / 1e9:.1f}"}
    if free < TOO_LITTLE:
        mend = _(
            "Free room now: the database stops when none is left. Old backups are a place to look."
        )
        return bad(part, _("%(free)s GB free at %(place)s"), mend, **facts)
    if free < LITTLE:
        mend = _("Free room soon, or move LINLI_HOME to a larger disk.")
        return warn(part, _("%(free)s GB free at %(place)s"), mend, **facts)
    return ok(part, _("%(free)s GB free at %(place)s"), **facts)


def translations(place: Path) -> Finding:
    """Look for the Chinese catalogue, and for refusals that it does not hold."""
    part = _("Translations")
    try:
        known = gettext.translation("django", str(place), ["zh_Hans"])
    except OSError:
        return bad(
            part,
            _("There is no Chinese catalogue in %(folder)s"),
            _("Install Linli again: its package is not complete. In a checkout: make messages"),
            folder=place,
        )
    count = len(known._catalog)  # type: ignore[attr-defined]
    missing = [text for text in _refusals() if known.gettext(text) == text]
    if missing:
        return warn(
            part,
            _("%(missing)d refusals have no Chinese, so people read them in English"),
            _("Install the version again, or report it. In a checkout: make messages"),
            missing=len(missing),
        )
    return ok(part, _("%(count)d Chinese texts; no refusal is without"), count=count)


def _refusals() -> set[str]:
    """Return the English text of each refusal that the loaded rooms can give."""
    from linli.kernel.errors import Refusal

    found = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("linli."):
            for value in vars(module).values():
                if isinstance(value, Refusal):
                    found.add(value.text._args[0])
    return found
