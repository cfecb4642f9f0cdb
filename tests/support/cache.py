"""What tests need, is large and is no package of this machine's: made once and kept in a folder between runs, which
TXSURVEY_CACHE names."""

import fcntl
import os
import subprocess
import tempfile
from pathlib import Path

import harness


def kept(name, make):
    """The folder of that name in the cache. Where it is not yet, make(folder) fills it, for all who wait."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(os.environ.get("TXSURVEY_CACHE") or Path(home) / "txsurvey")
    cache.mkdir(parents=True, exist_ok=True)
    place = cache / name
    with open(cache / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                new = Path(scratch) / "new"
                new.mkdir()
                make(new)
                new.rename(place)
    return place


def called(*words, **kw):
    subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **kw)


def unpacked(name, *packages):
    """The root of Debian's packages, not installed, since they start services. Where they cannot be had, the tests
    are skipped."""
    harness.require_tools("apt-get", "dpkg-deb")

    def make(root):
        with tempfile.TemporaryDirectory() as folder:
            called("apt-get", "download", *packages, cwd=folder)
            for package in Path(folder).glob("*.deb"):
                called("dpkg-deb", "--extract", package, root)

    try:
        return kept(name, make)
    except subprocess.CalledProcessError as error:
        harness.skip(f"no {' and '.join(packages)}: {error.stderr.strip()}")
