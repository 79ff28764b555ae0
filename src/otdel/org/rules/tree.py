"""The shape of the department tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from otdel.core.errors import Conflict

if TYPE_CHECKING:
    pass


class TreeCycle(Conflict):
    """A department cannot be placed under itself."""


@dataclass(frozen=True)
class Node:
    id: int
    name: str
    parent_id: int | None
    head_id: int | None
    closed_on: date | None = None


@dataclass(frozen=True)
class Tree:
    """All departments at once: small, read once per request."""

    nodes: Mapping[int, Node]
    children: Mapping[int | None, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Tree:
        """Build from nodes in display order."""
        by_id = {node.id: node for node in nodes}
        children: dict[int | None, tuple[int, ...]] = {}
        for node in by_id.values():
            children[node.parent_id] = (*children.get(node.parent_id, ()), node.id)
        return cls(by_id, children)

    @property
    def roots(self) -> tuple[int, ...]:
        return self.children.get(None, ())

    def under(self, *unit_ids: int) -> frozenset[int]:
        """Return the units and everything under them."""
        found: set[int] = set()
        waiting = [unit for unit in unit_ids if unit in self.nodes]
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(self.children.get(unit, ()))
        return frozenset(found)

    def above(self, unit_id: int) -> tuple[int, ...]:
        """Return the unit and its parents up to the root."""
        path: list[int] = []
        current: int | None = unit_id
        while current is not None and current in self.nodes and current not in path:
            path.append(current)
            current = self.nodes[current].parent_id
        return tuple(path)

    def headed_by(self, person_id: int) -> tuple[int, ...]:
        return tuple(node.id for node in self.nodes.values() if node.head_id == person_id)

    def heads_above(self, unit_id: int) -> tuple[int, ...]:
        """Return the people who answer for the unit, nearest first."""
        heads = (self.nodes[unit].head_id for unit in self.above(unit_id))
        return tuple(dict.fromkeys(head for head in heads if head is not None))

    def walk(self, root: int | None = None, depth: int = 0) -> Iterable[tuple[int, Node]]:
        """Yield (depth, node) in display order."""
        for unit in self.children.get(root, ()):
            yield depth, self.nodes[unit]
            yield from self.walk(unit, depth + 1)

    def path_name(self, unit_id: int) -> str:
        return " / ".join(self.nodes[unit].name for unit in reversed(self.above(unit_id)))


def check_parent(tree: Tree, unit_id: int, parent_id: int | None) -> None:
    if parent_id is not None and parent_id in tree.under(unit_id):
        raise TreeCycle(_("A department cannot be placed under itself."))


class UnitInUse(Conflict):
    """A department with people or open departments cannot be closed."""
