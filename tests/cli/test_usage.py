#!/usr/bin/python3
"""Wrong uses: refused with a word of why, before anything is contacted or written. Right uses."""

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
from fakepeer import TXID, UNKNOWN, FakeNetwork, honest, mute

BEFORE = b"what an earlier run wrote\n"
OPTIONS = """--txid-file --wtxid --fee-rate --control --block --block-peers
    --anchor --census --keep-asking --eager --chain --dnsseed --no-dnsseed --force-dnsseed
    --connect --peers --skip-bad-lines --save-peers --crawl
    --max-peers --exclude --shard --onlynet --allow-local --any-port --proxy --onion --i2psam
    --cjdnsreachable --resume --concurrency --rate --connect-timeout --handshake-timeout --response-timeout
    --deadline --retries --patience --output --require-served --raw --trace --metrics --progress --quiet
    --verbose --user-agent --usage --help --schema --version -o -q -v -h -V""".split()

VERSION = r"""\Atxsurvey \d+\.\d+\.\d+\S*
Libraries: libuv \d[.\d]+, mbedTLS \d[.\d]+, jansson \d[.\d]+
Build: (Release|RelWithDebInfo|Debug), (GNU|Clang) \d[.\d]+, \S+ \S+
Options: \w+(, \w+)*
\Z"""

# Words that are refused, beside one good id: what standard error must name, then the words.
WRONG = [
    ("no transaction id", ["-q"], None),
    ("a" * 63, ["a" * 63]),
    ("a" * 64, ["a" * 65]),
    ("g" * 64, ["g" * 64]),
    ("0x" + "a" * 62, ["0x" + "a" * 62]),
    (" " + "a" * 63, [" " + "a" * 63]),
    ("id", [""]),
    ("id", ["-"]),
    ("--wtxids", ["--wtxids"]),
    ("-x", ["-x"]),
    ("-qx", ["-qx"]),
    ("unknown option", ["-\x1b"]),
    ("--", ["--=5"]),
    ("--chain", ["--chain="]),
    ("MAIN", ["--chain", "MAIN"]),
    ("--onlynet", ["--onlynet", "ipv5"]),
    ("--onlynet", ["--onlynet", "IPv4"]),
    ("--progress", ["--progress", "sometimes"]),
    ("--wtxid", ["--wtxid=yes"]),
    ("--raw", ["--raw="]),
    ("--no-dnsseed", ["--no-dnsseed=1"]),
    ("--verbose", ["--verbose=2"]),
    ("--chain", ["--chain"], None),
    ("--output", ["-o"], None),
    ("--connect", ["-q", "--connect"], None),
    ("--dnsseed", ["--dnsseed", "seed.invalid", "--no-dnsseed"]),
    ("--force-dnsseed", ["--force-dnsseed", "--no-dnsseed"]),
    ("--no-dnsseed", ["--no-dnsseed", "--dnsseed", "seed.invalid"]),
    ("--dnsseed", ["--dnsseed", "a host"]),
    ("--dnsseed", ["--dnsseed", ""]),
    ("--dnsseed", ["--dnsseed", "a/b"]),
    ("must be a file", ["--save-peers", "-"]),
    ("must be a file", ["--trace", "-"]),
    ("must be a file", ["--metrics", "-"]),
    ("line\nfeeds", ["line\nfeeds\n\n\n\n"]),
]
# What is nearest to a wrong word, and what may not be understood in silence.
WRONG += [(f"did you mean {meant}?", words) for meant, *words in (
    ("--resume", "--resme"), ("--resume", "-resume"), ("--rate", "--rtae", "5"), ("--rate", "-rate=5"),
    ("--wtxid", "--wtxids"), ("--max-peers", "--max_peers", "5"), ("--max-peers", "--MaxPeers=5"),
    ("--user-agent", "--agent", "x"), ("--user-agent", "-uacomment=x"),
    ("--onlynet", "-onlynt=onion"), ("--onlynet", "--olynet", "onion"), ("--onion", "--tor", "127.0.0.1:9050"),
    ("--output", "-output=records"), ("--output", "-outptu", "records"), ("--connect", "-addnode=127.0.0.1"),
    ("--dnsseed", "-dnsseed=1"), ("--dnsseed", "-dnsseed=seed.invalid"),
    ("--chain testnet4", "--testnet4"), ("--chain testnet4", "-testnet4=0"), ("--chain test", "--testnet"),
    ("--chain signet", "--signet"), ("--chain regtest", "--regtest"), ("--chain main", "--mainnet"),
    ("--chain main", "-main"), ("--onion", "-tor=1"),
    ("main", "--chain", "mainnet"), ("main", "--chain", "bitcoin"), ("main", "--chain", "MAIN"),
    ("main", "-chain=mian"), ("test", "--chain", "testnet"), ("test", "--chain", "testnet3"),
    ("testnet4", "--chain", "test4"), ("signet", "--chain", "signt"), ("regtest", "--chain", "regtst"),
    ("onion", "--onlynet", "tor"), ("onion", "-onlynet=tor"), ("onion", "--onlynet", "ipv4,tor"),
    ("ipv4", "--onlynet", "ipv5"), ("ipv4", "--onlynet", "IPv4"), ("ipv4,ipv6", "--onlynet", "clearnet"),
    ("cjdns", "--onlynet", "cjnds"), ("always", "--progress", "alwys"))]
WRONG += [(named, words) for named, *words in (
    ("write --output=--resume", "-o", "--resume"), ("write --output=--resume", "--output", "--resume"),
    ("write --output=-q", "-qo", "-q"), ("write --output=--", "-o", "--"),
    ("write --rate=-1", "--rate", "-1"), ("write --onlynet=-onlynet=onion", "-onlynet", "-onlynet=onion"),
    ("write --txid-file=-v", "--txid-file", "-v"),
    ("-o records", "-orecords"), ("-o /tmp/records", "-o/tmp/records"), ("-o =records", "-o=records"),
    ("-qorecords", "-qorecords"), ("-vx", "-vx"), ("-ov", "-ov"), ("-n", "-n"), ("-xyzzy", "-xyzzy"),
    ("--xyzzy", "--xyzzy=5"), ("--rate", "--rat"), ("takes no value", "--raw=1"),
    ("--onlynet, --onion", "--on", "ipv4"), ("--resume, --require-served", "--re"),
    ("--connect, --connect-timeout", "--conn", "127.0.0.1"), ("'' is no network", "--onlynet", "ipv4,"),
    ("'' is no network", "--onlynet", ""), ("'ipv4 ' is no network", "--onlynet", "ipv4 ,ipv6"),
    ("main, test, testnet4, signet, regtest", "--chain", "litecoin"),
    ("ipv4, ipv6, onion, i2p, cjdns", "--onlynet", "yggdrasil"))]
# A message quotes ids whole, and what surrounds them.
LONG = f"https://www.blockchain.com/explorer/transactions/btc/{TXID}"
WRONG += [(word, [word]) for word in (f"{LONG}0", f"{LONG}/hex", f"{TXID}:0", f"0x0x{TXID}", f"{TXID} {TXID}",
                                      "https://mempool.space/tx/", f"https://mempool.space/tx?id={TXID}")]
WRONG += [(f"{LONG}0", words) for words in (
    ["--block", f"{LONG}0"], ["--anchor", f"{LONG}0"], ["--anchor", f"a={LONG}0"], ["--rate", f"{LONG}0"],
    ["--chain", f"{LONG}0"], ["--onlynet", f"{LONG}0"], ["--patience", f"{LONG}0"], ["--progress", f"{LONG}0"],
    ["--shard", f"{LONG}0"], ["--proxy", f"{LONG}0"], ["--peers", f"{LONG}0"], [f"--{LONG}0"], [f"-{LONG}0"],
    ["--anchor", f"x={TXID}", "--anchor", f"{LONG}0"], ["--output", f"-{LONG}0"])]
WRONG += [("500ms, 30s, 5m or 2h", ["--patience", time])
          for time in ("5x", "5M", "5min", "5 s", "s", "ms", "0x5s", "1e3ms", "5ss", "5.s", "8785h")]
WRONG += [("positive time", ["--deadline", time]) for time in ("0s", "0.0h", "0ms")]
WRONG += [("--block", [f"--block={block}"]) for block in ("", "main", "0" * 63, "0" * 65, "x" * 64)]
WRONG += [("--block-peers", ["--block-peers=3"])]
WRONG += [("--block-peers", [f"--block={UNKNOWN}", f"--block-peers={number}"]) for number in
          ("0", "", "x", "-1", "1.5")]
WRONG += [(option, [option, proxy]) for option in ("--proxy", "--onion", "--i2psam") for proxy in (
    "", "127.0.0.1", ":9050", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:9050x",
    "::1:9050", "[127.0.0.1]:9050", "[1.2.3.4:55]:9050", "[[::1]:1]:9050", "[::1]", "[::1:9050", "a host:9050", "http://127.0.0.1:9050",
    "a" * 254 + ":9050")]
OVERLAY_NAMES = ["foo.onion", "FOO.Onion.", "a.b.onion", "a.i2p", "a.b32.I2P."]
WRONG += [("never looked up", ["--dnsseed", name]) for name in OVERLAY_NAMES]
WRONG += [("never looked up", [option, f"{name}:9050"])
          for option in ("--proxy", "--onion", "--i2psam") for name in OVERLAY_NAMES]
WRONG += [("--shard", ["--shard", shard]) for shard in (
    "", "0/1", "2/1", "1", "1/", "/1", "1/0", "1/2/3", "a/b", "1/2 ", "-1/2", "1/99999999", "automatic")]
WRONG += [(address, ["--connect", address]) for address in (
    "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:abc", "127.0.0.1:8333x",
    "127.0.0.1: 8333", "127.0.0.1:8333 ", "127.0.0.1:", "127.0.0.1:99999999999999999999",
    "127.0.0.256", "127.1", "127.0.0.1.", "localhost", "localhost:8333", "seed.example.org",
    "fe80::1%lo", "[fe80::1%lo]:8333", "[::1", "[::1]8333", "[::1]:0", "[127.0.0.1]:8333", "::1::",
    "aaaa.onion", "x.b32.i2p", "http://127.0.0.1/")]
# What it seems to be, whichever option it is given to.
V3 = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
NO_ADDRESSES = [
    ("is a host name", "seed.example.org"), ("is a host name", "localhost"), ("is a host name", "node-1"),
    ("version 2", "expyuzz4wqqyqhjn.onion"), ("version 2", "EXPYUZZ4WQQYQHJN.onion"),
    ("checksum is wrong", "q" + V3[1:]), ("56 of a-z", "abc.onion"), ("56 of a-z", "1" + V3[1:]),
    ("address book", "node.i2p"), ("52 of a-z", "abc.b32.i2p"), ("encrypted", "a" * 56 + ".b32.i2p"),
    ("four numbers", "127.0.0.256"), ("four numbers", "127.1"), ("zones", "fe80::1%eth0"),
    ("[2001:db8::1]:8333, or [2001:db8::1:8333]", "2001:db8::1:8333"),
    ("[2001:db8::1]:18333", "2001:db8::1:18333"),
    ("[2001:db8:0:0:0:0:0:1]:8333", "2001:db8:0:0:0:0:0:1:8333"), ("slash", "http://127.0.0.1/")]
NO_PORTS = [
    ("port '65536'", "127.0.0.1:65536"), ("port '0'", "[::1]:0"), ("port 'x'", f"{V3}:x"),
    ("port '-1'", "127.0.0.1:-1"), ("IPv6 alone", "[127.0.0.1]:8333"), ("slash", "10.0.0.0/8")]
WRONG += [(words, ["--connect", address]) for words, address in NO_ADDRESSES + NO_PORTS]
WRONG += [("[::1]:9050", [option, proxy]) for option in ("--proxy", "--onion", "--i2psam")
          for proxy in ("::1:9050", "2001:db8::1:9050", "[::1]")]
WRONG += [("slash", ["--proxy", "http://127.0.0.1:9050"]), ("IPv6 alone", ["--onion", "[127.0.0.1]:9050"]),
          ("[2001:db8::1]:19050", ["--proxy", "2001:db8::1:19050"])]
ANCHOR = "b" * 64
WRONG += [("--anchor", ["--anchor", anchor]) for anchor in (
    "", "b" * 63, "b" * 65, "x" * 64, "main", "main=", f"main={'b' * 63}", f"={ANCHOR}", f"Main={ANCHOR}",
    f"a-b={ANCHOR}", f"a b={ANCHOR}", f"ä={ANCHOR}", f"{'l' * 33}={ANCHOR}", f"a=b={ANCHOR}")]
WRONG += [
    ("needs a label", ["--anchor", ANCHOR, "--anchor", "c" * 64]),
    ("needs a label", ["--anchor", f"x={ANCHOR}", "--anchor", "c" * 64]),
    ("label 'anchor' is given twice", ["--anchor", ANCHOR, "--anchor", f"anchor={'c' * 64}"]),
    ("label 'x' is given twice", ["--anchor", f"x={ANCHOR}", "--anchor", f"x={'c' * 64}"]),
    ("same block", ["--anchor", f"x={ANCHOR}", "--anchor", f"y={ANCHOR}"]),
    ("more than 8", [word for number in range(9)
                     for word in ("--anchor", f"l{number}={number:064x}")]),
    ("--census", ["--census"]),
    ("--census", ["--census=1"]),
    ("--keep-asking", ["--keep-asking=1"]),
    ("--wtxid", ["--census", "--wtxid"], None),
    ("--block", ["--census", "--block", ANCHOR], None),
    ("--control", ["--census", "--control"], None),
    ("--fee-rate", ["--census", "--fee-rate", "1"], None),
    ("--require-served", ["--census", "--require-served", "1"], None),
    ("--txid-file", ["--census", "--txid-file", "/dev/null"], None),
    ("--skip-bad-lines needs --peers", ["--skip-bad-lines"]),
    ("--block-peers needs --block", ["--block-peers", "3"]),
    ("--wtxid", ["--eager", "--wtxid"]),
    ("--crawl", ["--eager", "--crawl"]),
]
COUNTS = ["--max-peers", "--concurrency", "--rate", "--require-served"]
SECONDS = ["--connect-timeout", "--handshake-timeout", "--response-timeout", "--deadline"]
NUMBERS = ["-1", "abc", "", "1e3", " 5", "5 ", "5x", "+5", "0x10", "5s s", "99999999999999999999999"]
WRONG += [(option, [f"{option}={number}"]) for option in COUNTS for number in
          ["0", "1.5", "1.", *NUMBERS]]
WRONG += [(option, [option, number]) for option in SECONDS for number in
          ["0", "0.0", ".", ".5", "1.", "1.5.5", "1,5", "inf", "nan", *NUMBERS]]
WRONG += [("--fee-rate", ["--fee-rate", number])
          for number in ["0", "0.0", ".5", "1.2345", "5s", *NUMBERS]]
WRONG += [("--retries", ["--retries", number]) for number in ["0.5", *NUMBERS]]
WRONG += [("--patience", ["--patience", number]) for number in ["-0.5", "nan", *NUMBERS]]
WRONG += [("--user-agent", ["--user-agent", agent]) for agent in (
    "a" * 257, "/a<b/", "/a\nb/", "/a\x1b[31m/", "/ä/", '/"/', "/a\x7f/", "/a\\/")]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


class Wrong(Case):
    def setUp(self):
        super().setUp()
        self.elsewhere = self.folder / "elsewhere"
        self.elsewhere.mkdir()

    def refused(self, args, words, stdin=b""):
        """Asserts all that a wrong use must leave alone, with a good peer named beside it."""
        existing = self.write("existing", BEFORE)
        trace = self.folder / "calls"
        prefix, env = [], None
        if shutil.which("strace"):
            prefix = ["strace", "-f", "-qq", "-e", "trace=network", "-e", "signal=none", "-o", trace]
            env = harness.traced()
        with FakeNetwork(mute) as network:
            for output, before in ((existing, prefix), (self.folder / "new", [])):
                result = survey.run(["--connect", network.at(1), "--output", output, *args],
                                    stdin=stdin, prefix=before, env=env, cwd=self.elsewhere)
                survey.check_invariants(result)
                self.assertEqual(result.code, 2, result.explain())
                self.assertEqual(result.stdout, b"")
                self.assertLessEqual(len(result.stderr.splitlines()), 3, result.stderr)
                self.assertNotRegex(result.stderr, r"[\0-\x09\x0b-\x1f\x7f-\x9f]", "for terminals")
                for word in words:
                    self.assertIn(word, result.stderr)
            self.assertEqual(network.contacts, [])
        self.assertEqual(existing.read_bytes(), BEFORE)
        self.assertFalse((self.folder / "new").exists(), "the output was created")
        self.assertEqual(os.listdir(self.elsewhere), [], "a file was created")
        if prefix:
            self.assertEqual(trace.read_text(), "", "the network was touched")

    def test_table(self):
        for word, args, *bare in WRONG:
            with self.subTest(args=args):
                word = word if word.isprintable() else ""
                self.refused(args if bare else [TXID, *args], [word])

    def test_nothing_at_all(self):
        result = survey.run([])
        self.assertEqual((result.code, result.stdout), (2, b""))
        self.assertIn("no transaction id", result.stderr)

    def test_a_run_that_nothing_holds_is_not_resumed(self):
        result = survey.run(["--connect", "127.0.0.1:1", "--resume", TXID])
        self.assertEqual((result.code, result.stdout), (2, b""))
        self.assertIn("--resume needs --output", result.stderr)

    def test_order_does_not_matter(self):
        self.refused(["--rate", "5", TXID, "--", "--raw"], ["--raw"])
        self.refused([TXID, "--rate", "0", "--rate", "5"], ["--rate"])

    def test_a_wrong_word_beside_a_list(self):
        peers = self.write("peers", "127.0.0.1\n")
        self.refused(["--peers", peers, TXID, "--rate", "x"], ["--rate"])

    def test_missing_files(self):
        for option in ("--txid-file", "--peers", "--exclude"):
            self.refused([option, self.folder / "none", TXID], [option, str(self.folder / "none")])
            self.refused([option, "", TXID], [option])
            self.refused([option, self.folder, TXID], [option, str(self.folder)])

    def test_unreadable_file(self):
        path = self.write("secret", TXID)
        path.chmod(0)
        with harness.unprivileged() as prefix:
            result = survey.run(["--txid-file", path, TXID, "--no-dnsseed"], prefix=prefix)
        self.assertEqual((result.code, result.stdout), (2, b""), result.explain())
        self.assertIn(str(path), result.stderr)

    def test_lines(self):
        good = {"--txid-file": TXID, "--peers": "127.0.0.1:8333", "--exclude": "10.0.0.0/8"}
        bad = {"--txid-file": ["a" * 63, f"{TXID} {'x' * 101}", f"{TXID} {UNKNOWN}", f"{TXID}\t{UNKNOWN} {ANCHOR}",
                                f"{TXID}\0", "a" * 10000, "x\x1b[31m"],
               "--peers": ["localhost", "127.0.0.1:0", "127.0.0.1 8333", "127.0.0.1\0:8333",
                           "1" * 10000, "127.0.0.1:8333 \r x", "\xff"],
               "--exclude": ["localhost", "127.0.0.1:8333", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/",
                             "[::1]:8333", "::/129", "10.0.0.0/-1", "x.onion", "10.0.0.0 /8"]}
        for option, lines in bad.items():
            for line in lines:
                for number, content in ((1, line), (3, f"# a comment\n{good[option]}\n{line}\n"),
                                        (4, f"\n\r\n{good[option]}\r\n{line}\r\n\n")):
                    with self.subTest(option=option, line=line[:20], number=number):
                        path = self.write("lines", content)
                        self.refused([option, path, TXID], [str(path), f"line {number}"])

    def test_what_an_address_seems_to_be(self):
        """The same in files of addresses, with the line; where there is one, a port is no fault."""
        for option, rows in (("--peers", NO_ADDRESSES + NO_PORTS), ("--exclude", NO_ADDRESSES[:-1])):
            for words, address in rows:
                with self.subTest(option=option, address=address):
                    path = self.write("list", f"127.0.0.9\n{address} # here\n")
                    self.refused([option, path], [str(path), "line 2", words])

    def test_endless_line(self):
        self.refused(["--txid-file", "/dev/zero", TXID], ["/dev/zero", "line 1"])

    def test_standard_input(self):
        self.refused(["--peers", "-", TXID], ["standard input", "line 2"], b"127.0.0.1\n?\n")
        self.refused(["--peers", "-", "--txid-file", "-", TXID], ["standard input"])
        self.refused(["--peers", "-", "--peers", "-", TXID], ["standard input"])

    def test_too_many_ids(self):
        lines = "".join(f"{number:064x}\n" for number in range(1001))
        self.refused(["--txid-file", self.write("ids", lines)], ["line 1001", "at most 1000"])
        mempool = json.dumps(lines.split(), indent=2)
        self.refused(["--txid-file", self.write("ids", mempool)], [str(self.folder / "ids"), "1001", "at most 1000"])
        self.refused(["--txid-file", self.write("ids", mempool.replace("0" * 63 + "0", UNKNOWN)), TXID], ["at most 1000"])
        self.refused(["--txid-file", self.write("ids", "[" + " " * 16 * 2**20)], ["16 MB", "at most 1000"])
        self.refused(["--txid-file", self.write("ids", "[\n" + (" " * 999 + "\n") * 16778)], ["16 MB", "at most 1000"])

    def test_json_that_is_no_mempool(self):
        for content, words in (
                (f'["{TXID}",\n"{UNKNOWN}"', ["line 2"]), (f"['{TXID}']", ["line 1"]), (f'[\n"{TXID}"\n]\n{{}}', ["line 4"]),
                (f'["{TXID}", 5]', ["id 2"]), (f'["{TXID}", "{TXID}0"]', ["id 2", f"'{TXID}0'"]),
                ('{"result": null, "error": {"code": -28}, "id": 1}', ["'result' is no transaction id"]),
                (f'{{"{TXID}": {{}}, "{TXID}": {{}}}}', ["line 1"]), ('[{"txid": "a"}]', ["id 1"]),
                ("[]", ["none found in a file"]), ("{}", ["none found in a file"]), ("[\0]", ["line 1"])):
            with self.subTest(content=content):
                path = self.write("mempool.json", content)
                self.refused(["--txid-file", path], words if "none" in words[0] else [str(path), *words])

    def test_trace(self):
        """The trace must be a regular file, and another one than the records' or what is read."""
        for option, content in (("--peers", "127.0.0.1:1\n"), ("--txid-file", TXID),
                                ("--exclude", "10.0.0.0/8\n")):
            path = self.write("input", content)
            self.refused([option, path, "--trace", path, TXID], ["--trace", option])
            self.assertEqual(path.read_text(), content)
        self.refused(["--trace", "/dev/null", TXID], ["--trace"])
        self.refused(["--trace", self.folder, TXID], [str(self.folder)])
        output, link = self.write("records", BEFORE), self.folder / "link"
        os.link(output, link)
        for trace in (output, self.folder / ".." / self.folder.name / "records", link):
            with self.subTest(trace=trace):
                result = survey.run(["-o", output, "--trace", trace, "--no-dnsseed", TXID])
                self.assertEqual((result.code, output.read_bytes()), (2, BEFORE), result.stderr)


class Right(Case):
    """Of each spelling, what the records say was understood."""

    def setUp(self):
        super().setUp()
        self.network = FakeNetwork(honest)
        self.addCleanup(self.network.__exit__)

    def survey(self, args, code=0, **kw):
        result = survey.run(["--patience", "0", *args], **kw)
        survey.check_invariants(result)
        self.assertEqual(result.code, code, result.explain())
        return result

    def test_help(self):
        self.assertEqual(self.options_in("--help"), set(OPTIONS))

    def test_usage(self):
        """What -h shows is little, and of --help."""
        usual = self.options_in("-h")
        self.assertEqual(usual, self.options_in("--usage"))
        self.assertLess(usual, set(OPTIONS))
        self.assertIn("--output", usual)
        self.assertIn("--help", usual)
        self.assertLess(len(usual), 18)

    def options_in(self, word):
        result = subprocess.run(survey.command([word]), capture_output=True, check=True)
        self.assertEqual(result.stderr, b"")
        text = result.stdout.decode("ascii")
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())
        return {"".join(pair) for pair in re.findall(r"^ +(-[a-zA-Z])\b|(?<!\S)(--[a-z0-9-]+)", text, re.M)}

    def test_version(self):
        for word in ("--version", "-V"):
            result = subprocess.run(survey.command([word]), capture_output=True, check=True)
            self.assertEqual(result.stderr, b"")
            self.assertRegex(result.stdout.decode("ascii"), VERSION)

    def test_help_and_version_come_first(self):
        for word in ("--help", "--version"):
            for args in ([word, "--rate=0"], ["--rate=0", word], [word, TXID, "--chain", "x"]):
                output = subprocess.run(survey.command(args), capture_output=True, check=False)
                self.assertEqual(output.returncode, 0, args)
                self.assertIn(b"txsurvey", output.stdout)

    def test_help_into_a_full_device(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(survey.command(["--help"]), stdout=full, check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_values(self):
        at = self.network.at(1)
        output = self.folder / "records"
        for args in (["--connect", at, TXID], [f"--connect={at}", TXID], [TXID, "--connect", at],
                     ["--connect", at, "--", TXID], ["-qv", TXID, "--connect", at]):
            with self.subTest(args=args):
                result = self.survey(args)
                self.assertEqual([peer["outcome"] for peer in result.peers], ["answered"])
        result = self.survey(["-o", "-", "--connect", at, TXID])
        self.assertEqual(len(result.peers), 1)
        for args in (["-o", output], ["-qo", output], ["-vq", "-o", output], ["--output", output],
                     [f"--output={output}"], ["--out", output], [f"--outp={output}"]):
            with self.subTest(args=args):
                output.unlink(missing_ok=True)
                result = survey.run(["--patience", "0", *args, "--connect", at, TXID])
                self.assertEqual((result.code, result.stdout), (0, b""), result.explain())
                written = survey.load(output, 0)
                survey.check_invariants(written)
                self.assertEqual(len(written.peers), 1)

    def test_quiet_says_nothing(self):
        result = self.survey(["-q", "--connect", self.network.at(1), TXID])
        self.assertEqual(result.stderr, "")

    def test_ids(self):
        at = self.network.at(1)
        result = self.survey(["--connect", at, TXID, TXID.upper(), UNKNOWN, TXID])
        self.assertEqual(result.survey["txids"], [TXID, UNKNOWN])
        content = f"# ids\r\n\r\n  {UNKNOWN.upper()}\t# one\r\n{TXID}\r\n{UNKNOWN}#"
        path = self.write("ids", content)
        result = self.survey(["--connect", at, "--txid-file", path])
        self.assertEqual(result.survey["txids"], [UNKNOWN, TXID])
        result = self.survey(["--connect", at, "--txid-file", "-", TXID], stdin=content.encode())
        self.assertEqual(set(result.survey["txids"]), {UNKNOWN, TXID})
        self.assertEqual(len(result.peers[0]["transactions"]), 2)

    def test_ids_as_people_have_them(self):
        at = self.network.at(1)
        for word in (f"https://mempool.space/tx/{TXID}", f"https://mempool.space/tx/{TXID}/?a=/b#c", f"0x{TXID}",
                     f'"{TXID.upper()}",', f" {TXID}\n", LONG):
            with self.subTest(word=word):
                self.assertEqual(self.survey(["--connect", at, word]).survey["txids"], [TXID])
                path = self.write("ids", f"\n{word.strip()} a label\n  '{UNKNOWN}'  \t\n")
                result = self.survey(["--connect", at, "--txid-file", path])
                self.assertEqual(result.survey["txids"], [TXID, UNKNOWN])
        block = f"https://mempool.space/block/{ANCHOR}?page=2"
        result = self.survey(["--connect", at, TXID, "--block", block, "--anchor", block, "--anchor", f"x={LONG}"])
        self.assertEqual(result.survey["options"]["block"], ANCHOR)
        self.assertEqual(result.survey["options"]["anchor"], {"anchor": ANCHOR, "x": TXID})

    def test_what_an_id_may_be_that_nobody_has(self):
        """At the end; of the hash of a block also before, but for -q."""
        block = "0" * 8 + "f" * 56
        for words, named in (([UNKNOWN], ["--block HASH", "--wtxid asks"]), ([UNKNOWN, "--wtxid"], ["without --wtxid"]),
                             ([block], ["warning: " + block, f"  {block}", "the hash of a block"]),
                             ([block, "-q"], []), ([TXID], [])):
            with self.subTest(words=words):
                result = self.survey(["--connect", self.network.at(1), *words])
                for word in named:
                    self.assertIn(word, result.stderr)
                if not named:
                    self.assertNotRegex(result.stderr, "wtxid|--block")

    def test_ids_of_a_mempool(self):
        """getrawmempool in each of its forms, as bitcoin-cli prints it and as an RPC server answers."""
        entry = {"vsize": 141, "fees": {"base": 0.00001}, "depends": ["a" * 64], "spentby": [], "wtxid": "b" * 64}
        ids = [TXID, UNKNOWN]
        for form in (ids, {txid: entry for txid in ids}, {"txids": ids, "mempool_sequence": 7}):
            answer = {"result": form, "error": None, "id": 1}
            for text in (json.dumps(form, indent=2), json.dumps(form), json.dumps(answer), f"\n\n {json.dumps(form)}"):
                with self.subTest(text=text[:60]):
                    path = self.write("mempool.json", text)
                    result = self.survey(["--connect", self.network.at(1), "--txid-file", path])
                    self.assertEqual(result.survey["txids"], ids)
        result = self.survey(["--connect", self.network.at(1), "--txid-file", "-"], stdin=json.dumps(ids).encode())
        self.assertEqual(result.survey["txids"], ids)
        many = [f"{number:064x}" for number in range(1, 1001)]
        result = self.survey(["--no-dnsseed", "--txid-file", self.write("m", json.dumps(many, indent=1))], 3)
        self.assertEqual(result.survey["txids"], many)

    def test_a_byte_order_mark(self):
        at = self.network.at(1)
        path = self.write("ids", f"\ufeff{UNKNOWN}\n{TXID}\n")
        result = self.survey(["--connect", at, "--txid-file", path])
        self.assertEqual(result.survey["txids"], [UNKNOWN, TXID])
        exclude = self.write("exclude", "\ufeff127.0.0.2\n")
        peers = self.write("peers", f"\ufeff{at}\n{self.network.at(2)}\n")
        result = self.survey(["--peers", peers, "--exclude", exclude, TXID])
        self.assertEqual([peer["address"] for peer in result.peers], ["127.0.0.1"])

    def test_a_thousand_ids(self):
        path = self.write("ids", "".join(f"{number:064x}\n" for number in range(1, 1001)))
        result = self.survey(["--txid-file", path, "--no-dnsseed"], code=3)
        self.assertEqual(len(result.survey["txids"]), 1000)

    def test_peers(self):
        port = self.network.port
        content = f"# peers\r\n127.0.0.1:{port}\r\n\r\n 127.0.0.2:{port} # two\n127.0.0.1:{port}"
        path = self.write("peers", content)
        more = ["--connect", self.network.at(2), "--connect", self.network.at(3)]
        for args, stdin in (([path], b""), (["-"], content.encode())):
            result = self.survey(["--peers", *args, *more, TXID], stdin=stdin)
            sources = {peer["address"]: peer["source"] for peer in result.peers}
            self.assertEqual(set(sources), {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
            self.assertEqual((sources["127.0.0.1"], sources["127.0.0.3"]), ("file", "connect"))

    def test_addresses(self):
        """Each spelling, as it is recorded; nobody listens on port 1."""
        spellings = {
            "::1": ("::1", 8333), "[::1]:1": ("::1", 1), "[::1]": ("::1", 8333),
            "[0:0::0:1]:1": ("::1", 1), "::ffff:127.0.0.1": ("127.0.0.1", 8333),
            "[::FFFF:7f00:1]:1": ("127.0.0.1", 1), "127.0.0.1:1": ("127.0.0.1", 1),
            "127.0.0.9": ("127.0.0.9", 8333),
        }
        for text, expected in spellings.items():
            result = self.survey(["--connect", text, TXID, "--connect-timeout", "1"], 3)
            self.assertEqual([(peer["address"], peer["port"]) for peer in result.peers], [expected])
            self.assertEqual(result.peers[0]["network"], "ipv6" if ":" in expected[0] else "ipv4")
        everything = [word for text in spellings for word in ("--connect", text)]
        result = self.survey([*everything, TXID], 3)
        self.assertEqual(len(result.peers), len(set(spellings.values())))

    def test_anchors(self):
        at = self.network.at(1)
        for args, expected in (([], None), (["--anchor", ANCHOR], {"anchor": ANCHOR}),
                               (["--anchor", f"a_0={ANCHOR.upper()}", "--anchor", f"b={'c' * 64}"],
                                {"a_0": ANCHOR, "b": "c" * 64})):
            result = self.survey(["--connect", at, *args, TXID, "--keep-asking"])
            self.assertEqual(result.survey["options"]["anchor"], expected)
            self.assertIs(result.survey["options"]["keep_asking"], True)

    def test_census(self):
        result = self.survey(["--connect", self.network.at(1), "--census"])
        self.assertEqual(result.survey["txids"], [])
        self.assertIs(result.survey["options"]["census"], True)
        self.assertEqual([(peer["outcome"], peer["transactions"]) for peer in result.peers],
                         [("answered", [])])

    def test_default_port_is_the_chains(self):
        ports = {"main": 8333, "test": 18333, "testnet4": 48333, "signet": 38333, "regtest": 18444}
        for chain, port in ports.items():
            result = survey.run(["--connect", "127.0.0.1", TXID, "--chain", chain,
                                 "--handshake-timeout", "1"])  # another test may have a node there
            self.assertEqual(result.code, survey.usual_code(result), result.explain())
            self.assertEqual((result.survey["chain"], result.peers[0]["port"]), (chain, port))

    def test_numbers(self):
        """The least and the most, and fractions; a positive time never becomes zero."""
        common = ["--connect", self.network.at(1), TXID]
        for args in (["--rate", "1"], ["--rate=1000"], ["--retries", "0"], ["--concurrency", "1"],
                     ["--max-peers", "1"], ["--require-served", "1"], ["--patience", "0.0"],
                     ["--deadline", "31536000"], ["--connect-timeout", "30.5"],
                     ["--response-timeout", "007.250"]):
            with self.subTest(args=args):
                self.assertEqual(self.survey([*args, *common]).peers[0]["outcome"], "answered")
        with FakeNetwork(mute) as silence:
            result = self.survey(["--connect", silence.at(1), TXID, "--deadline", "0.0001"], 3)
        self.assertEqual(result.summary["reason"], "deadline")

    def test_times(self):
        """Of each unit, the seconds that the record has; what is less than a millisecond rounds up."""
        at = self.network.at(1)
        for words, seconds in (("30", 30), ("0.5", 0.5), ("500ms", 0.5), ("30s", 30), ("1.5s", 1.5), ("5m", 300),
                               ("1.5m", 90), ("2h", 7200), ("0.0001h", 0.36), ("0.1ms", 0.001),
                               ("1.0000000001s", 1.001), ("8784h", 31622400)):
            result = self.survey(["--connect", at, "--patience", words, TXID])
            self.assertEqual(float(result.survey["options"]["patience"]), seconds, words)

    def test_spellings_of_bitcoind(self):
        """With one dash, and values behind = or in the next word; shortened names of ours."""
        proxy = {"proxy": "127.0.0.1:1", "onion": "127.0.0.1:2", "i2psam": "127.0.0.1:3"}
        spelled = [f"-{name}={value}" for name, value in proxy.items()]
        result = self.survey([*spelled, "-cjdnsreachable", f"-connect={self.network.at(1)}", TXID], 3)
        options = result.survey["options"]
        self.assertEqual({name: options[name] for name in proxy}, proxy)
        self.assertIs(options["cjdnsreachable"], True)
        for words, chain in ((["-testnet4"], "testnet4"), (["-testnet"], "test"), (["-signet=1"], "signet"),
                             (["-regtest"], "regtest"), (["-chain=signet"], "signet"), (["-chain", "test"], "test"),
                             (["--chai", "main"], "main"), (["--ch=test"], "test")):
            for seeds in ("-dnsseed=0", "-nodnsseed", "--no-dns"):
                with self.subTest(words=words, seeds=seeds):
                    self.assertEqual(self.survey([*words, seeds, TXID], 3).survey["chain"], chain)
        for words in (["-help"], ["-version"], ["-version=1"]):
            self.assertIn(b"txsurvey", subprocess.run(survey.command(words), capture_output=True, check=True).stdout)

    def test_networks(self):
        """Whom each word lets through, of an IPv4 and an IPv6 peer."""
        peers = ["--connect", self.network.at(1), "--connect", "[::1]:1"]
        for words, expected in ((["-onlynet=ipv4"], ["ipv4"]), (["--onlynet", "ipv4,ipv6"], ["ipv4", "ipv6"]),
                                (["--onlynet=onion,ipv6", "--onlynet", "i2p"], ["ipv6"]),
                                (["--onlynet=ipv6", "-onlynet=ipv4"], ["ipv4", "ipv6"]), (["-onlynet=onion"], [])):
            result = self.survey([*words, *peers, TXID], 0 if "ipv4" in expected else 3, cwd=self.folder)
            self.assertEqual(sorted(peer["network"] for peer in result.peers), expected)
            self.assertEqual(os.listdir(self.folder), [])

    def test_user_agent(self):
        letters = "abcXYZ019 .,;-_/:?@()"
        for agent in (letters, "", "a" * 256):
            trace = self.folder / "trace"
            self.survey(["--user-agent", agent, "--connect", self.network.at(1), TXID,
                         "--trace", trace])
            self.assertIn(agent.encode().hex(), trace.read_text())


if __name__ == "__main__":
    harness.main()
