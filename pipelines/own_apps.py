"""The collector's own apps, learnt from the tokens that it gets: its requests are in the logs that it reads (T31)."""

import base64
import binascii
import os
from pathlib import Path
from uuid import UUID

import orjson

from pipelines.durable import create_private_file, make_private_folder, place_file

_FILE = "own_apps.json"


def app_of(token: str) -> str | None:
    """The app that an access token of Entra was issued to; None for a token that does not say. Proves nothing."""
    payload = token.partition(".")[2].partition(".")[0]
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(UUID(claims.get("appid") or claims.get("azp") or ""))
    except (binascii.Error, ValueError, AttributeError, TypeError):
        return None


def learnt_apps(data_folder: Path) -> frozenset[str]:
    """The app ids that collected into this data folder; none where nobody did, or the file is not as it was written."""
    try:
        found = orjson.loads((data_folder / _FILE).read_bytes())
        return frozenset(str(UUID(app_id)) for app_id in found)
    except (OSError, ValueError, TypeError, AttributeError):
        return frozenset()


def learn_app(data_folder: Path, app_id: str) -> None:
    """Keeps the app id, durably. Raises OSError when the data folder cannot be written."""
    known = learnt_apps(data_folder)
    if app_id in known:
        return
    make_private_folder(data_folder)
    scratch = data_folder / f".{os.getpid()}-{_FILE}"
    scratch.unlink(missing_ok=True)
    with create_private_file(scratch) as file:
        file.write(orjson.dumps(sorted({*known, app_id})))
    place_file(scratch, data_folder / _FILE)
