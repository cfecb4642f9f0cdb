#!/usr/bin/python3
"""Each command of the manual's EXAMPLES, run as it stands there, in a network of the test's own: the DNS
seeds name nodes that hold the transaction, one of them is 192.0.2.1, and a SOCKS5 proxy plays Tor."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
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


def manual():
    page = subprocess.run(["mandoc", "-Tutf8", Path(os.environ["TXSURVEY_BUILD"]) / "txsurvey.1"],
                          capture_output=True, text=True, check=True).stdout
    return re.sub(".\b", "", page)


def examples():
    """The lines of the section that are indented more than its text."""
    section = re.search(r"^EXAMPLES\n(.*?)^\S", manual(), re.M | re.S).group(1)
    return re.findall(r"^ {6,}(\S.*)$", section, re.M)


def seeds():
    """Each name that is asked, of the chain main, and two of the nodes that it names."""
    names = []
    for line in (harness.REPOSITORY / "seeds" / "main.txt").read_text().splitlines():
        words = line.partition("#")[0].split()
        names += words[:1] + [f"{label}.{words[0]}" for label in (words[1:] or ["x9"]) if words]
    return "".join(f"{NODES[(2 * number + n) % len(NODES)]} {name}\n"
                   for number, name in enumerate(names) for n in (0, 1))


def setUpModule():
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


class Examples(unittest.TestCase):
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
        """With ids in the places of TXID and HASH. The lines that it wrote."""
        command = re.sub(r"\bHASH\b", HASH, re.sub(r"\bTXID\b", TXID, command))
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

    def test_each(self):
        """In their order: some read what those before them wrote."""
        if not shutil.which("jq"):
            harness.skip_test("no jq")
        commands = examples()
        self.assertGreaterEqual(len(commands), 10)
        for command in commands:
            with self.subTest(command=command):
                stdout = self.run_as_it_stands(command)
                if command.startswith("jq"):
                    self.assertEqual(set(stdout.split()), {"/fake/"})
                    continue
                result = self.records_of(command, stdout)
                totals = result.totals(TXID)
                self.assertEqual(totals["served"], 1 if "--connect" in command else len(NODES), result.explain())
                self.assertEqual(totals["asked"], totals["served"])
        saved = (self.folder / "peers.txt").read_text().splitlines()
        self.assertEqual(sorted(line for line in saved if not line.startswith("#")), sorted(f"{at}:{PORT}" for at in NODES))

    def test_they_are_those_of_the_help(self):
        lines = {word: [line.strip() for line in subprocess.run(
            survey.command([word]), capture_output=True, text=True, check=True).stdout.splitlines()]
            for word in ("-h", "--help")}
        commands = examples()
        self.assertEqual([line for line in lines["--help"] if line in commands], commands)
        self.assertEqual(lines["-h"].count("Examples:"), 1)
        self.assertIn(len([line for line in lines["-h"] if line in commands]), (5, 6))


if __name__ == "__main__":
    harness.enter_namespaces("mandoc")
    harness.main()
