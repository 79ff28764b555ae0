"""Documents do not drift: links lead somewhere, commands and settings exist, both languages have the guides."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from otdel.host.__main__ import COMMANDS
from otdel.host.environment import SETTINGS
from otdel.host.folders import CHECKOUT

FENCE = re.compile(r"^(?: {4}|```)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:src|tests|docs|tools|requirements)/[\w./-]*\w/?)`")
TWINS = [
    "README.md",
    "docs/admin.md",
    "docs/head.md",
    "docs/api.md",
    *sorted(f"docs/methods/{each.name}" for each in (CHECKOUT / "docs/methods").glob("*.md")),
]
# named in texts as an example of something yet to be written
EXAMPLES = {"tests/billing/test_barcode.py", "src/otdel/billing/migrations/NNNN_product_barcode.py"}


def documents() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    found = [CHECKOUT / name for name in listed.stdout.split()] or [
        *CHECKOUT.glob("*.md"),
        *(CHECKOUT / "docs").rglob("*.md"),
    ]
    return [path for path in found if path.exists()]


def headings(path: Path) -> set[str]:
    """Return the anchors of a page as GitHub makes them."""
    lines = [line.lstrip("#").strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def prose(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not FENCE.match(line):
            yield line


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(path):
    for line in prose(path):
        for target in LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            name, _, anchor = target.partition("#")
            place = (path.parent / name).resolve() if name else path
            assert place.exists(), f"{path.name}: {target}"
            assert not anchor or anchor in headings(place), f"{path.name}: {target}"


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_file_named_is_there(path):
    named = {name for name in NAMED.findall(path.read_text(encoding="utf-8")) if "…" not in name}
    assert not [name for name in named - EXAMPLES if not (CHECKOUT / name).exists()]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_command_named_exists(path):
    words = set(re.findall(r"\./otdel ([a-z]+)", path.read_text(encoding="utf-8")))
    assert words <= set(COMMANDS)


def settings_of(page: str) -> list[tuple[str, str, str]]:
    """Return the rows of the page's table of settings: name, default, meaning."""
    found = []
    for line in (CHECKOUT / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3 and re.fullmatch(r"`[A-Z_]+`", cells[0]):
            found.append((cells[0].strip("`"), cells[1].strip("`").replace("–", ""), cells[2]))
    return found


def test_table_of_settings_is_what_otdel_understands():
    assert settings_of("docs/admin.md") == [(each.name, each.default, each.meaning) for each in SETTINGS]


def test_russian_table_of_settings_has_the_same_settings():
    rows = [(name, default) for name, default, meaning in settings_of("docs/ru/admin.md") if meaning]
    assert rows == [(each.name, each.default) for each in SETTINGS]


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_readme_names_both_commands(name):
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert "./otdel run" in text
    assert "./otdel test" in text


@pytest.mark.parametrize("name", TWINS)
def test_page_has_its_russian_twin(name):
    twin = name.replace("docs/", "docs/ru/") if name.startswith("docs/") else name.replace(".md", ".ru.md")
    assert (CHECKOUT / twin).exists()


def test_pictures_are_light():
    for path in (CHECKOUT / "docs").rglob("*.png"):
        assert path.stat().st_size <= 200_000, path.name
