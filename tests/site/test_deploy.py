"""What deploy/ ships is what runs: nginx with TLS before a server, systemd's own look at the units."""

import http.client
import http.server
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.cases.imports.turns import LARGEST

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "linli.example.org"


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Behind(http.server.BaseHTTPRequestHandler):
    """Stands in for the pages, and tells what reached it."""

    def do_GET(self) -> None:
        told = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.send_header("X-Reached", str(self.server.server_address[1]))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *given: object) -> None:
        return None


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Yield nginx's ports for http and https, with the files of deploy/ and a certificate of its own."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        pytest.skip("nginx and openssl are not on this machine")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    plain, secure = free_ports(2)
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Behind) for _ in range(2)]
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    server, live = servers
    site = (DEPLOY / "nginx.conf").read_text()
    for written, meant in (
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("/etc/linli/tls/", f"{tmp_path}/"),
        ("/etc/nginx/linli-proxy.conf", str(DEPLOY / "linli-proxy.conf")),
        ("/var/log/nginx/", f"{tmp_path}/"),
        ("server 127.0.0.1:8350;", f"server 127.0.0.1:{server.server_port};"),
        ("server 127.0.0.1:8351;", f"server 127.0.0.1:{live.server_port};"),
    ):
        assert written in site, f"deploy/nginx.conf has no {written}"
        site = site.replace(written, meant)
    kept = "".join(
        f"{part}_temp_path {tmp_path}/{part};"
        for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ {kept}\n{site}\n}}"
    )
    command = ["nginx", "-c", str(main), "-p", str(tmp_path), "-g", f"user {_user()};"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _until_open(secure, child)
        yield plain, secure
    finally:
        child.terminate()
        child.wait(timeout=30)
        for one in servers:
            one.shutdown()
            one.server_close()


def _user() -> str:
    done = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _until_open(port: int, child: "subprocess.Popen[bytes]") -> None:
    while child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            continue
        return
    raise AssertionError("nginx ended")


def test_nginx_as_shipped_takes_tls_and_tells_the_pages_who_asks(proxy: tuple[int, int]) -> None:
    plain, secure = proxy
    asked = http.client.HTTPConnection("127.0.0.1", plain)
    asked.request("GET", "/work/", headers={"Host": NAME})
    moved = asked.getresponse()
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/work/")

    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    browser = http.client.HTTPSConnection("127.0.0.1", secure, context=trust)
    forged = {"X-Real-IP": "9.9.9.9", "X-Forwarded-Proto": "http", "X-Request-ID": "forged"}
    browser.request("GET", "/work/", headers={"Host": NAME, **forged})
    answer = browser.getresponse()
    told = answer.read().decode()
    assert answer.status == 200
    assert "X-Real-IP: 127.0.0.1" in told
    assert "X-Forwarded-Proto: https" in told
    assert f"Host: {NAME}" in told
    assert "9.9.9.9" not in told
    assert "forged" not in told

    browser.request("GET", "/live/", headers={"Host": NAME})
    live = browser.getresponse()
    live.read()
    assert live.headers["X-Reached"] != answer.headers["X-Reached"]

    browser.request("GET", "/metrics", headers={"Host": NAME})
    hidden = browser.getresponse()
    hidden.read()
    assert hidden.status == 404


def test_the_proxy_lets_through_the_largest_file_that_the_pages_take() -> None:
    site = (DEPLOY / "nginx.conf").read_text()
    allowed = int(site.partition("client_max_body_size ")[2].partition("m;")[0])
    assert allowed * 1024 * 1024 > LARGEST


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("linli*.*[er]")))
def test_systemd_finds_nothing_wrong_with_a_unit(unit: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not on this machine")
    for path in DEPLOY.glob("linli*.*[er]"):
        text = path.read_text().replace("/opt/linli/venv/bin/linli", "/bin/true")
        (tmp_path / path.name).write_text(text)
    looked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True
    )
    assert (looked.returncode, looked.stderr) == (0, "")
