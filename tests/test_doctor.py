"""Each thing that can break is broken on purpose, and the doctor names it and its mend."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from certificates import DAY, certificate
from doctoring import HELPED, Patient, open_patient
from neighborhood import ACCOUNT, CAST, NOON, NUMBER, TOKEN
from redis import Redis
from served import serve
from servers import KEYRING
from sqlalchemy import event, text, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from stoppable_redis import StoppableRedis
from waiting import until

from hotline import keyring, settings
from hotline.carriers.twilio.knock import knock
from hotline.doctor import machine, number, people, silence
from hotline.doctor.findings import Finding, as_json, from_json, lines
from hotline.doctor.machine import OutsideSeen, Reached
from hotline.doctor.number import HoldingsSeen
from hotline.doctor.silence import TrafficSeen
from hotline.doctor.troubles import KNOWN_TROUBLES, Condition
from hotline.hours import parse_hours
from hotline.provisioning import Holdings, NumberKind, OwnNumber
from hotline.registration import RefusalReason, Registered, Registration, RegistrationState
from hotline.store import backups, restorations, vitals
from hotline.store.backups import MadeBackup
from hotline.store.database import Database
from hotline.store.tables import message, neighbor, request
from serving import doctor_wiring
from serving.public_address import look_from_outside

BROKEN, LOOK = Condition.BROKEN, Condition.LOOK
GIGABYTE = 1024**3
MINUTE = timedelta(minutes=1)


@pytest.fixture
def patient(sqlite_url: str, redis_url: str) -> Iterator[Patient]:
    with open_patient(sqlite_url, redis_url) as patient:
        yield patient


def names(found: dict[str, Finding], *, worst: Condition = LOOK) -> set[str]:
    """What is not well; with `worst` BROKEN only that."""
    return {
        key
        for key, it in found.items()
        if it.condition is BROKEN or (it.condition is LOOK and worst is LOOK)
    }


# All is well.


def test_nothing_is_broken_in_a_hotline_that_works(patient: Patient) -> None:
    patient.provide()
    patient.register()
    assert names(patient.cheap()) == {"redis.forgets"}  # the tests' own, on purpose
    assert not names(patient.rest(), worst=BROKEN)


def test_each_line_says_what_why_and_what_mends_it() -> None:
    it = machine.redis(machine.RedisSeen(policy="allkeys-lru"))[0]
    assert lines(it) == [
        "[look]   redis: Redis throws things away when it is full (maxmemory-policy allkeys-lru).",
        "         Work that waits may vanish. The clock finds it again, later than it should.",
        "         -> redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.",
    ]
    assert from_json(as_json(it)) == it


def test_no_row_of_the_table_lacks_a_reason_or_a_mend() -> None:
    assert all(it.what and it.why and it.mend for it in KNOWN_TROUBLES.values())


# Redis.


@pytest.fixture
def own_redis() -> Iterator[StoppableRedis]:
    with StoppableRedis() as redis:
        yield redis


@pytest.fixture
def with_redis(sqlite_url: str, own_redis: StoppableRedis) -> Iterator[Patient]:
    with open_patient(sqlite_url, own_redis.url) as patient:
        yield patient


@contextmanager
def configured(own_redis: StoppableRedis) -> Iterator[Redis]:
    with Redis.from_url(own_redis.url) as redis:
        yield redis


def test_a_redis_that_throws_things_away(with_redis: Patient, own_redis: StoppableRedis) -> None:
    with configured(own_redis) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
    found = with_redis.cheap()["redis.evicts"]
    assert "allkeys-lru" in found.what
    assert "CONFIG SET maxmemory-policy noeviction" in found.mend


def test_a_redis_that_keeps_nothing(with_redis: Patient, own_redis: StoppableRedis) -> None:
    assert "appendonly yes" in with_redis.cheap()["redis.forgets"].mend
    with configured(own_redis) as redis:
        redis.config_set("appendonly", "yes")
        # Until its first file is written it does not end when it is told to.
        until(lambda: not redis.info("persistence")["aof_rewrite_in_progress"], "it is written")
    assert "redis.forgets" not in with_redis.cheap()


def test_a_redis_that_is_full(with_redis: Patient, own_redis: StoppableRedis) -> None:
    with configured(own_redis) as redis:
        redis.config_set("maxmemory", "1")
    found = with_redis.cheap()["redis.unwritable"]
    assert found.condition is BROKEN
    assert "CONFIG SET maxmemory" in found.mend


def test_a_redis_that_only_follows_another(with_redis: Patient, own_redis: StoppableRedis) -> None:
    with configured(own_redis) as redis:
        redis.replicaof("127.0.0.1", 1)
    assert "REPLICAOF NO ONE" in with_redis.cheap()["redis.unwritable"].mend


def test_a_redis_that_wants_a_password(with_redis: Patient, own_redis: StoppableRedis) -> None:
    with configured(own_redis) as redis:
        redis.config_set("requirepass", "elderberries")
    with_redis.practice.queue.close()
    found = with_redis.cheap()["redis.unwritable"]
    assert "REDIS_URL=redis://:password@host" in found.mend


def test_a_redis_that_is_gone(with_redis: Patient, own_redis: StoppableRedis) -> None:
    own_redis.stop()
    try:
        assert "systemctl start" in with_redis.cheap()["redis.silent"].mend
    finally:
        own_redis.start()


# The database.


def looked_at(patient: Patient, database: Database) -> dict[str, Finding]:
    with closing(database):
        return patient.where(database=database).cheap()


def test_a_database_that_is_behind(patient: Patient) -> None:
    patient.practice.database.write(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0016'"))
    )
    found = patient.cheap()["database.outdated"]
    assert "at version 0016" in found.what
    assert found.mend == "Run `hotline migrate`."


def test_a_database_that_is_not_there(patient: Patient, tmp_path: Path) -> None:
    found = looked_at(patient, Database(f"sqlite+pysqlite:///{tmp_path}/none.db", KEYRING))
    assert "database.outdated" in found
    assert not (tmp_path / "none.db").exists()


def test_a_database_with_other_keys(patient: Patient) -> None:
    other = keyring.read(keyring.written(keyring.SealingKey(b"another key, of this very size..")))
    found = looked_at(patient, Database(patient.practice.database.url, other))
    assert "hotline.keys" in found["database.locked"].mend


def test_a_database_whose_keys_are_lost(patient: Patient) -> None:
    found = looked_at(patient, Database(patient.practice.database.url))
    assert found["database.locked"].condition is BROKEN


def test_a_file_that_nobody_may_write(patient: Patient) -> None:
    database = Database(patient.practice.database.url, KEYRING)
    event.listen(database.engine, "connect", lambda c, _: c.execute("PRAGMA query_only=ON"))
    found = looked_at(patient, database)["database.read_only"]
    assert found.condition is BROKEN
    assert "must be ours" in found.mend


def test_a_folder_that_nobody_may_write_to(patient: Patient) -> None:
    turn = Path(f"{patient.practice.database.file}-turn")
    turn.unlink()
    turn.mkdir()  # so that it cannot be opened, as in a folder of somebody else
    assert "database.read_only" in patient.cheap()


def test_a_server_that_takes_nothing(postgresql_url: str, redis_url: str) -> None:
    with open_patient(postgresql_url, redis_url) as patient:
        assert patient.cheap()["database"].what.startswith("PostgreSQL ")
        url = patient.practice.database.url
        closed = f"{url}&options=-c%20default_transaction_read_only%3Don"
        found = looked_at(patient, Database(closed, KEYRING))
        assert "default_transaction_read_only" in found["database.read_only"].mend


def test_a_server_that_is_gone(patient: Patient) -> None:
    found = looked_at(patient, Database("postgresql+psycopg://hotline@127.0.0.1:1/hotline"))
    assert "DATABASE_URL" in found["database.silent"].mend
    assert not any(it.part == "worker" for it in found.values())


@pytest.mark.parametrize(
    ("free", "name"), [(20 * 1024**2, "database.disk_full"), (GIGABYTE // 2, "database.disk_low")]
)
def test_a_disk_that_fills_up(patient: Patient, free: int, name: str) -> None:
    found = patient.where(free=lambda _folder: free).cheap()[name]
    assert "MB left" in found.what
    assert "du -xh /" in found.mend


def test_a_log_of_writes_that_nobody_tidies_up(patient: Patient) -> None:
    os.truncate(f"{patient.practice.database.file}-wal", 2 * GIGABYTE)  # a hole: it takes no room
    assert "2.0 GB" in machine.database(seen_of(patient))[0].what


def seen_of(patient: Patient) -> machine.DatabaseSeen:
    from serving.doctor_examination import database_seen

    return database_seen(patient.practice)


def test_a_backup_that_is_long_ago(patient: Patient) -> None:
    old = patient.where(last_backup=lambda _database: NOON - 5 * DAY).rest()["backup.old"]
    assert "5 days" in old.what
    assert "`hotline backup`" in old.mend
    new = patient.where(last_backup=lambda _database: NOON - 60 * MINUTE).rest()
    assert new["backup"].condition is Condition.OK


def test_a_backup_is_known_by_its_time(patient: Patient) -> None:
    assert patient.rest()["backup.none"].condition is Condition.LOOK
    made = MadeBackup(NOON - 60 * MINUTE, 1_000)
    patient.practice.database.write(lambda connection: backups.note(connection, made))
    found = patient.where(last_backup=doctor_wiring.last_backup).rest()["backup"]
    assert found.what == "the last one is 1 hour old"


def test_a_database_that_came_back_and_waits(patient: Patient) -> None:
    patient.practice.database.write(lambda c: restorations.begin(c, NOON - 5 * DAY, NOON))
    found = patient.cheap()["database.not_resumed"]
    assert "5 days" in found.what
    assert "`hotline restore --resume`" in found.mend
    patient.practice.database.write(lambda c: restorations.end(c, NOON))
    assert "database.not_resumed" not in patient.cheap()


# The processes.


@pytest.mark.parametrize("role", ["web", "worker", "clock"])
def test_a_process_that_stopped(patient: Patient, role: str) -> None:
    patient.maple.now.moment += 5 * MINUTE
    patient.beat(*({"web", "worker", "clock"} - {role}))
    found = patient.cheap()
    assert names(found, worst=BROKEN) == {f"{role}.none"}
    assert f"`hotline {role}`" in found[f"{role}.none"].mend
    assert "5 minutes" in found[f"{role}.none"].what


def test_a_process_that_was_never_begun(sqlite_url: str, redis_url: str) -> None:
    with open_patient(sqlite_url, redis_url) as patient:
        patient.practice.database.write(lambda c: vitals.leave(c, "clock", "one:1"))
        assert patient.cheap()["clock.none"].what == "No clock is running."


def test_asking_that_is_late(patient: Patient) -> None:
    patient.maple.text("Maria", "need food")
    patient.maple.now.moment += 20 * MINUTE
    patient.beat()
    found = patient.cheap()["work.late:asking"]
    assert "worker" in found.mend


def test_a_carrier_that_refuses_our_texts(patient: Patient) -> None:
    patient.maple.trouble("account_refused", times=100)
    patient.maple.text("Maria", "need food")
    found = patient.cheap()["sending.refused"]
    assert found.condition is BROKEN
    assert "`hotline doctor`" in found.mend


def test_a_clock_that_is_wrong(patient: Patient) -> None:
    """By what the carrier says of the time in its answers."""
    ahead = patient.where(clock=lambda: datetime.now(UTC) + 10 * MINUTE).rest()["skew.large"]
    assert "minutes" in ahead.what
    assert ahead.mend == "timedatectl set-ntp true"
    assert "skew.small" in patient.where(clock=lambda: datetime.now(UTC) - MINUTE).rest()


# The settings.


def with_network(patient: Patient, written: str) -> dict[str, Finding]:
    network = settings.read_network(written, "hotline.toml")
    from hotline.work import furnish

    return patient.where(house=furnish(network, patient.maple.now)).rest()


def test_a_need_that_has_no_words(patient: Patient) -> None:
    found = with_network(patient, f'{HELPED}\n[[needs]]\nkey = "zorbing"\n')
    assert "zorbing" in found["needs.wordless"].what
    assert "words" in found["needs.wordless"].mend


def test_a_language_that_no_voice_speaks(patient: Patient) -> None:
    found = with_network(patient, '[hotline]\nlanguages = ["en", "ht"]\n')
    assert "voices under [voice]" in found["languages.voiceless:ht"].mend


def test_words_that_were_left_over(patient: Patient) -> None:
    found = with_network(patient, '[hotline]\nlanguages = ["en"]\n[voice]\nvoices = {es = "Mia"}\n')
    assert "languages under [hotline]" in found["settings.left_over:hotline.toml"].mend


def test_nobody_is_told_and_no_other_way_is_set(patient: Patient) -> None:
    found = with_network(patient, "[hotline]\n")
    assert "stewards = " in found["settings.no_stewards"].mend
    assert "ALARM_NTFY_URL" in found["settings.no_other_way"].mend
    assert "HEARTBEAT_URL" in found["settings.no_heartbeat"].mend


def test_secrets_that_others_may_read(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").touch(0o644)
    assert patient.rest()["settings.open_to_others"].mend == "chmod 600 .env"


def test_a_file_that_cannot_be_read_any_more(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "hotline.toml"
    with open_patient(sqlite_url, redis_url, file=file) as patient:
        file.write_text("[hotline\n", encoding="utf-8")
        patient.practice.house.current.look()
        assert "1 mistake" in patient.cheap()["settings.not_taken"].what


# The carrier: the account.


def test_an_account_that_is_suspended(patient: Patient) -> None:
    patient.account(status="suspended")
    found = patient.rest()["account.suspended"]
    assert found.condition is BROKEN
    assert "Billing" in found.mend


def test_an_account_that_is_closed_and_one_that_is_a_trial(patient: Patient) -> None:
    patient.account(type="Trial")
    assert "Upgrade" in patient.rest()["account.trial"].mend
    patient.account(status="closed")
    assert patient.rest()["account.closed"].condition is BROKEN


def test_a_token_that_is_not_ours(patient: Patient) -> None:
    wrong = patient.environment(TWILIO_AUTH_TOKEN="another")
    found = patient.where(elsewhere=doctor_wiring.elsewhere(wrong)).rest()
    assert "TWILIO_AUTH_TOKEN" in found["account.refused"].mend


def test_a_carrier_that_does_not_answer(patient: Patient) -> None:
    away = patient.environment(TWILIO_API_URL="http://127.0.0.1:1")
    found = patient.where(elsewhere=doctor_wiring.elsewhere(away)).rest()
    assert found["account.silent"].condition is LOOK


def test_what_the_carrier_does_not_tell_is_said_and_the_rest_is_looked_at(
    patient: Patient,
) -> None:
    patient.account(hides=["Balance", "Alerts"])
    found = patient.rest()
    assert {"account.unread:its balance", "account.unread:its alerts"} <= found.keys()
    assert "today" in found["spend"].what


def test_a_balance_that_runs_out(patient: Patient) -> None:
    patient.account(balance=12.5, a_day=5.0)
    found = patient.rest()["balance.low"]
    assert found.what == "12.50 USD is left on our account, enough for 2 days."
    assert "auto-recharge" in found.mend
    patient.account(balance=-0.01)
    assert patient.rest()["balance.empty"].condition is BROKEN


def test_alerts_are_told_by_cause(patient: Patient) -> None:
    url = "https://help.example.org/sms?x=+12125550140"
    patient.carrier("POST", "alerts", code=11200, url=url, times=3)
    patient.carrier("POST", "alerts", code=30034, level="warning")
    patient.carrier("POST", "alerts", code=30999)
    found = patient.rest()
    assert "3 times in a day: it could not reach us at /sms" in found["alerts.webhook:11200"].what
    assert found["alerts.webhook:11200"].condition is BROKEN
    assert "registered" in found["alerts.some:30034"].what or found["alerts.some:30034"].mend
    assert found["alerts.some:30999"].condition is LOOK


def test_what_the_carrier_could_not_bring_is_an_alert_there(patient: Patient) -> None:
    patient.practice.database.write(lambda c: c.execute(text("ALTER TABLE message RENAME TO off")))
    assert patient.maple.text("Maria", "need food")["status"] == 503
    patient.practice.database.write(lambda c: c.execute(text("ALTER TABLE off RENAME TO message")))
    assert "/sms" in patient.rest()["alerts.webhook:11200"].what


def test_alerts_of_yesterday_are_over(patient: Patient) -> None:
    patient.carrier("POST", "alerts", code=11200)
    patient.maple.now.moment += 2 * DAY
    assert patient.rest()["alerts"].condition is Condition.OK


def test_what_is_spent_is_held_against_the_budget(patient: Patient) -> None:
    limited = HELPED + "\n[limits]\nsegments_a_day = 5\nprice_a_segment = 0.0083\n"
    patient.maple.text("Maria", "need food")
    found = with_network(patient, limited)
    assert found["spend"].condition is Condition.OK
    patient.practice.database.write(lambda c: c.execute(update(message).values(segments=2)))
    patient.practice.database.write(
        lambda c: c.execute(update(message).values(claimed_at=patient.maple.now()))
    )
    found = with_network(patient, limited)
    assert {"spend.all", "spend.most"} & found.keys()
    assert "segments_a_day" in next(it for it in found.values() if it.part == "spend").mend


def test_texts_that_are_not_ours_are_noticed_by_what_they_cost(patient: Patient) -> None:
    seen = doctor_wiring.elsewhere(patient.environment()).account(patient.maple.now())
    from hotline.doctor import carrier

    network = settings.read_network("[limits]\nprice_a_segment = 0.01\n", "hotline.toml")
    found = carrier.spend(replace(seen, texts_today=25.0), carrier.SpentSeen(100), network)
    assert [it.name for it in found] == ["spend.more_than_ours"]
    assert "25.00 USD" in found[0].what
    assert "1.00 USD" in found[0].what


# The carrier: the number, its service, what is registered.


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"SmsUrl": "https://elsewhere.example.org/sms"}, "number.elsewhere:text"),
        ({"SmsUrl": ""}, "number.missing:text"),
        ({"VoiceUrl": "https://elsewhere.example.org/voice"}, "number.elsewhere:call"),
        ({"SmsMethod": "GET"}, "number.method:text"),
        ({"SmsApplicationSid": "AP" + "0" * 32}, "number.overruled:text"),
    ],
)
def test_a_number_whose_texts_go_elsewhere(
    patient: Patient, facts: dict[str, str], name: str
) -> None:
    patient.provide()
    patient.number(**facts)
    found = patient.rest()[name]
    assert found.condition is BROKEN
    assert "our number" in found.mend


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"SmsFallbackUrl": ""}, "number.no_fallback:text_fallback"),
        ({"StatusCallback": ""}, "number.no_status:call_status"),
        ({"SmsUrl": "{}/sms"}, "number.impatient:text"),
    ],
)
def test_a_number_that_is_not_set_as_well_as_it_could(
    patient: Patient, facts: dict[str, str], name: str
) -> None:
    patient.provide()
    patient.number(**{it: to.format(patient.maple.address) for it, to in facts.items()})
    found = patient.rest()[name]
    assert found.condition is LOOK
    assert "#rc=3&rp=all" in found.mend


def test_a_number_that_is_not_ours(patient: Patient) -> None:
    other = patient.environment(HOTLINE_NUMBER="+12125550177")
    found = patient.where(elsewhere=doctor_wiring.elsewhere(other)).rest()["number.not_ours"]
    assert "HOTLINE_NUMBER" in found.mend
    code = patient.environment(HOTLINE_NUMBER="46360")
    found = patient.where(elsewhere=doctor_wiring.elsewhere(code)).rest()["number.short_code"]
    assert "/sms#rc=3" in found.mend


def test_a_service_that_brings_our_texts_elsewhere(patient: Patient) -> None:
    patient.provide()
    service = patient.serve()
    assert patient.rest()["number"].condition is Condition.OK
    patient.api("POST", f"/v1/Services/{service}", InboundRequestUrl="https://old.example.org/sms")
    assert "Services > ours" in patient.rest()["number.elsewhere:text"].mend


def test_a_service_that_is_not_there_or_has_no_number(patient: Patient) -> None:
    wrong = patient.environment(TWILIO_MESSAGING_SERVICE_SID="MG" + "0" * 32)
    found = patient.where(elsewhere=doctor_wiring.elsewhere(wrong)).rest()
    assert "TWILIO_MESSAGING_SERVICE_SID" in found["service.unknown"].what
    empty = patient.api("POST", "/v1/Services", FriendlyName="empty")["sid"]
    named = patient.environment(TWILIO_MESSAGING_SERVICE_SID=empty)
    found = patient.where(elsewhere=doctor_wiring.elsewhere(named)).rest()
    assert "hotline provision" in found["service.empty"].mend


def test_a_number_that_nobody_registered(patient: Patient) -> None:
    found = patient.rest()["registration.none"]
    assert "brand" in found.what
    assert "docs/first-number.md" in found.mend


def test_a_campaign_that_was_refused(patient: Patient) -> None:
    it = patient.register()
    error = {
        "error_code": 30909,
        "description": "The flow does not say how people agree.",
        "fields": ["MESSAGE_FLOW"],
        "url": "https://www.twilio.com/docs/api/errors/30909",
    }
    patient.decide(it.campaign, status="FAILED", errors=[error])
    found = patient.rest()["registration.refused"]
    assert "The flow does not say how people agree (30909)" in found.what
    assert "MESSAGE_FLOW" in found.mend
    patient.decide(it.campaign, status="IN_PROGRESS", errors=[])
    assert patient.rest()["registration.waiting"].condition is LOOK
    patient.decide(it.campaign, status="SUSPENDED")
    assert patient.rest()["registration.suspended"].condition is BROKEN


def test_a_brand_that_registers_nothing(patient: Patient) -> None:
    it = patient.register()
    patient.decide(it.brand, mock=True)
    assert "real one" in patient.rest()["registration.mock"].mend


def test_a_toll_free_number_that_was_refused_and_until_when_it_can_be_changed() -> None:
    refused = Registration(
        Registered.TOLL_FREE,
        "HH" + "0" * 32,
        RegistrationState.REFUSED,
        "TWILIO_REJECTED",
        reasons=(RefusalReason("The website cannot be opened.", 30445, ("BusinessWebsite",)),),
        may_be_edited=True,
        edit_until=NOON + 6 * DAY,
    )
    free = OwnNumber("PN1", "+18335550199", "", NumberKind.TOLL_FREE, True, True)
    seen = HoldingsSeen(Holdings(free, None, (refused,)), {}, "+18335550199")
    (found,) = (it for it in number.holdings(seen) if it.part == "registration")
    assert found.what == (
        "The toll-free verification was refused: The website cannot be opened (30445)."
    )
    assert "Correct BusinessWebsite at Console" in found.mend
    assert f"until {NOON + 6 * DAY:%d %B %Y}" in found.mend
    shut = replace(refused, may_be_edited=False)
    seen = HoldingsSeen(Holdings(free, None, (shut,)), {}, "+18335550199")
    assert "begin another" in next(
        it.mend for it in number.holdings(seen) if it.part == "registration"
    )


def test_words_by_which_people_leave_that_are_missing(patient: Patient) -> None:
    it = patient.register()
    patient.decide(it.campaign, opt_out_keywords=["QUIT", "END"])
    assert "Add STOP" in patient.rest()["words.no_stop"].mend
    patient.decide(it.campaign, help_message="")
    assert "network's name" in patient.rest()["words.no_help"].mend
    patient.decide(it.campaign, help_message="Reply STOP to leave, or call the office.")
    assert "does not name Maple Street" in patient.rest()["words.no_name:HELP"].what


# The public address.


def reached(url: str, token: str = TOKEN) -> OutsideSeen:
    environment = settings.load(
        {
            "PUBLIC_URL": url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": token,
            "HOTLINE_NUMBER": NUMBER,
        }
    ).environment
    it = knock(environment)
    return look_from_outside(url, it.url, it.body, it.headers)


def outside(seen: OutsideSeen) -> set[str]:
    return {it.name for it in machine.outside(seen, datetime.now(UTC))}


def test_what_is_signed_for_the_public_address_is_taken_there(patient: Patient) -> None:
    before = patient.practice.database.read(lambda c: c.execute(text("SELECT 1")).scalar())
    assert outside(reached(patient.maple.address)) == {"outside.here_only"}
    assert before == 1
    assert patient.maple.requests() == []


def test_a_public_address_whose_token_is_another(patient: Patient) -> None:
    seen = reached(patient.maple.address, "another-token")
    assert outside(seen) == {"outside.refuses"}
    assert "TWILIO_AUTH_TOKEN" in machine.outside(seen, NOON)[0].mend


def test_a_public_address_where_nothing_answers() -> None:
    assert outside(reached("https://127.0.0.1:1")) == {"outside.not_reached"}


def test_a_public_address_that_nobody_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_wanted: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find)
    (found,) = machine.outside(reached("https://help.example.org"), NOON)
    assert found.name == "outside.no_such_name"
    assert "dig help.example.org" in found.mend


@contextmanager
def web(status: int, **options: Any) -> Iterator[str]:
    """A web server that answers everything so; its port."""

    async def answer(_request: Request) -> Response:
        return Response(status_code=status)

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
    with serve(app, **options) as address:
        yield address.rpartition(":")[2]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (200, "outside.another"),
        (301, "outside.another"),
        (404, "outside.another"),
        (502, "outside.failing"),
    ],
)
def test_a_public_address_where_something_else_answers(status: int, name: str) -> None:
    with web(status) as port:
        seen = reached(f"http://127.0.0.1:{port}")
        assert outside(seen) == {name}
        assert str(status) in machine.outside(seen, NOON)[0].what


Trust = Callable[[Path], None]


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    return lambda authority: monkeypatch.setenv("SSL_CERT_FILE", str(authority))


def test_a_certificate_that_is_good(tmp_path: Path, trust: Trust) -> None:
    it = certificate(tmp_path, 60 * DAY)
    trust(it.authority)
    with web(204, ssl_certfile=it.chain, ssl_keyfile=it.key) as port:
        seen = reached(f"https://localhost:{port}")
        assert seen.reached is Reached.HERE_ONLY
        (line,) = machine.outside(replace(seen, reached=Reached.ANSWERS), datetime.now(UTC))
        assert "holds for 59 days" in line.what


@pytest.mark.parametrize(
    ("holds", "name", "expected"),
    [
        (-DAY, "localhost", {"outside.expired"}),
        (60 * DAY, "other.example.org", {"outside.wrong_name"}),
        (5 * DAY, "localhost", {"outside.here_only", "outside.expires_soon"}),
    ],
)
def test_a_certificate_that_is_not(
    tmp_path: Path, trust: Trust, holds: timedelta, name: str, expected: set[str]
) -> None:
    it = certificate(tmp_path, holds, name)
    trust(it.authority)
    with web(204, ssl_certfile=it.chain, ssl_keyfile=it.key) as port:
        assert outside(reached(f"https://localhost:{port}")) == expected


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    it = certificate(tmp_path, 60 * DAY)
    with web(204, ssl_certfile=it.chain, ssl_keyfile=it.key) as port:
        assert outside(reached(f"https://localhost:{port}")) == {"outside.not_trusted"}


# People.


def test_a_roster_with_nobody_on_it(sqlite_url: str, redis_url: str) -> None:
    with open_patient(sqlite_url, redis_url) as patient:
        patient.practice.database.write(
            lambda c: c.execute(update(neighbor).values(on_roster=False))
        )
        assert "hotline roster add" in patient.rest()["roster.empty"].mend


@pytest.mark.parametrize(
    "facts",
    [
        {"trouble": "no_number"},
        {"trouble": "unreachable"},
        {"stopped_at": NOON - DAY},
    ],
)
def test_volunteers_whom_nobody_can_reach(patient: Patient, facts: dict[str, object]) -> None:
    patient.maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    ben = neighbor.c.phone == CAST["Ben"]
    patient.practice.database.write(lambda c: c.execute(update(neighbor).where(ben).values(facts)))
    found = patient.rest()["roster.unreachable"]
    assert found.what.startswith("1 on the roster")
    everybody = update(neighbor).values(facts)
    patient.practice.database.write(lambda c: c.execute(everybody))
    assert patient.rest()["roster.nobody_left"].condition is BROKEN


def test_who_pauses_for_long_is_not_counted_on(patient: Patient) -> None:
    for end, is_there in ((NOON + 2 * DAY, True), (NOON + 30 * DAY, False)):
        paused = update(neighbor).values(paused_until=end)
        patient.practice.database.write(lambda c, paused=paused: c.execute(paused))
        assert ("roster" in patient.rest()) is is_there


def only(patient: Patient, **offers: str) -> dict[str, Finding]:
    """Ana alone, who offers just this."""
    patient.maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", **offers})
    return patient.rest()


def test_areas_where_nobody_helps(patient: Patient) -> None:
    areas = [it.key for it in patient.practice.house.network.areas]
    found = only(patient, areas=areas[0])["areas.uncovered"]
    assert areas[1] in found.what
    assert f"--areas {areas[1]}" in found.mend
    assert areas[0] not in found.what.removeprefix("Nobody helps in: ").split(", ")


def test_needs_that_nobody_offers(patient: Patient) -> None:
    found = only(patient, needs="food")["needs.uncovered"]
    assert "--needs " in found.mend
    assert "food" not in found.what


def test_hours_that_nobody_covers(patient: Patient) -> None:
    found = only(patient, hours="mon-fri 08:00-21:00; sat 10:00-21:00")["hours.uncovered"]
    assert "Sun" in found.what
    assert "Sat 08:00-10:00" in found.what


def test_in_quiet_hours_nobody_is_missed() -> None:
    network = settings.read_network('[hotline]\nquiet = "21:00-08:00"\n', "hotline.toml")
    assert people.empty_hours([parse_hours("daily 08:00-21:00")], network) == []
    assert people.empty_hours([parse_hours("daily 08:00-20:00")], network) == [
        "every day 20:00-21:00"
    ]
    assert people.empty_hours([parse_hours("")], network) == []


def test_on_a_server_it_is_counted_alike(postgresql_url: str, redis_url: str) -> None:
    with open_patient(postgresql_url, redis_url) as patient:
        found = only(patient, needs="food", hours="sat 09:00-18:00")
        assert found["roster"].what == "1 can be asked"
        assert {"needs.uncovered", "hours.uncovered"} <= found.keys()
        everybody = update(neighbor).values(trouble="landline")
        patient.practice.database.write(lambda c: c.execute(everybody))
        assert patient.rest()["roster"].what == "1 can be asked"


# Silence.


def test_hours_in_which_nothing_comes_though_something_always_did() -> None:
    busy = (7, 9, 6, 8)
    assert [it.name for it in silence.silence(TrafficSeen(False, busy), NOON)] == ["silence.hours"]
    assert silence.silence(TrafficSeen(True, busy), NOON) == []
    assert silence.silence(TrafficSeen(False, (7, 9, 1, 8)), NOON) == []
    assert silence.silence(TrafficSeen(False, (7, 9, 6)), NOON) == []


def test_an_area_that_is_quiet_for_longer_than_ever() -> None:
    daily = [NOON - place * DAY for place in range(20, 4, -1)]
    (found,) = silence.silence(TrafficSeen(True, (), {"northside": daily}), NOON)
    assert found.key == "silence.area:northside"
    assert found.what == "Nothing came from northside for 5 days."
    lately = [*daily, NOON - DAY]
    assert silence.silence(TrafficSeen(True, (), {"northside": lately}), NOON) == []
    few = daily[:3]
    assert silence.silence(TrafficSeen(True, (), {"northside": few}), NOON) == []


def test_silence_is_counted_in_rows(patient: Patient) -> None:
    moments = [NOON - week * timedelta(weeks=1) - MINUTE for week in range(1, 5)]

    def spread(c: Any) -> None:
        ana = c.execute(text("SELECT min(id) FROM neighbor")).scalar()
        c.execute(request.insert(), [_asked(ana, it) for it in moments for _ in range(5)])

    patient.practice.database.write(spread)
    assert patient.rest()["silence.hours"].is_to_be_told
    patient.maple.text("Maria", "hello")
    assert "silence.hours" not in patient.rest()


def _asked(who: int, at: datetime) -> dict[str, object]:
    return {
        "requester_id": who,
        "since": at,
        "state": "done",
        "needs": ["food"],
        "urgent": False,
        "round": 1,
        "wave": 1,
        "owed": 0,
        "version": 1,
    }


# What nobody is to read.


def test_no_finding_tells_of_a_person(patient: Patient) -> None:
    patient.maple.text("Maria", "need food, elderberries at 12 Main Street")
    url = f"https://help.example.org/sms?From={CAST['Maria']}"
    patient.carrier("POST", "alerts", code=11200, url=url)
    found = [*patient.cheap().values(), *patient.rest().values()]
    said = " ".join(line for it in found for line in lines(it))
    assert not any(it in said for it in ("Maria", "Ana", "2125550", "elderberries", TOKEN))
