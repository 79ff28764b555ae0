from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from ledger import fresh, line, make_customer, make_invoice
from people import NOW

from otdel.billing import actions
from otdel.billing.models import Product, ShipmentLine
from otdel.billing.rules import LineValues, OtherCustomer, ProductValues, ShipmentValues, WrongLine
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event

D = Decimal


def ship(firm, customer, *lines, by=None, **fields):
    values = ShipmentValues(**({"shipped_on": date(2026, 2, 1), "customer_id": customer and customer.pk} | fields))
    return actions.record_shipment(by=fresh(by or firm.zoya), values=values, lines=lines, now=NOW)


def test_shipment_is_the_sum_of_its_lines_for_its_owner_and_department(firm, lutik):
    shipment = ship(firm, lutik, line(2, 50, cost=D(60)), line(1, 7))

    assert (shipment.amount, shipment.owner_id, shipment.unit_id) == (D(107), firm.anna.pk, firm.north.pk)
    assert ShipmentLine.objects.filter(shipment=shipment).order_by("position").first().cost == D(60)


def test_cost_comes_from_the_price_list_unless_given(firm, lutik):
    values = ProductValues("Bolt", price=D(50), unit_cost=D("30.005"))
    product = actions.create_product(by=fresh(firm.boris), values=values, now=NOW)

    shipment = ship(firm, lutik, line(2, 50, product_id=product.pk), line(1, 5, product_id=product.pk, cost=D(7)))

    costs = ShipmentLine.objects.filter(shipment=shipment).order_by("position").values_list("cost", flat=True)
    assert list(costs) == [D("60.01"), D(7)]


def test_return_is_negative(firm, lutik):
    assert ship(firm, lutik, line(-2, 50)).amount == D(-100)


def test_shipment_by_an_invoice_is_its_customers_and_deals(firm, lutik, deal):
    invoice = make_invoice(firm, lutik, 10, deal_id=deal.pk)
    shipment = ship(firm, None, line(1, 10), invoice_id=invoice.pk)
    assert (shipment.customer_id, shipment.deal_id) == (lutik.pk, deal.pk)
    with pytest.raises(OtherCustomer):
        ship(firm, make_customer(firm.vera, "Roza"), line(1, 1), invoice_id=invoice.pk)


def test_changed_lines_keep_the_rows_that_did_not_change(firm, lutik):
    shipment = ship(firm, lutik, line(1, 10), line(1, 20), line(1, 30))
    kept = ShipmentLine.objects.get(shipment=shipment, position=1).pk
    values = ShipmentValues(shipped_on=date(2026, 2, 1), customer_id=lutik.pk)

    changed = actions.change_shipment(
        by=fresh(firm.zoya), shipment_id=shipment.pk, values=values, lines=[line(1, 10), line(1, 25)], now=NOW
    )

    rows = ShipmentLine.objects.filter(shipment=shipment).order_by("position")
    assert (changed.amount, [row.amount for row in rows], rows[0].pk) == (D(35), [D(10), D(25)], kept)


def test_shipment_to_the_bin_and_back(firm, lutik):
    shipment = ship(firm, lutik, line(1, 10))
    with pytest.raises(NotAllowed):
        actions.bin_shipment(by=fresh(firm.anna), shipment_id=shipment.pk, now=NOW)
    with pytest.raises(NotFound):
        actions.bin_shipment(by=fresh(firm.vera), shipment_id=shipment.pk, now=NOW)
    actions.bin_shipment(by=fresh(firm.boris), shipment_id=shipment.pk, now=NOW)
    actions.restore_shipment(by=fresh(firm.boris), shipment_id=shipment.pk, now=NOW)
    kinds = Event.objects.filter(subject_type="billing.shipment").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["shipment.recorded", "shipment.binned", "shipment.restored"]


def test_unknown_product_is_refused(firm, lutik):
    with pytest.raises(WrongLine):
        ship(firm, lutik, LineValues(product_id=999_999, price=D(1)))


def test_lines_of_a_deal_make_its_amount_until_one_is_typed(firm, deal):
    def set_lines(*lines, recount=None):
        return actions.set_deal_lines(by=fresh(firm.anna), deal_id=deal.pk, lines=lines, now=NOW, recount=recount)

    assert set_lines(line(2, 10)).amount == D(20)
    assert set_lines(line(3, 10)).amount == D(30)
    deal.amount = D(25)
    deal.save()
    assert set_lines(line(4, 10)).amount == D(25)
    assert set_lines(line(4, 10), recount=True).amount == D(40)
    assert set_lines().amount is None
    assert Event.objects.filter(kind="deal.lines_set", subject_id=deal.pk).count() == 5


def test_lines_of_a_deal_are_not_for_strangers(firm, deal):
    with pytest.raises(NotFound):
        actions.set_deal_lines(by=fresh(firm.vera), deal_id=deal.pk, lines=[], now=NOW)
    with pytest.raises(NotAllowed):
        actions.set_deal_lines(by=fresh(firm.zoya), deal_id=deal.pk, lines=[], now=NOW)
    with pytest.raises(WrongLine):
        actions.set_deal_lines(by=fresh(firm.anna), deal_id=deal.pk, lines=[line(-1, 5)], now=NOW)


def test_price_list(firm):
    boris = fresh(firm.boris)
    group = actions.create_group(by=boris, name=" Bolts ", now=NOW)
    product = actions.create_product(by=boris, values=ProductValues("M6", group_id=group.pk, price=D("1.50")), now=NOW)
    actions.change_product(by=boris, product_id=product.pk, values=ProductValues("M8", is_active=False), now=NOW)
    product.refresh_from_db()
    assert (group.name, product.name, product.group_id, product.is_active) == ("Bolts", "M8", None, False)

    actions.bin_product(by=fresh(firm.olga), product_id=product.pk, now=NOW)
    assert not Product.objects.kept().exists()
    actions.restore_product(by=fresh(firm.olga), product_id=product.pk, now=NOW)
    kinds = Event.objects.filter(subject_type="billing.product").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["product.created", "product.changed", "product.binned", "product.restored"]


def test_price_list_refuses(firm):
    boris = fresh(firm.boris)
    group = actions.create_group(by=boris, name="Bolts", now=NOW)
    with pytest.raises(Conflict):
        actions.create_group(by=boris, name="bolts", now=NOW)
    actions.change_group(by=boris, group_id=group.pk, name="BOLTS", now=NOW)
    with pytest.raises(Invalid):
        actions.create_product(by=boris, values=ProductValues(" "), now=NOW)
    with pytest.raises(Invalid):
        actions.create_product(by=boris, values=ProductValues("M6", price=D(-1)), now=NOW)
    with pytest.raises(NotFound):
        actions.create_product(by=boris, values=ProductValues("M6", group_id=999_999), now=NOW)
    with pytest.raises(NotAllowed):
        actions.create_product(by=fresh(firm.anna), values=ProductValues("M6"), now=NOW)
