"""The libraries that the page's scripts use, packed. To put Vega's together takes seconds: it is done once for each
of its versions, while records are read, and kept in the user's cache."""

import base64
import contextlib
import gzip
import os
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import vl_convert

VEGA = "window.vegaEmbed = vegaEmbed;"  # what the page uses of it


def packed(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.b64encode(gzip.compress(raw, mtime=0)).decode()


def _cached() -> Path:
    """Where this version's is kept."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(folder) / "txsurvey-report" / f"vega-{version('vl-convert-python')}.gz.b64"


def _make(path: Path) -> str:
    with ThreadPoolExecutor(1) as thread:  # on a process' first thread it needs /proc
        result = packed(thread.submit(vl_convert.javascript_bundle, VEGA).result())
    with contextlib.suppress(OSError):  # without a home it is made each time
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_text(result)
        beside.replace(path)
    return result


@cache
def vega() -> Future[str]:
    """Begins at the first call, in a process of its own: it would let no other thread run."""
    path = _cached()
    with contextlib.suppress(OSError):
        kept: Future[str] = Future()
        kept.set_result(path.read_text())
        return kept
    worker = ProcessPoolExecutor(1, get_context("spawn"))
    try:
        return worker.submit(_make, path)
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
