"""Who notifications are sent to, on this machine: it knows a second try by its key, and can be told what to answer."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Takes what is sent, until it is stopped."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[str] = []  # the key of each request, in the order in which they came
        self.taken: dict[str, dict[str, Any]] = {}  # what arrived, by its key
        self.came = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers["Idempotency-Key"]
                receiver.asked.append(key)
                receiver.came.set()
                receiver.go_on.wait()
                if receiver.status == 200:
                    receiver.taken.setdefault(key, body)
                try:
                    self.send_response(receiver.status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    return  # who asked is gone

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/notifications"

    def serve(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
