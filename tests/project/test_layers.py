"""The house rules that a script can see: who may include what, headers that stand alone, a manual that
is well-formed and knows every option."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["TXSURVEY_BUILD"])
LAYERS = ["core", "wire", "tx", "peer", "book", "survey", "net", "jsonl", "metrics", "app"]
BESIDE = {"net", "jsonl", "metrics"}  # they do not know one another

# The header of include/txsurvey and the folder that implements it: it may be included from there down.
OWNER = {
    "bytes": "core", "status": "core", "time": "core", "random": "core", "lines": "core",
    "escape": "core", "library": "core", "replacement": "core",
    "hash": "wire", "chain": "wire", "address": "wire", "address_set": "wire", "frame": "wire",
    "address_pool": "wire", "checksums": "wire", "message": "wire", "merkle": "wire",
    "tx": "tx", "block": "tx", "peer": "peer", "client": "peer", "tunnel": "peer", "record": "peer", "book": "book", "plan": "survey",
    "survey": "survey", "hearsay": "survey", "tally": "survey", "sink": "survey", "engine": "net",
    "output": "jsonl", "jsonl": "jsonl", "id_list": "jsonl", "peer_list": "jsonl", "metrics": "metrics",
}
# A library from outside, the pattern of its headers, and the only place for it.
OUTSIDE = {
    r"mbedtls/": lambda path: path == ROOT / "src/wire/hash.c",
    r"uv\.h": lambda path: path.parent.name == "net",
    r"jansson\.h": lambda path: path.parent.name == "jsonl",
}
C_STANDARD = {"assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "math.h", "stdarg.h",
              "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "time.h"}


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M)


def sources():
    return sorted(p for p in (ROOT / "src").rglob("*.[ch]"))


class Layers(unittest.TestCase):
    def test_every_public_header_has_an_owner(self):
        names = {p.stem for p in (ROOT / "include/txsurvey").glob("*.h")}
        self.assertEqual(names, set(OWNER))

    def test_public_headers_include_only_c_and_each_other(self):
        for path in (ROOT / "include/txsurvey").glob("*.h"):
            for name in includes(path):
                if name.startswith("txsurvey/"):
                    below = LAYERS.index(OWNER[Path(name).stem])
                    self.assertLessEqual(below, LAYERS.index(OWNER[path.stem]), f"{path}: {name}")
                else:
                    self.assertIn(name, C_STANDARD, f"{path}: {name}")

    def test_sources_include_only_what_is_above_them(self):
        for path in sources():
            layer = path.relative_to(ROOT / "src").parts[0]
            for name in includes(path):
                if not name.startswith("txsurvey/"):
                    continue
                stem = Path(name).stem
                owner = OWNER[stem]
                self.assertLessEqual(LAYERS.index(owner), LAYERS.index(layer), f"{path}: {name}")
                if layer in BESIDE and owner in BESIDE:
                    self.assertEqual(layer, owner, f"{path}: {name}")

    def test_private_headers_stay_in_their_folder(self):
        for path in sources():
            for name in includes(path):
                if name.endswith(".h") and "/" not in name and name not in C_STANDARD:
                    local = path.parent / name
                    others = [p for p in sources() if p.name == name and p.parent != path.parent]
                    self.assertTrue(local.exists() or not others, f"{path}: {name}")
                self.assertFalse(name.startswith(".."), f"{path}: {name}")

    def test_each_library_has_one_place(self):
        for path in sources():
            for name in includes(path):
                for pattern, allowed in OUTSIDE.items():
                    if re.match(pattern, name):
                        self.assertTrue(allowed(path), f"{path}: {name}")

    def test_nothing_below_net_asks_clock_random_environment_or_network(self):
        calls = r"\b(clock_gettime|gettimeofday|time\(NULL\)|getrandom|rand\(|getenv|socket\(|connect\()"
        for path in sources():
            layer = path.relative_to(ROOT / "src").parts[0]
            if LAYERS.index(layer) < LAYERS.index("net"):
                found = re.search(calls, re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S))
                self.assertIsNone(found, f"{path}: {found and found.group()}")

    def test_every_public_header_compiles_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (ROOT / "include/txsurvey").glob("*.h"):
                unit = Path(folder) / "unit.c"
                unit.write_text(f'#include "txsurvey/{path.name}"\n')
                subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                                f"-I{ROOT / 'include'}", str(unit)], check=True)


class Manual(unittest.TestCase):
    def test_the_manual_is_well_formed_mdoc(self):
        pages = [str(BUILD / page) for page in ("txsurvey.1", "txsurvey-simnet.1")]
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *pages], capture_output=True, text=True)
        self.assertEqual((lint.returncode, lint.stdout), (0, ""))

    def test_help_and_manual_have_the_same_options(self):
        help_text = subprocess.run([os.environ["TXSURVEY"], "--help"], capture_output=True, text=True,
                                   check=True).stdout
        page = subprocess.run(["mandoc", "-Tascii", str(BUILD / "txsurvey.1")], capture_output=True,
                              text=True, check=True).stdout
        page = re.sub(".\b", "", page)
        options = re.findall(r"^ .{2,6}--([a-z0-9-]+)", help_text, re.M)
        self.assertGreater(len(options), 25)
        for option in options:
            self.assertRegex(page, rf"(?m)^     (-\w, )?--{option}\b")


if __name__ == "__main__":
    unittest.main()
