"""A time-stamping authority that lives as long as a test, made by openssl."""

import shutil
import subprocess

import pytest

CONFIG = """\
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
"""


class Authority:
    """Stamps requests; its root is in `root`."""

    def __init__(self, folder):
        self.folder = folder
        if shutil.which("openssl") is None:
            pytest.skip("there is no openssl here")
        folder.mkdir()
        (folder / "config").write_text(CONFIG)
        (folder / "serial").write_text("01\n")
        self.root = folder / "root.pem"
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self.run(
            "req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-days", "30",
            "-subj", "/CN=Root", "-config", "config", "-extensions", "root",
        )  # fmt: skip
        self.run(
            "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority",
            "-config", "config",
        )  # fmt: skip
        self.run(
            "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-set_serial", "2", "-days", "30", "-extfile", "config", "-extensions", "stamping",
            "-out", "tsa.pem",
        )  # fmt: skip

    def run(self, *words):
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def stamp(self, request, *, chain=False):
        """Return the reply to *request*; with the root in it too, it is not sorted as DER asks."""
        (self.folder / "request.tsq").write_bytes(request)
        more = ["-chain", "root.pem"] if chain else []
        status, said = self.run(
            "ts", "-reply", "-config", "config", "-section", "tsa", "-queryfile", "request.tsq",
            "-signer", "tsa.pem", "-inkey", "tsa.key", *more, "-out", "reply.tsr",
        )  # fmt: skip
        assert status == 0, said
        return (self.folder / "reply.tsr").read_bytes()

    def accepts(self, reply, text):
        """Say whether openssl takes *reply* for a stamp on *text*."""
        (self.folder / "check.tsr").write_bytes(reply)
        (self.folder / "text").write_bytes(text)
        status, _ = self.run(
            "ts", "-verify", "-data", "text", "-in", "check.tsr", "-CAfile", "root.pem"
        )
        return status == 0
