"""Whoever is told of an alarm: a web server and a mail server on this machine, which write down
what they are told."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string
from typing import Any

from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Listener:
    """`answers`: with which status."""

    url: str = ""
    answers: int = 200
    heard: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.heard.append((request.method, request.url.path, dict(request.headers), body))
        return Response(status_code=self.answers)

    def told(self, path: str) -> list[str]:
        return [body for _, at, _, body in self.heard if at == path]

    def as_json(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.told(path)]


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    app = Starlette(routes=[Route("/{path:path}", listener.hear, methods=["GET", "POST"])])
    with serve(app) as listener.url:
        yield listener


@dataclass
class Mailbox:
    """Letters, as they came, by one SMTP server."""

    url: str = ""
    letters: list[tuple[list[str], str, str]] = field(default_factory=list)

    def receive(self, to: list[str], raw: str) -> None:
        letter = message_from_string(raw)
        body = letter.get_payload(decode=True)
        assert isinstance(body, bytes)
        self.letters.append((to, str(letter["Subject"]), body.decode()))


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """As little of SMTP as a letter needs: https://www.rfc-editor.org/rfc/rfc5321"""
    box = Mailbox()

    class Desk(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            to: list[str] = []
            self.say("220 mail.example.org")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    to.append(line.partition("<")[2].partition(">")[0])
                if verb == "QUIT":
                    self.say("221 bye")
                    return
                self.say("354 go on" if verb == "DATA" else "250 mail.example.org")
                if verb == "DATA":
                    box.receive(to, self._letter())
                    self.say("250 kept")

        def _letter(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            return "\n".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Desk) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        box.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
