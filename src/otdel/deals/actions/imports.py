"""Deals and leads from a file, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.actions import Entries, Pen
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.core.queries import made_in_batch
from otdel.customers.actions.imports import Lists, WantedContact, ensure_contacts, ensure_customers
from otdel.customers.models import Customer
from otdel.customers.rules import clean_tags
from otdel.deals import access, rules
from otdel.deals.models import Deal, Lead, LossReason, Pipeline, Stage, StageChange
from otdel.org.access import require
from otdel.org.actions.imports import Owners
from otdel.org.models import Person
from otdel.org.queries import company_of, units_on
from otdel.org.rules import Right

Outcome = Stage.Outcome


@dataclass(slots=True)
class DealRow:
    """One line of a file; several with one id are one deal with several products."""

    number: int
    external_id: str | None = None
    name: str | None = None
    customer: tuple[Ref, ...] | None = None
    customer_inn: str | None = None
    contact: tuple[Ref, ...] | None = None
    contact_phones: tuple[Any, ...] | None = None
    contact_emails: tuple[str, ...] | None = None
    owner: Ref | None = None
    pipeline: str | None = None
    stage: str | None = None
    outcome: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    created: datetime | None = None
    opened: date | None = None
    expected_close: date | None = None
    closed_on: date | None = None
    stage_since: datetime | None = None
    stage_entered: tuple[tuple[str, datetime], ...] | None = None
    probability: Decimal | None = None
    """Not kept: chances belong to stages."""
    product: Ref | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    loss_reason: str | None = None
    source: str | None = None
    region: Ref | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None


@dataclass(slots=True)
class LeadRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    status: str | None = None
    contact: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    customer: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    amount: Decimal | None = None
    currency: str | None = None
    source: str | None = None
    owner: Ref | None = None
    created: datetime | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None


class Stages:
    """Pipelines and stages by name; new ones where that was asked for, meaning what the importer said."""

    def __init__(self, by: Person, settings: Settings, result: Result) -> None:
        self._by, self._settings, self._result = by, settings, result
        self._pipelines = {fold(each.name): each for each in Pipeline.objects.order_by("position", "id")}
        self._stages: dict[int, list[Stage]] = defaultdict(list)
        self.by_id: dict[int, Stage] = {}
        for stage in Stage.objects.select_related("pipeline").order_by("position", "id"):
            self._keep(stage)

    def _keep(self, stage: Stage) -> Stage:
        self._stages[stage.pipeline_id].append(stage)
        self.by_id[stage.pk] = stage
        return stage

    def pipeline(self, name: str | None, stage: str | None) -> Pipeline:
        """The pipeline named; else the one that has the stage; else the first."""
        name = name or self._settings.pipeline or None
        if name:
            return self._pipelines.get(fold(name)) or self._make_pipeline(name)
        with_stage = (each for each in self._pipelines.values() if stage and self._named(each, stage))
        found = next(with_stage, None) or next(iter(self._pipelines.values()), None)
        return found or self._make_pipeline(_("Sales"))

    def find(self, pipeline_name: str | None, name: str | None, outcome: str | None) -> Stage:
        """The stage of a row. A row that says only won or lost gets the pipeline's stage of that outcome."""
        pipeline = self.pipeline(pipeline_name, name)
        wanted = {"won": Outcome.WON, "lost": Outcome.LOST}.get(outcome or "")
        named = self._named(pipeline, name) if name else None
        if name and named is None:
            named = self._make(pipeline, name, self._settings.outcomes.get(fold(name)) or wanted or Outcome.OPEN)
        if named is not None and (wanted is None or named.outcome == wanted):
            return named
        chosen = self._of_outcome(pipeline, wanted or Outcome.OPEN)
        return chosen or self._make(pipeline, str(Outcome(wanted or Outcome.OPEN).label), wanted or Outcome.OPEN)

    def named(self, pipeline_id: int, name: str) -> Stage | None:
        return next((stage for stage in self._stages[pipeline_id] if fold(stage.name) == fold(name)), None)

    def _named(self, pipeline: Pipeline, name: str) -> Stage | None:
        return self.named(pipeline.pk, name)

    def _of_outcome(self, pipeline: Pipeline, outcome: str) -> Stage | None:
        return next((stage for stage in self._stages[pipeline.pk] if stage.outcome == outcome), None)

    def _may_make(self, sentence: str) -> None:
        if not self._settings.may_create("stages"):
            raise NotFound(sentence)
        require(self._by, "settings", Right.CHANGE)

    def _make_pipeline(self, name: str) -> Pipeline:
        self._may_make(_("There is no pipeline “%(name)s”.") % {"name": name[:160]})
        made = Pipeline.objects.create(name=cut(name, 160, _("Pipeline")), position=len(self._pipelines))
        self._pipelines[fold(name)] = made
        self._result.made["pipelines"].add(made.name)
        return made

    def _make(self, pipeline: Pipeline, name: str, outcome: str) -> Stage:
        self._may_make(
            _("There is no stage “%(stage)s” in the pipeline “%(pipeline)s”.")
            % {"stage": name[:120], "pipeline": pipeline.name}
        )
        place = max((stage.position for stage in self._stages[pipeline.pk]), default=-1) + 1
        chance = rules.chance(Stage(outcome=outcome), None)
        made = Stage.objects.create(
            pipeline=pipeline, name=cut(name, 120, _("Stage")), position=place, outcome=outcome, probability=chance
        )
        self._result.made["stages"].add(f"{pipeline.name}: {made.name}")
        return self._keep(made)


@dataclass(slots=True)
class _Group:
    """The rows of one deal, its first row speaking for it."""

    rows: list[DealRow]
    owner_id: int = 0
    customer: Customer | None = None

    @property
    def first(self) -> DealRow:
        return self.rows[0]

    @property
    def numbers(self) -> list[int]:
        return [row.number for row in self.rows]


def _groups(rows: Sequence[DealRow]) -> list[_Group]:
    found: dict[str, _Group] = {}
    for row in rows:
        key = row.external_id or f"#{row.number}"
        if key in found:
            found[key].rows.append(row)
        else:
            found[key] = _Group([row])
    return list(found.values())


@action
def import_deals(
    *, by: Person, rows: Sequence[DealRow], settings: Settings, now: datetime, result: Result | None = None
) -> Result:
    """Create and change deals. Their lines are written by billing, which is above; `ids` tells it the deals by row.

    A file tells the past as it was: a won deal without an amount and a lost one without a reason are taken.
    """
    result = result or Result()
    owners = Owners(by=by, kind="deal", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    groups = _groups(rows)
    for group in groups:
        with result.guard(*group.numbers):
            group.owner_id = owners.find(group.first.owner, by.pk)
    groups = [group for group in groups if group.owner_id]
    _find_customers(by, groups, settings, result, now)
    groups = [group for group in groups if group.first.number not in result.refused]
    contacts = ensure_contacts(by=by, wanted=_contacts(groups), settings=settings, result=result, now=now)
    writer = _DealWriter(by, groups, settings, result, now)
    for group in groups:
        with result.guard(*group.numbers):
            writer.put(group, contacts.get(group.first.number), owners)
    writer.write()
    return result


def _find_customers(by: Person, groups: Sequence[_Group], settings: Settings, result: Result, now: datetime) -> None:
    wanted = [
        (group.first.customer[0] if group.first.customer else None, group.first.customer_inn, group.owner_id)
        for group in groups
    ]
    known = ensure_customers(by=by, wanted=wanted, settings=settings, result=result, now=now)
    for group in groups:
        with result.guard(*group.numbers):
            group.customer = known.first(group.first.customer, group.first.customer_inn)


def _contacts(groups: Sequence[_Group]) -> list[WantedContact]:
    found = []
    for group in groups:
        row = group.first
        ref = row.contact[0] if row.contact else None
        if ref or row.contact_phones or row.contact_emails:
            found.append(
                WantedContact(
                    row.number, name=ref[0] if ref else None, external_id=(ref[1] or None) if ref else None,
                    phones=row.contact_phones, emails=row.contact_emails,
                    customer_id=group.customer.pk if group.customer else None, owner_id=group.owner_id,
                )
            )  # fmt: skip
    return found


class _DealWriter:
    def __init__(self, by: Person, groups: Sequence[_Group], settings: Settings, result: Result, now: datetime) -> None:
        self.by, self.settings, self.result, self.now = by, settings, result, now
        self.zone = ZoneInfo(company_of(by).time_zone)
        self.stages = Stages(by, settings, result)
        self.lists = Lists(settings, result)
        self.reasons = Entries(LossReason, _("Loss reasons"), settings.may_create("lists"), result)
        self.deals, self.steps = Pen(Deal, now), Pen(StageChange)
        self.known = self._load(groups)
        self.deal_of: dict[int, Deal] = {}
        self.closed: list[Deal] = []

    def _load(self, groups: Sequence[_Group]) -> dict[str, Deal]:
        """Deals of these ids, or of these titles and customers where the title is the chosen key."""
        ids = [group.first.external_id for group in groups if group.first.external_id]
        found = {str(deal.external_id): deal for deal in Deal.objects.filter(external_id__in=ids)}
        if self.settings.key == "name":
            titles = [self._title(group) for group in groups]
            for deal in access.deals(self.by).filter(title__in=titles):
                found.setdefault(_title_key(deal.title, deal.customer_id), deal)
        return found

    def put(self, group: _Group, contact_id: int | None, owners: Owners) -> None:
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

    def _title(self, group: _Group) -> str:
        """A nameless deal is called by its customer and product, else by its id."""
        row = group.first
        if row.name:
            return cut(row.name, 250, _("Name"))
        customer = group.customer.name if group.customer else ""
        parts = [part for part in (customer, row.product[0] if row.product else "") if part]
        return " · ".join(parts)[:250] if parts else f"№ {row.external_id or row.number}"

    def _values(self, group: _Group, deal: Deal | None, contact_id: int | None) -> dict[str, Any]:
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
        )
        if deal is not None and row.opened:
            values["opened_on"] = row.opened
        return values

    def _create(self, group: _Group, values: dict[str, Any], stage: Stage) -> Deal:
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
        return min((self._day(at) for _name, at in row.stage_entered or ()), default=None)  # type: ignore[type-var]

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


STATUSES = {
    Lead.Status.CONVERTED: "converted; сконвертирован; сконвертировано; качественный лид; qualified; конвертирован",
    Lead.Status.REJECTED: "rejected; unqualified; disqualified; junk; lost; некачественный лид; отказ; брак; спам",
    Lead.Status.NEW: "new; новый; не обработан; необработанный; open; новая заявка; не обработано",
}
STATUS_WORDS = {fold(word): status for status, words in STATUSES.items() for word in words.split(";")}


@action
def import_leads(*, by: Person, rows: Sequence[LeadRow], settings: Settings, now: datetime) -> Result:
    result = Result()
    owners = Owners(by=by, kind="lead", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    ids = [row.external_id for row in rows if row.external_id]
    known = {str(lead.external_id): lead for lead in Lead.objects.filter(external_id__in=ids)}
    same = _leads_by_words(by, rows, settings)
    lists, pen = Lists(settings, result), Pen(Lead, now)
    for row in rows:
        with result.guard(row.number):
            values = _lead_values(row, lists)
            lead = known.get(row.external_id or "")
            if lead is None and not row.external_id:
                lead = same.get((values["title"], values.get("phone", ""), values.get("email", "")))
            if lead is None:
                owner_id = owners.check_new(owners.find(row.owner, by.pk))
                lead = Lead(owner_id=owner_id, created_at=row.created or now, **values)
                _close_lead(lead, now)
                pen.add(lead)
                if row.external_id:
                    known[row.external_id] = lead
                result.note(row.number, Status.CREATED)
                continue
            owners.check_old(lead.owner_id)
            if row.owner and (owner_id := owners.find(row.owner)) != lead.owner_id:
                values["owner_id"] = owners.check_new(owner_id)
            closed = values.get("status", lead.status) in (Lead.Status.CONVERTED, Lead.Status.REJECTED)
            values["closed_at"] = (lead.closed_at or now) if closed else None
            result.note(row.number, Status.UPDATED if pen.change(lead, values) else Status.UNCHANGED)
    pen.write()
    return result


def _close_lead(lead: Lead, now: datetime) -> None:
    if lead.status in (Lead.Status.CONVERTED, Lead.Status.REJECTED):
        lead.closed_at = now


def _leads_by_words(by: Person, rows: Sequence[LeadRow], settings: Settings) -> dict[tuple[str, str, str], Lead]:
    """Leads without an id are known by title, phone and e-mail together."""
    titles = [_lead_title(row) for row in rows if not row.external_id]
    found = list(access.leads(by).filter(title__in=titles)) if titles else []
    mine = made_in_batch(settings.batch, "deals.lead", (lead.pk for lead in found))
    return {(lead.title, lead.phone, lead.email): lead for lead in found if lead.pk not in mine}


def _lead_title(row: LeadRow) -> str:
    person = " ".join(filter(None, (row.last_name, row.first_name))) or row.contact or ""
    reach = row.phones[0][0] if row.phones else row.emails[0] if row.emails else ""
    return (row.name or " · ".join(filter(None, (row.customer, person))) or reach)[:250]


def _lead_values(row: LeadRow, lists: Lists) -> dict[str, Any]:
    title = _lead_title(row)
    if not title:
        raise Invalid(_("The lead has no name, phone or e-mail."))
    if row.amount is not None:
        rules.check_amount(row.amount)
    person = row.contact or " ".join(filter(None, (row.first_name, row.last_name))) or None
    return given(
        title=title,
        status=STATUS_WORDS.get(fold(row.status), Lead.Status.WORK) if row.status else None,
        company_name=row.customer and cut(row.customer, 250, _("Company")),
        person_name=person and cut(person, 160, _("Contact")),
        phone=row.phones[0][0] if row.phones else None,
        email=row.emails[0] if row.emails else None,
        amount=row.amount,
        source_id=row.source and lists.sources.id_of(row.source),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        tags=None if row.tags is None else clean_tags(row.tags),
        note=row.note and cut(row.note, 20_000, _("Note")),
    )
