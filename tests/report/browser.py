"""Pages in Debian's Chromium, by playwright, whose Python is set up at the first use beside the report's own.
A test that imports this runs in that Python from then on."""
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT_HOME = Path(os.environ.get("TXSURVEY_REPORT_HOME", HERE.parents[1] / "build" / "report"))
HOME = REPORT_HOME.with_name(REPORT_HOME.name + "-browser")
REQUIREMENTS = HERE / "browser_requirements.txt"
CHROMIUM = shutil.which("chromium")


def set_up():
    python, ready = HOME / "bin" / "python", HOME / "ready"
    HOME.mkdir(parents=True, exist_ok=True)
    with open(HOME / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists() or ready.read_bytes() != REQUIREMENTS.read_bytes():
            subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                            "--require-hashes", "-r", REQUIREMENTS], check=True)
            shutil.copy(REQUIREMENTS, ready)
    return python


if CHROMIUM is None:
    print("there is no chromium", file=sys.stderr)
    sys.exit(77)
if Path(sys.prefix) != HOME:
    python = set_up()
    os.execv(python, [str(python), "-B", *sys.argv])

from playwright.sync_api import sync_playwright  # noqa: E402

SETTLE_MS = 60_000  # ends nothing but a hang


class Browser:
    """Chromium, and what its pages said, did wrong or wanted to fetch."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

    def close(self):
        self.chromium.close()
        self.playwright.stop()

    def open(self, path, width=1280, height=800, dark=False, scripts=True):
        """A page, with `faults`, when what it makes by scripts is made: its table, and the pictures in view."""
        context = self.chromium.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts,
                                            color_scheme="dark" if dark else "light", reduced_motion="reduce")
        page = context.new_page()
        page.faults = []
        page.on("console", lambda message: page.faults.append(message.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
        allowed = (path.as_uri(), "blob:", "data:")
        page.on("request", lambda request: request.url.startswith(allowed) or page.faults.append(request.url))
        page.goto(path.as_uri())
        if scripts:
            page.wait_for_selector("body[data-ready]", timeout=SETTLE_MS)
        return page


def draw_all(page):
    """Scrolls to each picture, until Vega has drawn it."""
    for box in page.query_selector_all(".picture"):
        box.scroll_into_view_if_needed()
        page.wait_for_function("box => 'drawn' in box.dataset", arg=box, timeout=SETTLE_MS)
