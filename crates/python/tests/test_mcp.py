"""`timbao mcp` as an assistant's client meets it: over standard input and output."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import mcp
from mcp.client.stdio import stdio_client


def with_server(
    program: str, index: Path, use: Callable[[mcp.ClientSession], Awaitable[Any]]
) -> Any:
    """Runs `use` with a client of a server for `index`."""

    async def run() -> Any:
        server = mcp.StdioServerParameters(
            command=program, args=["mcp", "--index", str(index)]
        )
        async with stdio_client(server) as (read, write):
            async with mcp.ClientSession(read, write) as session:
                await session.initialize()
                return await use(session)

    return asyncio.run(run())


async def answer(session: mcp.ClientSession, tool: str, **arguments: Any) -> Any:
    result = await session.call_tool(tool, arguments)
    assert isinstance(result, mcp.types.CallToolResult)
    assert not result.is_error, result.content
    (block,) = result.content
    assert isinstance(block, mcp.types.TextContent)
    assert json.loads(block.text) == result.structured_content
    return result.structured_content


def test_an_assistant_searches_reads_and_cites(program: str, index_path: Path) -> None:
    async def use(session: mcp.ClientSession) -> None:
        tools = (await session.list_tools()).tools
        assert [tool.name for tool in tools] == [
            "search",
            "article",
            "concordance",
            "trends",
            "facets",
            "similar",
            "sources",
        ]
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

        found = await answer(session, "search", query='"tự diễn biến"', limit=3)
        assert found["total"] == 15
        hit = found["hits"][0]
        assert hit["id"] == "articles/giai-nghia-tu-dien-bien.md"
        assert hit["date"] == "2021-11-26"
        article = await answer(session, "article", id=hit["id"])
        assert "tự diễn biến" in article["articles"][0]["untrusted_text"]["body"]
        assert article["citation"]["state"] == found["citation"]["state"]

        lines = await answer(session, "concordance", query="tự diễn biến", limit=2)
        assert [line["untrusted_text"]["match"] for line in lines["lines"]] == ["tự diễn biến"] * 2
        trends = await answer(session, "trends", queries=["tự diễn biến", "cử tri"])
        assert sum(row[1] for row in trends["series"][0]["rows"]) == lines["matches"]
        facets = await answer(session, "facets", by=["year"], query='"tự diễn biến"')
        assert facets["total"] == 15
        assert (await answer(session, "similar", id=hit["id"], limit=2))["articles"]
        assert (await answer(session, "sources"))["citation"]["articles"] == 107

    with_server(program, index_path, use)


def test_a_long_article_is_read_part_by_part(program: str, tmp_path: Path) -> None:
    words = " ".join(f"chữ {number}" for number in range(9000))
    (tmp_path / "dài.txt").write_text(f"Một bài dài\n\n{words}\n", encoding="utf-8")
    index = tmp_path / "index"
    subprocess.run(
        [program, "index", str(tmp_path / "dài.txt"), "--index", str(index)],
        check=True,
        capture_output=True,
    )

    async def use(session: mcp.ClientSession) -> None:
        id = (await answer(session, "search", query="bài dài"))["hits"][0]["id"]
        parts, start = [], 0
        while start is not None:
            (part,) = (await answer(session, "article", id=id, start=start))["articles"]
            parts.append(part["untrusted_text"]["body"])
            assert part["body_length"] == len(words)
            start = part["next_start"]
        assert len(parts) > 1
        assert "".join(parts) == words

    with_server(program, index, use)


def test_errors_are_of_the_tool_and_have_a_way_out(program: str, tmp_path: Path) -> None:
    async def use(session: mcp.ClientSession) -> None:
        result = await session.call_tool("search", {"query": "a"})
        assert isinstance(result, mcp.types.CallToolResult)
        assert result.is_error
        (block,) = result.content
        assert isinstance(block, mcp.types.TextContent)
        assert "there is no index at" in block.text
        assert "hint: run `timbao index PATH…`" in block.text

    with_server(program, tmp_path / "none", use)
