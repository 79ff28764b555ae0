#!/usr/bin/env python3
"""Copies what the pages need from node_modules into static/vendor, unmodified, with licences and versions.

Run by `make vendor`. Nobody else needs Node: the copies are committed.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / "node_modules"
STATIC = ROOT / "src/otdel/interfaces/web/static"
TEST_VENDOR = ROOT / "tests/browser/vendor"

# package: (where to, {file in the package: name here})
COPIES: dict[str, tuple[Path, dict[str, str]]] = {
    "htmx.org": (STATIC / "vendor", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"}),
    "echarts": (
        STATIC / "vendor",
        {
            "dist/echarts.common.min.js": "echarts.common.min.js",
            "LICENSE": "echarts.LICENSE.txt",
            "NOTICE": "echarts.NOTICE.txt",
        },
    ),
    "sortablejs": (STATIC / "vendor", {"Sortable.min.js": "sortable.min.js", "LICENSE": "sortable.LICENSE.txt"}),
    "@tabler/icons": (STATIC / "vendor", {"LICENSE": "tabler-icons.LICENSE.txt"}),
    "axe-core": (
        TEST_VENDOR,
        {
            "axe.min.js": "axe.min.js",
            "LICENSE": "axe.LICENSE.txt",
            "LICENSE-3RD-PARTY.txt": "axe.LICENSE-3RD-PARTY.txt",
        },
    ),
}


def main() -> None:
    versions = {name: package_version(name) for name in COPIES}
    for name, (folder, files) in COPIES.items():
        folder.mkdir(parents=True, exist_ok=True)
        for source, target in files.items():
            shutil.copyfile(NODE / name / source, folder / target)
    (STATIC / "icons.svg").write_text(sprite(versions["@tabler/icons"]), encoding="utf-8")
    write_versions(versions)


def package_version(name: str) -> str:
    return str(json.loads((NODE / name / "package.json").read_text())["version"])


def sprite(version: str) -> str:
    """Return one SVG with a <symbol> for every icon named in tools/icons.txt."""
    wanted = [line.strip() for line in (ROOT / "tools/icons.txt").read_text().splitlines()]
    symbols = [symbol(*line.partition("=")[::2]) for line in wanted if line and not line.startswith("#")]
    origin = f"<!-- Tabler Icons {version}, MIT, see vendor/tabler-icons.LICENSE.txt -->"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg">{origin}', *symbols, "</svg>"]) + "\n"


def symbol(name: str, source: str) -> str:
    text = (NODE / "@tabler/icons/icons/outline" / f"{source or name}.svg").read_text()
    body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
    paths = [part.strip() for part in body.splitlines() if part.strip() and 'd="M0 0h24v24H0z"' not in part]
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>'


def write_versions(versions: dict[str, str]) -> None:
    lines = ["Copied unmodified by tools/vendor.py; licences beside the files.", ""]
    for folder in (STATIC / "vendor", TEST_VENDOR):
        rows = [f"{name} {versions[name]}" for name, (place, _) in COPIES.items() if place == folder]
        (folder / "VERSIONS.txt").write_text("\n".join([*lines, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
