"""AWS STS in front of the emulator's, with tokens that somebody else can check.

The emulator decides who may have a token, and what the token says. But it signs with a key that it shares with nobody
(HS256), which Microsoft Entra ID refuses. So this stands between: it hands every request on, and signs the tokens
that come back with a key pair, as AWS does (RS256). It also has them speak of the role that asked, where the
emulator's speak of the account.
"""

import base64
import contextlib
import http.client
import http.server
import json
import re
import threading
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://00000000-0000-4000-8000-0000000000aa.tokens.sts.global.api.aws"
KEY_ID = "tests"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class WebIdentity:
    """Serves STS until the end of the block. `issued` are the tokens so far."""

    def __init__(self, emulator):
        self.emulator = urllib.parse.urlsplit(emulator).netloc
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.issued = []
        self.roles = {}

    @contextlib.contextmanager
    def served(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status, kind, answer = outer.answer(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

    def keys(self):
        """The key set that the issuer publishes."""
        numbers = self.key.public_key().public_numbers()
        whole = {name: encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
                 for name, value in (("n", numbers.n), ("e", numbers.e))}
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, **whole}]}

    def answer(self, path, headers, body):
        connection = http.client.HTTPConnection(self.emulator, timeout=60)
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status == 200:
            answer = self.changed(urllib.parse.parse_qs(body.decode()), headers, answer.decode()).encode()
        return response.status, response.headers["content-type"], answer

    def changed(self, asked, headers, answer):
        """What is answered instead of what the emulator answers."""
        action = asked["Action"][0]
        if action == "AssumeRole":
            self.roles[re.search("<AccessKeyId>(.+?)</AccessKeyId>", answer)[1]] = asked["RoleArn"][0]
        if action != "GetWebIdentityToken":
            return answer
        wanted = {"Audience.member.1": "api://AzureADTokenExchange", "SigningAlgorithm": "RS256", "DurationSeconds": "300"}
        if differ := {name: asked.get(name) for name, value in wanted.items() if asked.get(name) != [value]}:
            raise ValueError(f"the role of the template may not ask for this: {differ}")
        token = re.search("<WebIdentityToken>(.+?)</WebIdentityToken>", answer)[1]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        access_key = re.search(r"Credential=(\w+)/", {name.lower(): it for name, it in headers.items()}["authorization"])[1]
        signed = self.signed({**claims, "iss": ISSUER, "sub": self.roles[access_key]})
        self.issued.append(signed)
        return answer.replace(token, signed)

    def signed(self, claims):
        parts = ({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}, claims)
        text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        return f"{text}.{encoded(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
