"""Basic authentication (RFC 7617), as the emulated carriers check it."""

import base64
import binascii
import hmac


def is_given(authorization: str, user: str, password: str) -> bool:
    """Whether the Authorization header carries this user and password."""
    scheme, _, word = authorization.partition(" ")
    try:
        given = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{user}:{password}".encode())
