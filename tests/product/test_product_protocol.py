"""The driver protocol: every answer is valid, whatever is asked and however the product is run."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from product_documents import patients
from product_world import MakeBench

from simulators.product import Product, variant_named
from simulators.product.server import serve

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas/json/driver-1.json").read_text(encoding="utf-8"))
ACTIONS = SCHEMA["$defs"]["request"]["properties"]["action"]["enum"]


def check(answer: dict[str, Any], action: str | None = None) -> None:
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/answer"}]}).validate(answer)
    json.dumps(answer)
    if action is not None and answer["status"] == "done":
        result = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{action}.result"}]}
        Draft202012Validator(result).validate(answer["result"])


def request(action: str, **params: Any) -> dict[str, Any]:
    return {"protocol": "driver/1", "id": "r1", "action": action, "params": params, "deadline_s": 5}


def test_every_action_answers_by_the_schema(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.imap.mails = [b"Message-ID: <q@b>\r\nFrom: x@b.fr\r\nSubject: Avis\r\n\r\nCorps\r\n"]
    message = {"from": bench.bal, "to": ["a@b.fr"], "subject": "x", "text": "y"}
    params: dict[str, dict[str, Any]] = {
        "configure": bench.params,
        "connect": {"mailbox": bench.bal},
        "send": message,
        "reply": {"mailbox": bench.bal, "message_id": "<q@b>", "text": "z"},
        "list": {"mailbox": bench.bal},
        "fetch": {"mailbox": bench.bal, "message_id": "<q@b>"},
        "advance": {"seconds": 1},
    }
    assert set(bench.do("describe")["result"]["actions"]) <= set(ACTIONS)
    for action in ["describe", "configure", "connect", "send", "reply", "list", "fetch", "status", "advance"]:
        answer = bench.do(action, **params.get(action, {}))
        assert answer["status"] == "done", answer
        check(answer, action)
    for action in ["files", "disconnect"]:
        check(bench.do(action), action)


def test_documents_answer_by_the_schema(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.configure(patients=patients(), professionals=[])
    usual: dict[str, Any] = {"from": bench.bal, "to": ["a@b.fr"], "patient": "qualified"}
    documents: list[Any] = [{"model": "CR-BIO", "format": "N1"}]
    for action in ["send_documents", "replace_documents", "delete_documents"]:
        answer = bench.do(action, **usual, documents=documents)
        assert answer["status"] == "done", answer
        check(answer, action)
        documents = [answer["result"]["documents"][0]["id"]]
    refused = bench.do("send_documents", **usual | {"patient": "nobody"}, documents=documents)
    check(refused)
    assert refused["status"] == "failed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        *("mailbox", "from", "to", "text", "subject", "message_id", "seconds", "trust", "psc", "smtp"),
        *("patient", "patients", "documents", "way", "reply_to"),
    ]
)
REQUESTS = JSON | st.fixed_dictionaries(
    {
        "protocol": st.just("driver/1"),
        "id": st.text(max_size=5) | JSON,
        "action": st.sampled_from(ACTIONS) | st.text(max_size=8),
        "params": st.dictionaries(NAMES, JSON, max_size=6) | JSON,
        "deadline_s": st.floats() | st.integers(),
    }
)


@pytest.fixture(scope="module")
def bare() -> Iterator[Product]:
    with Product() as product:
        yield product


@given(asked=REQUESTS)
def test_any_request_gets_a_valid_answer(bare: Product, asked: object) -> None:
    check(bare.handle(asked))


def test_any_greeting_gets_a_valid_answer(make_bench: MakeBench) -> None:
    bench = make_bench()

    @settings(max_examples=40, deadline=None)
    @given(junk=st.binary(max_size=300), protocol=st.sampled_from(["smtp", "imap"]))
    def greet(junk: bytes, protocol: str) -> None:
        operator = bench.smtp if protocol == "smtp" else bench.imap
        operator.script.raw_greeting = junk + b"\r\n"
        check(bench.do("connect", deadline_s=0.4, mailbox=bench.app, protocols=[protocol]))
        bench.do("disconnect")

    greet()


def test_http_serves_the_same_answers() -> None:
    with Product(variant_named("nil-absent").behaviour) as product, serve(product, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        with contextlib.ExitStack() as stack:
            stack.callback(thread.join, 5)
            stack.callback(server.shutdown)
            client = stack.enter_context(httpx.Client(base_url=base, trust_env=False))
            good = client.post("/", json=request("describe"))
            assert good.json() == {**product.handle(request("describe"))}
            check(client.post("/", content=b"\xff{").json())
            assert client.post("/other", json={}).status_code == 404


def test_one_request_on_standard_input(tmp_path: Path, make_bench: MakeBench) -> None:
    # Given settings left by one process
    bench = make_bench()
    state = tmp_path / "state.json"
    answer, code = _run(state, request("configure", **bench.params))
    assert (answer["status"], code) == ("done", 0)
    # When the next one sends a mail
    mail = {"from": bench.bal, "to": ["a@b.fr"], "subject": "x", "text": "y"}
    answer, code = _run(state, request("send", **mail))
    # Then it leaves, and nothing secret stays behind
    assert (answer["status"], code) == ("done", 0), answer
    assert len(bench.smtp.mails) == 1
    assert "Bearer" not in state.read_text(encoding="utf-8") and "eyJ" not in state.read_text(
        encoding="utf-8"
    )
    # And a failure is told by the exit code
    assert _run(state, request("list", mailbox="autre@x.fr"))[1] == 1


def _run(state: Path, asked: dict[str, Any]) -> tuple[dict[str, Any], int]:
    done = subprocess.run(
        [sys.executable, "-m", "simulators.product", "--once", "--state", str(state)],
        input=json.dumps(asked).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    answer = json.loads(done.stdout)
    check(answer)
    return answer, done.returncode
