"""Debian's Slurm with one node, this machine: its two daemons as processes of the test, in a network of the test's
own (harness.enter_namespaces), with neither accounts nor cgroups nor munge."""

import os
import re
import socket
import subprocess
import time
from contextlib import contextmanager

import cache
import harness

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "slurm-wlm-basic-plugins", "libhwloc15", "libnuma1")
LIBRARIES = "usr/lib/x86_64-linux-gnu"
CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
PluginDir={plugins}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=4096
PartitionName=all Nodes=one Default=YES State=UP
"""


def provide():
    """The root of its packages. To be called before there is a network of the test's own: it may need the real one."""
    return cache.unpacked("slurm", *PACKAGES)


class Cluster:
    def __init__(self, root, folder, environment):
        host = socket.gethostname().partition(".")[0]
        libraries = root / LIBRARIES
        for name in ("state", "spool"):
            (folder / name).mkdir()
        (folder / "slurm.conf").write_text(CONF.format(host=host, folder=folder, plugins=libraries / "slurm-wlm"))
        self.root, self.folder, self.daemons = root, folder, []
        self.environment = {**environment, "SLURM_CONF": str(folder / "slurm.conf"),
                            "LD_LIBRARY_PATH": f"{libraries}:{libraries}/slurm-wlm"}

    def start(self):
        self._daemon("slurmctld")
        self._daemon("slurmd", "-N", "one", "-d", self.root / "usr/sbin/slurmstepd-wlm")
        while "idle" not in self.run("sinfo", "-h", "-o", "%T").stdout:
            for process, log in self.daemons:
                if process.poll() is not None:
                    harness.skip(f"Slurm cannot run here: {log.read_text().splitlines()[-1:]}")
            time.sleep(0.2)

    def _daemon(self, name, *options):
        log = self.folder / f"{name}.log"
        with open(log, "wb") as file:
            words = [self.root / f"usr/sbin/{name}-wlm", "-D", *options]
            process = subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.daemons.append((process, log))

    def stop(self):
        self.run("scancel", "--full", "--signal=KILL", "--state=running")
        for process, _ in reversed(self.daemons):
            process.terminate()
            process.wait()

    def run(self, tool, *words, **kw):
        return subprocess.run([str(word) for word in (self.root / "usr/bin" / tool, *words)], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False, **kw)

    def submit(self, *words, cwd):
        """The number of the job."""
        done = self.run("sbatch", "--parsable", *words, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def told(self, job, task):
        """What Slurm says of a task: its state, and its exit status with the signal that ended it."""
        said = self.run("scontrol", "show", "job", f"{job}_{task}").stdout
        return re.search(r"JobState=(\S+)", said)[1], re.search(r" ExitCode=(\S+)", said)[1]

    def wait(self, job, task):
        while (told := self.told(job, task))[0] in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING"):
            time.sleep(0.2)
        return told


@contextmanager
def cluster(folder, environment):
    """A running one, with its files in the folder. Where it cannot be, the tests are skipped."""
    it = Cluster(provide(), folder, {**environment, "PATH": os.environ["PATH"]})
    try:
        it.start()
        yield it
    finally:
        it.stop()
