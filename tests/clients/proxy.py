"""An HTTPS proxy behind which every host of Microsoft is the simulator.

The simulator speaks plain HTTP and takes the host as the first part of the path. Clients insist on
HTTPS and on Microsoft's own hosts. So they use this proxy: it shows them a certificate for those
hosts, sends their requests to the simulator, and gives the addresses in the answers their hosts back.
"""

import datetime
import http.client
import http.server
import re
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = [
    "login.microsoftonline.com",
    "management.azure.com",
    "graph.microsoft.com",
    "*.vault.azure.net",
    "*.blob.core.windows.net",
]

# Headers that concern one connection only.
HOP = {"connection", "content-length", "host", "keep-alive", "proxy-connection", "transfer-encoding"}


def write_certificates(directory: Path) -> None:
    """Writes a new authority (authority.pem), and a certificate of it with its key (server.pem)."""
    today = datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated Microsoft")])
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def begin(subject, public_key):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(name)
        builder = builder.public_key(public_key).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(today - datetime.timedelta(days=1))
        return builder.not_valid_after(today + datetime.timedelta(days=1))

    authority = begin(name, authority_key.public_key())
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority = authority.sign(authority_key, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    leaf = begin(leaf_name, key.public_key()).add_extension(names, critical=False)
    leaf = leaf.sign(authority_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    (directory / "authority.pem").write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (directory / "server.pem").write_bytes(private + leaf.public_bytes(pem))


class Proxy(http.server.ThreadingHTTPServer):
    """Serves on a free port of this machine, in a thread of its own."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, simulator: str, certificates: Path):
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.simulator = simulator.removeprefix("http://")
        # `http://127.0.0.1:PORT/HOST` is how the simulator writes `https://HOST`.
        self.addresses = re.compile(re.escape(f"http://{self.simulator}/").encode())
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificates / "server.pem")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Tunnel(http.server.BaseHTTPRequestHandler):
    """A connection of a client: first CONNECT with the host, then the requests to that host."""

    protocol_version = "HTTP/1.1"
    upstream = None
    host = None

    def do_CONNECT(self):  # noqa: N802 (the name is that of the method)
        self.host = self.path.rsplit(":", 1)[0]
        self.send_response(200, "Connection established")
        self.end_headers()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.upstream = http.client.HTTPConnection(self.server.simulator)
        self.close_connection = False

    def forward(self):
        if self.upstream is None:
            return self.send_error(405, "Only CONNECT leads anywhere")
        length = int(self.headers.get("Content-Length") or 0)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        self.upstream.request(
            self.command, f"/{self.host}{self.path}", self.rfile.read(length), headers
        )
        answer = self.upstream.getresponse()
        body = self.server.addresses.sub(b"https://", answer.read())
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                value = self.server.addresses.sub(b"https://", value.encode("latin-1"))
                self.send_header(name, value.decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = forward

    def finish(self):
        super().finish()
        # `wrap_socket` has taken the socket of the server, which would close an empty one.
        self.connection.close()

    def log_message(self, *_):
        """Says nothing: what a client does not get it says itself."""
