"""Pipelines and stages the rows name."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.imports import Result, Settings, cut, fold
from otdel.deals import rules
from otdel.deals.models import Pipeline, Stage
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right

Outcome = Stage.Outcome


class Stages:
    """Pipelines and stages by name; new ones where that was asked for, meaning what the importer said."""

    def __init__(self, by: Person, settings: Settings, result: Result) -> None:
        self._by, self._settings, self._result = by, settings, result
        self._pipelines = {fold(each.name): each for each in Pipeline.objects.order_by("position", "id")}
        self._stages: dict[int, list[Stage]] = defaultdict(list)
        self.by_id: dict[int, Stage] = {}
        for stage in Stage.objects.select_related("pipeline").order_by("position", "id"):
            self._keep(stage)

    def _keep(self, stage: Stage) -> Stage:
        self._stages[stage.pipeline_id].append(stage)
        self.by_id[stage.pk] = stage
        return stage

    def pipeline(self, name: str | None, stage: str | None) -> Pipeline:
        """The pipeline named; else the one that has the stage; else the first."""
        name = name or self._settings.pipeline or None
        if name:
            return self._pipelines.get(fold(name)) or self._make_pipeline(name)
        with_stage = (each for each in self._pipelines.values() if stage and self._named(each, stage))
        found = next(with_stage, None) or next(iter(self._pipelines.values()), None)
        return found or self._make_pipeline(_("Sales"))

    def find(self, pipeline_name: str | None, name: str | None, outcome: str | None) -> Stage:
        """The stage of a row. A row that says only won or lost gets the pipeline's stage of that outcome."""
        pipeline = self.pipeline(pipeline_name, name)
        wanted = {"won": Outcome.WON, "lost": Outcome.LOST}.get(outcome or "")
        named = self._named(pipeline, name) if name else None
        if name and named is None:
            named = self._make(pipeline, name, self._settings.outcomes.get(fold(name)) or wanted or Outcome.OPEN)
        if named is not None and (wanted is None or named.outcome == wanted):
            return named
        chosen = self._of_outcome(pipeline, wanted or Outcome.OPEN)
        return chosen or self._make(pipeline, str(Outcome(wanted or Outcome.OPEN).label), wanted or Outcome.OPEN)

    def named(self, pipeline_id: int, name: str) -> Stage | None:
        return next((stage for stage in self._stages[pipeline_id] if fold(stage.name) == fold(name)), None)

    def _named(self, pipeline: Pipeline, name: str) -> Stage | None:
        return self.named(pipeline.pk, name)

    def _of_outcome(self, pipeline: Pipeline, outcome: str) -> Stage | None:
        return next((stage for stage in self._stages[pipeline.pk] if stage.outcome == outcome), None)

    def _may_make(self, sentence: str) -> None:
        if not self._settings.may_create("stages"):
            raise NotFound(sentence)
        require(self._by, "settings", Right.CHANGE)

    def _make_pipeline(self, name: str) -> Pipeline:
        self._may_make(_("There is no pipeline “%(name)s”.") % {"name": name[:160]})
        made = Pipeline.objects.create(name=cut(name, 160, _("Pipeline")), position=len(self._pipelines))
        self._pipelines[fold(name)] = made
        self._result.made["pipelines"].add(made.name)
        return made

    def _make(self, pipeline: Pipeline, name: str, outcome: str) -> Stage:
        self._may_make(
            _("There is no stage “%(stage)s” in the pipeline “%(pipeline)s”.")
            % {"stage": name[:120], "pipeline": pipeline.name}
        )
        place = max((stage.position for stage in self._stages[pipeline.pk]), default=-1) + 1
        chance = rules.chance(Stage(outcome=outcome), None)
        made = Stage.objects.create(
            pipeline=pipeline, name=cut(name, 120, _("Stage")), position=place, outcome=outcome, probability=chance
        )
        self._result.made["stages"].add(f"{pipeline.name}: {made.name}")
        return self._keep(made)
