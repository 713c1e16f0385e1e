"""No proxy and no token of whoever runs the tests."""

import os

import pytest


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.endswith("_TOKEN") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
