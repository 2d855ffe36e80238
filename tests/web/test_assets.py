"""Style sheets, scripts and icons."""

from __future__ import annotations

import gzip

import pytest

from dashboard.web.assets import Assets


def test_the_address_changes_with_the_content(tmp_path):
    (tmp_path / "a.css").write_text("one")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("two")

    assert before.startswith("/static/a.css?v=")
    assert Assets(tmp_path).url("a.css") != before


def test_a_file_that_is_not_there_fails_loudly_in_a_template(tmp_path):
    with pytest.raises(LookupError, match=r"no static file a\.css"):
        Assets(tmp_path).url("a.css")


def test_with_its_mark_it_is_kept_for_ever(desk):
    with desk.app.app_context():
        url = desk.app.jinja_env.globals["static_url"]("css/console.css")

    response = desk.visitor().open(url)

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.mimetype == "text/css"


@pytest.mark.parametrize("path", ["/static/css/console.css", "/static/css/console.css?v=0000000000000000"])
def test_without_its_mark_it_is_asked_for_again(desk, path):
    assert desk.visitor().open(path).headers["Cache-Control"] == "no-cache"


def test_what_has_not_changed_is_not_sent_again(desk):
    visitor = desk.visitor()
    first = visitor.open("/static/css/console.css")

    again = visitor.open("/static/css/console.css", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/css/../../pyproject.toml",
        "/static//etc/passwd",
        "/static/css",
        "/static/",
        "/static/css/console.css/x",
        "/static/%00",
    ],
)
def test_nothing_outside_the_folder_is_served(desk, path):
    assert desk.visitor().open(path).status_code == 404


def test_it_is_compressed_once_and_for_all(desk):
    small = desk.visitor().open("/static/css/console.css", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(small.data) == desk.visitor().open("/static/css/console.css").data


def test_every_file_that_a_page_names_is_there(desk):
    visitor = desk.visitor("sam")
    page = visitor.get("/account/")
    named = [link.get("href") for link in page.all("link")] + [
        script.get("src") for script in page.all("script")
    ]

    assert len(named) > 3
    assert all(visitor.open(address).status_code == 200 for address in named if address)
