"""TLS, on real sockets: who is spoken to, and to whom nothing is said."""

from __future__ import annotations

import ssl

import pytest
from structlog.testing import capture_logs

from dashboard.brevo.errors import NotSecure
from dashboard.brevo.fetched import Verdict
from tests.brevo.values import create
from tests.support.certificates import Authority
from tests.support.tls_front import TlsFront, tls_before


@pytest.fixture
def private(sandbox, authority):
    """The sandbox behind a certificate of a private authority."""
    with tls_before(sandbox.url, authority.certify().context()) as front:
        yield front


def refusal(client, front: TlsFront, authorities: str | None) -> str:
    """Why a read is not sent."""
    with pytest.raises(NotSecure) as caught:
        client(front.url, authorities=authorities).programmes.list()
    return caught.value.message


def test_a_private_authority_that_is_named_is_trusted(private, authority, client):
    assert client(private.url, authorities=authority.pem).programmes.list().value


def test_reads_over_tls_share_a_connection(private, authority, client):
    brevo = client(private.url, authorities=authority.pem)

    for _ in range(5):
        brevo.programmes.list()

    assert private.connections == 1


def test_a_private_authority_is_not_trusted_unless_named(private, sandbox, client):
    assert refusal(client, private, None) == (
        "The certificate is refused: unable to get local issuer certificate."
    )
    assert sandbox.calls() == []


def test_an_authority_that_only_the_environment_names_is_not_trusted(
    private, sandbox, authority, client, monkeypatch, tmp_path
):
    path = tmp_path / "authority.pem"
    path.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    assert "The certificate is refused" in refusal(client, private, None)
    assert sandbox.calls() == []


def test_another_authority_is_not_trusted(private, sandbox, client, tmp_path):
    assert "The certificate is refused" in refusal(client, private, Authority(tmp_path).pem)
    assert sandbox.calls() == []


def test_the_public_authorities_are_not_trusted_beside_a_private_one(authority, client):
    context = client("https://api.example/v3", authorities=authority.pem)._exchange._wire._ssl

    assert [each["subject"] for each in context.get_ca_certs()] == [((("commonName", "of a test"),),)]


def test_an_expired_certificate_is_refused(sandbox, authority, client):
    with tls_before(sandbox.url, authority.certify(days=0).context()) as front:
        assert refusal(client, front, authority.pem) == (
            "The certificate is refused: certificate has expired."
        )
    assert sandbox.calls() == []


def test_a_certificate_for_another_host_is_refused(sandbox, authority, client):
    with tls_before(sandbox.url, authority.certify("DNS:api.brevo.com").context()) as front:
        assert "not valid for '127.0.0.1'" in refusal(client, front, authority.pem)
    assert sandbox.calls() == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_1_1_is_refused(sandbox, authority, client):
    context = authority.certify().context()
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with tls_before(sandbox.url, context) as front:
        assert refusal(client, front, authority.pem) == "TLS failed: tlsv1 alert protocol version."
    assert sandbox.calls() == []


def test_tls_1_2_is_spoken_with(sandbox, authority, client):
    context = authority.certify().context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tls_before(sandbox.url, context) as front:
        assert client(front.url, authorities=authority.pem).programmes.list().value


def test_a_remote_that_speaks_no_tls_is_told_nothing(sandbox, client):
    with pytest.raises(NotSecure, match="wrong version number"):
        client(sandbox.url.replace("http:", "https:")).programmes.list()
    assert sandbox.calls() == []


def test_a_write_to_a_remote_that_is_not_proven_was_not_applied(private, sandbox, client):
    written = create(client(private.url))

    assert (written.verdict, written.evidence.sent) == (Verdict.NOT_APPLIED, False)
    assert sandbox.calls() == []


def test_a_remote_that_is_not_proven_is_logged_once_with_the_reason(private, client):
    with capture_logs() as logs:
        refusal(client, private, None)

    assert [line["reason"] for line in logs if line["event"] == "brevo.not_secure"] == [
        "The certificate is refused: unable to get local issuer certificate."
    ]
