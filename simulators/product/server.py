"""Running the product by itself: over HTTP on loopback, or one request at a time."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from simulators.product.behaviour import REFERENCE
from simulators.product.product import Product
from simulators.product.variants import VARIANTS, variant_named

MAX_REQUEST = 20_000_000
READ_WAIT_S = 30


def serve(product: Product, port: int) -> ThreadingHTTPServer:
    """Return a server bound to 127.0.0.1 (`port` 0: a free one) that answers POST / with the product."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = READ_WAIT_S
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer one request of the driver protocol."""
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or len(length) > 12 or int(length) > MAX_REQUEST:
                self.close_connection = True
                self._reply(413 if length.isdecimal() else 411, {"status": "failed", "id": ""})
                return
            body = self.rfile.read(int(length))
            if self.path.split("?")[0] != "/":
                self._reply(404, {"status": "failed", "id": "", "detail": "POST / seulement."})
                return
            self._reply(200, product.handle(read_json(body)))

        def _reply(self, code: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer, ensure_ascii=True).encode("ascii")
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent: requests hold addresses."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def read_json(body: bytes) -> object:
    """Return the JSON value of a request, or None when it is not JSON (the product then says so)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


@dataclass(slots=True)
class State:
    """What one process leaves to the next in `--once` mode: the settings and the time, never a token."""

    path: Path | None
    configure: dict[str, Any] | None = None
    advanced_s: float = 0.0

    def restore(self, product: Product) -> None:
        """Give a new product the settings and the time of the process before."""
        if self.path is None or not self.path.exists():
            return
        stored = read_json(self.path.read_bytes())
        if not isinstance(stored, dict):
            return
        self.advanced_s = float(stored.get("advanced_s") or 0.0)
        product.handle(_request("advance", {"seconds": self.advanced_s}))
        if isinstance(stored.get("configure"), dict):
            self.configure = stored["configure"]
            product.handle(_request("configure", self.configure or {}))

    def keep(self, request: object, answer: dict[str, Any]) -> None:
        """Remember what this request changed."""
        if self.path is None or not isinstance(request, dict) or answer.get("status") != "done":
            return
        if request.get("action") == "configure":
            self.configure = request["params"]
        elif request.get("action") == "advance":
            self.advanced_s += float(request["params"]["seconds"])
        else:
            return
        text = json.dumps({"configure": self.configure, "advanced_s": self.advanced_s})
        self.path.write_text(text, encoding="utf-8")


def _request(action: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"protocol": "driver/1", "id": "", "action": action, "params": params, "deadline_s": 10}


def run_once(product: Product, state: State) -> int:
    """Answer the request on standard input on standard output; return 0 only when the use case succeeded."""
    request = read_json(sys.stdin.buffer.read(MAX_REQUEST + 1))
    state.restore(product)
    answer = product.handle(request)
    product.handle(_request("disconnect", {"psc_logout": False}))
    state.keep(request, answer)
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode("ascii") + b"\n")
    sys.stdout.buffer.flush()
    return 0 if answer["status"] == "done" else 1


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulators.product", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port HTTP sur 127.0.0.1 (0 : libre)")
    parser.add_argument("--variant", help="variante à jouer au lieu du produit de référence")
    parser.add_argument("--list-variants", action="store_true", help="nommer les variantes")
    parser.add_argument("--once", action="store_true", help="une demande sur l'entrée standard")
    parser.add_argument("--state", type=Path, help="fichier gardé entre deux --once")
    parser.add_argument("--data-dir", type=Path, help="dossier de travail du produit")
    asked = parser.parse_args(arguments)
    if asked.list_variants:
        for variant in VARIANTS.values():
            print(f"{variant.name:36} {' '.join(variant.breaks + variant.warns):32} {variant.title.fr}")
        return 0
    try:
        behaviour = variant_named(asked.variant).behaviour if asked.variant else REFERENCE
    except KeyError as error:
        parser.error(str(error.args[0]))
    with Product(behaviour, data_dir=asked.data_dir) as product:
        if asked.once:
            return run_once(product, State(asked.state))
        with serve(product, asked.port) as server:
            print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:
                return 0
    return 0
