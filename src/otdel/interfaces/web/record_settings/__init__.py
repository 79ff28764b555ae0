"""Settings of records: the short lists, pipelines and stages, fields of the company, what must be filled in."""

from otdel.interfaces.web.record_settings.addresses import urlpatterns

__all__ = ["urlpatterns"]
