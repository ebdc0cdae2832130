"""The words of the screens: English in the code, Simplified Chinese in locale/zh_Hans.

    tools/messages.py               read the code, bring django.po up to date, compile django.mo
    tools/messages.py --check       change nothing; fail if a message is missing, fuzzy, no longer
                                    used or has other places than its original, or a file is stale
    tools/messages.py --fill FILE   first take translations from lines `English => 中文`
                                    (a plural as `one | many => 中文`)

Both files are committed, so that an installation needs no compiler; neither holds a date.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = "zh_Hans"
PO = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    **dict.fromkeys(("_", "_lazy", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = """\
# Linli in Simplified Chinese. Written by tools/messages.py: change the translations (msgstr) only.
# Terms are those of docs/glossary.md; 您, short, what to do next."""
_PLACES = re.compile(r"%(?:\(\w+\))?(?:.|$)", re.DOTALL)
_TAGS = re.compile(r"</?\w+")

Key = tuple[str | None, str | tuple[str, str]]


@dataclass
class Used:
    """A message as the code uses it: where, and whether it is filled with % facts."""

    files: set[str] = field(default_factory=set)
    is_format: bool = False


class DatelessCatalog(Catalog):
    """A catalogue whose header says only what a program needs: the same input gives the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", LOCALE),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;\n"),
        ]


def sources() -> Iterator[tuple[str, str]]:
    """Yield (path from the root, Python text) of every module and every template."""
    for path in sorted((ROOT / "linli").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and "migrations" not in path.parts:
            yield name, path.read_text("utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            # What is not to be translated comes out blanked, its indentation with it: Python's
            # tokeniser would stumble over the latter.
            text = templatize(path.read_text("utf-8"), origin=name)
            yield name, "\n".join(line.strip() for line in text.split("\n"))


def used() -> dict[Key, Used]:
    """Return every message of the code."""
    found: dict[Key, Used] = {}
    for name, text in sources():
        file = io.BytesIO(text.encode())
        for _line, given, _comments, context in babel_extract("python", file, KEYWORDS):
            message: str | tuple[str, str] = (
                given if isinstance(given, str) else (given[0], given[1])
            )
            entry = found.setdefault((context, message), Used())
            entry.files.add(name)
            entry.is_format |= "%(" in (message if isinstance(message, str) else message[1])
    return found


def standing() -> dict[Key, Message]:
    """Return the messages of django.po; none if there is no such file yet."""
    if not PO.exists():
        return {}
    with PO.open("rb") as file:
        return {(message.context, message.id): message for message in read_po(file) if message.id}


def merged(code: dict[Key, Used], old: dict[Key, Message]) -> DatelessCatalog:
    """Return the catalogue of what the code uses, with the translations that stand."""
    catalog = DatelessCatalog(locale=LOCALE, header_comment=HEADER, charset="utf-8", fuzzy=False)
    for (context, message), use in sorted(code.items(), key=lambda item: str(item[0][1])):
        before = old.get((context, message))
        string = before.string if before else "" if isinstance(message, str) else ("",)
        flags = {"python-format"} if use.is_format else set()
        catalog.add(
            message,
            string,
            context=context,
            locations=[(file, 0) for file in sorted(use.files)],
            flags=flags | ({"fuzzy"} if before and before.fuzzy else set()),
        )
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """Return the text file: no dates, no line numbers, no wrapping, so that changes read well."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, include_lineno=False)
    return file.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """Return the compiled file."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def texts(message: Message) -> tuple[str, str]:
    """Return original (of a plural the many form) and translation."""
    original = message.id if isinstance(message.id, str) else message.id[1]
    given = message.string if isinstance(message.string, str) else message.string[0]
    return original, given or ""


def faults(catalog: Catalog) -> list[str]:
    """Return what is wrong with the translations, one line each."""
    wrong: list[str] = []
    for message in catalog:
        if not message.id:
            continue
        original, given = texts(message)
        if not given.strip():
            wrong.append(f"missing: {original!r}")
        elif message.fuzzy:
            wrong.append(f"fuzzy: {original!r}")
        elif sorted(set(_PLACES.findall(original))) != sorted(set(_PLACES.findall(given))):
            wrong.append(f"other places than the original: {original!r} => {given!r}")
        elif sorted(_TAGS.findall(original)) != sorted(_TAGS.findall(given)):
            wrong.append(f"other mark-up than the original: {original!r} => {given!r}")
    return wrong


def unused(code: dict[Key, Used], old: dict[Key, Message]) -> list[str]:
    """Return the messages of django.po that the code no longer uses."""
    return sorted(f"no longer used: {message!r}" for _c, message in old.keys() - code.keys())


def check() -> list[str]:
    """Return everything that is wrong with both files as they stand on disk."""
    code, old = used(), standing()
    catalog = merged(code, old)
    wrong = faults(catalog) + unused(code, old)
    if not wrong and po_bytes(catalog) != PO.read_bytes():
        wrong.append(f"stale: {PO.relative_to(ROOT)}")
    if not wrong and not (MO.exists() and MO.read_bytes() == mo_bytes(catalog)):
        wrong.append(f"stale: {MO.relative_to(ROOT)}")
    return wrong


def fill(old: dict[Key, Message], file: Path) -> None:
    """Put translations from lines `English => 中文` over those that stand."""
    for line in file.read_text("utf-8").splitlines():
        english, arrow, chinese = line.partition(" => ")
        if not arrow or line.startswith("#"):
            continue
        english, chinese = (
            english.replace("\\n", "\n").strip(),
            chinese.replace("\\n", "\n").strip(),
        )
        one, bar, many = english.partition(" | ")
        old[None, english] = Message(english, chinese)
        if bar:
            old[None, (one, many)] = Message((one, many), (chinese,))


def renew(file: Path | None = None) -> list[str]:
    """Write both files from the code and the translations that stand; return what is still wrong."""
    code, old = used(), standing()
    gone = unused(code, old)
    if file is not None:
        fill(old, file)
    catalog = merged(code, old)
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalog))
    MO.write_bytes(mo_bytes(catalog))
    for line in gone:
        print(line, "(removed)")
    return faults(catalog)


def main() -> int:
    """Run the command; 0 when nothing is left to do."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report, fail")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="lines `English => 中文`")
    given = parser.parse_args()
    wrong = check() if given.check else renew(given.fill)
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{len(used())} messages, all translated")
    elif given.check:
        print("Mend: run tools/messages.py, translate what is listed in django.po, run it again.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
