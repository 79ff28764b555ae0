"""The people: list, card, hiring, moving, leaving, inviting."""

from otdel.interfaces.web.people.addresses import urlpatterns

__all__ = ["urlpatterns"]
