"""Customers: requisites, phones, tags, required fields; who may change them."""

from __future__ import annotations

import pytest
from people import NOW, make_firm

from otdel.core import phones
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event, FieldChange
from otdel.customers import actions, queries, rules
from otdel.customers.models import Customer, Source


@pytest.fixture
def firm(db):
    return make_firm()


def create(firm, **values):
    return actions.create_customer(by=firm.anna, values={"name": "Ромашка"} | values, now=NOW)


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("8 (495) 123-45-67 доб. 12", "+74951234567", "12"),
        ("+7 495 1234567 ext 3", "+74951234567", "3"),
        ("84951234567", "+74951234567", ""),
        ("+49 30 901820", "+4930901820", ""),
        ("8-800-555-35-35 (доб 101)", "+78005553535", "101"),
    ],
)
def test_phones_in_any_writing(text, number, extension):
    found = phones.parse(text)
    assert (found.number, found.extension, found.raw) == (number, extension, text)


@pytest.mark.parametrize("text", ["", "12", "позвонить", "+7 495 123-45-67 89 01 23 45"])
def test_what_is_no_phone(text):
    assert phones.parse(text) is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"inn": "7707083890"}, "inn"),
        ({"kpp": "12"}, "kpp"),
        ({"ogrn": "1027700132190"}, "ogrn"),
        ({"bik": "999999999"}, "bik"),
        ({"bik": "044525225", "account": "40702810900000000001"}, "account"),
        ({"inn": "500100732259", "kpp": "770701001"}, "kpp"),
        ({"name": " "}, "name"),
        ({"name": "я" * 251}, "name"),
        ({"kind": "ALIEN"}, "kind"),
        ({"source_id": 12345}, "source"),
        ({"phones": ["abc"]}, "phones"),
        ({"emails": ["a@b"]}, "emails"),
        ({"sites": ["no site"]}, "sites"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(firm, values, field):
    with pytest.raises(Invalid) as refused:
        create(firm, **values)
    assert refused.value.field == field
    assert not Customer.objects.exists()


def test_requisites_are_kept_without_spaces(firm):
    customer = create(firm, inn="7707 083 893", kpp="7707-01-001", ogrn="1027700132195")
    assert (customer.inn, customer.kpp, customer.ogrn) == ("7707083893", "770701001", "1027700132195")


def test_change_is_written_down_field_by_field(firm):
    customer = create(firm, phones=["84951234567"])
    actions.change_customer(
        by=firm.boris,
        customer_id=customer.pk,
        values={"name": "Роза", "phones": ["84951234567", "89161234567"]},
        now=NOW,
    )
    change = FieldChange.objects.get(subject_type="customers.customer", subject_id=customer.pk)
    assert change.diff == {"name": ["Ромашка", "Роза"]}
    assert change.by_id == firm.boris.pk
    assert Event.objects.filter(kind="customer.points_changed").count() == 1
    assert customer.points.count() == 2


def test_strangers_and_readers_change_nothing(firm):
    customer = create(firm)
    for by, refusal in ((firm.vera, NotFound), (firm.zoya, NotAllowed), (firm.admin, NotFound)):
        with pytest.raises(refusal):
            actions.change_customer(by=by, customer_id=customer.pk, values={"name": "x"}, now=NOW)
    with pytest.raises(NotAllowed):
        actions.bin_customers(by=firm.anna, ids=[customer.pk], now=NOW)


def test_an_entry_out_of_use_stays_where_it_is(firm):
    source = Source.objects.create(name="Сайт")
    customer = create(firm, source_id=source.pk)
    actions.change_entry(by=firm.admin, code="sources", entry_id=source.pk, name="Сайт", is_active=False, now=NOW)

    kept = actions.change_customer(
        by=firm.anna, customer_id=customer.pk, values={"source_id": source.pk, "note": "x"}, now=NOW
    )

    assert kept.source == source
    with pytest.raises(Invalid):
        create(firm, source_id=source.pk)
    with pytest.raises(Conflict):
        actions.delete_entry(by=firm.admin, code="sources", entry_id=source.pk, now=NOW)


def test_tags_are_words_once(firm):
    assert create(firm, tags=[" вип ", "вип", "", "а" * 99]).tags == ["вип", "а" * 60]


def test_completeness_is_the_filled_share():
    assert rules.completeness({"inn", "phone"}, rules.CUSTOMER_COUNTED) == 2 / 8
    assert rules.completeness(set(), ()) == 1


def test_almost_the_same_name_is_noticed_and_another_is_not(firm):
    for name in ("ООО «Невамагистраль»", "Ромашка", "Торговый дом Вектор"):
        create(firm, name=name)

    def found(name: str) -> list[str]:
        return [hint.name for hint in queries.same_customers(firm.anna, name=name)]

    assert found("ЗАО Ромашка плюс") == ["Ромашка"]
    assert found("Невамагистрали") == ["ООО «Невамагистраль»"]
    assert found("Аквамагистраль 21") == []


def test_a_card_costs_one_query(firm, django_assert_num_queries):
    customer = create(firm, phones=["84951234567"], emails=["a@b.ru"])
    queries.customer_card(firm.anna, customer.pk)
    with django_assert_num_queries(1):
        card = queries.customer_card(firm.anna, customer.pk)
    assert [point.value for point in card.of_kind("PHONE")] == ["+74951234567"]
