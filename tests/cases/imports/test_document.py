"""docs/importing.md: its example runs, and its tables are true."""

import re
from pathlib import Path

import pytest

from linli.cases.imports.maps import SHIPPED, read_map, shipped
from linli.cases.imports.models import ImportAside
from linli.cases.models import Case
from tests.builders import Town
from tests.cases.imports.files import a_table, imported, importer

DOCUMENT = (Path(__file__).parents[3] / "docs" / "importing.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.django_db
def test_the_documents_own_map_takes_the_documents_own_file(town: Town) -> None:
    case_map = read_map(block("toml"), name="docs/importing.md")

    run = imported(
        a_table(block("csv").encode("gb18030")), actor=importer("110000"), case_map=case_map
    )

    assert (run.created, run.set_aside) == (2, 1)
    first, last = (
        Case.objects.everywhere("test").order_by("external_no").select_related("lead_order")
    )
    assert first.lead_order.lead == town.units["committee-029"]
    assert f"{first.lead_order.handling_due_at:%m-%d %H:%M}" == "11-09 10:00"
    assert (last.external_no, last.state) == ("CY-3", "received")
    assert ImportAside.objects.get().code == "import.closed_without_date"


def test_each_shipped_map_stands_in_the_document_with_what_it_needs() -> None:
    for code in SHIPPED:
        row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{code}` |"))
        assert [name for name in shipped(code).needs if name not in row] == []
