#!/usr/bin/python3
"""Proxies and routers that take their time: how long their peers have, and what is laid on them while the
router has only begun to work."""
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import survey  # noqa: E402
from fakepeer import TXID, honest  # noqa: E402
from harness import SLOWNESS, main  # noqa: E402
from proxies import QUICK, SOON, ProxyCase, side_by_side, wait_until  # noqa: E402
from sam_server import Destination  # noqa: E402
from socks_server import answer, onion_of, silent  # noqa: E402


class Times(ProxyCase):
    """Onion services that answer take up to half a minute for connection and handshake."""

    def slow(self, connect_s, handshake_s):
        """A proxy with a name whose connection is slow, one whose handshake is, and an address whose
        handshake is."""
        def late(peer):
            time.sleep(handshake_s)
            honest(peer)

        def late_reply(client):
            time.sleep(connect_s)
            client.connect()
        network = self.network(scripts={"127.0.1.2": late, "127.0.0.1": late})
        proxy, names = self.onions(network, 2)
        proxy.scripts = {names[0]: late_reply}
        return proxy, names, network

    def over(self, proxy, names, network, *options):
        words = [word for name in names for word in ("--connect", name)]
        return self.survey(["--onion", proxy.at, *QUICK, *options, *network.connect(1), *words])

    def test_a_proxys_peers_have_half_a_minute_for_each(self):
        """The connection was given 20 s once, the handshake 10 s."""
        proxy, names, network = self.slow(21, 12)
        result = self.over(proxy, names, network)
        for name in names:
            self.assertEqual(result.peer(name)["outcome"], "answered", result.explain())
        self.assert_error(result.peer("127.0.0.1"), "handshake_timeout", "no_version")

    def test_limits_that_are_given_hold_for_all(self):
        proxy, names, network = self.slow(3 * SLOWNESS, 3 * SLOWNESS)
        result = self.over(proxy, names, network, "--connect-timeout", str(SLOWNESS),
                           "--handshake-timeout", str(SLOWNESS))
        self.assert_error(result.peer(names[0]), "connect_timeout", "timed_out")
        for late in (names[1], "127.0.0.1"):
            self.assert_error(result.peer(late), "handshake_timeout", "no_version")



KEY_NOT_FOUND = "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=x"
CANT_REACH = "STREAM STATUS RESULT=CANT_REACH_PEER"


class Beginners(ProxyCase):
    """Routers that fail everybody alike at first."""

    def begins(self, count, code):
        """A script: so many are answered with this code before the first is connected."""
        left = [code] * count

        def script(client):
            client.reply(left.pop()) if left else client.connect()
        return script

    def words(self, hosts):
        return [word for host in hosts for word in ("--connect", host)]

    def router(self, network, count, **kw):
        peers = {Destination(number): ("127.0.2.%d" % (number + 1), network.port)
                 for number in range(count)}
        return self.bridge(peers, **kw), [peer.name for peer in peers]

    def assert_served_again(self, result, failures):
        """All were served, after so many failures of them together."""
        self.assert_served(result, len(result.peers))
        again = [peer for peer in result.peers if peer["attempts"] > 1]
        self.assertEqual(sum(peer["attempts"] - 1 for peer in again), failures, result.explain())
        for peer in again:
            self.assertGreater(peer["duration_ms"], 1900)

    def test_an_i2p_router_without_tunnels(self):
        """Two rounds fail, the third does not, nobody is recorded before; others do not wait for it."""
        network = self.network()

        def check(verb, line):
            bridge, names = self.router(network, 5, answers={verb: [line] * 10})
            result = self.survey(["--i2psam", bridge.at, *QUICK, *self.words(names), *network.connect(2)])
            self.assert_served_again(result, 10)
            self.assertEqual({peer["network"] for peer in result.peers[:2]}, {"ipv4"})
            self.assertEqual(bridge.created(), 1)
            self.assertIn("--i2psam: it has failed for everybody so far", result.stderr)
        side_by_side(check, (("NAMING LOOKUP", KEY_NOT_FOUND), ("STREAM CONNECT", CANT_REACH)))

    def test_a_tor_daemon_without_circuits(self):
        network = self.network()

        def check(code):
            proxy, names = self.onions(network, 5)
            proxy.script = self.begins(5, code)
            result = self.survey(["--onion", proxy.at, *QUICK, *self.words(names), *network.connect(2)])
            self.assert_served_again(result, 5)
        side_by_side(check, ((1,), (3,), (4,), (6,)))

    def test_all_wait_for_a_beginner(self):
        """Whoever has not been dialled is not sent there meanwhile."""
        network = self.network()
        proxy, names = self.onions(network, 30)
        proxy.script = self.begins(2, 1)
        result = self.through(proxy, names, "--concurrency", "2")
        self.assert_served_again(result, 2)
        self.assertEqual(len(proxy.requests), 32)

    def test_seeds_wait_for_it_as_well(self):
        proxy = self.proxy(script=lambda client: client.reply(1) if len(proxy.requests) <= 2 else client.reply(5))
        result = self.survey(["--proxy", proxy.at, "--dnsseed", "one.example", "--dnsseed", "two.example"], code=3)
        self.assertEqual({seed["error"] for seed in result.seeds}, {"socks5_connection_refused"})
        self.assertEqual(len(proxy.requests), 4)

    def test_retries_are_counted_for_themselves(self):
        proxy = self.proxy(script=lambda client: client.reply(4) if len(proxy.requests) == 1 else silent(client))
        result = self.through(proxy, [onion_of(0)], *SOON, "--retries", "1")
        self.assert_error(result.peers[0], "connect_timeout", "timed_out")
        self.assertEqual(result.peers[0]["attempts"], 3)

    def test_one_that_works_is_believed(self):
        """Once one was connected, or refused by its peer, the others' failures are theirs."""
        network = self.network()
        proxy, names = self.onions(network, 3)
        proxy.scripts = {names[1]: answer(5), names[2]: lambda client: (time.sleep(0.5), client.reply(1))}
        result = self.through(proxy, names[1:], "--retries", "2")
        self.assert_error(result.peer(names[2]), "proxy_failed", "socks5_general_failure")
        result = self.through(proxy, [names[0], names[2]])
        self.assert_error(result.peer(names[2]), "proxy_failed", "socks5_general_failure")
        self.assertLessEqual(result.peer(names[2])["attempts"], 2)

    def test_one_that_never_works(self):
        """After a minute its failures are laid on the peers, as they cannot be told from theirs."""
        def over_tor():
            proxy = self.proxy(script=answer(1))
            return proxy.at, [onion_of(number) for number in range(3)], "--proxy", "socks5_general_failure"

        def over_i2p():
            bridge = self.bridge(answers={"NAMING LOOKUP": KEY_NOT_FOUND})
            return bridge.at, [Destination(number).name for number in range(3)], "--i2psam", "sam_key_not_found"

        def check(kind):
            at, names, option, error = kind()
            result = self.survey([option, at, "--progress", "always", *self.words(names)], code=3)
            for name in names:
                self.assert_error(result.peer(name), "proxy_failed", error)
                self.assertIn(result.peer(name)["attempts"], (5, 6))
                self.assertGreater(result.peer(name)["duration_ms"], 59900)
            self.assertIn("waiting for " + option, result.stderr)
            self.assertIn("nobody could be asked: all nodes failed at the proxy",
                          result.stderr)
        side_by_side(check, ((over_tor,), (over_i2p,)))

    def test_the_end_comes_first(self):
        """In a pause, a signal and the deadline end it at once; an attempt that was not made is not counted."""
        def late(client):
            time.sleep(0.3)  # for the others to be dialled as well
            client.reply(4)

        def run(end):
            proxy = self.proxy(script=late)
            names = [onion_of(number) for number in range(3)]
            deadline = ["--deadline", "1.5"] if end == "deadline" else []
            process = survey.start(["--proxy", proxy.at, *self.words(names), *deadline, TXID])
            if end == "signal":
                wait_until(lambda: len(proxy.requests) == 3)
                time.sleep(0.6)
                process.send_signal(signal.SIGTERM)
            result = survey.finish(process)
            self.assertEqual(result.code, 143 if end == "signal" else 3, result.explain())
            survey.check_invariants(result)
            for name in names:
                self.assert_error(result.peer(name), "interrupted", end)
                self.assertEqual(result.peer(name)["attempts"], 1)
            self.assertLessEqual(len(proxy.requests), 3)
        side_by_side(run, (("signal",), ("deadline",)))


if __name__ == "__main__":
    main()
