"""A Polars script: lazy scans of the files with the few fields that are asked for, one streaming query."""

from pathlib import Path

import polars as pl

REQUEST = ["requestId", "appId", "userId", "requestMethod", "requestUri", "signInActivityId"]
SIGN_IN = ["id", "userId", "uniqueTokenIdentifier"]
WRITES = ["POST", "PUT", "PATCH", "DELETE"]


def read(landing: Path, logs: str, names: list[str]) -> pl.LazyFrame:
    """The named fields of all records, wherever the shape of the log has them."""
    shapes: dict[str, tuple[dict[str, pl.DataType | type[pl.DataType]], pl.Expr]] = {
        "diagnostic": (
            {"properties": pl.Struct(dict.fromkeys(names, pl.String))},
            pl.col("properties").struct.unnest(),
        ),
        "graph": (dict.fromkeys(names, pl.String), pl.all()),
        "log_analytics": ({name[0].upper() + name[1:]: pl.String for name in names}, pl.all().name.map(lower_first)),
    }
    scans = [
        pl.scan_ndjson(files, schema=schema).select(columns)
        for shape, (schema, columns) in shapes.items()
        if (files := sorted(landing.glob(f"{logs}/{shape}/*.zst")))
    ]
    return pl.concat(scans)


def lower_first(name: str) -> str:
    """`AppId` as `appId`."""
    return name[0].lower() + name[1:]


def sign_in_id(token: pl.Expr) -> pl.Expr:
    """A token id as the id of its sign-in: 16 bytes in base64, of which the first three groups stand backwards."""
    text = token.str.replace_all("-", "+", literal=True).str.replace_all("_", "/", literal=True) + "=="
    digits = text.str.decode("base64", strict=False).bin.encode("hex")
    groups = [(6, 4, 2, 0), (10, 8), (14, 12), (16, 18), (20, 22, 24, 26, 28, 30)]
    return pl.concat_str([pl.concat_str([digits.str.slice(at, 2) for at in at_]) for at_ in groups], separator="-")


def answer(landing: Path) -> list[tuple[str, int, int, int, int]]:
    """App, requests, requests with a sign-in, users, writes on users' data with no user."""
    requests = read(landing, "MicrosoftGraphActivityLogs", REQUEST).unique("requestId")
    own_id = pl.coalesce(pl.col("id").str.to_lowercase(), sign_in_id(pl.col("uniqueTokenIdentifier")))
    sign_ins = read(landing, "*[Ss]ign[Ii]nLogs", SIGN_IN).group_by(own_id.alias("id"))
    people = sign_ins.agg(pl.max("userId").alias("person"), pl.lit(value=True).alias("matched"))
    joined = requests.with_columns(id=sign_in_id(pl.col("signInActivityId"))).join(people, on="id", how="left")
    is_write = pl.col("requestMethod").is_in(WRITES) & pl.col("requestUri").str.contains("/users/[^/?]+/")
    totals = joined.group_by("appId").agg(
        pl.len(),
        pl.col("matched").sum(),
        pl.col("person").replace("", None).drop_nulls().n_unique(),
        (is_write & (pl.col("userId").fill_null("") == "")).sum(),
    )
    return sorted(totals.collect(engine="streaming").rows())
