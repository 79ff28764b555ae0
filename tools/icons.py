"""Draw the icons of the installed app from the mark: `python tools/icons.py`. Needs Chromium, as the browser tests do."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

PLACE = Path(__file__).parents[1] / "src/otdel/interfaces/web/static/pwa"
BLUE, PALE = "#1f5fbf", "#9db7d9"
MARK = (
    '<path d="M7 22l6-6 4 3 8-9" fill="none" stroke="{line}" stroke-width="3" stroke-linecap="round" '
    'stroke-linejoin="round"/><path d="M7 26h18" stroke="{floor}" stroke-width="2" stroke-linecap="round"/>'
)


def svg(size: int, corner: float, scale: float, ground: str = BLUE, line: str = "#fff", floor: str = PALE) -> str:
    """The mark on its ground; `scale` leaves room for the masks of phones."""
    move = 16 * (1 - scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="{corner}" fill="{ground}"/>'
        f'<g transform="translate({move} {move - 1.5 * (scale < 1)}) scale({scale})">{MARK.format(line=line, floor=floor)}</g></svg>'
    )


ICONS = {
    "icon-192": svg(192, 7, 1),
    "icon-512": svg(512, 7, 1),
    "maskable-192": svg(192, 0, 0.72),
    "maskable-512": svg(512, 0, 0.72),
    "apple-180": svg(180, 0, 0.86),
    # phones show only the shape of it in the status line
    "badge-96": svg(96, 0, 1.1, "none", "#fff", "#fff"),
}


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    with sync_playwright() as tools:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = tools.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for name, drawn in ICONS.items():
            size = int(name.rpartition("-")[2])
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawn}")
            page.screenshot(path=PLACE / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
