"""The tree of `whoseagent who`: from the root sign-in over each hop to the requests. All text in it is plain."""

from rich.text import Text
from rich.tree import Tree

from pipelines.cli.show import plain
from pipelines.outputs.chain_words import (
    UNSEEN_FRONT_END,
    app,
    front_end,
    graded,
    holder_words,
    joined,
    root_words,
    tenant,
    when,
    without_requests,
)
from pipelines.outputs.chains import Chain, Row
from pipelines.outputs.who import Found


def trees(found: Found) -> list[Tree]:
    """A tree per token, oldest token first, then one for what has none."""
    drawn = [_chain_tree(found, chain) for chain in found.chains]
    keys = {chain.key for chain in found.chains}
    for row in found.requests:
        if _key(row) not in keys:
            tree = Tree(_label("no sign-in matched", tenant(row)))
            _add_request(tree, row)
            drawn.append(tree)
    return drawn + [Tree(_sign_in_label(row)) for row in found.sign_ins if _key(row) not in keys]


def _key(row: Row) -> tuple[str, str | None]:
    return row["tenant_id"], row["token_id"]


def _chain_tree(found: Found, chain: Chain) -> Tree:
    requests = [row for row in found.requests if _key(row) == chain.key]
    tree = node = Tree(_label(*root_words(chain), tenant(chain.token)))
    if "unresolved" in {row["chain_grade"] for row in requests or [chain.token]}:
        node = node.add(_label(UNSEEN_FRONT_END))
    if chain.alternatives:
        node = node.add(_label(f"one of {len(chain.alternatives)} front ends, none of them chosen"))
        for hop in chain.alternatives:
            node.add(_label(f"perhaps {front_end(hop)}", graded(hop)))
    reached = ""
    for hop in chain.hops:
        node = node.add(_label(front_end(hop), reached))
        reached = graded(hop)
    holder = node.add(_label(*holder_words(chain.token, requests), reached))
    for row in requests:
        _add_request(holder, row)
    if not requests:
        holder.add(_label(without_requests(is_all=found.has_all_requests)))
    return tree


def _add_request(node: Tree, row: Row) -> None:
    done = joined([f"{row['method']} {row['uri']}", row["status_code"], row["outcome"]])
    kind = joined([row["data_class"], row["effect"], f"from {row['ip_address']}" if row["ip_address"] else None])
    caller = [] if row["token_id"] else [app(row, "by ")]
    node.add(_label(f"request {row['request_id']} at {when(row['request_at'])}", done, kind, *caller))


def _sign_in_label(row: Row) -> Text:
    result = "succeeded" if row["is_success"] else f"failed with {row['error_code']} and issued no token"
    if row["is_success"] is None:
        result = "result not logged"
    who = joined([row["user_upn"] or row["user_id"], app(row, "in "), row["ip_address"]])
    first = f"sign-in {row['sign_in_id']} at {when(row['signed_in_at'])} {result}"
    return _label(first, who, row["result_reason"], tenant(row))


def _label(*lines: str | None) -> Text:
    """The lines below each other, as they are: no markup, and nothing that steers a terminal."""
    return Text("\n".join(plain(line) for line in lines if line))
