"""What the fake web servers share: an HTTP/1.1 handler that logs each request
as a JSON line, TLS in the connection's own thread, and an end with stdin.

Binds 127.0.0.1 and prints the port. With --with-stdin it leaves when its
standard input ends, so that a test which dies takes it along.
"""
import argparse
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    body = b""

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def note(self, **more):
        log = self.server.log
        if log is None:
            return
        line = json.dumps({
            "time": time.time(), "method": self.command, "path": self.path,
            "port": self.client_address[1],
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.body.decode("utf-8", "surrogateescape"), **more,
        })
        with self.server.log_lock:
            log.write(line + "\n")
            log.flush()

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def take_body(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size) if size else b""


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


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--log")
    p.add_argument("--cert")
    p.add_argument("--key")
    p.add_argument("--client-ca")
    p.add_argument("--with-stdin", action="store_true")
    p.add_argument("--port", type=int, default=0)
    return p


def serve(handler, a, **attributes):
    """Until the end; attributes are the server's."""
    server = Server(("127.0.0.1", a.port), handler)
    for name, value in attributes.items():
        setattr(server, name, value)
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
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
