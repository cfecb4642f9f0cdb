#!/usr/bin/python3
"""What Prometheus makes of --metrics, and of the rules and the dashboard of scripts/metrics: Debian's promtool,
node_exporter and Prometheus, on a loopback of the test's own."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import exposition
import harness
import prometheus
import survey
from fakepeer import TXID, FakeNetwork, address_of, mute

SCRIPTS = harness.REPOSITORY / "scripts" / "metrics"
DASHBOARD = json.loads((SCRIPTS / "dashboard.json").read_text())
ALERTS = {"TxsurveyOverdue", "TxsurveyFailed", "TxsurveyVantageSuspect", "TxsurveyShareFell"}
NODE_EXPORTER, PROMETHEUS = 9100, 9090
CONFIG = f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{SCRIPTS / 'alerts.yml'}"]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{NODE_EXPORTER}"]}}]
"""


def promtool(*words, **kw):
    return subprocess.run([prometheus.provide() / "promtool", *words], capture_output=True, text=True, check=False,
                          **kw)


def expressions():
    """Those of the dashboard, with the title of their panel, for all surveys and ids."""
    values = {"survey": ".*", "id": ".*", "among": "asked"}
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], re.sub(r"\$(\w+)", lambda found: values[found[1]], target["expr"])


def setUpModule():
    """Surveys of several kinds, whose files are in one folder."""
    harness.ip("link set lo up")
    global textfiles
    textfiles = Path(tempfile.mkdtemp())
    unittest.addModuleCleanup(shutil.rmtree, textfiles)
    ids = textfiles / "ids"
    ids.write_text(f'{TXID} a "label"\n{"ab" * 32}\n')
    words = ["--patience=0", "--handshake-timeout=1", "--response-timeout=1"]
    with FakeNetwork(scripts={address_of(2): mute}) as network:
        for name, code, more in (
                ("main", 0, ["--txid-file", ids, "--control", "--anchor", f"{1:064x}", *network.connect(5)]),
                ("again", 0, [TXID, *network.connect(3)]),
                ("census", 0, ["--census", *network.connect(3)]),
                ("cut off", 3, [TXID, "--connect=127.9.9.9:1"])):
            done = survey.run([f"--metrics={textfiles / name}.prom", *words, *more])
            assert done.code == code, done.explain()


class Files(unittest.TestCase):
    def test_the_crontab_line_of_the_readme(self):
        """As cron runs it: by sh, with little in its environment, and a percent sign escaped. Silent when all is
        well."""
        line = re.search(r"^    17 4 \* \* \* (.*)$", (SCRIPTS / "README.md").read_text(), re.M)[1]
        with FakeNetwork() as network, tempfile.TemporaryDirectory() as home:
            Path(home, "ids.txt").write_text(f"{TXID} payout\n")
            for name, ours in (("/usr/local/bin/txsurvey", " ".join(survey.command(network.connect(2)))),
                               ("/var/lib/prometheus/node-exporter", home), ("\\%", "%")):
                self.assertIn(name, line)
                line = line.replace(name, ours)
            done = subprocess.run(["/bin/sh", "-c", line], env={"HOME": home, "PATH": "/usr/bin:/bin"},
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            samples = exposition.parse(Path(home, "payout.prom").read_text())
            self.assertIn((("among", "asked"), ("id", "payout"), ("survey", "payout")), samples["txsurvey_share_ratio"])
            self.assertEqual(len(list(Path(home).glob("survey-????-??-??.jsonl"))), 1)

    def test_promtool_has_nothing_to_say(self):
        files = list(textfiles.glob("*.prom"))
        self.assertEqual(len(files), 4)
        for path in files:
            done = promtool("check", "metrics", input=path.read_text())
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), path)

    def test_rules(self):
        done = promtool("check", "rules", SCRIPTS / "alerts.yml")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = promtool("test", "rules", SCRIPTS / "alerts.test.yml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_config_of_the_readme(self):
        text = (SCRIPTS / "README.md").read_text()
        config = re.search(r"^```yaml\n(.*?)^```", text, re.M | re.S)[1]
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(SCRIPTS / "alerts.yml", folder)
            path = Path(folder) / "prometheus.yml"
            path.write_text(config.replace("/etc/prometheus/txsurvey", folder))
            done = promtool("check", "config", path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("4 rules found", done.stdout)

    def test_each_metric_that_they_name_is_written(self):
        written = set()
        for path in textfiles.glob("*.prom"):
            written |= set(exposition.parse(path.read_text()))
        for path in SCRIPTS.iterdir():
            named = {name for name in re.findall(r"\btxsurvey_\w+\b", path.read_text())}
            self.assertLessEqual(named, written, path.name)


class Dashboard(unittest.TestCase):
    def test_variables_are_defined(self):
        text = json.dumps(DASHBOARD)
        defined = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
        self.assertLessEqual(set(re.findall(r"\$\{?([a-z]+)\}?", text)), defined)

    def test_panels_have_their_own_place(self):
        places = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24)
            self.assertTrue(panel["description"], panel["title"])
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & places, panel["title"])
            places |= cells
        ids = [panel["id"] for panel in DASHBOARD["panels"]]
        self.assertEqual(len(set(ids)), len(ids))


class Watched(unittest.TestCase):
    """The whole way: the files, node_exporter, Prometheus, its rules, and what the dashboard asks it."""

    @classmethod
    def setUpClass(cls):
        programs = prometheus.provide()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (folder / "prometheus.yml").write_text(CONFIG)
        cls.exporter = cls.enterClassContext(prometheus.Server([
            programs / "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
            f"--collector.textfile.directory={textfiles}", f"--web.listen-address=127.0.0.1:{NODE_EXPORTER}"],
            NODE_EXPORTER))
        cls.exporter.get("/metrics")
        cls.server = cls.enterClassContext(prometheus.Server([
            programs / "prometheus", f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{PROMETHEUS}"], PROMETHEUS))
        cls.server.get("/-/ready")
        while not cls.server.query("txsurvey_info"):
            time.sleep(0.1)

    def test_node_exporter_reads_all_of_them(self):
        self.assertEqual(self.server.query("node_textfile_scrape_error"),
                         {(("__name__", "node_textfile_scrape_error"), ("instance", f"127.0.0.1:{NODE_EXPORTER}"),
                           ("job", "node")): 0})
        for path in textfiles.glob("*.prom"):
            for name, samples in exposition.parse(path.read_text()).items():
                got = self.server.query(f'{name}{{survey="{path.stem}"}}')
                got = {tuple(label for label in labels if label[0] not in ("__name__", "instance", "job")): value
                       for labels, value in got.items()}
                self.assertEqual(got, samples, name)

    def test_every_panel_has_data(self):
        asked = 0
        for title, expression in expressions():
            self.assertTrue(self.server.query(expression), f"{title}: {expression}")
            asked += 1
        self.assertGreater(asked, 10)

    def test_the_variables_have_values(self):
        for variable in DASHBOARD["templating"]["list"]:
            if variable["type"] == "query":
                series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"]).groups()
                series = series.replace("$survey", ".*")
                values = self.server.api(f"label/{label}/values", **{"match[]": series})
                self.assertEqual(set(values), {"survey": {"main", "again", "census", "cut off"},
                                               "id": {'a "label"', "abababab", TXID[:8]}}[label])

    def test_the_rules_are_in_force(self):
        """Two of them by what the survey that was cut off has written."""
        while not (alerts := self.server.api("alerts")["alerts"]):
            time.sleep(0.1)
        labels = [alert["labels"] for alert in alerts if alert["state"] == "firing"]
        self.assertEqual({(label["alertname"], label["survey"]) for label in labels},
                         {("TxsurveyFailed", "cut off"), ("TxsurveyVantageSuspect", "cut off")})
        rules = self.server.api("rules")["groups"][0]["rules"]
        self.assertEqual({rule["name"]: rule["health"] for rule in rules}, dict.fromkeys(ALERTS, "ok"))


if __name__ == "__main__":
    prometheus.provide()  # while there is a network
    harness.enter_namespaces()
    harness.main()
