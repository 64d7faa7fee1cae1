"""Identifiers as Entra makes them, drawn from a seeded generator."""

import uuid
from base64 import b64encode, urlsafe_b64encode
from random import Random


def guid(rng: Random) -> str:
    """Give a random version 4 GUID as lower-case text."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def token_text(sign_in_id: str) -> str:
    """Give the 22 characters in which logs write a token id: base64url of the GUID's .NET byte order."""
    return urlsafe_b64encode(uuid.UUID(sign_in_id).bytes_le).rstrip(b"=").decode()


def old_token_text(sign_in_id: str) -> str:
    """Give the older form of some Graph rows: base64 of the GUID's own text (48 characters)."""
    return b64encode(sign_in_id.encode()).decode()


def opaque(rng: Random, prefix: str, size: int) -> str:
    """Give an opaque item id such as mail and files have: `prefix` and `size` random base64url characters."""
    return prefix + urlsafe_b64encode(rng.randbytes(size)).decode()[:size]
