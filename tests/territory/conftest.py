"""The town whose places are tested."""

import pytest

from tests.builders import Town, a_town


@pytest.fixture
def town(db: None) -> Town:
    return a_town()
