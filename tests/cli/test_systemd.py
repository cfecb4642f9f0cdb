"""The units of scripts/cron under a real systemd: the service runs by its restrictions, in a folder that is its own;
what counts as a failure; the timer."""
import os
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import booted  # noqa: E402
import harness  # noqa: E402

CRON = harness.REPOSITORY / "scripts" / "cron"
CONF = "/etc/txsurvey/scheduled.conf"
# Each "== NAME" begins what a test reads. The timer comes first: it keeps systemd from forgetting the service.
SCRIPT = f"""
settings() {{ printf 'TXIDS=%s\\nOPTIONS="--chain regtest --patience 0 --peers /run/list %s"\\n' "$txid" "$1" >{CONF}; }}
show() {{ systemctl show txsurvey.service -p Result -p ExecMainStatus -p ActiveState; }}
files() {{ stat -c '%n %a %U' /var/lib/txsurvey/*; }}
simnet --port 20500 --nodes 20 --mix served=50,notfound=50 --patience-ms 0 --list /run/list \
    --ready-file /run/ready >/run/simnet 2>&1 &
until [ -e /run/ready ]; do sleep 0.1; done
txid=$(awk '/^tx /{{print $2; exit}}' /run/simnet)
systemctl start systemd-journald.service

echo == timer
systemctl enable txsurvey.timer 2>/dev/null
systemctl start txsurvey.timer
systemctl show txsurvey.timer -p ActiveState -p NextElapseUSecRealtime

echo == unset
systemctl start txsurvey.service 2>/dev/null || show

settings ''
chmod 600 {CONF}
for run in first second; do
    echo == $run
    systemctl start txsurvey.service || journalctl -u txsurvey.service -o cat
    show
    files
done
echo == journal
journalctl -u txsurvey.service -o cat

echo == stopped
settings '--rate 2'
systemctl start --no-block txsurvey.service
until grep -qs '"type":"peer"' /var/lib/txsurvey/*.jsonl; do sleep 0.1; done
systemctl stop txsurvey.service
show
files

echo == metrics
groupadd --system textfile
mkdir -p /var/lib/prometheus/node-exporter
chgrp textfile /var/lib/prometheus/node-exporter
chmod g+w /var/lib/prometheus/node-exporter
settings ''
echo METRICS=/var/lib/prometheus/node-exporter/x.prom >>{CONF}
mkdir /run/systemd/system/txsurvey.service.d
cp /drop-in /run/systemd/system/txsurvey.service.d/metrics.conf
systemctl daemon-reload
systemctl start txsurvey.service 2>/dev/null || journalctl -u txsurvey.service -o cat
show
stat -c '%a' /var/lib/prometheus/node-exporter/x.prom

echo == alarm
settings '--require-served 1000'
systemctl start txsurvey.service 2>/dev/null || show
"""


class Systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.require_root()
        harness.require_tools("systemctl", "unshare", "ip", "pivot_root")
        if Path(os.environ["TXSURVEY_BUILD"]).name != "check":
            harness.skip_without("one of the runs does it")
        files = {f"/etc/systemd/system/{name}": (CRON / name, 0o644) for name in ("txsurvey.service", "txsurvey.timer")}
        page = (CRON / "README.md").read_text()
        drop_in = re.search(r"    \[Service\]\n    ReadWritePaths.*\n(?:    .*\n)*", page)[0]
        files |= {"/etc/txsurvey/keep": ("", 0o644), "/drop-in": (drop_in.replace("    ", ""), 0o644)}
        for name, path in (("txsurvey-scheduled", CRON / "txsurvey-scheduled"), ("txsurvey", os.environ["TXSURVEY"]),
                           ("simnet", os.environ["TXSURVEY_SIMNET"])):
            files[f"/usr/local/bin/{name}"] = (Path(path), 0o755)
        output, reason = booted.run(SCRIPT, files)
        if output is None:
            harness.skip_without(f"systemd does not come up in namespaces here: {reason}")
        cls.output = output
        cls.parts = dict(part.split("\n", 1) for part in output.split("== ")[1:])

    def check(self, part, **properties):
        self.assertIn(part, self.parts, self.output)
        for name, value in properties.items():
            self.assertIn(f"{name}={value}\n", self.parts[part], self.output)

    def records(self, part):
        return re.findall(r"/(\S+\.jsonl\S*) (\d+) (\S+)", self.parts[part])

    def test_runs(self):
        """By a user that is not root, into files that nobody else can read."""
        for runs, part in enumerate(("first", "second"), 1):
            self.check(part, Result="success", ExecMainStatus="0", ActiveState="inactive")
            self.assertEqual(len(self.records(part)), runs)
            for name, mode, owner in self.records(part):
                self.assertRegex(name, r"\.jsonl\.gz$")
                self.assertEqual((mode, owner == "root"), ("600", False))

    def test_the_journal(self):
        """A line a run."""
        lines = [line for line in self.parts["journal"].splitlines() if "nodes asked have" in line]
        self.assertEqual(len(lines), 2, self.output)
        self.assertRegex(lines[0], r"^\d+ of 20 nodes asked have [0-9a-f]{8} \(\d+ %\); /var/lib/txsurvey/\S+\.gz$")

    def test_stopped(self):
        """No failure, and the records are compressed."""
        self.check("stopped", Result="success", ExecMainStatus="143", ActiveState="inactive")
        self.assertEqual([name[-3:] for name, _, _ in self.records("stopped")], [".gz"] * 3)

    def test_metrics(self):
        """With the drop-in of the README, where node_exporter can read them."""
        self.check("metrics", Result="success", ExecMainStatus="0")
        self.assertRegex(self.parts["metrics"], "(?m)^644$")

    def test_failures(self):
        self.check("unset", Result="exit-code", ExecMainStatus="243", ActiveState="failed")
        self.check("alarm", Result="exit-code", ExecMainStatus="1", ActiveState="failed")

    def test_timer(self):
        self.check("timer", ActiveState="active")
        self.assertRegex(self.parts["timer"], r"NextElapseUSecRealtime=\w")


if __name__ == "__main__":
    harness.main()
