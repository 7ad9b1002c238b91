"""The document, made once for all tests of this folder."""

from typing import Any

import pytest

from referral_api.api.openapi import document
from referral_api.app import ROOMS


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    return document(ROOMS, "http://127.0.0.1:8080")
