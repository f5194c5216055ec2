"""Full-text search and research views of Vietnamese news.

Index files, search them, and take every answer as a table to pandas, polars, pyarrow or DuckDB:

>>> import timbao
>>> index = timbao.Index(INDEX)
>>> index.search('"tự diễn biến"').total
15
>>> index.kwic("tự diễn biến", context=2, limit=1).column("match")
['tự diễn biến']

Queries are written in the query language of the program `timbao`; names, numbers and defaults are
those of its commands.
"""

from ._errors import (
    ArgumentError,
    ArticleNotFoundError,
    ClusterError,
    Error,
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexVersionError,
    ReadWarning,
    SourceError,
)
from ._index import Index
from ._indexing import Report, index
from ._table import Article, Hits, Table
from ._text import (
    analyze,
    decode,
    detect,
    exact_key,
    fold,
    read,
    restore_accents,
    tokens,
)
from ._timbao import __version__

__all__ = [
    "ArgumentError",
    "Article",
    "ArticleNotFoundError",
    "ClusterError",
    "Error",
    "Hits",
    "Index",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexNotFoundError",
    "IndexVersionError",
    "ReadWarning",
    "Report",
    "SourceError",
    "Table",
    "__version__",
    "analyze",
    "decode",
    "detect",
    "exact_key",
    "fold",
    "index",
    "read",
    "restore_accents",
    "tokens",
]
