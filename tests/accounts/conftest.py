"""A browser nobody has signed in on; passwords hashed for real, but not for long."""

from typing import Any

import pytest
from django.test import Client

from tests.cases.pages import a_browser


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def client() -> Client:
    return a_browser()
