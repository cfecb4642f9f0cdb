"""Commands that a text shows, run as they stand there, in a network of the test's own: the DNS seeds name nodes
that hold the transaction, one of them is 192.0.2.1, and a SOCKS5 proxy plays Tor. To be run in namespaces of its own
(harness.enter_namespaces), with furnish() as the module's set-up."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
import survey
from fakepeer import TXID, FakeNetwork, addr, serve
from relay import call, splice
from socks_server import SocksServer

NODES = [f"5.{number}.0.1" for number in range(1, 41)]
HASH = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
PORT = 8333


def node(peer):
    """As a node of the network, which also knows the others."""
    peer.handshake()
    serve(peer, getaddr=lambda _: peer.send(b"addr", addr([(node, PORT) for node in NODES])))


def pass_on(client):
    client.reply(0)
    splice(client.socket, call((client.host, client.port)))


class Tor(SocksServer):
    PORT = 9050


def seeds():
    """Each name that is asked, of the chain main, and two of the nodes that it names."""
    names = []
    for line in (harness.REPOSITORY / "seeds" / "main.txt").read_text().splitlines():
        words = line.partition("#")[0].split()
        names += words[:1] + [f"{label}.{words[0]}" for label in (words[1:] or ["x9"]) if words]
    return "".join(f"{NODES[(2 * number + n) % len(NODES)]} {name}\n"
                   for number, name in enumerate(names) for n in (0, 1))


def furnish():
    folder = Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    harness.ip("link set lo up")
    for destination in ("5.0.0.0/8", "192.0.2.0/24"):
        harness.ip(f"route add local {destination} dev lo")
    for name, text in (("hosts", seeds()), ("nsswitch.conf", "hosts: files\n")):
        (folder / name).write_text(text)
        harness.mount_over(folder / name, f"/etc/{name}")
        unittest.addModuleCleanup(harness.unmount, f"/etc/{name}")
    unittest.enterModuleContext(FakeNetwork(node, port=PORT))
    unittest.enterModuleContext(Tor(script=pass_on))


def words_of(command):
    """With ids in the places of TXID and HASH."""
    return re.sub(r"\bHASH\b", HASH, re.sub(r"\bTXID\b", TXID, command))


class AsItStands(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        programs = self.folder / "bin"
        programs.mkdir()
        self.program("txsurvey", f"exec {' '.join(survey.command([]))} \"$@\"")
        self.program("bitcoin-cli", f"[ \"$*\" = getrawmempool ] && echo '{json.dumps([TXID])}'")
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run_as_it_stands(self, command):
        """The lines that it wrote."""
        command = words_of(command)
        result = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", command], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(result.returncode, 0, f"{command}\n{result.stderr}")
        self.assertNotRegex(result.stdout, "(?m)^status")
        return result.stdout

    def records_of(self, command, stdout):
        written = re.search(r" -o (\S+)", command)
        text = (self.folder / written.group(1)).read_bytes() if written else stdout.encode()
        result = survey.Result(0, text)
        survey.check_invariants(result)
        return result
