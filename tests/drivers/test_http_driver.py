"""The http driver against endpoints that behave and endpoints that do not."""

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from harness.drivers import DriverFault, HttpDriver
from harness.findings import FaultClass

CONNECT = {"mailbox": "a@b.fr"}
DESCRIPTION = {"actions": ["configure", "connect", "send"], "product": "P", "version": "2"}
Script = Callable[[dict, socket.socket], None]


def http(body: bytes, status: str = "200 OK", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def read_request(connection: socket.socket) -> dict:
    received = b""
    length = None
    while length is None or len(received) < length:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError
        received += chunk
        head, end, _ = received.partition(b"\r\n\r\n")
        if end:
            declared = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            length = len(head) + len(end) + int(declared[1])
    return json.loads(received[received.index(b"\r\n\r\n") :])


def reply(request: dict, **more: object) -> bytes:
    return http(json.dumps({"id": request["id"], "status": "done", **more}).encode())


@pytest.fixture
def endpoint() -> Iterator[Callable[[Script], str]]:
    """Serve an endpoint that describes itself well, then lets the script write what it likes."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()
    script: list[Script] = []

    def serve() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    handle(connection)
                except OSError:
                    continue

    def handle(connection: socket.socket) -> None:
        request = read_request(connection)
        if request["action"] == "describe":
            connection.sendall(reply(request, result=DESCRIPTION))
        else:
            script[0](request, connection)

    thread = threading.Thread(target=serve)
    thread.start()

    def start(given: Script) -> str:
        script.append(given)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    stopped.set()
    with socket.socket() as waker:
        waker.settimeout(1)
        waker.connect_ex(listener.getsockname())
    listener.close()
    thread.join(10)


@pytest.fixture
def driver_to(journal) -> Iterator[Callable[..., HttpDriver]]:
    opened: list[HttpDriver] = []

    def make(url: str, **more: object) -> HttpDriver:
        opened.append(HttpDriver(journal, url, **{"timeout_s": 10, **more}))
        return opened[-1]

    yield make
    for driver in opened:
        driver.close()


def test_describe_then_call(endpoint, driver_to, journal, monkeypatch):
    # Given an endpoint that follows the protocol, and a proxy in the environment that must not be used
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = endpoint(lambda request, peer: peer.sendall(reply(request, result={"seen": request["params"]})))
    driver = driver_to(url)

    # When it is asked
    capabilities = driver.describe()
    answer = driver.call("connect", CONNECT, 5, tenant="t1")

    # Then it answers
    assert (capabilities.product, capabilities.means) == ("P", "product")
    assert answer.result == {"seen": CONNECT}
    assert [event.source for event in journal.events("t1")] == ["bench", "product"]


def test_no_endpoint_is_a_configuration_fault(driver_to):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DriverFault) as caught:
        driver_to(f"http://127.0.0.1:{port}/").describe()
    assert (caught.value.rule, caught.value.fault) == ("DRV-001", FaultClass.CONFIGURATION)
    assert "doctor" in caught.value.text("en")


def _drip(request: dict, peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        peer.sendall(b"X")
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        (lambda request, peer: peer.recv(1), "DRV-002"),
        (_drip, "DRV-002"),
        (lambda request, peer: None, "DRV-003"),
        (lambda request, peer: peer.sendall(b"\x00\x01garbage\r\n\r\n"), "DRV-003"),
        (lambda request, peer: peer.sendall(http(b"{}")[:-1]), "DRV-003"),
        (lambda request, peer: peer.sendall(http(b"\xff")), "DRV-005"),
        (lambda request, peer: peer.sendall(http(b"<html>")), "DRV-006"),
        (lambda request, peer: peer.sendall(http(b"{}", extra="Content-Encoding: gzip\r\n")), "DRV-007"),
        (lambda request, peer: peer.sendall(reply({"id": "z"})), "DRV-008"),
        (lambda request, peer: peer.sendall(http(b"no", "500 Oops")), "DRV-010"),
        (lambda request, peer: peer.sendall(http(b"", "302 Found", "Location: /\r\n")), "DRV-010"),
    ],
)
def test_wrong_endpoints(endpoint, driver_to, script, rule):
    # Given an endpoint that describes itself, then does something wrong
    driver = driver_to(endpoint(script))
    driver.describe()

    # When it is asked to connect, with a short deadline
    began = time.monotonic()
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 0.3)

    # Then the fault is named in bounded time
    assert caught.value.rule == rule
    assert time.monotonic() - began < 4


def test_an_endless_body_is_cut(endpoint, driver_to, monkeypatch):
    monkeypatch.setattr("harness.drivers.http.MAX_ANSWER_BYTES", 200_000)

    def endless(request: dict, peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    driver = driver_to(endpoint(endless))
    driver.describe()
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 5)
    assert caught.value.rule == "DRV-009"


PRODUCT = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = {"actions": ["connect"]} if request["action"] == "describe" else {}
        body = json.dumps({"id": request["id"], "status": "done", "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
print("ready", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_the_bench_starts_and_ends_the_product(driver_to, journal, tmp_path):
    # Given a product that the bench must start, on a port chosen now
    script = tmp_path / "product.py"
    script.write_text(PRODUCT, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    driver = driver_to(f"http://127.0.0.1:{port}/", command=[sys.executable, str(script), str(port)])

    # When it is used, then closed
    driver.describe()
    assert driver.call("connect", CONNECT, 5).status == "done"
    driver.close()

    # Then nothing listens any more, and what the program said is kept
    with socket.socket() as peer:
        assert peer.connect_ex(("127.0.0.1", port)) != 0
    (output,) = journal.events("", name="output")
    assert b"ready" in journal.evidence.read(output.evidence)


def test_a_product_that_stops_at_once(driver_to, tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('licence absente')"]
    with pytest.raises(DriverFault) as caught:
        driver_to("http://127.0.0.1:1/", command=command).describe()
    assert caught.value.rule == "DRV-004"
    assert "licence absente" in caught.value.found


def test_another_program_on_the_port_is_not_taken_for_the_product(driver_to):
    # Given a port that somebody else listens on
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}/"

        # When the bench is to start the product there
        with pytest.raises(DriverFault) as caught:
            driver_to(url, command=[sys.executable, "-c", "pass"]).describe()

    # Then nothing is started and nobody is judged
    assert caught.value.rule == "DRV-004"
    assert "EADDRINUSE" in caught.value.found


def test_a_product_that_stops_between_two_actions(driver_to, tmp_path):
    # Given a product that the bench started and that answers once
    script = tmp_path / "product.py"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    serve, _, _ = PRODUCT.rpartition("HTTPServer(")
    twice = "for _ in 'wd': server.handle_request()  # the wait for its port, then describe\n"
    script.write_text(
        f'{serve}server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)\n{twice}', encoding="utf-8"
    )
    driver = driver_to(f"http://127.0.0.1:{port}/", command=[sys.executable, str(script), str(port)])
    driver.describe()

    # When it is asked again, then it is the product that died
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 5)
    assert (caught.value.rule, caught.value.fault) == ("DRV-003", FaultClass.PRODUCT)
