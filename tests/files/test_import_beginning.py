"""In a company that has just begun the wizard proposes to make what is missing, and says what comes next."""

from __future__ import annotations

import pytest
from django.test import Client
from lxml import html
from people import Firm, make_firm
from wizard import Wizard

from otdel.customers.models import Customer
from otdel.org.models import Person

DEALS = (
    "Сделка;Клиент;Сумма;Стадия;Дата создания;Дата закрытия;Ответственный\n"
    "Поле;Лютик;100;Выиграна;01.03.2026;02.03.2026;{}\n"
)


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def wizard(client: Client, firm: Firm) -> Wizard:
    client.force_login(firm.olga)
    return Wizard(client)


def ticked(wizard: Wizard, session) -> dict[str, bool]:
    page = html.fromstring(wizard.client.get(f"/import/{session.pk}/options/").content)
    return {box.get("value"): box.get("checked") is not None for box in page.xpath("//input[@name='create']")}


def deals(wizard: Wizard, name: str = "deals.csv", owner: str = "Abramova Anna"):
    session = wizard.upload(DEALS.format(owner).encode(), name)
    wizard.columns(session)
    return session


def test_what_the_company_has_next_to_none_of_is_proposed(wizard, firm):
    session = deals(wizard)

    assert ticked(wizard, session) == {
        "people": False, "customers": True, "products": True, "stages": True, "lists": True,
    }  # fmt: skip
    page = wizard.client.get(f"/import/{session.pk}/options/").content.decode()
    assert "what the company has next to none of yet" in page


def test_what_it_has_is_not(wizard, firm):
    for number in range(4):
        Customer.objects.create(
            name=f"Old {number}", owner=firm.anna, created_at=firm.anna.created_at, updated_at=firm.anna.created_at
        )

    assert ticked(wizard, deals(wizard))["customers"] is False


def test_a_file_of_people_proposes_people_however_many_there_are(wizard, firm):
    session = wizard.upload("ФИО;Должность\nНовиков Никита;Менеджер\n".encode(), "people.csv")
    wizard.columns(session)

    assert Person.objects.count() > 6
    assert ticked(wizard, session)["people"] is True


def test_an_answer_given_stays_as_given(wizard, firm):
    session = deals(wizard)
    wizard.options(session, create=[])

    assert not any(ticked(wizard, session).values())


def test_after_the_facts_comes_the_board(wizard, firm):
    done = wizard.go(DEALS.format("Abramova Anna").encode(), "deals.csv")

    page = wizard.client.get(f"/import/{done.pk}/result/").content.decode()
    assert done.created == 1
    assert "Next: see on the board what each person has brought in" in page
    assert 'href="/plan/?metric=won_amount">See the board</a>' in page
    board = wizard.client.get("/plan/?metric=won_amount", follow=True)
    assert "period=2026-03" in board.redirect_chain[0][0]


def test_after_what_is_no_fact_comes_another_file(wizard, firm):
    done = wizard.go("ФИО;Должность\nНовиков Никита;Менеджер\n".encode(), "people.csv")

    page = wizard.client.get(f"/import/{done.pk}/result/").content.decode()
    assert "Next: import deals, sales or payments" in page
    assert "See the board" not in page
