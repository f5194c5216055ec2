"""An index in a cluster: opening, and what is refused. With the variable TIMBAO_CLUSTER, which
`crates/cluster/tests/opensearch/cluster run` sets, also every method on real nodes."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import timbao

CORPUS = Path(__file__).resolve().parents[3] / "corpus"


class Node(BaseHTTPRequestHandler):
    """A node that knows one empty archive, named bao; `secret` requires a login."""

    def do_GET(self) -> None:
        name = self.path.split("/")[1].split("?")[0]
        versions = {"layout": 6, "analyzer": 2, "scores": "plain"}
        if name.startswith("secret"):
            self.answer(401, {})
        elif name.startswith("old"):
            self.answer(200, self.mapping(name, versions | {"analyzer": 1}))
        elif name.startswith("bao"):
            self.answer(200, self.mapping(name, versions))
        else:
            self.answer(404, {"error": {"type": "index_not_found_exception", "reason": "no such index"}})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "point_in_time" in self.path:
            self.answer(200, {"pit_id": "p"})
        else:
            self.answer(200, {"hits": {"total": {"value": 0}, "hits": []}, "aggregations": {}})

    def do_DELETE(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(200, {})

    def mapping(self, name: str, versions: dict[str, object]) -> dict[str, object]:
        return {f"{name}.1": {"mappings": {"_meta": {"timbao": versions}}}}

    def answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"opensearch+http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("/none", "IndexNotFoundError"),
        ("/old", "IndexVersionError"),
        ("/secret", "ClusterError"),
        ("", "ArgumentError"),
        ("/Bao", "ArgumentError"),
    ],
)
def test_errors_are_those_of_the_command_line(node: str, program: str, name: str, error: str) -> None:
    with pytest.raises(getattr(timbao, error)) as caught:
        timbao.Index(node + name)
    assert isinstance(caught.value, timbao.Error)
    done = subprocess.run([program, "stats", "--index", node + name], capture_output=True, text=True)
    assert done.stderr == f"error: {caught.value}\n"


def test_an_address_is_no_folder(node: str) -> None:
    index = timbao.Index(f"{node}/bao")
    assert (len(index), index.path) == (0, f"{node}/bao")
    assert index.search("cử tri").total == 0
    assert index.refresh() is not index
    assert pickle.loads(pickle.dumps(index)).path == index.path
    assert node in repr(index)


def test_what_needs_a_folder_says_so(node: str) -> None:
    index = timbao.Index(f"{node}/bao")
    calls: list[tuple[str, Callable[[], object]]] = [
        ("complete", lambda: index.complete("tu d")),
        ("restore_accents", lambda: index.restore_accents("tu dien")),
        ("timbao.index", lambda: timbao.index([CORPUS], path=f"{node}/bao", progress=False)),
    ]
    for name, call in calls:
        with pytest.raises(timbao.ArgumentError) as caught:
            call()
        expected = f"`{name}` works on an index in a directory, and {node}/bao is in a cluster"
        assert caught.value.message == expected
        assert caught.value.hint is not None and "docs/cluster.md" in caught.value.hint


def test_a_file_of_the_login_is_read(node: str, tmp_path: Path) -> None:
    with pytest.raises(timbao.ArgumentError, match="none"):
        timbao.Index(f"{node}/bao", cluster_auth=tmp_path / "none")
    login = tmp_path / "login"
    login.write_text("lan:mật khẩu\n", encoding="utf-8")
    login.chmod(0o600)
    assert len(timbao.Index(f"{node}/bao", cluster_auth=login)) == 0


@pytest.mark.skipif("TIMBAO_CLUSTER" not in os.environ, reason="needs nodes of OpenSearch")
def test_answers_are_those_of_a_folder(index: Any, program: str) -> None:
    address = f"opensearch+http://{os.environ['TIMBAO_CLUSTER']}/python"
    for command in (["cluster", "init"], ["index", str(CORPUS)]):
        subprocess.run([program, *command, "--index", address], check=True, capture_output=True)
    there = timbao.Index(address)
    assert len(there) == len(index)
    assert there.state == index.state
    id = "articles/giai-nghia-tu-dien-bien.md"
    calls: dict[str, Callable[[Any], Any]] = {
        "search": lambda i: i.search('"tự diễn biến"', sort="date", limit=20, snippets=2),
        "unique": lambda i: i.search("cử tri", sort="-date", unique=True),
        "kwic": lambda i: i.kwic("tự diễn biến", sort="right"),
        "groups": lambda i: i.kwic("tu dien bien", group="year"),
        "trends": lambda i: i.trends(["tự diễn biến", "cử tri"], by="year"),
        "collocates": lambda i: i.collocates("tự diễn biến", min=2),
        "keywords": lambda i: i.keywords('"tự diễn biến"'),
        "wordlist": lambda i: i.wordlist(size=2, limit=30),
        "dispersion": lambda i: i.dispersion("tự diễn biến"),
        "compare": lambda i: i.compare("tự diễn biến", "tự chuyển hóa"),
        "fillers": lambda i: i.fillers("tự * hóa"),
        "similar": lambda i: i.similar(id),
        "reprints": lambda i: i.reprints(),
        "facets": lambda i: i.facets("đảng", by=["section", "year"], count="texts"),
        "batch": lambda i: i.batch(["cử tri", '"đại hội"'], by="year"),
    }
    for name, call in calls.items():
        ours, theirs = call(there), call(index)
        assert ours.schema == theirs.schema, name
        for column in ours.columns:
            # Scores of lists by date differ, and sums of shards are added in another order.
            if column != "score":
                assert ours.column(column) == pytest.approx(theirs.column(column)), (name, column)
    assert there.article(id) == index.article(id)
    assert there.count("tu dien bien") == index.count("tu dien bien")
    assert there.suggest("tu dien bien") == index.suggest("tu dien bien")
    assert there.explain("tu dien bien") == index.explain("tu dien bien")
