"""Azure's storage emulator on a loopback port, and what diagnostic settings do to it: append."""

import base64
import hashlib
import hmac
import os
import re
import secrets
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

ACCOUNT = "contosologs"
SCRIPT = Path(__file__).parents[1] / ".venv" / "node" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_LISTENS = re.compile(rb"successfully listens on (http://127\.0\.0\.1:\d+)")


class Emulator:
    """A running emulator, with its account."""

    def __init__(self, host: str, key: bytes) -> None:
        self.url = f"{host}/{ACCOUNT}"
        self.key = base64.b64encode(key).decode()
        self.sas = signature(key)
        self.sas_for_blobs = signature(key, "co")
        self.wrong_sas = signature(secrets.token_bytes(32))

    def make_container(self, name: str) -> None:
        self._send("PUT", f"{name}?restype=container")

    def drop_containers(self) -> None:
        for name in re.findall("<Name>([^<]+)</Name>", self._send("GET", "?comp=list").decode()):
            self._send("DELETE", f"{name}?restype=container")

    def append(self, container: str, path: str, data: bytes) -> None:
        """Append to a blob that is there."""
        for start in range(0, len(data), 4 * 2**20):
            self._send("PUT", f"{container}/{quote(path)}?comp=appendblock", data[start : start + 4 * 2**20])

    def write(self, container: str, path: str, data: bytes = b"") -> None:
        """Write an append blob anew."""
        self._send("PUT", f"{container}/{quote(path)}?", headers={"x-ms-blob-type": "AppendBlob"})
        self.append(container, path, data)

    def delete(self, container: str, path: str) -> None:
        self._send("DELETE", f"{container}/{quote(path)}?")

    def _send(self, method: str, what: str, data: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        url = f"{self.url}/{what}{'' if what.endswith('?') else '&'}{self.sas}"
        request = urllib.request.Request(url, data, {"x-ms-version": "2023-11-03", **(headers or {})}, method=method)  # noqa: S310
        with urllib.request.urlopen(request) as response:  # noqa: S310
            content: bytes = response.read()
            return content


def signature(key: bytes, on: str = "sco") -> str:
    """A shared access signature for the account itself, its containers and its objects, or for some of these only."""
    fields = {"sp": "rwdlacu", "ss": "b", "srt": on, "st": "", "se": "2099-01-01T00:00:00Z", "sip": "", "spr": ""}
    fields["sv"] = "2020-08-04"
    to_sign = "\n".join([ACCOUNT, *fields.values(), ""])
    signed = base64.b64encode(hmac.new(key, to_sign.encode(), hashlib.sha256).digest()).decode()
    return urlencode({name: value for name, value in fields.items() if value} | {"sig": signed})


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    """An emulator with nothing in it, as long as the with-block lasts. FileNotFoundError where it is not installed."""
    key = secrets.token_bytes(32)
    if not SCRIPT.exists():
        raise FileNotFoundError(SCRIPT)
    command = ["node", str(SCRIPT), "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence"]
    command += ["--disableTelemetry", "--skipApiVersionCheck", "--silent"]
    environment = {**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{base64.b64encode(key).decode()}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if match := _LISTENS.search(line):
                    yield Emulator(match[1].decode(), key)
                    break
        finally:
            process.terminate()
            process.communicate()  # it has something to say at the end
