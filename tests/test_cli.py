"""The command line as a person uses it: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent


@pytest.fixture
def barta(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs ``barta`` in an empty folder; the database is named by ``url``."""

    def run(*arguments: str, url: str = f"sqlite:///{tmp_path}/cli.db", **environment: str) -> Any:
        env = {**os.environ, "BARTA_DATABASE_URL": url, "PYTHONPATH": str(ROOT), **environment}
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)

    return run


def test_a_database_that_was_not_initialised(barta: Any) -> None:
    for arguments in (["sms", "--from", "01700100011", "x"], ["outbox"], ["run"], ["backup", "b.db"]):
        done = barta(*arguments)
        assert done.returncode == 1
        assert "barta init" in done.stderr
        assert done.stdout == ""


def test_init_twice(barta: Any) -> None:
    assert "568 offices added" in barta("init").stdout
    again = barta("init")
    assert again.returncode == 0
    assert "0 offices added" in again.stdout


def test_sms_prints_the_replies(barta: Any, demo_url: str) -> None:
    sent = ("sms", "--from", "01700100011", "--id", "p-1", "অবস্থা", "--json")
    done = barta(*sent, url=demo_url, BARTA_NOW="2026-11-21T10:00")
    assert done.returncode == 0
    (reply,) = json.loads(done.stdout)
    assert set(reply) == {"to", "channel", "text", "encoding", "segments"}
    assert (reply["to"], reply["channel"], reply["encoding"], reply["segments"]) == (
        "+8801700100011",
        "simulator",
        "UCS-2",
        1,
    )
    assert "বাকি ২ দিন" in reply["text"]
    again = barta(*sent, url=demo_url, BARTA_NOW="2026-11-21T10:00")
    assert json.loads(again.stdout) == [reply]
    (row,) = json.loads(barta("outbox", "--json", url=demo_url).stdout)
    assert {"id", "class", "to", "channel", "state", "segments", "text", "created_at"} <= set(row)
    assert (row["class"], row["state"]) == ("reply", "delivered")
    assert row["created_at"].startswith("2026-11-21T04:00:00")


def test_silence_is_an_empty_list(barta: Any, demo_url: str) -> None:
    done = barta("sms", "--from", "GP", "Dear customer", "--json", url=demo_url)
    assert done.returncode == 0
    assert json.loads(done.stdout) == []


def test_the_frozen_day_decides_the_days_left(barta: Any, demo_url: str) -> None:
    said = [
        json.loads(barta("sms", "--from", "01700100011", "STATUS", "--json", url=demo_url, BARTA_NOW=now).stdout)[0][
            "text"
        ]
        for now in ("2026-11-22T10:00", "2026-11-23T23:59", "2026-11-23T18:00+00:00")
    ]
    assert "1 days left" in said[0]
    assert "ends today" in said[1]
    assert "1 days ago" in said[2], "18:00 UTC is the next day in Dhaka"


def test_parse_writes_nothing_and_needs_nothing(barta: Any, tmp_path: Path) -> None:
    done = barta("parse", "--json", "STATUS 123/2019", "না", "blah blah")
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"outcome": "run", "command": "status", "args": {"reg_no": "123/2019"}},
        {"outcome": "run", "command": "no", "args": {}},
        {"outcome": "unknown", "command": None, "args": {}},
    ]
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage(barta: Any, demo_url: str) -> None:
    assert barta("sms", "no sender").returncode == 2
    assert barta("dance").returncode == 2
    assert barta("outbox", "--state", "lost", url=demo_url).returncode == 2
    assert barta("import", "societies", "no-such-file.csv").returncode == 2


def test_a_wrong_setting_is_named(barta: Any, demo_url: str, tmp_path: Path) -> None:
    toml = tmp_path / "barta.toml"
    for text, said in [
        ("[gateway]\nshort_cod = 1\n", "gateway.short_cod"),
        ("[gateway\n", "cannot be read"),
        ('[channels.k]\nkind = "kannel"\nusername = "u"\npassword = "$NOT_THERE"\nsecret = "s"\n', "NOT_THERE"),
        ('[channels.k]\nkind = "kannel"\nusername = "u"\npassword = "p"\nsecret = "$EMPTY"\n', "EMPTY"),
        ('[channels.k]\nkind = "kannel"\nusername = "u"\npassword = "p"\nsecret = ""\n', "channels.k: secret"),
        (
            '[channels.k]\nkind = "kannel"\nusername = "u"\npassword = "p"\nsecret = "s"\nsend_url = "localhost:13013/x"\n',
            "channels.k: send_url",
        ),
        ('[channels.k]\nkind = "pigeon"\n', "pigeon"),
        ('[channels.k]\nkind = "kannel"\n', "channels.k: username"),
    ]:
        toml.write_text(text, encoding="utf-8")
        done = barta("run", url=demo_url, EMPTY="")
        assert done.returncode == 1
        assert said in done.stderr
    assert barta("run", url=demo_url, BARTA_CONFIG="nowhere.toml").returncode == 1
    toml.unlink()
    assert "BARTA_NOW" in barta("parse", "x", BARTA_NOW="yesterday").stderr
    assert "sqlite" in barta("init", url="mysql://x/y").stderr


def test_a_demo_database_opens_no_real_channel(barta: Any, demo_url: str, tmp_path: Path) -> None:
    (tmp_path / "barta.toml").write_text(
        '[channels.kannel]\nkind = "kannel"\nusername = "u"\npassword = "p"\nsecret = "s"\n', encoding="utf-8"
    )
    done = barta("run", url=demo_url)
    assert done.returncode == 1
    assert "demo data" in done.stderr


def test_import_reports_and_exits_1_when_a_row_was_refused(barta: Any, tmp_path: Path) -> None:
    barta("init")
    good = "registration_no,name_bn,office_code\n1/2020,ক সমিতি,55730012\n"
    (tmp_path / "good.csv").write_text(good, encoding="utf-8")
    (tmp_path / "bad.csv").write_text(good + "2/2020,খ সমিতি,99999999\n", encoding="utf-8")
    done = barta("import", "societies", "bad.csv", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [(entry["line"], entry["column"]) for entry in report["refused"]] == [(3, "office_code")]
    assert json.loads(barta("import", "societies", "good.csv", "--json").stdout) == {
        "accepted": 1,
        "unchanged": 0,
        "refused": [],
    }
    assert json.loads(barta("import", "societies", "good.csv", "--json").stdout)["unchanged"] == 1
    assert barta("import", "societies", "bad.csv", "--partial").returncode == 1
    assert barta("export", "societies", "out.xlsx").returncode == 0
    assert barta("import", "societies", "out.xlsx").stdout.startswith("0 accepted, 1 unchanged, 0 refused")


def test_an_office_is_added_under_a_district(barta: Any) -> None:
    barta("init")
    add = [
        "offices",
        "add",
        "30269901",
        "--level",
        "thana",
        "--under",
        "3026",
        "--name-bn",
        "তেজগাঁও",
        "--name-en",
        "Tejgaon",
    ]
    assert barta(*add).returncode == 0
    again = barta(*add)
    assert again.returncode == 1
    assert again.stderr.startswith("barta: ")


def test_doctor_says_what_is_wrong(barta: Any, demo_url: str, tmp_path: Path) -> None:
    fine = barta("doctor", "--json", url=demo_url)
    assert fine.returncode == 0
    assert {finding["part"] for finding in json.loads(fine.stdout)} >= {
        "clock",
        "catalogues",
        "database",
        "configuration",
    }
    (tmp_path / "barta.toml").write_text(
        '[simulator]\nenabled = true\n[channels.kannel]\nkind = "kannel"\nusername = "u"\npassword = "p"\nsecret = "s"\n'
        'send_url = "http://127.0.0.1:9/"\n'
        '[channels.operator]\nkind = "smpp"\nport = 9\nsystem_id = "u"\npassword = "p"\n',
        encoding="utf-8",
    )
    ill = barta("doctor", url=demo_url)
    assert ill.returncode == 1
    assert "BAD  simulator" in ill.stdout
    assert "BAD  channels.kannel: nothing answers at 127.0.0.1:9" in ill.stdout
    assert "BAD  channels.operator: nothing answers at 127.0.0.1:9" in ill.stdout
