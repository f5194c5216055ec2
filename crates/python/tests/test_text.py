"""Functions on text."""

from __future__ import annotations

from typing import Any

import timbao


def test_offsets_are_characters() -> None:
    text = "😀 Tự diễn biến: 21-KL/TW, 𝄞 hoà bình, e\u0302\u0323m"
    table = timbao.analyze(text)
    for row in table:
        assert text[row["start"] : row["end"]] == row["source"]
    assert table.column("folded")[:3] == ["tu", "dien", "bien"]
    assert table.column("exact")[:3] == [timbao.exact_key(word) for word in ["tự", "diễn", "biến"]]


def test_lone_surrogates_are_one_replacement_character_each(index: Any) -> None:
    text = "\ud83d\ude00\udcff Tự\ud800diễn, 😀 hoà"
    table = timbao.analyze(text)
    words = ["Tự", "diễn", "hoà"]
    assert table.column("source") == words
    assert [text[row["start"] : row["end"]] for row in table] == words
    assert timbao.tokens(text) == ["tự", "diễn", "hòa"]
    assert timbao.fold("Đ\udcffá 텍 힣") == "d\ufffda 텍 힣"
    assert timbao.exact_key("hoà\udcff") == timbao.exact_key("hoà\ufffd")
    assert index.restore_accents("tu dien bien \ud800").startswith("tự diễn biến")
    query = "\udcff tự diễn biến"
    assert index.count(query) == index.count("\ufffd tự diễn biến")
    assert index.batch([query], totals=True).column("total") == [index.count(query)]
    assert index.count("đảng", section="Hỏi \udcff đáp") == index.count("đảng", section="Hỏi đáp")


def test_is_what_the_command_line_analyses(program: str) -> None:
    import json
    import subprocess

    text = "Kết luận số 21-KL/TW ngày 25/3/2026. Hoà bình!"
    done = subprocess.run([program, "analyze", text, "--format", "json"], capture_output=True, check=True)
    tokens = [row for row in json.loads(done.stdout)["tokens"] if row["gap"] is not None]
    table = timbao.analyze(text)
    for key in ("position", "source", "exact", "folded", "kind", "gap", "joined"):
        assert table.column(key) == [row[key] for row in tokens], key
    assert timbao.tokens(text) == [row["spelling"] for row in tokens]
    assert timbao.tokens(text, folded=True) == [row["folded"] for row in tokens]


def test_is_an_analyzer_of_scikit_learn() -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=timbao.tokens)
    counts = vectorizer.fit_transform(["Hoà bình, hòa bình", "ĐỘC LẬP"])
    assert vectorizer.get_feature_names_out().tolist() == ["bình", "hòa", "lập", "độc"]
    assert counts.toarray().tolist() == [[2, 2, 0, 0], [0, 0, 1, 1]]


def test_legacy_charsets() -> None:
    text = "Cộng hòa xã hội chủ nghĩa Việt Nam"
    data = b"Co^.ng ho`a xa~ ho^.i chu? nghi~a Vie^.t Nam"
    assert timbao.decode(data, "viqr") == text
    assert timbao.decode(data) == text
    assert timbao.detect(data)[0] == "VIQR"
    for same in (bytearray(data), memoryview(data)):
        assert timbao.decode(same) == text


def test_accents_are_restored_from_the_index(index: Any) -> None:
    restored = timbao.restore_accents("TU DIEN BIEN, “tu chuyen hoa” o (21-KL/TW); xyzq Đảng", index)
    assert restored == "TỰ DIỄN BIẾN, “tự chuyển hóa” ở (21-KL/TW); xyzq Đảng"
