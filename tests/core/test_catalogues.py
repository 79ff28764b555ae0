"""Texts are found in Python, templates and scripts, merged without loss, and judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from otdel.core import catalogues

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("Save")
ngettext("%(count)s deal", "%(count)s deals", 2)
pgettext("month", "May")
_(name)
"""
TEMPLATE = """{% load i18n %}
<h1>{% translate "Plan" %}</h1>
    {% translate "Open" context "state" %}
  {% blocktranslate trimmed count n=rows|length %}
    One row
  {% plural %}
    {{ n }} rows
  {% endblocktranslate %}
{{ _("Filter") }} {% comment %}{% translate "Not this" %}{% endcomment %}
"""
SCRIPT = 'const a = gettext("Copied"); const b = ngettext("%s file", "%s files", n);'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "views.py").write_text(PYTHON)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "static" / "page.js").write_text(SCRIPT)
    return tmp_path


def test_every_kind_of_text_is_found(folder: Path) -> None:
    found = catalogues.collect(folder, "django")

    assert set(found) == {
        (None, "Save"),
        (None, "%(count)s deal"),
        ("month", "May"),
        (None, "Plan"),
        ("state", "Open"),
        (None, "One row"),
        (None, "Filter"),
    }
    assert found[(None, "One row")].plural == "%(n)s rows"
    assert found[(None, "%(count)s deal")].plural == "%(count)s deals"
    assert set(catalogues.collect(folder, "djangojs")) == {(None, "Copied"), (None, "%s file")}


def test_updating_keeps_translations_sorts_and_drops_the_unused(folder: Path) -> None:
    catalogues.update(folder, "django", "ru")
    path = folder / "locale/ru/LC_MESSAGES/django.po"
    path.write_text(path.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "Сохранить"'))
    (folder / "views.py").write_text('_("Save")\n_("Add")')

    changed = catalogues.update(folder, "django", "ru")

    content = path.read_text()
    assert changed
    assert 'msgid "Save"\nmsgstr "Сохранить"' in content
    assert content.index('"Add"') < content.index('"Filter"') < content.index('"Save"')
    assert "May" not in content
    assert "#:" not in content
    assert "nplurals=3" in content
    assert not catalogues.update(folder, "django", "ru")


def test_what_is_wrong_is_named(folder: Path) -> None:
    path = folder / "locale/ru/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    (folder / "templates" / "page.html").unlink()
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "%(count)s deal"\nmsgid_plural "%(count)s deals"\n'
        'msgstr[0] "%(count)s сделка"\nmsgstr[1] "%(number)s сделки"\nmsgstr[2] "%(count)s сделок"\n\n'
        'msgid "Gone"\nmsgstr "Нет"\n\nmsgid "Save"\nmsgstr ""\n'
    )

    found = [problem.partition(": ")[2] for problem in catalogues.problems(folder, "django", "ru")]

    assert found == [
        "missing: 'May' (month)",
        "no longer used: 'Gone'",
        "not translated: 'Save'",
        "unknown placeholder %(number)s: '%(count)s deal'",
    ]


def test_compiled_catalogues_are_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "folders", lambda: [folder])
    catalogues.update(folder, "django", "ru")
    path = folder / "locale/ru/LC_MESSAGES/django.po"
    path.write_text(path.read_text().replace('msgid "Plan"\nmsgstr ""', 'msgid "Plan"\nmsgstr "План"'))

    assert catalogues.compile_all() == 1
    assert catalogues.compile_all() == 0

    with path.with_suffix(".mo").open("rb") as file:
        assert read_mo(file)["Plan"].string == "План"
