"""Surveys whose talk with each node is looked at, beside their records."""

import tempfile
from itertools import groupby
from pathlib import Path

import kinds
import suite
import survey

# What we say, turn by turn; what goes out at once is one.
VERSION = ["version"]
READY = ["sendaddrv2", "verack"]
REQUEST = ["getdata", "ping"]
EAGER = VERSION + ["verack"] + REQUEST
# A fence behind each anchor; behind the last the request's own.
ANCHORS = ["getheaders", "ping", "getheaders"]

ANSWERS = ("headers", "tx", "notfound", "pong")


class Traced:
    """A survey of nodes by name; it goes on beside others until its end is waited for."""

    def __init__(self, nodes, *words):
        self.nodes = nodes
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "trace"
        self.run = survey.start([*kinds.target(*nodes.values()), "--trace", self.path, *words])

    def finish(self):
        self.result = survey.finish(self.run, timeout=120 * suite.SLOWNESS)
        survey.check_invariants(self.result)
        assert self.result.code == 0, self.result.explain()
        messages = suite.trace(self.path)
        self.talks = {name: [message for message in messages if message["port"] == node.port]
                      for name, node in self.nodes.items()}

    def stop(self):
        self.run.kill()
        self.run.communicate()
        self.folder.cleanup()

    def peers(self):
        """The record of each node."""
        return {name: self.result.peer("127.0.0.1", node.port)
                for name, node in self.nodes.items()}

    def of_each(self, field):
        return {name: peer[field] for name, peer in self.peers().items()}

    def sent(self):
        """What we said to each, turn by turn, but for the pongs that its pings earn."""
        return {name: list(filter(None, turns_of_ours(talk))) for name, talk in self.talks.items()}

    def answers(self):
        """What each said to our questions; a pong is the answer to a fence."""
        return {name: [message["command"] for message in talk
                       if message["direction"] == "received" and message["command"] in ANSWERS]
                for name, talk in self.talks.items()}


def turns_of_ours(talk):
    for direction, messages in groupby(talk, lambda message: message["direction"]):
        if direction == "sent":
            yield [message["command"] for message in messages if message["command"] != "pong"]


def run_all(wordings):
    """Surveys by name, (nodes, words) each, beside each other to their ends."""
    runs = {name: Traced(*wording) for name, wording in wordings.items()}
    try:
        for run in runs.values():
            run.finish()
    finally:
        for run in runs.values():
            run.stop()
    return runs
