"""What every page begins with: the data, the filters, who looks, and the ways to show something."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl
import streamlit as st

from pipelines.access.events import What
from pipelines.access.key import PseudonymKeyError
from pipelines.access.log import AccessLog
from pipelines.access.pseudonyms import published_pseudonyms
from pipelines.access.roles import Act, NotAllowedError, Role, Viewer
from pipelines.access.streamlit_sign_in import current_viewer
from pipelines.chained.lines import ChainError
from pipelines.dashboard import filters as choice
from pipelines.dashboard import panel
from pipelines.dashboard.account import offer_reveal, say_who_looks
from pipelines.dashboard.charts import Drawing
from pipelines.dashboard.people import People
from pipelines.dashboard.period import Filters, Published
from pipelines.dashboard.published import Reader, read, reader_of
from pipelines.dashboard.started import settings
from pipelines.dashboard.text import markdown_safe, plain
from pipelines.dashboard.views import log_of, write_view
from pipelines.outputs.panels import panels, shown_query
from pipelines.settings import Settings
from pipelines.warehouse.ask import AskError, NotPublishedError
from pipelines.warehouse.publish import warehouse_path

_LONGEST_KEY = 300


_ACTS = {
    "search": Act.SEARCH,
    "see_people": Act.SEE_NAMES,
    "see_originals": Act.SEE_ORIGINALS,
    "ask_sql": Act.ASK_SQL,
    "triage": Act.TRIAGE,
    "sign_off": Act.SIGN_OFF,
    "reveal": Act.REVEAL,
    "see_access_log": Act.READ_ACCESS_LOG,
}


@dataclass(frozen=True)
class Here:
    """A page that somebody looks at."""

    title: str
    viewer: Viewer
    people: People
    log: AccessLog
    settings: Settings
    reader: Reader
    published: Published
    filters: Filters

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, for charts."""
        return self.filters.first_day, self.filters.last_day

    def read(self, name: str, **given: Any) -> pl.DataFrame:
        """The rows of a panel for the filters, to reckon with. What is shown of them goes through `shown`."""
        return read(self.reader, name, self._given(given))

    def shown(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows as this viewer may see them. Every row that a page shows goes through here."""
        return _in_zone(panel.harmless(self.people.rows(frame)), self.filters.time_zone)

    def shown_text(self, text: str) -> str:
        """A text as this viewer may see it, for `st.text`. Every text of the data that is no row goes through here."""
        return plain(self.people.text(text))

    def may(self, what: str) -> bool:
        """Whether this viewer may do that, to offer it or not: `triage`, `see_people`, `sign_off` and so on."""
        return self.viewer.may(_ACTS[what], self._least_role(what))

    def check(self, what: str) -> None:
        """Raises NotAllowedError, and writes down the refusal, where this viewer may not do that."""
        self.log.check(self.viewer, _ACTS[what], self._least_role(what))

    def write_down(self, *events: What) -> None:
        """Puts into the access log what the viewer does. Before anything of it is shown. Raises AccessLogError."""
        self.log.write(self.viewer, *events)

    def row(self, *names: str, **given: Any) -> dict[str, Any]:
        """The one row of each of these panels, together, as this viewer may see it."""
        rows = [self.shown(self.read(name, **given)).row(0, named=True) for name in names]
        return {column: value for row in rows for column, value in row.items()}

    def query(self, name: str, **given: Any) -> str:
        """The query of a panel, to be shown: with its values written out."""
        return self.people.text(shown_query(panels()[name], self._given(given)))

    def show(self, name: str, draw: Drawing | None = None, empty: str = panel.NOTHING, **given: Any) -> None:
        """Shows a panel: as a table, or as `draw` does it. `empty` stands where it has no rows."""
        rows = self.shown(self.read(name, **given))
        panel.show(panels()[name], rows, self.query(name, **given), draw or panel.table(), empty)

    def asked(self, key: str) -> str | None:
        """What the link says under a key of this page; None where it says nothing. It is data: anybody makes links.

        Of a pseudonym, the id of the user. Who may not see people cannot ask for somebody by name or id.
        """
        value = plain(st.query_params.get(key, "").strip(), _LONGEST_KEY)
        return self.people.out_of_link(value) if value else None

    def link(self, url_path: str, **keys: str) -> str:
        """A link to another page, with the filters of this one; people are in it as the viewer may see them."""
        said = {key: self.people.into_link(value) for key, value in keys.items()}
        return f"{url_path}?{urlencode({**self.filters.link(self.published.default), **said})}"

    def _least_role(self, what: str) -> Role | None:
        """The lowest role that may do it, where the settings say so."""
        if what == "see_people" and not self.settings.dashboard.pseudonyms:
            return Role.VIEWER
        return self.settings.dashboard.reveal_role if what == "reveal" else None

    def _given(self, given: dict[str, Any]) -> dict[str, Any]:
        filters = self.filters
        return {
            "tenant_id": filters.tenant_id,
            "first_day": filters.first_day,
            "last_day": filters.last_day,
            **given,
        }


@contextmanager
def page(title: str, about: str) -> Iterator[Here]:
    """The page under its title, with a sentence about it. What cannot be read is said in words."""
    st.title(title, anchor=False)
    st.caption(about)
    try:
        yield _arrive(title)
    except NotPublishedError:
        _say_nothing_is_published()
    except NotAllowedError as error:
        st.warning(markdown_safe(str(error)), icon=":material/lock:")
    except (AskError, ChainError, PseudonymKeyError, duckdb.Error) as error:
        st.error(f"This could not be read: {markdown_safe(str(error).splitlines()[0])}", icon=":material/error:")


def _arrive(title: str) -> Here:
    """Who looks at what. Nothing is shown before it is known who looks, and before that stands in the access log."""
    given = settings()
    log = log_of(given.data.absolute())
    viewer = current_viewer(given, log)
    reader = reader_of(given.data.absolute())
    published = _published(reader)
    filters, notes = choice.chosen(published)
    write_view(log, viewer, title, filters)
    here = Here(title, viewer, _people(given, viewer, filters), log, given, reader, published, filters)
    choice.draw(published, {str(tenant.tenant_id): tenant.name for tenant in given.tenants}, filters, notes)
    _say_how_new(here)
    say_who_looks(viewer)
    offer_reveal(given, log, viewer)
    return here


def _published(reader: Reader) -> Published:
    tenants = read(reader, "published_days", {})
    if tenants.is_empty():
        raise NotPublishedError("no day of any log is published")
    return Published(
        tuple(tenants["tenant_id"].sort()),
        tenants["first_day"].min(),  # type: ignore[arg-type]
        tenants["last_day"].max(),  # type: ignore[arg-type]
    )


def _people(given: Settings, viewer: Viewer, filters: Filters) -> People:
    sees_names = viewer.may(Act.SEE_NAMES) or not given.dashboard.pseudonyms
    return People(None if sees_names else published_pseudonyms(given.data), filters.tenant_id)


def _say_how_new(here: Here) -> None:
    written = datetime.fromtimestamp(warehouse_path(here.settings.data).stat().st_mtime, UTC)
    st.sidebar.caption(f"Published {written:%Y-%m-%d %H:%M} UTC")


def _say_nothing_is_published() -> None:
    st.info("Nothing is published yet. Import logs or collect them, then run the pipeline:", icon=":material/inbox:")
    st.code("whoseagent import exports/\nwhoseagent run", language="bash")
    st.caption("Then reload this page. `whoseagent demo` shows it with made-up tenants.")


def _in_zone(frame: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """The rows with their times, which are UTC, as times of the zone."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(
        pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone) for name in times
    )
