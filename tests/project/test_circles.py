"""Calls between the files of a folder go one way: no circle among its object files, by the symbols that
each of them defines and needs."""
import json
import os
import shlex
import subprocess
import tempfile
import unittest
from collections import defaultdict, deque
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["TXSURVEY_BUILD"])


def symbols_of(objects):
    """Of each of {name: object file}, the symbols that it defines and those that it needs."""
    symbols = {str(path): (set(), set()) for path in objects.values()}
    listing = subprocess.run(["nm", "-A", "-g", "-P", *symbols], stdout=subprocess.PIPE,
                             text=True, check=True)
    for line in listing.stdout.splitlines():
        path, row = line.split(": ", 1)
        symbol, kind = row.split()[:2]
        symbols[path][kind in "Uvw"].add(symbol)
    return {name: symbols[str(path)] for name, path in objects.items()}


def calls_of(symbols):
    """{name: {name of whom it calls: a symbol of the other that it needs}}"""
    definer = {symbol: name for name, (defines, _) in symbols.items() for symbol in defines}
    return {name: {definer[symbol]: symbol for symbol in sorted(needs) if symbol in definer}
            for name, (_, needs) in symbols.items()}


def way_back(calls, start):
    """The names on a shortest way from `start` to itself, both ends included; None without one."""
    before, queue = {}, deque([start])
    while queue:
        name = queue.popleft()
        for other in sorted(calls[name]):
            if other not in before:
                before[other] = name
                queue.append(other)
    if start not in before:
        return None
    way = [start, before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def shortest_circle(calls):
    """As text, with a symbol for each step; None where there is no circle."""
    ways = [way for name in sorted(calls) if (way := way_back(calls, name))]
    if not ways:
        return None
    way = min(ways, key=len)
    return way[0] + "".join(f" -> {callee} ({calls[caller][callee]})"
                            for caller, callee in zip(way, way[1:]))


def objects_by_folder():
    """{folder of src: {source's name: object file}}, as the build compiles them."""
    folders = defaultdict(dict)
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        source = Path(entry["file"]).resolve()
        if source.is_relative_to(ROOT / "src"):
            words = shlex.split(entry["command"])
            output = words[words.index("-o") + 1]
            folders[source.parent.name][source.stem] = Path(entry["directory"]) / output
    return folders


class Finder(unittest.TestCase):
    def test_calls_follow_the_symbols(self):
        symbols = {"a": ({"a_one", "a_two"}, {"b_one", "b_two", "malloc"}),
                   "b": ({"b_one", "b_two"}, {"c_table"}), "c": ({"c_table"}, set())}
        self.assertEqual(calls_of(symbols), {"a": {"b": "b_two"}, "b": {"c": "c_table"}, "c": {}})

    def test_no_circle(self):
        for calls in ({}, {"a": {}}, {"a": {"b": "f"}, "b": {}},
                      {"a": {"b": "f", "c": "g"}, "b": {"d": "h"}, "c": {"d": "h"}, "d": {}}):
            self.assertIsNone(shortest_circle(calls))

    def test_two_call_each_other(self):
        self.assertEqual(shortest_circle({"a": {"b": "f"}, "b": {"a": "g"}}), "a -> b (f) -> a (g)")

    def test_a_circle_behind_files_that_are_not_in_it(self):
        calls = {"a": {"b": "f"}, "b": {"c": "g"}, "c": {"d": "h"}, "d": {"b": "i", "e": "j"},
                 "e": {}}
        self.assertEqual(shortest_circle(calls), "b -> c (g) -> d (h) -> b (i)")

    def test_the_shortest_of_several(self):
        calls = {"a": {"b": "f"}, "b": {"c": "g"}, "c": {"a": "h", "d": "i"}, "d": {"c": "j"}}
        self.assertEqual(shortest_circle(calls), "c -> d (i) -> c (j)")

    def test_object_files(self):
        with tempfile.TemporaryDirectory() as folder:
            objects = {}
            for name, text in {"a": "void g(void); void f(void) { g(); }",
                               "b": "extern int table[]; int *g(void) { return table; }",
                               "c": "void f(void); void (*table[])(void) = {f};"}.items():
                source, objects[name] = Path(folder) / f"{name}.c", Path(folder) / f"{name}.o"
                source.write_text(text)
                subprocess.run(["cc", "-c", "-o", objects[name], source], check=True)
            self.assertEqual(shortest_circle(calls_of(symbols_of(objects))),
                             "a -> b (g) -> c (table) -> a (f)")


class Circles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.calls = {folder: calls_of(symbols_of(objects))
                     for folder, objects in objects_by_folder().items()}

    def test_no_folder_has_one(self):
        for folder, calls in sorted(self.calls.items()):
            with self.subTest(folder=folder):
                circle = shortest_circle(calls)
                self.assertIsNone(circle, f"src/{folder}: {circle}")

    def test_all_sources_are_looked_at(self):
        sources = {f"{path.parent.name}/{path.stem}" for path in (ROOT / "src").glob("*/*.c")}
        self.assertEqual({f"{folder}/{name}" for folder, calls in self.calls.items()
                          for name in calls}, sources)
        self.assertGreater(len(sources), 60)

    def test_their_calls_are_seen(self):
        seen = sum(len(others) for calls in self.calls.values() for others in calls.values())
        self.assertGreater(seen, 60)


if __name__ == "__main__":
    unittest.main()
