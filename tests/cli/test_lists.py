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
        for name, text in self.rewritten().items():
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


if __name__ == "__main__":
    harness.main()
