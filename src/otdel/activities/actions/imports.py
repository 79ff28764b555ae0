"""Calls, meetings and letters from a file, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from otdel.activities.actions.reminding import remind
from otdel.activities.models import Activity
from otdel.activities.rules import LONGEST
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.core.queries import ids_of, made_in_batch
from otdel.customers.actions.imports import WantedContact, ensure_contacts, ensure_customers
from otdel.customers.models import Contact
from otdel.deals import access as deals
from otdel.deals.models import Deal
from otdel.org.actions.imports import Owners
from otdel.org.models import Person
from otdel.org.queries import company_of, units_on

KINDS = {"call": "CALL", "meeting": "MEETING", "email": "EMAIL", "proposal": "PROPOSAL", "note": "NOTE"}
# what only a call has says that it is one
CALL_SIGNS = ("duration", "direction", "phone")


@dataclass(slots=True)
class ActivityRow:
    number: int
    external_id: str | None = None
    kind: str | None = None
    at: datetime | None = None
    customer: Ref | None = None
    contact: Ref | None = None
    phone: tuple[Any, ...] | None = None
    deal: Ref | None = None
    owner: Ref | None = None
    duration: int | None = None
    direction: str | None = None
    result: str | None = None
    subject: str | None = None
    note: str | None = None
    custom: Mapping[str, Any] | None = None


@action
def import_activities(*, by: Person, rows: Sequence[ActivityRow], settings: Settings, now: datetime) -> Result:
    """Known by external id, else by kind, moment, person and customer together."""
    result = Result()
    owners = Owners(by=by, kind="activity", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    about = _About(by, rows, owners, settings, result, now)
    zone = ZoneInfo(company_of(by).time_zone)
    read: list[Read] = []
    for row in rows:
        with result.guard(row.number):
            read.append((row, _values(row, about, now, zone), owners.find(row.owner, by.pk)))
    known, pen, own = _Known(read, settings), Pen(Activity, now), Incoming("activities.activity")
    fresh: list[Activity] = []
    touched: list[Activity] = []
    for row, values, owner_id in read:
        with result.guard(row.number):
            activity = known.find(row, values, owner_id)
            values |= given(custom=own.merged(row.custom, activity))
            if activity is None:
                owners.check_new(owner_id)
                activity = pen.add(Activity(owner_id=owner_id, created_at=min(values["at"], now), **values))
                known.add(activity)
                fresh.append(activity)
                touched.append(activity)
                result.note(row.number, Status.CREATED)
                continue
            owners.check_old(activity.owner_id)
            if row.owner and owner_id != activity.owner_id:
                values["owner_id"] = owners.check_new(owner_id)
            was = (activity.owner_id, activity.day)
            changed = pen.change(activity, values)
            touched.append(activity)
            if was != (activity.owner_id, activity.day):
                fresh.append(activity)
            result.note(row.number, Status.UPDATED if changed else Status.UNCHANGED)
    units = units_on((activity.owner_id, activity.day) for activity in fresh)
    for activity in fresh:
        pen.change(activity, {"unit_id": units.get((activity.owner_id, activity.day))})
    pen.write()
    remind((each for each in {id(one): one for one in touched}.values() if not each.is_done), now)
    return result


class _About:
    """Customers, contacts and deals the rows name."""

    def __init__(
        self, by: Person, rows: Sequence[ActivityRow], owners: Owners, settings: Settings, result: Result,
        now: datetime,
    ) -> None:  # fmt: skip
        maker = {
            row.number: owners.people.find(row.owner)
            if row.owner and owners.people.knows_one(row.owner)
            else settings.owner_id or by.pk
            for row in rows
        }
        self.customers = ensure_customers(
            by=by, wanted=((row.customer, None, maker[row.number]) for row in rows), settings=settings, result=result,
            now=now,
        )  # fmt: skip
        self.deals = _deals(by, rows)
        wanted = [self._wanted(row, maker[row.number]) for row in rows if row.contact or row.phone]
        found = ensure_contacts(by=by, wanted=wanted, settings=settings, result=result, now=now)
        self.contacts = Contact.objects.in_bulk(set(found.values()))
        self._contact_of = found

    def _wanted(self, row: ActivityRow, owner_id: int) -> WantedContact:
        customer_id = None
        if row.customer and self.customers.knows(row.customer, None):
            try:
                customer = self.customers.find(row.customer)
                customer_id = customer.pk if customer else None
            except (Conflict, NotFound):
                pass  # said of the row when its own turn comes
        name, external = row.contact or ("", "")
        return WantedContact(
            row.number, name=name or None, external_id=external or None, phones=row.phone, customer_id=customer_id,
            owner_id=owner_id,
        )  # fmt: skip

    def contact(self, row: ActivityRow) -> Contact | None:
        return self.contacts.get(self._contact_of.get(row.number, 0))

    def deal(self, row: ActivityRow) -> Deal | None:
        if row.deal is None:
            return None
        found = self.deals.get(row.deal[1] or row.deal[0]) or self.deals.get(fold(row.deal[0])) or []
        if not found:
            raise NotFound(_("There is no deal “%(name)s”.") % {"name": row.deal[0][:160]})
        if len(found) > 1:
            raise Conflict(_("Several deals are called “%(name)s”: name them by id.") % {"name": row.deal[0][:160]})
        return found[0]


def _deals(by: Person, rows: Sequence[ActivityRow]) -> dict[str, list[Deal]]:
    texts = {text for row in rows if row.deal for text in row.deal if text}
    found: dict[str, list[Deal]] = defaultdict(list)
    if texts:
        visible = deals.deals(by)
        for deal in visible.filter(external_id__in=texts):
            found[str(deal.external_id)].append(deal)
        for deal in visible.filter(title__in=texts):
            found[fold(deal.title)].append(deal)
    return found


def _values(row: ActivityRow, about: _About, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    if row.at is None:
        raise Invalid(_("The row does not say when it was."))
    customer, deal, contact = about.customers.find(row.customer), about.deal(row), about.contact(row)
    if customer is None:
        customer_id = deal.customer_id if deal else contact.customer_id if contact else None
    else:
        customer_id = customer.pk
    kind = KINDS[row.kind] if row.kind else "CALL" if any(getattr(row, sign) for sign in CALL_SIGNS) else "NOTE"
    if row.duration is not None and not 0 <= row.duration <= LONGEST:
        raise Invalid(_("It cannot last that long."))
    subject = row.subject or (None if customer_id or contact or deal else row.note and row.note[:250])
    if not (customer_id or contact or deal or subject):
        raise Invalid(_("Say what it was about: a customer, a deal or a subject."))
    return given(
        kind=kind, at=row.at, day=row.at.astimezone(zone).date(), is_done=row.at <= now,
        direction={"in": "IN", "out": "OUT"}.get(row.direction or ""),
        duration=row.duration, customer_id=customer_id,
        contact_id=contact.pk if contact else None, deal_id=deal.pk if deal else None,
        subject=subject and cut(subject, 250, _("Subject")),
        text=row.note and cut(row.note, 20_000, _("Note")),
        result=row.result and cut(row.result, 250, _("Result")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
    )  # fmt: skip


Read = tuple[ActivityRow, dict[str, Any], int]
"""A row, its values and whose it is."""


class _Known:
    """Records of the same external ids; those without one that are alike in kind, moment, person and customer."""

    def __init__(self, read: Sequence[Read], settings: Settings) -> None:
        self._external: dict[str, Activity] = {}
        self._same: dict[tuple[Any, ...], list[Activity]] = defaultdict(list)
        ids = [row.external_id for row, _values, _owner in read if row.external_id]
        for activity in Activity.objects.filter(external_id__in=ids):
            self._external[str(activity.external_id)] = activity
        keys = {(owner_id, values["at"]) for row, values, owner_id in read if not row.external_id}
        alike = list(Activity.objects.filter(pk__in=ids_of(Activity, ("owner", "at"), keys)).order_by("pk"))
        mine = made_in_batch(settings.batch, "activities.activity", (each.pk for each in alike))
        for activity in alike:
            if activity.pk not in mine:
                self._same[_likeness(activity)].append(activity)

    def add(self, activity: Activity) -> None:
        if activity.external_id:
            self._external[activity.external_id] = activity

    def find(self, row: ActivityRow, values: dict[str, Any], owner_id: int) -> Activity | None:
        """Two alike in one file are two: each one known is taken once."""
        if row.external_id:
            found = self._external.get(row.external_id)
            if found is not None and found.deleted_at is not None:
                raise Conflict(_("This record is in the bin. Restore it first."))
            return found
        same = self._same.get((values["kind"], values["at"], owner_id, values.get("customer_id")))
        return same.pop(0) if same else None


def _likeness(activity: Activity) -> tuple[Any, ...]:
    return (activity.kind, activity.at, activity.owner_id, activity.customer_id)
