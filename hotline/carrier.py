"""The only file that calls the carrier's REST API: send a text, place a call, look one up, delete
what is to be forgotten.

It raises what `errors` names and stores nothing. Whoever forks makes a `Carrier` afterwards, so
that every process has one pool of connections of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from hotline import signed
from hotline.errors import (
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    NoVoice,
    Refused,
    from_carrier,
)
from hotline.settings import Environment

TIMEOUT = 15.0  # seconds for one call; one float, as the client wants it
CONNECTIONS = 32
MOST_LOOKED_AT = 100  # of one number's latest texts
RING_SECONDS = 30  # before nobody answers
CLOCKS_APART = timedelta(minutes=5)  # how far the carrier's clock may be from ours
ANSWERED_WITHIN = timedelta(hours=10)  # how long the carrier may keep a text to be sent
LONGEST_VALIDITY = 36_000  # seconds; the carrier's limit, also what it does unasked


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has taken a text, under this name."""

    sid: str


class Carrier:
    """Our account at the carrier."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._client = Client(
            environment.twilio_account_sid,
            environment.twilio_auth_token.get_secret_value(),
            http_client=_HttpClient(environment.twilio_api_url),
        )

    def send(
        self,
        to: str,
        body: str,
        text_id: int,
        *,
        good_for: timedelta | None,
        pictures: Sequence[str] = (),
        until: datetime | None = None,
    ) -> Accepted:
        """Send one text. `good_for`: not to be delivered later than that from now. `pictures` go
        with it, by our names; `until` then the carrier can fetch them from us.

        Raises CarrierError; CarrierSilent means that it may have been taken all the same.
        """
        environment = self._environment
        sender: dict[str, Any] = {"from_": environment.hotline_number}
        if environment.twilio_messaging_service_sid:
            sender = {"messaging_service_sid": environment.twilio_messaging_service_sid}
        if good_for is not None:
            seconds = round(good_for.total_seconds())
            sender["validity_period"] = max(1, min(seconds, LONGEST_VALIDITY))
        if pictures and until:
            paths = [f"/sms/picture/{quote(name)}" for name in pictures]
            sender["media_url"] = [signed.address(environment, path, until) for path in paths]
        callback = f"{environment.public_url}/sms/status?text={text_id}#rc=3&rp=all"
        message = self._call(
            self._client.messages.create, to=to, body=body, status_callback=callback, **sender
        )
        return Accepted(message.sid)

    def call(self, to: str, text_id: int, *, leaves_message: bool) -> Accepted:
        """Call somebody; what is said comes from `/voice/out`. `leaves_message`: a machine that
        answers is listened to until its tone. Raises CarrierError, as `send`.
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
            url=f"{public}/voice/out?text={text_id}",
            status_callback=f"{public}/voice/status?text={text_id}#rc=3&rp=all",
            status_callback_event=["initiated", "answered", "completed"],
            machine_detection="DetectMessageEnd" if leaves_message else "Enable",
            timeout=RING_SECONDS,
        )
        return Accepted(call.sid)

    def recording(self, sid: str) -> bytes:
        """The sound of a recording, as a wave file. Raises CarrierError."""
        account = self._environment.twilio_account_sid
        where = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}.wav"
        return bytes(self._fetch(where).content)

    def picture(self, address: str) -> tuple[bytes, str]:
        """A picture that came with a text, and what kind of file it is. It is asked for at our
        address of the API, whatever host the address names. Raises CarrierError."""
        answer = self._fetch(address)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return bytes(answer.content), kind

    def _fetch(self, where: str) -> requests.Response:
        try:
            answer: requests.Response = self._client.http_client.fetch(where, self._client.auth)
        except requests.exceptions.RequestException as error:
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        except ValueError:
            raise CarrierError("that is no address") from None
        if answer.status_code != HTTPStatus.OK:
            raise CarrierBusy(f"the carrier answered {answer.status_code}")
        return answer

    def called_since(self, to: str, since: datetime) -> list[str]:
        """The carrier's names of our calls to this number since then, oldest first. Raises
        CarrierError."""
        found = self._call(self._client.calls.list, to=to, limit=MOST_LOOKED_AT)
        earliest = since - CLOCKS_APART
        ours = [it for it in found if it.direction == "outbound-api" and _is_since(it, earliest)]
        return [it.sid for it in reversed(ours)]

    def sent_since(self, to: str, body: str, since: datetime) -> list[str]:
        """The carrier's names of texts with these words to this number since then, oldest first.

        There is no key that would tell two equal ones apart: whoever asks takes one that
        nobody else has taken. Raises CarrierError.
        """
        # Not by DateSent: a text that is still queued has none.
        found = self._call(self._client.messages.list, to=to, limit=MOST_LOOKED_AT)
        ours = [it for it in found if _is_this(it, body, since - CLOCKS_APART)]
        return [it.sid for it in reversed(ours)]

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

    def erase_number(self, number: str, until: datetime, most: int) -> int:
        """Delete the texts and calls from and to a number that there were at that moment, at most
        so many. Returns how many it found. Raises CarrierError."""
        client = self._client
        messages = self._with_number(client.messages, number, until, most)
        calls = self._with_number(client.calls, number, until, most - len(messages))
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

    def erase_answers(self, to: str, at: datetime, is_it: Callable[[str], bool]) -> None:
        """Delete texts to this number about that time by their words: we never learn the name of
        what was in the answer to a webhook. Raises CarrierError."""
        about_then = {
            "date_sent_after": at - CLOCKS_APART,
            "date_sent_before": at + ANSWERED_WITHIN + CLOCKS_APART,
        }
        for it in self._listed(self._client.messages.stream, to=to, **about_then):
            if is_it(it.body or ""):
                self._delete(it)

    def _with_number(self, things: Any, number: str, until: datetime, most: int) -> list[Any]:
        latest = until + CLOCKS_APART
        found = [
            it
            for side in ("to", "from_")
            for it in self._listed(things.stream, **{side: number})
            if it.date_created is None or it.date_created <= latest
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
            raise _kind(code, status)(f"the carrier answered {status}", code=code) from None
        except requests.exceptions.RequestException as error:
            if _never_connected(error):
                raise CarrierBusy("the carrier cannot be reached") from None
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        except Exception as error:
            raise CarrierSilent(f"an answer nobody can read: {type(error).__name__}") from None


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


def _is_this(message: Any, body: str, since: datetime) -> bool:
    """Not the same words in the answer to a text of theirs, which the carrier lists as well."""
    is_ours = message.body == body and message.direction == "outbound-api"
    return bool(is_ours and _is_since(message, since))


def _number(code: Any) -> int | None:
    """Compatible carriers may write numbers as strings."""
    return int(code) if str(code).isdigit() else None


def _kind(code: int | None, status: int | None) -> type[CarrierError]:
    """A 5xx may come from something in front of the carrier, after it took the text."""
    kind = from_carrier(code, status)
    unsure = kind is CarrierBusy and status is not None and status >= 500
    return CarrierSilent if unsure else kind


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | ConnectTimeoutError)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc] # the package has no types
    """Twilio's own, with a time limit, enough connections, and our address of the API."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self._address = urlsplit(api_url)
        for scheme in ("http://", "https://"):
            pool = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS)
            self.session.mount(scheme, pool)
        self.session.trust_env = False

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, self._here(url), *args, **kwargs)

    def fetch(self, url: str, auth: tuple[str, str]) -> requests.Response:
        """A file of ours. The carrier may send us on to where it keeps them."""
        answer: requests.Response = self.session.get(self._here(url), auth=auth, timeout=TIMEOUT)
        return answer

    def _here(self, url: str) -> str:
        """The same at our address of the API."""
        parts = urlsplit(url)
        here = parts._replace(
            scheme=self._address.scheme,
            netloc=self._address.netloc,
            path=self._address.path.rstrip("/") + parts.path,
        )
        return urlunsplit(here)

    def log_request(self, kwargs: Any) -> None:
        """Numbers and words stay out of the logs."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Numbers and words stay out of the logs."""
