"""A field that chooses one record out of very many: type a few letters, take one of those offered.

It is a text field with a list of suggestions the browser itself shows. Without scripts what was typed is looked up
when the form is sent: the only fit is taken, several are named in the error. «Name #12» always means record 12.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.billing.queries import pick as billing
from otdel.core.errors import Invalid, NotFound
from otdel.core.listing.filters import fold
from otdel.core.listing.values import clean_text, read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.tasks import queries as tasks

Found = list[tuple[int, str]]
_NUMBERED = re.compile(r"#(\d{1,18})\s*$")


@dataclass(frozen=True)
class Finder:
    find: Callable[[Any, str], Found]
    name_of: Callable[[Any, int], str | None]


FINDERS = {
    "customer": Finder(customers.find, customers.name_of),
    "contact": Finder(customers.find_contacts, customers.contact_name),
    "deal": Finder(deals.find, deals.name_of),
    "invoice": Finder(billing.find_invoices, billing.invoice_name),
    "task": Finder(tasks.find_tasks, tasks.name_of),
}


def read_one(kind: str, person: Any, text: str) -> int:
    """Return the record somebody typed, or refuse: for forms that are not Django's."""
    field = PickField(kind)
    field.person = person
    try:
        number = field.clean(text)
    except forms.ValidationError as error:
        raise Invalid(" ".join(error.messages), field=kind) from error
    if number is None:
        raise Invalid(_("Choose what is meant."), field=kind)
    return number


def written(pk: int, name: str) -> str:
    return f"{name} #{pk}"


class PickInput(forms.TextInput):
    """A text field and the list of suggestions under it."""

    def __init__(self, kind: str) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"})
        self.kind = kind

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        given = attrs or {}
        names = f"{given.get('id', name)}_found"
        given |= suggestions(self.kind, names)
        if self.kind == "contact":  # those of the customer chosen in the same form are offered first
            given["hx-include"] = "this, [name=customer]"
        return format_html('{}<datalist id="{}"></datalist>', super().render(name, value, given, renderer), names)


def suggestions(kind: str, names: str) -> dict[str, str]:
    """Return the attributes of a field whose suggestions are put into the list called `names`."""
    return {
        "list": names,
        "hx-get": reverse("pick", args=[kind]),
        "hx-trigger": "input changed delay:200ms, focus once",
        "hx-target": f"#{names}",
        "hx-swap": "innerHTML",
        "hx-include": "this",
        "data-quiet": "",
    }


class PickField(forms.CharField):
    """Its value is the record's number, or None. Give it the person before the form is used: `field.person = …`."""

    person: Any = None
    kept: int | None = None  # what the record names already may stay, even out of sight

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(max_length=300, widget=PickInput(kind), **options)
        self.kind = kind

    def prepare_value(self, value: Any) -> Any:
        """A record's number is shown by its name."""
        if isinstance(value, int):
            name = FINDERS[self.kind].name_of(self.person, value)
            return written(value, name) if name else f"#{value}"
        return value

    def clean(self, value: Any) -> int | None:
        text = clean_text(str(super().clean(value) or ""), 300).strip()
        return self._number(text) if text else None

    def _number(self, text: str) -> int:
        finder = FINDERS[self.kind]
        if match := _NUMBERED.search(text):
            number = read_id(match[1])
            if number and (number == self.kept or finder.name_of(self.person, number) is not None):
                return number
        return _only(text, finder.find(self.person, _NUMBERED.sub("", text)))


def _only(text: str, found: Found) -> int:
    same = [each for each in found if fold(each[1]) == fold(text)]
    if len(same or found) == 1:
        return (same or found)[0][0]
    if not found:
        raise forms.ValidationError(_("Nothing like this was found."))
    names = "; ".join(written(*each) for each in (same or found)[:5])
    raise forms.ValidationError(_("Several match: %(names)s. Choose one of them.") % {"names": names})


def offer(found: Found) -> SafeString:
    return format_html_join("", '<option value="{}"></option>', ((written(*each),) for each in found))


@page
def pick(request: PersonRequest, kind: str) -> HttpResponse:
    """Suggestions for what is being typed; the text is whatever the field itself is called."""
    typed = clean_text(str(next((text for name, text in request.GET.items() if name != "customer"), "")))
    typed = typed or clean_text(request.GET.get("customer", "") if kind == "customer" else "")
    if kind == "product":
        return HttpResponse(offer_products(request.user, typed))
    finder = FINDERS.get(kind)
    if finder is None:
        raise NotFound(_("There is no such list."))
    words = _NUMBERED.sub("", typed).strip()
    near = _NUMBERED.search(request.GET.get("customer", ""))
    if kind == "contact" and near:
        return HttpResponse(offer(customers.find_contacts(request.user, words, read_id(near[1]))))
    return HttpResponse(offer(finder.find(request.user, words)))


def offer_products(person: Any, text: str = "") -> SafeString:
    fmt = formats.current()
    rows = billing.products_by_name(person, text, most=30)
    return format_html_join(
        "",
        '<option value="{}" data-price="{}">{}</option>',
        ((name, "" if price is None else price, "" if price is None else fmt.number(price, 2)) for name, price in rows),
    )


urlpatterns = [path("pick/<str:kind>/", pick, name="pick")]
