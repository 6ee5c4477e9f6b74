"""Certificates of our own, made by the openssl program."""

import dataclasses
import pathlib
import subprocess

ELLIPTIC = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
RSA = ("rsa:2048",)


@dataclasses.dataclass(frozen=True)
class Identity:
    certificate: pathlib.Path
    key: pathlib.Path

    @property
    def flags(self):
        """What `serve` is told of it."""
        return "--tls-certificate", str(self.certificate), "--tls-key", str(self.key)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def make(folder, name, signer=None, days=1, algorithm=ELLIPTIC, names="DNS:localhost,IP:127.0.0.1"):
    """An identity in a folder: signed by another, or by itself. -1 days: it has expired already."""
    identity = Identity(folder / f"{name}.pem", folder / f"{name}.key.pem")
    request, extensions = folder / f"{name}.request", folder / f"{name}.extensions"
    openssl("req", "-new", "-nodes", "-subj", f"/CN={name}", "-newkey", *algorithm, "-keyout", identity.key,
            "-out", request)  # fmt: skip
    extensions.write_text(f"basicConstraints=critical,CA:{'FALSE' if signer else 'TRUE'}\nsubjectAltName={names}\n")
    signing = ["-CA", signer.certificate, "-CAkey", signer.key] if signer else ["-signkey", identity.key]
    openssl("x509", "-req", "-in", request, "-days", days, "-extfile", extensions, *signing,
            "-out", identity.certificate)  # fmt: skip
    return identity
