"""Prometheus, its promtool and node_exporter: Debian's, unpacked into the cache and not installed, since their
packages start services."""

import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import cache

PACKAGES = ("prometheus", "prometheus-node-exporter")


def provide():
    """The folder of the programs. It is made once; where it cannot be, the tests are skipped."""
    return cache.unpacked("prometheus", *PACKAGES) / "usr" / "bin"


class Server:
    """A program that serves HTTP at this port of the loopback, until the end of the block."""

    def __init__(self, words, port):
        self.words = [str(word) for word in words]
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.words, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def get(self, path, **query):
        """What it serves there, as soon as it serves anything."""
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}") as answer:
                    return answer.read().decode()
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise AssertionError(f"{path} {query}: {error.read().decode()}") from None
            except urllib.error.URLError:
                pass
            if self.process.poll() is not None:
                self.log.seek(0)
                raise AssertionError(f"{self.words[0]} ended: {self.log.read().decode()}")
            time.sleep(0.1)

    def api(self, path, **query):
        """The data of an answer of Prometheus' API."""
        answer = json.loads(self.get(f"/api/v1/{path}", **query))
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression):
        """The result of an expression, by the labels of each of its samples."""
        return {tuple(sorted(sample["metric"].items())): float(sample["value"][1])
                for sample in self.api("query", query=expression)["result"]}
