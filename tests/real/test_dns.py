#!/usr/bin/python3
"""The default flow, from the DNS seeds on, in a network of the test's own.

The test runs itself again in new mount and network namespaces. There is only a loopback there: it
has the addresses that the seeds name, a fake node listens on all of them, dnsmasq answers for the
seeds. Nothing can reach the world.
"""

import atexit
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from datetime import datetime
from pathlib import Path

import suite
import survey
from fakepeer import TXID, UNKNOWN, FakeNetwork

SEED_TIMEOUT_MS = 5000
SLACK_MS = 2000 * suite.SLOWNESS

# What a poisoned answer may name: private, loopback, link-local, shared, documentation,
# multicast, unique local.
POISON = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.9.9.9", "169.254.1.1",
    "100.64.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3",
    "::1", "fd12::1", "fe80::1", "2001:db8::1", "ff02::1",
]
LISTENING_POISON = ["10.0.0.1", "192.168.1.1", "127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"]
GOOD_AMONG_POISON = "5.250.0.1"
EVERYWHERE = "5.240.0.1"
CUSTOM, OTHER, HANGING, MISSING = "custom.seed", "other.seed", "hanging.seed", "missing.seed"
# Names of which one question is answered, and the other never, or by an error.
HALVES = ["a.half.seed", "aaaa.half.seed", "broken.half.seed"]


def seed_names(chain):
    """{host: [every name that is asked for it]} of a chain's built-in seeds."""
    names = {}
    for line in (suite.REPOSITORY / "seeds" / f"{chain}.txt").read_text().splitlines():
        words = line.partition("#")[0].split()
        if words:
            host, labels = words[0], words[1:] or ["x9"]
            names[host] = [host] + [f"{label}.{host}" for label in labels]
    return names


class Zone:
    """Which seed gives what: `answers` maps each name to its addresses, none if it has none."""

    def __init__(self):
        hosts = seed_names("main")
        # The seed with most names hangs, so that a few waiting threads are not enough.
        self.hanging_host = max(hosts, key=lambda host: len(hosts[host]))
        rest = [host for host in hosts if host != self.hanging_host]
        self.empty_host, self.poisoned_host, *self.good_hosts = rest
        self.hanging = hosts[self.hanging_host]
        self.empty = hosts[self.empty_host]
        self.poisoned = hosts[self.poisoned_host]
        self.answers = {name: [] for name in [*self.hanging, *self.empty]}
        self.answers.update({name: POISON + [GOOD_AMONG_POISON] for name in self.poisoned})
        for number, host in enumerate(self.good_hosts, 1):
            for n, name in enumerate(hosts[host]):
                self.answers[name] = self._good(number, n)
        self.custom = {CUSTOM: ["5.230.0.1", "2a01:4f8:230::1"], OTHER: ["5.230.0.1", "5.230.0.2"]}
        self.halves = {"a.half.seed": ["5.231.0.1", "5.231.0.2"], "aaaa.half.seed": ["2a01:4f8:231::1"],
                       "broken.half.seed": ["5.231.0.3"]}
        self.halves.update({f"a{n}.half.seed": [f"5.232.0.{n}"] for n in range(1, 41)})
        self.expected = {address for name, addresses in self.answers.items()
                         for address in addresses} - set(POISON)

    @staticmethod
    def _good(number, n):
        """Some of its own, one that the host's names share, one that all names share."""
        n += 1
        four = [f"5.{number}.{n}.1", f"5.{number}.{n}.2", f"5.{number}.100.1", EVERYWHERE]
        six = [f"2a01:4f8:{number}:{n}::1", f"2a01:4f8:{number}:100::1"]
        return (four + six, four, six)[(number + n) % 3]

    def local_addresses(self):
        custom = {address for named in (self.custom, self.halves) for addresses in named.values()
                  for address in addresses}
        return self.expected | custom | (set(LISTENING_POISON) - {"127.0.0.1", "::1"})


class HalfServer:
    """A name server that answers one question of each name: for `aaaa.` that for AAAA, else that for A.
    The other never comes, or, for `broken.`, as a failure."""

    A, AAAA = 1, 28

    def __init__(self, names):
        self.names = names
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.at = f"127.0.0.1#{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            if reply := self._reply(query):
                self.socket.sendto(reply, client)

    def _reply(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        kind, = struct.unpack(">H", query[at + 1:at + 3])
        question = query[12:at + 5]
        wanted = self.AAAA if labels[0] == "aaaa" else self.A
        if kind != wanted:
            failure = query[:2] + struct.pack(">5H", 0x8182, 1, 0, 0, 0) + question
            return failure if labels[0] == "broken" else None
        family = socket.AF_INET6 if kind == self.AAAA else socket.AF_INET
        packed = [socket.inet_pton(family, text) for text in self.names[".".join(labels)]]
        return (query[:2] + struct.pack(">5H", 0x8180, 1, len(packed), 0, 0) + question + b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(ip)) + ip for ip in packed))


class NameServer:
    """dnsmasq with the zone; `queries()` tells what it was asked."""

    def __init__(self, zone, folder):
        # Never read from: whoever asks here waits.
        self.hole = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.hole.bind(("127.0.0.1", 0))
        hole = f"127.0.0.1#{self.hole.getsockname()[1]}"
        self.half = HalfServer(zone.halves)
        self.log = folder / "queries"
        hosts = folder / "hosts"
        hosts.write_text("".join(
            f"{address} {name}\n" for name, addresses in {**zone.answers, **zone.custom}.items()
            for address in addresses))
        words = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root",
                 "--pid-file=", "--no-resolv", "--no-hosts", "--cache-size=0", "--port=53",
                 "--listen-address=127.0.0.1", "--bind-interfaces", "--log-queries",
                 f"--log-facility={self.log}", f"--addn-hosts={hosts}",
                 "--local=/#/",  # Names of nobody are NXDOMAIN, names of somebody NODATA.
                 f"--server=/{zone.hanging_host}/{hole}", f"--server=/{HANGING}/{hole}",
                 f"--server=/half.seed/{self.half.at}"]
        words += [f"--txt-record={name},no address" for name in zone.empty[1:]]
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *words])
        atexit.register(self.stop)
        self._wait()

    def _wait(self):
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return socket.getaddrinfo(CUSTOM, None)
            except socket.gaierror:
                time.sleep(0.05)
        raise RuntimeError("dnsmasq does not answer")

    def queries(self):
        return set(re.findall(r" query\[(\w+)\] (\S+) from", self.log.read_text()))

    def forget(self):
        # dnsmasq appends, so an emptied file stays in use.
        os.truncate(self.log, 0)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def furnish(zone, folder):
    commands = ["link set lo up"]
    for address in sorted(zone.local_addresses()):
        length = "128 nodad" if ":" in address else "32"
        address, _, flag = f"{address}/{length}".partition(" ")
        commands.append(f"addr add {address} dev lo {flag}")
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)
    links = subprocess.run(["ip", "-oneline", "link"], stdout=subprocess.PIPE, text=True).stdout
    up = [line for line in links.splitlines() if "LOOPBACK" not in line and ",UP" in line]
    assert not up, f"not a network of our own: {up}"
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"),
                       ("nsswitch.conf", "hosts: files dns\n")):
        (folder / name).write_text(text)
        suite.mount_over(folder / name, f"/etc/{name}")


def setUpModule():
    global zone, fake, names
    folder = Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    zone = Zone()
    furnish(zone, folder)
    unittest.addModuleCleanup(
        subprocess.run, ["umount", "/etc/resolv.conf", "/etc/nsswitch.conf"], check=True)
    names = NameServer(zone, folder)
    unittest.addModuleCleanup(names.stop)
    fake = FakeNetwork(port=8333, ipv6=True)


def milliseconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").timestamp() * 1000


class Seeds(unittest.TestCase):
    maxDiff = None

    def survey(self, *args, code=0):
        fake.contacts.clear()
        names.forget()
        result = survey.run(args, timeout=60 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, code, result.explain())
        return result

    def assert_seeds(self, result, answers):
        """One record a name: `answers` maps names to addresses."""
        self.assertEqual(sorted(seed["host"] for seed in result.seeds), sorted(answers))
        for seed in result.seeds:
            addresses = answers[seed["host"]]
            if self.hangs(seed["host"]):
                self.assert_timeout(seed)
                continue
            self.assertEqual((seed["outcome"], seed["addresses"]),
                             ("resolved" if addresses else "failed", len(addresses)), seed)
            self.assertEqual(seed["error"] is None, bool(addresses), seed)
            self.assertLess(seed["duration_ms"], 4000 * suite.SLOWNESS, seed)

    @staticmethod
    def hangs(name):
        return name in zone.hanging or name == HANGING or name.endswith("." + HANGING)

    def assert_timeout(self, seed):
        self.assertEqual((seed["outcome"], seed["addresses"]), ("timeout", 0), seed)
        self.assertGreaterEqual(seed["duration_ms"], SEED_TIMEOUT_MS - 100)
        self.assertLess(seed["duration_ms"], SEED_TIMEOUT_MS + SLACK_MS)

    def assert_peers(self, result, expected):
        """Each address once, whoever named it, and by one of those who did."""
        self.assertEqual(sorted(peer["address"] for peer in result.peers), sorted(expected))
        self.assertEqual(sorted(fake.contacts), sorted(expected), "each contacted once")
        answers = {**zone.answers, **zone.custom, **zone.halves}
        for peer in result.peers:
            kind, _, host = peer["source"].partition(":")
            self.assertEqual(kind, "dns")
            tellers = [name for name, addresses in answers.items() if peer["address"] in addresses]
            self.assertTrue(any(name == host or name.endswith("." + host) for name in tellers),
                            f"{host} did not tell of {peer['address']}")
            self.assertEqual(peer["port"], 8333)
            self.assertEqual(peer["network"], "ipv6" if ":" in peer["address"] else "ipv4")

    def assert_asked(self, wanted):
        """The name server was asked for these names, both kinds of address, nothing else."""
        self.assertEqual(names.queries(), {(kind, name) for name in wanted
                                           for kind in ("A", "AAAA")})

    def assert_undelayed(self, result):
        """No peer waited for the hanging seed, and the end waited for nothing but it."""
        start = milliseconds(result.survey["started"])
        if suite.SLOWNESS == 1:
            for peer in result.peers:
                end = milliseconds(peer["started"]) + float(peer["duration_ms"])
                self.assertLess(end - start, SEED_TIMEOUT_MS - 500, peer["address"])
        self.assertLess(result.summary["duration_ms"], SEED_TIMEOUT_MS + SLACK_MS)

    def test_default_flow(self):
        """`txsurvey TXID`, nothing else."""
        begin = time.monotonic()
        result = self.survey(TXID)
        took_ms = (time.monotonic() - begin) * 1000
        self.assertEqual(result.survey["chain"], "main")
        self.assert_seeds(result, zone.answers)
        self.assert_asked(zone.answers)
        self.assert_peers(result, zone.expected)
        for peer in result.peers:
            self.assertEqual((peer["outcome"], peer["transactions"][0]["status"]),
                             ("answered", "served"), peer)
        self.assert_undelayed(result)
        self.assertLess(took_ms, SEED_TIMEOUT_MS + SLACK_MS)
        totals = result.totals(TXID)
        self.assertEqual((totals["asked"], totals["served"]), (len(zone.expected),) * 2)
        self.assertEqual(result.summary["address_book"]["ignored"]["unroutable"], len(POISON))
        self.assertEqual(len(result.transactions), 1)
        self.assertEqual(result.transactions[0]["txid"], TXID)

    def test_notfound(self):
        result = self.survey("--patience", "0", UNKNOWN, TXID)
        self.assert_peers(result, zone.expected)
        for peer in result.peers:
            statuses = {entry["txid"]: entry["status"] for entry in peer["transactions"]}
            self.assertEqual(statuses, {UNKNOWN: "notfound", TXID: "served"})
        self.assert_undelayed(result)

    def test_allow_local(self):
        result = self.survey("--allow-local", "--connect-timeout", "1", "--patience", "0", TXID)
        peers = {peer["address"]: peer for peer in result.peers}
        self.assertEqual(set(peers), zone.expected | set(POISON))
        for address in LISTENING_POISON:
            self.assertEqual(peers[address]["outcome"], "answered", address)
            self.assertIn(address, fake.contacts)
        self.assertEqual(result.summary["address_book"]["ignored"].get("unroutable", 0), 0)

    def test_onlynet(self):
        result = self.survey("--onlynet", "ipv6", "--dnsseed", CUSTOM, TXID)
        self.assert_peers(result, ["2a01:4f8:230::1"])
        self.assertEqual(result.summary["address_book"]["ignored"]["network"], 1)

    def test_dnsseed_replaces_the_built_in_ones(self):
        result = self.survey("--dnsseed", CUSTOM, "--dnsseed", OTHER, TXID)
        hosts = {seed["host"]: seed for seed in result.seeds}
        allowed = {prefix + host for host in (CUSTOM, OTHER) for prefix in ("", "x9.")}
        self.assertLessEqual({CUSTOM, OTHER}, set(hosts))
        self.assertLessEqual(set(hosts), allowed)
        self.assertLessEqual({name for _, name in names.queries()}, allowed)
        for host in (CUSTOM, OTHER):
            self.assertEqual((hosts[host]["outcome"], hosts[host]["addresses"]), ("resolved", 2))
        self.assert_peers(result, ["5.230.0.1", "5.230.0.2", "2a01:4f8:230::1"])

    def test_hanging_and_good(self):
        result = self.survey("--dnsseed", HANGING, "--dnsseed", CUSTOM, TXID)
        hosts = {seed["host"]: seed for seed in result.seeds}
        self.assert_timeout(hosts[HANGING])
        self.assertEqual(hosts[CUSTOM]["outcome"], "resolved")
        self.assert_peers(result, zone.custom[CUSTOM])
        self.assert_undelayed(result)

    def test_half_an_answer_counts(self):
        """What A gave is surveyed at once, though AAAA never comes, and the other way round; the record
        says which half failed."""
        words = [word for name in HALVES for word in ("--dnsseed", name)]
        result = self.survey(*words, TXID)
        self.assertEqual(
            {seed["host"]: (seed["outcome"], seed["addresses"], seed["error"]) for seed in result.seeds},
            dict(zip(HALVES, [("resolved", 2, "AAAA ETIMEDOUT"), ("resolved", 1, "A ETIMEDOUT"),
                              ("resolved", 1, "AAAA EAI_AGAIN")])))
        for seed in result.seeds:
            late = seed["host"] != "broken.half.seed"
            self.assertEqual(seed["duration_ms"] >= SEED_TIMEOUT_MS - 100, late, seed)
        self.assert_peers(result, [address for name in HALVES for address in zone.halves[name]])
        self.assert_undelayed(result)

    def test_forty_halves_that_hang_keep_nobody_waiting(self):
        hosts = [f"a{n}.half.seed" for n in range(1, 41)]
        result = self.survey(*[word for host in [*hosts, CUSTOM] for word in ("--dnsseed", host)], TXID)
        for seed in result.seeds:
            self.assertEqual(seed["outcome"], "resolved", seed)
            self.assertEqual(seed["error"], None if seed["host"] == CUSTOM else "AAAA ETIMEDOUT", seed)
        self.assert_peers(result, [zone.halves[host][0] for host in hosts] + zone.custom[CUSTOM])
        self.assert_undelayed(result)

    def test_a_half_that_was_interrupted_is_asked_again(self):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "records"
            words = ["--dnsseed", HALVES[0], "--output", output, TXID]
            self.assertEqual(survey.run([*words, "--deadline", "2"]).code, 0)
            self.assertEqual(survey.load(output).seeds[0]["error"], "AAAA interrupted")
            names.forget()
            self.assertEqual(survey.run([*words, "--resume"]).code, 0)
            self.assertIn(("AAAA", HALVES[0]), names.queries())
            result = survey.load(output, 0)
            survey.check_invariants(result)
            self.assertEqual([seed["error"] for seed in result.seeds], ["AAAA ETIMEDOUT"])
            self.assertEqual(len(result.peers), 2)

    def test_half_an_answer_is_gone_on_with(self):
        """A run whose first part had half an answer asks its seed no more."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "records"
            words = ["--dnsseed", HALVES[0], "--output", output, TXID]
            fake.contacts.clear()
            self.assertEqual(survey.run([*words, "--max-peers", "1"]).code, 0)
            names.forget()
            again = survey.run([*words, "--resume"])
            self.assertEqual(again.code, 0, again.explain())
            self.assertEqual(names.queries(), set())
            self.assertEqual(sorted(fake.contacts), zone.halves[HALVES[0]])
            result = survey.load(output, 0)
            survey.check_invariants(result)
            self.assertEqual(len(result.seeds), 1)

    def assert_no_peer(self, result):
        kinds = [record["type"] for record in result.records]
        self.assertEqual((kinds[0], kinds[-1]), ("survey", "summary"))
        self.assertEqual(set(kinds[1:-1]) - {"seed"}, set())
        self.assertEqual(fake.contacts, [])

    def test_every_built_in_seed_fails(self):
        result = self.survey("--chain", "signet", TXID, code=3)
        wanted = [name for host in seed_names("signet").values() for name in host]
        self.assert_seeds(result, {name: [] for name in wanted})
        self.assert_asked(wanted)
        self.assert_no_peer(result)

    def test_missing_seed(self):
        result = self.survey("--dnsseed", MISSING, TXID, code=3)
        self.assertTrue(result.seeds)
        for seed in result.seeds:
            self.assertEqual((seed["outcome"], seed["addresses"]), ("failed", 0))
            self.assertIsNotNone(seed["error"])
        self.assert_no_peer(result)

    def test_hanging_seed_alone(self):
        begin = time.monotonic()
        result = self.survey("--dnsseed", HANGING, TXID, code=3)
        self.assertLess((time.monotonic() - begin) * 1000, SEED_TIMEOUT_MS + SLACK_MS)
        self.assertTrue(result.seeds)
        for seed in result.seeds:
            self.assert_timeout(seed)
        self.assert_no_peer(result)

    def test_poison_alone(self):
        result = self.survey("--dnsseed", zone.poisoned[0], "--onlynet", "ipv6", TXID, code=3)
        self.assert_no_peer(result)
        self.assertGreater(result.summary["address_book"]["ignored"]["unroutable"], 0)

    def test_no_dnsseed(self):
        result = self.survey("--no-dnsseed", TXID, code=3)
        self.assert_no_peer(result)
        self.assertEqual((result.seeds, names.queries()), ([], set()))

    def test_connect_asks_no_seed(self):
        for extra in ([], ["--no-dnsseed"]):
            result = self.survey("--connect", GOOD_AMONG_POISON, *extra, TXID)
            self.assertEqual((result.seeds, names.queries()), ([], set()))
            self.assertEqual(result.peer(GOOD_AMONG_POISON, 8333)["outcome"], "answered")

    def test_deadline_while_a_seed_hangs(self):
        result = self.survey("--deadline", "2", TXID)
        self.assertEqual(result.summary["reason"], "deadline")
        self.assertLess(result.summary["duration_ms"], 2000 + SLACK_MS)
        for seed in result.seeds:
            if not self.hangs(seed["host"]):
                self.assertIn(seed["outcome"], ("resolved", "failed"))


if __name__ == "__main__":
    suite.enter_namespaces("dnsmasq", "setpriv")
    suite.main()
