"""What import-linter cannot see: foreign keys point down too, and only actions write."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[1]
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}


def room_floors() -> dict[str, int]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    floors = reversed(config["tool"]["importlinter"]["contracts"][0]["layers"])
    return {room.strip(): floor for floor, line in enumerate(floors) for room in line.split("|")}


def test_foreign_keys_point_down():
    floor = room_floors()
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.many_to_one
        and field.concrete
        and model._meta.app_label in floor
        and field.related_model._meta.app_label in floor
        and model._meta.app_label != field.related_model._meta.app_label
        and floor[field.related_model._meta.app_label] >= floor[model._meta.app_label]
    ]
    # an event is signed by a person; everything below people is signed
    assert upward == ["core.Event.by -> org.Person"]


TRANSLATES = {"_", "lazy", "gettext", "ngettext", "pgettext", "gettext_lazy", "ngettext_lazy", "pgettext_lazy"}


def writers() -> set[str]:
    return {
        path.relative_to(ROOT / "src/otdel").as_posix()
        for path in (ROOT / "src/otdel").rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    }


def is_allowed(path: str) -> bool:
    return "/actions/" in path or path.endswith("/actions.py") or path == "core/journal.py"


def test_only_actions_write():
    assert {path for path in writers() if not is_allowed(path)} == set()


def test_no_text_hides_from_the_translator_inside_an_f_string():
    """What collects texts for translation does not look into them: such a text would stay English."""
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "src/otdel").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TRANSLATES
    ]
    assert hidden == []
