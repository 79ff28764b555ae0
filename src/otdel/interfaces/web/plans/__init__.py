"""Plans as documents: the list, the grid, versions."""

from otdel.interfaces.web.plans.addresses import urlpatterns

__all__ = ["urlpatterns"]
