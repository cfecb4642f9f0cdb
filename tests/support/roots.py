"""Roots of Debian for chroot: clean ones, and with what building needs; kept between runs."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import harness

BUILD_PACKAGES = ("cmake ninja-build gcc libc6-dev pkg-config libuv1-dev libmbedtls-dev libjansson-dev "
                  "dpkg-dev file").split()


def make(name, source, *packages):
    done = subprocess.run([Path(__file__).parent / "make_root", name, source, *packages],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        harness.skip("the root could not be made, see above (no network?)")
    return Path(done.stdout.strip())


def clean(suite):
    return make(suite, suite)


def building(suite):
    return make(f"{suite}-build", clean(suite), *BUILD_PACKAGES)


@contextmanager
def folder_in(root):
    """A new folder that is in the root, for the time being."""
    folder = Path(tempfile.mkdtemp(dir=root / "tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def run(root, command, **kw):
    """A shell's command in the root; what it wrote, to both."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                   "DEBIAN_FRONTEND": "noninteractive", **kw}
    done = subprocess.run(["chroot", root, "sh", "-ec", command], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200, check=False)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-4000:]}"
    return done.stdout


def source_archive(folder):
    """What `--target dist` makes, by a build of its own in `folder`."""
    for words in (["-S", harness.REPOSITORY, "-B", folder, "-DBUILD_TESTING=OFF"], ["--build", folder, "--target", "dist"]):
        subprocess.run(["cmake", *words], check=True, stdout=subprocess.DEVNULL)
    archive, = Path(folder).glob("txsurvey-*.tar.gz")
    return archive


def unpacked(archive, folder):
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    source, = (path for path in Path(folder).iterdir() if path.is_dir())
    return source


def inside(root, path):
    return "/" + os.fspath(Path(path).relative_to(root))
