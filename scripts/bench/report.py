"""The table and the plot of what was measured."""
from statistics import median

from programs import FLOOR

COLUMNS = ("program", "peers/s", "user us", "system us", "CPU us", "CPU x", "wall s", "wall x", "peak MiB",
           "network us", "network busy")


def cpu_s(run):
    return run["user_s"] + run["system_s"]


def figures(cell):
    """By program the medians of its rounds; the ratios to the floor are medians of each round's own."""
    found = {}
    for name, runs in cell["runs"].items():
        floor, peers = cell["runs"][FLOOR], cell["peers"]
        found[name] = {
            "peers_s": peers / median(run["wall_s"] for run in runs),
            "user_us": 1e6 * median(run["user_s"] for run in runs) / peers,
            "system_us": 1e6 * median(run["system_s"] for run in runs) / peers,
            "cpu_us": 1e6 * median(cpu_s(run) for run in runs) / peers,
            "cpu_ratio": median(cpu_s(run) / cpu_s(other) for run, other in zip(runs, floor)),
            "wall_s": median(run["wall_s"] for run in runs),
            "wall_ratio": median(run["wall_s"] / other["wall_s"] for run, other in zip(runs, floor)),
            "peak_mib": median(run["peak_bytes"] for run in runs) / 2**20,
            "network_us": 1e6 * median(run["network_s"] for run in runs) / peers,
            "network_busy": median(run["network_s"] / run["wall_s"] for run in runs),
        }
    return found


def print_rows(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])] + [text.rjust(width) for text, width in zip(row[1:], widths[1:])]))


def print_cell(cell):
    print(f"\n{cell['peers']:,} peers, {cell['at_once']:,} at once, answers after {cell['delay_ms']} ms, "
          f"{len(cell['runs'][FLOOR])} rounds")
    rows = [COLUMNS]
    for name, f in cell["figures"].items():
        rows.append((name, f"{f['peers_s']:,.0f}", f"{f['user_us']:.1f}", f"{f['system_us']:.1f}", f"{f['cpu_us']:.1f}",
                     f"{f['cpu_ratio']:.2f}", f"{f['wall_s']:.2f}", f"{f['wall_ratio']:.2f}", f"{f['peak_mib']:.1f}",
                     f"{f['network_us']:.1f}", f"{100 * f['network_busy']:.0f} %"))
    print_rows(rows)


def print_costs(costs):
    """One row a program; what was not measured of it stays empty."""
    print("\na peer, a connection in progress, a known address")
    rows = [("program", *(title.replace("_", " ") for title in costs))]
    for name in costs["system_calls"]:
        rows.append((name, *(f"{costs[title][name]:,.1f}" if name in costs[title] else "" for title in costs)))
    print_rows(rows)


def print_capacity(capacity):
    for clients, found in capacity.items():
        print(f"{clients} bare epoll client{'s' * (clients > 1)}: {found['peers_s']:,.0f} peers a second, the network "
              f"uses {100 * found['network_busy']:.0f} % of a processor")


def plot(cells, path):
    """Against the number of peers, 1,000 at once, answers at once."""
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    from matplotlib import pyplot
    cells = sorted((c for c in cells if c["at_once"] == 1000 and c["delay_ms"] == 0), key=lambda c: c["peers"])
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for axis, key, title in zip(axes, ("cpu_us", "cpu_ratio", "peak_mib"),
                                ("processor time, us a peer", f"the same, times that of {FLOOR}", "peak memory, MiB")):
        names = {name: None for cell in cells for name in cell["figures"]}
        for name, marker in zip(names, "os^Dv"):
            points = [(cell["peers"], cell["figures"][name][key]) for cell in cells if name in cell["figures"]]
            axis.plot(*zip(*points), marker=marker, label=name)
        axis.set(xscale="log", yscale="log", title=title, xlabel="peers")
        axis.grid(True, alpha=0.3)
    axes[0].legend()
    figure.savefig(path)
