"""Absences of one's people: the page of a head, its form, and what it warns of."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

from django.utils import timezone

from otdel.org.models import Absence


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def days(first: int, last: int) -> dict[str, str]:
    today = timezone.localdate()
    return {"starts_on": str(today + timedelta(days=first)), "last_on": str(today + timedelta(days=last))}


def test_a_head_adds_changes_and_removes(firm, signed, django_assert_num_queries):
    client = signed("boris")
    assert "Everybody is in" in text_of(client.get("/people/absences/"))
    assert ">Absences<" in text_of(client.get("/people/"))
    form = text_of(client.get(f"/people/absences/new/?person={firm.anna.pk}"))
    assert f'<option value="{firm.anna.pk}" selected>' in form
    assert client.post("/people/absences/new/", days(1, 5)).status_code == 422
    sent = days(1, 5) | {"person": firm.anna.pk, "reason": "Holiday"}
    answer = client.post("/people/absences/new/", sent, follow=True)
    assert "nobody stands in" in text_of(answer)
    absence = Absence.objects.get()
    url = f"/people/absences/{absence.pk}/"
    assert "Holiday" in text_of(client.get(url))
    other = {"substitute": firm.vera.pk}
    assert client.post(url, days(0, 5) | other)["Location"] == "/people/absences/"
    with django_assert_num_queries(6):  # session, person, departments, whose they are; absences, those of substitutes
        page = text_of(client.get("/people/absences/"))
    assert "Away now" in page
    assert "Volkova Vera" in page
    gone = client.post(f"/me/notices/absence/{absence.pk}/remove/", {"next": "/people/absences/"})
    assert gone["Location"] == "/people/absences/"
    assert not Absence.objects.exists()


def test_it_is_said_when_the_substitute_is_away_too(firm, signed):
    Absence.objects.create(
        person=firm.vera, starts_on=timezone.localdate(), ends_on=timezone.localdate() + timedelta(days=3)
    )
    client = signed("anna")
    sent = days(2, 6) | {"substitute": firm.vera.pk}
    assert "the substitute is away" in text_of(client.post("/me/notices/absence/", sent, follow=True))
    page = text_of(signed("boris").get("/people/absences/"))
    assert "In 1 absence nobody will answer" in page


def test_it_is_for_heads(firm, signed):
    for who in ("anna", "zoya"):
        assert signed(who).get("/people/absences/").status_code == 403
        assert signed(who).get("/people/absences/new/").status_code == 403
    assert ">Absences<" not in text_of(signed("anna").get("/people/"))
    Absence.objects.create(
        person=firm.anna, starts_on=timezone.localdate(), ends_on=timezone.localdate() + timedelta(days=3)
    )
    pk = Absence.objects.get().pk
    assert signed("gleb").get(f"/people/absences/{pk}/").status_code == 404
    assert "Abramova" not in text_of(signed("gleb").get("/people/absences/"))
    own = text_of(signed("anna").get("/me/notices/"))
    assert f"/people/absences/{pk}/" in own
    assert signed("anna").post(f"/people/absences/{pk}/", days(0, 1))["Location"] == "/me/notices/"
