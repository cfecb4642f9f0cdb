"""The command: which files, and what is made of them."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from txsurvey_report import __version__, figures, records, text


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="txsurvey-report",
        description="Shows what surveys by txsurvey have found: a page, a text, or tables.",
    )
    result.add_argument("files", nargs="+", type=Path, metavar="FILE", help="records, plain, gzip or zstd")
    result.add_argument("-o", "--output", type=Path, metavar="FILE", help="the page, in one file of HTML")
    result.add_argument("--text", action="store_true", help="tell it as text (what happens where no output is named)")
    result.add_argument("--json", action="store_true", help="every figure with its numbers, on standard output")
    result.add_argument("-V", "--version", action="version", version=f"txsurvey-report {__version__}")
    return result


def run(arguments: argparse.Namespace) -> None:
    loaded = records.load(arguments.files)
    shown = figures.of(loaded)
    if arguments.output:
        from txsurvey_report.page_writer import page  # altair takes a second to load

        arguments.output.write_text(page(shown, loaded.problems), encoding="utf-8")
    if arguments.json:
        json.dump(
            {"problems": list(loaded.problems), "figures": {f.name: f.as_json() for f in shown}},
            sys.stdout,
            indent=1,
            default=str,
        )
        print()
    if arguments.text or not (arguments.output or arguments.json):
        print(text.text(shown, loaded.problems, shutil.get_terminal_size((80, 24)).columns), end="")


def main(words: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(words)
    try:
        run(arguments)
    except (records.UnreadableError, OSError) as error:
        print(f"txsurvey-report: {error}", file=sys.stderr)
        return 2
    return 0
