"""What a query may not use in correlation/, marts/ and findings/, whose files also have to run on Spark SQL.

What sqlglot translates is allowed (`list_transform`, `qualify`, `arg_max`); what it hands over unchanged or wrongly
is not, with one exception: the macros that stand outside staging, which another engine replaces by functions of its
own. Staging reads raw JSON, which every engine does in its own way: there nothing of this holds.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp

from pipelines.warehouse.macros import shared_macros

PORTABLE_LAYERS = frozenset({"correlation", "marts", "findings"})


def unportable(tree: exp.Query) -> list[str]:
    """The names of the banned constructs in a query, sorted; empty when there is none."""
    found = {name for name, bans in _BANNED.items() for node in tree.walk() if bans(node)}
    if any(column.is_star for select in _final_selects(tree) for column in select.selects):
        found.add("final select *")
    return sorted(found)


def _final_selects(tree: exp.Query) -> list[exp.Query]:
    """The SELECT itself, or those that a UNION puts together."""
    if isinstance(tree, exp.SetOperation):
        return [*_final_selects(tree.left), *_final_selects(tree.right)]
    return [tree]


def _is_order_by_all(node: exp.Expr) -> bool:
    return isinstance(node, exp.Ordered) and isinstance(node.this, exp.Var) and node.this.name.upper() == "ALL"


def _is_order_by_position(node: exp.Expr) -> bool:
    return isinstance(node, exp.Ordered) and isinstance(node.this, exp.Literal)


def _is_group_by_position(node: exp.Expr) -> bool:
    return isinstance(node, exp.Group) and any(isinstance(each, exp.Literal) for each in node.expressions)


def _is_json(node: exp.Expr) -> bool:
    if isinstance(node, exp.DataType):
        return node.is_type("json")
    name = node.name if isinstance(node, exp.Anonymous) else type(node).__name__
    return isinstance(node, exp.Func) and "json" in name.lower()


def _is_untranslated(node: exp.Expr) -> bool:
    is_unknown = isinstance(node, exp.Anonymous) and node.name.lower() not in shared_macros()
    return is_unknown and not _is_json(node) and not _is_read(node)


def _is_read(node: exp.Expr) -> bool:
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        return True
    is_file_name = isinstance(node, exp.Table) and "." in node.name
    return is_file_name or (isinstance(node, exp.Anonymous) and node.name.lower().startswith(("read_", "glob")))


_BANNED: Mapping[str, Callable[[exp.Expr], bool]] = {
    "asof or positional join": lambda node: isinstance(node, exp.Join) and bool(node.method),
    "group by all": lambda node: isinstance(node, exp.Group) and bool(node.args.get("all")),
    "group by position": _is_group_by_position,
    "order by all": _is_order_by_all,
    "order by position": _is_order_by_position,
    "union by name": lambda node: isinstance(node, exp.SetOperation) and bool(node.args.get("by_name")),
    "json": _is_json,
    "reading files": _is_read,
    "epoch in parts of a second": lambda node: isinstance(node, exp.UnixToTime) and bool(node.args.get("scale")),
    "columns()": lambda node: isinstance(node, exp.Columns),
    "pivot": lambda node: isinstance(node, exp.Pivot),
    "function that sqlglot does not know": _is_untranslated,
}
