"""systemd as the first process of namespaces and of a control group of its own. It sees the files of this machine and
changes none of them; a script runs as root there, and what it prints is returned."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

# $1: a folder with `files`, which are laid over those of this machine, and `script`.
BOOT = r"""
set -e
mount --make-rprivate /
top=$1
root=$top/disk/root
mount -t tmpfs none "$top/disk"
mkdir "$root" "$top/disk/work"
cp -a "$top/files" "$top/disk/files"
mount -t overlay -o lowerdir=/,upperdir="$top/disk/files",workdir="$top/disk/work" none "$root"
cd "$root"
for folder in run tmp dev; do mount -t tmpfs none "$folder"; done
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "dev/$name" c "$major" "$minor"
done
ln -s /proc/self/fd dev/fd
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
ln -s pts/ptmx dev/ptmx
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 none sys/fs/cgroup
mkdir run/seen
mount --bind "$top/seen" run/seen
ip link set lo up
pivot_root . tmp
umount -l /tmp
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin setpriv --bounding-set -sys_time,-sys_module \
    /lib/systemd/systemd --unit=script.target --log-target=null
"""
# Where no control group can be made or no namespace, it ends before the first line of the script.
UNITS = {
    "script.target": "[Unit]\nWants=script.service\nAllowIsolate=yes\n",
    "script.service": """[Service]
Type=oneshot
ExecStart=sh -c 'touch /run/seen/booted; exec sh -eu /script >/run/seen/output 2>&1'
ExecStopPost=systemctl --force --force poweroff
""",
}
TIMEOUT_S = 300


def lay(files, path, content, mode=0o644):
    """Puts a file, or the text of one, over those of this machine."""
    target = files / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copy(content, target)
    else:
        target.write_text(content)
    target.chmod(mode)


def run(script, files):
    """`files` maps paths to (content, mode). Returns what the script printed, or None where systemd does not come up
    here, and why."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as groups:
        top = Path(folder)
        for name in ("files", "disk", "seen"):
            (top / name).mkdir()
        for path, (content, mode) in files.items():
            lay(top / "files", path, content, mode)
        lay(top / "files", "/script", script)
        for name, text in UNITS.items():
            lay(top / "files", f"/etc/systemd/system/{name}", text)
        lay(top / "boot", "boot", BOOT)
        words = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net", "--cgroup",
                 "bash", top / "boot" / "boot", top]
        done = _in_own_group(words, Path(groups))
        if not (top / "seen" / "booted").exists():
            return None, re.sub(r"\s+", " ", done.stdout)[-300:]
        return (top / "seen" / "output").read_text(), ""


def _in_own_group(words, mountpoint):
    """In a control group that no other test has, in a view of them of its own."""
    enter = ('mount -t cgroup2 none "$0" && mkdir "$0/$1" && echo $$ >"$0/$1/cgroup.procs" && shift 1 && exec "$@"')
    name = f"txsurvey-test-{os.getpid()}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", enter, mountpoint, name, *words], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S,
                          check=False)
    leave = 'mount -t cgroup2 none "$0" && find "$0/$1" -depth -type d -exec rmdir {} + 2>/dev/null'
    subprocess.run(["unshare", "--mount", "sh", "-c", leave, mountpoint, name], check=False, capture_output=True)
    return done
