"""The documents that are made from code: docs/flows/<flow>.md, one a flow table, and docs/settings.md.

tools/docs.py           write them
tools/docs.py --check   change nothing; fail if one is stale or belongs to no flow
"""

import argparse
import importlib
import os
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.utils import translation

if TYPE_CHECKING:
    from linli.kernel.flow import Flow

ROOT = Path(__file__).resolve().parents[1]
FLOWS = ROOT / "docs" / "flows"


def flows() -> Iterator[tuple[str, "Flow"]]:
    """Yield (module, flow) of every flow table in a room's `flows.py`, in order of name."""
    from linli.kernel.flow import Flow

    for path in sorted((ROOT / "linli").glob("*/flows.py")):
        module = f"linli.{path.parent.name}.flows"
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, Flow):
                yield module, value


def both(label: object) -> str:
    """Return a label as two cells: Chinese, English."""
    with translation.override("zh-hans"):
        chinese = str(label)
    with translation.override("en"):
        return f"{chinese} | {label}"


def page(module: str, flow: "Flow") -> str:
    """Return the document of one flow."""
    lines = [
        f"# Flow `{flow.name}`",
        "",
        f"Made from `{module.replace('.', '/')}.py` by `tools/docs.py`: change the table there, not here.",
        "",
        "```mermaid",
        flow.diagram().rstrip(),
        "```",
        "",
        "## States",
        "",
        "| state | 中文 | English | end |",
        "|---|---|---|---|",
    ]
    for state in flow.states:
        mark = "yes" if state.terminal else ""
        lines.append(f"| `{state.code}` | {both(state.label)} | {mark} |")
    lines += [
        "",
        "## Moves",
        "",
        "`Needs` are the fields that must be filled; the guard is the function that may still say no.",
        "",
        "| move | 中文 | English | from | to | permission | needs | guard |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for move in flow.moves:
        guard = f"`{move.guard.__name__}`" if move.guard else ""
        sources = ", ".join(f"`{code}`" for code in move.sources)
        needs = ", ".join(f"`{name}`" for name in move.needs)
        lines.append(
            f"| `{move.name}` | {both(move.label)} | {sources} | `{move.target}` "
            f"| `{move.permission}` | {needs} | {guard} |"
        )
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the document of what an installation can set."""
    from pydantic import SecretStr
    from pydantic_core import PydanticUndefined

    from linli.site.config import Config

    lines = [
        "# Settings",
        "",
        "Made from `linli/site/config.py` by `tools/docs.py`: change the descriptions there, not here.",
        "",
        "Every setting is read from the environment when a command or the server starts. `LINLI_HOME` (the folder of Linli's own",
        "files) and `LINLI_LOG_LEVEL` (WARNING, INFO) are read before them.",
        "",
        "| setting | as shipped | what it is |",
        "|---|---|---|",
    ]
    for name, field in Config.model_fields.items():
        shipped = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        secret = " (a secret)" if SecretStr in typing.get_args(field.annotation) else ""
        lines.append(f"| `LINLI_{name.upper()}` | {shipped} | {field.description}{secret} |")
    return "\n".join(lines) + "\n"


def documents() -> dict[Path, str]:
    """Return every generated document by its path."""
    found = {FLOWS / f"{flow.name}.md": page(module, flow) for module, flow in flows()}
    return {**found, ROOT / "docs" / "settings.md": settings()}


def stale() -> list[str]:
    """Return what does not agree with the code, one line each."""
    wanted = documents()
    wrong = [
        f"stale: {path.relative_to(ROOT)}"
        for path, text in wanted.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    gone = sorted(set(FLOWS.glob("*.md")) - set(wanted))
    return wrong + [f"belongs to no flow: {path.relative_to(ROOT)}" for path in gone]


def main() -> int:
    """Run the command; 0 when the documents agree with the code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report, fail")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.site.settings")
    sys.path.insert(0, str(ROOT))
    django.setup()
    if not given.check:
        FLOWS.mkdir(parents=True, exist_ok=True)
        for path, text in documents().items():
            path.write_text(text, "utf-8")
    wrong = stale()
    for line in wrong:
        print(line)
    if wrong:
        print("Mend: run tools/docs.py; remove by hand what belongs to no flow.")
    else:
        print(f"{len(documents())} generated documents agree with the code")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
