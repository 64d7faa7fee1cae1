"""What a storage emulator on this machine is read with: a shared access signature, given or made with its key."""

import base64
import binascii
import hashlib
import hmac
import os
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pipelines.sources.azure import STORAGE_KEY, STORAGE_SAS
from pipelines.sources.slices import CollectError

VERSION = "2020-08-04"
LIFETIME = timedelta(days=7)


def emulator_signature(account: str, now: datetime) -> str:
    """The signature of the environment, else one made with the key there, else "". Raises CollectError."""
    given = os.environ.get(STORAGE_SAS, "").strip().lstrip("?")
    key = os.environ.get(STORAGE_KEY, "").strip()
    return given or (signature(account, _decoded(key), now + LIFETIME) if key else "")


def signature(account: str, key: bytes, expires: datetime) -> str:
    """A shared access signature that lets blobs, and containers with what is in them, be read and listed."""
    until = f"{expires:%Y-%m-%dT%H:%M:%SZ}"
    fields = {"sp": "rl", "ss": "b", "srt": "sco", "st": "", "se": until, "sip": "", "spr": "", "sv": VERSION}
    to_sign = "\n".join([account, *fields.values(), ""])
    signed = base64.b64encode(hmac.new(key, to_sign.encode(), hashlib.sha256).digest()).decode()
    return urlencode({name: value for name, value in fields.items() if value} | {"sig": signed})


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise CollectError(f"what stands in {STORAGE_KEY} is no account key, which is base64") from None
