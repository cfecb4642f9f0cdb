"""kubeconform, and the strict schemas of the objects that our manifest has. Those that it would fetch by itself come
from no package registry; the same are in kubernetes-validate, a Python package, all of a version in one file with
references by URL: here each kind's is a file of its own that refers to nothing else."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import harness
from cache import called, kept

MODULE = "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0"
SCHEMAS = "kubernetes-validate==1.37.0 --hash=sha256:85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9"
VERSIONS = ("1.29", "1.37")  # the first that the manifest is for, and the last that is known there
KINDS = ("job-batch-v1", "persistentvolumeclaim-v1")


def _extract(wheel, folder):
    for version in VERSIONS:
        (folder / version).mkdir()
        room = f"kubernetes_validate/kubernetes-json-schema/v{version}.0-local-strict"
        definitions = json.loads(wheel.read(f"{room}/_definitions.json"))["$defs"]
        for kind in KINDS:
            schema = json.loads(wheel.read(f"{room}/{kind}.json").replace(b"/api/_definitions.json#", b"#"))
            del schema["$id"]  # to which references would be relative
            (folder / version / f"{kind}.json").write_text(json.dumps(schema | {"$defs": definitions}))


def _make(folder):
    path = f"{os.environ['PATH']}:/usr/local/go/bin"
    called("sh", "-c", f"go install {MODULE}", env={**os.environ, "PATH": path, "GOBIN": str(folder)})
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text(SCHEMAS)
        called(sys.executable, "-m", "venv", f"{scratch}/python")
        called(f"{scratch}/python/bin/pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", scratch,
               "-r", wanted)
        with zipfile.ZipFile(*Path(scratch).glob("*.whl")) as wheel:
            _extract(wheel, folder)


def provide():
    """The folder of the program and of the schemas by version. Where it cannot be made, the tests are skipped."""
    try:
        return kept("kubeconform-0.8.0-1.37.0", _make)
    except subprocess.CalledProcessError as error:
        harness.skip_without(f"no kubeconform (no Go toolchain, or no network?): {error.stderr.strip()[-300:]}")


def check(folder, version, text):
    """Its exit status and what it says of a manifest."""
    done = subprocess.run(
        [folder / "kubeconform", "-strict", "-summary", "-schema-location",
         f"{folder}/{version}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", "-"],
        input=text, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr
