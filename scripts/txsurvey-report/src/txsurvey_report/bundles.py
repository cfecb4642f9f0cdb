"""The libraries that the page's scripts use, packed. To put Vega's together takes seconds, which go by while records
are read: so begin it early."""

import base64
import gzip
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import vl_convert

VEGA = "window.vegaEmbed = vegaEmbed;"  # what the page uses of it


def packed(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.b64encode(gzip.compress(raw, mtime=0)).decode()


def _vega() -> str:
    return packed(vl_convert.javascript_bundle(VEGA))


@cache
def vega() -> Future[str]:
    """Begins at the first call, in a process of its own: it would let no other thread run."""
    worker = ProcessPoolExecutor(1, get_context("spawn"))
    try:
        return worker.submit(_vega)
    finally:
        worker.shutdown(wait=False)


def datatables() -> dict[str, str]:
    """As itables ships them: the module, and its style. To import itables would take a second, for nothing."""
    package = find_spec("itables")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("itables")
    folder = Path(package.origin).parent / "html"
    return {
        "datatables": packed((folder / "dt_bundle.js").read_bytes()),
        "datatables-style": packed((folder / "dt_bundle.css").read_bytes()),
    }
