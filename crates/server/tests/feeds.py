"""Reads feeds of a running server with feedparser and compares them with the API.

    python feeds.py ADDRESS

The index is one of `corpus/`. Needs feedparser.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import feedparser

#: Queries and filters: phrases, words without accents, a field, a date, entities, and nothing found.
SEARCHES = [
    {"q": '"tự diễn biến"'},
    {"q": "tu dien bien"},
    {"q": "đại hội", "section": "=Pháp luật"},
    {"q": "cử tri", "after": "2024"},
    {"q": "<script> & \"'"},
    {"q": "qxqxqx"},
]
#: The most entries that a feed has unless it is asked for more.
ENTRIES = 50


def main() -> None:
    site = sys.argv[1].rstrip("/")
    for search in SEARCHES:
        address = f"{site}/feed.atom?{urlencode(search)}"
        with urlopen(address) as answer:
            feed = feedparser.parse(answer.read(), response_headers=dict(answer.headers))
        texts = urlencode({**search, "unique": "true", "limit": ENTRIES})
        with urlopen(f"{site}/api/v1/search?{texts}") as answer:
            found = json.load(answer)
        check(feed, found, address)
    print(f"feedparser {feedparser.__version__}: {len(SEARCHES)} feeds as the API has them")


def check(feed: Any, found: dict[str, Any], address: str) -> None:
    """Compares a feed with the hits of the same search."""
    assert not feed.bozo, (address, feed.get("bozo_exception"))
    assert feed.version == "atom10", feed.version
    head = feed.feed
    assert head.title and head.id and head.updated_parsed, address
    assert [link.href for link in head.links if link.rel == "self"] == [address]

    titles = sorted(hit["title"] or "" for hit in found["hits"])
    assert sorted(entry.title for entry in feed.entries) == titles, address
    assert len({entry.id for entry in feed.entries}) == len(titles) == min(found["texts"], ENTRIES)
    dates = {hit["title"]: hit["date"] for hit in found["hits"]}
    now = datetime.now(timezone.utc)
    for entry in feed.entries:
        updated = datetime(*entry.updated_parsed[:6], tzinfo=timezone.utc)
        assert updated <= now, (entry.title, entry.updated)
        date = dates[entry.title]
        # A time of day is in Vietnam's zone, so the day is read from the text.
        assert (entry.get("published") or "")[:10] == (date or "")[:10], (entry.title, date)
        assert entry.link.startswith(address.split("/feed.atom")[0]), entry.link
    arrivals = [entry.updated_parsed for entry in feed.entries]
    assert arrivals == sorted(arrivals, reverse=True), "newest first"


if __name__ == "__main__":
    main()
