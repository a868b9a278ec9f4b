#!/usr/bin/python3
"""A webhook receiver for tests, scripted by path (see SCRIPTS).

    webhook_server.py [--log FILE] [--cert PEM --key PEM] [--client-ca PEM]
                      [--with-stdin]

Binds 127.0.0.1 and prints the port. Each request is one JSON line in FILE:
path, headers (lower case), body, and the client's port. With --with-stdin it
leaves when its standard input ends, so that a test which dies takes it along.
"""
import email.utils
import json
import sys
import threading
import time

sys.dont_write_bytecode = True
import fake_web     # noqa: E402


ENDLESS_MOST = 256 << 20


class Handler(fake_web.Handler):
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
        self.take_body()
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


def junk(h, rest):
    h.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    h.close_connection = True


def page(h, rest):
    """422 with the given number of bytes, none of them text."""
    h.answer(422, b"\xff\x00\x1b[31m\n" + b"\xfe" * int(rest or 100))


def is_first(h, name):
    with h.server.log_lock:
        first = name not in h.server.seen
        h.server.seen.add(name)
    return first


def once(h, rest):
    """500 for the first request of a name, then 200."""
    h.answer(500 if is_first(h, rest) else 200)


def dozes(h, rest):
    """200 for the first request of a name, then no answer."""
    if is_first(h, rest):
        h.answer(200)
    else:
        slow(h, rest)


def crowd(h, rest):
    """Waits a moment for more than so many to be in work. The id of the answer
    is the most that were, as far as this one saw."""
    most = 0

    def more():
        nonlocal most
        most = max(most, h.server.inside)
        return most > int(rest)

    with h.server.crowd:
        h.server.inside += 1
        h.server.crowd.notify_all()
        h.server.crowd.wait_for(more, 0.2)
        h.server.inside -= 1
    h.answer(201, b'{"id": %d}' % most)


def tires(h, rest):
    """200 so many times, then 503 for ever."""
    with h.server.log_lock:
        h.server.taken += 1
        fresh = h.server.taken <= int(rest)
    h.answer(200 if fresh else 503)


SCRIPTS = {
    "200": status(200, b"ok"), "204": status(204), "202": status(202, b"{}"),
    "201": with_id, "201t": with_text_id, "200h": with_huge_id,
    "401": status(401, b"who are you"), "403": status(403, b"not you"),
    "410": status(410, b"gone for good"),
    "422": status(422, b'{"errors":["title is too long"]}'),
    "500": status(500, b"oops"), "503": status(503, b"", Retry_After="60"),
    "302": redirect, "429": limited, "429d": limited_date,
    "status": coded, "slow": slow, "endless": endless,
    "announced": announced, "reset": lambda h, _: h.reset(),
    "junk": junk, "page": page, "once": once, "dozes": dozes, "crowd": crowd, "tires": tires,
}


if __name__ == "__main__":
    fake_web.serve(Handler, fake_web.options().parse_args(), seen=set(),
                   crowd=threading.Condition(), inside=0, taken=0)
