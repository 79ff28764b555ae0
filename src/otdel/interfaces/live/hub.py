"""Who has pages open, and what each of them has yet to be told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from otdel.core.live import TOPICS

MOST_LINES = 5_000
# A browser has one line for all its tabs where it can; where it cannot, six connections to a server are all it
# makes, and pages need one of them.
MOST_OF_ONE = 5
REMEMBERED = 330.0  # seconds: a little more than a ticket holds
PORTION = 100  # lines told at once: a thousand pages asking in the same moment would all wait
# what heads are told of their people, and under which name
UPWARDS = {"tasks": "team", "days": "days"}
PAUSE, ALTOGETHER = 0.05, 1.0  # seconds: after each portion, and in all


class Full(Exception):
    """So many pages are open that this one has to ask by itself."""


class Line:
    """One open page: what it has yet to be told, and why it ends: "leave" and do not come back, or we "stop"."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.ended = ""
        self._wake = asyncio.Event()

    def tell(self, topics: Iterable[str]) -> None:
        self.topics.update(topics)
        self._wake.set()

    def end(self, why: str) -> None:
        self.ended = why
        self._wake.set()

    async def wait(self, seconds: float) -> list[str]:
        """Return what changed, or nothing after so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()
        found, self.topics = sorted(self.topics), set()
        return found


class Hub:
    def __init__(self) -> None:
        self.lines: dict[int, list[Line]] = defaultdict(list)
        self.heads: Mapping[int, Iterable[int]] = {}
        self.count = 0
        self._told: dict[int, dict[str, float]] = {}  # when a person was last told a topic
        self._deaf_until = time.time()

    @contextlib.contextmanager
    def line(self, person_id: int, since: float) -> Iterator[Line]:
        """Open a line for the person whose page asked `since`: what came in between, it is told at once.

        The oldest line of one who has too many ends: it is most likely the one nobody reads any more.
        """
        if self.count >= MOST_LINES:
            raise Full
        own, made = self.lines[person_id], Line()
        if len(own) >= MOST_OF_ONE:
            own.pop(0).end("leave")
        own.append(made)
        self.count += 1
        if missed := self._missed(person_id, since):
            made.tell(missed)
        try:
            yield made
        finally:
            self.count -= 1
            if made in own:
                own.remove(made)
            if not own and self.lines.get(person_id) is own:
                del self.lines[person_id]

    def _missed(self, person_id: int, since: float) -> set[str]:
        if since <= self._deaf_until:
            return set(TOPICS)
        told = self._told.get(person_id, {}) | self._told.get(0, {})
        return {topic for topic, at in told.items() if at >= since}

    async def tell(self, topic: str, people: frozenset[int] | None) -> None:
        """Pass on what changed; whoever heads the people is told that their team's numbers did."""
        if people is None:
            await self._tell([topic], list(self.lines), remember=[0])
            return
        await self._tell([topic], [each for each in people if each in self.lines], remember=people)
        if topic in UPWARDS:
            heads = {head for each in people for head in self.heads.get(each, ())}
            await self._tell([UPWARDS[topic]], [each for each in heads if each in self.lines], remember=heads)

    async def _tell(self, topics: list[str], people: list[int], remember: Iterable[int]) -> None:
        now = time.time()
        for each in remember:
            self._told.setdefault(each, {}).update(dict.fromkeys(topics, now))
        pause = min(PAUSE, ALTOGETHER * PORTION / max(len(people), 1))
        for place, person in enumerate(people, 1):
            for line in self.lines.get(person, ()):
                line.tell(topics)
            if place % PORTION == 0:
                await asyncio.sleep(pause)

    async def tell_all_again(self) -> None:
        """After a time without ears nobody knows what was missed: everybody looks at everything."""
        self._deaf_until = time.time()
        await self._tell(list(TOPICS), list(self.lines), remember=())

    def forget(self) -> None:
        """Drop what nobody can have missed any more."""
        long_ago = time.time() - REMEMBERED
        old = [person for person, told in self._told.items() if max(told.values()) < long_ago]
        for person in old:
            del self._told[person]

    def end(self) -> None:
        for own in list(self.lines.values()):
            for line in own:
                line.end("stop")
