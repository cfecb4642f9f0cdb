#!/usr/bin/python3
"""The completions of bash, zsh and fish, in those shells: bash and zsh at a terminal, where a key inserts all
words that fit; fish by the command that it has for this."""

import fcntl
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import termios
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402

BUILD = Path(os.environ["TXSURVEY_BUILD"]).resolve()
CHAINS = ["main", "test", "testnet4", "signet", "regtest"]
NETWORKS = ["ipv4", "ipv6", "onion", "i2p", "cjdns"]

# The key of Ctrl-T inserts all words, that of Ctrl-X writes the line to the pipe.
BASH = """
source {build}/txsurvey.bash
bind '"\\C-t": insert-completions'
bind -x '"\\C-x": printf "%s\\n" "$READLINE_LINE" >{pipe}'
"""
ZSH = """
fpath=({folder}/functions $fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
zle -C all-matches complete-word _generic
show() {{ print -r -- "$BUFFER" >{pipe} }}
zle -N show
bindkey -e
bindkey '^T' all-matches
bindkey '^X' show
"""


def long_options():
    text = subprocess.run(survey.command(["--help"]), capture_output=True, text=True, check=True).stdout
    return re.findall(r"(?m)^ .{2,6}(--[a-z0-9-]+)", text)


class AtTerminal:
    """A shell at a pseudo-terminal, whose lines come back through a pipe."""

    def __init__(self, words, setup, folder):
        self.pipe = folder / "pipe"
        os.mkfifo(self.pipe)
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, b"\x18\x00\xff\x0f\x00\x00\x00\x00")  # 4095 columns
        self.process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder / "here",
            env={**os.environ, "TERM": "dumb", "HOME": str(folder)}, preexec_fn=lambda: self.own(theirs))
        os.close(theirs)
        os.set_blocking(self.ours, False)
        script = folder / "setup"
        script.write_text(setup.format(build=BUILD, folder=folder, pipe=self.pipe))
        self.type(f" . {script}; echo >{self.pipe}\n")
        self.pipe.read_text()

    @staticmethod
    def own(terminal):
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    def type(self, text):
        try:
            os.read(self.ours, 1 << 20)  # what it showed: nobody looks, but it must not wait
        except BlockingIOError:
            pass
        os.write(self.ours, text.encode())

    def complete(self, line):
        """The words that the last one is replaced by; it itself where none fits."""
        self.type(f"\x15{line}\x14\x18")
        whole = self.pipe.read_text().removesuffix("\n")
        begun = line[:line.rindex(" ") + 1]
        assert whole.startswith(begun), (line, whole)
        return [word.replace("\\", "") for word in re.findall(r"(?:\\.|\S)+", whole[len(begun):])]

    def close(self):
        os.close(self.ours)
        self.process.wait(60)


class Shell:
    """What each of the shells must offer. `complete` gives the words for the last one of a line."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "here" / "lists").mkdir(parents=True)
        for name in ("lists.txt", "records.jsonl"):
            (self.folder / "here" / name).write_text("")

    def check(self, line, expected):
        """Of --option=value some shells give back the value alone. What stands behind a word until one types
        on, a slash, a comma or an equals sign, is left out."""
        with self.subTest(line=line):
            words = [word.rstrip("/,=").rpartition("=")[2] for word in self.complete(f"txsurvey {line}")]
            self.assertEqual(sorted(words), sorted(expected))

    def test_all(self):
        self.check("--chain ", CHAINS)
        self.check("--chain te", ["test", "testnet4"])
        self.check("--chain=testn", ["testnet4"])
        self.check("--raw --onlynet ", NETWORKS)
        self.check("--onlynet=on", ["onion"])
        self.check("--progress al", ["always"])
        for option in ("--peers ", "--raw --output ", "-o ", "-qo ", "--peers="):
            self.check(option + "li", ["lists", "lists.txt"])
        self.check("--re", ["--response-timeout", "--retries", "--resume", "--require-served"])
        self.check("--chain main --cen", ["--census"])
        self.check("--wtxid rec", self.nothing("rec"))
        self.check("--rate rec", self.nothing("rec"))
        self.check("--list", self.nothing("--list"))

    def test_several_with_commas(self):
        self.check("--onlynet ipv4,o", ["ipv4,onion"])

    def test_every_option(self):
        self.check("--", long_options())

    @staticmethod
    def nothing(word):
        return [word]


class Bash(Shell, unittest.TestCase):
    def setUp(self):
        super().setUp()
        shell = AtTerminal(["bash", "--norc", "--noprofile", "-i"], BASH, self.folder)
        self.addCleanup(shell.close)
        self.complete = shell.complete

    def test_shellcheck(self):
        if not shutil.which("shellcheck"):
            harness.skip_test("no shellcheck")
        result = subprocess.run(["shellcheck", "--shell=bash", BUILD / "txsurvey.bash"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)


class Zsh(Shell, unittest.TestCase):
    def setUp(self):
        super().setUp()
        if not shutil.which("zsh"):
            harness.skip_test("no zsh")
        (self.folder / "functions").mkdir()
        shutil.copy(BUILD / "txsurvey.zsh", self.folder / "functions" / "_txsurvey")
        shell = AtTerminal(["zsh", "-f", "-i"], ZSH, self.folder)
        self.addCleanup(shell.close)
        self.complete = shell.complete


class Fish(Shell, unittest.TestCase):
    def setUp(self):
        super().setUp()
        if not shutil.which("fish"):
            harness.skip_test("no fish")

    def complete(self, line):
        result = subprocess.run(["fish", "--no-config", "-c", f"source {BUILD}/txsurvey.fish; complete -C '{line}'"],
                                cwd=self.folder / "here", env={**os.environ, "HOME": str(self.folder)},
                                capture_output=True, text=True, check=True)
        self.assertEqual(result.stderr, "")
        return [offer.partition("\t")[0] for offer in result.stdout.splitlines()]

    @staticmethod
    def nothing(word):
        return []


if __name__ == "__main__":
    harness.main()
