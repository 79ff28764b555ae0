from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from people import NOW, Firm, make_person

from otdel.core.models import Event
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.plans import actions
from otdel.plans.models import Plan, PlanLine
from otdel.plans.rules import LineKey

APRIL = (date(2026, 4, 1), date(2026, 5, 1))
NEW = {"metric": "payments", "period": "2026-Q4", "step": "month", "basis": "total", "total": "1 000 000,50"}


@pytest.fixture
def draft(firm: Firm) -> Plan:
    boris = Person.objects.select_related("role").get(pk=firm.boris.pk)
    return actions.create_plan(
        by=boris, metric="payments", unit_id=firm.north.pk, period=Period.parse("2026-Q2"),
        amounts={
            (LineKey(firm.north.pk), *APRIL): Decimal(500),
            (LineKey(firm.north.pk, firm.anna.pk), *APRIL): Decimal(200),
        },
        now=NOW,
    )  # fmt: skip


def post_grid(client, plan: Plan, shown: str, typed: str, who: int = 1):
    lines = {"k0": f"{plan.unit_id}......", "p0": "2026-04", f"k{who}": "", f"o{who}": shown, f"c{who}-0": typed}
    lines[f"k{who}"] = f"{plan.unit_id}.{PlanLine.objects.exclude(person=None).first().person_id}....."
    return client.post(f"/plans/{plan.pk}/save/", lines)


def test_head_makes_a_plan_from_a_total(firm, signed):
    client = signed("boris")
    assert client.get("/plans/new/").status_code == 200
    reply = client.post("/plans/new/", NEW | {"unit": firm.north.pk}, follow=True)
    plan = Plan.objects.get()
    assert reply.redirect_chain[0][0] == f"/plans/{plan.pk}/"
    assert plan.total == Decimal("1000000.50")
    assert sum(plan.lines.filter(person=firm.anna).values_list("amount", flat=True)) == Decimal("1000000.50")
    assert "Abramova Anna" in reply.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": ""},
        {"total": "many"},
        {"period": "2026-Q9"},
        {"period": "2026-11", "step": "year"},
        {"metric": "x"},
        {"unit": "999999"},
        {"basis": "previous"},
        {"growth": "NaN"},
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(firm, signed, wrong):
    reply = signed("boris").post("/plans/new/", NEW | {"unit": firm.north.pk} | wrong)
    assert reply.status_code == 422
    assert not Plan.objects.exists()


def test_a_plan_is_offered_for_the_period_one_looks_at_even_long_ago(firm, signed):
    client = signed("boris")
    board = client.get("/plan/?period=2017-Q3&metric=won_amount").content.decode()
    address = f"/plans/new/?metric=won_amount&amp;unit={firm.north.pk}&amp;period=2017-Q3"
    assert address in board
    assert '<option value="2017-Q3" selected>' in client.get(address.replace("&amp;", "&")).content.decode()
    made = NEW | {"unit": firm.north.pk, "period": "2017-Q3", "metric": "won_amount"}
    client.post("/plans/new/", made)
    assert str(Plan.objects.get().starts_on) == "2017-07-01"
    assert client.get("/plans/new/?period=nonsense").status_code == 200


def test_author_is_told_who_approves_and_offered_no_button(firm, signed):
    client = signed("boris")
    client.post("/plans/new/", NEW | {"unit": firm.north.pk})
    plan = Plan.objects.get()
    page = client.post(f"/plans/{plan.pk}/agree/", follow=True).content.decode()
    assert "Who may approve it: Orlova O. (the head" in page
    assert f"/plans/{plan.pk}/approve/" not in page
    assert f"/plans/{plan.pk}/approve/" in signed("olga").get(f"/plans/{plan.pk}/").content.decode()


def test_a_company_of_one_is_told_to_invite_somebody_who_may_approve(firm, signed):
    """Beginning with the draft: a letter takes its time."""
    client = signed("olga")
    client.post("/plans/new/", NEW | {"unit": firm.north.pk})
    plan = Plan.objects.get()
    nobody = "nobody else here yet who may approve this one"
    for page in (client.get(f"/plans/{plan.pk}/"), client.post(f"/plans/{plan.pk}/agree/", follow=True)):
        assert nobody in page.content.decode()
        assert '<a href="/people/new/">Invite somebody who may approve</a>' in page.content.decode()
    hired = make_person("Dina", "Danilova", firm.roles["director"], firm.root)
    hired.set_unusable_password()
    hired.save()
    page = client.get(f"/plans/{plan.pk}/").content.decode()
    assert nobody not in page
    assert f'cannot sign in yet. Invite: <a href="/people/{hired.pk}/">Danilova D.</a>' in page
    hired.set_password("correct horse battery")
    hired.save()
    assert "Who may approve it: Danilova D. (the head" in client.get(f"/plans/{plan.pk}/").content.decode()


def test_a_total_is_given_out_in_round_numbers(firm, signed):
    client = signed("olga")
    client.post("/plans/new/", NEW | {"unit": firm.north.pk, "total": "1000000", "period": "2026-Q2"})
    months = list(PlanLine.objects.filter(person=None).order_by("starts_on").values_list("amount", flat=True))
    assert sum(months) == 1_000_000
    assert all(amount % 1000 == 0 for amount in months)
    client.post("/plans/new/", NEW | {"unit": firm.south.pk, "total": "10", "metric": "deals_won", "step": "quarter"})
    assert all(line.amount % 1 == 0 for line in PlanLine.objects.filter(metric="deals_won"))


def test_a_total_goes_to_those_who_sell(firm, signed):
    """A director with a line of the plan could not approve it."""
    client = signed("olga")
    make_person("Dina", "Danilova", firm.roles["director"], firm.north)
    client.post("/plans/new/", NEW | {"unit": firm.north.pk})
    named = PlanLine.objects.exclude(person=None).values_list("person__first_name", flat=True)
    assert set(named) == {"Anna"}


def test_versions_say_the_readers_own_time(firm, signed, draft):
    Person.objects.filter(pk=firm.boris.pk).update(time_zone="Asia/Vladivostok")
    Plan.objects.filter(pk=draft.pk).update(created_at="2026-03-31T20:15:00Z")
    assert "April 1, 2026, 6:15" in signed("boris").get(f"/plans/{draft.pk}/").content.decode().replace("\u202f", " ")


def test_what_is_given_out_too_much_is_said_so(firm, signed, draft):
    PlanLine.objects.filter(person=None).update(amount=50)
    assert "150 too much" in signed("boris").get(f"/plans/{draft.pk}/").content.decode()


def test_manager_is_told_who_makes_plans(firm, signed):
    assert "Plans are made by heads" in signed("anna").get("/plans/new/").content.decode()
    assert signed("anna").post("/plans/new/", NEW | {"unit": firm.north.pk}).status_code == 422


def test_grid_is_shown_in_few_queries(firm, signed, draft, django_assert_max_num_queries):
    client = signed("boris")
    with django_assert_max_num_queries(8):
        reply = client.get(f"/plans/{draft.pk}/")
    text = reply.content.decode()
    assert reply.status_code == 200
    assert 'name="c1-0" value="200"' in text


def test_list_is_shown_in_few_queries(firm, signed, draft, django_assert_max_num_queries):
    client = signed("boris")
    with django_assert_max_num_queries(8):
        reply = client.get("/plans/?year=2026")
    assert "Payments received" in reply.content.decode()
    assert "Q2 2026" in reply.content.decode()


@pytest.mark.parametrize("query", ["?year=x", "?year=99999999999", "?unit=-1", "?unit=9" * 20, "?metric=ы"])
def test_hostile_addresses_are_survived(firm, signed, query):
    assert signed("boris").get(f"/plans/{query}").status_code == 200


def test_a_nul_is_survived(firm, signed, draft):
    assert signed("boris").get("/plans/?metric=%00").status_code == 200
    assert signed("boris").post(f"/plans/{draft.pk}/revise/", {"reason": "a\x00b"}).status_code == 422


def test_typed_cell_is_saved_and_recorded(firm, signed, draft):
    assert post_grid(signed("boris"), draft, "200", "250,5").status_code == 302
    assert PlanLine.objects.get(person=firm.anna).amount == Decimal("250.5")
    assert Event.objects.filter(kind="plan.changed", by=firm.boris).count() == 1


def test_what_is_no_sum_comes_back_marked_with_everything_typed(firm, signed, draft):
    reply = post_grid(signed("boris"), draft, "200", "a lot")
    text = reply.content.decode()
    assert reply.status_code == 422
    assert 'value="a lot"' in text
    assert "aria-invalid" in text
    assert PlanLine.objects.get(person=firm.anna).amount == 200


def test_number_changed_meanwhile_is_a_conflict_that_shows_both(firm, signed, draft):
    client = signed("boris")
    post_grid(client, draft, "200", "210")
    reply = post_grid(client, draft, "200", "230")
    assert reply.status_code == 409
    assert 'value="230" ' in reply.content.decode()
    assert 'title="210"' in reply.content.decode()


@pytest.mark.parametrize("who", ["vera", "gleb", "admin", "anna"])
def test_others_find_no_such_plan(firm, signed, draft, who):
    client = signed(who)
    assert client.get(f"/plans/{draft.pk}/").status_code == 404
    assert client.get(f"/plans/{draft.pk}/sheet/").status_code == 404
    assert client.get(f"/plans/compare/{draft.pk}/{draft.pk}/").status_code == 404
    for verb in ("agree", "approve", "return", "revise", "delete", "save", "spread", "segment", "sheet/apply"):
        assert client.post(f"/plans/{draft.pk}/{verb}/").status_code == 404, verb
    assert f"/plans/{draft.pk}/" not in client.get("/plans/?year=2026").content.decode()


def test_anonymous_is_led_to_the_sign_in(firm, draft, client):
    for address in ("/plans/", "/plans/new/", f"/plans/{draft.pk}/", f"/plans/{draft.pk}/sheet/"):
        assert client.get(address).url.startswith("/sign-in") or "login" in client.get(address).url


def test_the_road_from_draft_to_a_second_version(firm, signed, draft):
    signed("boris").post(f"/plans/{draft.pk}/agree/")
    assert signed("boris").post(f"/plans/{draft.pk}/approve/").status_code == 403
    assert signed("olga").post(f"/plans/{draft.pk}/approve/").status_code == 302
    assert signed("anna").get(f"/plans/{draft.pk}/").status_code == 200
    assert signed("boris").post(f"/plans/{draft.pk}/revise/", {"reason": ""}).status_code == 422
    signed("boris").post(f"/plans/{draft.pk}/revise/", {"reason": "Leave"})
    second = Plan.objects.get(version=2)
    post_grid(signed("boris"), second, "200", "100")
    text = signed("boris").get(f"/plans/compare/{draft.pk}/{second.pk}/?only=changed").content.decode()
    assert "Leave" in text
    assert "−100" in text


def test_plan_is_given_out_to_people(firm, signed, draft):
    client = signed("boris")
    assert client.post(f"/plans/{draft.pk}/spread/", {"unit": firm.north.pk}).status_code == 302
    parts = dict(draft.lines.exclude(person=None).values_list("person__first_name", "amount"))
    assert parts == {"Anna": Decimal(500)}  # Boris heads them and has no number of his own


def test_a_head_who_has_a_number_shares_in_it(firm, signed, draft):
    PlanLine.objects.create(
        plan=draft, metric=draft.metric, unit=firm.north, person=firm.boris, amount=300,
        starts_on=APRIL[0], ends_on=APRIL[1],
    )  # fmt: skip
    signed("boris").post(f"/plans/{draft.pk}/spread/", {"unit": firm.north.pk})
    parts = dict(draft.lines.exclude(person=None).values_list("person__first_name", "amount"))
    assert parts == {"Anna": Decimal(200), "Boris": Decimal(300)}


def test_line_by_segment_appears_with_a_zero(firm, signed, draft):
    client = signed("boris")
    assert client.get(f"/plans/{draft.pk}/segment/").status_code == 200
    target = str(LineKey(firm.north.pk))
    assert client.post(f"/plans/{draft.pk}/segment/", {"target": target}).status_code == 422
    assert client.post(f"/plans/{draft.pk}/segment/", {"target": target, "is_new_client": "yes"}).status_code == 302
    # two plans of one metric and period are told apart by what they are cut by
    assert "new and regular" in client.get("/plans/?year=2026").content.decode()
    assert draft.lines.get(is_new_client=True).amount == 0
    assert "new clients" in client.get(f"/plans/{draft.pk}/").content.decode()


def test_round_trip_through_excel(firm, signed, draft):
    client = signed("boris")
    book = openpyxl.load_workbook(BytesIO(client.get(f"/plans/{draft.pk}/sheet/").content))
    book.active.cell(4, 4).value = 260
    changed = BytesIO()
    book.save(changed)
    changed.seek(0)
    changed.name = "plan.xlsx"
    reply = client.post(f"/plans/{draft.pk}/sheet/upload/", {"file": changed})
    text = reply.content.decode()
    assert reply.status_code == 200
    assert PlanLine.objects.get(person=firm.anna).amount == 200
    value = text.split('name="change" value="')[1].split('"')[0]
    assert client.post(f"/plans/{draft.pk}/sheet/apply/", {"change": value}).status_code == 302
    assert PlanLine.objects.get(person=firm.anna).amount == 260
