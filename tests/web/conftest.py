from __future__ import annotations

import pytest
from django.core.cache import cache
from people import Firm, make_firm


@pytest.fixture
def firm(db: None) -> Firm:
    cache.clear()
    return make_firm()


@pytest.fixture
def signed(firm: Firm, client):
    """Sign somebody of the firm in: signed("anna") is a client."""

    def sign(name: str):
        client.force_login(getattr(firm, name))
        return client

    return sign
