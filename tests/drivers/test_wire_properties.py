"""Whatever a product answers, there is an answer or a named fault, never another exception."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.drivers import ACTIONS, DriverFault
from harness.drivers.record import masked
from harness.drivers.wire import decode_answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def understood(raw: bytes, action: str) -> None:
    try:
        answer = decode_answer(raw, "main-1", action)
    except DriverFault as fault:
        assert fault.rule.startswith("DRV-")
        assert fault.text("fr") != fault.text("en")
        return
    json.dumps(masked(answer.result), ensure_ascii=False).encode("utf-8")


@given(st.binary(max_size=300), st.sampled_from(ACTIONS))
@example(b"[" * 200_000, "send")
@example(b'{"id":"main-1","status":"done","detail":"\\udc80"}', "send")
@example(b"\xef\xbb\xbf{}", "send")
@settings(max_examples=150, deadline=None)
def test_any_octets(raw, action):
    understood(raw, action)


@given(JSON, st.sampled_from(ACTIONS))
@settings(max_examples=100, deadline=None)
def test_any_json(value, action):
    understood(json.dumps(value).encode(), action)


@given(
    st.dictionaries(st.sampled_from(["messages", "actions", "paths", "smtp", "x"]), JSON),
    st.sampled_from(ACTIONS),
)
@settings(max_examples=100, deadline=None)
def test_any_result(result, action):
    understood(json.dumps({"id": "main-1", "status": "done", "result": result}).encode(), action)


def test_a_byte_order_mark_is_forgiven():
    raw = b'\xef\xbb\xbf{"id": "main-1", "status": "refused", "detail": "non"}'
    assert decode_answer(raw, "main-1", "connect").status == "refused"


@pytest.mark.parametrize("key", ["client_secret", "api_key", "Access_Token", "password"])
def test_secret_keys_are_masked_at_any_depth(key):
    assert "s3cret" not in json.dumps(masked({"a": [{"b": {key: "s3cret"}}]}))
    assert masked({"subject": "visible"}) == {"subject": "visible"}
