#!/usr/bin/python3
"""Each command of the manual's EXAMPLES, run as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import recipes  # noqa: E402
import survey  # noqa: E402
from fakepeer import TXID  # noqa: E402
from recipes import NODES, PORT  # noqa: E402

setUpModule = recipes.furnish


def manual():
    page = subprocess.run(["mandoc", "-Tutf8", Path(os.environ["TXSURVEY_BUILD"]) / "txsurvey.1"],
                          capture_output=True, text=True, check=True).stdout
    return re.sub(".\b", "", page)


def examples():
    """The lines of the section that are indented more than its text."""
    section = re.search(r"^EXAMPLES\n(.*?)^\S", manual(), re.M | re.S).group(1)
    return re.findall(r"^ {6,}(\S.*)$", section, re.M)


class Examples(recipes.AsItStands):
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
