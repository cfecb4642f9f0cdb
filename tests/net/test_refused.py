"""What the system refuses beside connections: random numbers, sockets of bridges, limits, names. Each
refusal is caused where it happens (strace), or by a namespace's own files."""
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, black_hole  # noqa: E402
from relay import Server, call, splice  # noqa: E402
from sam_server import Destination, SamServer  # noqa: E402
from socks_server import SocksServer, onion_of  # noqa: E402
from test_routes import gossip  # noqa: E402

PUBLIC = {"5.240.0.1": "seed.one", "5.240.0.2": "seed.two", "2001:4860::1": "seed.two"}


def refusing(call, error, when="1+"):
    """The words that run the program so that these calls fail."""
    return ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}",
            "-o", "/dev/null"]


class Refused(Case):
    def run_refused(self, args, *injection, **kw):
        return survey.run([*args, "--patience=0", TXID], prefix=refusing(*injection),
                          env=harness.traced(), **kw)

    def holds(self, result, code=None):
        self.assertEqual(result.code, survey.usual_code(result) if code is None else code, result.explain())
        survey.check_invariants(result)
        return result

    def test_random_numbers(self):
        """None: no survey. Interrupted: asked for again."""
        network = self.network()
        for when in ("1+", "2+", "3+", "4+"):
            result = self.run_refused(network.connect(2), "getrandom", "ENOSYS", when)
            self.assertIn(result.code, (0, 4), result.explain())
            if result.code == 4:
                self.assertIn("no random numbers", result.stderr)
                self.assertEqual(result.stdout, b"")
        result = self.run_refused(network.connect(2), "getrandom", "ENOSYS")
        self.assertEqual(result.code, 4)
        for when in ("1", "2", "3"):
            result = self.holds(self.run_refused(network.connect(2), "getrandom", "EINTR", when))
            self.assertEqual(result.totals(TXID)["served"], 2)

    def test_limits_that_cannot_be_read(self):
        if harness.sanitized():
            harness.skip_test("the sanitizer's runtime needs them itself")
        result = self.holds(self.run_refused(self.network().connect(5), "prlimit64", "EPERM"))
        self.assertEqual(result.totals(TXID)["served"], 5)

    def test_proxy_is_told_as_far_as_is_known(self):
        codes = {"ETIMEDOUT": "proxy_silent", "ECONNRESET": "proxy_closed", "EHOSTUNREACH": "proxy_unreachable",
                 "ECONNREFUSED": "proxy_refused"}
        with SocksServer() as proxy:
            for error, code in codes.items():
                result = self.holds(self.run_refused([f"--proxy={proxy.at}", "--connect=127.0.0.1:1"],
                                                     "connect", error))
                self.assertEqual((result.peers[0]["outcome"], result.peers[0]["error"]),
                                 ("proxy_failed", code))

    def test_bridge_without_a_socket(self):
        network = self.network()
        peer = Destination(1)
        with SamServer({peer: ("127.0.0.1", network.port)}) as bridge:
            result = self.holds(self.run_refused(
                [f"--i2psam={bridge.at}", f"--connect={peer.name}"], "socket", "EMFILE", "3"))
            self.assertEqual(result.peers[0]["outcome"], "answered")

    def test_own_addresses_that_cannot_be_read(self):
        """getifaddrs() asks by a netlink socket; so no address is known to be our own."""
        result = self.holds(self.run_refused(self.network().connect(2), "socket", "EACCES", "1"))
        self.assertEqual(result.totals(TXID)["served"], 2)


class Numbers(Case):
    def test_fewer_peers_than_are_named(self):
        result = self.survey(["--max-peers=3", "--patience=0", "--rate=3", "--progress=always",
                              *self.network().connect(9)])
        self.assertEqual(len(result.peers), 3)
        self.assertIn("3", result.stderr)

    def test_nobody_to_dial(self):
        result = self.survey(["--dnsseed=seed.none", "--progress=always"], 3)
        self.assertEqual(result.peers, [])


class Names(Case):
    """Names in a file, for all look-ups in the namespace."""

    def setUp(self):
        super().setUp()
        hosts = self.folder / "hosts"
        hosts.write_text("".join(f"{address} {name}\n" for address, name in PUBLIC.items())
                         + "::1 six.test\n::1 both.test\n127.0.0.1 both.test\n")
        harness.mount_over(hosts, "/etc/hosts")
        self.addCleanup(harness.unmount, "/etc/hosts")
        for address in PUBLIC:
            at = f"{address}/{128 if ':' in address else 32} dev lo"
            harness.ip(f"address add {at}")
            self.addCleanup(harness.ip, f"address del {at}")

    def test_seeds_of_both_families(self):
        """Whatever stands in the seed's answer is dialled on the chain's port, where nobody listens."""
        result = self.survey(["--dnsseed=seed.one", "--dnsseed=seed.two", "--dnsseed=seed.none",
                              "--patience=0", *self.network().connect(1)])
        self.assertEqual({seed["host"]: seed["outcome"] for seed in result.seeds},
                         {"seed.one": "resolved", "seed.two": "resolved", "seed.none": "failed"})

    def test_seeds_that_have_answered_are_not_asked_again(self):
        words = ["--dnsseed=seed.one", "--dnsseed=seed.two", "--dnsseed=seed.none", "--patience=0",
                 "-o", self.output, *self.network().connect(1), TXID]
        self.assertEqual(survey.run(words).code, 0)
        lines = self.output.read_bytes().splitlines(keepends=True)
        self.output.write_bytes(b"".join(line for line in lines if b'"host":"seed.two"' not in line
                                         and b'"summary"' not in line))
        self.assertEqual(survey.run([*words, "--resume"]).code, 0)
        hosts = [seed["host"] for seed in survey.load(self.output).seeds]
        self.assertEqual(hosts.count("seed.one"), 1)
        self.assertEqual(hosts.count("seed.two"), 1)

    def test_proxies_by_name(self):
        """Of a name that has both the IPv4 address is taken; else the one that there is."""
        network = self.network()
        with SocksServer({onion_of(1): ("127.0.0.1", network.port)}) as proxy, \
                socket.create_server(("::1", 0), family=socket.AF_INET6) as six:
            port = six.getsockname()[1]
            forward = threading.Thread(target=pass_on, args=[six, proxy.port], daemon=True)
            forward.start()
            for at in (f"both.test:{proxy.port}", f"six.test:{port}"):
                result = self.survey([f"--onion={at}", f"--connect={onion_of(1)}", "--patience=0"])
                self.assertEqual(result.peers[0]["outcome"], "answered", at)
            six.shutdown(socket.SHUT_RDWR)
            forward.join()
        for words in (["--proxy=no.test:1", "--onion=six.test:1"], ["--onion=no.test:1", "--i2psam=six.test:1"],
                      ["--i2psam=no.test:1"]):
            result = survey.run([*words, "--connect=127.0.0.1:1", TXID])
            self.assertEqual(result.code, 2, result.explain())
            self.assertIn("no.test", result.stderr)


class Gossip(Case):
    def setUp(self):
        super().setUp()
        harness.ip("link add wire0 type veth peer name wire1")
        self.addCleanup(harness.ip, "link del wire0")
        for end in ("wire0", "wire1"):
            harness.ip(f"link set {end} addrgenmode none up")

    def words(self, entries):
        network = self.network(scripts={"127.0.0.1": gossip(entries)})
        return ["--crawl", "--patience=0", "--connect-timeout=0.2", *network.connect(1)]

    def test_addresses_of_our_own(self):
        """They are not dialled, whoever tells them."""
        own = {"2001:4860::5/64": (2, socket.AF_INET6), "5.240.0.9/24": (1, socket.AF_INET)}
        for address in own:
            harness.ip(f"address add {address} dev wire0" + " nodad" * (":" in address))
        told = [(kind, socket.inet_pton(family, text.split("/")[0]), 8333)
                for text, (kind, family) in own.items()]
        result = self.survey(self.words([*told, (99, bytes(7), 8333), (1, bytes([5, 240, 0, 10]), 8333),
                                         *((1, bytes([127, 1, 1, n]), 8333) for n in range(20))]))
        self.assertEqual({peer["address"] for peer in result.peers} - {"127.0.0.1"}, {"5.240.0.10"})

    def test_as_many_as_may_be_told_at_once(self):
        result = self.survey(self.words([(1, bytes([127, 1, n >> 8, n & 255]), 8333)
                                         for n in range(1000)]))
        self.assertEqual(result.peer("127.0.0.1")["addresses"], 1000)

    def test_networks_without_a_way(self):
        """Whether there is a way is told by the routes alone; what is forbidden has one."""
        for route in ("prohibit 2a01::/16", "2a02::/16 dev wire0"):
            harness.ip(f"-6 route add {route}")
        raw = [socket.inet_pton(socket.AF_INET6, f"{net}::1") for net in ("2a00", "2a01", "2a02")]
        words = self.words([(2, ip, 8333) for ip in raw] + [(1, bytes([127, 1, 1, n]), 8333)
                                                            for n in range(20)])
        result = self.survey(words)
        self.assertEqual({peer["address"] for peer in result.peers} - {"127.0.0.1"},
                         {"2a01::1", "2a02::1"})
        for error in ("EAFNOSUPPORT", "EMFILE"):
            result = survey.run([*words, TXID], prefix=refusing("socket", error, "4..6"),
                                env=harness.traced())
            self.assertEqual(result.code, 0, result.explain())
            survey.check_invariants(result)


class Late(Case):
    def test_this_machine_stands_still(self):
        """While a name is looked up and proxies are asked: none of their time is over by that, and what
        they answer afterwards counts."""
        network = self.network()
        peer, onion, go = Destination(1), onion_of(1), threading.Event()
        here = ("127.0.0.1", network.port)

        def late(client):
            go.wait()
            client.connect()

        hello = SamServer({peer: here}, {"HELLO VERSION": lambda connection: (
            go.wait(), connection.sendall(b"HELLO REPLY RESULT=OK VERSION=3.1\n"))})
        with SocksServer({onion: here}, late) as proxy, hello as bridge, silent_names(), \
                black_hole() as nowhere:
            process = survey.start(["-o", self.output, "--patience=0", f"--onion={proxy.at}",
                                    f"--i2psam={bridge.at}", "--dnsseed=seed.late", "--connect-timeout=3",
                                    f"--connect={onion}", f"--connect={peer.name}",
                                    f"--connect={nowhere}", TXID])
            while not (proxy.requests and bridge.lines) and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGSTOP)
            time.sleep(4)
            process.send_signal(signal.SIGCONT)
            go.set()
            while process.poll() is None and self.output.read_bytes().count(b'"answered","stage"') < 2:
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            code = survey.finish(process).code
        result = survey.load(self.output)
        self.assertEqual(code, 128 + signal.SIGTERM, result.explain())
        survey.check_invariants(result)
        self.assertEqual([peer["outcome"] for peer in result.peers].count("answered"), 2, result.explain())
        self.assertEqual([seed["error"] for seed in result.seeds], ["interrupted"])

    def test_a_bridge_that_never_answers_and_one_that_goes_on_talking(self):
        network = self.network()
        peer = Destination(1)
        with black_hole() as nowhere:
            result = self.survey(["--patience=0", f"--i2psam={nowhere}", "--connect-timeout=0.5",
                                  f"--connect={peer.name}"])
            self.assertEqual(result.peers[0]["error"], "proxy_silent")

        with Chatty({peer: ("127.0.0.1", network.port)}) as bridge:
            result = self.survey(["--patience=0", f"--i2psam={bridge.at}", f"--connect={peer.name}"])
            self.assertEqual(result.peers[0]["outcome"], "answered")

    def test_who_accepts_and_resets(self):
        """Before it is noticed that the connection stands, or as the first bytes are written: both by a
        delay of the call that tells it."""
        peer, onion = Destination(1), onion_of(1)
        for delay in ("delay_enter", "delay_exit"):
            with Resetting() as server:
                result = survey.run(
                    ["--patience=0", f"--onion={server.at}", f"--i2psam={server.at}", f"--connect={onion}",
                     f"--connect={peer.name}", f"--connect={server.at}", TXID], env=harness.traced(),
                    prefix=["strace", "-f", "-qq", "-e", "trace=getsockopt", "-o", "/dev/null", "-e",
                            f"inject=getsockopt:{delay}=100000"])
            self.assertEqual(result.code, 3, result.explain())
            survey.check_invariants(result)
            self.assertEqual({peer["outcome"] for peer in result.peers}, {"proxy_failed", "closed"})


class Chatty(SamServer):
    """Has something to say on the session's connection each time that a stream is asked for."""

    def connect(self, connection, pairs, created):
        self.sessions[pairs["ID"]].sendall(b"PING\n")
        time.sleep(0.1)
        return super().connect(connection, pairs, created)


class Resetting(Server):
    def serve(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def silent_names():
    """A name server that hears, and never says a word."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.53", 53))
        with tempfile.NamedTemporaryFile("w") as config:
            config.write("nameserver 127.0.0.53\n")
            config.flush()
            harness.mount_over(config.name, "/etc/resolv.conf")
            try:
                yield
            finally:
                harness.unmount("/etc/resolv.conf")


def pass_on(server, port):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=splice, args=[connection, call(("127.0.0.1", port))],
                         daemon=True).start()


if __name__ == "__main__":
    harness.enter_namespaces("strace")
    harness.ip("link set lo up")
    harness.main()
