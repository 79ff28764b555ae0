"""Pages of deals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otdel.deals import queries
from otdel.interfaces.web import lists

TABS = ((_("Deals"), "deals"),)

LIST = lists.ListPage(
    listing=queries.DEALS,
    name="deals",
    path="deals/",
    title=_("Deals"),
    empty_title=_("No deals yet"),
    empty_text=_(
        "Everything you are trying to sell will be here: to whom, for how much, at which stage, and since when."
    ),
    icon="deals",
    links={"customer": "customer"},
    tones={"stage": {"WON": "done", "LOST": "under"}},
    quick=((_("All"), {"state": ""}), (_("Open"), {"state": "open"}), (_("Won"), {"state": "won"})),
    custom="deals.deal",
    file_name="deals",
)

urlpatterns = [*lists.urls(LIST)]
