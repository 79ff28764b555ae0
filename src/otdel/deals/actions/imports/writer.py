"""Writes deals and their stage history as the file tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from otdel.core.actions import Entries, Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Result, Settings, Status, cut, fold, given
from otdel.customers.actions.imports import Lists
from otdel.customers.rules import clean_tags
from otdel.deals import access, rules
from otdel.deals.actions.imports.rows import DealRow, Group
from otdel.deals.actions.imports.stages import Outcome, Stages
from otdel.deals.models import Deal, LossReason, Stage, StageChange
from otdel.org.actions.imports import Owners
from otdel.org.models import Person
from otdel.org.queries import company_of, units_on


class DealWriter:
    def __init__(self, by: Person, groups: Sequence[Group], settings: Settings, result: Result, now: datetime) -> None:
        self.by, self.settings, self.result, self.now = by, settings, result, now
        self.zone = ZoneInfo(company_of(by).time_zone)
        self.stages = Stages(by, settings, result)
        self.lists, self.own = Lists(settings, result), Incoming("deals.deal")
        self.reasons = Entries(LossReason, _("Loss reasons"), settings.may_create("lists"), result)
        self.deals, self.steps = Pen(Deal, now), Pen(StageChange)
        self.known = self._load(groups)
        self.deal_of: dict[int, Deal] = {}
        self.closed: list[Deal] = []

    def _load(self, groups: Sequence[Group]) -> dict[str, Deal]:
        """Deals of these ids, or of these titles and customers where the title is the chosen key."""
        ids = [group.first.external_id for group in groups if group.first.external_id]
        found = {str(deal.external_id): deal for deal in Deal.objects.filter(external_id__in=ids)}
        if self.settings.key == "name":
            titles = [self._title(group) for group in groups]
            for deal in access.deals(self.by).filter(title__in=titles):
                found.setdefault(_title_key(deal.title, deal.customer_id), deal)
        return found

    def put(self, group: Group, contact_id: int | None, owners: Owners) -> None:
        row = group.first
        deal = self.known.get(row.external_id or "")
        if deal is None and self.settings.key == "name" and not row.external_id:
            deal = self.known.get(_title_key(self._title(group), group.customer.pk if group.customer else None))
        if deal is not None and deal.deleted_at is not None:
            raise Conflict(_("This deal is in the bin. Restore it first."))
        values = self._values(group, deal, contact_id)
        stage = self._stage(row, deal)
        if deal is None:
            owners.check_new(group.owner_id)
            deal = self._create(group, values, stage)
            status = Status.CREATED
        else:
            if deal.owner_id != (group.owner_id if row.owner else deal.owner_id):
                values["owner_id"] = owners.check_new(group.owner_id)
            owners.check_old(deal.owner_id)
            changed = self.deals.change(deal, values | self._moved(row, deal, stage))
            status = Status.UPDATED if changed else Status.UNCHANGED
        for each in group.rows:
            self.deal_of[each.number] = deal
            self.result.note(each.number, status)

    def _stage(self, row: DealRow, deal: Deal | None) -> Stage:
        if deal is not None and not (row.stage or row.outcome):
            return self.stages.by_id[deal.stage_id]
        if deal is not None and not row.pipeline and row.stage and not row.outcome:
            same = self.stages.named(self.stages.by_id[deal.stage_id].pipeline_id, row.stage)
            if same is not None:
                return same
        return self.stages.find(row.pipeline, row.stage, row.outcome)

    def _title(self, group: Group) -> str:
        """A nameless deal is called by its customer and product, else by its id."""
        row = group.first
        if row.name:
            return cut(row.name, 250, _("Name"))
        customer = group.customer.name if group.customer else ""
        parts = [part for part in (customer, row.product[0] if row.product else "") if part]
        return " · ".join(parts)[:250] if parts else f"№ {row.external_id or row.number}"

    def _values(self, group: Group, deal: Deal | None, contact_id: int | None) -> dict[str, Any]:
        row = group.first
        amount = next((each.amount for each in group.rows if each.amount is not None), None)
        if amount is None and any(each.price is not None for each in group.rows):
            amount = sum(
                ((each.price or Decimal(0)) * (each.quantity or Decimal(1)) for each in group.rows), Decimal(0)
            )
        if amount is not None:
            amount = amount.quantize(Decimal("0.01"))
            rules.check_amount(amount)
        values = given(
            title=self._title(group) if row.name or deal is None else None,
            external_id=row.external_id and cut(row.external_id, 120, _("External id")),
            customer_id=group.customer.pk if group.customer else None,
            contact_id=contact_id,
            amount=amount,
            tags=None if row.tags is None else clean_tags(row.tags),
            note=row.note and cut(row.note, 20_000, _("Note")),
            source_id=row.source and self.lists.sources.id_of(row.source),
            region_id=row.region and self.lists.regions.id_of(row.region),
            loss_reason_id=row.loss_reason and self.reasons.id_of(row.loss_reason),
            custom=self.own.merged(row.custom, deal),
        )
        if deal is not None and row.opened:
            values["opened_on"] = row.opened
        return values

    def _create(self, group: Group, values: dict[str, Any], stage: Stage) -> Deal:
        row = group.first
        closed = self._closed_on(row, stage)
        opened = row.opened or self._day(row.created) or self._first_entered(row) or closed or self.settings.today
        if closed is not None and opened > closed:
            raise Invalid(_("The deal was closed before it was opened."))
        deal = Deal(
            owner_id=group.owner_id, stage=stage, opened_on=opened, closed_on=closed,
            created_at=row.created or self._moment(opened), **values,
        )  # fmt: skip
        deal.expected_on = self._expected(row, stage)
        deal.stage_since = row.stage_since or self._moment(closed or opened)
        self.deals.add(deal)
        if row.external_id:
            self.known[row.external_id] = deal
        self._tell_history(row, deal, stage)
        if closed is not None:
            self.closed.append(deal)
        return deal

    def _moved(self, row: DealRow, deal: Deal, stage: Stage) -> dict[str, Any]:
        """What changes with the stage, or with the closing day alone."""
        before = self.stages.by_id[deal.stage_id]
        closed = self._closed_on(row, stage, deal.closed_on if before.outcome == stage.outcome else None)
        values: dict[str, Any] = {"closed_on": closed}
        expected = self._expected(row, stage)
        if expected is not None:
            values["expected_on"] = expected
        if stage.pk != before.pk:
            at = row.stage_since or (self._moment(closed) if closed else self.now)
            values |= {"stage_id": stage.pk, "stage_since": at}
            self.steps.add(StageChange(deal=deal, before=before, after=stage, at=at, by_id=None))
        elif row.stage_since:
            values["stage_since"] = row.stage_since
        if closed is None:
            values["unit_id"] = None
        elif (deal.closed_on, before.outcome) != (closed, stage.outcome):
            self.closed.append(deal)
        return values

    def _closed_on(self, row: DealRow, stage: Stage, known: date | None = None) -> date | None:
        """The day a closed deal was closed: as written, else the nearest date the row has."""
        if stage.outcome == Outcome.OPEN:
            return None
        entered = [self._day(at) for name, at in row.stage_entered or () if fold(name) == fold(stage.name)]
        written = row.closed_on or next(iter(entered), None) or known or self._day(row.stage_since)
        return written or row.expected_close or self.settings.today

    def _expected(self, row: DealRow, stage: Stage) -> date | None:
        """A closing day of an open deal is a hope."""
        return row.expected_close or (row.closed_on if stage.outcome == Outcome.OPEN else None)

    def _tell_history(self, row: DealRow, deal: Deal, stage: Stage) -> None:
        """The stages the file dates, in order; else only what is known: it is at this stage since then."""
        dated = sorted(row.stage_entered or (), key=lambda step: step[1])
        before: Stage | None = None
        for name, at in dated:
            after = self.stages.named(stage.pipeline_id, name)
            if after is not None and after.pk != stage.pk:
                self.steps.add(StageChange(deal=deal, before=before, after=after, at=at))
                before = after
        mine = next((at for name, at in reversed(dated) if fold(name) == fold(stage.name)), deal.stage_since)
        deal.stage_since = mine
        self.steps.add(StageChange(deal=deal, before=before, after=stage, at=mine))

    def _first_entered(self, row: DealRow) -> date | None:
        return self._day(min((at for _name, at in row.stage_entered or ()), default=None))

    def _day(self, at: datetime | None) -> date | None:
        return at.astimezone(self.zone).date() if at else None

    def _moment(self, day: date) -> datetime:
        """Noon of the day, or now on the very day: the file gives no hour."""
        at = datetime.combine(day, time(12), tzinfo=self.zone)
        return min(at, self.now) if day >= self.settings.today else at

    def write(self) -> None:
        units = units_on((deal.owner_id, deal.closed_on) for deal in self.closed if deal.closed_on)
        for deal in self.closed:
            if deal.closed_on:
                self.deals.change(deal, {"unit_id": units.get((deal.owner_id, deal.closed_on))})
        self.deals.write()
        self.steps.write()
        self.result.ids = {number: deal.pk for number, deal in self.deal_of.items() if deal.pk is not None}


def _title_key(title: str, customer_id: int | None) -> str:
    return f"\0{customer_id}\0{fold(title)}"
