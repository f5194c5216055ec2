"""Building and updating an index."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import _timbao
from ._errors import ArgumentError, check_counts
from ._index import Index

Path_ = str | os.PathLike[str]


class Report(dict[str, Any]):
    """What an update did: the fields of the report that `timbao index --report` writes.

    >>> report["total_articles"], report["problems"]
    (107, [])
    """

    __slots__ = ("path",)

    path: Path
    """The folder of the index."""

    def open(self) -> Index:
        """Opens the index that was updated."""
        return Index(self.path)

    def __repr__(self) -> str:
        articles = self["articles"]
        names = {"added": "new", "updated": "changed", "moved": "moved", "removed": "gone"}
        parts = [f"{articles[key]:,} {name}" for key, name in names.items() if articles[key]]
        if self["problems"]:
            parts.append(f"{len(self['problems']):,} problems")
        told = f" ({', '.join(parts)})" if parts else ""
        return f"<timbao.Report {self['total_articles']:,} articles in {str(self.path)!r}{told}>"


def index(
    paths: Path_ | Iterable[Path_] | None = None,
    path: Path_ = ".timbao",
    *,
    full: bool = False,
    dry_run: bool = False,
    strict: bool = False,
    allow_vanished: bool = False,
    hidden: bool = False,
    threads: int | None = None,
    memory: int | None = None,
    wait: int = 10,
    progress: bool | Callable[[str, int, int, int, int], object] | None = None,
) -> Report:
    """Indexes files and folders into the folder `path`; as `timbao index`.

    Files that are known already are read again only if they changed; with no `paths` all known ones
    are updated, as by `timbao reindex`. The update is one commit: readers see the index before it or
    after it. Ctrl-C stops it in good order: the articles read so far are in the index, and the next
    update continues from there.

    `memory` is in bytes, `wait` in seconds. `progress` shows a progress bar, by default in a
    notebook and on a terminal (with tqdm, if it is installed), or is called ten times a second with
    the phase, files found, articles and bytes read, and bytes in all. Files that cannot be read are
    listed in the report's `problems`.

    Raises `SourceError` if a path does not exist, `ArgumentError` for an empty list of paths,
    `IndexBusyError` and `IndexVersionError`.

    >>> report = timbao.index(CORPUS, path=INDEX)
    >>> report["articles"]["unchanged"]
    107
    >>> report.open().count("cử tri")
    8
    """
    check_counts(threads=threads, memory=memory, wait=wait)
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    if paths is not None:
        paths = [Path(each) for each in paths]
        if not paths:
            raise ArgumentError("paths is empty", "without paths, timbao.index() updates all known ones")
    arguments = {
        # A `Path` would change the address of a cluster, which has to be refused as it is.
        "path": str(path),
        "paths": paths,
        "full": full,
        "dry_run": dry_run,
        "strict": strict,
        "allow_vanished": allow_vanished,
        "hidden": hidden,
        "threads": threads,
        "memory": memory,
        "wait": wait,
    }
    if callable(progress):
        report = Report(json.loads(_timbao.index(arguments, progress)))
    elif progress or (progress is None and _is_watched()):
        bar = _bar()
        try:
            report = Report(json.loads(_timbao.index(arguments, bar)))
        finally:
            bar.close()
    else:
        report = Report(json.loads(_timbao.index(arguments, None)))
    report.path = Path(path)
    return report


def _is_watched() -> bool:
    """Whether standard error is a terminal or a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def _bar() -> _Line | _Tqdm:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Line()
    return _Tqdm(tqdm(unit="B", unit_scale=True, desc="timbao", leave=False))


class _Tqdm:
    """A progress bar of tqdm."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, phase: str, files: int, articles: int, read: int, total: int) -> None:
        self._bar.set_description_str(phase, refresh=False)
        self._bar.set_postfix_str(f"{articles:,} articles" if articles else "", refresh=False)
        self._bar.total = total or self._bar.total
        self._bar.n = read
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


class _Line:
    """A progress bar on one line, without any other package."""

    WIDTH = 30

    def __init__(self) -> None:
        self._length = 0

    def __call__(self, phase: str, files: int, articles: int, read: int, total: int) -> None:
        if phase == "reading" and total:
            done = min(read / total, 1.0)
            filled = round(done * self.WIDTH)
            bar = "█" * filled + "·" * (self.WIDTH - filled)
            self._write(f"{bar} {done:4.0%} · {articles:,} articles")
        elif phase == "finding":
            self._write(f"finding files: {files:,}")
        else:
            self._write(phase)

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self._length))
        sys.stderr.flush()
        self._length = len(line)

    def close(self) -> None:
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
