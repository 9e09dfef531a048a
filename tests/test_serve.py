"""The dev server without a browser: what it answers and what it refuses."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.serving import Server, entry, site, stream, until
from tests.portal import SITE

TIMEOUT = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that only ask."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "secret.txt").write_text("secret")
    portal = site(folder / "site", {"content/static/文件.pdf": b"%PDF", "content/static/data.unknown": b"?"})
    with Server(portal) as running:
        out = portal.options.output
        os.symlink(folder / "secret.txt", out / "link.txt")
        os.symlink(folder, out / "folder")
        (out / ".hidden").write_text("secret")
        yield running


# What it answers


def test_a_page_gets_the_script_and_its_file_does_not(tmp_path: Path) -> None:
    portal = site(tmp_path / "site")
    with Server(portal) as server:
        served = server.page("/one/")
        portal.edit({"content/pages/two.md": entry("第二页", "改过")})
        until(lambda: "改过" in server.page("/two/"), "the edit")
    assert '<script src="/-/portal/client.js" defer' in served
    assert served.index("<script") < served.index("</body>")
    published = portal.clean(tmp_path / "clean")
    assert {path: data for path, data in portal.outputs.items() if path != ".portal-owned"} == {
        path: data for path, data in published.items() if path != ".portal-owned"
    }
    assert "portal/client.js" not in published["one/index.html"].decode()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/one/", "text/html; charset=utf-8"),
        ("/one/index.html", "text/html; charset=utf-8"),
        ("/dot.svg", "image/svg+xml"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/%E6%96%87%E4%BB%B6.pdf", "application/pdf"),
        ("/data.unknown", "application/octet-stream"),
        ("/-/portal/client.js", "text/javascript; charset=utf-8"),
    ],
)
def test_kinds(server: Server, path: str, kind: str) -> None:
    status, headers, body = server.get(path)
    assert (status, headers["content-type"]) == (200, kind)
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert body
    status, head, none = server.get(path, method="HEAD")
    assert (status, head["content-type"], head["content-length"], none) == (200, kind, headers["content-length"], b"")


def test_head_of_the_events_ends(server: Server) -> None:
    assert server.get("/-/portal/events", method="HEAD")[0] == 200


def test_folders_and_absent_pages(server: Server) -> None:
    status, headers, _ = server.get("/one?a=1")
    assert (status, headers["location"]) == (307, "/one/?a=1")
    for path in ("/absent", "/absent/", "/assets/", "/assets", "/dot.svg/", "/one/index.html/", "//one/", "/one//"):
        status, _, body = server.get(path)
        assert status == 404, path
        assert "没有这一页" in body.decode()
        assert b"client.js" in body
    assert server.get("/one/", method="POST")[0] == 405


def test_base_path(tmp_path: Path) -> None:
    portal = site(tmp_path / "site", {"site.yaml": SITE.replace("example.org/", "example.org/流动/b/")})
    with Server(portal) as server:
        base = "/%E6%B5%81%E5%8A%A8/b/"
        assert server.address.endswith(base)
        assert server.get("/")[1]["location"] == base
        assert server.get(base[:-1])[1]["location"] == base
        assert server.get(base + "one")[1]["location"] == base + "one/"
        assert "正文一" in server.page(base + "one/")
        assert server.get("/one/")[0] == 404
        with stream(server) as events:
            next(events)
            portal.edit({"content/pages/one.md": entry("第一页", "改")})
            assert "/流动/b/one/" in next(events)["changed"]


# What it refuses


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/one/../../../secret.txt",
        "/..%2fsecret.txt",
        "/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/one%2findex.html",
        "/link.txt",
        "/folder/secret.txt",
        "/.hidden",
        "/.portal-owned",
        "/%2eportal-owned",
        "/one/%00",
        "/dot.svg%00.html",
        "/%0a",
        "/%ff",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/./one/",
    ],
)
def test_nothing_outside_the_output(server: Server, path: str) -> None:
    status, _, body = server.get(path)
    assert status == 404
    assert b"secret" not in body
    assert b"portal; a build" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_own_names(server: Server, host: str) -> None:
    assert server.get("/", {"Host": host.format(port=server.port)})[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "0.0.0.0:{port}", ""]
)
def test_foreign_names(server: Server, host: str) -> None:
    for path in ("/", "/-/portal/events", "/-/portal/client.js"):
        status, _, body = server.get(path, {"Host": host.format(port=server.port)})
        assert status == 403
        assert "正文" not in body.decode()


def test_no_name_at_all(server: Server) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), TIMEOUT)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b" 403 " in raw.recv(4096)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
def test_events_are_for_own_pages(server: Server, headers: dict[str, str]) -> None:
    assert server.get("/-/portal/events", headers)[0] == 403


def test_other_sites_may_not_embed(server: Server) -> None:
    assert server.get("/dot.svg")[1]["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in server.get("/", {"Origin": "https://evil.example"})[1]
