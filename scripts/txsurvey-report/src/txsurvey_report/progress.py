"""What takes more than two seconds says what it is doing, on a terminal."""

import sys
import threading
from types import TracebackType
from typing import Self

PATIENCE_S = 2.0


class Progress:
    """Shows the latest step on standard error, once two seconds are over; silent where that is no terminal."""

    def __init__(self) -> None:
        self._step = ""
        self._shown = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE_S, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._shown:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False

    def step(self, words: str) -> None:
        with self._lock:
            self._step = words
            self._show()

    def _begin(self) -> None:
        with self._lock:
            self._shown = True
            self._show()

    def _show(self) -> None:
        if self._shown:
            print(f"\r\033[K{self._step} ...", end="", file=sys.stderr, flush=True)
