"""The report's figures against a second count, in plain Python: of a survey of the simulated network, whose truth
is known, and of records made by hand, of what that network does not have."""
import collections
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(ROOT / "scripts" / "txsurvey-report" / "src")]
import asmaps  # noqa: E402
import mmdb  # noqa: E402
import survey  # noqa: E402
from counting import Counted, counted, interval, merged  # noqa: E402
from handmade import FIRST, SECOND, TXIDS, answer, away, begun, ended, lines, peer, run_of, time  # noqa: E402
from reporting import Report  # noqa: E402
from simnet import TXS, Network  # noqa: E402
from txsurvey_report import causes  # noqa: E402

NETWORKS = {"ipv4": "IPv4", "ipv6": "IPv6", "onion": "Tor", "i2p": "I2P", "cjdns": "CJDNS"}
LOADING = (9170997, 9936506)
MIX = ("served=300,notfound=150,partial=60,ignored=10,close_accept=20,reset_accept=10,half_close=10,"
       "wrong_network=10,obsolete=10,close_getdata=10,hostile_agent=30,refused=40,black_hole=20")


def client(peer):
    return peer["client"] or "another client"


def version(peer):
    major = re.match(r"(0\.\d{1,3}|[1-9]\d{0,3})(\.|$)", peer["client_version"] or "")
    return f"{peer['client']} {major[1]}" if peer["client"] and major else "another client"


def network(peer):
    return NETWORKS[peer["network"]]


def services(peer):
    names = peer["servicesnames"] or []
    return "full" if "NETWORK" in names else "pruned" if "NETWORK_LIMITED" in names else "neither"


def fee_band(peer):
    floor = peer["feefilter_sat_kvb"]
    if floor is None:
        return "none named"
    if floor in LOADING:
        return "still loading the chain"
    bounds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
    above = [bound for bound in bounds if floor / 1000 >= bound]
    if not above:
        return "under 0.1"
    return f"{above[-1]:g} to under {bounds[len(above)]:g}" if len(above) < len(bounds) else "100 and more"


def figures_of(content, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records"
        path.write_bytes(content)
        report = Report([path, "--json", *options])
        assert report.code == 0, report.errors
        return report.figures()


class Case(unittest.TestCase):
    def check_shares(self, rows, right):
        """A row's counts, share and interval are `right`: (asked, served, share, low, high)."""
        (row,) = rows
        self.assertEqual((row["asked"], row["served"]), right[:2])
        for name, value in zip(("share", "low", "high"), right[2:]):
            self.assertAlmostEqual(row[name], value, 9, name)

    def check_groups(self, figure, counted_, txid, target, group):
        found = {row["grp"]: (row["asked"], row["served"]) for row in figure["rows"] if row["target"] == target}
        self.assertEqual(found, counted_.groups(txid, group), figure["name"])
        for row in figure["rows"]:
            low, high = interval(row["served"], row["asked"])
            self.assertAlmostEqual(row["low"], low, 9)
            self.assertAlmostEqual(row["high"], high, 9)

    def check_columns(self, figures):
        """A row has what its columns say, and nothing else."""
        for figure in figures.values():
            names = {column["name"] for column in figure["columns"]}
            for row in figure["rows"]:
                self.assertLessEqual(names, set(row), figure["name"])


class Simulated(Case):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            network = Network(folder, "--nodes", "700", "--seed", "3", "--mix", MIX, "--patience-ms", "1000", *TXS[:4])
            try:
                result = survey.run(
                    ["--chain", "regtest", "--peers", network.list, "-o", folder / "records", "--patience", "1",
                     "--connect-timeout", "3", "--handshake-timeout", "15", "--response-timeout", "15", "--control",
                     "--rate", "300", *network.ids])
            finally:
                network.stop()
            assert result.code == 0, result.stderr
            network.score(folder / "records")
            cls.ids = network.ids
            cls.truth = [json.loads(line) for line in network.truth.read_text().splitlines()]
            content = (folder / "records").read_bytes()
        cls.counted = Counted(content)
        cls.summary = cls.counted.records[-1]
        cls.figures = figures_of(content)

    def test_every_row_has_its_columns(self):
        self.check_columns(self.figures)

    def test_the_verdict_is_the_truth(self):
        for txid in self.ids:
            rows = [row for row in self.figures["verdict"]["rows"] if row["txid"] == txid]
            right = sum(node["statuses"].get(txid) == "served" for node in self.truth if node["type"] == "node")
            self.assertGreater(right, 100)
            self.assertEqual(rows[0]["served"], right)
            self.check_shares(rows[:1], self.counted.share(txid))
            self.check_shares(
                rows[1:], self.counted.share(txid, lambda peer: peer["control"]["passed"] is not False))

    def test_the_verdict_is_that_of_the_summary(self):
        for share in self.summary["shares"]:
            rows = [row for row in self.figures["verdict"]["rows"] if row["txid"] == share["txid"]]
            for row, told in zip(rows, (share, share["controlled"]), strict=True):
                self.assertEqual((row["asked"], row["served"]), (told["asked"], told["served"]))
            row = rows[0]
            self.assertEqual(row["strong"] + row["weak"], share["notfound"])
            self.assertEqual(row["unanswered"], share["ignored"] + share["timeout"])
            self.assertAlmostEqual(row["low"], share["ci95"][0], 5)
            self.assertAlmostEqual(row["high"], share["ci95"][1], 5)

    def test_how_sure_each_no_is(self):
        for txid in self.ids:
            said = collections.Counter()
            for _, entry in self.counted.entries(txid):
                said[{"notfound": "reliable no" if entry["strength"] == "strong" else "no, but may have it",
                      "ignored": "ignored the question", "timeout": "no answer in time"}.get(entry["status"])] += 1
            del said[None]
            rows = [row for row in self.figures["strength"]["rows"] if row["target"] == txid[:8]]
            self.assertEqual(counted(rows, "said", value="answers"), said)
            self.assertEqual({row["of"] for row in rows}, {sum(said.values())})

    def test_the_steps_and_losses(self):
        rows = self.figures["losses"]["rows"]
        steps = {row["step"]: row["nodes"] for row in rows if row["kind"] == "step"}
        self.assertEqual({name: steps[name] for name in self.counted.steps()}, self.counted.steps())
        self.assertEqual(steps["known"], self.summary["address_book"]["known"])
        left = None
        for row in rows:  # a step and its losses make the step before it
            if row["kind"] == "step":
                self.assertIn(left, (None, row["nodes"]), row)
                left = row["nodes"]
            elif row["kind"] == "loss":
                left -= row["nodes"]
        losses = counted([row for row in rows if row["kind"] == "loss"], "step")
        peers = self.summary["peers"]
        self.assertEqual(losses["refused the connection: nobody listens there"], peers["connect_refused"])
        self.assertEqual(losses["did not answer the call in time"], peers["connect_timeout"])
        self.assertEqual(losses["had no place left for those who want transactions"],
                         self.summary["full"]["no_tx_slot"])
        self.assertEqual(losses["hung up at once, as nodes do that are full"], self.summary["full"]["refused"])
        self.assertGreater(losses["spoke on another Bitcoin chain"], 0)

    def test_the_groups(self):
        for name, group in (("clients", client), ("client", client), ("version", version), ("network", network),
                            ("services", services), ("fee_filter", fee_band)):
            for txid in self.ids:
                self.check_groups(self.figures[name], self.counted, txid, txid[:8], group)

    def test_versions_are_in_their_order(self):
        names = list(dict.fromkeys(row["grp"] for row in self.figures["version"]["rows"]))
        core = [[int(part) for part in name.split()[1].split(".")] for name in names if name.startswith("Core")]
        self.assertGreater(len(core), 3)
        self.assertEqual(core, sorted(core))

    def test_conflicts(self):
        """All transactions of the simulated network spend the same output."""
        first, second = self.ids
        right = collections.defaultdict(collections.Counter)
        for peer in self.counted.hello:
            status = {entry["txid"]: entry["status"] for entry in peer["transactions"]}
            if "unasked" in status.values():
                continue
            has = tuple(status[txid] == "served" for txid in self.ids)
            holds = {(True, True): "both", (True, False): f"{first[:8]} only", (False, True): f"{second[:8]} only",
                     (False, False): "neither"}[has]
            right[client(peer)][holds] += 1
        groups = merged({name: list(count.elements()) for name, count in right.items()})
        rows = self.figures["conflict_1"]["rows"]
        self.assertEqual({(grp, holds): nodes for (grp, holds), nodes in counted(rows, "grp", "holds").items() if nodes},
                         {(grp, holds): nodes for grp, all_ in groups.items()
                          for holds, nodes in collections.Counter(all_).items()})
        self.assertEqual({row["grp"]: row["of"] for row in rows}, {grp: len(all_) for grp, all_ in groups.items()})
        self.assertEqual(len(rows), 4 * len(groups), "who has none of some kind is told, too")

    def test_fee_floors(self):
        rows = self.figures["fee_floors"]["rows"]
        right = collections.Counter((fee_band(peer), network(peer)) for peer in self.counted.hello)
        self.assertEqual(+counted(rows, "band", "network"), right)
        self.assertEqual({row["of"] for row in rows}, {len(self.counted.hello)})


class Handmade(Case):
    """120 nodes of what the simulated network has not."""

    @classmethod
    def setUpClass(cls):
        kinds = ["has", "lacks", "claims", None]
        hints = [None, "blocksonly", "ibd", "behind", "below_feefilter", "relay_rule", "confirmed", "other_chain", "new"]
        nets = ["ipv4"] * 6 + ["onion"] * 3 + ["ipv6"] * 2 + ["i2p"]
        floors = [None, 0, 99, 100, 199, 1000, 1000, 1000, 99999, 100000, 5_000_000_000, *LOADING, 1999]
        cls.peers = []
        for n in range(120):
            served = n % 7 in (0, 1, 3)
            status = "served" if served else "notfound" if n % 7 < 6 else "timeout"
            second = "served" if n % 5 == 0 else "notfound"
            cls.peers.append(peer(
                n, [answer(TXIDS[0], status, label="old", strength=None if status == "timeout" else
                           "proven" if served else ("strong", "weak")[n % 2], hint=None if served else hints[n % 9]),
                    answer(TXIDS[1], second, label="new <script>alert(1)</script>")],
                anchors={"fork_a": kinds[n % 4], "b/~.$\"x": kinds[n // 4 % 4]}, network=nets[n % 12],
                control={"random": None, "announced": None, "passed": (True, True, False, None)[n // 3 % 4]},
                feefilter_sat_kvb=floors[n % len(floors)], fork="blake2b" if n % 10 == 0 else None,
                servicesnames=[["NETWORK", "NETWORK_LIMITED"], ["NETWORK_LIMITED"], ["WITNESS"], []][n % 4],
                client=(None, "Core", "Core", "Knots", "btcd")[n % 5] if n != 7 else "<script>alert(2)</script>",
                client_version=("29.0.0", "0.21.1", "30.99.0", "9" * 400, "<script>", "0.9", "1x")[n % 7]))
        cls.peers += [away(n) for n in range(200, 230)]
        cls.peers += [away(n, outcome="closed", error=("refused", "no_tx_slot")[n % 2], stage="handshake", connect_ms=3)
                      for n in range(300, 311)]
        cls.content = lines(begun(txids=TXIDS[:3]), *cls.peers, ended(address_book={
            "known": 170, "ignored": {"own": 1, "quota": 12, "shard": 0}}, not_attempted=9))
        cls.counted = Counted(cls.content)
        cls.figures = figures_of(cls.content)

    def rows(self, name, **values):
        return [row for row in self.figures[name]["rows"] if all(row[k] == v for k, v in values.items())]

    def test_every_row_has_its_columns(self):
        self.check_columns(self.figures)

    def test_the_verdict_among_the_controlled_and_the_anchored(self):
        for txid in TXIDS[:2]:
            for among, is_among in (
                    ("were asked", lambda peer: True),
                    ("did not fail their control", lambda peer: peer["control"]["passed"] is not False),
                    ("have block 'fork_a'", lambda peer: (peer["anchors"] or {}).get("fork_a") == "has")):
                self.check_shares(self.rows("verdict", txid=txid, among=among), self.counted.share(txid, is_among))

    def test_an_id_that_nobody_was_asked_for(self):
        row = self.rows("verdict", txid=TXIDS[2])[0]
        self.assertEqual((row["asked"], row["served"], row["share"], row["low"]), (0, 0, None, None))
        self.assertTrue(any("nobody could be asked" in note for note in self.figures["verdict"]["notes"]))

    def test_chains(self):
        for label in ("fork_a", "b/~.$\"x"):
            said = {"has": "has it", "lacks": "lacks it", "claims": "claims it, unproven", None: "not known"}
            right = self.counted.groups(TXIDS[0], lambda peer: f"block {label}: {said[peer['anchors'][label]]}")
            found = {row["grp"]: (row["asked"], row["served"]) for row in self.rows("chain", target="old")
                     if row["grp"].startswith(f"block {label}:")}
            self.assertEqual(found, right)
            self.assertEqual(len(found), 4)
        self.check_groups(self.figures["fork"], self.counted, TXIDS[0], "old",
                          lambda peer: "says it follows blake2b" if peer["fork"] else "says nothing of a fork")

    def test_groups(self):
        for name, group in (("clients", client), ("version", version), ("network", network), ("services", services),
                            ("fee_filter", fee_band)):
            self.check_groups(self.figures[name], self.counted, TXIDS[0], "old", group)
        self.assertFalse({"country", "asn"} & set(self.figures), "nobody gave a database")

    def test_a_single_node_of_a_kind_is_not_singled_out(self):
        self.assertNotIn("alert(2)", json.dumps(self.figures))
        for name in ("clients", "version", "network", "services", "fee_filter", "chain", "fork"):
            self.assertGreaterEqual(min(row["nodes"] for row in self.figures[name]["rows"]), 5, name)

    def test_fee_floors(self):
        sizes = collections.Counter(map(network, self.counted.hello))
        self.assertGreaterEqual(min(sizes.values()), 5)
        rows = self.rows("fee_floors")
        self.assertEqual(+counted(rows, "band", "network"),
                         collections.Counter((fee_band(peer), network(peer)) for peer in self.counted.hello))
        for row in rows:
            self.assertEqual(row["of"], sizes[row["network"]])
        for row in self.rows("fee_quantiles"):
            floors = sorted(peer["feefilter_sat_kvb"] / 1000 for peer in self.counted.hello
                            if network(peer) == row["network"] and peer["feefilter_sat_kvb"] is not None
                            and peer["feefilter_sat_kvb"] not in LOADING)
            self.assertEqual(row["nodes"], len(floors))
            for name, share in (("p10", 10), ("p25", 25), ("median", 50), ("p75", 75), ("p90", 90)):
                right = next(floor for floor in floors if 100 * sum(f <= floor for f in floors) >= share * len(floors))
                self.assertEqual(row[name], right, (row["network"], name))

    def test_hints(self):
        right = collections.Counter(entry["hint"] for _, entry in self.counted.entries(TXIDS[0])
                                    if entry["status"] == "notfound")
        rows = self.rows("hints", target="old")
        self.assertEqual(sorted(row["answers"] for row in rows), sorted(right.values()))
        told = counted(rows, "hint", value="answers")
        self.assertEqual(told["is still loading the chain"], right["ibd"])
        self.assertEqual(told["may have it, and not serve it yet or any more"], right["relay_rule"])
        self.assertEqual(told["new"], right["new"], "what a later program records is told by its own word")
        self.assertEqual({row["of"] for row in rows}, {sum(right.values())})

    def test_losses(self):
        rows = self.rows("losses")
        found = {row["step"]: row["nodes"] for row in rows}
        for name, nodes in (self.counted.steps() | {
                "heard of": 183, "known": 170, "an address of this machine": 1,
                "beyond the share of a source, a host or a network group; each time": 12,
                "not tried before the survey ended": 9, "did not answer the call in time": 30,
                "hung up at once, as nodes do that are full": 6,
                "had no place left for those who want transactions": 5}).items():
            self.assertEqual(found[name], nodes, name)
        self.assertNotIn("of another shard", found)


class Census(Case):
    @classmethod
    def setUpClass(cls):
        cls.peers = [peer(n, [], client=("Core", "Knots", None)[n % 3], client_version=("28.1.0", "29.0.0")[n % 2],
                          network=("ipv4", "onion")[n % 2], anchors={"tip": ("has", "lacks")[n % 3 == 0]},
                          feefilter_sat_kvb=(100, 1000, None)[n % 3]) for n in range(60)]
        cls.peers += [away(n, transactions=[], outcome="closed", stage="handshake", connect_ms=3,
                           error="refused" if n < 418 else "no_tx_slot") for n in range(400, 425)]
        cls.peers += [away(n, transactions=[], error="refused", outcome="connect_refused") for n in range(500, 507)]
        content = run_of(*cls.peers, txids=[], options={"census": True})
        cls.counted, cls.figures = Counted(content), figures_of(content)

    def test_it_begins_with_the_fee_floors_and_has_no_verdict(self):
        self.assertEqual(list(self.figures)[0], "fee_floors")
        self.assertNotIn("verdict", self.figures)
        self.check_columns(self.figures)

    def test_counts(self):
        for name, group in (("census_client", client), ("census_version", version), ("census_network", network),
                            ("census_services", services)):
            rows = self.figures[name]["rows"]
            self.assertEqual(counted(rows, "grp"), self.counted.sizes(group), name)
            self.assertEqual({row["of"] for row in rows}, {60})
        self.assertEqual(counted(self.figures["census_chain"]["rows"], "grp"),
                         {"block tip: has it": 40, "block tip: lacks it": 20})

    def test_full_nodes(self):
        self.assertEqual({row["error"]: (row["nodes"], row["of"]) for row in self.figures["full"]["rows"]},
                         {"refused": (18, 85), "no_tx_slot": (7, 85)})

    def test_the_losses_end_with_the_handshake(self):
        steps = {row["step"]: row["nodes"] for row in self.figures["losses"]["rows"] if row["kind"] == "step"}
        self.assertEqual(list(steps), ["known", "tried", "connected", "said hello"])
        right = self.counted.steps()
        self.assertEqual({name: steps[name] for name in ("tried", "connected", "said hello")},
                         {name: right[name] for name in ("tried", "connected", "said hello")})


class Runs(unittest.TestCase):
    """Of the same nodes, not all about the same ids: of each node and id the latest answer counts."""

    def test_other_ids_and_a_census(self):
        def asked_for(survey, second, txid, served):
            return run_of(*(peer(n, [answer(txid, "served" if n < served else "notfound")], survey, started=time(second))
                            for n in range(10)), survey=survey, started=time(second), txids=[txid])
        first, second = asked_for(FIRST, 0, TXIDS[0], 8), asked_for(SECOND, 60, TXIDS[1], 3)
        third = "00000000-0000-4000-8000-000000000003"
        census = run_of(*(peer(n, [], third, started=time(120)) for n in range(10)), survey=third, started=time(120),
                        txids=[], options={"census": True})
        for content in (first + second, second + first, first + second + census):
            figures = figures_of(content)
            self.assertEqual([(row["target"], row["served"], row["asked"]) for row in figures["verdict"]["rows"]],
                             [(TXIDS[0][:8], 8, 10), (TXIDS[1][:8], 3, 10)])
            steps = {row["step"]: row["nodes"] for row in figures["losses"]["rows"] if row["kind"] == "step"}
            self.assertEqual([steps[name] for name in ("tried", "said hello", "asked", "answered", "have it")],
                             [10, 10, 10, 10, 8])
            self.assertNotIn("answered", figures["losses"]["title"])


class Places(Case):
    def places(self, peers, *options):
        return figures_of(run_of(*peers), *options)

    def test_countries_and_systems(self):
        peers = [peer(n, [answer(status="served" if n % 3 else "notfound")]) for n in range(40)]
        for n, one in enumerate(peers):  # 20 in one network, 12 in another, 8 in none that is known
            one["address"] = f"198.51.100.{n}" if n < 20 else f"2001:db8::{n}" if n < 32 else f"192.0.2.{n}"
            one["network"] = "ipv6" if 20 <= n < 32 else "ipv4"
        peers[-1] |= {"address": "x" * 56 + ".onion", "network": "onion"}
        networks = {"198.51.100.0/24": ("Iceland", 64500, "Ice <b>&"), "2001:db8::/32": ("Norway", 64501, "Nor")}
        city = mmdb.database("GeoLite2-City", {net: {"country": {"iso_code": name[:2].upper(), "names": {"en": name}}}
                                               for net, (name, _, _) in networks.items()})
        systems = mmdb.database("GeoLite2-ASN", {
            net: {"autonomous_system_number": number, "autonomous_system_organization": organisation}
            for net, (_, number, organisation) in networks.items()})
        asmap = asmaps.asmap({"198.51.100.0/25": 64500, "2001:db8::/33": 99})
        counted_ = Counted(run_of(*peers))

        def place(peer, part):
            net = {"198": "198.51.100.0/24", "200": "2001:db8::/32"}.get(peer["address"][:3])
            return part(networks[net]) if net else "not known"

        with tempfile.TemporaryDirectory() as folder:
            files = {name: Path(folder) / name for name in ("city", "asn", "asmap", "none")}
            for path, content in zip(files.values(), (city, systems, asmap)):
                path.write_bytes(content)
            both = self.places(peers, "--city", files["city"], "--asn", files["asn"])
            mapped = self.places(peers, "--asn", files["asn"], "--asmap", files["asmap"])
            wrong = [[option, files[name]] for option, name in
                     (("--city", "asmap"), ("--asn", "asmap"), ("--asmap", "city"), ("--city", "none"))]
            records = Path(folder) / "records"
            records.write_bytes(run_of(*peers))
            nothing = Path(folder) / "nothing"
            nothing.write_bytes(asmaps.asmap({"10.0.0.0/8": 5}))
            report = Report([records, "--json", "--asmap", nothing])
            self.assertEqual(report.code, 0, report.errors)
            self.assertIn("knows the AS of none of 39 nodes", json.loads(report.output)["problems"][-1])
            for words in wrong:
                report = Report([records, "--json", *words])
                self.assertEqual((report.code, report.output), (2, ""), words)
                self.assertIn(str(words[1]), report.errors)
                self.assertNotIn("Traceback", report.errors)
        target = TXIDS[0][:8]
        self.check_groups(both["country"], counted_, TXIDS[0], target, lambda peer: place(peer, lambda net: net[0]))
        self.check_groups(both["asn"], counted_, TXIDS[0], target,
                          lambda peer: place(peer, lambda net: f"AS{net[1]} {net[2]}"))
        self.check_groups(mapped["asn"], counted_, TXIDS[0], target,
                          lambda peer: place(peer, lambda net: "AS64500 Ice <b>&" if net[1] == 64500 else "AS99"))


class Many(Case):
    IDS = [f"{n:08x}{0:056x}" for n in range(1000, 0, -1)]

    def run_of_many(self, labels=None):
        return run_of(*(peer(n, [answer(txid, "served" if (n + i) % 3 else "notfound",
                                        label=labels and labels[i % len(labels)])
                                 for i, txid in enumerate(self.IDS) if i > 100 or n % 2]) for n in range(12)),
                      txids=self.IDS)

    def test_a_thousand_ids(self):
        figures = figures_of(self.run_of_many())
        self.check_columns(figures)
        shown = {row["target"] for row in figures["clients"]["rows"]}
        self.assertEqual(shown, {txid[:8] for txid in self.IDS[101:109]}, "those that most were asked for")
        self.assertEqual(figures["clients"]["notes"],
                         ["8 of 1,000 transactions, those that most nodes were asked for."])
        self.assertEqual(len({row["txid"] for row in figures["verdict"]["rows"]}), 8)
        self.assertEqual([row["txid"] for row in figures["transactions"]["rows"]], self.IDS)
        self.assertEqual(sum(row["ids"] for row in figures["spread"]["rows"]), 1000)
        self.assertIn("1,000 of 1,000", figures["spread"]["title"])

    def test_a_thousand_ids_by_label(self):
        content = self.run_of_many(["a", "b", "<script>"])
        rows = figures_of(content)["clients"]["rows"]
        right = collections.defaultdict(lambda: [0, 0])
        for one in Counted(content).peers:
            for entry in one["transactions"]:
                right[entry["label"]][0] += 1
                right[entry["label"]][1] += entry["status"] == "served"
        self.assertEqual({row["target"]: [row["asked"], row["served"]] for row in rows}, right)
        self.assertEqual({row["nodes"] for row in rows}, {12})
        self.assertEqual({row["low"] for row in rows}, {None}, "answers of one node are not independent")


class Odd(Case):
    def test_nobody_at_all(self):
        figures = figures_of(run_of())
        self.assertEqual(figures["verdict"]["title"], "Nobody could be asked")
        self.assertEqual(figures["verdict"]["rows"][0]["asked"], 0)

    def test_nobody_answered(self):
        figures = figures_of(run_of(*(away(n) for n in range(9))))
        self.assertEqual(figures["verdict"]["title"], "Nobody could be asked")
        self.assertEqual([row["nodes"] for row in figures["losses"]["rows"] if row["step"] == "tried"], [9])

    def test_a_single_node(self):
        """No group is large enough to be named."""
        figures = figures_of(run_of(peer()))
        self.assertNotIn("clients", figures)
        self.assertEqual(figures["verdict"]["rows"][0]["asked"], 1)
        self.check_columns(figures)

    def test_fields_that_are_null_or_missing(self):
        empty = {key: None for key in peer() if key not in ("type", "survey", "address", "port")}
        bare = {"type": "peer", "survey": peer()["survey"], "address": "198.18.9.9", "port": 1}
        nothing = [answer() | dict.fromkeys(set(answer()) - {"txid"})]
        figures = figures_of(run_of(*map(peer, range(6)), peer(7) | empty, bare, peer(8, nothing), peer(9, [None]),
                                    peer(10) | {"anchors": {}, "control": {}, "servicesnames": [None]}))
        self.check_columns(figures)
        self.assertEqual(figures["verdict"]["rows"][0]["asked"], 7)

    def test_ids_that_begin_alike_are_told_apart(self):
        ids = [f"{n:064x}" for n in range(3)]
        labels = [None, None, "0" * 8]
        figures = figures_of(run_of(*(peer(n, list(map(answer, ids))) for n in range(9)), txids=ids))
        self.assertEqual({row["target"] for row in figures["clients"]["rows"]}, set(ids))
        self.assertEqual({row["asked"] for row in figures["clients"]["rows"]}, {9})
        figures = figures_of(run_of(*(peer(n, [answer(txid, label=label) for txid, label in zip(ids, labels)])
                                      for n in range(9)), txids=ids))
        self.assertEqual({row["target"] for row in figures["clients"]["rows"]},
                         {*ids[:2], f"{labels[2]} {ids[2]}"})

    def test_two_ids_of_which_one_was_served_by_nobody(self):
        peers = [peer(n, [answer(TXIDS[0], "served"), answer(TXIDS[1], "notfound")]) for n in range(8)]
        transaction = {"type": "transaction", "survey": peer()["survey"], "txid": TXIDS[0], "hash": TXIDS[0],
                       "vin": [{"txid": "e" * 64, "vout": 1}]}
        figure = figures_of(lines(begun(txids=TXIDS[:2]), *peers, transaction, ended()))["conflict_1"]
        self.assertIn("may spend the same output, or not", figure["title"])
        self.assertEqual(counted(figure["rows"], "holds"), {"both": 0, "11111111 only": 8, "22222222 only": 0,
                                                            "neither": 0})

    def test_several_that_spend_the_same_output(self):
        answers = [("served", "notfound", "notfound"), ("notfound", "served", "served"), ("notfound",) * 3]
        peers = [peer(n, list(map(answer, TXIDS, answers[n % 3]))) for n in range(30)]
        transactions = [{"type": "transaction", "survey": peer()["survey"], "txid": txid, "hash": txid,
                         "vin": [{"txid": "e" * 64, "vout": 1}, {"txid": txid, "vout": 0}]} for txid in TXIDS[:3]]
        figures = figures_of(lines(begun(txids=TXIDS[:3]), *peers, *transactions, ended()))
        self.assertEqual(counted(figures["conflict_1"]["rows"], "holds"),
                         {"11111111 only": 10, "22222222 and 33333333 only": 10, "none": 10})
        self.assertNotIn("conflict_2", figures)

    def test_by_wtxid_what_is_spent_goes_by_the_id_that_was_asked(self):
        transactions = [{"type": "transaction", "survey": peer()["survey"], "txid": "f" * 64, "hash": txid,
                         "vin": [{"txid": "e" * 64, "vout": 1}]} for txid in TXIDS[:2]]
        peers = [peer(n, [answer(TXIDS[0], "served"), answer(TXIDS[1], "notfound")]) for n in range(8)]
        figures = figures_of(lines(begun(txids=TXIDS[:3], id_type="wtxid"), *peers, *transactions, ended()))
        self.assertEqual(counted(figures["conflict_1"]["rows"], "holds")["11111111 only"], 8)
        self.assertEqual(figures["conflict_1"]["notes"], ["1 id served by nobody: what they spend is not known."])


class Titles(Case):
    """What is to be seen, in a sentence."""

    def titles(self, *peers):
        return {name: figure["title"] for name, figure in figures_of(run_of(*peers)).items()}

    def test_a_difference_is_named_and_one_by_chance_is_not(self):
        peers = [peer(n, [answer(TXIDS[0], "served" if n < 45 else "notfound")], client="Core" if n < 40 else "Knots",
                      network=("ipv4", "onion")[n % 2], feefilter_sat_kvb=100 if n < 41 else 1000,
                      servicesnames=["NETWORK"]) for n in range(80)]
        titles = self.titles(*peers, away(200, error="timed_out"))
        self.assertEqual(titles["verdict"], "56 % of 80 nodes asked have it")
        self.assertEqual(titles["client"], "By client: 100 % of the nodes of “Core” have it, 12 % of “Knots”")
        self.assertEqual(titles["network"], "By network: no difference beyond chance")
        self.assertEqual(titles["services"], "By kind of node: all nodes asked are of one group, “full”")
        self.assertEqual(titles["losses"], "80 of 81 nodes tried said hello; 1 did not answer the call in time")
        self.assertEqual(titles["fee_floors"], "Half of the 80 nodes that named a fee floor want 0.1 sat/vB or less")
        self.assertEqual(titles["strength"],
                         "35 of 35 answers other than the transaction are a reliable no")


class Words(unittest.TestCase):
    """The report says what the program's terminal says: of the same tables."""

    def table(self, name, header="record.h"):
        text = (ROOT / "include" / "txsurvey" / header).read_text()
        rows = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*)", text)[1].replace("\\\n", "")
        return dict(re.findall(r'X\(\w+, "(\w*)",\s*"([^"]*)"\)', rows))

    def test_errors(self):
        known = self.table("TXS_ERROR_TABLE") | self.table("TXS_PROXY_ERROR_TABLE")
        self.assertGreater(len(known), 70)
        for name, text in causes.ERRORS.items():
            self.assertEqual(known[name], text)
        self.assertLessEqual(set(self.table("TXS_PROXY_ERROR_TABLE")), set(causes.ERRORS))

    def test_reasons_for_being_left_out(self):
        self.assertEqual(self.table("TXS_IGNORED_TABLE"), causes.IGNORED)

    def test_outcomes(self):
        source = (ROOT / "src" / "app" / "causes.c").read_text()
        told = set(causes.OUTCOMES) | set(causes.HERE)
        self.assertEqual(told | {"answered"}, set(self.table("TXS_OUTCOME_TABLE")))
        for outcome, text in causes.OUTCOMES.items():
            if outcome != "silent":
                self.assertIn(f'"{text}"', source)

    def test_hints(self):
        self.assertEqual(set(causes.HINTS), set(self.table("TXS_HINT_TABLE")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
