"""A person at a terminal: what stands there while a survey runs and when it is over, at any width."""
import re
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import survey  # noqa: E402
import terminal  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, UNKNOWN, address_of, honest, mute, serve, unhelpful  # noqa: E402

WIDTHS = (50, 80, 200)
ALL = ("stdout", "stderr")


def loading(peer):
    """Still loads the chain, by the fee filter that Core sends then."""
    peer.handshake(subver=b"/Satoshi:22.0.0/")
    peer.send(b"feefilter", (9170997).to_bytes(8, "little"))
    serve(peer)


def costly(peer):
    """Relays nothing that pays less than 5 sat/vB."""
    peer.handshake(subver=b"/Satoshi:29.0.0/")
    peer.send(b"feefilter", (5000).to_bytes(8, "little"))
    serve(peer)


def blocksonly(peer):
    peer.handshake(subver=b"/Satoshi:29.0.0/", relay=False)
    serve(peer)


def slowly(peer):
    time.sleep(1.5)
    honest(peer, subver=b"/\x1b[31mred\x07\xf0\x9f\x92\xa9/")


class AtTerminal(Case):
    def at_terminal(self, args, columns=80, streams=("stderr",), code=0, **kw):
        """Runs a survey; the lines that stand on the screen then, and those that were rewritten."""
        screen = terminal.Terminal(columns)
        process = screen.start(args, streams, **kw)
        seen = screen.read()
        process.communicate(timeout=60)
        screen.close()
        self.assertEqual(process.returncode, code, seen)
        self.assertNotRegex(seen, rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]")
        return terminal.lines(seen)

    def assert_fits(self, lines, columns):
        """No line is longer than the terminal is wide, but for an id, which is one word."""
        for line in lines:
            longest = max(map(len, line.split()), default=0)
            self.assertTrue(len(line) <= columns or longest >= 64, f"{len(line)}: {line}")


class Progress(AtTerminal):
    def rewritten(self, columns, args):
        lines, rewritten = self.at_terminal(["-o", self.output, "--patience=0", *args, TXID], columns)
        self.assertFalse([line for line in lines if "left" in line or "waiting" in line], "it is erased")
        progress = [line for line in rewritten if re.search(" (has|have) it(,|$)", line)]
        self.assertGreater(len(progress), 2, rewritten)
        for line in progress:
            self.assertLess(len(line), columns)
            self.assertNotRegex(line, r"[<>]|0/s")
        return [line.rstrip() for line in progress]

    def test_first_what_people_wait_for_then_how_long(self):
        network = self.network(slowly)
        for columns in WIDTHS:
            with self.subTest(columns=columns):
                answered = r"(, \d+ of \d+ answered)?" if columns > 50 else ""
                self.output.unlink(missing_ok=True)
                for line in self.rewritten(columns, network.connect(20)):
                    self.assertRegex(line, rf"^\d+ ha(ve|s) it{answered}(, waiting for \d+ nodes?(, at most \d+ s"
                                           r"( more)?)?|, \d+ nodes? left.*)?$")

    def test_it_is_cut_at_whole_parts(self):
        network = self.network(slowly)
        for columns in (20, 35, 36, 37, 40, 55):
            with self.subTest(columns=columns):
                self.output.unlink(missing_ok=True)
                for line in self.rewritten(columns, network.connect(2)):
                    self.assertRegex(line, r"(it|answered|nodes?|left| s|more)$")

    def test_how_much_is_left_to_dial(self):
        network = self.network()
        lines = self.rewritten(80, ["--rate=20", *network.connect(30)])
        self.assertTrue([line for line in lines if re.search(r"\d+ nodes left, at least \d s more$", line)], lines)

    def test_no_longer_than_the_deadline(self):
        network = self.network(mute)
        screen = terminal.Terminal(80)
        process = screen.start(["-o", self.output, "--deadline=2", *network.connect(2), TXID])
        _, rewritten = terminal.lines(screen.read())
        self.assertEqual(process.wait(60), 3)
        process.communicate()
        screen.close()
        times = re.findall(r"at most (\d+) s", "\n".join(rewritten))
        self.assertTrue(times)
        self.assertLessEqual(max(map(int, times)), 2)

    def test_none_among_records_on_the_terminal(self):
        network = self.network(slowly)
        _, rewritten = self.at_terminal(["-o", "-", *network.connect(2), TXID], streams=ALL)
        self.assertFalse([line for line in rewritten if line.startswith("0 have it")])


class Result(AtTerminal):
    def setUp(self):
        super().setUp()
        core = lambda peer: honest(peer, subver=b"/Satoshi:29.0.0/")  # noqa: E731
        self.net = self.network(core, {address_of(3): loading, address_of(4): loading, address_of(5): unhelpful,
                                       address_of(6): lambda peer: peer.reset(), address_of(7): mute},
                                ipv6=False)
        self.args = [*self.net.connect(7), "--connect=127.0.0.1:1", "--patience=0", "--handshake-timeout=1",
                     "--response-timeout=1"]

    def test_the_result_comes_first_at_any_width(self):
        for columns in WIDTHS:
            with self.subTest(columns=columns):
                lines, _ = self.at_terminal([*self.args, UNKNOWN], columns, ALL)
                self.assert_fits(lines, columns)
                self.assertNotIn("{", "".join(lines), "records")
                text = " ".join(" ".join(lines).split())
                wanted = ("None of 5 nodes asked has it: 0 % (0 % to 43 % is likely for all nodes like these)",
                          "4 said no: 2 reliably, 2 may have it and not tell yet",
                          "2 are still loading the chain", "1 gave no answer", "3 of 8 nodes could not be asked:",
                          "1 hung up at once, as nodes do that are full",
                          "1 refused the connection: nobody listens there",
                          "1 took the call, but said nothing in time", "Done in ", "-o FILE writes them")
                places = [text.find(words) for words in wanted]
                self.assertNotIn(-1, places, text)
                self.assertTrue(text.startswith(wanted[0]), text)
                self.assertEqual([lines[0][:10], lines[-1]], ["None of 5 ", ""])

    def test_why_they_said_no(self):
        """Below the fee floor, blocks only; of those without the block that was named the chain comes first."""
        network = self.network(costly, {address_of(4): blocksonly}, ipv6=False)
        args = [*network.connect(4), "--patience=0", "--fee-rate=1"]
        for more, wanted in (([], ["3 want a higher fee than it pays", "1 wants blocks only, no transactions"]),
                             (["--anchor", "77" * 32], ["4 follow another chain"])):
            lines, _ = self.at_terminal([*args, *more, UNKNOWN], 80, ALL)
            text = " ".join(" ".join(lines).split())
            self.assertEqual([words for words in wanted if words not in text], [], text)

    def test_all_that_it_says_is_whole_words(self):
        """The words of the widest screen, in their order, are those of the narrowest."""
        wide, narrow = (" ".join(self.at_terminal([*self.args, UNKNOWN], columns, ALL)[0]).split()
                        for columns in (200, 30))
        self.assertEqual([word for word in wide if not word.isdigit()],
                         [word for word in narrow if not word.isdigit()])

    def test_one_node_is_no_nodes(self):
        lines, _ = self.at_terminal([*self.net.connect(1), TXID], 200, ALL)
        self.assertEqual(lines[0], "1 of 1 node asked has it: 100 % (21 % to 100 % is likely for all nodes like it)")
        self.assertNotRegex("".join(lines), r"\b1 \w+s\b(?<!has)")

    def test_several_ids_with_their_labels(self):
        ids = self.folder / "ids"
        ids.write_text(f"{TXID} rent for May\x1b[31m\n{UNKNOWN}\n")
        for columns in WIDTHS:
            lines, _ = self.at_terminal([*self.args, "--txid-file", ids], columns, ALL)
            self.assert_fits(lines, columns)
            text = " ".join(" ".join(lines).split())
            self.assertIn("1 of 2 transactions was found:", text)
            self.assertIn(TXID + " rent for May\\x1b[31m 4 of 5 nodes asked have it: 80 %", text)
            self.assertIn(UNKNOWN + " None of 5 nodes asked has it", text)

    def test_a_thousand_ids(self):
        ids = self.folder / "ids"
        ids.write_text("".join(f"{number:08x}{0:056x}\n" for number in range(1, 1000)) + TXID)
        network = self.network(unhelpful)
        lines, _ = self.at_terminal(["--deadline=2", *network.connect(2), "--txid-file", ids], 80, ALL)
        self.assertLess(len(lines), 60)
        self.assertEqual(lines[0], "0 of 1,000 transactions were found:")
        self.assertIn("and 990 more: the records (-o FILE) have them all", lines)

    def test_those_that_somebody_has_come_first(self):
        ids = self.folder / "ids"
        ids.write_text("".join(f"{number:08x}{0:056x}\n" for number in range(1, 20)) + TXID)
        network = self.network(honest)
        lines, _ = self.at_terminal(["--deadline=5", *network.connect(1), "--txid-file", ids], 80, ALL)
        self.assertEqual(lines[:2], ["1 of 20 transactions was found:", TXID])

    def test_a_census(self):
        for columns in WIDTHS:
            lines, _ = self.at_terminal([*self.args, "--census"], columns, ALL)
            self.assert_fits(lines, columns)
            self.assertEqual(lines[0], "5 of 8 nodes told of themselves:")
            self.assertIn("      2  Core 22.0.0", lines)
            self.assertIn("3 of 8 nodes could not be asked:", lines)

    def test_the_width_of_no_terminal_is_80_or_as_the_environment_says(self):
        for columns, env in ((80, {}), (45, {"COLUMNS": "45"}), (80, {"COLUMNS": "wide"}), (80, {"COLUMNS": "0"})):
            result = survey.run([*self.args, UNKNOWN], env={**survey.os.environ, "COLUMNS": "", **env})
            lines = result.stderr.splitlines()
            self.assert_fits(lines, columns)
            self.assertGreater(max(map(len, lines)), columns - 12)


class Stopped(AtTerminal):
    def test_the_result_waits_for_the_reader(self):
        """Ctrl-S, while it ran: the survey goes on, and nothing of its result is lost."""
        go_on = threading.Event()

        def script(peer):
            go_on.wait(60)
            honest(peer)
        network = self.network(script)
        screen = terminal.Terminal(80)
        process = screen.start(["--patience=0", *network.connect(2), TXID], ALL)
        seen = screen.read(b"waiting for 2 nodes")
        screen.press(b"\x13")
        go_on.set()
        while len(network.closed) < 2:
            time.sleep(0.02)
        time.sleep(0.3)
        self.assertIsNone(process.poll(), "it waits")
        screen.press(b"\x11")
        lines, _ = terminal.lines(seen + screen.read())
        self.assertEqual(process.wait(60), 0)
        process.communicate()
        screen.close()
        self.assertTrue(lines[0].startswith("2 of 2 nodes asked have it"), lines)
        self.assertIn("The records were not kept", " ".join(lines))


class Records(AtTerminal):
    def setUp(self):
        super().setUp()
        self.args = [*self.network().connect(2), TXID]

    def test_o_writes_them_to_a_file(self):
        lines, _ = self.at_terminal(["-o", self.output, *self.args], streams=ALL)
        self.assertIn(f"The records are in {self.output}", "".join(lines))
        survey.check_invariants(survey.load(self.output, 0))

    def test_o_minus_shows_them_after_all(self):
        screen = terminal.Terminal(200)
        process = screen.start(["-o", "-", *self.args], ("stdout",))
        seen = screen.read()
        _, errors = process.communicate(timeout=60)
        screen.close()
        result = survey.Result(process.returncode, seen.replace(b"\r\n", b"\n"), errors.decode())
        survey.check_invariants(result)
        self.assertEqual(len(result.peers), 2)
        self.assertIn("2 of 2 nodes asked have it", result.stderr)

    def test_a_pipe_takes_them_and_the_result_is_shown(self):
        screen = terminal.Terminal(80)
        process = screen.start(self.args)
        stdout, _ = process.communicate(timeout=60)
        lines, _ = terminal.lines(screen.read())
        screen.close()
        survey.check_invariants(survey.Result(0, stdout))
        self.assertTrue(lines[0].startswith("2 of 2 nodes asked have it"), lines)
        self.assertNotIn("records", "".join(lines))

    def test_the_result_is_read_where_errors_go_elsewhere(self):
        lines, _ = self.at_terminal(self.args, streams=("stdout",))
        self.assertTrue(lines[0].startswith("2 of 2 nodes asked have it"), lines)

    def test_quiet(self):
        """The result is what a person is there for; where records go somewhere it is said by those."""
        for streams in (ALL, ("stdout",)):
            lines, _ = self.at_terminal(["-q", *self.args], streams=streams)
            self.assertTrue(lines[0].startswith("2 of 2 nodes asked have it"), lines)
            self.assertEqual("".join(lines[2:]), "")
        self.assertEqual(self.at_terminal(["-q", *self.args], streams=("stderr",)), ([""], []))
        self.assertEqual(self.at_terminal(["-q", "-o", self.output, *self.args], streams=ALL), ([""], []))


class Verbose(AtTerminal):
    def test_who_each_is_and_what_it_said(self):
        network = self.network(slowly)
        lines, _ = self.at_terminal(["-v", "-o", self.output, "--patience=0", *network.connect(2),
                                     "--connect=127.0.0.1:1", TXID], 200)
        for number in (1, 2):
            self.assertIn(f"txsurvey: peer {network.at(number)} /\\x1b[31mred\\x07\\xf0\\x9f\\x92\\xa9/: "
                          "answered: served", lines)
        self.assertIn("txsurvey: peer 127.0.0.1:1: connect_refused, refused", lines)

    def test_of_each_id_as_long_as_they_are_few(self):
        network = self.network()
        args = ["-v", "-o", self.output, "--patience=0", *network.connect(1), TXID]
        lines, _ = self.at_terminal([*args, UNKNOWN], 200)
        for line in (f"  {TXID}: served", f"  {UNKNOWN}: notfound, weak"):
            self.assertIn(line, lines)
        self.output.unlink()
        lines, _ = self.at_terminal([*args, *(digit * 64 for digit in "345678")], 200)
        self.assertIn(": answered: 1 served, 6 notfound", " ".join(lines))
        self.assertNotIn("3" * 64 + ": ", " ".join(lines))

    def test_at_any_width(self):
        network = self.network(slowly)
        for columns in WIDTHS:
            self.output.unlink(missing_ok=True)
            lines, rewritten = self.at_terminal(["-v", "-o", self.output, *network.connect(2), TXID], columns)
            self.assert_fits(lines, columns)
            self.assertTrue([line for line in rewritten if line.startswith("0 have it")], "before that")


class Interrupted(AtTerminal):
    def interrupted(self, args, columns=80):
        asked = threading.Event()

        def script(peer):
            peer.handshake()
            peer.wait_for(b"getdata")
            asked.set()
            mute(peer)
        network = self.network(script)
        screen = terminal.Terminal(columns)
        process = screen.start([*args, *network.connect(3), "--response-timeout=300", TXID], ALL)
        seen = screen.read(b"waiting for 3 nodes")
        self.assertTrue(asked.wait(60))
        screen.press(b"\x03")
        seen += screen.read()
        self.assertEqual(process.wait(60), 130)
        process.communicate()
        screen.close()
        lines, _ = terminal.lines(seen)
        self.assert_fits(lines, columns)
        self.assertTrue(lines[0].startswith("None of 3 nodes asked has it"), lines)
        return lines

    def test_it_says_how_to_go_on(self):
        path = self.folder / "my records"
        for columns in WIDTHS:
            lines = self.interrupted(["-o", path], columns)
            path.unlink()
            at = lines.index("To go on where it stopped:")
            command = "\n".join(lines[at + 1:])
            self.assertIn(TXID, command)
            self.assertRegex(" ".join(lines), "Stopped by Ctrl-C after [0-9]+ s[.]")
            words = survey.subprocess.run(["sh", "-c", "txsurvey() { printf '%s\\n' \"$@\"; }\n" + command.replace(
                command.split()[0], "txsurvey", 1)], capture_output=True, text=True, check=True).stdout.splitlines()
            self.assertEqual(words[:3], ["--resume", "-o", str(path)])
            self.assertEqual(words[-1], TXID)

    def test_and_that_without_a_file_there_is_no_way(self):
        lines = self.interrupted([])
        self.assertIn("Without -o FILE it begins anew each time.", lines)


if __name__ == "__main__":
    unittest.main(verbosity=2)
