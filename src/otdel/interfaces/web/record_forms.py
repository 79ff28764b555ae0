"""Forms of customers, contacts, leads and deals: for a whole card, and for one field in place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.customers import queries as customers
from otdel.customers.queries import Card
from otdel.customers.rules import wrong_fields
from otdel.deals import queries as deals
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.form_fields import AmountField, DayField, EntryField, LinesField, TagsField
from otdel.interfaces.web.own_fields import OwnFields
from otdel.interfaces.web.pick import PickField, written
from otdel.org.access import reach
from otdel.org.queries import person_choices
from otdel.org.rules import Right


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class RecordForm(OwnFields):
    """A form of a card. `record` names it in custom fields, `kind` in rights."""

    kind = ""
    references = ("segment", "region", "channel", "source", "customer", "contact", "stage", "loss_reason")

    def __init__(self, request: PersonRequest, card: Card | None = None, **given: Any) -> None:
        initial = {**(self.initial_of(card) if card else {}), **given.pop("initial", {})}
        super().__init__(given.pop("data", None), initial=initial)
        self.request = request
        self.add_own(card.custom if card else None)
        for name, field in self.fields.items():
            if isinstance(field, PickField):
                field.person = request.user
                field.kept = self.initial.get(f"{name}_id")
        if "owner" in self.fields:
            self._offer_owners()

    def only(self, name: str) -> RecordForm:
        """Leave one field: what is edited in place."""
        self.fields = {name: self.fields[name]}
        self.offer()
        return self

    def offer(self) -> RecordForm:
        """Read what the selects offer. One query for all short lists."""
        entries = [field for field in self.fields.values() if isinstance(field, EntryField)]
        if entries:
            found = customers.short_lists()
            for name, field in self.fields.items():
                if isinstance(field, EntryField):
                    self._fill(name, field, found[field.source])
        return self

    def _fill(self, name: str, field: Any, options: list[tuple[int, str]]) -> None:
        """Offer entries in use, and the one the record has, which may be out of use by now."""
        now = self.initial.get(name)
        rows = [(str(pk), words) for pk, words in options]
        if now and str(now) not in dict(rows):
            rows.append((str(now), self.initial.get(f"{name}_name", "?")))
        field.choices = [("", "—"), *rows]

    def _offer_owners(self) -> None:
        """Everyone within reach; who may choose only themselves is not asked."""
        person = self.request.user
        reached = reach(person, self.kind, Right.CREATE)
        people = [(pk, name) for pk, name in person_choices(person, self.request.today) if reached.includes(pk)]
        if len(people) < 2:
            del self.fields["owner"]
            return
        field: Any = self.fields["owner"]
        field.choices = [(str(pk), name) for pk, name in people]
        self.initial.setdefault("owner", str(person.pk))

    @classmethod
    def initial_of(cls, card: Card) -> dict[str, Any]:
        found: dict[str, Any] = dict(card.values)
        for name in cls.references:
            if f"{name}_id" in card.values:
                found[name] = card.values[f"{name}_id"]
                found[f"{name}_name"] = card.names.get(name, "")
        for name in ("customer", "contact"):
            if found.get(name):
                found[name] = written(found[name], card.names.get(name, ""))
        found["tags"] = card.tags
        return found | _points(card)

    def values(self) -> dict[str, Any]:
        """Return what the action is given: only the fields this form has."""
        own = {each.name for each in self.definitions}
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name not in own and name != "owner":
                found[f"{name}_id" if name in self.references else name] = value
        custom = self.own_values()
        return found if custom is None else found | {"custom": custom}

    @property
    def owner_id(self) -> int | None:
        chosen = self.cleaned_data.get("owner")
        return int(chosen) if chosen else None


def _points(card: Card) -> dict[str, str]:
    def line(point: Any) -> str:
        text = formats.phone(point.value).replace(formats.NBSP, " ") if point.kind == "PHONE" else point.value
        return " ".join((text, _("ext."), point.extension)) if point.extension else text

    kinds = {"phones": "PHONE", "emails": "EMAIL", "sites": "SITE"}
    return {name: "\n".join(line(point) for point in card.of_kind(kind)) for name, kind in kinds.items()}


class CustomerForm(RecordForm):
    record, kind = "customers.customer", "customer"

    type = forms.ChoiceField(
        label=lazy("Kind"),
        choices=[("COMPANY", lazy("Company")), ("PERSON", lazy("Person"))],
        initial="COMPANY",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=lazy("Name"), max_length=250)
    inn = forms.CharField(label=lazy("INN"), max_length=20, required=False)
    kpp = forms.CharField(label=lazy("KPP"), max_length=20, required=False)
    phones = LinesField(label=lazy("Phones"), required=False, help_text=lazy("One per line."))
    emails = LinesField(label=lazy("E-mails"), required=False, help_text=lazy("One per line."))
    segment = EntryField("segment_id", label=lazy("Segment"))
    region = EntryField("region_id", label=lazy("Region"))
    channel = EntryField("channel_id", label=lazy("Channel"))
    source = EntryField("source_id", label=lazy("Source"))
    address = forms.CharField(label=lazy("Address"), max_length=400, required=False)
    sites = LinesField(1, label=lazy("Sites"), required=False)
    legal_name = forms.CharField(label=lazy("Legal name"), max_length=250, required=False)
    ogrn = forms.CharField(label=lazy("OGRN"), max_length=20, required=False)
    bank_name = forms.CharField(label=lazy("Bank"), max_length=160, required=False)
    bik = forms.CharField(label=lazy("BIK"), max_length=20, required=False)
    account = forms.CharField(label=lazy("Account"), max_length=30, required=False)
    tags = TagsField(label=lazy("Tags"), required=False, help_text=lazy("Separated by commas."))
    note = forms.CharField(label=lazy("Note"), widget=_area(), max_length=20_000, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in wrong_fields(given).items():
            if name in self.fields:
                self.add_error(name, problem)
        return given

    @classmethod
    def initial_of(cls, card: Card) -> dict[str, Any]:
        return super().initial_of(card) | {"type": card.values["kind"]}

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "type" in found:
            found["kind"] = found.pop("type")
        return found


class NewCustomerForm(CustomerForm):
    owner = forms.ChoiceField(label=lazy("Responsible"))


class ContactForm(RecordForm):
    record, kind = "customers.contact", "contact"

    last_name = forms.CharField(label=lazy("Last name"), max_length=80, required=False)
    first_name = forms.CharField(label=lazy("First name"), max_length=80, required=False)
    middle_name = forms.CharField(label=lazy("Middle name"), max_length=80, required=False)
    customer = PickField("customer", label=lazy("Customer"), required=False)
    position = forms.CharField(label=lazy("Position"), max_length=160, required=False)
    phones = LinesField(label=lazy("Phones"), required=False, help_text=lazy("One per line."))
    emails = LinesField(label=lazy("E-mails"), required=False, help_text=lazy("One per line."))
    birthday = DayField(first_year=1900, label=lazy("Birthday"), required=False)
    note = forms.CharField(label=lazy("Note"), widget=_area(), max_length=20_000, required=False)


class NewContactForm(ContactForm):
    owner = forms.ChoiceField(label=lazy("Responsible"))


class LeadForm(RecordForm):
    record, kind = "deals.lead", "lead"

    title = forms.CharField(label=lazy("What they want"), max_length=250, required=False)
    company_name = forms.CharField(label=lazy("Company"), max_length=250, required=False)
    person_name = forms.CharField(
        label=lazy("Person"), max_length=160, required=False, help_text=lazy("Last name first.")
    )
    phone = forms.CharField(label=lazy("Phone"), max_length=32, required=False)
    email = forms.CharField(label=lazy("E-mail"), max_length=254, required=False)
    amount = AmountField(label=lazy("Amount"), required=False)
    source = EntryField("source_id", label=lazy("Source"))
    channel = EntryField("channel_id", label=lazy("Channel"))
    region = EntryField("region_id", label=lazy("Region"))
    tags = TagsField(label=lazy("Tags"), required=False, help_text=lazy("Separated by commas."))
    note = forms.CharField(label=lazy("Note"), widget=_area(), max_length=20_000, required=False)


class NewLeadForm(LeadForm):
    owner = forms.ChoiceField(label=lazy("Responsible"))


class DealForm(RecordForm):
    record, kind = "deals.deal", "deal"

    title = forms.CharField(label=lazy("What is being sold"), max_length=250)
    amount = AmountField(label=lazy("Amount"), required=False)
    customer = PickField("customer", label=lazy("Customer"), required=False)
    contact = PickField("contact", label=lazy("Contact"), required=False)
    expected_on = DayField(label=lazy("Expected on"), required=False)
    opened_on = DayField(label=lazy("Opened on"), required=False)
    source = EntryField("source_id", label=lazy("Source"))
    channel = EntryField("channel_id", label=lazy("Channel"))
    region = EntryField("region_id", label=lazy("Region"))
    tags = TagsField(label=lazy("Tags"), required=False, help_text=lazy("Separated by commas."))
    note = forms.CharField(label=lazy("Note"), widget=_area(), max_length=20_000, required=False)


class NewDealForm(DealForm):
    stage = forms.TypedChoiceField(label=lazy("Stage"), coerce=int)
    owner = forms.ChoiceField(label=lazy("Responsible"))
    field_order = ("title", "customer", "contact", "amount", "stage", "expected_on", "owner")

    def offer(self) -> RecordForm:
        field: Any = self.fields["stage"]
        field.choices = deals.first_stages()
        return super().offer()
