"""Does the process beside the web server, which tells open pages what changed, hear?"""

from __future__ import annotations

import http.client

ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what it listens on, asked from here


def live(host: str, port: int, timeout: float = 2.0) -> str:
    """Return "ok", "off" where nobody wants it, or what is wrong."""
    if not port:
        return "off"
    connection = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=timeout)
    try:
        connection.request("GET", "/live/health")
        answer = connection.getresponse()
        said = answer.read(100).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"does not answer: {error}" if str(error) else "does not answer"
    finally:
        connection.close()
    return "ok" if answer.status == 200 and said == "listening" else said or str(answer.status)
