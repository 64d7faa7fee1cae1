"""People on a page, as whoever looks may see them: by name, or under pseudonyms."""

from dataclasses import dataclass

import polars as pl

from pipelines.access.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class People:
    """How this viewer sees people of the tenant."""

    pseudonyms: Pseudonyms | None
    """None for who may see the names."""
    tenant_id: str | None

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows as the viewer may see them."""
        return frame if self.pseudonyms is None else self.pseudonyms.hide(frame, self.tenant_id)

    def text(self, text: str) -> str:
        """The text as the viewer may see it."""
        return text if self.pseudonyms is None else self.pseudonyms.hide_text(text, self.tenant_id)

    def into_link(self, value: str) -> str:
        """The value for a link: a user's pseudonym in place of an id or UPN that the viewer may not see."""
        known = [] if self.pseudonyms is None else self.pseudonyms.known(value)
        if self.pseudonyms is None or not known:
            return value
        here = self.pseudonyms.of_label(value, self.tenant_id)
        return here if here in known else known[0]  # of several tenants, any: the link says which user, not where

    def out_of_link(self, value: str) -> str | None:
        """What a link means by a value: the id of the user behind a pseudonym.

        None where the viewer may not ask for it by name: it would tell which pseudonym somebody has.
        """
        if self.pseudonyms is None:
            return value
        user = self.pseudonyms.user_of(value)
        if user:
            return user.user_id
        return None if self.pseudonyms.known(value) else value
