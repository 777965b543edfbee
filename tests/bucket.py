"""A bucket that speaks S3 on this machine, and lets nobody in whose signature is not right.

How a signature is made is written in the "AWS Signature Version 4" of Amazon's documentation.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEY_ID, SECRET, REGION = "AKIDOFTHETESTS", "the-secret-of-the-bucket", "us-east-1"
NAME = "copies"


@dataclass
class Bucket:
    """What is in it, by its key; `refused`: how many came with a wrong signature; `is_full`: it
    takes nothing more."""

    address: str = ""
    things: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0
    is_full: bool = False

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        if not _is_signed(request, body):
            self.refused += 1
            return _error(403, "SignatureDoesNotMatch")
        _, _, key = request.url.path.removeprefix("/").partition("/")
        match request.method:
            case "PUT" if self.is_full:
                return _error(507, "InsufficientStorage")
            case "PUT":
                self.things[key] = body
                return Response(headers={"ETag": '"it"'})
            case "GET" if not key:
                return self._listed(request.query_params.get("prefix", ""))
            case "GET" if key in self.things:
                modified = {"Last-Modified": "Mon, 02 Mar 2026 17:00:00 GMT", "ETag": '"it"'}
                return Response(self.things[key], headers=modified)
            case "DELETE":
                self.things.pop(key, None)
                return Response(status_code=204)
            case "POST" if "delete" in request.query_params:
                gone = [unquote(it) for it in re.findall(r"<Key>(.*?)</Key>", body.decode())]
                for it in gone:
                    self.things.pop(it, None)
                said = "".join(f"<Deleted><Key>{it}</Key></Deleted>" for it in gone)
                return _xml(f"<DeleteResult>{said}</DeleteResult>")
        return _error(404, "NoSuchKey")

    def _listed(self, prefix: str) -> Response:
        found = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(it)}</Size><ETag>it</ETag>"
            "<LastModified>2026-03-02T17:00:00.000Z</LastModified></Contents>"
            for key, it in sorted(self.things.items())
            if key.startswith(prefix)
        )
        facts = f"<Name>{NAME}</Name><Prefix>{prefix}</Prefix><IsTruncated>false</IsTruncated>"
        return _xml(f"<ListBucketResult>{facts}{found}</ListBucketResult>")


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    routes = [Route("/{rest:path}", bucket.answer, methods=["GET", "PUT", "DELETE", "POST"])]
    with serve(Starlette(routes=routes)) as address:
        bucket.address = address
        yield bucket


def _is_signed(request: Request, body: bytes) -> bool:
    found = re.fullmatch(
        rf"AWS4-HMAC-SHA256 Credential={KEY_ID}/(\d+)/{REGION}/s3/aws4_request, ?"
        r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
        request.headers.get("authorization", ""),
    )
    said = request.headers.get("x-amz-content-sha256", "")
    if not found or said not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
        return False
    day, names, signature = found.groups()
    query = sorted(request.query_params.multi_items())
    canonical = [
        request.method,
        request.scope["raw_path"].decode(),
        "&".join(f"{quote(one, '')}={quote(other, '')}" for one, other in query),
        *(f"{it}:{' '.join(request.headers[it].split())}" for it in names.split(";")),
        "",
        names,
        said,
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    scope = f"{day}/{REGION}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{request.headers['x-amz-date']}\n{scope}\n{digest}"
    key = f"AWS4{SECRET}".encode()
    for step in (*scope.split("/"), to_sign):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.compare_digest(key.hex(), signature)


def _xml(content: str) -> Response:
    return Response(f'<?xml version="1.0"?>{content}', media_type="application/xml")


def _error(status: int, code: str) -> Response:
    said = _xml(f"<Error><Code>{code}</Code><Message>no</Message></Error>")
    said.status_code = status
    return said
