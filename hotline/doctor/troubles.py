"""The table of all that the doctor can find: how bad it is, what is wrong, why it matters, and the
exact command or field that mends it.

What stands in braces is filled in by whoever finds it. docs/doctor.md has the same rows; a test
sees to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Condition(StrEnum):
    """`LOOK`: it works, and somebody should look. `BROKEN`: somebody goes without help."""

    OK = "ok"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class KnownTrouble:
    """A row. `mutes`: while it lasts no text of ours arrives. `is_told`: the stewards are told when
    it begins; of what is broken always, but for what they are told of by others."""

    condition: Condition
    what: str
    why: str
    mend: str
    mutes: bool = False
    is_told: bool = False


def _broken(
    what: str, why: str, mend: str, *, mutes: bool = False, told: bool = True
) -> KnownTrouble:
    return KnownTrouble(Condition.BROKEN, what, why, mend, mutes, told)


def _look(what: str, why: str, mend: str, *, told: bool = False) -> KnownTrouble:
    return KnownTrouble(Condition.LOOK, what, why, mend, is_told=told)


_MACHINE: Final = {
    "settings.wrong": _broken(
        "{what}",
        "With a setting that cannot be read nothing starts.",
        "Correct it, then run `hotline check`.",
    ),
    "settings.not_taken": _broken(
        "{what}",
        "What was set before still holds; what you wrote does not.",
        "Correct the file; it is read again within seconds.",
    ),
    "settings.open_to_others": _look(
        "Others on this machine can read .env.",
        "The carrier's token is in it: whoever has it can text in your name.",
        "chmod 600 .env",
    ),
    "settings.left_over": _look(
        "{what}",
        "It was written for a language that nobody is answered in.",
        "Add the language to languages under [hotline], or take the lines out.",
    ),
    "settings.no_stewards": _look(
        "There are no stewards.",
        "Nobody hears when a request finds nobody, or when something breaks.",
        'Write stewards = ["+1…"] under [hotline] in hotline.toml.',
    ),
    "settings.no_other_way": _look(
        "If texts fail, nobody is told.",
        "The stewards are told by text alone, and that is what may be broken.",
        "Set ALARM_NTFY_URL, ALARM_WEBHOOK_URL, or ALARM_MAIL_TO with ALARM_SMTP_URL"
        " (docs/doctor.md).",
    ),
    "settings.no_heartbeat": _look(
        "If this whole machine stops, nobody is told.",
        "A machine that is off tells nobody; somebody elsewhere has to miss it.",
        "Set HEARTBEAT_URL to an address of a service that tells you when it is no longer called.",
    ),
    "words.collide": _look(
        "{what}",
        "A text may be taken for something else than was meant.",
        "Change the word in hotline.toml, as the line says.",
    ),
    "languages.lack": _look(
        "{what}",
        "Who speaks it gets a part of it in English, or is not understood.",
        "docs/translating.md says how to add it.",
    ),
    "languages.voiceless": _look(
        "{what}",
        "Who calls hardly understands what is said.",
        "Name a voice in voices under [voice] in hotline.toml, or record the prompts.",
    ),
    "needs.wordless": _look(
        "There are no words for: {keys}.",
        "A text about it is not understood as this need; only the phone menu reaches it.",
        'Write words = {{ en = ["…"] }} under it in hotline.toml.',
    ),
    "database.silent": _broken(
        "The database does not answer.",
        "Texts are refused: nothing can be kept.",
        "Start it, or correct DATABASE_URL; on PostgreSQL try `pg_isready`.",
        mutes=True,
    ),
    "database.outdated": _broken(
        "{what}",
        "web, worker and clock do not start on it.",
        "Run `hotline migrate`.",
        mutes=True,
    ),
    "database.locked": _broken(
        "{what}",
        "Without its keys nobody can read a number or a word in it.",
        "Put back the file hotline.keys, or set HOTLINE_KEYS, and try again.",
        mutes=True,
    ),
    "database.read_only": _broken(
        "The database takes nothing new.",
        "Texts are refused: a disk may be full, its folder may belong to somebody else, or a server"
        " may only follow another.",
        "{mend}",
        mutes=True,
    ),
    "database.disk_full": _broken(
        "The disk under {where} has {free} left.",
        "When nothing is left every text is refused.",
        "Delete what is large there (`du -xh {where} | sort -h | tail`), or get a larger disk.",
    ),
    "database.disk_low": _look(
        "The disk under {where} has {free} left.",
        "When nothing is left every text is refused.",
        "Delete what is large there (`du -xh {where} | sort -h | tail`), or get a larger disk.",
    ),
    "database.wal_large": _look(
        "What the database has not tidied up yet is {size}.",
        "Something keeps an old look at the database open, and the file grows until the disk is"
        " full.",
        "{mend}",
    ),
    "database.not_resumed": _broken(
        "The database came back from a backup that was made {ago} ago, and waits.",
        "Nobody is asked about what was in it: most of that was done since, and who knows what.",
        "Run `hotline restore --resume`: it shows what waits, and asks first (docs/backing-up.md).",
    ),
    "backup.none": _look(
        "There is no backup.",
        "If this disk breaks, the roster and every request are gone.",
        "Run `hotline backup` each night (docs/running.md).",
    ),
    "backup.old": _look(
        "The last backup is {ago} old.",
        "If this disk breaks, all that happened since then is gone.",
        "Run `hotline backup`, and look why it did not run by itself.",
        told=True,
    ),
    "redis.silent": _broken(
        "Redis does not answer.",
        "Neighbors are not asked: the workers hear of nothing to do.",
        "Start it (`systemctl start redis-server` or `valkey-server`), or correct REDIS_URL.",
        mutes=True,
    ),
    "redis.unwritable": _broken(
        "Redis answers and takes nothing: {reason}.",
        "Neighbors are not asked: the workers hear of nothing to do.",
        "{mend}",
        mutes=True,
    ),
    "redis.evicts": _look(
        "Redis throws things away when it is full (maxmemory-policy {policy}).",
        "Work that waits may vanish. The clock finds it again, later than it should.",
        "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.",
    ),
    "redis.forgets": _look(
        "Redis keeps nothing on disk.",
        "After a restart what was just to be done waits for the clock, some seconds.",
        "redis-cli CONFIG SET appendonly yes, and `appendonly yes` in redis.conf.",
    ),
    "redis.cannot_save": _look(
        "Redis could not write to its disk.",
        "It may soon take nothing at all, and then nobody is asked.",
        "Look for a full disk or a folder that is not its own: redis-cli INFO persistence.",
    ),
    "worker.none": _broken(
        "No worker {state}.",
        "Nobody is asked, and no text leaves but answers.",
        "Start one: `hotline worker` (systemctl start hotline-worker).",
        mutes=True,
    ),
    "clock.none": _broken(
        "No clock {state}.",
        "The next wave is never asked, and nothing that was lost is found again.",
        "Start it: `hotline clock` (systemctl start hotline-clock).",
    ),
    "web.none": _broken(
        "No web server {state}.",
        "Who texts or calls reaches nobody.",
        "Start it: `hotline web` (systemctl start hotline-web).",
    ),
    "work.late": _broken(
        "{what} is late by {late}.",
        "People who need something wait, and nobody is asked for them.",
        "Look at the worker and at Redis above; if both are well, `hotline worker --count 2`.",
        told=False,  # `desk.alarm` tells it
    ),
    "sending.refused": _broken(
        "The carrier refused our last text: our account is not allowed to send it.",
        "Texts wait until that is mended; nothing is lost.",
        "Look at the findings of account, number and registration, with `hotline doctor`.",
        mutes=True,
    ),
    "sending.not_taken": _look(
        "The carrier {said}.",
        "If it goes on, nobody is asked.",
        "Nothing to do yet: it is tried again by itself. See the carrier's page about its state.",
    ),
    "skew.large": _broken(
        "This machine's clock is {minutes} wrong.",
        "Neighbors are asked at the wrong hours, and what left cannot be looked up again.",
        "timedatectl set-ntp true",
    ),
    "skew.small": _look(
        "This machine's clock is {minutes} wrong.",
        "If it drifts on, neighbors are asked at the wrong hours.",
        "timedatectl set-ntp true",
    ),
}

_OUTSIDE: Final = {
    "outside.here_only": _look(
        "PUBLIC_URL is an address of this machine.",
        "No carrier reaches it: this is fine while you try things out.",
        "Set PUBLIC_URL to the https:// address that the carrier is to call.",
    ),
    "outside.no_such_name": _broken(
        "Nobody finds {host}.",
        "The carrier cannot bring what people text.",
        "Look at the name in PUBLIC_URL, and at its DNS record (`dig {host}`).",
    ),
    "outside.not_reached": _broken(
        "Nothing answers at {host}.",
        "The carrier cannot bring what people text.",
        "Start the proxy (`systemctl status caddy`), open port 443, and look where {host} points.",
    ),
    "outside.expired": _broken(
        "The certificate of {host} has expired.",
        "The carrier refuses to call it: texts do not come in.",
        "Let it be renewed (`caddy reload`, or `certbot renew`).",
    ),
    "outside.expires_soon": _look(
        "The certificate of {host} expires in {days}.",
        "After that the carrier refuses to call it.",
        "It should have been renewed by itself: look at the log of your proxy.",
    ),
    "outside.wrong_name": _broken(
        "The certificate at {host} is for another name.",
        "The carrier refuses to call it: texts do not come in.",
        "Have the proxy get one for {host}, or correct PUBLIC_URL.",
    ),
    "outside.not_trusted": _broken(
        "Nobody trusts the certificate of {host}.",
        "The carrier refuses to call it: texts do not come in.",
        "Have the proxy get one that all trust (Caddy does so by itself), with the whole chain.",
    ),
    "outside.refuses": _broken(
        "What is signed for PUBLIC_URL is refused there.",
        "Every text is refused as well.",
        "PUBLIC_URL and TWILIO_AUTH_TOKEN must be the same for web and for this command; restart"
        " web after changing .env.",
    ),
    "outside.another": _broken(
        "Something else answers at {host} ({status}).",
        "What people text goes to another program, or is sent on elsewhere.",
        "Have the proxy pass every path to `hotline web` unchanged (docs/running.md).",
    ),
    "outside.failing": _broken(
        "The hotline fails behind {host} ({status}).",
        "What people text is lost, unless a fallback answers.",
        "Look at the log of `hotline web`, and whether it runs: curl {url}/ready",
    ),
}

_CARRIER: Final = {
    "account.refused": _broken(
        "The carrier refuses our account.",
        "No text leaves.",
        "Correct TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: both stand on the console's first page.",
        mutes=True,
    ),
    "account.silent": _look(
        "The carrier does not answer.",
        "What it knows of us was not looked at.",
        "Try again in some minutes; if it lasts, see the carrier's page about its own state.",
    ),
    "account.unread": _look(
        "The carrier did not say everything of our account: {what}.",
        "That part was not looked at.",
        "An API key may not see it; use the account's own token. Other carriers do not have it.",
    ),
    "account.suspended": _broken(
        "Our account is suspended.",
        "No text leaves and none comes in.",
        "Sign in at the carrier: it says why. Mostly a bill is open: Console > Billing.",
        mutes=True,
    ),
    "account.closed": _broken(
        "Our account is closed.",
        "No text leaves and none comes in.",
        "Open another, and set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        mutes=True,
    ),
    "account.trial": _look(
        "Our account is a trial.",
        "It texts only numbers that were confirmed there, and adds words of the carrier's.",
        "Console > Billing > Upgrade.",
    ),
    "balance.empty": _broken(
        "Nothing is left on our account ({balance}).",
        "The carrier suspends it, and then no text leaves.",
        "Console > Billing > Add funds; turn on auto-recharge there.",
        mutes=True,
    ),
    "balance.low": _look(
        "{balance} is left on our account, enough for {days}.",
        "When it is used up the carrier suspends us.",
        "Console > Billing > Add funds; turn on auto-recharge there.",
        told=True,
    ),
    "spend.all": _broken(
        "All {budget} text segments of today are used.",
        "Texts wait until midnight.",
        "Raise segments_a_day under [limits] in hotline.toml.",
        told=False,  # `desk.budget` tells it
    ),
    "spend.most": _look(
        "{spent} of today's {budget} text segments are used.",
        "When all are, texts wait until midnight.",
        "Raise segments_a_day under [limits] in hotline.toml.",
    ),
    "spend.more_than_ours": _look(
        "The carrier counts {theirs} for texts today, and our own segments come to {ours}.",
        "Somebody else may be texting with our account, or price_a_segment is old.",
        "Console > Monitor > Logs > Messaging shows each; change the token if some are not ours.",
    ),
    "alerts.some": _look(
        "The carrier had trouble with us {count} in a day: {kind} (error {code}).",
        "{why}",
        "{mend}",
    ),
    "alerts.webhook": _broken(
        "The carrier could not bring us something {count} in a day: {kind} (error {code}).",
        "What people texted may be lost.",
        "{mend}",
    ),
}

_CHANNELS: Final = {
    "channel.silent": _broken(
        "{channel} does not answer.",
        "Texts that leave by it wait, and what people write to it may not come in.",
        "Is the phone on, charged, on the same network, and is the app's server switched on?"
        " docs/old-phone.md",
        mutes=True,
    ),
    "channel.refuses": _broken(
        "{channel} does not let us in.",
        "No text leaves by it.",
        "Write user and password as the app shows them: CHANNEL_…_USER and CHANNEL_…_PASSWORD in"
        " .env, then start the hotline again.",
        mutes=True,
    ),
    "channel.unheard": _broken(
        "{channel} has told us nothing for {minutes} minutes.",
        "What people text to it may not come in.",
        "Is it on, charged and online, is the app running, are its webhooks and Ping on?"
        " docs/old-phone.md",
        mutes=True,
    ),
    "channel.hangs": _broken(
        "{channel} hangs: its modem says nothing any more.",
        "Texts that leave by it wait, and nothing comes in.",
        "systemctl restart hotline-modem@{channel}, and pull the modem out for a moment"
        " (docs/modem.md).",
        mutes=True,
    ),
    "channel.unreadable": _broken(
        "The folders of {channel} cannot be read or written.",
        "No text leaves by it, and none comes in.",
        "ls -ld its folder: it must be ours, and its daemon's (docs/modem.md).",
        mutes=True,
    ),
    "channel.battery": _look(
        "The battery of {channel} is at {percent} %, and it does not charge.",
        "When it is empty, texts wait and nothing comes in.",
        "Plug it in; old chargers and cables are what fails first.",
        told=True,
    ),
    "channel.runs_down": _look(
        "{channel} says that its battery runs down, and does not charge.",
        "When it is empty, texts wait and nothing comes in.",
        "Plug it in; old chargers and cables are what fails first.",
        told=True,
    ),
    "channel.full": _look(
        "{channel} sends no more texts for now.",
        "Its plan, or Android, allows only so many at once.",
        "Write smaller texts_a_minute and texts_a_day under its [[channels]], and say yes where"
        " the phone asks (docs/old-phone.md).",
        told=True,
    ),
    "channel.untold": _look(
        "Texts of a day that {channel} took and of which nobody knows what became: {count}.",
        "Some may not have arrived. None is sent again: it might come twice.",
        "Look in its app for texts that wait, and whether it was emptied or set up anew.",
        told=True,
    ),
    "channel.late": _look(
        "Texts that wait for {channel} for more than ten minutes: {count}.",
        "People wait for an answer, and volunteers are asked late.",
        "Add a second channel as its fallback, or raise texts_a_minute if its plan bears it.",
    ),
}

_NUMBER: Final = {
    "number.not_ours": _broken(
        "HOTLINE_NUMBER is no number of this account.",
        "No text leaves from it, and none that comes to it is brought to us.",
        "Correct HOTLINE_NUMBER or TWILIO_ACCOUNT_SID, or run `hotline provision` to get a number.",
        mutes=True,
    ),
    "number.short_code": _look(
        "HOTLINE_NUMBER is a short code: the carrier does not tell how it is set.",
        "Whether texts to it are brought to us was not looked at.",
        "Console > Short Codes > it > A message comes in: {address}",
    ),
    "number.no_texts": _broken(
        "Our number takes no texts.",
        "Who texts it reaches nobody.",
        "Run `hotline provision` to get one that does, then change HOTLINE_NUMBER.",
        mutes=True,
    ),
    "number.no_calls": _look(
        "Our number takes no calls.",
        "Who cannot text, and whoever has a landline, reaches nobody.",
        "Get a number that takes both: `hotline provision`.",
    ),
    "number.elsewhere": _broken(
        "The carrier brings {hook} somewhere else.",
        "We never hear of them.",
        "Run `hotline provision`, or write {address} at {place}.",
    ),
    "number.missing": _broken(
        "The carrier has no address to bring {hook} to.",
        "We never hear of them.",
        "Run `hotline provision`, or write {address} at {place}.",
    ),
    "number.method": _broken(
        "The carrier brings {hook} by GET.",
        "We answer POST alone, and refuse them.",
        "Run `hotline provision`, or choose HTTP POST at {place}.",
    ),
    "number.impatient": _look(
        "The carrier tries to bring {hook} only once.",
        "While we restart, what people text is lost.",
        "Run `hotline provision`, or write {address} at {place}.",
    ),
    "number.no_fallback": _look(
        "The carrier has no second address for {hook}.",
        "While we stumble, they are lost.",
        "Run `hotline provision`, or write {address} at {place}.",
    ),
    "number.no_status": _look(
        "The carrier does not tell us how calls end.",
        "We learn it later, by ourselves; until then a call counts as going on.",
        "Run `hotline provision`, or write {address} at {place}, by HTTP POST.",
    ),
    "number.overruled": _broken(
        "{by} of the account takes {hook} in our place.",
        "We never hear of them.",
        "Console > Phone Numbers > our number > Configure: choose Webhook.",
    ),
    "service.unknown": _broken(
        "TWILIO_MESSAGING_SERVICE_SID is no messaging service of this account.",
        "No text leaves.",
        "Correct it; Console > Messaging > Services lists them.",
        mutes=True,
    ),
    "service.empty": _broken(
        "No number is in our messaging service.",
        "No text leaves: it has nothing to send from.",
        "Run `hotline provision`, or add the number at Console > Messaging > Services > Senders.",
        mutes=True,
    ),
    "service.without_ours": _look(
        "HOTLINE_NUMBER is not in our messaging service.",
        "Texts leave from another number than the one that people know.",
        "Run `hotline provision`, or add it at Console > Messaging > Services > Senders.",
    ),
    "registration.none": _broken(
        "Our number is not registered: there is no {what}.",
        "Texts to the US are stopped by the phone companies.",
        "Run `hotline provision`; docs/first-number.md says what to write where.",
        mutes=True,
    ),
    "registration.draft": _broken(
        "The {what} was begun and never sent in.",
        "Texts to the US are stopped by the phone companies.",
        "Run `hotline provision`, or send it in at {place}.",
        mutes=True,
    ),
    "registration.waiting": _look(
        "The {what} waits to be looked at.",
        "Until then many texts to the US do not arrive.",
        "Nothing to do: it takes days, for some of them weeks.",
    ),
    "registration.refused": _broken(
        "The {what} was refused: {reasons}.",
        "Texts to the US are stopped by the phone companies.",
        "Correct {fields} at {place}{until}, and send it in again.",
        mutes=True,
    ),
    "registration.suspended": _broken(
        "The {what} no longer holds ({said}).",
        "Texts to the US are stopped by the phone companies.",
        "Ask the carrier why: {place}.",
        mutes=True,
    ),
    "registration.mock": _broken(
        "The {what} is a trial: it registers nothing.",
        "Texts to the US are stopped by the phone companies.",
        "Send in a real one: `hotline provision`.",
        mutes=True,
    ),
    "registration.unclear": _look(
        "The carrier says {said} of the {what}.",
        "Whether texts arrive is not known.",
        "Look at {place}.",
    ),
    "words.no_help": _look(
        "No answer to HELP is registered.",
        "Phone companies ask for one, and may stop our texts; who texts HELP learns nothing.",
        "Run `hotline provision`, or write one with the network's name at {place}.",
    ),
    "words.no_name": _look(
        "The registered answer to {word} does not name {network}.",
        "Who reads it does not know whom it is from, and the phone companies ask for the name.",
        "Run `hotline provision`, or write the name into it at {place}.",
    ),
    "words.no_stop": _look(
        "STOP is not among the words by which people leave ({words}).",
        "Who writes it goes on getting texts, and that is against the law.",
        "Add STOP at Console > Messaging > Services > Opt-Out Management, and in the campaign.",
    ),
}

_PEOPLE: Final = {
    "roster.empty": _broken(
        "Nobody is on the roster.",
        "Whoever asks for help waits: there is nobody to ask.",
        "hotline roster add PHONE --name …, or hotline roster import FILE.csv",
        told=False,
    ),
    "roster.unreachable": _look(
        "{count} on the roster cannot be reached.",
        "They are asked nothing: their number is not in service, or they said STOP.",
        "Board > People shows who. Ask for their new number, or hotline roster remove PERSON.",
    ),
    "roster.nobody_left": _broken(
        "Nobody on the roster can be asked now or later.",
        "All are paused, said STOP, or cannot be reached.",
        "Board > People shows why, one by one; hotline roster restore PERSON",
    ),
    "areas.uncovered": _look(
        "Nobody helps in: {keys}.",
        "Who asks there is passed to people further away, after everybody near was asked.",
        "hotline roster add PHONE --name … --areas {first}",
    ),
    "needs.uncovered": _look(
        "Nobody offers: {keys}.",
        "Who asks for it is told that nobody is free.",
        "hotline roster add PHONE --name … --needs {first}",
    ),
    "hours.uncovered": _look(
        "Nobody can be asked: {hours}.",
        "Whoever asks then waits until somebody may be asked again.",
        "Ask somebody whether they would, then write their hours: Board > People, or"
        " hotline roster import FILE.csv --overwrite",
    ),
    "silence.hours": _look(
        "No text and no call came in {hours}.",
        "At this time of the week there were always some; people may not get through.",
        "Text the number yourself, or run `hotline doctor --call PHONE`.",
        told=True,
    ),
    "silence.area": _look(
        "Nothing came from {area} for {days}.",
        "It was never quiet for so long; people there may have lost the number, or their network.",
        "Ask somebody who lives there.",
        told=True,
    ),
}

KNOWN_TROUBLES: Final[Mapping[str, KnownTrouble]] = {
    **_MACHINE,
    **_OUTSIDE,
    **_CARRIER,
    **_CHANNELS,
    **_NUMBER,
    **_PEOPLE,
}
