"""The command: which files, and what is made of them."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from txsurvey_report import __version__, exports, figures, peers, places, records, text
from txsurvey_report.figure import Figure
from txsurvey_report.figures import difference
from txsurvey_report.progress import Progress

DESCRIPTION = "Shows what surveys by txsurvey have found: a page, a text, or tables."
EPILOG = """\
Exit status: 0 all that was asked for was made; 1 it could not be written; 2 wrong usage, or nothing to
show in the files. Addresses and user agents are personal data, and in no output without --addresses."""

PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # gzip, zstd


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="txsurvey-report", description=DESCRIPTION, epilog=EPILOG)
    add = result.add_argument
    add("files", nargs="*", type=Path, metavar="FILE", help="records: plain, gzip (.gz) or zstd (.zst); - is a pipe")
    add("-o", "--output", type=Path, metavar="FILE", help="a page: one file of HTML that needs nothing beside it")
    add("--text", action="store_true", help="tell it as text; so it is where no output is named")
    add("--json", action="store_true", help="every figure of the page with its numbers, on standard output")
    add("--csv", type=Path, metavar="DIR", help="peers.csv and answers.csv: a row a peer, a row a peer and id")
    add("--parquet", type=Path, metavar="DIR", help="the same as Parquet")
    add("--vega", type=Path, metavar="DIR", help="each picture as a Vega-Lite specification with its data")
    add("--png", type=Path, metavar="DIR", help="each picture as an image")
    add(
        "--diff", nargs=2, type=Path, metavar=("A", "B"), help="nodes that changed their answer from file A to file B"
    )
    add("--city", type=Path, metavar="FILE", help="countries: a database of MaxMind's format (.mmdb)")
    add("--asn", type=Path, metavar="FILE", help="autonomous systems: a database of MaxMind's format (.mmdb)")
    add("--asmap", type=Path, metavar="FILE", help="autonomous systems: an asmap of Bitcoin Core")
    add("--addresses", action="store_true", help="show who the nodes are: for your own eyes")
    add("-V", "--version", action="version", version=f"txsurvey-report {__version__}")
    return result


@contextmanager
def readable(files: Sequence[Path]) -> Iterator[list[Path]]:
    """The files, with what comes through a pipe in a file of its own, as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "standard input"
        if Path("-") in files:
            with pipe.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        yield [pipe if path == Path("-") else path for path in files]


def write(path: Path, content: str) -> None:
    """As a whole: whoever looks sees the old page or the new one. A pipe or a device is written to."""
    if path.exists() and not path.is_file():
        path.write_text(content, encoding="utf-8")
        return
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(content, encoding="utf-8")
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def holds_records(path: Path) -> bool:
    """Whether somebody would lose a survey by a page of that name: `-o *.jsonl` names one."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(9).replace(b" ", b"").startswith((b'{"type"', *PACKED))


def as_json(shown: Sequence[Figure], problems: Sequence[str]) -> str:
    result = {
        "version": __version__,
        "problems": list(problems),
        "figures": {figure.name: figure.as_json() for figure in shown},
    }
    return json.dumps(result, indent=1, default=str) + "\n"


def make(arguments: argparse.Namespace, loaded: records.Records, progress: Progress) -> str:
    """Writes what goes into files; gives what goes to standard output."""
    progress.step("counting")
    if arguments.diff:
        first, then = loaded.files
        shown = list(difference.figures(loaded, first, then, arguments.addresses))
    else:
        shown = figures.of(loaded)
    tables: dict[exports.Form, Path | None] = {"csv": arguments.csv, "parquet": arguments.parquet}
    for form, folder in tables.items():
        if folder:
            progress.step(f"writing {folder}")
            exports.write_tables(loaded, folder, form, arguments.addresses)
    if arguments.vega or arguments.png:
        progress.step("drawing")
        exports.write_pictures(shown, arguments.vega, arguments.png)
    if arguments.output:
        progress.step(f"writing {arguments.output}")
        from txsurvey_report.page_writer import page  # altair takes a second to load

        listed = None if arguments.diff else peers.table(loaded, arguments.addresses)
        write(arguments.output, page(shown, loaded.problems, listed))
    if arguments.json:
        return as_json(shown, loaded.problems)
    files = (arguments.output, arguments.csv, arguments.parquet, arguments.vega, arguments.png)
    if arguments.text or not any(files):
        return text.text(shown, loaded.problems, shutil.get_terminal_size((80, 24)).columns)
    return ""


def run(arguments: argparse.Namespace) -> int:
    with Progress() as progress, readable(arguments.diff or arguments.files) as files:
        if arguments.output and all(file.is_file() for file in files):
            from txsurvey_report import bundles

            bundles.vega()
        progress.step("reading")
        try:
            loaded = records.load(files, compared=bool(arguments.diff))
            loaded = places.locate(loaded, places.Databases(arguments.city, arguments.asn, arguments.asmap))
        except (records.UnreadableError, OSError) as error:
            print(f"txsurvey-report: {error}", file=sys.stderr)
            return 2
        words = make(arguments, loaded, progress)
    if not (arguments.json or words):
        for problem in loaded.problems:
            print(f"txsurvey-report: {problem}", file=sys.stderr)
    sys.stdout.write(words)
    sys.stdout.flush()
    return 0


def main(words: Sequence[str] | None = None) -> int:
    usage = parser()
    arguments = usage.parse_args(words)
    if bool(arguments.files) == bool(arguments.diff):
        usage.error("name files of records, or two of them after --diff")
    if arguments.json and arguments.text:
        usage.error("--json and --text both go to standard output: choose one")
    if arguments.output and holds_records(arguments.output):
        usage.error(f"{arguments.output} holds records, which the page would replace")
    if sys.stdout is None or (sys.stdin is None and Path("-") in arguments.files):
        print("txsurvey-report: standard input or output is closed", file=sys.stderr)
        return 1
    try:
        return run(arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return 1
    except (OSError, duckdb.IOException) as error:
        print(f"txsurvey-report: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
