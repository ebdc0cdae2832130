"""docs/adding-a-move.md, followed on a copy of the code: one new move touches at most five files."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "adding-a-move.md"
STEP = re.compile(r"^`(linli/[\w./]+)`, before `(.*?)`\n\n```python\n(.*?)```$", re.M | re.S)
ASKED = """
import django
django.setup()
from django.urls import reverse
from linli.cases import operations
from linli.cases.events import EVENT_OF_MOVE
from linli.cases.flows import ORDER
from linli.cases.move_forms import FORMS
from linli.cases.telling import teller_of
from linli.cases.views.moves import flow_of
from linli.kernel.operation import OPERATIONS
assert flow_of("remind")[0] is ORDER
assert OPERATIONS["cases.remind"] == ORDER.find("remind").permission
assert operations.remind.permission == "cases.supervise"
assert EVENT_OF_MOVE["remind"] == "order.reminded"
assert str(teller_of("order.reminded")(None, {"order_id": 1})["what"]) == "Remind the unit"
assert reverse("cases:remind", args=["2600000017"]) == "/cases/2600000017/remind/"
print(len(ORDER.edges), ORDER.diagram().count(": remind"), "remind" in FORMS)
"""


def test_one_new_move_touches_at_most_five_files(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "linli", tmp_path / "linli", ignore=shutil.ignore_patterns("__pycache__")
    )
    steps = STEP.findall(GUIDE.read_text("utf-8"))
    assert len(steps) == 6
    for name, mark, code in steps:
        file = tmp_path / name
        text = file.read_text("utf-8")
        assert text.count(mark) >= 1, f"{name} has no line “{mark}” any more"
        file.write_text(text.replace(mark, code + mark, 1), "utf-8")
    assert len({name for name, _mark, _code in steps}) <= 5

    asked = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "linli.site.settings",
            "LINLI_LANGUAGE": "en",
            "LINLI_HOME": str(tmp_path / "home"),
            "LINLI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",  # asked nothing
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr[-2000:]
    from linli.cases.flows import ORDER

    # It stays where it is: no edge is new, so no migration; three states know it; its page has a form.
    assert asked.stdout.split() == [str(len(ORDER.edges)), "3", "True"]
