"""An issuer of JWTs, by PyJWT and cryptography: its keys, its tokens, and those that it never signed."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import threading
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

AUDIENCE = "athena"
CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def make_key(algorithm):
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm]())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


class Key:
    """A private key with its id."""

    def __init__(self, algorithm, kid):
        self.algorithm, self.kid, self.private = algorithm, kid, make_key(algorithm)

    def jwk(self, **members):
        made = json.loads(jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key()))
        made.pop("key_ops", None)
        made = {**made, "kid": self.kid, "use": "sig", **members}
        return {name: value for name, value in made.items() if value is not None}

    @property
    def pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, claims, algorithm=None, **header):
        header = {"kid": self.kid, **header}
        kept = {name: value for name, value in header.items() if value is not None}
        token = jwt.encode(claims, self.private, algorithm or self.algorithm, headers=kept)
        return token if "typ" not in header or header["typ"] is not None else self.without_type(claims, kept)

    def sign_parts(self, header, claims):
        """The same of a header and claims as they stand, be they what PyJWT would never write."""
        signed = f"{compact(header)}.{compact(claims)}"
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        return f"{signed}.{base64url(algorithm.sign(signed.encode(), self.private))}"

    def without_type(self, claims, header):
        return self.sign_parts({"alg": self.algorithm, **{k: v for k, v in header.items() if k != "typ"}}, claims)


def hmac_signed(header, claims, secret):
    signed = f"{compact(header)}.{compact(claims)}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


class Issuer:
    """Serves its keys on loopback, as OpenID Connect Discovery has it."""

    def __init__(self, *keys):
        self.keys, self.requests, self.status, self.cache_control = list(keys), [], 200, None
        self.document = None  # in place of the set of keys
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests.append(self.path)
                if self.path == "/.well-known/openid-configuration":
                    content = json.dumps({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys", "more": 1}).encode()
                else:
                    content = issuer.document or json.dumps(issuer.jwks()).encode()
                self.send_response(issuer.status)
                if issuer.cache_control:
                    self.send_header("Cache-Control", issuer.cache_control)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def jwks(self):
        return {"keys": [key.jwk() for key in self.keys]}

    def claims(self, **claims):
        """Good ones, but for what is given; None leaves one out."""
        now = int(time.time())
        made = {"iss": self.url, "aud": AUDIENCE, "sub": "reports", "iat": now, "exp": now + 600, **claims}
        return {name: value for name, value in made.items() if value is not None}

    @property
    def flags(self):
        return ["--jwt-issuer", self.url, "--jwt-audience", AUDIENCE]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
