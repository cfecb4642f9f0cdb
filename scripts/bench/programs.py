"""Who is compared. Each asks the peers of a list for one transaction, so many at once, and counts."""
import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "build/release"
CLIENTS = Path(__file__).resolve().parent / "clients"


def survey(path, peers, txid, at_once, output):
    return [path, "--chain", "regtest", "--peers", peers, "--concurrency", str(at_once), "--rate", "1000000",
            "--patience", "0", "--quiet", "--output", output, txid]


def client(path, peers, txid, at_once, output):
    return [path, peers, txid, str(at_once), output]


def bare(path, peers, txid, at_once, _):
    return [path, peers, txid, str(at_once)]


def counts_of_survey(_, output):
    """What the summary, its last line, says."""
    with open(output, "rb") as file:
        file.seek(-20000, 2) if Path(output).stat().st_size > 20000 else None
        share = json.loads(file.readlines()[-1])["shares"][0]
    return share["served"], share["notfound"]


def counts_of_client(stdout, _):
    counts = json.loads(stdout)
    return counts["served"], counts["notfound"]


@dataclass(frozen=True)
class Program:
    name: str
    path: Path
    words: object
    counts: object = counts_of_client
    compiled: bool = True  # its instructions are its own

    def can(self, peers, at_once):
        """What is slow is asked for what it is made for, and not for hours."""
        return self.compiled or (at_once == 1000 and peers <= 100000)

    def command(self, peers, txid, at_once, output):
        """The words to run it. `output` is not there yet."""
        output.unlink(missing_ok=True)
        return self.words(self.path, peers, txid, at_once, output)


FLOOR = "bare libuv"
PROGRAMS = [
    Program("txsurvey", BUILT / "txsurvey", survey, counts_of_survey),
    Program("bare epoll", BUILT / "scripts/bench/clients/bare_epoll", bare),
    Program(FLOOR, BUILT / "scripts/bench/clients/bare_uv", bare),
    Program("asyncio", CLIENTS / "asyncio_client.py", client, compiled=False),
    Program("threads", CLIENTS / "threads_client.py", client, compiled=False),
]
