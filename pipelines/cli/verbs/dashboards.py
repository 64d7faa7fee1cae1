"""The verb for the web dashboard: `dashboard`."""

# ruff: noqa: PLC0415 - what a verb does is imported when it runs

from typing import Annotated, cast

import typer

from pipelines.cli.call import Call, settings_of
from pipelines.cli.failure import WRONG_USE, Failure

verbs = typer.Typer()


@verbs.command(epilog="Example: whoseagent --data /srv/whoseagent dashboard --port 8600")
def dashboard(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address to listen on, one of this machine's own.")
    ] = ("127.0.0.1"),
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Serve the web dashboard until Ctrl-C.

    It reads what `whoseagent run` has published; a newer publication shows without a restart.
    """
    from pipelines.cli.show import plain, say
    from pipelines.dashboard.server import ServeError, address, check, serve

    settings = settings_of(context)
    try:
        check(host, port, settings)
    except ServeError as error:
        raise Failure(plain(str(error)), WRONG_USE) from error
    say(f"the dashboard is at {address(host, port)} (Ctrl-C ends it)")
    serve(host, port, settings, cast(Call, context.obj).config, opens_browser=not no_browser)
