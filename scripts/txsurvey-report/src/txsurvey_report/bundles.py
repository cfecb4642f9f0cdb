"""The libraries that the page's scripts use, packed. To put Vega's together takes seconds, which go by while records
are read: so begin it early."""

import base64
import gzip
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files

import itables
import vl_convert

VEGA = "window.vegaEmbed = vegaEmbed;"  # what the page uses of it


def packed(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.b64encode(gzip.compress(raw, mtime=0)).decode()


@cache
def vega() -> Future[str]:
    """Begins at the first call."""
    worker = ThreadPoolExecutor(1)
    try:
        return worker.submit(lambda: packed(vl_convert.javascript_bundle(VEGA)))
    finally:
        worker.shutdown(wait=False)


def datatables() -> dict[str, str]:
    """As itables ships them: the module, and its style."""
    folder = files(itables) / "html"
    return {
        "datatables": packed((folder / "dt_bundle.js").read_bytes()),
        "datatables-style": packed((folder / "dt_bundle.css").read_bytes()),
    }
