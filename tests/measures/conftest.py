from __future__ import annotations

import pytest
from controlled import declared, plan_march
from ledger import make_customer, make_deal
from people import make_firm


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def planned(firm):
    plan_march(firm)
    return firm


@pytest.fixture
def control(planned):
    return declared(planned)


@pytest.fixture
def lutik(firm):
    return make_customer(firm.anna)


@pytest.fixture
def deal(firm, lutik):
    return make_deal(firm.anna, lutik)
