"""What a person who leaves had in hand goes to others in one action: by share, a client whole, and back again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger import fresh, make_customer, make_deal
from people import NOW, Firm, make_firm

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead, Stage
from otdel.tasks import actions, queries
from otdel.tasks.models import Task
from otdel.tasks.rules.handover import Owned, deal_out

STAMP = {"created_at": NOW, "updated_at": NOW}


@pytest.fixture
def firm(db: None) -> Firm:
    return make_firm()


@pytest.fixture
def work(firm: Firm) -> Firm:
    """Anna has six customers, each with a contact and an open deal; a won deal, a lead, two tasks."""
    for number in range(6):
        customer = make_customer(firm.anna, f"Client {number}")
        Contact.objects.create(first_name=f"Ira {number}", customer=customer, owner=firm.anna, **STAMP)
        make_deal(firm.anna, customer, f"Deal {number}")
    won = make_deal(firm.anna, Customer.objects.first(), "Won")
    stage = Stage.objects.create(pipeline=won.stage.pipeline, name="Won", position=9, outcome="WON")
    Deal.objects.filter(pk=won.pk).update(stage=stage, closed_on=NOW.date())
    Lead.objects.create(title="Lead", owner=firm.anna, **STAMP)
    for title in ("Call", "Write"):
        Task.objects.create(title=title, creator=firm.boris, assignee=firm.anna, state="WORK", **STAMP)
    Task.objects.create(title="Done", creator=firm.boris, assignee=firm.anna, state="DONE", **STAMP)
    return firm


def hand(firm: Firm, by: str = "olga", whose: str = "anna", now=NOW, **to: int) -> Event:
    shares = {getattr(firm, name).pk: share for name, share in to.items()}
    person = getattr(firm, whose)
    return actions.hand_over(by=fresh(getattr(firm, by)), person_id=person.pk, to=shares, now=now)


def had(person) -> dict[str, int]:
    return {
        "customers": Customer.objects.filter(owner=person).count(),
        "contacts": Contact.objects.filter(owner=person).count(),
        "deals": Deal.objects.filter(owner=person).count(),
        "leads": Lead.objects.filter(owner=person).count(),
        "tasks": Task.objects.filter(assignee=person).count(),
    }


def test_several_take_over_by_their_shares_and_a_client_goes_whole(work):
    event = hand(work, boris=2, vera=1)

    assert had(work.anna) == {"customers": 0, "contacts": 0, "deals": 1, "leads": 0, "tasks": 1}
    assert had(work.boris)["customers"] == 4
    assert had(work.vera)["customers"] == 2
    assert sum(had(each)["tasks"] for each in (work.boris, work.vera)) == 2
    for customer in Customer.objects.all():
        assert {each.owner_id for each in customer.contacts.all()} == {customer.owner_id}
        deals = customer.deals.filter(stage__outcome="OPEN")
        assert {each.owner_id for each in deals} == {customer.owner_id}
    assert Deal.objects.get(title="Won").owner == work.anna
    assert event.by == work.olga
    assert event.subject_id == work.anna.pk
    assert event.data["counts"] == {"customer": 6, "contact": 6, "lead": 1, "deal": 6, "task": 2}


def test_what_the_preview_says_is_what_happens(work):
    owned = queries.in_hand(fresh(work.olga), work.anna.pk)
    dealt = deal_out(owned, {work.boris.pk: 1, work.vera.pk: 1})
    hand(work, boris=1, vera=1)
    for person in (work.boris, work.vera):
        assert had(person)["customers"] == dealt.count("customer", person.pk)
        assert had(person)["deals"] == dealt.count("deal", person.pk)


def test_it_is_taken_back_whole(work):
    before = had(work.anna)
    states = dict(Task.objects.values_list("pk", "state"))
    event = hand(work, boris=1, vera=3)

    actions.undo_handover(by=fresh(work.olga), event_id=event.pk, now=NOW + timedelta(minutes=5))

    assert had(work.anna) == before
    assert dict(Task.objects.values_list("pk", "state")) == states
    assert Event.objects.filter(kind="person.handover_undone", subject_id=work.anna.pk).count() == 1
    with pytest.raises(Conflict):
        actions.undo_handover(by=fresh(work.olga), event_id=event.pk, now=NOW)


def test_taking_back_leaves_what_somebody_went_on_with(work):
    event = hand(work, boris=1)
    first = Customer.objects.order_by("pk").first()
    Customer.objects.filter(pk=first.pk).update(owner=work.vera)
    Task.objects.filter(title="Call").update(state="WORK")

    actions.undo_handover(by=fresh(work.olga), event_id=event.pk, now=NOW)

    first.refresh_from_db()
    assert first.owner == work.vera
    assert Task.objects.get(title="Call").assignee == work.boris
    assert had(work.anna)["customers"] == 5


def test_too_late_or_somebody_elses_is_not_taken_back(work):
    event = hand(work, boris=1)
    with pytest.raises(Conflict):
        actions.undo_handover(by=fresh(work.olga), event_id=event.pk, now=NOW + timedelta(hours=2))
    with pytest.raises(NotFound):
        actions.undo_handover(by=fresh(work.boris), event_id=event.pk, now=NOW)


def test_who_left_already_is_handed_over_too(work):
    type(work.anna).objects.filter(pk=work.anna.pk).update(employed_to="2026-03-01", is_active=False)
    hand(work, by="boris", boris=1)
    assert had(work.boris)["customers"] == 6


@pytest.mark.parametrize(
    ("by", "to", "refusal"),
    [
        ("vera", {"vera": 1}, NotAllowed),
        ("anna", {"vera": 1}, NotAllowed),
        ("admin", {"vera": 1}, NotAllowed),
        ("boris", {"vera": 1}, NotAllowed),
        ("olga", {}, Invalid),
        ("olga", {"anna": 1}, Invalid),
        ("olga", {"vera": 0}, Invalid),
        ("olga", {"vera": 5000}, Invalid),
    ],
)
def test_not_by_anybody_nor_to_anybody(work, by, to, refusal):
    before = had(work.anna)
    with pytest.raises(refusal):
        hand(work, by=by, **to)
    assert had(work.anna) == before


def test_who_left_takes_nothing_over_and_nothing_is_nothing(work):
    type(work.vera).objects.filter(pk=work.vera.pk).update(employed_to="2026-03-01")
    with pytest.raises(Invalid):
        hand(work, vera=1)
    hand(work, boris=1)
    with pytest.raises(Conflict):
        hand(work, boris=1)


def test_the_page_shows_what_goes_where_and_undoes_it(work, client):
    client.force_login(work.olga)
    address = f"/people/{work.anna.pk}/handover/"
    asked = {"to": [work.boris.pk, work.vera.pk], "share": ["2", "1"]}
    shown = client.get(address, asked)
    assert [(row["name"], row["counts"][0]) for row in shown.context["rows"]] == [
        ("Belov Boris", 4), ("Volkova Vera", 2),
    ]  # fmt: skip
    assert had(work.anna)["customers"] == 6, "looking changes nothing"
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"to": [work.vera.pk], "share": ["-1"]}).status_code == 422
    assert client.post(address, asked).status_code == 302
    assert had(work.anna)["customers"] == 0
    event = Event.objects.get(kind="person.handed_over")
    client.post(f"/people/handover/{event.pk}/undo/")
    assert had(work.anna)["customers"] == 6


def test_the_dismissal_leads_to_handing_over(work, client):
    client.force_login(work.olga)
    answer = client.post(f"/people/{work.anna.pk}/leave/", {"last_day": "2036-03-31"})
    assert answer.headers["Location"] == f"/people/{work.anna.pk}/handover/"
    client.force_login(work.admin)
    answer = client.post(f"/people/{work.vera.pk}/leave/", {"last_day": "2036-03-31"})
    assert answer.headers["Location"] == f"/people/{work.vera.pk}/"


shares = st.dictionaries(st.integers(1, 50), st.integers(1, 20), min_size=1, max_size=6)


@given(st.integers(0, 200), shares)
def test_shares_are_kept_to_within_one(number: int, given_shares: dict[int, int]) -> None:
    owned = {"customer": [Owned(pk, None) for pk in range(number)]}
    dealt = deal_out(owned, given_shares)
    whole = sum(given_shares.values())
    counts = {person: dealt.count("customer", person) for person in given_shares}
    assert sum(counts.values()) == number
    assert all(
        abs(counts[person] - number * share / whole) < len(given_shares) for person, share in given_shares.items()
    )
    taken = [pk for ids in dealt.parts["customer"].values() for pk in ids]
    assert sorted(taken) == list(range(number))
