#!/usr/bin/python3
"""A webhook receiver for tests, scripted by path (see SCRIPTS).

    webhook_server.py [--log FILE] [--cert PEM --key PEM] [--client-ca PEM]
                      [--with-stdin]

Binds 127.0.0.1 and prints the port. Each request is one JSON line in FILE:
path, headers (lower case), body, and the client's port. With --with-stdin it
leaves when its standard input ends, so that a test which dies takes it along.
"""
import argparse
import email.utils
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

ENDLESS_MOST = 256 << 20


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def note(self):
        if self.server.log is None:
            return
        line = json.dumps({
            "method": self.command, "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.body.decode("utf-8", "surrogateescape"),
            "port": self.client_address[1],
        })
        with self.server.log_lock:
            self.server.log.write(line + "\n")
            self.server.log.flush()

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
            self._headers_buffer.append(b"\r\n" + body)
            self.flush_headers()
        else:
            self.end_headers()

    def serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size)
        self.note()
        name, _, rest = self.path.lstrip("/").partition("/")
        SCRIPTS.get(name, lambda h, _: h.answer(404, b"no such hook"))(
            self, rest)

    do_GET = do_POST = do_PUT = do_PATCH = serve


def status(code, body=b"", **headers):
    return lambda h, rest: h.answer(code, body, **headers)


def with_id(h, rest):
    h.answer(201, json.dumps({"id": 4711, "state": "new"}).encode(),
             Content_Type="application/json")


def with_text_id(h, rest):
    h.answer(201, b'{"id":"INC\\u000a\\u00fc1","x":[]}')


def with_huge_id(h, rest):
    h.answer(200, json.dumps({"id": "x" * 5000}).encode())


def limited_date(h, rest):
    h.answer(429, b"slow down", Retry_After=email.utils.formatdate(
        time.time() + int(rest), usegmt=True))


def limited(h, rest):
    h.answer(429, b"slow down", Retry_After=rest)


def coded(h, rest):
    """/status/418"""
    h.answer(int(rest), b"said so")


def redirect(h, rest):
    h.answer(302, b"", Location="/200?token=elsewhere")


def slow(h, rest):
    """Holds the answer back until the client has had enough."""
    h.connection.settimeout(20)
    try:
        h.connection.recv(1)
    except OSError:
        pass
    h.close_connection = True


def endless(h, rest):
    """A 200 (or /endless/CODE) whose body does not end."""
    h.send_response(int(rest or 200))
    h.send_header("Content-Type", "text/plain")
    h.end_headers()
    block = b"x" * 65536
    for _ in range(ENDLESS_MOST // len(block)):
        h.wfile.write(block)
    h.close_connection = True


def announced(h, rest):
    h.send_response(200)
    h.send_header("Content-Length", "999999999999")
    h.end_headers()
    h.wfile.write(b"x")
    h.close_connection = True


def reset(h, rest):
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
    h.close_connection = True
    h.connection.close()


def junk(h, rest):
    h.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    h.close_connection = True


def page(h, rest):
    """422 with the given number of bytes, none of them text."""
    h.answer(422, b"\xff\x00\x1b[31m\n" + b"\xfe" * int(rest or 100))


def once(h, rest):
    """500 for the first request of a name, then 200."""
    with h.server.log_lock:
        first = rest not in h.server.seen
        h.server.seen.add(rest)
    h.answer(500 if first else 200)


SCRIPTS = {
    "200": status(200, b"ok"), "204": status(204), "202": status(202, b"{}"),
    "201": with_id, "201t": with_text_id, "200h": with_huge_id,
    "401": status(401, b"who are you"), "403": status(403, b"not you"),
    "410": status(410, b"gone for good"),
    "422": status(422, b'{"errors":["title is too long"]}'),
    "500": status(500, b"oops"), "503": status(503, b"", Retry_After="60"),
    "302": redirect, "429": limited, "429d": limited_date,
    "status": coded, "slow": slow, "endless": endless,
    "announced": announced, "reset": reset, "junk": junk, "page": page,
    "once": once,
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tls = None

    def finish_request(self, request, client_address):
        if self.tls is not None:
            request.settimeout(10)
            request = self.tls.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request, client_address):
        pass


def leave_with_stdin():
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--log")
    p.add_argument("--cert")
    p.add_argument("--key")
    p.add_argument("--client-ca")
    p.add_argument("--with-stdin", action="store_true")
    a = p.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.log = open(a.log, "a", encoding="utf-8") if a.log else None
    server.log_lock = threading.Lock()
    server.seen = set()
    if a.cert:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(a.cert, a.key)
        if a.client_ca:
            server.tls.verify_mode = ssl.CERT_REQUIRED
            server.tls.load_verify_locations(a.client_ca)
    if a.with_stdin:
        threading.Thread(target=leave_with_stdin, daemon=True).start()
    sys.stdout.write("%d\n" % server.server_address[1])
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
