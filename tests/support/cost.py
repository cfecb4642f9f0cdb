"""What a program spends that no clock tells: instructions under callgrind, system calls under strace; a peer,
as the difference between two numbers of peers, in which starting and ending cancel out."""
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

# By what the processor can, the C library chooses among its functions for memory and strings. Those that any
# x86-64 can are taken everywhere, so that one machine counts what another counts.
NEWER = ("AVX", "AVX2", "AVX_Fast_Unaligned_Load", "AVX512F", "AVX512VL", "BMI2", "ERMS", "FSRM", "LZCNT", "RTM",
         "SSE4_1", "SSE4_2", "SSSE3")
PLAIN = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(f"-{name}" for name in NEWER)}
# Simulated nodes of one version, with all kinds of service bits and the same bytes of the transaction.
_ONE_VERSION = ["--mix", "rule=1", "--rule", "core_26=1", "--enter"]
NODES = {
    "served": [*_ONE_VERSION, "hours=1"],
    "notfound": [*_ONE_VERSION, "never=1"],
    "refused": ["--mix", "refused=1"],
}
NOBODY_ASKED = 3  # the survey's exit status where all refused


def _run(words, command, environment):
    done = subprocess.run([*words, *command], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode not in (0, NOBODY_ASKED):
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")


def instructions(command):
    """How many instructions it executes from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "callgrind")
        _run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"], command, PLAIN)
        return next(int(line.split()[1]) for line in out.read_text().splitlines()
                    if line.startswith(("summary:", "totals:")))


def system_calls(command):
    """How often it makes each system call, with its threads and children."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "calls")
        _run(["strace", "-f", "-c", "-U", "name,calls", "-o", out], command, os.environ)
        rows = (line.split() for line in out.read_text().splitlines())
        return Counter({row[0]: int(row[1]) for row in rows
                        if len(row) == 2 and row[1].isdigit() and row[0] != "total"})


def instructions_a_peer(command_of, few, many):
    """`command_of(n)` gives the words of the command that asks n peers."""
    return (instructions(command_of(many)) - instructions(command_of(few))) / (many - few)


def system_calls_a_peer(command_of, few, many):
    less, more = system_calls(command_of(few)), system_calls(command_of(many))
    return {name: (more[name] - less[name]) / (many - few) for name in sorted(more | less)}
