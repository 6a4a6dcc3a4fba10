"""The space as a whole: it starts and stops clean, tenants know nothing of each other, a seed repeats it."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time

import pytest
from space_world import ask, descriptors, free_ports, greeting, opened, refused, send, settled

from simulators.loop import LoopThread
from simulators.network import Network
from simulators.product import Product
from simulators.tenant import PscSpec, TenantSpec

TIMES = 20


def ports_of(space, tenant):
    return [
        tenant.smtp.port,
        tenant.imap.port,
        space.dns.port,
        int(space.psc.issuer("x").split(":")[2].split("/")[0]),
    ]


# --- starting and stopping -------------------------------------------------------------------------


def test_a_space_starts_and_stops_clean_many_times(tmp_path):
    # Given the state after a first one (keys are made once a process, modules loaded)
    def once(number):
        with opened(tmp_path / str(number)) as space:
            tenant = space.open_tenant("essai", TenantSpec(autoconfig=True, mailboxes=("PER", "APP")))
            assert greeting(tenant.smtp.port).startswith(b"220 ")
            folder, ports = space.folder, ports_of(space, tenant)
        return folder, ports

    once(0)
    gc.collect()
    threads, held = set(threading.enumerate()), descriptors()
    # When
    left = [once(number) for number in range(1, TIMES)]
    # Then nothing listens, no file, thread or descriptor is left
    gc.collect()
    assert all(refused(port) for _, ports in left for port in ports)
    assert not any(folder.exists() for folder, _ in left)
    assert set(threading.enumerate()) <= threads
    assert descriptors() == held


def test_closing_twice_and_closing_what_never_started_is_harmless(tmp_path):
    from simulators.journal import Journal
    from simulators.space import Space

    journal = Journal(tmp_path)
    never = Space(journal)
    never.close()
    with opened(tmp_path / "b") as space:
        tenant = space.open_tenant("essai")
        space.close_tenant(tenant)
        space.close_tenant(tenant)
    space.close()
    journal.close()


@pytest.mark.parametrize("key", ["psc_port", "dns_port", "pki_port"])
def test_a_start_on_a_taken_port_leaves_nothing_behind(tmp_path, key):
    (free,) = free_ports(1)
    before = set(threading.enumerate())
    kind = socket.SOCK_DGRAM if key == "dns_port" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        taken = {"pki_port": free, "psc_port": 0, "dns_port": 0, key: other.getsockname()[1]}
        with pytest.raises(OSError), opened(tmp_path, network=Network(**taken)):
            pass
    assert refused(free)
    gc.collect()
    assert set(threading.enumerate()) <= before


def test_a_tenant_on_a_taken_port_leaves_nothing_behind(tmp_path):
    (smtp,) = free_ports(1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        network = Network(smtp_port=smtp, imap_port=other.getsockname()[1])
        with opened(tmp_path, network=network) as space:
            with pytest.raises(OSError):
                space.open_tenant("essai")
            assert refused(smtp)
            other.close()
            tenant = space.open_tenant("encore")
            assert greeting(tenant.imap.port).startswith(b"* OK")


def test_calling_the_loop_from_itself_is_refused_not_deadlocked():
    loop = LoopThread()

    async def nested():
        return 1

    async def calls_itself():
        return loop.run(nested())

    with pytest.raises(RuntimeError, match="await"):
        loop.run(calls_itself())
    loop.close()
    loop.close()


# --- fixed ports -----------------------------------------------------------------------------------


def test_fixed_ports_and_domain_serve_one_tenant_after_another(tmp_path):
    smtp, imap, psc, pki, dns, autoconfig = free_ports(6)
    network = Network(domain="etablissement.mssante.fr", smtp_port=smtp, imap_port=imap, psc_port=psc,
                      pki_port=pki, dns_port=dns, autoconfig_port=autoconfig)  # fmt: skip
    assert network.fixed
    with opened(tmp_path, network=network) as space, Product() as product:
        for number in range(3):
            tenant = space.open_tenant(f"cas {number}", TenantSpec(autoconfig=True))
            assert (tenant.smtp.port, tenant.imap.port, space.dns.port) == (smtp, imap, dns)
            assert tenant.domain == "etablissement.mssante.fr"
            assert f":{psc}/" in tenant.configuration("1")["psc"]["discovery"]
            assert tenant.configuration("1")["autoconfig"]["port"] == autoconfig
            assert send(settled(product, tenant), tenant)["status"] == "done"
            space.close_tenant(tenant)
            assert refused(smtp)
            assert refused(imap)


def test_free_ports_are_not_fixed():
    assert not Network().fixed


# --- tenants ---------------------------------------------------------------------------------------


def test_tenants_share_nothing(space):
    # Given two tenants with a product each
    one, two = space.open_tenant("cas un"), space.open_tenant("cas deux")
    with Product() as first, Product() as second:
        settled(first, one)
        settled(second, two)
        # When the first sends, and is written to
        assert send(first, one)["status"] == "done"
        one.correspond(one.mailboxes[0].address)
        # Then the second sees nothing of it
        assert len(ask(first, "list", mailbox=one.mailboxes[0].address)["result"]["messages"]) == 1
        assert ask(second, "list", mailbox=two.mailboxes[0].address)["result"]["messages"] == []
        assert space.journal.events(one.id, protocol="mail")
        assert not space.journal.events(two.id, protocol="mail")
        assert {event.test for event in space.journal.events(one.id)} == {"cas un"}
        # And the account of one is unknown to the other
        assert one.domain != two.domain
        assert ask(second, "list", mailbox=one.mailboxes[0].address)["status"] != "done"
    space.close_tenant(one)
    # And what is left of the space goes on
    assert greeting(two.imap.port).startswith(b"* OK")
    space.close_tenant(two)


def test_time_passes_for_one_tenant_alone(space):
    spec = TenantSpec(psc=PscSpec(access_s=60, refresh_s=120))
    one, two = space.open_tenant("a", spec), space.open_tenant("b", spec)
    with Product() as first, Product() as second:
        for product, tenant in ((first, one), (second, two)):
            assert send(settled(product, tenant), tenant)["status"] == "done"
        before = two.clock.now()
        one.clock.advance(3600)
        assert (two.clock.now() - before).total_seconds() < 60
        assert (one.clock.now() - two.clock.now()).total_seconds() > 3500
        # The operator of the first finds the token expired (its product's clock stood still), not the other.
        ask(first, "disconnect")
        ask(second, "disconnect")
        send(first, one)
        assert send(second, two)["status"] == "done"
        reasons = {
            name: [event.data.get("reason") for event in space.journal.events(tenant.id, name="auth")]
            for name, tenant in (("one", one), ("two", two))
        }
        assert "token-expired" in reasons["one"]
        assert "token-expired" not in reasons["two"]
    space.close_tenant(one)
    space.close_tenant(two)


def test_ending_the_sign_in_of_one_tenant_spares_the_other(space):
    one, two = space.open_tenant("a"), space.open_tenant("b")
    with Product() as first, Product() as second:
        settled(first, one)
        settled(second, two)
        assert (
            ask(second, "connect", mailbox=two.mailboxes[0].address, protocols=["imap"])["status"] == "done"
        )
        one.end_psc_session()
        second_again = ask(second, "advance", seconds=100)
        assert second_again["status"] == "done"
        two.clock.advance(100)
        assert send(second, two)["status"] == "done"
    space.close_tenant(one)
    space.close_tenant(two)


def test_a_tenant_has_as_many_correspondents_as_it_says(space):
    tenant = space.open_tenant("a")
    assert len({contact.address for contact in tenant.correspondents(3)}) == 3
    with pytest.raises(ValueError, match="correspondents"):
        tenant.correspondents(99)
    space.close_tenant(tenant)


# --- the seed --------------------------------------------------------------------------------------


def people(folder, seed, *tests):
    with opened(folder, seed=seed) as space:
        found = {}
        for test in tests:
            tenant = space.open_tenant(test, TenantSpec(mailboxes=("PER", "ORG", "APP")))
            holder = tenant.professional
            found[test] = (
                holder.ps_idnat, holder.family, holder.given, holder.structure.name,
                [bal.label for bal in tenant.mailboxes], [c.name for c in tenant.correspondents(3)],
                tenant.correspond(tenant.mailboxes[0].address).partition(b"\r\n\r\n")[2],
            )  # fmt: skip
            space.close_tenant(tenant)
        return found


def test_the_seed_repeats_people_and_letters_whatever_was_played_before(tmp_path):
    whole = people(tmp_path / "1", 5, "cas/1", "cas/2", "cas/3")
    alone = people(tmp_path / "2", 5, "cas/3")
    other = people(tmp_path / "3", 6, "cas/3")
    assert whole["cas/3"] == alone["cas/3"]
    assert whole["cas/1"] != whole["cas/2"]
    assert alone["cas/3"] != other["cas/3"]


# --- pressure --------------------------------------------------------------------------------------


def test_thousands_of_short_connections_are_borne(space):
    """Port scanners and products in a loop: time, memory and descriptors stay bounded."""
    tenant = space.open_tenant("pression")
    held = descriptors()
    began = time.monotonic()
    for number in range(2000):
        port = tenant.smtp.port if number % 2 else tenant.imap.port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connected:
            if number % 4 == 0:
                connected.sendall(b"EHLO x\r\nQUIT\r\n")
    assert greeting(tenant.smtp.port).startswith(b"220 ")
    assert time.monotonic() - began < 60
    space.settle()
    space.close_tenant(tenant)
    if held is not None:
        assert descriptors() <= held
    assert not space.journal.events(tenant.id)


def test_a_tenant_closes_while_its_product_still_knocks(space):
    # Given clients that connect, speak and hang on without end
    tenant = space.open_tenant("insistant")
    stop, seen = threading.Event(), threading.Semaphore(0)
    held = []

    def knock():
        while not stop.is_set():
            try:
                connected = socket.create_connection(("127.0.0.1", tenant.smtp.port), timeout=5)
            except OSError:
                seen.release()
                if stop.wait(0.01):
                    return
                continue
            connected.settimeout(5)
            held.append(connected)
            try:
                connected.recv(100)
                connected.sendall(b"EHLO x\r\nSTARTTLS\r\n")
            except OSError:
                pass
            seen.release()

    clients = [threading.Thread(target=knock) for _ in range(4)]
    for client in clients:
        client.start()
    for _ in range(40):
        assert seen.acquire(timeout=20)
    # When the tenant closes
    began = time.monotonic()
    space.close_tenant(tenant)
    # Then it does not wait for them, and every connection is ended
    assert time.monotonic() - began < 10
    assert refused(tenant.smtp.port)
    stop.set()
    for client in clients:
        client.join(20)
        assert not client.is_alive()
    for connected in held:
        try:
            while connected.recv(1000):
                pass
        except OSError:
            pass
        connected.close()
    # And the space is as good as before
    again = space.open_tenant("encore")
    assert greeting(again.smtp.port).startswith(b"220 ")
    space.close_tenant(again)


def test_a_product_survives_the_end_of_its_tenant(space):
    tenant = space.open_tenant("parti")
    with Product() as product:
        settled(product, tenant)
        assert (
            ask(product, "connect", mailbox=tenant.mailboxes[0].address, protocols=["smtp", "imap"])["status"]
            == "done"
        )
        space.close_tenant(tenant)
        assert send(product, tenant)["status"] in {"failed", "refused"}
        other = space.open_tenant("suivant")
        assert send(settled(product, other), other)["status"] == "done"
        space.close_tenant(other)


def test_what_a_tenant_recorded_stays_on_disk(space):
    tenant = space.open_tenant("trace")
    greeting(tenant.smtp.port)
    space.settle()
    space.close_tenant(tenant)
    written = [json.loads(line) for line in space.journal.path.read_text("utf-8").splitlines()]
    assert [event for event in written if event["tenant"] == tenant.id and event["test"] == "trace"]
