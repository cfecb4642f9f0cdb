"""Sockets of this machine that fail are no peer's fault."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from case import Case  # noqa: E402


class Sockets(Case):
    def run_with(self, call, inject, network, outcome, *words):
        """A survey of one peer in which system calls fail. Returns its peer's record."""
        result = self.survey([*network.connect(1), "--patience=0", *words], env=harness.traced(), prefix=[
            "strace", "-f", "-yy", "-o", self.folder / "strace", "-e", f"trace={call}", "-e", inject])
        self.assertEqual(result.peers[0]["outcome"], outcome, result.explain())
        return result.peers[0]

    def first_on_a_socket(self, call):
        """The number of the first such call on a connection, among all."""
        lines = [line for line in (self.folder / "strace").read_text().splitlines() if f"{call}(" in line]
        return next(number for number, line in enumerate(lines, 1)
                    if re.search(rf"{call}\(\d+<TCP", line))

    def number_of(self, call):
        self.run_with(call, f"trace={call}", self.network(), "answered")
        return self.first_on_a_socket(call)

    def test_a_write_that_fails_is_tried_again(self):
        """Whichever of them: the first of a connection, and one within the dialogue."""
        first = self.number_of("write")
        for error in ("EIO", "ENOSPC", "ENOMEM"):
            for number in (first, first + 1):
                with self.subTest(error=error, number=number):
                    peer = self.run_with("write", f"inject=write:error={error}:when={number}",
                                         self.network(), "answered")
                    self.assertEqual(peer["attempts"], 2)

    def test_reads_that_fail_as_often_as_a_peer_is_tried(self):
        first = self.number_of("read")
        for error, code in (("EIO", "socket_failed"), ("ENOMEM", "no_memory")):
            with self.subTest(error=error):
                peer = self.run_with("read", f"inject=read:error={error}:when={first}..{first + 4}",
                                     self.network(), "local_error")
                self.assertEqual(peer["error"], code)
                self.assertGreater(peer["attempts"], 1)

    def test_what_the_network_says_of_a_connection(self):
        first = self.number_of("read")
        for error, code in (("ETIMEDOUT", "timed_out"), ("EHOSTUNREACH", "host_unreachable"),
                            ("ENETUNREACH", "network_unreachable"), ("ECONNRESET", "refused")):
            with self.subTest(error=error):
                peer = self.run_with("read", f"inject=read:error={error}:when={first}",
                                     self.network(), "closed")
                self.assertEqual(peer["error"], code)

    def test_a_connect_that_fails(self):
        for error in ("EIO", "EBADF", "ENOSPC"):
            with self.subTest(error=error):
                peer = self.run_with("connect", f"inject=connect:error={error}", self.network(),
                                     "local_error")
                self.assertEqual(peer["error"], "socket_failed")


if __name__ == "__main__":
    harness.enter_namespaces("strace")
    harness.ip("link set lo up")
    harness.main()
