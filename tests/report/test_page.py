"""The report's page, as a browser shows it: its pictures and its table, at all widths, light and dark, by keyboard,
printed; that it fetches nothing; and that what others wrote in records is text in it."""
import base64
import gzip
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from browser import SETTLE_MS, Browser, draw_all  # noqa: E402, first: from here on it is another Python
import asmaps  # noqa: E402
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from handmade import FIRST, SECOND, TXIDS, answer, away, begun, ended, lines, peer, run_of, time  # noqa: E402
from reporting import Report  # noqa: E402

NETWORKS = ("ipv4", "ipv6", "onion", "i2p")
FITS = "box => box.querySelector('svg').getBoundingClientRect().width <= box.clientWidth + 1"
WIDTHS = (375, 1280, 1920)
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (SCRIPT, "</script><!--", "--><img src=x onerror=alert(1)>", "\" onload='alert(1)", "{{ 7 * 7 }}",
           "\u202etxt.exe", "\u2028line", "\x1b[31mred\x07", "</title></style></svg>", "datum.x = alert(1)", "w" * 256)


def node(number, survey=FIRST, **fields):
    """A node that is a function of its number."""
    say = [answer(txid, ("served", "served", "notfound", "timeout")[number * (place + 3) % 4], label=f"kind{place}",
                  response_ms=number * 13 % 900 + 20, requests=1 + number % 9 // 8)
           for place, txid in enumerate(TXIDS[:2])]
    client, version = (("Core", "29.0.0"), ("Core", "30.1.0"), ("Knots", "20250903"), (None, None))[number % 4]
    return peer(number, say, survey, client=client, client_version=version, network=NETWORKS[number * 7 % 4],
                connect_ms=number % 300 + 5, handshake_ms=number % 700 + 10,
                feefilter_sat_kvb=(100, 1000, None)[number % 3], **fields)


def seed(host, **fields):
    return {"type": "seed", "survey": FIRST, "host": host, "outcome": "resolved", "addresses": 20,
            "new_addresses": [], "error": None, "duration_ms": 5} | fields


def records(count=120):
    nodes = [node(number) for number in range(1, count)] + [away(number) for number in range(count, count + 30)]
    again = [node(number + 1, SECOND, started=time(3600)) for number in range(1, count)]
    return (lines(begun(txids=TXIDS[:2]), seed("seed.example"), *nodes, ended())
            + run_of(*again, survey=SECOND, started=time(3600), txids=TXIDS[:2]))


def unpacked(page, name):
    packed = re.search(rf'id="packed-{name}">([^<]*)<', page.read_text())[1]
    return gzip.decompress(base64.b64decode(packed)).decode()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    @classmethod
    def made(cls, content, *options, name="records.jsonl"):
        file, page = cls.folder / name, cls.folder / "page.html"
        file.write_bytes(content)
        report = Report([file, "-o", page, *options])
        assert report.code == 0, report.errors
        return page


class Looks(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.path = cls.made(records())

    def open(self, **how):
        page = self.browser.open(self.path, **how)
        self.addCleanup(page.context.close)
        return page

    def test_at_all_widths_light_and_dark(self):
        for width in WIDTHS:
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    page = self.open(width=width, dark=dark)
                    draw_all(page)
                    self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
                    for box in page.query_selector_all(".picture"):
                        self.assertTrue(box.query_selector("svg [class*=mark-] > *"), box.get_attribute("id"))
                        self.assertEqual(box.get_attribute("role"), "img")
                        self.assertIn("Picture: ", box.get_attribute("aria-label"))
                        self.assertTrue(box.evaluate(FITS), box.get_attribute("id"))
                    faults = [f"{fault['id']}: {node['html'][:200]}" for fault in Axe().run(page).response["violations"]
                              if fault["impact"] in ("serious", "critical") for node in fault["nodes"]]
                    self.assertEqual(faults, [])
                    self.assertEqual(page.faults, [])

    def test_pictures_and_numbers_are_there_without_scripts(self):
        page = self.open(scripts=False)
        pictures = page.query_selector_all(".picture")
        self.assertGreater(len(pictures), 8)
        for box in pictures:
            self.assertTrue(box.query_selector("svg [class*=mark-] > *"), box.get_attribute("id"))
        self.assertEqual(page.query_selector("h1").inner_text(), page.title().replace(" %", "\u00a0%"))
        self.assertEqual(page.faults, [])

    def test_text_in_pictures_follows_light_and_dark(self):
        colours = []
        for dark in (False, True):
            page = self.open(dark=dark)
            colours.append(page.evaluate("""[getComputedStyle(document.querySelector('.picture svg text')).fill,
                                            getComputedStyle(document.body).color]"""))
        for text, body in colours:
            self.assertEqual(text, body)
        self.assertNotEqual(*colours)

    def test_headings_are_in_order(self):
        levels = self.open().evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
        self.assertEqual(levels, [1] + [2] * (len(levels) - 1))

    def test_by_keyboard_alone(self):
        page = self.open()
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
        page.keyboard.press("Enter")
        self.assertEqual(page.evaluate("document.activeElement.id"), "figures")
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.tagName"), "SUMMARY")
        page.keyboard.press("Enter")
        self.assertTrue(page.query_selector("#verdict details").get_attribute("open") is not None)
        self.assertTrue(page.query_selector("#verdict details table").is_visible())

    def test_the_table_sorts_filters_and_pages(self):
        """What is done to the table is to be seen a moment later."""
        page = self.open()

        def column(number):
            return [cell.inner_text() for cell in page.query_selector_all(f"#peers-table tbody td:nth-child({number})")]

        def expect(number, texts):
            page.wait_for_function("""([number, texts]) => JSON.stringify(texts) == JSON.stringify(
                [...document.querySelectorAll(`#peers-table tbody td:nth-child(${number})`)].map(td => td.innerText))""",
                                   arg=[number, texts], timeout=SETTLE_MS)

        self.assertGreater(len(set(column(1))), 1)
        counts = sorted(column(4), key=int)
        self.assertGreater(len(set(counts)), 1)
        header = page.query_selector("#peers-table thead th:nth-child(4) [role=button]")
        header.focus()
        page.keyboard.press("Enter")
        expect(4, counts)
        page.keyboard.press("Enter")
        expect(4, counts[::-1])
        knots = column(1).count("Knots")
        page.fill("#peers-table thead tr:nth-child(2) input >> nth=0", "Knots")
        expect(1, ["Knots"] * knots)
        self.assertEqual(sum(map(int, column(4))), sum(row["client"] == "Knots" for row in map(node, range(2, 121))))

    def test_printed(self):
        page = self.open(width=375)
        self.assertEqual(page.pdf()[:5], b"%PDF-")
        page.emulate_media(media="print")
        for box in page.query_selector_all("section:not(.long)"):
            self.assertEqual(box.evaluate("box => getComputedStyle(box).breakInside"), "avoid")

    def test_a_picture_made_narrow_stays_whole(self):
        page = self.open(width=1280)
        draw_all(page)
        page.set_viewport_size({"width": 375, "height": 800})
        page.wait_for_function(f"[...document.querySelectorAll('.picture')].every({FITS})")


class Peers(Case):
    def test_addresses_are_shown_where_they_are_wanted_alone(self):
        content = records()
        for options, shown in (((), False), (("--addresses",), True)):
            page = self.made(content, *options)
            everything = page.read_text() + unpacked(page, "peers") + unpacked(page, "pictures")
            self.assertEqual(bool(re.search(r"198\.18\.\d+\.\d+", everything)), shown)

    def test_each_group_has_five_nodes_and_none_is_lost(self):
        page = self.made(records())
        rows = json.loads(unpacked(page, "peers"))["rows"]
        self.assertEqual(sum(row[3] for row in rows), 149)
        self.assertGreaterEqual(min(row[3] for row in rows), 5)

    def test_groups_have_the_systems_that_are_known(self):
        asmap = self.folder / "asmap"
        asmap.write_bytes(asmaps.asmap({"198.18.0.0/26": 64500, "198.18.0.64/26": 64501}))
        page = self.made(records(), "--asmap", asmap)
        self.assertIn("149 nodes, by client, version, autonomous system and network", page.read_text())
        rows = json.loads(unpacked(page, "peers"))["rows"]
        self.assertEqual(sum(row[4] for row in rows), 149)
        self.assertGreaterEqual(min(row[4] for row in rows), 5)
        self.assertLessEqual({"AS64500", "AS64501"}, {row[3] for row in rows})
        page = self.made(records(), "--asmap", asmap, "--addresses")
        self.assertLessEqual({("198.18.0.4:8333", "AS64500"), ("198.18.0.100:8333", "AS64501")},
                             {(row[0], row[4]) for row in json.loads(unpacked(page, "peers"))["rows"]})

    def test_one_who_is_like_nobody_is_not_alone_in_the_table(self):
        for likes, groups in ((8, [6, 8]), (9, [5, 9]), (12, [14])):
            peers = [peer(n, client="Core", client_version="30.0.0" if n < likes else "29.0.0") for n in range(13)]
            page = self.made(run_of(*peers, peer(13, client="Odd", client_version="1", network="cjdns")))
            self.assertEqual(sorted(row[3] for row in json.loads(unpacked(page, "peers"))["rows"]), groups)

    def test_fifty_thousand(self):
        path = self.made(run_of(*(peer(n % 65536, address=f"198.18.{n // 256}.{n % 256}", handshake_ms=n % 997)
                                  for n in range(50_000))), "--addresses")
        self.assertLess(path.stat().st_size, 10_000_000)
        page = self.browser.open(path)
        self.addCleanup(page.context.close)
        self.assertIn("50,000", page.inner_text(".dt-info"))
        page.click("#peers-table thead th:has-text('Handshake')")
        page.fill(".dt-search input", "198.18.7.")
        page.wait_for_function("document.querySelectorAll('#peers-table tbody tr').length && "
                               "document.querySelector('.dt-info').innerText.includes('256')")
        self.assertEqual(page.faults, [])


class Foreign(Case):
    """What peers, files and users wrote is text: shown, and never done."""

    def test_hostile_text_wherever_text_can_be(self):
        nodes = [peer(number, [answer(TXIDS[0], label=HOSTILE[0]), answer(TXIDS[1], label=HOSTILE[number // 8 % 4 + 1])],
                      subver=word, client=word, client_version=word, error=word, outcome=word, stage=word, network=word,
                      source=f"dns:{word}", servicesnames=[word], fork=word, features=[word], anchors={word: word})
                 for number in range(1, 8 * len(HOSTILE)) for word in [HOSTILE[number // 8]]]
        seeds = [seed(word, outcome=word, error=word) for word in HOSTILE]
        content = lines(begun(txids=TXIDS[:2], tool=SCRIPT, id_type=SCRIPT, shard=SCRIPT,
                              options={"user_agent": SCRIPT, SCRIPT: SCRIPT, "file": HOSTILE}),
                        *seeds, *nodes, ended(reason=SCRIPT)) + b'{"type":"<script>"}\n'
        for options in ((), ("--addresses",)):
            with self.subTest(options=options):
                path = self.made(content, *options, name="<script>alert(1)<!--'\".jsonl")
                page = self.browser.open(path, width=375)
                self.addCleanup(page.context.close)
                draw_all(page)
                self.assertEqual(page.faults, [])
                self.assertEqual(page.query_selector_all("img, iframe, [onload], [onerror]"), [])
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 375)
                for summary in page.query_selector_all("summary"):
                    summary.click()
                text = page.inner_text("main")
                for word in (SCRIPT, HOSTILE[1], r"\u202etxt.exe", r"\u2028line", r"\u001b[31mred\u0007", HOSTILE[8]):
                    self.assertIn(word, text)
                self.assertNotRegex(text, "[\u202e\u2028\x1b\x07]")
                self.assertNotIn("49", page.title())
                page.hover(".picture svg")

    def test_its_policy_stops_what_would_slip_through(self):
        path = self.made(records())
        path.write_text(path.read_text().replace("<footer>", f"{SCRIPT}<img src=https://example.org/x><footer>"))
        page = self.browser.open(path)
        self.addCleanup(page.context.close)
        said = "\n".join(page.faults)
        self.assertEqual(said.count("Content Security Policy"), 2, said)
        self.assertNotIn("1", page.faults)


if __name__ == "__main__":
    unittest.main(verbosity=2)
