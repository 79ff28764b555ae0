"""What can be imported. `TARGETS` is the table of contents of the wizard."""

from __future__ import annotations

from otdel.interfaces.files.targets.base import Field, Kind, Option, Target, normal
from otdel.interfaces.files.targets.names import TARGETS

BY_KEY = {target.key: target for target in TARGETS}

__all__ = ["BY_KEY", "TARGETS", "Field", "Kind", "Option", "Target", "normal"]
