"""Pseudonyms in place of people: the same user of the same tenant always has the same one."""

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.access.frames import FrameHider
from pipelines.access.key import pseudonym_key
from pipelines.access.labels import Labels, User, folded, is_guid
from pipelines.access.people import People, read_people
from pipelines.access.texts import TextHider
from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.publish import warehouse_path

_CHARACTERS = 12
"""60 bits: of a hundred thousand users, two have the same with a chance of 4 in a thousand million; these get all."""
_ALL_CHARACTERS = 26


class Pseudonyms:
    """Hides the users of some tenants."""

    def __init__(self, key: bytes, people: People, characters: int = _CHARACTERS) -> None:
        self._key = key
        self._characters = characters
        self._people = people
        self._only_tenant = next(iter(people.tenants)) if len(people.tenants) == 1 else ""
        whole = {user: self._code(*user) for user in people.called}
        times = Counter(code[:characters] for code in whole.values())
        self._codes: Mapping[User, str] = {
            user: code[:characters] if times[code[:characters]] == 1 else code for user, code in whole.items()
        }
        self._users = {f"user-{code}": user for user, code in self._codes.items()}

    def hide(self, frame: pl.DataFrame, tenant_id: str | None = None) -> pl.DataFrame:
        """The frame with pseudonyms for people, addresses and devices, and `[hidden]` for what may say anything.

        `tenant_id` is that of rows without one; where neither is known, a user is looked for in all tenants.
        """
        labels = Labels(self._people.labels)
        hider = FrameHider(self.of_label, self._texts(labels))
        hider.learn(frame, lambda label: labels.add(label, None))
        return hider.hide(frame, tenant_id)

    def hide_text(self, text: str, tenant_id: str | None = None) -> str:
        """The text with pseudonyms for the users whom the tables know, and for what looks like one."""
        return self._texts(self._people.labels).hide(text, tenant_id)

    def of_label(self, label: str, tenant_id: str | None = None, kind: str = "name") -> str:
        """The pseudonym `user-…` of the one user called so, by id, UPN or name.

        `name-…` where nobody is known to be, or several are; a GUID that no user is known to have is `user-…`, or what
        `kind` says in place of `name`.
        """
        user = self._user(label, tenant_id)
        if user:
            return f"user-{self._codes[user]}"
        if kind == "name" and is_guid(label):
            kind = "user"
        code = self._code(tenant_id or self._only_tenant, folded(label))
        short = f"{kind}-{code[: self._characters]}"
        return f"{kind}-{code}" if short in self._users else short

    def known(self, label: str) -> list[str]:
        """The pseudonyms of the users called so, by id, UPN or name, whom the tables know; sorted."""
        return sorted(f"user-{self._codes[user]}" for user in self._people.labels.users(label))

    def user_of(self, pseudonym: str) -> User | None:
        """The user behind `user-…`; None where no user whom the tables know has it."""
        return self._users.get(pseudonym)

    def users(self) -> Iterable[User]:
        """The users whom the tables know."""
        return self._codes.keys()

    def called(self, user: User) -> list[str]:
        """What a user is called: id, UPNs, names."""
        return list(self._people.called.get(user, ()))

    def _user(self, label: str, tenant_id: str | None) -> User | None:
        users = self._people.labels.users(label)
        chosen = {user for user in users if user.tenant_id == tenant_id} if tenant_id else users
        return next(iter(chosen)) if len(chosen) == 1 else None

    def _texts(self, labels: Labels) -> TextHider:
        return TextHider(labels, self._people.no_persons, self.of_label)

    def _code(self, tenant_id: str, text: str) -> str:
        digest = hmac.digest(self._key, f"{tenant_id}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.b32encode(digest).decode()[:_ALL_CHARACTERS]


def published_pseudonyms(data_folder: Path) -> Pseudonyms:
    """The pseudonyms of the users who are published now; read again only when others are.

    Raises NotPublishedError and PseudonymKeyError: then show nothing.
    """
    path = warehouse_path(data_folder)
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return _published(data_folder.absolute(), changed, pseudonym_key(data_folder))


@lru_cache(maxsize=2)
def _published(data_folder: Path, changed: int, key: bytes) -> Pseudonyms:  # noqa: ARG001 - a new time is a new entry
    with open_reader(data_folder) as connection:
        return Pseudonyms(key, read_people(connection))
