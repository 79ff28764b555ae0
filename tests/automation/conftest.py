from __future__ import annotations

import pytest
from ledger import make_customer, make_deal
from outer_world import LOCAL, receiving
from people import make_firm


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def lutik(firm):
    return make_customer(firm.anna)


@pytest.fixture
def deal(firm, lutik):
    return make_deal(firm.anna, lutik)


@pytest.fixture
def receiver(settings):
    settings.OUTSIDE = LOCAL
    with receiving() as found:
        yield found
