"""A few requests whose token id the log lost: only the time of issue can find their token."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container
from dataclasses import replace
from random import Random

from pipelines.demo.clock import MINUTE
from pipelines.demo.events import Activity, SignIn

_SHARE = 0.003
_APART = 25 * MINUTE  # how far apart a principal's tokens of one application must be to be told apart by time


def lose_token_ids(activity: Activity, rng: Random, *, lost: Container[str], spared: Container[str]) -> None:
    """Blank the token id of some requests: those whose token has a row, and no other of its holder issued near it."""
    issued = _issued(activity)
    for number, request in enumerate(activity.requests):
        token = request.token
        if rng.random() >= _SHARE or request.id in spared or token.id in lost:
            continue
        if _is_alone(issued[_holder(token)], token.at):
            activity.requests[number] = replace(request, has_token_id=False)


def _issued(activity: Activity) -> dict[tuple[str, str], list[int]]:
    issued: dict[tuple[str, str], list[int]] = defaultdict(list)
    for token in activity.sign_ins:  # in order of time
        if token.error_code == 0:
            issued[_holder(token)].append(token.at)
    return issued


def _holder(token: SignIn) -> tuple[str, str]:
    return token.app.app_id, token.user.id if token.user else token.app.service_principal_id


def _is_alone(times: list[int], at: int) -> bool:
    return bisect_right(times, at + _APART) - bisect_left(times, at - _APART) == 1
