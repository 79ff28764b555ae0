from __future__ import annotations

import re
import timeit
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from people import Firm

from otdel.interfaces.web import gallery, layout, marks, security

WEB = Path(gallery.__file__).parent


class Page(HTMLParser):
    """What a page has: ids, inline things, attributes that point at ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if "id" in names:
            self.ids.append(str(names["id"]))
        if "style" in names or any(name.startswith("on") for name in names) or tag == "style":
            self.inline.append(f"{tag} {attrs}")
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.inline.append(tag)


@pytest.mark.django_db
def test_gallery_shows_every_part_without_anything_inline(olga: Client) -> None:
    answer = olga.get("/gallery/")
    page = Page(answer.content.decode())

    assert answer.status_code == 200
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.django_db
def test_gallery_costs_the_session_and_the_person(olga: Client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):  # session, person, role
        olga.get("/gallery/")


@pytest.mark.django_db
def test_gallery_asks_who_one_is(client: Client, firm: Firm) -> None:
    assert client.get("/gallery/").headers["Location"].endswith("?next=/gallery/")


@pytest.mark.django_db
def test_every_answer_forbids_inline_scripts_and_frames(client: Client) -> None:
    headers = client.get("/nowhere/").headers
    policy = headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in headers["Permissions-Policy"]


def test_policy_follows_the_setting() -> None:
    assert security.csp_text({"default-src": ["'none'"], "img-src": ["'self'", "data:"]}) == (
        "default-src 'none'; img-src 'self' data:"
    )


@pytest.mark.parametrize("source", sorted(WEB.rglob("static/js/*.js")), ids=lambda path: path.name)
def test_scripts_need_no_eval(source: Path) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|hx-on", source.read_text())


def test_templates_have_nothing_inline() -> None:
    found = [
        f"{path.name}: {hit}"
        for path in WEB.rglob("templates/**/*.html")
        if path.parent.name != "letters"  # mail programs know no other way
        for hit in re.findall(
            r"<style|\sstyle=|\son[a-z]+=|hx-on|<script(?![^>]*src=)(?![^>]*application/json)", path.read_text()
        )
    ]

    assert found == []


def test_only_tokens_name_colours() -> None:
    found = [
        f"{path.name}: {hit}"
        for path in WEB.rglob("static/css/*.css")
        if path.name not in ("tokens.css", "print.css")
        for hit in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[ ;}])", path.read_text())
    ]

    assert found == []


def test_every_icon_named_is_in_the_sprite() -> None:
    sprite = (WEB / "static/icons.svg").read_text()
    text = "\n".join(path.read_text() for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")])
    named = re.findall(r"{% icon ['\"]([a-z0-9-]+)['\"]", text) + re.findall(r"\bicon\(['\"]([a-z0-9-]+)['\"]", text)

    assert [name for name in named if f'id="{name}"' not in sprite] == []


@pytest.mark.django_db
def test_rail_shows_only_what_the_role_may_see(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    from otdel.interfaces.web import nav

    monkeypatch.setattr(layout, "address", lambda name: f"/{name}/")
    monkeypatch.setattr(nav, "address", lambda name: f"/{name}/")
    layout.rail_entries.cache_clear()
    request = RequestFactory().get("/deals/7/")

    def rail(person: object) -> str:
        request.user = person
        return str(layout.Layout(request).rail({"deals": 148, "tasks": (12, True), "plan": 0}))

    with translation.override("en"):
        anna, admin = rail(firm.anna), rail(firm.admin)
    layout.rail_entries.cache_clear()

    assert "Settings" not in anna
    assert "Deals" in anna
    assert 'href="/deals/" data-key="g d" aria-current="page"' in anna
    assert '<span class="n">148</span>' in anna
    assert '<span class="n hot">12</span>' in anna
    assert "Settings" in admin
    assert "Deals" not in admin


@pytest.mark.django_db
def test_frame_is_cheap(firm: Firm) -> None:
    request = RequestFactory().get("/")
    request.user = firm.olga
    # the company has only begun: nothing can have been dead for five minutes
    request.now = firm.olga.created_at

    def draw() -> str:
        return render_to_string("base.html", request=request)

    draw()
    assert min(timeit.repeat(draw, number=20, repeat=5)) / 20 < 0.002


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422])
def test_refusals_are_pages_for_strangers_too(code: int) -> None:
    request = RequestFactory().get("/x/")
    request.user = AnonymousUser()

    text = render_to_string(f"errors/{code}.html", {"problem": "Not <b>today</b>."}, request=request)

    assert "<p data-problem>Not &lt;b&gt;today&lt;/b&gt;.</p>" in text
    assert 'class="rail"' not in text


def test_mistakes_are_shown_without_a_request() -> None:
    text = render_to_string("500.html")

    assert "data-problem" in text
    assert Page(text).inline == []


@pytest.mark.django_db
def test_theme_is_kept_and_leads_back_only_here(client: Client) -> None:
    answer = client.post("/look/theme/", {"theme": "dark", "next": "/plan/"})
    away = client.post("/look/theme/", {"theme": "neon", "next": "https://evil.example/"})

    assert answer.cookies["theme"].value == "dark"
    assert answer["Location"] == "/plan/"
    assert "theme" not in away.cookies
    assert away["Location"] == "/"


def test_title_is_said_once() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    context = {"name": "A & B"}

    page = Template('{% extends "base_door.html" %}{% block title %}Deal {{ name }}{% endblock %}')
    text = page.render(Context({**context, **layout.layout(request)}))

    assert "<title>Deal A &amp; B · Otdel</title>" in text
    assert "<h1>Deal A &amp; B</h1>" in text


@pytest.mark.parametrize(
    ("ratio", "tone", "sign"),
    [(0.23, "over", "▲"), (-0.33, "under", "▼"), (0.2, "", ""), (-0.2, "", ""), (None, "", "")],
)
def test_deviation_is_coloured_only_outside_tolerance(ratio: float | None, tone: str, sign: str) -> None:
    text = marks.deviation(ratio, 0.2)

    assert f'class="dev {tone}"' in text if tone else 'class="dev"' in text
    assert sign in text


def test_bullet_stays_inside_its_box_and_survives_nothing() -> None:
    numbers = [
        float(each) for each in re.findall(r'(?:width="|d="M)([0-9.]+)', marks.bullet(500, 100, 50, 10, 900, top=200))
    ]

    assert all(0 <= each <= marks.WIDTH for each in numbers)
    assert "<svg" in marks.bullet(0)
    assert "<svg" in marks.bullet(0, 0, 0, 0, 0, top=0)


def test_marks_escape_what_people_typed() -> None:
    assert "<i>" not in marks.badge("<i>x</i>", "<i>")
    assert "<i>" not in marks.kpi("<i>", "<i>", "<i>", "/<i>", "<i>")


class AForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the contract.")


def test_field_ties_its_help_and_errors() -> None:
    form = AForm({"name": ""})
    text = Template("{% form_errors form %}{% field form.name %}").render(Context({"form": form}))
    described = re.search(r'aria-describedby="([^"]+)"', text)

    assert described is not None
    assert all(f'id="{name}"' in text for name in described[1].split())
    assert 'aria-invalid="true"' in text
    assert 'href="#id_name"' in text


def test_chart_has_its_numbers_as_a_table() -> None:
    data = {"labels": ["1", "2"], "plan": [10, 20], "fact": [9.5, None], "series": [{"name": "<x>", "values": [1, 2]}]}

    text = Template('{% chart "bars" data "How it goes" %}').render(Context({"data": data}))

    assert text.count("<tr>") == 3
    assert "<x>" not in text
    assert '<span><i class="k-fact"></i>&lt;x&gt;</span>' in text
    assert re.search(r'<td class="num">9[.,]50</td>', text)
