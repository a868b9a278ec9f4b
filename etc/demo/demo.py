#!/usr/bin/python3
"""The demo: sample feeds of five made-up manufacturers, a sample device list,
and receivers for mail, syslog and webhooks, all of it on loopback.

usage: demo.py ADVRELAY FOLDER     (FOLDER is made anew)

Needs Python's standard library and the openssl program only. Everything ends
with the script; what was received stays in FOLDER to be looked at.
"""
import asyncio
import base64
import email
import email.policy
import hashlib
import http.server
import json
import os
import shutil
import socketserver
import ssl
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def say(text=""):
    print(text, flush=True)


def title(text):
    say()
    say("== " + text)


# ---- the manufacturers' web site ---------------------------------------------

def lay_out(site, base):
    """Copy the sample site; fill in its address; make the digests that a CSAF
    provider puts beside its documents."""
    shutil.copytree(os.path.join(HERE, "site"), site)
    for folder, _, names in os.walk(site):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as f:
                text = f.read().replace("@BASE@", base)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            if name.endswith(".json"):
                digest = hashlib.sha512(text.encode()).hexdigest()
                with open(path + ".sha512", "w", encoding="utf-8") as f:
                    f.write("%s  %s\n" % (digest, name))


class Site(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass


class Hook(http.server.BaseHTTPRequestHandler):
    """Keeps each webhook body as a file."""
    protocol_version = "HTTP/1.1"
    folder = ""
    count = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        Hook.count += 1
        with open(os.path.join(Hook.folder, "%02d.json" % Hook.count),
                  "wb") as f:
            f.write(body)
        answer = b'{"id":"T-%d"}' % Hook.count
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def serve_http(handler, **extra):
    def make(*args):
        return handler(*args, **extra)
    server = Server(("127.0.0.1", 0), make)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


# ---- mail and syslog -----------------------------------------------------------

class Receivers(threading.Thread):
    """A small SMTP server with STARTTLS, and a syslog server (RFC 5424 over TCP,
    a line each), in one event loop."""

    def __init__(self, folder, cert, key):
        super().__init__(daemon=True)
        self.mails = os.path.join(folder, "mails")
        self.syslog = os.path.join(folder, "syslog.log")
        os.makedirs(self.mails)
        open(self.syslog, "w", encoding="utf-8").close()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(cert, key)
        self.ports = {}
        self.ready = threading.Event()

    def run(self):
        asyncio.run(self.main())

    async def main(self):
        smtp = await asyncio.start_server(self.smtp, "127.0.0.1", 0)
        log = await asyncio.start_server(self.lines, "127.0.0.1", 0)
        self.ports = {"smtp": smtp.sockets[0].getsockname()[1],
                      "syslog": log.sockets[0].getsockname()[1]}
        self.ready.set()
        await asyncio.Event().wait()

    async def lines(self, reader, writer):
        while line := await reader.readline():
            with open(self.syslog, "ab") as f:
                f.write(line)
        writer.close()

    async def smtp(self, reader, writer):
        try:
            await self.session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        writer.close()

    async def session(self, reader, writer):
        async def reply(text):
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        await reply("220 localhost ESMTP demo")
        secure = False
        while line := await reader.readline():
            verb = line.strip().upper().split(b" ")[0].split(b":")[0]
            if verb == b"EHLO":
                await reply("250-localhost\r\n" +
                            ("" if secure else "250-STARTTLS\r\n") +
                            "250 8BITMIME")
            elif verb == b"STARTTLS":
                await reply("220 go ahead")
                await writer.start_tls(self.tls)
                secure = True
            elif verb in (b"MAIL", b"RCPT", b"RSET", b"NOOP", b"HELO"):
                await reply("250 ok" if secure or verb != b"MAIL" else
                            "530 STARTTLS first")
            elif verb == b"DATA":
                await reply("354 go on")
                await reply("250 queued as " + await self.keep(reader))
            elif verb == b"QUIT":
                await reply("221 bye")
                return
            else:
                await reply("500 what?")

    async def keep(self, reader):
        lines = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        name = "%02d.eml" % (len(os.listdir(self.mails)) + 1)
        with open(os.path.join(self.mails, name), "wb") as f:
            f.write(b"".join(lines))
        return name


def make_certificates(folder):
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
            "ca.key", "-out", "ca.pem", "-subj", "/CN=demo CA")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions",
            "copy", "-out", "server.pem")


# ---- what came out -------------------------------------------------------------

def show_alerts(folder):
    title("which devices are concerned, and why (from the webhook bodies)")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            alert = json.load(f)["data"]
        say("\n%-8s %s: %s" % (alert["severity"].upper(),
                               alert["advisory"]["id"], alert["title"]))
        for match in alert["matches"]:
            say("  %-8s %s, confidence %s" % (
                match["device"], match["status"], match["confidence"]))
            for why in match["why"]:
                say("             - " + why)


def show_mails(folder):
    title("mails, as files that one can open")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as f:
            mail = email.message_from_binary_file(
                f, policy=email.policy.default)
        say("  %s\n      %s" % (os.path.relpath(path), mail["Subject"]))


def show_syslog(path):
    title("syslog lines, in " + os.path.relpath(path))
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            say("  " + (line if len(line) < 150 else line[:147] + "..."))


def show_hooks(folder):
    title("webhook bodies")
    for name in sorted(os.listdir(folder)):
        say("  " + os.path.relpath(os.path.join(folder, name)))


def await_syslog(path, lines):
    """TCP syslog has no acknowledgement: the lines may still be on their way."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with open(path, encoding="utf-8") as f:
            if sum(1 for _ in f) >= lines:
                return
        time.sleep(0.02)


def once(advrelay, folder, log):
    with open(os.path.join(folder, log), "w", encoding="utf-8") as err:
        run = subprocess.run([advrelay, "once", "-c", "relay.conf"],
                             cwd=folder, stdout=subprocess.PIPE, stderr=err,
                             text=True, timeout=120)
    say("$ advrelay once -c relay.conf")
    say("  " + run.stdout.strip())
    if run.returncode != 0:
        with open(os.path.join(folder, log), encoding="utf-8") as f:
            sys.stderr.write(f.read())
        sys.exit("advrelay once ended with %d" % run.returncode)
    return run.stdout


def main():
    advrelay, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    folder = os.path.abspath(folder)
    Hook.folder = os.path.join(folder, "webhooks")
    os.makedirs(Hook.folder)
    make_certificates(folder)
    receivers = Receivers(folder, os.path.join(folder, "server.pem"),
                          os.path.join(folder, "server.key"))
    receivers.start()
    receivers.ready.wait(10)
    site = os.path.join(folder, "site")
    web = serve_http(Site, directory=site)
    hook = serve_http(Hook)
    lay_out(site, "http://127.0.0.1:%d" % web)
    for name in ("devices.csv", "door-5.cdx.json"):
        shutil.copy(os.path.join(HERE, name), folder)
    secret = os.path.join(folder, "webhook.secret")
    with open(secret, "w", encoding="ascii", opener=lambda p, f:
              os.open(p, f, 0o600)) as f:
        f.write("whsec_" + base64.b64encode(os.urandom(32)).decode() + "\n")
    with open(os.path.join(HERE, "relay.conf.in"), encoding="utf-8") as f:
        conf = f.read()
    for word, value in (("BASE", "http://127.0.0.1:%d" % web),
                        ("SMTP", receivers.ports["smtp"]),
                        ("SYSLOG", receivers.ports["syslog"]),
                        ("HOOK", hook)):
        conf = conf.replace("@%s@" % word, str(value))
    with open(os.path.join(folder, "relay.conf"), "w", encoding="utf-8") as f:
        f.write(conf)

    # A line for the heading, and one device more in its bill of materials.
    title("five manufacturers' feeds, %d devices, three sinks; all on loopback"
          % (sum(1 for _ in open(os.path.join(HERE, "devices.csv"),
                                 encoding="utf-8"))))
    once(advrelay, folder, "first.log")
    await_syslog(receivers.syslog, Hook.count)
    show_alerts(Hook.folder)
    show_mails(receivers.mails)
    show_syslog(receivers.syslog)
    show_hooks(Hook.folder)
    title("a second run")
    before = Hook.count
    if "nothing new" not in once(advrelay, folder, "second.log") or \
            Hook.count != before:
        sys.exit("the second run was not quiet")

    title("where to go next")
    here = os.path.relpath(folder)
    say("  the config, the device list, the log:  %s/relay.conf devices.csv "
        "first.log" % here)
    say("  what the relay remembers:              %s status -c %s/relay.conf"
        % (os.path.relpath(advrelay), here))
    say("  your own first alert in five minutes:  README.md")
    say("  every setting, explained:              etc/relay.conf")


if __name__ == "__main__":
    main()
