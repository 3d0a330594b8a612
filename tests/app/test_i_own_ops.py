from __future__ import annotations
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
import pytest
from coworking.kit.db import Database
from tests.api_doors import EVERY_MEMBERS, OPEN_TO_ALL, REFUSED_HERE, STAFF_ONLY
from tests.api_house import ApiHouse, open_house, problem
MINE = re.compile("identity|address-(letters|code|registr|evid|cert|misus)|registered-address|suspicious|exit-cases|prove-registration")

@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house

def test_mine(house: ApiHouse) -> None:
    ops = [o for o in house.operations() if MINE.search(o.path)]
    bad = []
    for o in ops:
        if not o.takes_token and o.name not in OPEN_TO_ALL: bad.append(("token", o.name))
        if not o.takes_token: continue
        for who, tenant, token in (("second", house.second, house.first.token), ("foreign", house.foreign, house.first.token), ("staff-foreign", house.foreign, house.staff["nex"])):
            named = bool(o.parameters("path").keys() - {"period", "month"})
            if not named or (who != "staff-foreign" and o.name in STAFF_ONLY): continue
            a = house.call(o, tenant, token=token)
            if a.status != 404: bad.append((who, o.name, a.status, a.body[:200]))
        if o.name in STAFF_ONLY:
            a = house.call(o, house.first, token=house.first.token)
            if a.status != 403: bad.append(("staffonly", o.name, a.status))
    for o in ops:
        if o.takes_token and o.name not in STAFF_ONLY | REFUSED_HERE:
            a = house.call(o, house.first, token=house.first.token)
            if a.status >= 300: bad.append(("own", o.name, a.status, a.body[:300]))
    for o in ops:
        if o.takes_token:
            a = house.call(o, house.first, token=house.staff["nex"])
            print(o.name, a.status, a.body[:120] if a.status >= 400 else "")
            if o.method == "GET" and not o.parameters("path") and "after" in o.parameters("query"):
                n = len(json.loads(a.body)["items"])
                if n < 2: bad.append(("list", o.name, n))
    op = next(o for o in ops if not o.takes_token)
    print(house.call(op, house.first, token=None).body[:200])
    assert bad == []
