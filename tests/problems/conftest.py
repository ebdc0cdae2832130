"""The town whose problems are tested."""

import pytest

from tests.builders import Town
from tests.cases.standing import standing_town


@pytest.fixture
def town(db: None) -> Town:
    return standing_town()
