"""The real nginx, with what the README says to configure."""

import os
import re
import shutil
import socket
import subprocess

import waiting

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")


class Nginx:
    """Serves the folder's `www`, and passes on what the configuration says. It can be stopped and started again."""

    def __init__(self, folder, configuration, connections=512, runner=()):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.runner = folder, runner
        configuration, listeners = re.subn(r"listen (?:[\d.]+:)?\d+\b", f"listen 127.0.0.1:{self.port}", configuration)
        configuration = configuration.replace("/srv/www", str(folder / "www")).replace("/etc/nginx", str(folder))
        assert listeners == 1 and str(folder) in configuration
        # Workers of root's are another user, who can't read the tests' folders.
        user = "user root;" if os.geteuid() == 0 else ""
        paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in KINDS)
        (folder / "nginx.conf").write_text(
            f"{user} daemon off; pid {folder}/pid; "
            f"events {{ worker_connections {connections}; }} http {{ access_log off; {paths}\n{configuration}\n}}"
        )
        self.start()

    def start(self):
        command = [*self.runner, NGINX, "-e", str(self.folder / "errors"), "-c", str(self.folder / "nginx.conf")]
        self.process = subprocess.Popen(command)
        waiting.until(self.listens)

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except ConnectionRefusedError:
            assert self.process.poll() is None, (self.folder / "errors").read_text()
            return False

    def stop(self):
        """At once, with all of its connections."""
        self.process.terminate()
        self.process.wait(30)


KINDS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
