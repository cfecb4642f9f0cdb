"""Records made by hand: of what no network in the tests has, and of files that are ill."""
import json

TXIDS = [f"{digit:x}" * 64 for digit in range(1, 16)]
FIRST, SECOND = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2))  # runs


def time(second):
    return f"2026-11-20T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"


def answer(txid=TXIDS[0], status="served", **fields):
    served = status == "served"
    return {"txid": txid, "label": None, "status": status, "via": "tx" if served else None,
            "answered": time(2) if status in ("served", "notfound") else None, "response_ms": 40 if served else None,
            "bytes": 203 if served else None, "requests": int(status != "unasked"), "announced": False,
            "announced_at": None, "wtxid": txid if served else None, "position": None,
            "strength": {"served": "proven", "notfound": "strong"}.get(status), "hint": None} | fields


def peer(number=1, answers=None, survey=FIRST, **fields):
    """One that answered, unless `fields` say otherwise."""
    return {"type": "peer", "survey": survey, "address": f"198.18.{number // 256}.{number % 256}", "port": 8333,
            "network": "ipv4", "source": "dns:seed.example", "started": time(1), "duration_ms": 100, "attempts": 1,
            "outcome": "answered", "stage": "done", "error": None, "suspect": False, "connect_ms": 20,
            "handshake_ms": 30, "version": 70016, "subver": "/Satoshi:29.0.0/", "client": "Core",
            "client_version": "29.0.0", "services": "0000000000000409",
            "servicesnames": ["NETWORK", "WITNESS", "NETWORK_LIMITED"], "fork": None, "anchors": None,
            "startingheight": 900000, "relaytxes": True, "timeoffset": 0, "features": ["wtxidrelay"],
            "feefilter_sat_kvb": 1000, "bytessent": 300, "bytesrecv": 400, "addresses": None, "new_addresses": None,
            "control": {"random": None, "announced": None, "passed": None}, "block_asked": None,
            "block_height": None, "transactions": [answer()] if answers is None else answers} | fields


def away(number, **fields):
    """One that could not be reached."""
    return peer(number, [answer(status="unasked")], **{"outcome": "connect_timeout", "stage": "connect",
                "connect_ms": None, "handshake_ms": None, "version": None, "subver": None, "client": None,
                "client_version": None, "services": None, "servicesnames": None, "feefilter_sat_kvb": None,
                "startingheight": None, "relaytxes": None, "features": None} | fields)


def begun(survey=FIRST, **fields):
    return {"type": "survey", "survey": survey, "schema": 1, "tool": "txsurvey 0.1.0", "chain": "main",
            "txids": TXIDS[:1], "id_type": "txid", "started": time(0), "shard": "1/1", "resumed": False,
            "options": {"census": False, "rate": 1000}} | fields


def ended(survey=FIRST, **fields):
    return {"type": "summary", "survey": survey, "finished": time(30), "duration_ms": 30000, "complete": True,
            "reason": "finished", "vantage_suspect": False, "peers": {}, "not_attempted": 0,
            "full": {"refused": 0, "no_tx_slot": 0}, "address_book": {"known": 10, "ignored": {}},
            "controls": None, "anchors": None, "shares": [], "block": None} | fields


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def run_of(*peers, survey=FIRST, **fields):
    """A whole run."""
    return lines(begun(survey, **fields), *peers, ended(survey))
