"""Reading one value: names and networks of machines."""

from __future__ import annotations

import ipaddress
import re

from otdel.host.environment.values import Network, Outside


def host_names(value: str) -> tuple[str, ...]:
    names = tuple(name for name in re.split(r"[,\s]+", value) if name)
    for name in names:
        if "/" in name or not re.fullmatch(r"\*|\.?[\w\-.\[\]:]+", name):
            raise ValueError("give names separated by commas, without http:// and ports, such as otdel.example.ru")
    return names


def network_list(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in re.split(r"[,\s]+", value) if part)
    except ValueError:
        raise ValueError("give addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8") from None


def outside(value: str) -> Outside:
    words = [word.lower() for word in re.split(r"[,\s]+", value) if word]
    names, networks = [], []
    for word in words:
        if word in ("push", "public"):
            continue
        try:
            networks.append(ipaddress.ip_network(word))
        except ValueError:
            if not re.fullmatch(r"\.?[a-z0-9]([\w\-]*[a-z0-9])?(\.[\w\-]+)*", word):
                raise ValueError("give push, public, host names or networks, such as push, hooks.example.ru") from None
            names.append(word)
    return Outside("push" in words, "public" in words, tuple(names), tuple(networks))
