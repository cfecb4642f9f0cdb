"""A systemd service's command under the restrictions of its unit, by bubblewrap, where no systemd runs: a file
system that can be read, folders of its own, no privileges, and the unit's own filter of system calls."""
import ctypes
import errno
import os
import subprocess
import tempfile
from collections import defaultdict

UID = "61184"  # the first that DynamicUser takes
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
FAMILIES_KNOWN = 46  # AF_MAX of Linux 6
ALLOW, FAIL, EQUALS, MASKED_EQUALS = 0x7fff0000, 0x00050000, 4, 7  # seccomp.h
PROT_WRITE, PROT_EXEC = 2, 4


def read_unit(path):
    """Lists of values by directive."""
    values = defaultdict(list)
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            values[name].append(value)
    return values


def members(group):
    """The system calls of a group as systemd has it, with those of the groups in it."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    names = {line.strip() for line in listed.stdout.splitlines()[1:] if not line.strip().startswith("#")}
    return {name for entry in names for name in (members(entry) if entry.startswith("@") else [entry])}


def allowed(filters):
    names = set()
    for line in filters:
        change = names.difference_update if line.startswith("~") else names.update
        for word in line.lstrip("~").split():
            change(members(word))
    return names | members("@default")  # systemd always allows these


class Comparison(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def seccomp_program(unit):
    """The filter as a file of its compiled form, for bwrap --seccomp."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(FAIL | errno.EPERM))
    names = allowed(unit["SystemCallFilter"])

    def rule(action, name, *comparisons):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else of another machine's kind
            array = (Comparison * len(comparisons))(*comparisons)
            code = library.seccomp_rule_add_array(context, action, number, len(comparisons), array)
            assert code == 0, (name, code)

    for name in names - {"socket", "mmap", "mprotect"}:
        rule(ALLOW, name)
    families = {FAMILIES[name] for name in " ".join(unit["RestrictAddressFamilies"]).split()}
    for family in families:
        rule(ALLOW, "socket", Comparison(0, EQUALS, family))
    assert unit["MemoryDenyWriteExecute"] == ["yes"]
    rule(ALLOW, "mmap", Comparison(2, MASKED_EQUALS, PROT_EXEC, 0))
    rule(ALLOW, "mmap", Comparison(2, MASKED_EQUALS, PROT_WRITE | PROT_EXEC, PROT_EXEC))
    rule(ALLOW, "mprotect", Comparison(2, MASKED_EQUALS, PROT_EXEC, 0))
    file = tempfile.TemporaryFile()
    assert library.seccomp_export_bpf(context, file.fileno()) == 0
    library.seccomp_release(context)
    file.seek(0)
    return file


def run(unit, conf, state, command=None, **environment):
    """What ExecStart does, or `command` in its place. The installed programs are those of this machine."""
    credentials, folder = "/run/credentials/unit", "/var/lib/" + unit["StateDirectory"][0]
    command = command or unit["ExecStart"][0].replace("%d", credentials).split()
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/",
                   "STATE_DIRECTORY": folder, "CREDENTIALS_DIRECTORY": credentials, **environment}
    words = ["bwrap", "--unshare-user", "--unshare-ipc",
             "--unshare-pid", "--unshare-uts", "--uid", UID, "--gid", UID, "--cap-drop", "ALL", "--clearenv",
             "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/proc/sys"]
    for place in ("/tmp", "/var/tmp", "/home", "/root", "/run", "/var/lib"):
        words += ["--tmpfs", place]
    words += ["--ro-bind", conf, f"{credentials}/scheduled.conf", "--bind", state, folder]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    with seccomp_program(unit) as program:
        words += ["--seccomp", str(program.fileno()), "--chdir", "/", "--", *command]
        return subprocess.run([str(word) for word in words], pass_fds=[program.fileno()], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600, check=False)


def why_not():
    """What hinders bubblewrap on this machine."""
    try:
        probe = subprocess.run(["bwrap", "--unshare-user", "--ro-bind", "/", "/", "--proc", "/proc", "true"],
                               capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    if probe.returncode:
        return f"bwrap cannot work here: {probe.stderr.strip()}"
    return "" if os.path.exists("/usr/bin/systemd-analyze") else "no systemd-analyze"
