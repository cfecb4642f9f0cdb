"""What the Python tests have in common beside the program and its peers: skipping, namespaces.

Environment: TXSURVEY and TXSURVEY_WRAPPER as in survey.py; TXSURVEY_REQUIRE_REAL=1, fail where
tests would otherwise be skipped.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
os.environ["PATH"] += ":/usr/sbin:/sbin"

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
INSIDE = "TXSURVEY_TEST_NAMESPACE"

# How much more time a run gets under a wrapper such as valgrind.
SLOWNESS = 10 if os.environ.get("TXSURVEY_WRAPPER") else 1


def skip(reason):
    """Ends the whole program: this machine cannot run these tests."""
    if os.environ.get("TXSURVEY_REQUIRE_REAL") == "1":
        sys.exit(f"FAILED: TXSURVEY_REQUIRE_REAL is set, but: {reason}")
    skip_without(reason)


def skip_without(reason):
    """The same for what may be missing anywhere."""
    print(f"SKIPPED: {reason}", flush=True)
    sys.exit(SKIPPED)


def skip_test(reason):
    """Ends one test, as loudly."""
    print(f"SKIPPED: {reason}", flush=True)
    raise unittest.SkipTest(reason)


def require_root():
    if os.geteuid() != 0:
        skip("not root")


def require_tools(*tools):
    for tool in tools:
        if not shutil.which(tool):
            skip(f"no {tool}")


def enter_namespaces(*tools):
    """Runs this program again with mounts and a network of its own, where it needs `tools`."""
    if INSIDE in os.environ:
        return
    require_root()
    require_tools("unshare", "ip", *tools)
    words = ["unshare", "--mount", "--net"]
    probe = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        skip(f"no new namespaces can be made here: {probe.stderr.strip()}")
    os.execvpe("unshare", [*words, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def mount_over(path, target):
    subprocess.run(["mount", "--bind", path, target], check=True)


def unmount(target):
    subprocess.run(["umount", "--lazy", target], check=True)


@contextmanager
def mounted(options):
    """A folder that is a tmpfs of its own with these mount options."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
        try:
            yield Path(folder)
        finally:
            unmount(folder)


@contextmanager
def unprivileged():
    """The words that run the program without root's rights, where it can be read so."""
    if os.geteuid() != 0:
        yield []
        return
    program = os.environ["TXSURVEY"]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.environ["TXSURVEY"] = shutil.copy(program, folder)
        try:
            yield ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        finally:
            os.environ["TXSURVEY"] = program


def sanitized():
    """Whether the program under test is linked with AddressSanitizer."""
    return b"__asan_init" in Path(os.environ["TXSURVEY"]).read_bytes()


def counted():
    """Whether it counts executed lines, for which it needs memory of its own."""
    return b"__gcov_dump" in Path(os.environ["TXSURVEY"]).read_bytes()


def traced():
    """The environment for a run under ptrace, which LeakSanitizer does not stand."""
    options = os.environ.get("ASAN_OPTIONS", "")
    return {**os.environ, "ASAN_OPTIONS": f"{options}:detect_leaks=0"}


FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def with_clock(now):
    """The environment for a run whose wall clock is as far from the real one as the file `now` says at that
    moment, in words of faketime(1)."""
    if not FAKETIME.exists():
        skip_test("no libfaketime")
    options = os.environ.get("ASAN_OPTIONS", "")
    return {**os.environ, "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(now),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
            "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0:detect_leaks=0"}


def main():
    if not os.environ.get("TXSURVEY"):
        sys.exit("TXSURVEY must name the program under test")
    # As Ctrl-C, which unittest passes on: so that atexit ends what a test has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)
