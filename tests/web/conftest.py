from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from people import Firm, make_firm


@pytest.fixture
def firm(db: None) -> Firm:
    cache.clear()
    return make_firm()


@pytest.fixture
def olga(client: Client, firm: Firm) -> Client:
    client.force_login(firm.olga)
    return client


@pytest.fixture
def signed(firm: Firm, client: Client):
    """Sign somebody of the firm in: signed("anna") is a client."""

    def sign(name: str) -> Client:
        client.force_login(getattr(firm, name))
        return client

    return sign
