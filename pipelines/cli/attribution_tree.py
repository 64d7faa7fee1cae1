"""The tree of `whoseagent who`: from the root sign-in over each hop to the requests. All text in it is plain."""

from datetime import datetime
from typing import Any

from rich.text import Text
from rich.tree import Tree

from pipelines.cli.show import plain
from pipelines.outputs.chains import Chain, Row
from pipelines.outputs.who import Found


def when(time: datetime | None) -> str:
    """A UTC time to the second."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else "at an unknown time"


def trees(found: Found) -> list[Tree]:
    """A tree per token, oldest token first, then one for what has none."""
    drawn = [_chain_tree(found, chain) for chain in found.chains]
    keys = {chain.key for chain in found.chains}
    for row in found.requests:
        if _key(row) not in keys:
            tree = Tree(_label("no sign-in matched", _tenant(row)))
            _add_request(tree, row)
            drawn.append(tree)
    return drawn + [Tree(_sign_in_label(row)) for row in found.sign_ins if _key(row) not in keys]


def _key(row: Row) -> tuple[str, str | None]:
    return row["tenant_id"], row["token_id"]


def _chain_tree(found: Found, chain: Chain) -> Tree:
    requests = [row for row in found.requests if _key(row) == chain.key]
    tree = node = Tree(_root_label(chain))
    if "unresolved" in {row["chain_grade"] for row in requests or [chain.token]}:
        node = node.add(_label("a front end that the logs do not show: no token of another client fits"))
    if chain.alternatives:
        node = node.add(_label(f"one of {len(chain.alternatives)} front ends, none of them chosen"))
        for front_end in chain.alternatives:
            node.add(_label(f"perhaps {_front_end(front_end)}", _graded(front_end)))
    reached = ""
    for hop in chain.hops:
        node = node.add(_label(_front_end(hop), reached))
        reached = _graded(hop)
    holder = node.add(_label(*_holder(chain.token, requests), reached))
    for row in requests:
        _add_request(holder, row)
    if not requests:
        holder.add(_label("no request with this token has landed"))
    return tree


def _root_label(chain: Chain) -> Text:
    root, token = chain.root, chain.token
    if root is None:
        human = token["is_human_token"]
        missing = "no interactive sign-in of this session in the logs" if human else "no human on the token"
        return _label(missing, _tenant(token))
    factors = "more than one factor" if root["is_multi_factor"] else "no second factor logged"
    parts = [f"root sign-in {when(root['signed_in_at'])}", root.get("user_upn") or token["user_upn"]]
    parts += [f"from {root['ip_address']}" if root["ip_address"] else None]
    parts += [f"on {root['device']}" if root["device"] else "device not logged", factors]
    return _label(_joined(parts), f"sign-in {root['sign_in_id']} {_app(root, 'in ')}".rstrip(), _tenant(token))


def _holder(token: Row, requests: list[Row]) -> list[str]:
    shape = (requests[0] if requests else token)["identity_shape"].replace("_", " ")  # its use settles what it is
    credential = token["credential_key_id"] and f"credential {token['credential_key_id']}"
    blueprint = token["blueprint_app_id"] and f"blueprint {token['blueprint_app_id']}"
    detail = _joined([f"token {token['token_id']} issued {when(token['issued_at'])}", shape, credential, blueprint])
    return [_app(token), detail]


def _front_end(hop: Row) -> str:
    name = _named(hop["front_end_name"], hop["front_end_app_id"])
    return f"{name}, token {hop['parent_token_id']} issued {when(hop['parent_issued_at'])}"


def _graded(hop: Row) -> str:
    return f"hop {hop['grade']}: {', '.join(hop['reasons'])}"


def _add_request(node: Tree, row: Row) -> None:
    done = _joined([f"{row['method']} {row['uri']}", row["status_code"], row["outcome"]])
    kind = _joined([row["data_class"], row["effect"], f"from {row['ip_address']}" if row["ip_address"] else None])
    caller = [] if row["token_id"] else [_app(row, "by ")]
    node.add(_label(f"request {row['request_id']} at {when(row['request_at'])}", done, kind, *caller))


def _sign_in_label(row: Row) -> Text:
    result = "succeeded" if row["is_success"] else f"failed with {row['error_code']} and issued no token"
    if row["is_success"] is None:
        result = "result not logged"
    who = _joined([row["user_upn"] or row["user_id"], _app(row, "in "), row["ip_address"]])
    first = f"sign-in {row['sign_in_id']} at {when(row['signed_in_at'])} {result}"
    return _label(first, who, row["result_reason"], _tenant(row))


def _app(row: Row, before: str = "") -> str:
    name, app_id = row.get("app_name"), row.get("app_id")
    return f"{before}{_named(name, app_id)}" if name or app_id else ""


def _named(name: str | None, app_id: str | None) -> str:
    return f"{name or 'an app without name'} ({app_id or 'no app id'})"


def _tenant(row: Row) -> str:
    return f"tenant {row['tenant_id']}"


def _joined(parts: list[Any]) -> str:
    return ", ".join(str(part) for part in parts if part is not None and part != "")


def _label(*lines: str | None) -> Text:
    """The lines below each other, as they are: no markup, and nothing that steers a terminal."""
    return Text("\n".join(plain(line) for line in lines if line))
