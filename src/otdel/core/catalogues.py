"""Catalogues of translated texts: collected from the code, checked, and compiled, without GNU gettext.

Each Django app of ours has its own: locale/<language>/LC_MESSAGES/django.po for Python and templates,
djangojs.po for scripts.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.utils.translation.template import templatize

LANGUAGES = ("ru",)
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,  # gettext_lazy under its short name, beside gettext as _
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
}
SKIPPED = ("migrations", "locale", "vendor", "node_modules", "__pycache__")

Key = tuple[str | None, str]  # context and source text


@dataclass(frozen=True)
class Source:
    """One text found in the code."""

    context: str | None
    text: str
    plural: str | None
    comments: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.context, self.text


def folders() -> list[Path]:
    """Return the folders of our own Django apps."""
    return sorted(Path(config.path) for config in apps.get_app_configs() if config.name.startswith("otdel."))


def collect(folder: Path, domain: str) -> dict[Key, Source]:
    """Return every text of an app, by its context and source."""
    found: dict[Key, Source] = {}
    for path in _files(folder):
        for source in _texts(path, domain):
            known = found.get(source.key)
            if known is None or (known.plural is None and source.plural is not None):
                found[source.key] = source
    return found


def update(folder: Path, domain: str, language: str) -> bool:
    """Bring a catalogue up to what the code says, keeping its translations; True if it changed."""
    sources = collect(folder, domain)
    path = _path(folder, domain, language)
    if not sources:
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed
    before = path.read_bytes() if path.exists() else b""
    after = _written(_merged(_read(path, language), sources, language))
    if after != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(after)
    return after != before


def problems(folder: Path, domain: str, language: str) -> list[str]:
    """Return what is untranslated, missing or left over in a catalogue."""
    sources = collect(folder, domain)
    path = _path(folder, domain, language)
    catalog = _read(path, language)
    known: dict[Key, Message] = {_key(message): message for message in catalog if message.id}
    found = [f"missing: {_shown(key)}" for key in sources if key not in known]
    found += [f"no longer used: {_shown(key)}" for key in known if key not in sources]
    for key, message in known.items():
        if key in sources:
            found += [f"{problem}: {_shown(key)}" for problem in _faults(message, sources[key], catalog.num_plurals)]
    return [f"{path}: {problem}" for problem in sorted(found)]


def compile_all() -> int:
    """Write the .mo beside each .po that is newer, and return how many were written."""
    count = 0
    for folder in folders():
        for path in sorted(folder.glob("locale/*/LC_MESSAGES/*.po")):
            target = path.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime_ns < path.stat().st_mtime_ns:
                _compile(path, target)
                count += 1
    return count


def _compile(path: Path, target: Path) -> None:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".mo-")
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalog)
    Path(name).chmod(0o644)
    Path(name).replace(target)  # another process may be reading the old one


def _files(folder: Path) -> Iterator[Path]:
    """Yield an app's files, without those of apps inside it."""
    inner = [other for other in folders() if other != folder and folder in other.parents]
    for path in sorted(folder.rglob("*")):
        skipped = any(part in SKIPPED for part in path.relative_to(folder).parts)
        if path.is_file() and not skipped and not any(other in path.parents for other in inner):
            yield path


def _texts(path: Path, domain: str) -> Iterator[Source]:
    suffix = path.suffix.lower()
    found: Iterable[Any] = ()
    if domain == "djangojs":
        if suffix == ".js":
            found = extract_javascript(_open(path.read_bytes()), KEYWORDS, ("Translators:",), {"encoding": "utf-8"})
    elif suffix == ".py":
        found = extract_python(_open(path.read_bytes()), KEYWORDS, ("Translators:",), {"encoding": "utf-8"})
    elif suffix in (".html", ".txt", ".xml", ".typ", ".svg") and "templates" in path.parts:
        # Django turns a template into lines of gettext calls; their indentation is the template's, not Python's.
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        lines = "\n".join(line.lstrip() for line in code.splitlines())
        found = extract_python(_open(lines.encode()), KEYWORDS, ("Translators:",), {"encoding": "utf-8"})
    for _line, function, arguments, comments in found:
        yield from _source(function, arguments, tuple(comments))


def _source(function: str | None, arguments: Any, comments: tuple[str, ...]) -> Iterator[Source]:
    """Make a text of a call's arguments; a call without a literal text is none."""
    given = list(arguments) if isinstance(arguments, (tuple, list)) else [arguments]
    name = (function or "").removesuffix("_lazy")
    context = given.pop(0) if name in ("pgettext", "npgettext") and len(given) > 1 else None
    if not given or not isinstance(given[0], str) or not given[0]:
        return
    plural = given[1] if name in ("ngettext", "npgettext") and len(given) > 1 and isinstance(given[1], str) else None
    yield Source(context, given[0], plural, comments)


def _merged(old: Catalog, sources: dict[Key, Source], language: str) -> Catalog:
    known: dict[Key, Message] = {_key(message): message for message in old if message.id}
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for source in sources.values():
        message = known.get(source.key)
        text: Any = (source.text, source.plural) if source.plural else source.text
        string = _kept(message, plural=source.plural is not None, count=catalog.num_plurals)
        flags = {flag for flag in ("python-format", "python-brace-format") if message and flag in message.flags}
        catalog.add(text, string, auto_comments=source.comments, context=source.context, flags=flags)
    return catalog


def _kept(message: Message | None, *, plural: bool, count: int) -> Any:
    """Return a translation that fits the text's present form."""
    string = message.string if message else ""
    if plural:
        if isinstance(string, (tuple, list)) and len(string) == count:
            return tuple(string)
        return ("",) * count
    return string[0] if isinstance(string, (tuple, list)) else string


def _written(catalog: Catalog) -> bytes:
    """Return the file: sorted, without places and dates, so that two branches rarely meet on one line."""
    out = io.BytesIO()
    write_po(out, catalog, no_location=True, omit_header=True, sort_output=True, width=0)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {PLURALS[str(catalog.locale)]}\\n"\n\n'
    )
    return (head + out.getvalue().decode().strip() + "\n").encode()


def _faults(message: Message, source: Source, plurals: int) -> Iterator[str]:
    strings = list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]
    if not all(strings) or (source.plural and len(strings) != plurals):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    originals = f"{source.text} {source.plural or ''}"
    for string in strings:
        if strange := _placeholders(string or "") - _placeholders(originals):
            yield f"unknown placeholder {', '.join(sorted(strange))}"
    if not source.plural and (lost := _placeholders(source.text) - _placeholders(strings[0] or "")):
        yield f"lost placeholder {', '.join(sorted(lost))}"


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|(?<![{])\{\w*\}(?![}])", text))


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _path(folder: Path, domain: str, language: str) -> Path:
    return folder / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def _key(message: Message) -> Key:
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return message.context or None, str(text)


def _shown(key: Key) -> str:
    return f"{key[1]!r}" + (f" ({key[0]})" if key[0] else "")


def _open(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)
