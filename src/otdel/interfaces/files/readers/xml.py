"""XML parts of workbooks as a stream of elements, each dropped after use; no entities, no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from lxml import etree

from otdel.interfaces.files.problems import UnreadableFile
from otdel.interfaces.files.readers.packed import pieces

TOO_DEEP = 60


def events(file: IO[bytes], *names: str) -> Iterator[etree._Element]:
    """Ends of elements of these local names, in any namespace."""
    tags = [f"{{*}}{name}" for name in names]
    parser = etree.XMLPullParser(
        events=("end",), tag=tags, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True
    )
    started = False
    try:
        for piece in pieces(file):
            if not started:
                _refuse_doctype(piece)
                started = True
            parser.feed(piece)
            yield from _drained(parser)
        parser.close()
        yield from _drained(parser)
    except etree.XMLSyntaxError as broken:
        raise UnreadableFile("broken_file") from broken


def _drained(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    for _, element in parser.read_events():
        assert isinstance(element, etree._Element)
        yield element
        drop(element)


def drop(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local(element: etree._Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _refuse_doctype(piece: bytes) -> None:
    """No office program writes one; a bomb of entities needs one."""
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise UnreadableFile("broken_file")
