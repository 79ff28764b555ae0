"""A browser's name for people: «Firefox · Windows»."""

from __future__ import annotations

# The order matters: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = (
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def describe(agent: str) -> str:
    """Return browser and system, or the beginning of what the browser says when neither is known."""
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in found if part) or agent[:60] or "—"
