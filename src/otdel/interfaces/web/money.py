"""What is owed to us: the first page of the room of money."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.billing import queries
from otdel.core.errors import NotAllowed
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.money_tabs import TABS
from otdel.org import access
from otdel.org.rules import Right


@page
def debts(request: PersonRequest) -> HttpResponseBase:
    if not access.scope(request.user, "invoice", Right.VIEW):
        return redirect(_other_page(request))
    found = queries.debts(request.user, request.today)
    most = max((age.sum for age in found.ages), default=0) or 1
    context = {
        "debts": found,
        "bars": [_bar(age, most) for age in found.ages],
        "currency": request.company.currency,
        "symbol": formats.SYMBOLS.get(request.company.currency, request.company.currency),
        "urls": {"unpaid": _invoices(state="unpaid"), "overdue": _invoices(state="overdue")},
        "words": {name: _count(getattr(found, name).count) for name in ("unpaid", "overdue", "soon", "no_day")},
        "debtors": [(each, _invoices(state="overdue", customer=each.customer_id)) for each in found.debtors],
        "tabs": [(words, reverse(name), name == "money") for words, name in TABS],
        "today": request.today,
        "may_pay": access.scope(request.user, "payment", Right.CREATE),
    }
    return render(request, "money/debts.html", context)


def _count(number: int) -> str:
    return ngettext("%(count)s invoice", "%(count)s invoices", number) % {"count": formats.current().number(number)}


def _bar(age: queries.Age, most: Any) -> dict[str, Any]:
    return {"age": age, "url": _invoices(age=age.code), "share": round(float(age.sum / most) * 100)}


def _invoices(**params: Any) -> str:
    return f"{reverse('invoices')}?{urlencode(params)}"


def _other_page(request: PersonRequest) -> str:
    """Where somebody who sees no invoices begins."""
    for kind in ("payment", "shipment", "product"):
        if access.scope(request.user, kind, Right.VIEW):
            return reverse(f"{kind}s")
    raise NotAllowed(_("Your role does not allow this."))


urlpatterns = [path("money/", debts, name="money")]
