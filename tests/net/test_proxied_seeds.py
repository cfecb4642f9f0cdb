#!/usr/bin/python3
"""DNS seeds through a proxy: no name is looked up here, the node behind each is asked for addresses."""
import re
import shutil
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import survey  # noqa: E402
from fakepeer import TXID, addr, honest, mute, unhelpful, version_payload  # noqa: E402
from harness import SLOWNESS, main, skip_test, traced  # noqa: E402
from proxies import QUICK, ProxyCase, free_port, wait_until  # noqa: E402
from socks_server import NAME, answer, silent  # noqa: E402

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds"
POISON = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "203.0.113.1", "224.0.0.1", "::1", "fd12::1",
          "2001:db8::1", "fe80::1", "0.0.0.0", "100.64.0.1"]


def public(seed, number):
    return f"5.{seed}.{number // 4}.{number % 4 + 1}"


class SeedCase(ProxyCase):
    """`seed.N.example` leads to 127.0.3.N, which tells 20 addresses 5.N.*, each of which leads to
    127.0.4.*, an honest peer."""

    def setUp(self):
        super().setUp()
        self.said = {}
        self.fake = self.network(script=honest)
        self.socks = self.proxy()

    def seed(self, number, tell=None, count=20):
        """Makes the name, whose node has this script or tells so many addresses; returns it."""
        name, at = f"seed{number}.example", f"127.0.3.{number}"
        told = [(public(number, n), 8333) for n in range(count)]
        for n, (address, _) in enumerate(told):
            self.socks.names[address] = (f"127.0.4.{n + 1}", self.fake.port)
        self.socks.names[name] = (at, self.fake.port)
        self.fake.scripts[at] = tell or (lambda peer: self.tell(peer, addr(told)))
        return name

    def tell(self, peer, payload):
        """An answer to getaddr; what the node was told is kept."""
        said = self.said.setdefault(peer.address, [])
        peer.wait_for(b"version")
        peer.send(b"version", version_payload())
        peer.send(b"verack")
        while message := peer.receive():
            said.append(message[0].decode())
            if message[0] == b"getaddr":
                peer.send(b"addr", payload)
            elif message[0] == b"ping":
                peer.send(b"pong", message[1])

    def ask(self, names, *options, code=None, **kw):
        words = [word for name in names for word in ("--dnsseed", name)]
        return self.survey(["--proxy", self.socks.at, *QUICK, *options, *words], code, **kw)

    def said_of(self, result):
        return {seed["host"]: (seed["outcome"], seed["addresses"], seed["error"]) for seed in result.seeds}


class Seeds(SeedCase):
    def test_nodes_behind_names_are_asked_for_addresses_and_nothing_else(self):
        if not shutil.which("strace"):
            skip_test("no strace")
        names = [self.seed(1), self.seed(2)]
        calls = self.folder / "strace"
        result = self.ask(names, "--control", "--anchor", "0" * 64, env=traced(), prefix=[
            "strace", "-f", "-o", calls, "-e", "trace=network"])
        self.assertEqual(self.said_of(result), dict.fromkeys(names, ("resolved", 20, None)))
        self.assertEqual(len(result.peers), 40)
        self.assert_served(result, 40)
        for number, name in enumerate(names, 1):
            self.assertEqual({peer["address"] for peer in result.peers if peer["source"] == f"dns:{name}"},
                             {public(number, n) for n in range(20)})
        for said in self.said.values():
            self.assertEqual(set(said), {"sendaddrv2", "verack", "getaddr", "ping"})
            self.assertEqual(said.count("getaddr"), 1)
        named = [request for request in self.socks.requests if request[0] == NAME]
        self.assertEqual(sorted(named), [(NAME, name, 8333) for name in names])
        text = calls.read_text()
        for connect in re.findall(r"connect\(\d+, \{(sa_family=AF_INET.*?)\}", text):
            self.assertIn(f"sin_port=htons({self.socks.port}), sin_addr=inet_addr(\"127.0.0.1\")", connect)
        self.assertNotIn("nscd", text, "a look-up of the system's resolver")
        self.assertNotIn("htons(53)", text, "a look-up of the system's resolver")

    def test_a_proxy_alone_is_a_start(self):
        """Of each built-in seed the plain name is dialled."""
        hosts = [line.split()[0] for line in (SEEDS / "main.txt").read_text().splitlines()
                 if line.partition("#")[0].split()]
        first = self.seed(1)
        self.socks.names[hosts[0]] = self.socks.names[first]
        self.socks.script = lambda client: client.connect() if client.kind != NAME or client.host == hosts[0] \
            else client.reply(5)
        result = self.survey(["--proxy", self.socks.at, *QUICK])
        self.assertEqual(sorted(request for request in self.socks.requests if request[0] == NAME),
                         sorted((NAME, host, 8333) for host in hosts))
        self.assertEqual(self.said_of(result), {
            host: ("failed", 0, "socks5_connection_refused") if n else ("resolved", 20, None)
            for n, host in enumerate(hosts)})
        self.assert_served(result, 20)

    def test_a_proxy_for_onions_leaves_seeds_to_the_dns(self):
        result = self.survey(["--onion", self.socks.at, "--dnsseed", "localhost"], code=3)
        self.assertEqual(result.seeds[0]["outcome"], "resolved", result.explain())
        self.assertEqual(self.socks.requests, [])

    def test_what_a_node_is_told_of_is_surveyed_once(self):
        """Two seeds name the same, and one names the node behind the other."""
        self.seed(1)
        told = [(public(1, n), 8333) for n in range(20)]
        names = [self.seed(n, tell=lambda peer: self.tell(peer, addr(told))) for n in (1, 2)]
        self.socks.names[public(1, 0)] = ("127.0.3.2", self.fake.port)
        self.fake.scripts["127.0.3.2"] = lambda peer: honest(peer) if "127.0.3.2" in self.said else \
            self.tell(peer, addr(told))
        result = self.ask(names)
        self.assertEqual(self.said_of(result), dict.fromkeys(names, ("resolved", 20, None)))
        self.assertEqual(sorted(peer["address"] for peer in result.peers), sorted(a for a, _ in told))
        self.assertEqual(sum(len(seed["new_addresses"]) for seed in result.seeds), 20)

    def test_what_comes_of_each(self):
        def many(peer):
            entry = addr([("5.9.9.9", 8333)])[1:]
            self.tell(peer, b"\xfd" + struct.pack("<H", 1001) + 1001 * entry)

        def ends(peer):
            peer.handshake()

        def nobody_else(peer):
            self.tell(peer, addr([(public(9, 0), 8333)]))
        poison = addr([(address, 8333) for address in POISON])
        self.socks.scripts = {"refused.example": answer(5), "asleep.example": silent}
        self.socks.names[public(9, 0)] = ("127.0.4.1", self.fake.port)
        expected = {
            self.seed(1): ("resolved", 20, None),
            self.seed(2, mute): ("timeout", 0, "no_version"),
            self.seed(3, unhelpful): ("timeout", 0, "no_answer"),
            self.seed(4, lambda peer: self.tell(peer, poison)): ("resolved", len(POISON), None),
            self.seed(5, many): ("timeout", 0, "no_addresses"),
            self.seed(6, ends): ("failed", 0, "eof"),
            self.seed(7, lambda peer: None): ("failed", 0, "refused"),
            self.seed(8, lambda peer: self.tell(peer, addr([]))): ("timeout", 0, "no_addresses"),
            self.seed(9, nobody_else): ("resolved", 1, None),
            "refused.example": ("failed", 0, "socks5_connection_refused"),
            "asleep.example": ("timeout", 0, "timed_out"),
        }
        limit = str(2 * SLOWNESS)
        result = self.ask(expected, "--connect-timeout", limit, "--handshake-timeout", limit,
                          "--response-timeout", limit)
        self.assertEqual(self.said_of(result), expected)
        self.assertEqual({peer["address"] for peer in result.peers},
                         {public(1, n) for n in range(20)} | {public(9, 0)})
        poisoned = next(seed for seed in result.seeds if seed["addresses"] == len(POISON))
        self.assertEqual(poisoned["new_addresses"], [])
        self.assertGreater(result.summary["address_book"]["ignored"]["unroutable"], 8)

    def test_a_thousand_addresses_of_one_group_are_its_share(self):
        entries = [struct.pack("<IQ", int(time.time()), 9) + bytes(10) + b"\xff\xff" +
                   bytes([5, 77, n // 250, n % 250 + 1]) + struct.pack(">H", 8333) for n in range(1000)]
        payload = b"\xfd" + struct.pack("<H", 1000) + b"".join(entries)
        self.socks.script = lambda client: client.connect() if client.kind == NAME else client.reply(5)
        result = self.ask([self.seed(1, lambda peer: self.tell(peer, payload))], code=3)
        self.assertEqual(self.said_of(result), {"seed1.example": ("resolved", 1000, None)})
        self.assertEqual(len(result.peers), 64)
        self.assertEqual(result.summary["address_book"]["ignored"]["quota"], 936)

    def test_nobody_is_reached(self):
        for at, error in ((f"127.0.0.1:{free_port()}", "proxy_refused"),
                          (self.proxy(script=answer(5)).at, "socks5_connection_refused")):
            result = self.survey(["--proxy", at, "--dnsseed", "seed.example"], code=3)
            self.assertEqual(self.said_of(result), {"seed.example": ("failed", 0, error)})
            self.assertIn("nobody could be asked, there was no node to survey: no DNS seed answered through the proxy", result.stderr)

    def test_the_trace_names_them(self):
        trace = self.folder / "trace"
        name = self.seed(1, count=11)
        self.ask([name], "--trace", trace)
        lines = survey.load_trace(trace)
        commands = [line["command"] for line in lines if line["address"] == name]
        self.assertIn("getaddr", commands)
        self.assertIn("addr", commands)
        self.assertEqual({line["port"] for line in lines if line["address"] == name}, {8333})

    def test_records_are_gone_on_with(self):
        """Who resolved is not dialled again, who failed is."""
        names = [self.seed(1), "refused.example"]
        self.socks.scripts["refused.example"] = answer(5)
        words = ["--proxy", self.socks.at, *QUICK, "--output", self.output, TXID,
                 *[word for name in names for word in ("--dnsseed", name)]]
        self.assertEqual(survey.run([*words, "--max-peers", "5"]).code, 0)
        self.assertEqual(len(survey.load(self.output).peers), 5)
        self.socks.requests.clear()
        again = survey.run([*words, "--resume"])
        self.assertEqual(again.code, 0, again.explain())
        self.assertEqual([request[1] for request in self.socks.requests if request[0] == NAME],
                         ["refused.example"])
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(len(result.peers), 20)
        self.assertEqual(len(result.seeds), 2)


    def test_who_was_interrupted_is_dialled_again(self):
        """It had told its own address, as Core does first, when the end came."""
        told = [(public(1, n), 8333) for n in range(20)]
        self.seed(1)
        lists = [addr(told[:1]), addr(told)]
        name = self.seed(1, tell=lambda peer: self.tell(peer, lists.pop(0)))
        words = ["--proxy", self.socks.at, *QUICK, "--output", self.output, "--dnsseed", name, TXID]
        self.assertEqual(survey.run([*words, "--deadline", str(2 * SLOWNESS)]).code, 0)
        self.assertEqual(self.said_of(survey.load(self.output)), {name: ("resolved", 1, "interrupted")})
        again = survey.run([*words, "--resume"])
        self.assertEqual(again.code, 0, again.explain())
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(self.said_of(result), {name: ("resolved", 20, None)})
        self.assertEqual(len(result.seeds[0]["new_addresses"]), 19)
        self.assert_served(result, 20)


class Interruptions(SeedCase):
    def assert_interrupted(self, result):
        survey.check_invariants(result)
        self.assertEqual(self.said_of(result), {
            name: ("failed", 0, "interrupted") for name in ("silent.example", "seed1.example", "seed2.example")})
        self.assertEqual(result.peers, [])

    def waiting(self):
        """Of one the proxy says nothing, of one the node does not, one tells no address."""
        self.socks.scripts["silent.example"] = silent
        self.reached = []

        def asked(peer):
            self.reached.append(peer)
            self.tell(peer, addr([]))
        names = ["silent.example", self.seed(1, mute), self.seed(2, asked)]
        return ["--proxy", self.socks.at, *[word for name in names for word in ("--dnsseed", name)], TXID]

    def test_a_signal(self):
        process = survey.start(self.waiting())
        wait_until(lambda: len(self.socks.requests) == 3 and self.reached)
        process.send_signal(signal.SIGINT)
        result = survey.finish(process)
        self.assertEqual(result.code, 130, result.explain())
        self.assert_interrupted(result)

    def test_the_deadline(self):
        self.assert_interrupted(survey.run([*self.waiting(), "--deadline", str(SLOWNESS)]))

    def test_before_the_rate_allows_them(self):
        result = survey.run([*self.waiting(), "--rate", "1", "--deadline", "0.5"])
        self.assert_interrupted(result)
        self.assertLess(len(self.socks.requests), 3)

    def test_what_was_told_before_counts(self):
        """A list of few may be followed by a longer one, which is waited for."""
        told = addr([(public(1, 0), 8333)])
        self.socks.names[public(1, 0)] = ("127.0.4.1", self.fake.port)
        result = self.ask([self.seed(1, lambda peer: self.tell(peer, told), count=0)], "--deadline", str(3 * SLOWNESS))
        self.assertEqual(self.said_of(result), {"seed1.example": ("resolved", 1, "interrupted")})
        self.assert_served(result, 1)


if __name__ == "__main__":
    main()
