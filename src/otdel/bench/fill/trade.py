"""What the company sells and gets: customers, deals, work, money, shipments and the plans they are held against."""

from __future__ import annotations

from otdel.bench.fill.pour import Pour
from otdel.bench.fill.sizes import DIRECTOR, MONTHS, unit_of
from otdel.core.periods import Kind, Period

LINES_PER_SHIPMENT = 10


class Trade(Pour):
    def run(self) -> None:
        for step in (self._customers, self._deals, self._work, self._money, self._shipments, self._plans):
            step()

    def _customers(self) -> None:
        self.insert(
            "customers_customer", f"generate_series(1, {self.size.customers}) i", id="i", kind="'COMPANY'",
            name="'Клиент ' || i || ' ' || (array['Монтаж','Сервис','Снаб','Строй','Дом'])[1 + i % 5]",
            segment_id="1 + i % 6", region_id="1 + i % 8", channel_id="1 + i % 4", owner_id=self._owner("i"),
            **self.times(f"timestamptz '{self.start}' + i * interval '1 second'"),
        )  # fmt: skip
        self.insert(
            "customers_contact", f"generate_series(1, {self.size.customers}) i", id="i", last_name="'Контакт' || i",
            first_name="'Пётр'", customer_id="i", owner_id=self._owner("i"), **self.times(),
        )  # fmt: skip

    def _owner(self, customer: str) -> str:
        return f"(2 + ({customer})::bigint * 7919 % {self.size.people - 1})"

    def _deals(self) -> None:
        count, customers = self.size.deals, self.size.customers
        self.insert(
            "deals_deal",
            f"""(select i, c, {self._owner("c")} as owner, at, at::date as day,
                    case when at > timestamptz '{self.today}' - interval '60 days' then 1 + i % 5
                         when i % 100 < 45 then 6 else 7 end as stage
                 from (select i, 1 + (random() * ({customers} - 1))::bigint as c,
                          timestamptz '{self.start}' + i::float8 / {count} * {self.seconds} * interval '1 second'
                              as at
                       from generate_series(1, {count}) i offset 0) a) b""",
            id="i", title="'Сделка ' || i || ' поставка оборудования'", customer_id="c", contact_id="c",
            owner_id="owner", unit_id=f"case when stage > 5 then {unit_of('owner')} end", stage_id="stage",
            amount="1000 + i::bigint * 7919 % 500000", opened_on="day", expected_on="day + 40",
            closed_on="case when stage > 5 then day + 30 end", stage_since="at",
            loss_reason_id="case when stage = 7 then 1 + i % 6 end", source_id="1 + i % 6", channel_id="1 + i % 4",
            **self.times("at"),
        )  # fmt: skip
        self.insert(
            "deals_stagechange",
            "deals_deal d, generate_series(1, least(d.stage_id, 4)) n",
            deal_id="d.id", before_id="case when n > 1 then n - 1 end",
            after_id="case when n = least(d.stage_id, 4) then d.stage_id else n end",
            at="d.created_at + n * interval '3 days'", by_id="d.owner_id",
        )  # fmt: skip
        self.insert(
            "billing_dealline",
            "deals_deal d, generate_series(1, 2) n",
            deal_id="d.id", product_id="1 + (d.id + n) % 500", name="'Товар'", quantity="1",
            price="d.amount / 2", amount="d.amount / 2", position="n",
        )  # fmt: skip

    def _work(self) -> None:
        self.insert(
            "activities_activity",
            "deals_deal d, generate_series(1, 3) n",
            kind="(array['CALL','MEETING','PROPOSAL'])[n]", direction="'OUT'",
            at="d.created_at + n * interval '2 days'", day="(d.created_at + n * interval '2 days')::date",
            is_done="true", subject="'Разговор о поставке'", owner_id="d.owner_id", unit_id=unit_of("d.owner_id"),
            customer_id="d.customer_id", deal_id="d.id", **self.times("d.created_at"),
        )  # fmt: skip

    def _money(self) -> None:
        won = "deals_deal d where d.stage_id = 6"
        self.insert(
            "billing_invoice", won, id="d.id", number="'С-' || d.id", issued_on="d.opened_on + 20",
            due_on="d.opened_on + 50", customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id",
            amount="d.amount", paid="d.amount", **self.times("d.created_at"),
        )  # fmt: skip
        # every deal pays once, so that the thousand people all have facts
        self.insert(
            "billing_payment", "deals_deal d", id="d.id", number="d.id::text", paid_on="d.opened_on",
            amount="d.amount", customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id",
            unit_id=unit_of("d.owner_id"), **self.times("d.created_at"),
        )  # fmt: skip
        self.insert("billing_allocation", "billing_invoice i", payment_id="i.id", invoice_id="i.id", amount="i.amount")

    def _shipments(self) -> None:
        self.insert(
            "billing_shipment", "deals_deal d", id="d.id", number="'УТ-' || d.id", shipped_on="d.opened_on",
            customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id", unit_id=unit_of("d.owner_id"),
            amount=f"(100 + d.id % 97) * {LINES_PER_SHIPMENT}", **self.times("d.created_at"),
        )  # fmt: skip
        self.insert(
            "billing_shipmentline",
            f"generate_series(1, {self.size.deals}) s, generate_series(1, {LINES_PER_SHIPMENT}) n",
            shipment_id="s", product_id="1 + (s * 31 + n) % 500", name="'Товар'", quantity="1",
            price="100 + s % 97", amount="100 + s % 97", cost="80 + s % 70", position="n",
        )  # fmt: skip

    def _plans(self) -> None:
        """A year by months for every person and department: approved, effective."""
        year = Period.of(Kind.YEAR, self.today)
        self.insert(
            "plans_plan", "(select id as unit from org_unit where id > 1) u", id="u.unit", unit_id="u.unit",
            metric="'payments'",
            starts_on=f"date '{year.start}'", ends_on=f"date '{year.end}'", status="'APPROVED'", version="1",
            author_id="2", created_at=f"timestamptz '{self.start}'", approved_by_id=str(DIRECTOR),
            approved_at=f"timestamptz '{self.start}'", root_id="u.unit",
        )  # fmt: skip
        months = f"generate_series(date '{year.start}', date '{year.last}', interval '1 month') m"
        mean = self.size.deals * 251_000 / MONTHS / self.size.people
        usual = f"round(({mean} * (0.7 + random()))::numeric, -3) + 1000"
        self.insert(
            "plans_planline", f"org_membership b, {months} where b.unit_id > 1", plan_id="b.unit_id",
            metric="'payments'", unit_id="b.unit_id", person_id="b.person_id", starts_on="m::date",
            ends_on="(m + interval '1 month')::date", amount=usual, is_effective="true",
        )  # fmt: skip
