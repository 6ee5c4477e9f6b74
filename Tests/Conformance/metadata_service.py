"""Stands in for metadata services. Runs by itself, since it runs in another network than the tests.

Reads from standard input a line of JSON: by address and port ("169.254.169.254:80") the answers by method and
target ("GET /latest"), each a list whose last one stays. Writes "ready", then a line of JSON for each request.
"""

import http.server
import json
import socket
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode("latin-1")
        fields = list(self.headers.items())
        known = self.server.answers.get(f"{self.command} {self.path}", [{"status": 404}])
        answer = known.pop(0) if len(known) > 1 else known[0]
        self.server.tell([self.server.name, time.monotonic(), self.requestline, fields, body])
        # Who doesn't show what is demanded sees 401, as the instance metadata service has it.
        for name, value in answer.get("demands", {}).items():
            if self.headers[name] != value:
                answer = {"status": 401}
        if answer.get("silent"):
            threading.Event().wait()
        content = answer.get("body", "").encode()
        self.send_response(answer.get("status", 200))
        for name, value in answer.get("fields", {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_CONNECT = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    lock = threading.Lock()

    def __init__(self, name, answers):
        host, _, port = name.rpartition(":")
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.name, self.answers = name, answers
        super().__init__((host.strip("[]"), int(port)), Handler)

    def tell(self, request):
        with self.lock:
            print(json.dumps(request), flush=True)


if __name__ == "__main__":
    for name, answers in json.loads(sys.stdin.readline()).items():
        threading.Thread(target=Server(name, answers).serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
