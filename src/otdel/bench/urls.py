"""Every address of Otdel, and the floor's."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from otdel.bench import floor
from otdel.urls import urlpatterns as product

urlpatterns: list[URLPattern | URLResolver] = [
    *product,
    path("floor/deals/", floor.deals),
    path("floor/deals/<int:after>/", floor.deals),
    path("floor/deal/<int:deal_id>/", floor.deal),
    path("floor/today/<int:person_id>/", floor.my_day),
    path("floor/tasks/", floor.tasks),
    path("floor/counters/<int:person_id>/", floor.counters),
    path("floor/overdue/<int:person_id>/", floor.overdue),
    path("floor/team/", floor.team),
    path("floor/team/<int:unit_id>/", floor.team),
    path("floor/board/<str:start>/<str:end>/", floor.board),
    path("floor/board/<str:start>/<str:end>/by-group/", floor.board, {"by_group": True}),
    path("floor/board/<str:start>/<str:end>/<int:unit_id>/", floor.board),
]
