"""SASL payloads: what the client meant, and whether the form is exactly the one required."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.operator import Account, Accounts, decode_response, read_sasl
from simulators.operator.sasl import MECHANISMS

USER = "dr.test@banc.mssante.fr"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"


def test_exact_xoauth2_has_no_problem() -> None:
    form = read_sasl("XOAUTH2", f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01".encode())
    assert (form.user, form.token, form.problems) == (USER, TOKEN, ())


@pytest.mark.parametrize(
    ("payload", "problems"),
    [
        (f"user={USER}^Aauth=Bearer {TOKEN}^A^A", ("separator-written-caret-A",)),
        (f"user={USER}\x01auth=bearer {TOKEN}\x01\x01", ("scheme-case",)),
        (f"user={USER}\x01auth=Bearer  {TOKEN}\x01\x01", ("spaces-around-token",)),
        (f"user={USER}\x01auth=Bearer {TOKEN}\x01", ("trailing-separators-1",)),
        (f"user={USER}\x01auth=Bearer {TOKEN}", ("trailing-separators-0",)),
        (f"user={USER}\x01auth=Bearer {TOKEN}\n\x01\x01", ("spaces-around-token",)),
        (f"auth=Bearer {TOKEN}\x01user={USER}\x01\x01", ("form",)),
        (f"User={USER}\x01auth=Bearer {TOKEN}\x01\x01", ("form",)),
        (f"user={USER}\x01auth=Bearer {TOKEN}é\x01\x01", ("token-characters",)),
    ],
)
def test_a_wrong_form_is_still_understood_and_told(payload: str, problems: tuple[str, ...]) -> None:
    form = read_sasl("XOAUTH2", payload.encode())
    assert form.problems == problems
    assert form.user == USER
    assert form.token is not None


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "separators-missing"),
        (f"user=\x01auth=Bearer {TOKEN}\x01\x01".encode(), "user-missing"),
        (f"user={USER}\x01auth=Bearer \x01\x01".encode(), "token-missing"),
        (f"user={USER}\x01\x01".encode(), "auth-missing"),
        (b"user=\xff\x01auth=Bearer x\x01\x01", "not-utf-8"),
        (f"user={USER}\x01auth=Basic {TOKEN}\x01\x01".encode(), "scheme"),
    ],
)
def test_missing_parts_are_named(payload: bytes, problem: str) -> None:
    assert problem in read_sasl("XOAUTH2", payload).problems


def test_oauthbearer() -> None:
    good = read_sasl(
        "OAUTHBEARER", f"n,a={USER},\x01host=h\x01port=587\x01auth=Bearer {TOKEN}\x01\x01".encode()
    )
    assert (good.user, good.token, good.problems) == (USER, TOKEN, ())
    assert read_sasl("OAUTHBEARER", f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01".encode()).problems


def test_plain_and_external() -> None:
    assert read_sasl("PLAIN", f"\0{USER}\0secret".encode()).user == USER
    assert read_sasl("PLAIN", f"autre@x.fr\0{USER}\0s".encode()).problems == ("authorization-identity",)
    assert read_sasl("PLAIN", b"no separators").problems == ("form",)
    assert read_sasl("EXTERNAL", b"").user == ""
    with pytest.raises(ValueError, match="unknown SASL mechanism"):
        read_sasl("CRAM-MD5", b"")


def test_secrets_stay_out_of_repr() -> None:
    assert "secret" not in repr(read_sasl("PLAIN", f"\0{USER}\0secret".encode()))
    assert TOKEN not in repr(read_sasl("XOAUTH2", f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01".encode()))


@pytest.mark.parametrize(
    ("line", "octets", "problems"),
    [
        (b"YWJj\r\n", b"abc", ()),
        (b"=\r\n", b"", ()),
        (b"YW Jj", b"abc", ("base64-white-space",)),
        (b"YWI", b"ab", ("base64-padding",)),
        (b"Y!Jj", b"", ("base64",)),
        (b"", b"", ()),
    ],
)
def test_base64(line: bytes, octets: bytes, problems: tuple[str, ...]) -> None:
    assert decode_response(line) == (octets, problems)


@given(st.sampled_from(MECHANISMS), st.binary(max_size=400))
def test_any_octets_are_read(mechanism: str, octets: bytes) -> None:
    form = read_sasl(mechanism, octets)
    assert form.mechanism == mechanism
    assert form.token is None or form.token


@given(st.binary(max_size=400) | st.from_regex(rb"[A-Za-z0-9+/]{0,40}={0,2}\r\n", fullmatch=True))
def test_any_line_is_decoded(line: bytes) -> None:
    octets, problems = decode_response(line)
    if "base64" in problems:
        assert octets == b""
    else:
        assert len(octets) <= 3 * (len(line) + 3) // 4


@given(
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40),
    st.from_regex(r"[A-Za-z0-9._~+/-]{1,200}", fullmatch=True),
)
def test_what_is_well_formed_reads_back(user: str, token: str) -> None:
    form = read_sasl("XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01".encode())
    assert (form.user, form.token, form.problems) == (user, token, ())


def test_accounts_are_found_without_regard_to_case() -> None:
    accounts = Accounts([Account(USER, "PER")])
    assert accounts.get(USER.upper()) == Account(USER, "PER")
    assert accounts.has_domain("BANC.mssante.fr")
    accounts.put(Account(USER, "PER", open=False))
    assert [account.open for account in accounts] == [False]
    accounts.remove(USER)
    assert accounts.get(USER) is None
    assert not accounts.has_domain("banc.mssante.fr")
