"""Manual control: declaring it, its modes, the norms, and the days people live under it."""

from django.urls import path

from otdel.interfaces.web.control import card, day, days, declaring, doing, modes, norms

urlpatterns = [
    path("plan/control/", modes.controls, name="controls"),
    path("plan/control/new/", declaring.declare, name="control_new"),
    path("plan/control/<int:pk>/", card.control, name="control"),
    path("plan/control/<int:pk>/end/", card.end, name="control_end"),
    path("plan/control/<int:pk>/go-on/", card.go_on, name="control_go_on"),
    path("plan/control/norms/", norms.norms, name="control_norms"),
    path("plan/control/norms/<int:pk>/drop/", norms.drop_norm, name="control_norm_drop"),
    path("plan/control/days/", days.days, name="control_days"),
    path("plan/control/days/<int:pk>/", day.day, name="control_day"),
    path("plan/control/days/<int:pk>/do/<str:name>/", doing.do, name="control_day_do"),
]
