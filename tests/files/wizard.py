"""Goes through the import wizard as a browser without scripts does: fills in forms as they stand, with some changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from lxml import html

from otdel.interfaces.files import jobs
from otdel.interfaces.files.models import ImportSession

JOBS = {"otdel.interfaces.files.jobs.check": jobs.check, "otdel.interfaces.files.jobs.run": jobs.run,
        "otdel.interfaces.files.jobs.undo": jobs.undo}  # fmt: skip


def do_jobs() -> None:
    """Do what waits in the queue, as a worker would."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs"
                " WHERE task_name LIKE 'otdel.interfaces.files.jobs.%%') RETURNING task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return
        args = row[1] if isinstance(row[1], dict) else __import__("json").loads(row[1])
        JOBS[row[0]](**args)


def form_of(content: bytes, having: str) -> dict[str, Any]:
    """The values of the form that has such a field, as they stand."""
    page = html.fromstring(content)
    form = next(form for form in page.forms if having in form.fields)
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    return data


class Wizard:
    def __init__(self, client: Client) -> None:
        self.client = client

    def upload(self, file: Path | bytes, name: str = "") -> ImportSession:
        content = file if isinstance(file, bytes) else file.read_bytes()
        name = name or (file.name if isinstance(file, Path) else "file.csv")
        answer = self.client.post("/import/upload/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, answer.content[:2000]
        assert "/columns/" in answer["Location"], [str(m) for m in _messages(answer)]
        return ImportSession.objects.get(pk=int(answer["Location"].split("/")[2]))

    def columns(self, session: ImportSession, target: str = "", **changes: Any) -> None:
        url = f"/import/{session.pk}/columns/"
        if target and target != session.target:
            self.client.post(url, {"reread": "1", "target": target})
        page = self.client.get(url)
        assert page.status_code == 200
        data = form_of(page.content, "field_0") | changes
        answer = self.client.post(url, data)
        assert answer.status_code == 302, _alerts(answer.content)

    def options(self, session: ImportSession, now: bool = False, **changes: Any) -> None:
        url = f"/import/{session.pk}/options/"
        page = self.client.get(url)
        assert page.status_code == 200
        data = options_of(page.content)
        answer = self.client.post(url, data | changes | ({"now": "1"} if now else {}))
        assert answer.status_code == 302, _alerts(answer.content)

    def go(
        self, file: Path | bytes, name: str = "", target: str = "", columns: dict[str, Any] | None = None,
        check: bool = True, **options: Any,
    ) -> ImportSession:  # fmt: skip
        """All the way: upload, columns, answers, check, import."""
        session = self.upload(file, name)
        self.columns(session, target, **(columns or {}))
        self.options(session, now=not check, **options)
        do_jobs()
        session.refresh_from_db()
        if check:
            assert session.status == "CHECKED", (session.status, session.problem)
            self.checked = session.checked
            self.client.post(f"/import/{session.pk}/start/")
            do_jobs()
            session.refresh_from_db()
        assert session.status == "DONE", (session.status, session.problem)
        return session

    def undo(self, session: ImportSession) -> ImportSession:
        self.client.post(f"/import/{session.pk}/undo/")
        do_jobs()
        session.refresh_from_db()
        return session


def counts(session: ImportSession) -> tuple[int, int, int, int]:
    return session.created, session.updated, session.unchanged, session.refused


def options_of(content: bytes) -> dict[str, Any]:
    page = html.fromstring(content)
    form = next(form for form in page.forms if form.xpath(".//button[@name='now']"))
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    return data


def _alerts(content: bytes) -> list[str]:
    return [each.text_content() for each in html.fromstring(content).xpath("//*[contains(@class,'alert')]")]


def _messages(answer: Any) -> list[Any]:
    from django.contrib.messages import get_messages

    return list(get_messages(answer.wsgi_request))
