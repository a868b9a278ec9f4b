#!/usr/bin/python3
"""A publisher's web server for tests: a folder, and scripted misbehaviour.

    http_server.py [--root DIR] [--log FILE] [--cert PEM --key PEM]
                   [--client-ca PEM] [--with-stdin] [--port N]

Binds 127.0.0.1 and prints the port. Files of DIR come with ETag and
Last-Modified, and 304 when asked for. Paths below /x/ are scripted, see
SCRIPTS. Each request is a JSON line in FILE. With --with-stdin it leaves when
its standard input ends, so that a test which dies takes it along.
"""
import email.utils
import gzip
import json
import mimetypes
import os
import sys
import time
import urllib.parse
import zlib

sys.dont_write_bytecode = True
import fake_web     # noqa: E402


OK = b'{"ok":true}\n'
STAMP = "Tue, 03 Feb 2026 04:05:06 GMT"
mimetypes.add_type("application/json", ".json")


class Handler(fake_web.Handler):
    def answer(self, status, body=b"", headers=(), length=None):
        """Head and body in one write; a 304 has no body."""
        self.note(status=status)
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
        self.note(status=status)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def serve(self):
        self.take_body()
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
    h.note(status=0)
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
    h.note(status=0)
    h.reset()


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


def no_head(h, parts, query):
    """What HTTP/0.9 was, or any other protocol."""
    h.note(status=0)
    h.wfile.write(b"hello\r\n")
    h.close_connection = True


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
    "no-head": no_head,
}


def main():
    p = fake_web.options()
    p.add_argument("--root")
    a = p.parse_args()
    fake_web.serve(Handler, a,
                   root=os.path.realpath(a.root) if a.root else None)


if __name__ == "__main__":
    main()
