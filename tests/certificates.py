"""Certificates for a web server of a test, made for it: good, too old, for another name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """Files for a server, and of who vouches for it."""

    chain: Path
    key: Path
    authority: Path


@cache
def _key(_of: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(of: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])


def _signed(of: str, until: datetime, *, is_authority: bool, names: tuple[str, ...]) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(of))
        .issuer_name(_name("authority"))
        .public_key(_key(of).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 90 * DAY)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(_key("authority").public_key()),
            critical=False,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(_key(of).public_key()), critical=False
        )
    )
    if names:
        listed = [
            x509.IPAddress(ip_address(it)) if it[0].isdigit() else x509.DNSName(it) for it in names
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(listed), critical=False)
    made = builder.sign(_key("authority"), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def certificate(folder: Path, holds: timedelta, name: str = "localhost") -> Certificate:
    """One for this name that holds for so long from now."""
    now = datetime.now(UTC)
    it = Certificate(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    it.chain.write_bytes(_signed("server", now + holds, is_authority=False, names=(name,)))
    it.authority.write_bytes(_signed("authority", now + 80 * DAY, is_authority=True, names=()))
    it.key.write_bytes(
        _key("server").private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return it
