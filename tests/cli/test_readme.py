#!/usr/bin/python3
"""Each command of README.md and of scripts/guide.md, run as it stands there; and that what they link to is there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import recipes  # noqa: E402
import survey  # noqa: E402
from fakepeer import TXID  # noqa: E402

PAGES = [harness.REPOSITORY / page for page in ("README.md", "scripts/guide.md")]
LOCAL = Path("/usr/local")  # where it is installed, and the crontab's line finds it
PROGRAMS = LOCAL / "bin"


def setUpModule():
    recipes.furnish()
    subprocess.run(["mount", "-t", "tmpfs", "none", LOCAL], check=True)
    PROGRAMS.mkdir()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def commands(page):
    """Those of the `sh` blocks: a line that is indented goes on with the one before, and so does what stands
    behind a backslash or a bar."""
    text = "\n".join(blocks(page, "sh"))
    text = re.sub(r"(?m)^#.*\n", "", text)
    return [command for command in re.split(r"(?<![|\\])\n+(?! )", text) if command]


def anchors(page):
    """The places that a link may name: headings, as the usual hosts make anchors of them."""
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
            for heading in re.findall(r"(?m)^#+ (.*)$", page.read_text())}


class Readme(recipes.AsItStands):
    def setUp(self):
        super().setUp()
        (self.folder / "ids.txt").write_text(f"{TXID} taproot\n")
        self.environment["HOME"] = str(self.folder)
        shutil.copy(self.folder / "bin" / "txsurvey", PROGRAMS)

    def test_each(self):
        """In their order: the questions are put to the records of the survey before them."""
        for page in PAGES:
            with self.subTest(page=page.name):
                found = commands(page)
                self.assertGreaterEqual(len(found), 10)
                self.run_as_it_stands("txsurvey --crawl --control --fee-rate 1 --txid-file ids.txt -o records.jsonl")
                for command in found:
                    stdout = self.run_as_it_stands(command)
                    if command.startswith("jq") or "--schema" in command:
                        self.assertTrue(stdout or "requests > 1" in command or "notfound" in command, command)
                    else:
                        self.check_survey(command, stdout)

    def check_survey(self, command, stdout):
        result = self.records_of(command, stdout)
        if result.survey["txids"]:
            self.assertGreater(result.totals(TXID)["served"], 9, result.explain())
        else:
            self.assertGreater(result.summary["peers"]["answered"], 9, result.explain())

    def test_crontab(self):
        """cron makes a new line of a percent sign, unless a backslash stands before it. Silent when all is well;
        the second run begins with the peers that the first one saved."""
        line, = "".join(blocks(PAGES[0], "crontab")).splitlines()
        command = line.split(maxsplit=5)[5]
        self.assertNotRegex(command, r"(?<!\\)%")
        for run in ("first", "second"):
            result = subprocess.run(["sh", "-c", command.replace(r"\%", "%")], env={"HOME": str(self.folder)},
                                    cwd="/", capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
            if run == "second":
                self.assertEqual(result.stderr, "")
            records, = (self.folder / "surveys").glob("*.jsonl")
            self.check_survey(f" -o {records}", "")
            records.unlink()
        self.assertTrue((self.folder / "surveys" / "peers").exists())

    def test_records_by_example(self):
        """They have the fields of today's records, in their order."""
        self.run_as_it_stands("txsurvey --crawl --control --raw -o records.jsonl TXID")
        real = survey.load(self.folder / "records.jsonl", 0)
        examples = [json.loads(re.sub(r", \.\.\.", "", block)) for block in blocks(PAGES[1], "json")]
        self.assertEqual([example["type"] for example in examples],
                         ["survey", "seed", "peer", "transaction", "summary"])
        for example in examples:
            record = next(record for record in real.records if record["type"] == example["type"])
            record.pop("hex", None)
            self.assertEqual(list(example), list(record))
            for part in ("options", "control", "address_book"):
                self.assertEqual(list(example.get(part, [])), list(record.get(part, [])), part)
            for part in ("transactions", "shares"):
                self.assertEqual([list(entry) for entry in example.get(part, [])],
                                 [list(entry) for entry in record.get(part, [])], part)

    def test_building(self):
        """By hand, in a copy, and installed; the last of its lines builds the tests as well, as this run was."""
        if Path(os.environ["TXSURVEY_BUILD"]).name != "check":
            harness.skip_test("one of the runs does it")
        copy = self.folder / "txsurvey"
        shutil.copytree(harness.REPOSITORY, copy, ignore=shutil.ignore_patterns("build", ".git"))
        lines = re.findall(r"^    (cmake .*)$", PAGES[0].read_text(), re.M)[:3]
        self.assertEqual([line.split()[1] for line in lines], ["--preset", "--build", "--install"])
        for line in lines:
            subprocess.run(["bash", "-e", "-c", line], cwd=copy, check=True, capture_output=True)
        version = subprocess.run([PROGRAMS / "txsurvey", "--version"], capture_output=True, text=True, check=True)
        self.assertTrue(version.stdout.startswith("txsurvey "), version.stdout)
        self.assertTrue(list(LOCAL.glob("share/man/man1/txsurvey.1*")))

    def test_links(self):
        for page in [*PAGES, *(harness.REPOSITORY / "scripts").glob("*/README.md")]:
            for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
                target = (page.parent / path) if path else page
                with self.subTest(page=page.name, path=path, anchor=anchor):
                    self.assertTrue(target.exists())
                    self.assertTrue(not anchor or anchor in anchors(target))


if __name__ == "__main__":
    harness.enter_namespaces("jq", "bash")
    harness.main()
