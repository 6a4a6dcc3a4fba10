"""`mssante serve [P]`: the simulated space by hand, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.listing import console_of
from harness.errors import UsageError
from schemas.messages import message

if TYPE_CHECKING:
    from harness.cli.console import Console
    from harness.profile import VendorProfile
    from harness.serving import ServedSpace
    from simulators.network import Network
    from simulators.tenant import BalType

KINDS: tuple[BalType, ...] = ("PER", "ORG", "APP")
LOOK_S = 0.2
"""How often a stop is looked for while nothing crosses a wire."""
SHOWN_THEN_FORGOTTEN = 5_000
"""After as many events shown, the journal forgets them: it could not show more than it keeps."""


def command(  # noqa: PLR0917  the parameters are the options
    ctx: typer.Context,
    profile: Annotated[Path | None, typer.Argument(metavar="PROFIL", help="arg-serve-profile")] = None,
    mailboxes: Annotated[str, typer.Option("--mailboxes", metavar="TYPES", help="opt-serve-mailboxes")] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="opt-seed")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="opt-serve-json")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="opt-serve-quiet")] = False,
) -> None:
    """Serve the space."""
    from harness.profile import load_profile  # noqa: PLC0415  `--help` must not load the servers
    from harness.serving import ServedSpace  # noqa: PLC0415
    from simulators.journal import Journal  # noqa: PLC0415

    console = console_of(ctx)
    loaded = load_profile(profile) if profile else None
    kinds = _kinds(mailboxes, loaded)
    with TemporaryDirectory(prefix="mssante-serve-") as folder, stopping() as stop:
        journal = Journal(Path(folder))
        try:
            served = ServedSpace(journal, kinds, network=_network(loaded), seed=seed)
            try:
                opened = served.journal.events(served.tenant.id)
                if as_json:
                    console.say(json.dumps(served.to_json(), ensure_ascii=False))
                else:
                    _present(console, served)
                sys.stdout.flush()
                _watch(console, served, stop, opened[-1].seq if opened else 0, shown=not (as_json or quiet))
            finally:
                served.close()
        finally:
            journal.close()
    if not as_json:
        console.tell("serve-stopped")


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C, SIGTERM or Ctrl-Break sets; the handlers before are put back."""
    stop = threading.Event()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    for name in names:
        signal.signal(getattr(signal, name), lambda *_: stop.set())
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _kinds(asked: str, profile: VendorProfile | None) -> tuple[BalType, ...]:
    words = {word.strip().upper() for word in asked.split(",") if word.strip()}
    if not words and profile is not None:
        words = set(profile.claims.mailboxes)
    chosen = tuple(kind for kind in KINDS if not words or kind in words)
    if words - set(KINDS):
        wrong = sorted(words - set(KINDS))[0]
        raise UsageError(
            message("cli.init-wrong").filled(name="--mailboxes", value=wrong),
            fix=message("cli.init-wrong-fix").filled(choices=", ".join(KINDS)),
        )
    return chosen


def _network(profile: VendorProfile | None) -> Network | None:
    from simulators.network import Network  # noqa: PLC0415

    if profile is None:
        return None
    asked = profile.network
    return Network(address=asked.address, domain=asked.domain, **asked.ports())


def _watch(console: Console, served: ServedSpace, stop: threading.Event, seen: int, *, shown: bool) -> None:
    """Wait for the stop; show what crosses the wires after the event number `seen`."""
    tenant, count = served.tenant.id, 0
    while not stop.is_set():
        if not shown:
            stop.wait(LOOK_S)
            continue
        if served.journal.wait_for(tenant, LOOK_S, since=seen) is None:
            continue
        for event in served.journal.events(tenant, since=seen):
            seen, count = event.seq, count + 1
            console.say(f"{event.at[11:19]} {event.protocol:5} {event.source} > {event.target}  {event.text}")
        sys.stdout.flush()
        if count > SHOWN_THEN_FORGOTTEN:
            served.journal.forget(tenant)
            count = 0


def _present(console: Console, served: ServedSpace) -> None:
    """Write everything that a person needs to use the space."""
    told, tenant = served.configuration, served.tenant
    console.tell("serve-title", domain=tenant.domain)
    console.say()
    rows = [
        (name.upper(), f"{told[name]['address']}:{told[name]['port']}", f"{told[name]['host']} (STARTTLS)")
        for name in ("smtp", "imap")
    ]
    auto, dns = told["autoconfig"], told["dns"]
    rows.append(("AUTOCONFIG", f"{auto['address']}:{auto['port']}", auto["url"]))
    rows.append(("DNS", f"{dns['address']}:{dns['port']}", f"_submission._tcp.{tenant.domain} SRV"))
    directory = told["directory"]
    rows.append(("ANNUAIRE", directory["base_url"], f"ESANTE-API-KEY: {directory['api_key']}"))
    rows += [("EXTRACTION", directory[name], "ZIP") for name in ("extraction_url", "libre_acces_url")]
    console.table(rows, "  ")
    console.say()
    for bal in told["mailboxes"]:
        holder = f", PS_IdNat {bal['holder']['ps_idnat']}" if bal["holder"] else ""
        console.say(f"  BAL {bal['type']}  {bal['address']}  ({bal['label']}{holder})")
        if bal["certificate"]:
            named = [(console.text(f"serve-{name}"), bal[name]) for name in ("certificate", "key")]
            console.table(named, "           ")
    contacts = ", ".join(contact.address for contact in tenant.correspondents(3))
    console.say(f"  {console.text('serve-correspondents')}  {contacts}")
    console.say(f"  {console.text('serve-bounce')}  {tenant.bouncing_address}")
    console.say()
    if told["psc"]:
        console.say("  Pro Santé Connect")
        wanted = ("discovery", "client_id", "client_secret", "redirect_uri", "ps_idnat")
        console.table([(name, told["psc"][name]) for name in wanted], "    ")
        console.say()
    console.say(f"  {console.text('serve-files')}")
    files = [(name, path) for name, path in told["trust"].items() if name != "accepted_policy"]
    files += [(console.text(f"serve-token-{name}"), str(path)) for name, path in served.tokens.items()]
    console.table(files, "    ")
    console.say()
    for example in served.examples():
        console.say(f"  # {console.text(f'serve-example-{example.topic}')}")
        console.say(f"  {example.command}")
    console.say()
    console.tell("serve-until")
