"""What can be imported. `TARGETS` is the table of contents of the wizard."""

from __future__ import annotations

from otdel.interfaces.files.targets.base import Field, Kind, Option, Target, normal
from otdel.interfaces.files.targets.names import TARGETS
from otdel.interfaces.files.targets.own import BY_KEY, own_key, whole

__all__ = ["BY_KEY", "TARGETS", "Field", "Kind", "Option", "Target", "normal", "own_key", "whole"]
