"""The carrier's REST API: send a text, place a call, look one up, delete what is to be forgotten.

It raises what `errors` names and stores nothing. Whoever forks makes a `Carrier` afterwards, so
that every process has one pool of connections of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import urllib3
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from hotline import phone, routes, signed_addresses
from hotline.carriers.twilio import addresses, senders
from hotline.carriers.twilio.attachments import MOST_BYTES
from hotline.carriers.twilio.codes import PAUSES, kind_of
from hotline.carriers.twilio.dialect import spoken_at
from hotline.errors import CarrierBusy, CarrierError, CarrierSilent, NoVoice, Refused
from hotline.resuming import AtCarrier
from hotline.routes import Abilities
from hotline.settings import Environment

TIMEOUT = 15.0  # seconds for one call; one float, as the client wants it
CONNECTIONS = 32
LOOKED_AT = 100  # of one number's texts or calls at a time
MOST_LOOKED_AT = 5000
LONGEST_RECORDING = 16 * 1024 * 1024  # bytes; two minutes of sound have less
RING_SECONDS = 30  # before nobody answers
CLOCKS_APART = timedelta(minutes=5)  # how far the carrier's clock may be from ours
ANSWERED_WITHIN = timedelta(hours=10)  # how long the carrier may keep a text to be sent
THEIR_DOMAIN = "twilio.com"
OTHER_HOSTS = frozenset(
    f"{it}.{THEIR_DOMAIN}" for it in ("messaging", "trusthub", "pricing", "monitor")
)
"""Where they have what is no text and no call."""


class HowAnswered(StrEnum):
    """What an answer of the carrier's was, as far as its status tells."""

    ANSWERED = "answered"
    REFUSED = "refused"
    BUSY = "busy"
    SILENT = "silent"  # there was none


Heard = Callable[[str, HowAnswered, float], None]
"""Told of each answer: what was asked for ("send", "call", "look_up", "delete" or "other"), how it
was answered, and after how many seconds."""


def _unheard(_asked: str, _how: HowAnswered, _seconds: float) -> None:
    """Nobody counts."""


class Carrier:
    """Our account at the carrier."""

    def __init__(self, environment: Environment, heard: Heard | None = None) -> None:
        self._environment = environment
        self._client = Client(
            environment.twilio_account_sid,
            environment.twilio_auth_token.get_secret_value(),
            http_client=_HttpClient(environment.twilio_api_url, heard or _unheard),
        )

    @property
    def abilities(self) -> Abilities:
        return routes.ACCOUNT

    # For what else in this room asks the carrier: the package's own client, and how it is asked.

    @property
    def api(self) -> Any:
        """The package's client of our account: asked by `ask`, `listed` and `fetched` alone."""
        return self._client

    def ask(self, do: Any, **asked: Any) -> Any:
        """Do one of the things that `api` can do. Raises CarrierError, never the package's own."""
        return self._call(do, **asked)

    def listed(self, find: Any, **asked: Any) -> list[Any]:
        """All that a list of `api` has; nothing where the carrier knows no such list. It changes
        nothing, so silence is asked once more. Raises CarrierError."""
        try:
            return self._listed(find, **asked)
        except CarrierSilent:
            return self._listed(find, **asked)

    def fetched(self, fetch: Any) -> Any:
        """The one thing that a `fetch` of `api` finds; None if it is not there. Raises
        CarrierError."""
        return next(iter(self.listed(lambda: [fetch()])), None)

    def last_date(self) -> datetime | None:
        """What time it was there when it answered last, to the second; None if it did not say."""
        written = self._client.http_client.last_date
        try:
            return parsedate_to_datetime(written) if written else None
        except ValueError:
            return None

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),
        until: datetime | None = None,
        written_at: datetime | None = None,  # noqa: ARG002
    ) -> str:
        """As TextCarrier has it. It knows none of our ids: what it took it sends each time."""
        environment = self._environment
        sender: dict[str, Any] = {"from_": environment.hotline_number}
        if environment.twilio_messaging_service_sid:
            sender = {"messaging_service_sid": environment.twilio_messaging_service_sid}
        if good_for is not None:
            seconds = round(good_for.total_seconds())
            sender["validity_period"] = max(
                1, min(seconds, spoken_at(environment).longest_validity)
            )
        if attachments and until:
            found = [signed_addresses.attachment(environment, name, until) for name in attachments]
            sender["media_url"] = found
        callback = addresses.text_status(environment.public_url, message_id)
        message = self._call(
            self._client.messages.create, to=to, body=body, status_callback=callback, **sender
        )
        return str(message.sid)

    def call(self, to: str, message_id: int, *, leaves_message: bool) -> str:
        """Call somebody; the carrier's name for the call. What is said comes from `/voice/out`.

        `leaves_message`: a machine that answers is listened to until its tone. Raises
        CarrierError, as `send`.
        """
        environment = self._environment
        sender = environment.calling_number
        if not sender:
            raise NoVoice("HOTLINE_NUMBER is no number that calls come from")
        public = environment.public_url
        call = self._call(
            self._client.calls.create,
            to=to,
            from_=sender,
            url=f"{public}/voice/out?text={message_id}",
            status_callback=addresses.call_status(public, message_id),
            status_callback_event=["initiated", "answered", "completed"],
            machine_detection="DetectMessageEnd" if leaves_message else "Enable",
            timeout=RING_SECONDS,
        )
        return str(call.sid)

    def account_status(self) -> str:
        """How our account is: "active", "suspended" or "closed". Raises CarrierError."""
        account = self._client.api.v2010.accounts(self._environment.twilio_account_sid)
        return str(self._call(account.fetch).status)

    def recording(self, sid: str) -> bytes:
        """The sound of a recording, as a wave file. Raises CarrierError."""
        account = self._environment.twilio_account_sid
        where = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}.wav"
        return self._fetch(where, LONGEST_RECORDING)

    def attachment(self, address: str) -> bytes:
        """What came with a text. It is asked for at our address of the API, whatever host the
        address names. Of what is larger than can be sent there is only so much that this shows.
        Raises CarrierError; CarrierBusy and CarrierSilent mean that it may be there later."""
        return self._fetch(address, MOST_BYTES + 1)

    def _fetch(self, where: str, most: int) -> bytes:
        try:
            status, file = self._client.http_client.fetch(where, self._client.auth, most)
        except HTTPError as error:
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        except ValueError:
            raise CarrierError("that is no address") from None
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise CarrierBusy(f"the carrier answered {status}")
        if status != HTTPStatus.OK:
            raise CarrierError(f"the carrier answered {status}")
        return bytes(file)

    def called_since(self, to: str, since: datetime) -> list[str]:
        """The carrier's names of our calls to this number since then, oldest first. Raises
        CarrierError."""
        found = self._latest(self._client.calls.stream, to, since - CLOCKS_APART)
        return [it.sid for it in found if it.direction == "outbound-api"]

    def sent_since(self, to: str, body: str, since: datetime) -> list[str]:
        """The carrier's names of texts with these words to this number since then, oldest first.

        There is no key that would tell two equal ones apart: whoever asks takes one that
        nobody else has taken. Raises CarrierError.
        """
        found = self._texts_to(to, "outbound-api", since)
        return [it.sid for it in found if _is_this(it, body)]

    def find(
        self,
        to: str,
        body: str,
        message_id: int,  # noqa: ARG002
        since: datetime,
        *,
        written_at: datetime | None = None,  # noqa: ARG002
    ) -> list[str]:
        """As `sent_since`: this carrier knows none of our ids. Raises CarrierError."""
        return self.sent_since(to, body, since)

    def replied_since(self, to: str, body: str, since: datetime) -> list[str] | None:
        """The same of what left in the answer to a text of theirs. None if no such answer to them
        is listed at all: not every carrier does. Raises CarrierError."""
        if found := self._texts_to(to, "outbound-reply", since):
            return [it.sid for it in found if _is_this(it, body)]
        return [] if self._lists(to, "outbound-reply") else None

    def _lists(self, to: str, direction: str) -> bool:
        """Whether any such text is among the latest to this number."""
        found = self._call(self._client.messages.list, to=to, limit=LOOKED_AT)
        return any(it.direction == direction for it in found)

    def _texts_to(self, to: str, direction: str, since: datetime) -> list[Any]:
        """What left for this number since then, oldest first."""
        found = self._latest(self._client.messages.stream, to, since - CLOCKS_APART)
        return [it for it in found if it.direction == direction]

    def _latest(self, stream: Any, to: str, earliest: datetime) -> list[Any]:
        """Texts or calls to this number since then, oldest first. Raises CarrierError."""

        # Not by DateSent: a text that is still queued has none.
        def latest() -> list[Any]:
            listed = stream(to=to, page_size=LOOKED_AT, limit=MOST_LOOKED_AT)
            found: list[Any] = []
            while some := [it for it in islice(listed, LOOKED_AT) if _is_since(it, earliest)]:
                found += some
            return found[::-1]

        return list(self._call(latest))

    def known_since(self, since: datetime, country: str) -> list[AtCarrier]:
        """Every text and call from and to people since then. `country`: where digits without a +
        are from. Raises CarrierError."""
        earliest = since - CLOCKS_APART
        texts = self._listed(self._client.messages.stream, date_sent_after=earliest)
        calls = self._listed(self._client.calls.stream, start_time_after=earliest)
        found = [_at_carrier(it, country, is_call=False) for it in texts]
        found += [_at_carrier(it, country, is_call=True) for it in calls]
        return [it for it in found if it and it.at >= earliest]

    # What is to be forgotten. What is gone already is gone; a text or call that is still under way
    # there cannot be deleted yet (20009), and that is raised as Refused.

    def erase_message(self, sid: str) -> None:
        """Delete a text, and its pictures with it. Raises CarrierError."""
        self._delete(self._client.messages(sid))

    def erase_recording(self, sid: str) -> None:
        """Delete a recording and what was written down of it. Raises CarrierError."""
        recording = self._client.recordings(sid)
        for transcript in self._listed(recording.transcriptions.stream):
            self._delete(transcript)
        self._delete(recording)

    def erase_call(self, sid: str) -> None:
        """Delete what is kept of a call, but for its recordings. Raises CarrierError."""
        self._delete(self._client.calls(sid))

    def erase_number(self, number: str, until: datetime, most: int) -> int:
        """Delete the texts and calls from and to a number that there were at that moment, at most
        so many, however the number was written. Returns how many it found. Raises CarrierError."""
        client, written = self._client, senders.addresses(number)
        messages = self._with_number(client.messages, written, until, most)
        spoken = phone.spellings(number)
        calls = self._with_number(client.calls, spoken, until, most - len(messages))
        under_way: list[Refused] = []
        for it in messages:
            self._delete_unless_under_way(it, under_way)
        for it in calls:
            for recording in self._listed(client.recordings.stream, call_sid=it.sid):
                self.erase_recording(recording.sid)
            self._delete_unless_under_way(it, under_way)
        if under_way:
            raise under_way[0]
        return len(messages) + len(calls)

    def erase_unnamed(self, to: str, at: datetime, is_it: Callable[[str], bool]) -> None:
        """Delete texts to this number about that time by their words: of those of which nobody told
        us the name. Raises CarrierError."""
        about_then = {
            "date_sent_after": at - CLOCKS_APART,
            "date_sent_before": at + ANSWERED_WITHIN + CLOCKS_APART,
        }
        for it in self._listed(self._client.messages.stream, to=to, **about_then):
            if is_it(it.body or ""):
                self._delete(it)

    def _with_number(
        self, things: Any, addresses: Sequence[str], until: datetime, most: int
    ) -> list[Any]:
        """A carrier that does not know a channel may list everything: what is not from or to the
        address is not theirs."""
        latest = until + CLOCKS_APART
        found = [
            it
            for address in addresses
            for side in ("to", "from_")
            for it in self._listed(things.stream, **{side: address})
            if it.date_created is None or it.date_created <= latest
            if ":" not in address or address in (it.to, it.from_)
        ]
        return found[:most]

    def _listed(self, find: Any, **asked: Any) -> list[Any]:
        """All there is of it; of what there never was, nothing."""

        def listed() -> list[Any]:
            try:
                return list(find(**asked))
            except TwilioException as error:
                if not _is_gone(error):
                    raise
            return []

        return list(self._call(listed))

    def _delete_unless_under_way(self, it: Any, under_way: list[Refused]) -> None:
        try:
            self._delete(it)
        except Refused as error:
            under_way.append(error)

    def _delete(self, it: Any) -> None:
        def delete() -> None:
            try:
                it.delete()
            except TwilioException as error:
                if not _is_gone(error):
                    raise

        self._call(delete)

    def _call(self, do: Any, **arguments: Any) -> Any:
        try:
            return do(**arguments)
        except TwilioException as error:
            code, status = _number(getattr(error, "code", None)), _status(error)
            pause, kind = PAUSES.get(code), _kind(code, status)
            answer, said = f"the carrier answered {status}", str(getattr(error, "msg", "") or "")
            raise kind(answer, code=code, retry_after=pause, said=said) from None
        except (NewConnectionError, ConnectTimeoutError):
            raise CarrierBusy("the carrier cannot be reached") from None
        except HTTPError as error:
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        except Exception as error:
            raise CarrierSilent(f"an answer nobody can read: {type(error).__name__}") from None


def _at_carrier(it: Any, country: str, *, is_call: bool) -> AtCarrier | None:
    """None for what is no person's, and for the leg of a call that was put through."""
    is_ours = it.direction != "inbound"
    sender = it._from if is_call else it.from_  # as the package calls it
    person = senders.number(it.to if is_ours else sender, country)
    if person is None or it.date_created is None or it.direction == "outbound-dial":
        return None
    body = "" if is_call else it.body or ""
    return AtCarrier(it.sid, person, it.date_created, is_ours, body, is_call)


def _is_gone(error: TwilioException) -> bool:
    """Our account itself is never answered so: a wrong one is 401."""
    return _status(error) == HTTPStatus.NOT_FOUND


def _status(error: TwilioException) -> int | None:
    """The HTTP status of an answer; of a list the package hands over the answer itself."""
    answers = [error, *error.args]
    found = (getattr(it, name, None) for it in answers for name in ("status", "status_code"))
    return next((it for it in found if isinstance(it, int)), None)


def _is_since(message_or_call: Any, earliest: datetime) -> bool:
    created = message_or_call.date_created
    return created is None or bool(created >= earliest)


def _is_this(message: Any, body: str) -> bool:
    """By its words; of a document the carrier may not keep every space."""
    return bool((message.body or "").split() == body.split())


def _number(code: Any) -> int | None:
    """Compatible carriers may write numbers as strings."""
    return int(code) if str(code).isdigit() else None


def _kind(code: int | None, status: int | None) -> type[CarrierError]:
    """A 5xx may come from something in front of the carrier, after it took the text."""
    kind = kind_of(code, status)
    unsure = kind is CarrierBusy and status is not None and status >= 500
    return CarrierSilent if unsure else kind


class _HttpClient(HttpClient):  # type: ignore[misc] # the package has no types
    """In the place of Twilio's own, which costs twice as much: with a time limit, enough
    connections, nothing tried twice, our address of the API, and no logs."""

    def __init__(self, api_url: str, heard: Heard) -> None:
        self.last_date = ""
        self._address = urlsplit(api_url)
        host = self._address.hostname or ""
        self._is_the_carriers_own = host == THEIR_DOMAIN or host.endswith(f".{THEIR_DOMAIN}")
        self._heard = heard
        self._pool = urllib3.PoolManager(
            num_pools=4, maxsize=CONNECTIONS, timeout=TIMEOUT, retries=False
        )

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
        **_more: object,
    ) -> Any:
        asked = urlencode(_present(params), doseq=True)
        body = urlencode(_present(data), doseq=True) if data else None
        began, how = time.monotonic(), HowAnswered.SILENT
        try:
            answer = self._pool.request(
                method.upper(),
                self._here(url) + (f"?{asked}" if asked else ""),
                body=body,
                headers={**(headers or {}), **_credentials(auth)},
                redirect=allow_redirects,
                timeout=timeout or TIMEOUT,
            )
            how = _how_answered(answer.status)
        finally:
            self._heard(_asked_for(method.upper(), url), how, time.monotonic() - began)
        self.last_date = answer.headers.get("Date", "")
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)

    def fetch(self, url: str, auth: tuple[str, str], most: int) -> tuple[int, bytes]:
        """A file of ours, at most so many bytes of it, with the status of the answer. The carrier
        may send us on to where it keeps them: there our credentials do not go along."""
        answer = self._pool.request(
            "GET",
            self._here(url),
            headers=_credentials(auth),
            redirect=True,
            retries=SENT_ON,
            preload_content=False,
        )
        try:
            return answer.status, answer.read(most, decode_content=False)
        finally:
            answer.close()

    def _here(self, url: str) -> str:
        """The same at our address of the API. What the carrier itself has on several hosts, one
        that is like it has on one."""
        parts = urlsplit(url)
        if parts.hostname in OTHER_HOSTS and self._is_the_carriers_own:
            return urlunsplit(parts._replace(scheme="https", netloc=parts.hostname))
        prefix = self._address.path.rstrip("/")  # which the next page of a list may have already
        path = parts.path if prefix and parts.path.startswith(f"{prefix}/") else prefix + parts.path
        here = parts._replace(scheme=self._address.scheme, netloc=self._address.netloc, path=path)
        return urlunsplit(here)


SENT_ON = urllib3.Retry(connect=0, read=0, status=0, other=0, redirect=3)


def _asked_for(method: str, url: str) -> str:
    """In our words, of which there are few."""
    if method == "POST":
        thing = url.partition("?")[0].rpartition("/")[2]
        return {"Messages.json": "send", "Calls.json": "call"}.get(thing, "other")
    return {"GET": "look_up", "DELETE": "delete"}.get(method, "other")


def _how_answered(status: int) -> HowAnswered:
    if status < HTTPStatus.BAD_REQUEST:
        return HowAnswered.ANSWERED
    is_busy = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return HowAnswered.BUSY if is_busy else HowAnswered.REFUSED


def _credentials(auth: tuple[str, str] | None) -> dict[str, str]:
    return urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}


def _present(fields: Mapping[str, object] | None) -> dict[str, object]:
    return {name: value for name, value in (fields or {}).items() if value is not None}
