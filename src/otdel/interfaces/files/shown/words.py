"""What the wizard's pages say of files in general."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from otdel.interfaces.files.models import ImportSession
from otdel.plans.queries.documents import METRICS

State = ImportSession.Status


STEPS = (
    gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Questions"), gettext_lazy("Check"),
    gettext_lazy("Import"),
)  # fmt: skip


TONES = {State.DONE: "done", State.FAILED: "under", State.STOPPED: "over", State.RUNNING: "accent"}


MAKES = {
    "people": (gettext_lazy("People"), gettext_lazy("They cannot sign in until you invite them.")),
    "units": (gettext_lazy("Departments"), ""),
    "customers": (gettext_lazy("Customers and contacts"), gettext_lazy("They go to the owner of the row.")),
    "products": (gettext_lazy("Products and their groups"), ""),
    "stages": (gettext_lazy("Pipelines and stages"), gettext_lazy("What each new stage means is asked below.")),
    "lists": (gettext_lazy("Segments, regions, channels, sources, loss reasons"), ""),
}


ENCODINGS = ("utf-8", "cp1251", "utf-16", "cp866", "koi8-r", "cp1252")


DELIMITERS = {";": ";", ",": ",", "\t": gettext_lazy("tab"), "|": "|"}


ORDERS = {
    "DMY": gettext_lazy("day, month, year"),
    "MDY": gettext_lazy("month, day, year"),
    "YMD": gettext_lazy("year, month, day"),
}


KINDS = {
    "csv": gettext_lazy("text table"), "xlsx": "Excel (XLSX)", "xls": "Excel (XLS)", "ods": "OpenDocument (ODS)",
    "html": gettext_lazy("HTML table"), "xml": "Excel 2003 (XML)",
}  # fmt: skip


def metrics() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in METRICS]
