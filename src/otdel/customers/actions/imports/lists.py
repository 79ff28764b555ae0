"""The short lists customers, deals and sales refer to, and regions from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.actions import Entries, Pen
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.customers.models import Channel, ClientSegment, Region, Source
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right


@dataclass(slots=True)
class RegionRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    parent: Ref | None = None
    """Not kept: regions have no tree."""


class Lists:
    """The short lists customers, deals and sales refer to."""

    def __init__(self, settings: Settings, result: Result) -> None:
        may = settings.may_create("lists")
        self.segments = Entries(ClientSegment, _("Segments"), may, result)
        self.regions = Entries(Region, _("Regions"), may, result)
        self.channels = Entries(Channel, _("Channels"), may, result)
        self.sources = Entries(Source, _("Sources"), may, result)


@action
def import_regions(*, by: Person, rows: Sequence[RegionRow], settings: Settings, now: datetime) -> Result:
    """Names and ids of regions, so that sales and customers may refer to either."""
    require(by, "settings", Right.CHANGE)
    result = Result()
    regions = list(Region.objects.all())
    by_id = {region.external_id: region for region in regions if region.external_id}
    by_name = {fold(region.name): region for region in regions}
    pen = Pen(Region)
    for row in rows:
        with result.guard(row.number):
            name = cut(row.name, 160, _("Name"))
            region = by_id.get(row.external_id or "") or by_name.get(fold(name))
            if not name and region is None:
                raise Invalid(_("The region has no name."))
            namesake = by_name.get(fold(name))
            if namesake is not None and namesake is not region:
                raise Conflict(_("There is already such an entry."))
            values = given(name=name or None, external_id=row.external_id)
            if region is None:
                region = pen.add(Region(position=len(by_name), **values))
                result.note(row.number, Status.CREATED)
            else:
                result.note(row.number, Status.UPDATED if pen.change(region, values) else Status.UNCHANGED)
            by_name[fold(region.name)] = region
            if region.external_id:
                by_id[region.external_id] = region
    pen.write()
    return result
