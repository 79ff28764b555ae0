"""The import wizard: a file, its columns, what may be made, a check, the import, and taking it back."""

from otdel.interfaces.files.wizard.addresses import urlpatterns

__all__ = ["urlpatterns"]
