#!/usr/bin/python3
"""An SMTP server for tests, on a port that the kernel chooses.

Prints "PORT n" when it listens. Each mail becomes DIR/NNNN.eml and one line
{peer, auth, tls, sni, cert, from, to, message_id, chunked} of DIR/mails.jsonl;
DIR/log.txt has what came to pass in order (CONNECT, TLS, AUTH, MAIL, RCPT, DATA).
"""
import argparse
import asyncio
import json
import os
import socket
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--dir", required=True)
    p.add_argument("--cert", help="chain; turns STARTTLS on")
    p.add_argument("--key")
    p.add_argument("--client-ca", help="a client certificate is required")
    p.add_argument("--tls-only", action="store_true",
                   help="no mail without STARTTLS")
    p.add_argument("--user")
    p.add_argument("--password", default="")
    p.add_argument("--auth-clear", action="store_true",
                   help="offer AUTH without TLS too")
    p.add_argument("--mechs", default="PLAIN LOGIN")
    p.add_argument("--auth-required", action="store_true")
    p.add_argument("--rcpt", action="append", default=[],
                   metavar="LOCAL=REPLY", help="answer to RCPT for LOCAL@...")
    p.add_argument("--mail", metavar="REPLY", help="answer to MAIL")
    p.add_argument("--data", metavar="REPLY", help="answer to the whole mail")
    p.add_argument("--drop", type=int, default=0, metavar="N",
                   help="close the connection behind the N-th mail")
    p.add_argument("--hang", choices=["greeting", "ehlo", "data"])
    p.add_argument("--good", type=int, default=0, metavar="N",
                   help="mails that are taken before --hang data")
    p.add_argument("--stall", type=float, default=0,
                   help="seconds without reading in the middle of DATA")
    p.add_argument("--inject", action="store_true",
                   help="plain text behind the reply to STARTTLS")
    p.add_argument("--chunking", action="store_true",
                   help="offer CHUNKING and PIPELINING")
    return p.parse_args()


class Handler:
    def __init__(self, opt):
        self.opt = opt
        self.seen = 0
        self.rcpt = dict(r.split("=", 1) for r in opt.rcpt)

    def log(self, *words):
        with open(os.path.join(self.opt.dir, "log.txt"), "a") as f:
            print(*words, file=f)

    async def handle_EHLO(self, server, session, envelope, name, responses):
        session.host_name = name
        if self.opt.hang == "ehlo":
            await asyncio.sleep(3600)
        if self.opt.chunking:
            responses[-1:-1] = ["250-CHUNKING", "250-PIPELINING",
                                "250-ENHANCEDSTATUSCODES"]
        return responses

    async def handle_MAIL(self, server, session, envelope, address, opts):
        self.log("MAIL", address)
        if self.opt.mail:
            return self.opt.mail
        envelope.mail_from = address
        return "250 2.1.0 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, opts):
        self.log("RCPT", address)
        reply = self.rcpt.get(address.split("@")[0])
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        self.log("DATA", len(envelope.content))
        self.seen += 1
        if self.opt.hang == "data" and self.seen > self.opt.good:
            await asyncio.sleep(3600)
        if self.opt.data:
            return self.opt.data
        number = self.store(server, session, envelope)
        if self.opt.drop and self.seen % self.opt.drop == 0:
            server.transport.abort()
        return "250 2.0.0 Ok: queued as Q%04d" % number

    def store(self, server, session, envelope):
        number = len([n for n in os.listdir(self.opt.dir)
                      if n.endswith(".eml")]) + 1
        path = os.path.join(self.opt.dir, "%04d.eml" % number)
        with open(path, "wb") as f:
            f.write(envelope.content)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        auth = session.auth_data
        peer_cert = None
        if session.ssl is not None:
            peer_cert = server.transport.get_extra_info("peercert")
        line = {
            "peer": "%s:%s" % session.peer[:2],
            "helo": session.host_name,
            "auth": auth.login.decode()
            if session.authenticated and isinstance(auth, LoginPassword)
            else None,
            "tls": server.transport.get_extra_info("ssl_object").version()
            if session.ssl is not None else None,
            "sni": getattr(self, "sni", None),
            "cert": bool(peer_cert),
            "from": envelope.mail_from,
            "to": list(envelope.rcpt_tos),
            "message_id": str(mail["message-id"]),
            "chunked": getattr(envelope, "chunked", False),
        }
        with open(os.path.join(self.opt.dir, "mails.jsonl"), "a") as f:
            print(json.dumps(line), file=f)
        return number


class Server(SMTP):
    opt = None

    def connection_made(self, transport):
        if self.session is None or self.session.peer is None:
            self.event_handler.log("CONNECT")
        else:
            self.event_handler.log("TLS", self.event_handler.sni)
        super().connection_made(transport)

    async def _handle_client(self):
        if self.opt.hang == "greeting":
            await asyncio.sleep(3600)
        await super()._handle_client()

    async def push(self, status):
        if self.opt.inject and status.startswith("220 Ready"):
            self._writer.write(status.encode() + b"\r\n250-x\r\n250 AUTH\r\n")
            await self._writer.drain()
            return
        await super().push(status)

    async def smtp_DATA(self, arg):
        if self.opt.stall and self.envelope.rcpt_tos:
            self.transport.pause_reading()
            asyncio.get_event_loop().call_later(
                self.opt.stall, self.transport.resume_reading)
        await super().smtp_DATA(arg)

    async def smtp_BDAT(self, arg):
        words = arg.split()
        data = await self._reader.readexactly(int(words[0]))
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 no recipient")
            return
        self.bdat = getattr(self, "bdat", b"") + data
        if len(words) == 1:
            await self.push("250 2.0.0 %d bytes" % len(data))
            return
        self.envelope.content = self.envelope.original_content = self.bdat
        self.envelope.chunked = True
        self.bdat = b""
        status = await self._call_handler_hook("DATA")
        self._set_post_data_state()
        await self.push(status)

    async def smtp_RSET(self, arg):
        self.bdat = b""
        await super().smtp_RSET(arg)


def tls_context(opt, handler):
    if not opt.cert:
        return None
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(opt.cert, opt.key)
    if opt.client_ca:
        ctx.load_verify_locations(opt.client_ca)
        ctx.verify_mode = ssl.CERT_REQUIRED

    def on_sni(sock, name, context):
        handler.sni = name

    handler.sni = None
    ctx.sni_callback = on_sni
    return ctx


def watch_parent():
    """Ends with whoever started us, however that ended."""
    if os.getppid() == 1:
        os._exit(0)
    asyncio.get_event_loop().call_later(1, watch_parent)


async def main():
    opt = options()
    handler = Handler(opt)
    ctx = tls_context(opt, handler)

    def authenticate(server, session, envelope, mechanism, data):
        good = (isinstance(data, LoginPassword) and
                data.login.decode() == opt.user and
                data.password.decode() == opt.password)
        handler.log("AUTH", mechanism, "good" if good else "bad")
        return AuthResult(success=good, handled=False, auth_data=data)

    Server.opt = opt
    excluded = [m for m in ("PLAIN", "LOGIN") if m not in opt.mechs.split()]

    def factory():
        return Server(
            handler, hostname="fake.example", tls_context=ctx,
            require_starttls=opt.tls_only, timeout=600,
            authenticator=authenticate if opt.user else None,
            auth_required=opt.auth_required,
            auth_require_tls=not opt.auth_clear,
            auth_exclude_mechanism=excluded if opt.user
            else ["PLAIN", "LOGIN"], loop=asyncio.get_event_loop(),
            data_size_limit=1 << 26)

    sock = socket.socket()
    if opt.stall:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.bind(("127.0.0.1", 0))
    server = await asyncio.get_event_loop().create_server(factory, sock=sock)
    watch_parent()
    sys.stdout.write("PORT %d\n" % sock.getsockname()[1])
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
