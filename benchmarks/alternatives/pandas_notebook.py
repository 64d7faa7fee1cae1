"""The cells of a notebook: pandas reads the files piece by piece, keeps a few columns and joins them."""

from base64 import urlsafe_b64decode
from pathlib import Path
from uuid import UUID

import pandas as pd

from pipelines.compression import zstd

REQUEST = ["requestId", "appId", "userId", "requestMethod", "requestUri", "signInActivityId"]
SIGN_IN = ["id", "userId", "uniqueTokenIdentifier"]
WRITES = ["POST", "PUT", "PATCH", "DELETE"]


def read(files: list[Path], names: list[str]) -> pd.DataFrame:
    """The named fields of all records, wherever the shape of the log has them."""
    pieces = []
    for path in files:
        with zstd.open(path, "rt", encoding="utf-8") as file:
            for records in pd.read_json(file, lines=True, chunksize=50_000, dtype=False):
                fields = pd.DataFrame(list(records["properties"])) if "properties" in records else records
                fields.columns = [name[0].lower() + name[1:] for name in fields.columns]
                pieces.append(fields.reindex(columns=names).astype("str").fillna(""))
    return pd.concat(pieces, ignore_index=True)


def guid(token: str) -> str:
    """A token id as the id of its sign-in."""
    return str(UUID(bytes_le=urlsafe_b64decode(token + "=="))) if len(token) == 22 else ""


def answer(landing: Path) -> list[tuple[str, int, int, int, int]]:
    """App, requests, requests with a sign-in, users, writes on users' data with no user."""
    requests = read(sorted(landing.glob("MicrosoftGraphActivityLogs/*/*.zst")), REQUEST).drop_duplicates("requestId")
    sign_ins = read(sorted(landing.glob("*[Ss]ign[Ii]nLogs/*/*.zst")), SIGN_IN)
    ids = sign_ins["id"].str.lower().where(sign_ins["id"] != "", sign_ins["uniqueTokenIdentifier"].map(guid))
    users = sign_ins.groupby(ids)["userId"].max().rename("person")
    tokens = pd.Series({token: guid(token) for token in requests["signInActivityId"].unique()}, dtype="str")
    joined = requests.assign(sign_in=requests["signInActivityId"].map(tokens)).join(users, on="sign_in")
    joined["matched"] = joined["person"].notna()
    joined["person"] = joined["person"].replace({"": None})
    is_write = joined["requestMethod"].isin(WRITES) & joined["requestUri"].str.contains("/users/[^/?]+/")
    joined["lonely"] = is_write & (joined["userId"] == "")
    totals = joined.groupby("appId").agg(
        requests=("requestId", "size"),
        matched=("matched", "sum"),
        users=("person", "nunique"),
        lonely=("lonely", "sum"),
    )
    return sorted((str(app), *map(int, counts)) for app, *counts in totals.itertuples())  # type: ignore[misc]
