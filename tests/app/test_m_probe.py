from __future__ import annotations
import pytest
from contextlib import closing
from tests.api_doors import STAFF_ONLY
from tests.api_house import open_house
from tests.app.test_api import names_somebody, when_to_call


def test_probe(clean_database, tmp_path):
    house = open_house(clean_database.url, tmp_path)
    bad = []
    with closing(house.composition):
        ops = [o for o in house.operations() if ("/mail/" in o.path or "/mail-" in o.path or o.path in ("/api/mail", "/api/mail.csv") or "standing-inst" in o.path) and "address" not in o.path and "picture" not in o.path and "scan" not in o.path]
        for o in ops:
            if o.name in STAFF_ONLY:
                a = house.call(o, house.first, token=house.first.token)
                if a.status != 403: bad.append(("staffonly", o.name, a.status))
            if names_somebody(o):
                for who, tenant, token in (("second", house.second, house.first.token), ("foreign", house.foreign, house.first.token), ("staff", house.foreign, house.staff["nex"])):
                    if who != "staff" and o.name in STAFF_ONLY: continue
                    a = house.call(o, tenant, token=token)
                    if a.status != 404: bad.append((who, o.name, a.status, a.body[:150]))
            if o.method == "GET" and not o.parameters("path"):
                for token in (house.first.token, house.staff["nex"]):
                    if o.name in STAFF_ONLY and token == house.first.token: continue
                    a = house.ask("GET", o.path, token=token)
                    if a.status != 200: bad.append(("list", o.name, a.status, a.body[:150]))
                    if f'"member_id":{house.foreign.member_id},' in a.body.decode(): bad.append(("leak", o.name))
        for o in sorted(ops, key=when_to_call):
            if o.name not in STAFF_ONLY:
                a = house.call(o, house.first, token=house.first.token)
                if a.status >= 300: bad.append(("own", o.name, a.status, a.body[:200]))
        for o in ops:
            if o.name in STAFF_ONLY:
                a = house.call(o, house.second, token=house.staff["nex"])
                print(o.name, a.status, a.body[:90])
                if a.status >= 500: bad.append(("staff", o.name, a.status))
    print(len(ops), [o.name for o in ops])
    assert bad == []
