from __future__ import annotations

import pytest
from django.test import Client
from people import Firm, make_firm


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def olga(client: Client, firm: Firm) -> Client:
    client.force_login(firm.olga)
    return client
