"""Cards, forms and settings of customers, contacts, leads and deals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from deals.making import make_customer, make_deal, make_pipeline
from people import NOW

from otdel.core.models import CustomField, Event
from otdel.customers.models import Contact, ContactPoint, Customer, Region
from otdel.deals.models import Deal, Lead, LossReason, Pipeline, Stage

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def stages(firm):
    return make_pipeline()


@pytest.fixture
def deal(firm, stages):
    customer = make_customer(firm.anna, "Ромашка", inn="7707083893")
    ContactPoint.objects.create(kind="PHONE", customer=customer, value="+74951234567", extension="12")
    return make_deal(firm.anna, stages["new"], "Станок", amount=Decimal("1000"), customer=customer)


@pytest.fixture
def lead(firm):
    return Lead.objects.create(
        title="Хотят пресс",
        company_name="Василёк",
        person_name="Иванов Пётр",
        phone="+79161234567",
        email="ivanov@vasilek.ru",
        owner=firm.anna,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.fixture
def contact(firm, deal):
    return Contact.objects.create(
        last_name="Ёлкин", first_name="Олег", customer=deal.customer, owner=firm.anna, created_at=NOW, updated_at=NOW
    )


def pages(deal, lead, contact) -> list[str]:
    return [
        f"/deals/{deal.pk}/",
        f"/deals/{deal.pk}/edit/",
        f"/deals/{deal.pk}/history/",
        f"/deals/{deal.pk}/field/amount/",
        f"/customers/{deal.customer_id}/",
        f"/customers/{deal.customer_id}/edit/",
        f"/customers/{deal.customer_id}/history/",
        f"/customers/contacts/{contact.pk}/",
        f"/customers/contacts/{contact.pk}/edit/",
        f"/deals/leads/{lead.pk}/",
        f"/deals/leads/{lead.pk}/edit/",
        f"/deals/leads/{lead.pk}/history/",
    ]


@pytest.mark.parametrize("who", ["anna", "boris", "olga"])
def test_cards_open_for_those_above(deal, lead, contact, signed, who, django_assert_max_num_queries):
    client = signed(who)
    for address in pages(deal, lead, contact):
        with django_assert_max_num_queries(7 if "edit" in address else 8):
            assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("who", ["vera", "gleb", "admin"])
def test_cards_do_not_exist_for_strangers(deal, lead, contact, signed, who):
    client = signed(who)
    for address in pages(deal, lead, contact):
        assert client.get(address).status_code == 404, address


def test_accountant_sees_deals_and_customers_but_changes_nothing(deal, lead, contact, signed):
    client = signed("zoya")
    assert client.get(f"/deals/{deal.pk}/").status_code == 200
    assert client.get(f"/customers/{deal.customer_id}/").status_code == 200
    assert client.get(f"/deals/leads/{lead.pk}/").status_code == 404
    assert client.post(f"/deals/{deal.pk}/field/title/", {"title": "x"}).status_code in (403, 422)
    assert client.post(f"/deals/{deal.pk}/bin/").status_code == 403
    assert client.get("/deals/new/").status_code == 403
    deal.refresh_from_db()
    assert deal.title == "Станок"


def test_nobody_signed_in_sees_nothing(deal, lead, contact, client):
    for address in [*pages(deal, lead, contact), "/search/?q=x", "/deals/stages/", "/settings/pipelines/"]:
        assert client.get(address).status_code == 302, address


def test_a_field_is_changed_in_place(deal, signed):
    client = signed("anna")
    form = client.get(f"/deals/{deal.pk}/field/amount/", **HTMX).content.decode()
    assert 'name="amount"' in form
    assert "<html" not in form

    answer = client.post(f"/deals/{deal.pk}/field/amount/", {"amount": "2 500,50", "was": "₽1,000"}, **HTMX)

    assert answer.status_code == 200
    deal.refresh_from_db()
    assert deal.amount == Decimal("2500.50")


def test_what_somebody_else_wrote_meanwhile_is_shown(deal, signed):
    answer = signed("anna").post(f"/deals/{deal.pk}/field/amount/", {"amount": "7", "was": "₽500"}, **HTMX)
    assert answer.status_code == 409
    assert "₽1,000" in answer.content.decode()
    deal.refresh_from_db()
    assert deal.amount == 1000


def test_a_wrong_value_stays_with_its_sentence(deal, signed):
    answer = signed("anna").post(
        f"/customers/{deal.customer_id}/field/inn/", {"inn": "7707083890", "was": "7707083893"}, **HTMX
    )
    assert answer.status_code == 422
    assert "check digit" in answer.content.decode()


def test_history_tells_what_became_what(firm, deal, stages, signed):
    client = signed("anna")
    client.post(f"/deals/{deal.pk}/field/amount/", {"amount": "2500"})
    client.post(f"/deals/{deal.pk}/move/", {"stage": stages["offer"].pk})

    page = client.get(f"/deals/{deal.pk}/history/").content.decode()

    assert "₽1,000 → <b>₽2,500" in page
    assert "New → <b>Offer</b>" in page
    assert "Abramova Anna" in page


def test_history_comes_in_pages(firm, deal, signed):
    client = signed("anna")
    for number in range(30):
        client.post(f"/deals/{deal.pk}/field/amount/", {"amount": str(number + 1)})
    first = client.get(f"/deals/{deal.pk}/history/").content.decode()
    more = first.split('class="btn" href="')[1].split('"')[0]
    second = client.get(more).content.decode()
    assert first.count("<time") == 20
    assert second.count("<time") == 10


def test_customer_is_created_with_its_phones(firm, signed):
    Region.objects.create(name="Урал")
    client = signed("anna")
    form = {
        "type": "COMPANY",
        "name": "ООО «Заря»",
        "inn": "7707083893",
        "phones": "8 (495) 123-45-67 доб. 12\n8 916 765 43 21",
        "emails": "Info@Zarya.ru",
    }

    answer = client.post("/customers/new/", form)

    customer = Customer.objects.get(name="ООО «Заря»")
    assert answer["Location"] == f"/customers/{customer.pk}/"
    assert customer.owner == firm.anna
    points = list(customer.points.order_by("kind", "position").values_list("value", "extension"))
    assert points == [("info@zarya.ru", ""), ("+74951234567", "12"), ("+79167654321", "")]
    assert Event.objects.filter(kind="customer.created", subject_id=customer.pk, by=firm.anna).exists()


def test_everything_wrong_in_a_form_is_said_at_once(firm, signed):
    wrong = {"inn": "7707083894", "kpp": "12", "ogrn": "1027700132196", "bik": "9445", "phones": "12", "emails": "vera"}
    answer = signed("anna").post("/customers/new/", {"type": "COMPANY", "name": "Проба", **wrong})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


def test_the_same_customer_is_offered_first(deal, signed):
    client = signed("anna")
    form = {"type": "COMPANY", "name": "Ромашка и партнёры", "inn": "7707083893"}

    answer = client.post("/customers/new/", form)

    assert answer.status_code == 409
    assert f"/customers/{deal.customer_id}/" in answer.content.decode()
    assert client.post("/customers/new/", form | {"sure": "1"}).status_code == 302


def test_a_stranger_s_customer_is_not_offered(deal, signed):
    answer = signed("vera").get("/customers/same/?inn=7707083893&name=Ромашка")
    assert answer.content.decode().strip() == ""


def test_typing_finds_almost_the_same(deal, signed):
    answer = (
        signed("anna").get("/customers/same/", {"name": "ООО Ромашкa".replace("a", "а") + " плюс"}).content.decode()
    )
    assert "Ромашка" in answer
    assert "Ромашка" in signed("anna").get("/customers/same/", {"phones": "8 495 123 45 67"}).content.decode()


def test_deal_is_created_moved_lost_and_reopened(firm, stages, deal, signed):
    reason = LossReason.objects.create(name="Дорого")
    client = signed("anna")
    made = client.post(
        "/deals/new/",
        {"title": "Пресс", "customer": f"Ромашка #{deal.customer_id}", "amount": "5 000", "stage": stages["new"].pk},
    )
    new = Deal.objects.get(title="Пресс")
    assert made["Location"] == f"/deals/{new.pk}/"
    assert (new.customer_id, new.amount, new.stage) == (deal.customer_id, 5000, stages["new"])

    assert client.post(f"/deals/{new.pk}/move/", {"stage": stages["lost"].pk}).status_code == 422
    client.post(f"/deals/{new.pk}/move/", {"stage": stages["lost"].pk, "reason": reason.pk})
    new.refresh_from_db()
    assert (new.stage, new.loss_reason, new.unit) == (stages["lost"], reason, firm.north)
    assert new.closed_on is not None
    assert client.post(f"/deals/{new.pk}/move/", {"stage": stages["new"].pk}).status_code == 409
    client.post(f"/deals/{new.pk}/reopen/", {"stage": stages["offer"].pk})
    new.refresh_from_db()
    assert (new.stage, new.closed_on, new.unit, new.loss_reason) == (stages["offer"], None, None, None)
    assert list(new.stage_changes.order_by("id").values_list("after__name", flat=True)) == ["New", "Lost", "Offer"]


def test_lead_becomes_a_customer_a_contact_and_a_deal(firm, stages, lead, signed):
    client = signed("anna")
    answer = client.post(f"/deals/leads/{lead.pk}/convert/", {"customer": "", "with_deal": "1"})
    lead.refresh_from_db()
    deal = Deal.objects.get(lead=lead)
    assert answer["Location"] == f"/deals/{deal.pk}/"
    assert (lead.status, lead.customer.name, lead.contact.name) == ("CONVERTED", "Василёк", "Иванов Пётр")
    assert deal.customer == lead.customer
    assert client.post(f"/deals/leads/{lead.pk}/convert/", {"customer": ""}).status_code == 409


def test_many_rows_at_once_and_undo(firm, deal, stages, signed):
    client = signed("boris")
    asked = client.post("/deals/bulk/", {"do": "assign", "ids": [deal.pk], "query": "state=open"})
    assert "Abramova Anna" in asked.content.decode()
    assert "Volkova Vera" not in asked.content.decode()

    client.post("/deals/bulk/", {"do": "assign", "ids": [deal.pk], "value": firm.boris.pk})
    deal.refresh_from_db()
    assert deal.owner == firm.boris
    event = Event.objects.get(kind="deal.assigned")
    page = client.get("/deals/").content.decode()
    assert f'data-undo="/undo/deal/{event.pk}/"' in page
    client.post(f"/undo/deal/{event.pk}/")
    deal.refresh_from_db()
    assert deal.owner == firm.anna
    assert client.post(f"/undo/deal/{event.pk}/").status_code == 409


def test_nobody_gives_records_away_beyond_reach(firm, deal, signed):
    assert (
        signed("boris").post("/deals/bulk/", {"do": "assign", "ids": [deal.pk], "value": firm.vera.pk}).status_code
        == 403
    )
    assert (
        signed("anna").post("/deals/bulk/", {"do": "assign", "ids": [deal.pk], "value": firm.boris.pk}).status_code
        == 403
    )
    assert (
        signed("gleb").post("/deals/bulk/", {"do": "assign", "ids": [deal.pk], "value": firm.gleb.pk}).status_code
        == 404
    )
    assert signed("boris").post("/deals/bulk/", {"do": "bin", "query": ""}).status_code == 422
    assert signed("anna").post("/deals/bulk/", {"do": "bin", "ids": [deal.pk]}).status_code == 404


def test_the_bin_and_back(firm, deal, signed):
    client = signed("boris")
    client.post(f"/deals/{deal.pk}/bin/")
    assert f'/deals/{deal.pk}/"' not in client.get("/deals/").content.decode()
    assert f'/deals/{deal.pk}/"' in client.get("/deals/?bin=1").content.decode()
    assert "in the bin" in client.get(f"/deals/{deal.pk}/").content.decode()
    assert signed("anna").get(f"/deals/{deal.pk}/").status_code == 404
    signed("boris").post(f"/deals/{deal.pk}/restore/")
    assert signed("anna").get(f"/deals/{deal.pk}/").status_code == 200


SEARCHES = ["ромашка", "РОМАШКА", "ромошка", "7707083893", "8 (495) 123-45-67", "+7 495 1234567", "4951234567", "рома"]


@pytest.mark.parametrize("text", SEARCHES)
def test_search_finds_the_customer(deal, signed, text):
    assert f"/customers/{deal.customer_id}/" in signed("anna").get("/search/", {"q": text}).content.decode()
    assert f"/customers/{deal.customer_id}/" not in signed("vera").get("/search/", {"q": text}).content.decode()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("стонок", "/deals/{deal}/"),
        ("елкин", "/customers/contacts/"),
        ("89161234567", "/deals/leads/"),
        ("ivanov@", "/deals/leads/"),
    ],
)
def test_search_finds_the_rest(deal, lead, contact, signed, text, where):
    assert where.format(deal=deal.pk) in signed("anna").get("/search/", {"q": text}).content.decode()


def test_search_costs_few_queries(deal, lead, contact, signed, django_assert_max_num_queries):
    client = signed("boris")
    for text in ("станок", "zzzzzzz", "я", "%", "я" * 500):
        with django_assert_max_num_queries(5 if text == "станок" else 6):
            assert client.get("/search/", {"q": text}, **HTMX).status_code == 200


def test_stages_board_and_drop(firm, deal, stages, signed, django_assert_max_num_queries):
    client = signed("boris")
    with django_assert_max_num_queries(8):
        page = client.get("/deals/stages/").content.decode()
    assert "Станок" in page
    assert client.post(f"/deals/{deal.pk}/move/", {"to": stages["offer"].pk}, **HTMX).status_code == 204
    deal.refresh_from_db()
    assert deal.stage == stages["offer"]


def test_settings_are_for_those_who_may(firm, stages, signed):
    for who, status in (("anna", 403), ("boris", 403), ("olga", 200), ("admin", 200)):
        client = signed(who)
        for address in ("/settings/pipelines/", "/settings/lists/regions/", "/settings/fields/deals.deal/"):
            assert client.get(address).status_code == status, (who, address)
    assert signed("boris").post("/settings/lists/regions/add/", {"name": "Урал"}).status_code == 403


def test_short_list_is_edited(firm, signed):
    client = signed("admin")
    for name in ("Урал", "Сибирь"):
        client.post("/settings/lists/regions/add/", {"name": name})
    ural, siberia = Region.objects.order_by("position")
    client.post(f"/settings/lists/regions/{siberia.pk}/", {"do": "up"})
    assert list(Region.objects.order_by("position").values_list("name", flat=True)) == ["Сибирь", "Урал"]
    client.post(f"/settings/lists/regions/{ural.pk}/", {"name": "Большой Урал", "is_active": ""})
    ural.refresh_from_db()
    assert (ural.name, ural.is_active) == ("Большой Урал", False)
    make_customer(firm.anna, region=ural)
    assert client.post(f"/settings/lists/regions/{ural.pk}/", {"do": "delete"}).status_code == 409
    client.post(f"/settings/lists/regions/{siberia.pk}/", {"do": "delete"})
    assert Region.objects.count() == 1
    assert client.post("/settings/lists/regions/add/", {"name": "большой урал"}).status_code == 409


def test_pipeline_is_edited(firm, deal, stages, signed):
    client = signed("olga")
    client.post("/settings/pipelines/add/", {"name": "Сервис"})
    assert Pipeline.objects.get(name="Сервис").stages.count() == 4
    pipeline = stages["new"].pipeline
    client.post(
        f"/settings/pipelines/{pipeline.pk}/stages/add/", {"name": "Договор", "outcome": "OPEN", "probability": "70"}
    )
    assert list(pipeline.stages.order_by("position").values_list("name", flat=True)) == [
        "New",
        "Offer",
        "Договор",
        "Won",
        "Lost",
    ]
    new = stages["new"]
    used = {"name": "New", "outcome": "WON", "probability": "", "is_active": "1"}
    assert client.post(f"/settings/stages/{new.pk}/", used).status_code == 409
    assert client.post(f"/settings/stages/{new.pk}/", {"do": "delete"}).status_code == 409
    assert (
        client.post(f"/settings/stages/{new.pk}/", used | {"outcome": "OPEN", "probability": "999"}).status_code == 422
    )
    client.post(f"/settings/stages/{Stage.objects.get(name='Договор').pk}/", {"do": "delete"})
    assert not Stage.objects.filter(name="Договор").exists()


def test_own_field_is_asked_kept_and_shown(firm, deal, signed):
    admin = signed("admin")
    admin.post("/settings/fields/deals.deal/add/", {"label": "Мощность, кВт", "type": "NUMBER"})
    admin.post("/settings/fields/deals.deal/add/", {"label": "Цвет", "type": "CHOICE", "options": "Белый\nСиний"})
    field = CustomField.objects.get(label="Мощность, кВт")
    assert field.key == "moschnost_kvt"

    client = signed("anna")
    client.post(f"/deals/{deal.pk}/field/c_moschnost_kvt/", {"c_moschnost_kvt": "7,5"})
    client.post(f"/deals/{deal.pk}/field/c_tsvet/", {"c_tsvet": "Синий"})
    deal.refresh_from_db()
    assert deal.custom == {"moschnost_kvt": 7.5, "tsvet": "Синий"}
    assert client.post(f"/deals/{deal.pk}/field/c_tsvet/", {"c_tsvet": "Чёрный"}).status_code == 422
    assert "Синий" in client.get(f"/deals/{deal.pk}/").content.decode()
    assert "7.5" in client.get("/deals/?cols=title,c_moschnost_kvt").content.decode()


def test_required_field_is_asked_for(firm, signed):
    signed("admin").post("/settings/fields/customers.customer/required/", {"required": ["phone", "nonsense"]})
    client = signed("anna")
    answer = client.post("/customers/new/", {"type": "COMPANY", "name": "Без телефона"})
    assert answer.status_code == 422
    assert "requires this to be filled in" in answer.content.decode()
    made = client.post("/customers/new/", {"type": "COMPANY", "name": "С телефоном", "phones": "84951234567"})
    assert made.status_code == 302


@pytest.mark.parametrize("value", ["\x00", "я" * 3000, "1e999", "<script>", "31.02.2026", "-1", "٣"])
def test_hostile_forms_get_a_sentence(firm, deal, lead, contact, stages, signed, value):
    client = signed("boris")
    fields = [
        "title",
        "amount",
        "customer",
        "expected_on",
        "source",
        "tags",
        "note",
        "name",
        "inn",
        "phones",
        "emails",
        "type",
        "region",
        "birthday",
        "last_name",
        "stage",
        "reason",
        "value",
        "do",
        "cols",
        "query",
        "sure",
    ]
    given = dict.fromkeys(fields, value)
    for address in [
        "/deals/new/",
        "/customers/new/",
        "/customers/contacts/new/",
        "/deals/leads/new/",
        "/deals/bulk/",
        "/deals/columns/",
        "/deals/views/",
        f"/deals/{deal.pk}/move/",
        f"/deals/{deal.pk}/edit/",
        f"/customers/{deal.customer_id}/edit/",
        f"/deals/leads/{lead.pk}/reject/",
        f"/deals/leads/{lead.pk}/convert/",
        *(f"/deals/{deal.pk}/field/{name}/" for name in fields),
        *(f"/customers/{deal.customer_id}/field/{name}/" for name in fields),
    ]:
        assert client.post(address, given).status_code < 500, address
    for address in (f"/deals/{deal.pk}/history/", "/search/", "/deals/stages/", "/deals/new/", "/customers/same/"):
        query = {
            "after": value,
            "q": value,
            "pipeline": value,
            "customer": value,
            "name": value,
            "inn": value,
            "phones": value,
        }
        assert client.get(address, query).status_code < 500, address
