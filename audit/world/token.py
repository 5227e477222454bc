"""The words of OAuth 2 between a client and its token server: what is sent, what comes back."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote_plus


def basic_credentials(client: str, secret: str) -> str:
    """The client with its secret as RFC 6749, section 2.3.1, has them."""
    return base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()


def token_form(scope: str) -> bytes:
    """The body of the request: client credentials, for a scope where there is one."""
    return ("grant_type=client_credentials" + (f"&scope={quote_plus(scope)}" if scope else "")).encode()


def read_token(status: int, came: bytes) -> str:
    """The token in an answer; ValueError saying what is wrong with it."""
    if status != 200:
        raise ValueError(f"status {status}")
    try:
        said = json.loads(came)
    except (ValueError, RecursionError) as broken:
        raise ValueError("no JSON") from broken
    given = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(given, str) or not given or not given.isascii() or not given.isprintable() or " " in given:
        raise ValueError("no access_token in it")
    if str(said.get("token_type", "")).lower() != "bearer":
        raise ValueError("its token_type is not bearer")
    return given
