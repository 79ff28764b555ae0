"""Outlives the clients of the database server and stops it when the last is gone, even by kill -9."""

from __future__ import annotations

import sys
from pathlib import Path

from otdel.host.postgres import Server

if __name__ == "__main__":
    Server(Path(sys.argv[1]), Path(sys.argv[2])).guard()
