#!/usr/bin/python3
"""Lists of peers as people have them: records that other programs rewrote, lists of other tools."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, UNKNOWN, address_of, mute

STAGE = 4 if harness.SLOWNESS > 1 else 1  # seconds
OPTIONS = ["--patience=0", f"--handshake-timeout={STAGE}", f"--response-timeout={STAGE}"]


def setUpModule():
    harness.ip("link set lo up")


class Rewritten(Case):
    """By jq 1.6, which knows no integers beyond 2^53, and by what prints 1.0 for 1."""

    def setUp(self):
        super().setUp()
        if not shutil.which("jq"):
            harness.skip_test("no jq")
        network = self.network(scripts={address_of(3): mute})
        self.words = [*OPTIONS, *network.connect(3)]
        self.file = self.survey([*self.words, UNKNOWN]).stdout.decode()
        self.assertIn('"timeoffset":', self.file)

    def jq(self, *words, text=None):
        done = subprocess.run(["jq", *words, "."], input=text or self.file, capture_output=True,
                              text=True, check=True)
        return done.stdout

    def rewritten(self):
        """Of which no program may say that it is no JSON."""
        large = re.sub('"timeoffset":-?[0-9]+', '"timeoffset":-9223372036854775808', self.file)
        floats = re.sub(r'("port"|"schema"|"startingheight"|"known"|"version"):([0-9]+)', r"\1:\2.0",
                        self.file)
        return {"as it is": self.file, "sorted": self.jq("-cS"), "large": self.jq("-c", text=large),
                "floats": floats, "large itself": large.replace("775808", "775808000"),
                "not ASCII": self.file.replace('"/', '"\N{GREEK SMALL LETTER ALPHA}/')}

    def resumed(self, text, code=0):
        self.output.write_text(text)
        done = survey.run(["-o", self.output, "--resume", *self.words, UNKNOWN, TXID])
        self.assertEqual(done.code, code, done.explain())
        return done

    def test_resume(self):
        for name, text in self.rewritten().items():
            with self.subTest(name=name):
                lines = text.splitlines(keepends=True)
                self.resumed("".join(lines[:-2]))  # a peer and the summary
                records = list(map(json.loads, self.output.read_text().splitlines()))
                self.assertEqual([record["type"] for record in records].count("peer"), 3)
                self.assertEqual([share["notfound"] for share in records[-1]["shares"]], [2, 0])

    def test_peers(self):
        forms = {**self.rewritten(), "of many lines": self.jq(), "of many lines, sorted": self.jq("-S"),
                 "an array": self.jq("-s"), "an array in a line": self.jq("-cs")}
        for name, text in forms.items():
            with self.subTest(name=name):
                (self.folder / "list").write_text(text)
                result = self.survey([f"--peers={self.folder}/list", *OPTIONS, UNKNOWN])
                self.assertEqual({peer["address"] for peer in result.peers},
                                 {address_of(n) for n in (1, 2, 3)})

    def test_what_is_wrong_is_said(self):
        lines = self.file.splitlines(keepends=True)
        at = next(n for n, line in enumerate(lines) if '"type":"peer"' in line)
        wrong = {re.sub('"timeoffset":-?[0-9]+', '"timeoffset":1e400', lines[at]): "out of range",
                 lines[at].replace('"port":', '"port" '): "no JSON",
                 lines[at][:100] + "\n": "ends early",
                 '{"Records": []}\n': "record",
                 lines[at].replace('"type"', '"port":1,"type"'): "twice"}
        for line, words in wrong.items():
            text = "".join([*lines[:at], line, *lines[at + 1:]])
            (self.folder / "list").write_text(text)
            list_ = survey.run([f"--peers={self.folder}/list", *OPTIONS, TXID])
            for done in (self.resumed(text, 2), list_):
                with self.subTest(line=line[:120]):
                    self.assertEqual(done.code, 2, done.explain())
                    self.assertIn(f"line {at + 1}:", done.stderr)
                    self.assertIn(words, done.stderr)

    def test_resume_takes_a_record_a_line(self):
        self.assertIn("one a line", self.resumed(self.jq(), 2).stderr)


class Formats(Case):
    """Lists as other tools write them, by hand: with two peers of ours in each, and their port."""

    def setUp(self):
        super().setUp()
        self.list = self.folder / "list"
        self.network = self.network()

    def forms(self):
        one, two = self.network.at(1), self.network.at(2)
        port = self.network.port
        return {
            "a list": f"# mine\n{one}\n{two} # another\n",
            "getnodeaddresses": json.dumps([
                {"time": 1700000000, "services": 1033, "address": host, "port": port, "network": "ipv4"}
                for host in (address_of(1), address_of(2))], indent=2),
            "getpeerinfo": json.dumps([
                {"id": 0, "addr": one, "addrbind": "10.0.0.2:50000", "network": "not_publicly_routable",
                 "services": "0000000000000409", "servicesnames": ["NETWORK"], "inbound": False,
                 "bytessent_per_msg": {"ping": 32}, "connection_type": "outbound-full-relay"},
                {"id": 1, "addr": two, "inbound": False},
                {"id": 2, "addr": "127.0.0.9:50001", "inbound": True}], indent=2),
            "an RPC server's answer": json.dumps({"result": [{"addr": one, "inbound": False}, {"addr": two}],
                                                  "error": None, "id": "x"}) + "\n",
            "dnsseed.dump": "# address                                        good  lastSuccess    %(2h)   "
                            "%(8h)   %(1d)   %(7d)  %(30d)  blocks      svcs  version\n"
                            f"{one:47}    1  1700000000  100.00% 100.00%  99.87%  99.16%  81.31%  820000  "
                            '0000040d  70016 "/Satoshi:26.0.0(#1)/"\n'
                            f"{two:47}    0           0    0.00%   0.00%   0.00%   0.00%   0.00%       0  "
                            '00000000  0 ""\n',
            "nodes_main.txt": f"{one} # AS64496\n{two} # AS64497\n",
            "a Bitnodes snapshot": json.dumps({
                "timestamp": 1700000000, "total_nodes": 2, "latest_height": 820000, "nodes": {
                    at: [70016, "/Satoshi:26.0.0/", 1699999999, 1033, 820000, "a.example", "Bonn", "DE",
                         50.73, 7.09, "Europe/Berlin", "AS64496", "Example"] for at in (one, two)}}),
            "a Bitnodes export": json.dumps([
                [host, port, 70016, "/Satoshi:26.0.0/", 1699999999, 1033, 820000, None, None, None, 0.0,
                 0.0, None, "AS64496", "Example"] for host in (address_of(1), address_of(2))]),
        }

    def test_each(self):
        for name, text in self.forms().items():
            for skip in ([], ["--skip-bad-lines"]):
                with self.subTest(name=name, skip=skip):
                    self.list.write_text(text)
                    result = self.survey([f"--peers={self.list}", *skip, *OPTIONS])
                    self.assertEqual({(peer["address"], peer["source"], peer["outcome"]) for peer in
                                      result.peers},
                                     {(address_of(n), "file", "answered") for n in (1, 2)})
                    self.assertNotIn("--skip-bad-lines", result.stderr)
                    self.assertEqual("1 inbound" in result.stderr, name == "getpeerinfo")

    def test_all_of_them_by_standard_input(self):
        text = "\n".join(self.forms().values())
        result = self.survey(["--peers=-", *OPTIONS], stdin=text.encode())
        self.assertEqual(len(result.peers), 2)

    def test_who_answered_last_time_comes_first(self):
        """The good ones of a seeder's dump, too."""
        self.list.write_text(self.forms()["dnsseed.dump"].replace("    1  17", "    0  17", 1).replace(
            "    0           0", "    1           0", 1))
        result = self.survey([f"--peers={self.list}", "--max-peers=1", *OPTIONS])
        self.assertEqual([peer["address"] for peer in result.peers], [address_of(2)])

    def test_skip_bad_lines(self):
        self.list.write_text(f"seed.example.org:8333\n{self.network.at(1)}\n127.0.0.1:99999\n"
                             "expyuzz4wqqyqhjn.onion:8333\n[\n[\"x\", 1]]\n")
        result = self.survey([f"--peers={self.list}", "--skip-bad-lines", *OPTIONS])
        self.assertEqual([peer["address"] for peer in result.peers], [address_of(1)])
        warnings = [line for line in result.stderr.splitlines() if "warning" in line]
        self.assertEqual(len(warnings), 1, result.stderr)
        self.assertIn("4 left out", warnings[0])
        self.assertIn(f"{self.list}: line 1: 'seed.example.org:8333' is a host name", warnings[0])
        done = survey.run([f"--peers={self.list}", *OPTIONS, TXID])
        self.assertEqual(done.code, 2, done.explain())
        self.assertIn("line 1", done.stderr)

    def test_another_chain(self):
        """Records and saved lists say of which they are; bad lines or not."""
        records, saved = self.folder / "records", self.folder / "saved"
        survey.run(["-o", records, "--chain=testnet4", "--connect=127.0.0.1:1", TXID])
        saved.write_text("# txsurvey 0.1.0, 2026-01-01T00:00:00.000Z, chain testnet4: 1 peers\n127.0.0.1\n")
        for path in (records, saved):
            for more in ([], ["--skip-bad-lines"]):
                done = survey.run([f"--peers={path}", *OPTIONS, *more, TXID])
                self.assertEqual(done.code, 2, done.explain())
                self.assertRegex(done.stderr, "line 1: .*chain testnet4.*chain main")

    def test_what_is_no_list(self):
        for text in ("{}", '{"results": []}', "[1]", '{"nodes": {"1.2.3.4": []', "<html>", "a,b,c"):
            with self.subTest(text=text):
                self.list.write_text(text + "\n")
                done = survey.run([f"--peers={self.list}", *OPTIONS, TXID])
                self.assertEqual(done.code, 2, done.explain())
                self.assertIn("line 1", done.stderr)


class Networks(Case):
    """An address is of its network, whatever names it; where no way leads there, it is left out."""

    def setUp(self):
        super().setUp()
        self.network = self.network()

    def named(self, addresses, *args):
        """By --connect and by a list, beside one that can be reached."""
        (self.folder / "list").write_text("\n".join(addresses))
        words = [f"--connect={self.network.at(1)}", "--connect-timeout=1", *OPTIONS, *args]
        for by in ([f"--connect={address}" for address in addresses], [f"--peers={self.folder}/list"]):
            yield self.survey([*words, *by])

    def test_cjdns(self):
        for result in self.named(["fc00::1", "[fcff::2]:8333", "fc12:3456:789a:1::2"]):
            self.assertEqual(len(result.peers), 1)
            self.assertEqual(result.summary["address_book"]["ignored"]["network"], 3)
            self.assertRegex(result.stderr, r"warning: 3 .*\[fc00::1\]:8333.*--cjdnsreachable")
        for result in self.named(["fc00::1"], "--cjdnsreachable"):
            self.assertEqual({peer["network"] for peer in result.peers}, {"ipv4", "cjdns"})
            self.assertNotIn("cjdns", result.stderr)

    def test_names_that_ipv6_wraps(self):
        for result in self.named(["fd87:d87e:eb43::1", "[fd60:db4d:ddb5:1::2]:8333"], "--allow-local",
                                 "--cjdnsreachable"):
            self.assertEqual(len(result.peers), 1)
            self.assertEqual(result.summary["address_book"]["ignored"]["network"], 2)
            self.assertRegex(result.stderr, r"warning: 2 .*\[fd87:d87e:eb43::1\]:8333.*nobody")

    def test_what_is_only_local_is_surveyed(self):
        """IPv4 in IPv6 is that IPv4; NAT64, 6to4, Teredo and documentation are IPv6."""
        embedded = ["64:ff9b::7f00:2", "2002:7f00:2::1", "2001::1", "2001:db8::1", "fd00::1"]
        for result in self.named([f"[::ffff:127.0.0.2]:{self.network.port}", *embedded]):
            self.assertEqual({peer["address"] for peer in result.peers},
                             {"127.0.0.1", "127.0.0.2", *embedded})
            self.assertEqual(result.peer("127.0.0.2", self.network.port)["outcome"], "answered")
            self.assertNotIn("left out", result.stderr)

    def test_onlynet_needs_no_warning(self):
        for result in self.named(["fc00::1"], "--onlynet=ipv4"):
            self.assertNotIn("warning", result.stderr)


if __name__ == "__main__":
    harness.main()
