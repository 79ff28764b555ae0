"""The one connection to the database that listens, made again whenever it breaks."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import psycopg
from django.conf import settings

from otdel.core import live
from otdel.interfaces.live.hub import Hub
from otdel.org.heads import HEADS

log = logging.getLogger("otdel.live")

QUIET = 15.0  # seconds without a word, after which the connection is asked whether it lives
PATIENCE = 10.0
HEADS_HOLD = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class Listener:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.hears = False
        self._heads_read = 0.0

    async def listen(self) -> None:
        """Hear until cancelled. A database that is away is asked again, at most every five seconds."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {live.CHANNEL}")
                    await self._read_heads(connection)
                    self.hears, pause = True, FIRST_PAUSE
                    await self.hub.tell_all_again()
                    await self._hear(connection)
            except (psycopg.Error, TimeoutError) as error:
                if self.hears:
                    log.warning("the database is away: %s", str(error).strip() or type(error).__name__)
                self.hears = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=QUIET, stop_after=1):
                await self._pass_on(notice.payload)
            self.hub.forget()
            if time.monotonic() - self._heads_read > HEADS_HOLD:  # asking anything also shows that it lives
                async with asyncio.timeout(PATIENCE):
                    await self._read_heads(connection)

    async def _pass_on(self, payload: str) -> None:
        try:
            topic, people = live.read(payload)
        except ValueError:
            log.warning("not ours: %.80r", payload)
            return
        await self.hub.tell(topic, people)

    async def _read_heads(self, connection: psycopg.AsyncConnection[Any]) -> None:
        cursor = await connection.execute(HEADS)
        self.hub.heads = {person: tuple(heads) for person, heads in await cursor.fetchall()}
        self._heads_read = time.monotonic()


def _address() -> dict[str, Any]:
    """Return where Django's database is, in psycopg's words; the pool is not for us."""
    given = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: value for name, value in given.get("OPTIONS", {}).items() if name != "pool"}
    said = {ours: given[theirs] for ours, theirs in names.items() if given.get(theirs)}
    return {"connect_timeout": 10, "application_name": "otdel live", "keepalives_idle": 30, **options, **said}
