#!/usr/bin/python3
"""A publisher's web server for tests: a folder, and scripted misbehaviour.

    http_server.py [--root DIR] [--log FILE] [--cert PEM --key PEM]
                   [--client-ca PEM] [--with-stdin] [--port N]

Binds 127.0.0.1 and prints the port. Files of DIR come with ETag and
Last-Modified, and 304 when asked for. Paths below /x/ are scripted, see
SCRIPTS. Each request is a JSON line in FILE. With --with-stdin it leaves when
its standard input ends, so that a test which dies takes it along.
"""
import argparse
import email.utils
import gzip
import http.server
import json
import mimetypes
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib

OK = b'{"ok":true}\n'
STAMP = "Tue, 03 Feb 2026 04:05:06 GMT"
mimetypes.add_type("application/json", ".json")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def answer(self, status, body=b"", headers=(), length=None):
        """Head and body in one write; a 304 has no body."""
        self.note(status)
        self.send_response(status)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "content-type" not in names:
            self.send_header("Content-Type", "application/json")
        if status != 304:
            size = len(body) if length is None else length
            self.send_header("Content-Length", str(size))
        if self.command != "HEAD" and status != 304:
            self._headers_buffer.append(b"\r\n")
            self._headers_buffer.append(body)
            self.flush_headers()
        else:
            self.end_headers()

    def start(self, status, headers=()):
        """Only the head, for scripts that write the body themselves."""
        self.note(status)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def note(self, status):
        log = self.server.log
        if log is None:
            return
        line = json.dumps({
            "time": time.time(), "method": self.command, "path": self.path,
            "status": status, "port": self.client_address[1],
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": getattr(self, "body", b"").decode("utf-8", "replace"),
        })
        with self.server.log_lock:
            log.write(line + "\n")
            log.flush()

    def serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size) if size else b""
        url = urllib.parse.urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        if parts[0] == "x":
            query = dict(urllib.parse.parse_qsl(url.query))
            script = SCRIPTS.get(parts[1] if len(parts) > 1 else "")
            if script is None:
                self.answer(404)
            else:
                script(self, parts[2:], query)
        elif self.server.root is None:
            self.answer(404)
        else:
            self.from_folder(urllib.parse.unquote(url.path))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = serve

    def from_folder(self, path):
        root = self.server.root
        real = os.path.realpath(os.path.join(root, path.lstrip("/")))
        if not real.startswith(root + os.sep) or not os.path.isfile(real):
            self.answer(404)
            return
        with open(real, "rb") as f:
            st = os.fstat(f.fileno())
            etag = '"%x-%x"' % (st.st_mtime_ns, st.st_size)
            stamp = email.utils.formatdate(st.st_mtime, usegmt=True)
            kind = mimetypes.guess_type(real)[0] or "application/octet-stream"
            headers = [("ETag", etag), ("Last-Modified", stamp),
                       ("Content-Type", kind)]
            told = self.headers.get("If-None-Match")
            since = self.headers.get("If-Modified-Since")
            if told == etag or (told is None and since == stamp):
                self.answer(304, headers=headers)
            else:
                self.answer(200, f.read(), headers)


# ---- scripts: (handler, further path parts, query) --------------------------

def ok(h, parts, query):
    h.answer(200, OK, [("ETag", '"v1"'), ("Last-Modified", STAMP)])


def etag(h, parts, query):
    if h.headers.get("If-None-Match") == '"v1"':
        h.answer(304, headers=[("ETag", '"v1"')])
    else:
        ok(h, parts, query)


def modified(h, parts, query):
    if h.headers.get("If-Modified-Since") == STAMP:
        h.answer(304)
    else:
        h.answer(200, OK, [("Last-Modified", STAMP)])


def odd_etag(h, parts, query):
    h.answer(200, OK, [("ETag", '"' + "e" * 300 + '"')])


def always_304(h, parts, query):
    h.answer(304)


def zipped(h, parts, query):
    if "gzip" in h.headers.get("Accept-Encoding", ""):
        h.answer(200, gzip.compress(OK), [("Content-Encoding", "gzip")])
    else:
        h.answer(200, OK)


def bad_zip(h, parts, query):
    h.answer(200, b"\x1f\x8b this is not gzip", [("Content-Encoding", "gzip")])


def bomb(h, parts, query):
    """64 MiB of zeros in 64 KiB, announced as what they are on the wire."""
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    body = b"".join(z.compress(block) for _ in range(64)) + z.flush()
    h.answer(200, body, [("Content-Encoding", "gzip")])


def endless(h, parts, query):
    h.start(200, [("Transfer-Encoding", "chunked")])
    block = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    while True:
        h.wfile.write(block)


def drip(h, parts, query):
    h.start(200, [("Content-Length", "100000")])
    while True:
        h.wfile.write(b"x")
        time.sleep(0.05)


def silent(h, parts, query):
    h.note(0)
    h.rfile.read(1)
    h.close_connection = True


def announced(h, parts, query):
    h.start(200, [("Content-Length", "1000000000000")])
    h.wfile.write(b"x")
    h.rfile.read(1)
    h.close_connection = True


def short(h, parts, query):
    h.answer(200, b"only this", length=1000)
    h.close_connection = True


def reset(h, parts, query):
    h.note(0)
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
    h.close_connection = True
    h.connection.close()


def trailer(h, parts, query):
    h.start(200, [("Transfer-Encoding", "chunked"), ("ETag", '"head"'),
                  ("Trailer", "ETag")])
    h.wfile.write(b"2\r\n{}\r\n0\r\nETag: \"trailer\"\r\n\r\n")


def redirect(h, parts, query):
    n = int(parts[0])
    h.answer(302, b"elsewhere", [("Location", "/x/redirect/%d" % (n - 1)
                                  if n > 1 else "/x/ok")])


def to(h, parts, query):
    h.answer(int(query.get("code", "302")), b"", [("Location", query["url"])])


def loop(h, parts, query):
    h.answer(302, b"", [("Location", "/x/loop")])


def fat_redirect(h, parts, query):
    h.answer(302, bytes(200000), [("Location", "/x/ok")])


def status(h, parts, query):
    headers = []
    if "retry" in query:
        headers.append(("Retry-After", query["retry"]))
    if "in" in query:
        when = time.time() + int(query["in"])
        headers.append(("Retry-After",
                        email.utils.formatdate(when, usegmt=True)))
    h.answer(int(parts[0]), b"x" * int(query.get("size", "9")), headers)


def echo(h, parts, query):
    h.answer(200, json.dumps({
        "method": h.command, "body": h.body.decode("utf-8", "replace"),
        "headers": {k.lower(): v for k, v in h.headers.items()},
    }).encode())


SCRIPTS = {
    "ok": ok, "etag": etag, "modified": modified, "odd-etag": odd_etag,
    "always-304": always_304, "gzip": zipped, "bad-gzip": bad_zip,
    "bomb": bomb, "endless": endless, "drip": drip, "silent": silent,
    "announced": announced, "short": short, "reset": reset,
    "trailer": trailer, "redirect": redirect, "to": to, "loop": loop,
    "fat-redirect": fat_redirect, "status": status, "echo": echo,
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tls = None

    def finish_request(self, request, client_address):
        """TLS in the connection's own thread, so that none waits for it."""
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
    p.add_argument("--root")
    p.add_argument("--log")
    p.add_argument("--cert")
    p.add_argument("--key")
    p.add_argument("--client-ca")
    p.add_argument("--with-stdin", action="store_true")
    p.add_argument("--port", type=int, default=0)
    a = p.parse_args()
    server = Server(("127.0.0.1", a.port), Handler)
    server.root = os.path.realpath(a.root) if a.root else None
    server.log = open(a.log, "a", encoding="utf-8") if a.log else None
    server.log_lock = threading.Lock()
    if a.cert:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(a.cert, a.key)
        if a.client_ca:
            server.tls.verify_mode = ssl.CERT_REQUIRED
            server.tls.load_verify_locations(a.client_ca)
    if a.with_stdin:
        threading.Thread(target=leave_with_stdin, daemon=True).start()
    # In one write, whatever the environment says about buffering.
    os.write(1, b"%d\n" % server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
