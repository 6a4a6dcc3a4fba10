"""Libraries that are not ours on the running space: Authlib, imaplib, IMAPClient, smtplib."""

from __future__ import annotations

import imaplib
import smtplib
import ssl

import pytest
from imapclient import IMAPClient
from joserfc import jwt
from joserfc.jwk import KeySet
from real_world import Open, Played, oauth_session

from simulators.pki.flavours import ServerFlavour


def trust(played: Played) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(played.root))


def sasl(address: str, token: str) -> str:
    return f"user={address}\x01auth=Bearer {token}\x01\x01"


def test_authlib_signs_in_refreshes_and_is_signed_out(played: Played) -> None:
    tokens = played.sign_in()
    with oauth_session(played, tokens) as client:
        metadata = client.get(played.told()["psc"]["discovery"], withhold_token=True).json()
        keys = KeySet.import_key_set(client.get(metadata["jwks_uri"], withhold_token=True).json())
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
        assert claims["iss"] == played.told()["psc"]["issuer"] and claims["nonce"] == "n-1"
        assert client.get(metadata["userinfo_endpoint"]).json()["SubjectNameID"] == (
            played.tenant.professional.ps_idnat
        )
        seen = client.introspect_token(
            metadata["introspection_endpoint"], token=tokens["access_token"]
        ).json()
        assert seen["active"] is True
        renewed = client.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
        assert renewed["access_token"] != tokens["access_token"]
        # When Pro Santé Connect ends the session
        played.tenant.end_psc_session()
        with pytest.raises(Exception, match="invalid_grant"):
            client.refresh_token(metadata["token_endpoint"], refresh_token=renewed["refresh_token"])


@pytest.mark.parametrize("kind", ["PER", "ORG"])
def test_imaplib_with_a_token(played: Played, kind: str) -> None:
    address = played.bal(kind).address
    mail = played.tenant.correspond(address, "accented")
    token = played.token()
    with imaplib.IMAP4("localhost", played.tenant.imap.port, timeout=30) as client:
        client.starttls(trust(played))
        client.authenticate("XOAUTH2", lambda _: sasl(address, token).encode())
        assert client.select("INBOX") == ("OK", [b"1"])
        _, data = client.fetch("1", "(BODY.PEEK[])")
        assert isinstance(data[0], tuple) and data[0][1] == mail


def test_imaplib_with_an_expired_token(played: Played) -> None:
    address, token = played.bal("PER").address, played.token()
    played.tenant.clock.advance(121)
    with imaplib.IMAP4("localhost", played.tenant.imap.port, timeout=30) as client:
        client.starttls(trust(played))
        with pytest.raises(imaplib.IMAP4.error):
            client.authenticate("XOAUTH2", lambda _: sasl(address, token).encode())
    assert played.wait("imap", "auth").data["reason"] == "token-expired"


def test_imapclient_is_told_of_a_mail_that_arrives(played: Played) -> None:
    address = played.bal("PER").address
    with IMAPClient("localhost", played.tenant.imap.port, ssl=False, timeout=30) as client:
        client.starttls(trust(played))
        client.oauth2_login(address, played.token())
        client.select_folder("INBOX")
        client.idle()
        mail = played.tenant.correspond(address, "with_attachments")
        assert (1, b"EXISTS") in client.idle_check(timeout=30)
        client.idle_done()
        assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == mail


def test_smtplib_sends_and_the_report_of_a_failure_comes_back(played: Played) -> None:
    address = played.bal("PER").address
    with smtplib.SMTP("localhost", played.tenant.smtp.port, timeout=30) as client:
        client.starttls(context=trust(played))
        client.ehlo()
        token = played.token()
        client.auth("XOAUTH2", lambda challenge=None: sasl(address, token))
        client.sendmail(
            address, [played.tenant.bouncing_address], "Subject: retour\r\nMessage-ID: <r@x>\r\n\r\n."
        )
    played.wait("mail", "message")
    played.space.settle()
    assert played.tenant.delivery_reports(address)


@pytest.mark.parametrize(
    ("flavour", "reason"),
    [
        (ServerFlavour.EXPIRED, "expired"),
        (ServerFlavour.NOT_YET_VALID, "not yet valid"),
        (ServerFlavour.OTHER_AUTHORITY, "unable to get local issuer"),
        (ServerFlavour.IMPOSTOR_AUTHORITY, "unable to get local issuer"),
        (ServerFlavour.SELF_SIGNED, "self-signed|self signed"),
        (ServerFlavour.WRONG_HOST, "not valid for"),
    ],
)
def test_python_refuses_each_bad_certificate_for_its_own_reason(
    open_tenant: Open, flavour: ServerFlavour, reason: str
) -> None:
    played = open_tenant(flavour)
    with (
        smtplib.SMTP("localhost", played.tenant.smtp.port, timeout=30) as client,
        pytest.raises(ssl.SSLCertVerificationError, match=reason),
    ):
        client.starttls(context=trust(played))


@pytest.mark.parametrize("flavour", [ServerFlavour.REVOKED, ServerFlavour.WRONG_RANGE])
def test_python_alone_sees_neither_revocation_nor_range(open_tenant: Open, flavour: ServerFlavour) -> None:
    played = open_tenant(flavour)
    with smtplib.SMTP("localhost", played.tenant.smtp.port, timeout=30) as client:
        assert client.starttls(context=trust(played))[0] == 220
