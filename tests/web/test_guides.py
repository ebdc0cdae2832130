"""A guide for each role in both languages, with pictures that are there and light."""

import re
from pathlib import Path

import pytest

from linli.accounts.permissions import ROLES

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
LIGHT = 120_000
"""Bytes at most of a picture in a guide."""


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_its_guide(role: str, tongue: str) -> None:
    page = (GUIDES / tongue / f"{role}.md").read_text("utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page)
    assert pictures
    for picture in pictures:
        assert (GUIDES / tongue / picture).stat().st_size < LIGHT
    for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", page):
        assert (GUIDES / tongue / link).exists()
    assert f"{role}.md" in (GUIDES / tongue / "README.md").read_text("utf-8")
