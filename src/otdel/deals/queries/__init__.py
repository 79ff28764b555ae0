"""Questions about leads and deals."""

from otdel.deals.queries.lists import DEALS, LEADS, loss_reasons, pipelines, stages

__all__ = ["DEALS", "LEADS", "loss_reasons", "pipelines", "stages"]
