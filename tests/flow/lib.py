"""What the flow tests share: peers, certificates, relay.conf, the program.

A test file lists its cases and calls run(). Each case gets a Place: a folder of
its own and the processes in it, all of which end with it, by their pid.
"""
import base64
import email
import email.policy
import glob
import hashlib
import hmac
import http.server
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.path.join(REPOSITORY, os.environ.get("BUILD", "build/gcc"))
SHARED = os.path.join(REPOSITORY, os.environ.get("SHARED", "../shared"))
FAKES = os.path.join(REPOSITORY, "tests/fakes")
CORPUS = os.path.join(SHARED, "corpora/cisa-csaf")
DEVICES = os.path.join(SHARED, "labels/devices.csv")

RELAY = "relay.test"
USER, PASSWORD = "relay", "correct horse battery staple"
SIGNING_KEY = b"flow-tests-flow-tests-flow-tests"
RECIPIENT = "soc@plant.test"
PYTHON = "/usr/bin/python3"

EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT = 0, 64, 65, 66
EX_UNAVAILABLE, EX_CANTCREAT, EX_TEMPFAIL, EX_CONFIG = 69, 73, 75, 78


class Failure(Exception):
    """What was expected did not come to pass."""


class Skip(Exception):
    """Something that is not there makes this case impossible here."""


def check(condition, why, *values):
    if not condition:
        raise Failure(why % values if values else why)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure("%s: got %.600r, wanted %.600r" % (what, got, wanted))


def wait_for(condition, what, seconds=20, every=0.02):
    """The first true value of condition(); a Failure when time is up."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure("waited %g s for %s" %
                          (seconds, what() if callable(what) else what))
        time.sleep(every)


def need_shared():
    for path in (CORPUS, DEVICES):
        if not os.path.exists(path):
            raise Skip("%s is not there" % path)


def write(path, text, mode=0o644):
    """Whole or not at all, as an editor or a publisher would."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(text, str):
        text = text.encode()
    with open(path + ".part", "wb") as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)
    os.replace(path + ".part", path)
    return path


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def read_lines(path):
    """JSON lines; a last one that is still being written is left out."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as f:
        whole = f.read()
    return [json.loads(line) for line in
            whole[:whole.rfind(b"\n") + 1].splitlines() if line]


def count_lines(path):
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as f:
        return f.read().count(b"\n")


# ---- relay.conf --------------------------------------------------------------

def libconfig(value, indent=0):
    """A Python value in libconfig's syntax."""
    pad = "\t" * indent
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return "%d" % value
    if isinstance(value, str):
        return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')
    if isinstance(value, dict):
        return "{\n%s%s}" % ("".join(
            "%s\t%s = %s;\n" % (pad, k, libconfig(v, indent + 1))
            for k, v in value.items()), pad)
    if all(isinstance(v, str) for v in value):
        return "[ %s ]" % ", ".join(libconfig(v) for v in value)
    return "( %s )" % ", ".join(libconfig(v, indent) for v in value)


def conf_text(settings):
    return "".join("%s = %s;\n" % (k, libconfig(v))
                   for k, v in settings.items())


# ---- a folder and its processes ----------------------------------------------

class Place:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="advrelay-flow.")
        self.ends = []

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    def folder(self, *parts):
        path = self.at(*parts)
        os.makedirs(path, exist_ok=True)
        return path

    def start(self, argv, **kw):
        p = subprocess.Popen(argv, **kw)
        self.ends.append(lambda: stop(p))
        return p

    def close(self):
        for end in reversed(self.ends):
            try:
                end()
            except Exception:
                traceback.print_exc()
        if os.environ.get("KEEP"):
            print("# kept: %s" % self.path)
            return
        shutil.rmtree(self.path, ignore_errors=True)

    # -- what every relay.conf of these tests has

    def certificates(self):
        """CA, a server for 127.0.0.1 and localhost, a client relay.test."""
        d = self.folder("tls")
        if os.path.exists(d + "/client.crt"):
            return d

        def openssl(*args):
            done = subprocess.run(["openssl", "req", "-newkey", "ec",
                                   "-pkeyopt", "ec_paramgen_curve:P-256",
                                   "-nodes", "-x509", "-days", "2", *args],
                                  cwd=d, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=30)
            check(done.returncode == 0, "openssl: %s", done.stderr)

        openssl("-subj", "/CN=flow test CA", "-keyout", "ca.key",
                "-out", "ca.crt", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign")
        for name, cn, alt in (
                ("server", "localhost", "DNS:localhost,IP:127.0.0.1"),
                ("client", RELAY, "DNS:" + RELAY)):
            openssl("-subj", "/CN=" + cn, "-keyout", name + ".key",
                    "-out", name + ".crt", "-CA", "ca.crt", "-CAkey", "ca.key",
                    "-addext", "subjectAltName=" + alt,
                    "-addext", "basicConstraints=critical,CA:FALSE")
            os.chmod(d + "/%s.key" % name, 0o600)
        return d

    def secret(self, name, text):
        return write(self.at("secrets", name), text + "\n", 0o600)

    def relay_settings(self):
        return {"name": RELAY, "state_dir": self.at("state")}

    def mail_sink(self, port, **more):
        return {"type": "mail", "url": "smtp://127.0.0.1:%d" % port,
                "tls": "required", "ca_file": self.certificates() + "/ca.crt",
                "user": USER, "to": [RECIPIENT],
                "password_file": self.secret("mail", PASSWORD), **more}

    def syslog_sink(self, port, **more):
        d = self.certificates()
        return {"type": "syslog", "url": "tls://127.0.0.1:%d" % port,
                "ca_file": d + "/ca.crt", "cert_file": d + "/client.crt",
                "key_file": d + "/client.key", **more}

    def hook_sink(self, port, **more):
        key = "whsec_" + base64.b64encode(SIGNING_KEY).decode()
        return {"type": "webhook", "url": "http://127.0.0.1:%d/alerts" % port,
                "secret_file": self.secret("hook", key), **more}

    def write_conf(self, settings):
        return write(self.at("relay.conf"), conf_text(settings))


def stop(p, how=signal.SIGTERM, seconds=10):
    """By its pid; returns its exit status."""
    if p.poll() is None:
        p.send_signal(how)
        try:
            p.wait(seconds)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait(10)
    for stream in (p.stdin, p.stdout, p.stderr):
        if stream is not None:
            stream.close()
    return p.returncode


def first_line(p, what, seconds=15):
    """What a peer prints when it listens."""
    if not select.select([p.stdout], [], [], seconds)[0]:
        raise Failure("%s did not come up" % what)
    line = p.stdout.readline()
    check(line != "", "%s ended at once, status %s", what, p.poll())
    return line


# ---- peers -------------------------------------------------------------------

class WebServer:
    """tests/fakes/http_server.py on a folder, with its log."""

    def __init__(self, place, root, port=0):
        self.root = root
        self.log = place.at("http-%d.jsonl" % len(place.ends))
        self.p = place.start(
            [PYTHON, FAKES + "/http_server.py", "--root", root, "--log",
             self.log, "--with-stdin", "--port", str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(first_line(self.p, "the web server"))
        self.url = "http://127.0.0.1:%d" % self.port
        self.seen = 0

    def requests(self):
        """Those since the last call."""
        new = read_lines(self.log)[self.seen:]
        self.seen += len(new)
        return new

    def stop(self, how=signal.SIGKILL):
        stop(self.p, how)


class MailServer:
    """tests/fakes/smtp_server.py with STARTTLS and AUTH."""

    def __init__(self, place, *more):
        self.dir = place.folder("mail-%d" % len(place.ends))
        d = place.certificates()
        self.p = place.start(
            [PYTHON, FAKES + "/smtp_server.py", "--dir", self.dir, "--cert",
             d + "/server.crt", "--key", d + "/server.key", "--tls-only",
             "--user", USER, "--password", PASSWORD, "--auth-required",
             *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=open(self.dir + "/stderr", "w"), text=True)
        self.port = int(first_line(self.p, "the mail server").split()[1])

    def count(self):
        return count_lines(self.dir + "/mails.jsonl")

    def envelopes(self):
        return read_lines(self.dir + "/mails.jsonl")

    def log(self):
        path = self.dir + "/log.txt"
        return read(path).splitlines() if os.path.exists(path) else []

    def mails(self):
        """Parsed by Python's parser, in the order of their coming."""
        ret = []
        # the line in mails.jsonl comes when the file is whole
        for path in sorted(glob.glob(self.dir + "/*.eml"))[:self.count()]:
            with open(path, "rb") as f:
                ret.append(email.message_from_bytes(
                    f.read(), policy=email.policy.default))
        return ret


RSYSLOG_CONF = """
global(workDirectory="@DIR@" maxMessageSize="64k"
       parser.escapeControlCharactersOnReceive="off"
       defaultNetstreamDriverCAFile="@TLS@/ca.crt"
       defaultNetstreamDriverCertFile="@TLS@/server.crt"
       defaultNetstreamDriverKeyFile="@TLS@/server.key")
module(load="mmpstrucdata")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1"
       StreamDriver.AuthMode="x509/name" PermittedPeer=["@RELAY@"])
template(name="line" type="string" string="%$!%\\n")
ruleset(name="keep") {
  action(type="mmpstrucdata" sd_name.lowercase="off")
  set $!pri=$pri; set $!host=$hostname; set $!app=$app-name;
  set $!msgid=$msgid; set $!sd=$structured-data; set $!msg=$msg;
  set $!raw=$rawmsg;
  action(type="omfile" file="@DIR@/received.jsonl" template="line"
         asyncWriting="off")
}
input(type="imtcp" address="127.0.0.1" port="@PORT@" ruleset="keep"
      listenPortFileName="@DIR@/port")
"""


class LogServer:
    """rsyslog over TLS, which lets in only the client relay.test."""

    def __init__(self, place, port=0):
        if shutil.which("rsyslogd") is None:
            raise Skip("rsyslogd is not installed")
        self.dir = place.folder("syslog-%d" % len(place.ends))
        conf = RSYSLOG_CONF
        for word, value in (("@DIR@", self.dir), ("@RELAY@", RELAY),
                            ("@TLS@", place.certificates()),
                            ("@PORT@", str(port))):
            conf = conf.replace(word, value)
        write(self.dir + "/rsyslog.conf", conf)
        self.p = place.start(
            ["rsyslogd", "-n", "-f", self.dir + "/rsyslog.conf", "-i",
             self.dir + "/pid"], stdin=subprocess.DEVNULL,
            stdout=open(self.dir + "/out", "w"), stderr=subprocess.STDOUT)
        path = self.dir + "/port"
        wait_for(lambda: (os.path.exists(path) and read(path).strip()) or
                 self.p.poll() is not None, "rsyslog's port")
        check(self.p.poll() is None, "rsyslog: %s", read(self.dir + "/out"))
        self.port = int(read(path))

    def count(self):
        return count_lines(self.dir + "/received.jsonl")

    def events(self):
        return [Event(one) for one in read_lines(self.dir + "/received.jsonl")]

    def stop(self):
        stop(self.p)


class Event:
    """One line as rsyslog understood it."""

    def __init__(self, line):
        self.line = line
        self.elements = {}
        for name, params in (line.get("rfc5424-sd") or {}).items():
            self.elements[name.split("@")[0]] = params

    def param(self, element, name):
        return self.elements.get(element, {}).get(name)

    @property
    def key(self):
        return self.param("advisory", "key")

    @property
    def event_id(self):
        return "%s:r%s:%s" % (self.key, self.param("advisory", "rev"),
                              self.param("advisory", "event"))


class Hook:
    """One webhook call as it came."""

    def __init__(self, headers, body):
        self.headers = headers
        self.body = body
        self.came = time.time()
        self.id = headers.get("webhook-id", "")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def alert(self):
        whole = self.json
        return whole.get("data", whole)

    def signature_fault(self):
        """'' if the Standard Webhooks signature is right."""
        stamp = self.headers.get("webhook-timestamp", "")
        if not stamp.isdigit() or abs(self.came - int(stamp)) > 300:
            return "webhook-timestamp %r" % stamp
        digest = hmac.new(SIGNING_KEY, b"%s.%s." % (
            self.id.encode(), stamp.encode()) + self.body, hashlib.sha256)
        wanted = "v1," + base64.b64encode(digest.digest()).decode()
        if wanted in self.headers.get("webhook-signature", "").split(" "):
            return ""
        return "webhook-signature %r" % self.headers.get("webhook-signature")


class HookServer:
    """Takes webhooks; answers self.status and self.headers."""

    def __init__(self, place):
        self.hooks = []
        self.refused = []
        self.status = 204
        self.headers = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_POST(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                if len(body) < size:    # killed in the middle of it
                    self.close_connection = True
                    return
                one = Hook({k.lower(): v for k, v in self.headers.items()},
                           body)
                status = outer.status
                (outer.hooks if 200 <= status < 300 else
                 outer.refused).append(one)
                self.send_response(status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        thread = threading.Thread(target=self.server.serve_forever,
                                  kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        place.ends.append(self.close)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def count(self):
        return len(self.hooks)


class Gate:
    """A port that leads to another one, or to nothing: a sink that can go
    away and come back at the same address."""

    def __init__(self, place, target=None):
        self.target = target
        self.listener = None
        self.port = 0
        self.pairs = set()
        self.lock = threading.Lock()
        self.open()
        place.ends.append(self.shut)

    def open(self):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", self.port))
        s.listen(64)
        self.port = s.getsockname()[1]
        self.listener = s
        threading.Thread(target=self._accept, args=(s,), daemon=True).start()

    def shut(self):
        """New connections are refused, those that stand are cut."""
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for one in pairs:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def lead_to(self, port):
        """For connections from now on; the others are cut."""
        self.shut()
        self.target = port
        self.open()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            with self.lock:
                self.pairs.update((near, far))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(a, b),
                                 daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for one in (source, sink):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


# ---- the program -------------------------------------------------------------

PROGRAM = BUILD + "/advrelay"


class Done:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return "exit %d, out %.500r, err %.1500r" % (
            self.status, self.out, self.err[-1500:])


def advrelay(*args, seconds=120, env=None):
    done = subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=seconds,
                          env={**os.environ, **(env or {})})
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"),
                done.stderr.decode("utf-8", "replace"))


def once(conf, *wanted, seconds=120):
    """`advrelay once`; its report. Exit code 0, or one of those wanted."""
    done = advrelay("once", "--json", "-c", conf, seconds=seconds)
    check(done.status in (wanted or (EX_OK,)), "once: wanted exit %s: %r",
          wanted or EX_OK, done)
    report = done.json
    report["stderr"] = done.err
    return report


def status(conf):
    done = advrelay("status", "--json", "-c", conf)
    check(done.status == EX_OK, "status: %r", done)
    return done.json


def queue(conf):
    done = advrelay("queue", "--json", "-c", conf)
    check(done.status == EX_OK, "queue: %r", done)
    return done.json["queue"]


def control(place, ask, **more):
    """The control socket itself, without relay.conf being read."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(place.at("state/control"))
        s.sendall(json.dumps({"ask": ask, **more}).encode() + b"\n")
        return json.loads(s.makefile().read())


def sink_of(conf, name):
    return next(s for s in status(conf)["sinks"] if s["name"] == name)


def feed_of(conf, name):
    return next(f for f in status(conf)["feeds"] if f["name"] == name)


class Daemon:
    """`advrelay run`, with a socket for sd_notify and its log in a file."""

    def __init__(self, place, conf, **env):
        self.conf = conf
        n = len(place.ends)
        self.log_path = place.at("run-%d.log" % n)
        address = place.at("notify-%d" % n)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.told = []
        self.p = place.start(
            [PROGRAM, "run", "-c", conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(self.log_path, "wb"),
            env={**os.environ, "NOTIFY_SOCKET": address, **env})
        place.ends.append(self.socket.close)

    def notes(self):
        """All that sd_notify was told by now, one word each."""
        while select.select([self.socket], [], [], 0)[0]:
            self.told.extend(self.socket.recv(4096).decode().split("\n"))
        return self.told

    def ready(self):
        self.wait(lambda: "READY=1" in self.notes(), "READY=1")
        return self

    def log(self):
        return read(self.log_path)

    def wait(self, condition, what, seconds=20):
        def one():
            value = condition()
            check(value or self.p.poll() is None,
                  "advrelay run ended (%s) before %s: %s", self.p.poll(),
                  words(), self.log()[-800:])
            return value

        def words():
            return what() if callable(what) else what
        return wait_for(one, lambda: "%s; log: %s" % (
            words(), self.log()[-1500:]), seconds)

    def stop(self, seconds=10):
        return stop(self.p, signal.SIGTERM, seconds)

    def helpers(self):
        """pid -> program of the keeper's children."""
        path = "/proc/%d/task/%d/children" % (self.p.pid, self.p.pid)
        found = {}
        for pid in read(path).split():
            try:
                found[int(pid)] = os.path.basename(
                    os.readlink("/proc/%s/exe" % pid))
            except OSError:
                pass
        return found


class Store:
    """A look into the database itself, when no keeper writes."""

    def __init__(self, place):
        self.db = sqlite3.connect(place.at("state/advrelay.db"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def integrity(self):
        equal(self.rows("PRAGMA integrity_check"), [("ok",)],
              "integrity_check")
        equal(self.rows("PRAGMA foreign_key_check"), [], "foreign_key_check")

    def event_ids(self):
        """Of all alerts."""
        return ["%s:r%d:%s" % row for row in self.rows(
            "SELECT key, rev, event FROM alert ORDER BY id")]


# ---- advisories and provider trees -------------------------------------------

def canonical(stamp):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(stamp))


def put_document(path, document):
    """An advisory and its .sha512 beside it."""
    data = document if isinstance(document, bytes) else \
        json.dumps(document, indent=1, ensure_ascii=False).encode()
    write(path, data)
    write(path + ".sha512", "%s  %s\n" % (
        hashlib.sha512(data).hexdigest(), os.path.basename(path)))


def csaf(ident, title="An advisory", vendor="Acme", product="Pump 7",
         ranges="<2.0", version="1", score=9.8, severity="CRITICAL",
         stamp="2026-01-02T03:04:05Z", **more):
    """A CSAF 2.0 advisory of ours: one product, one vulnerability."""
    document = {
        "category": "csaf_security_advisory", "csaf_version": "2.0",
        "title": title, "lang": "en",
        "distribution": {"tlp": {"label": "WHITE"}},
        "publisher": {"category": "vendor", "name": vendor,
                      "namespace": "https://acme.example"},
        "tracking": {
            "id": ident, "status": "final", "version": version,
            "initial_release_date": "2026-01-02T03:04:05Z",
            "current_release_date": stamp,
            "revision_history": [{"number": version, "date": stamp,
                                  "summary": "Revision " + version}]},
        "notes": [{"category": "summary", "text":
                   more.get("summary", "It stops when asked to.")}],
    }
    product_id = {"product": {"name": "%s %s %s" % (vendor, product, ranges),
                              "product_id": "P1"},
                  "category": "product_version_range", "name": ranges}
    tree = {"branches": [{"category": "vendor", "name": vendor, "branches": [
        {"category": "product_name", "name": product,
         "branches": [product_id]}]}]}
    vulnerability = {
        "cve": more.get("cve", "CVE-2026-0001"),
        "title": title,
        "product_status": {"known_affected": ["P1"]},
        "scores": [{"products": ["P1"], "cvss_v3": {
            "version": "3.1", "baseScore": score, "baseSeverity": severity,
            "vectorString":
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
        "remediations": [{"category": "vendor_fix", "product_ids": ["P1"],
                          "details": more.get("fix", "Update to 2.0.")}]}
    return {"document": document, "product_tree": tree,
            "vulnerabilities": [vulnerability]}


class Provider:
    """A publisher's tree in a folder: documents, ROLIE, changes.csv, index.txt.

    The directory files hold paths from the repository's root and no quotes, as
    CISA publishes them."""

    def __init__(self, root):
        self.root = root
        self.updated = {}	# path from the root -> stamp
        self.base = None

    def take_corpus(self):
        shutil.copytree(os.path.join(CORPUS, "csaf_files"),
                        os.path.join(self.root, "csaf_files"))
        for path in sorted(glob.glob(self.root + "/csaf_files/*/*/*/*.json")):
            with open(path, "rb") as f:
                stamp = json.load(f)["document"]["tracking"][
                    "current_release_date"]
            self.updated[os.path.relpath(path, self.root)] = stamp

    def put(self, name, document, stamp=None):
        path = "csaf_files/OT/white/2026/" + name
        put_document(os.path.join(self.root, path), document)
        self.updated[path] = stamp or document["document"]["tracking"][
            "current_release_date"]

    def publish(self, base):
        self.base = base
        self._rolie()
        self._directory()
        self._provider("rolie", {"rolie": {"feeds": [
            {"summary": "All", "tlp_label": "WHITE",
             "url": base + "/rolie.json"}]}})
        self._provider("directory", *(
            {"directory_url": "%s/%s/" % (base, folder)}
            for folder in self.folders()))

    def folders(self):
        """csaf_files/OT/white: one listing each."""
        return sorted({path.rsplit("/", 2)[0] for path in self.updated})

    def url(self, how):
        return "%s/%s/provider-metadata.json" % (self.base, how)

    def _provider(self, how, *distributions):
        write(os.path.join(self.root, how, "provider-metadata.json"),
              json.dumps({
                  "canonical_url": self.url(how),
                  "distributions": list(distributions),
                  "last_updated": "2026-01-01T00:00:00Z",
                  "list_on_CSAF_aggregators": False, "metadata_version": "2.0",
                  "mirror_on_CSAF_aggregators": False,
                  "publisher": {"category": "vendor", "name": "Test",
                                "namespace": "https://acme.example"},
                  "role": "csaf_trusted_provider"}))

    def _rolie(self):
        entries = []
        for path, stamp in self.updated.items():
            url = "%s/%s" % (self.base, path)
            entries.append({
                "id": os.path.basename(path), "title": path,
                "published": stamp, "updated": stamp,
                "link": [{"rel": "self", "href": url},
                         {"rel": "hash", "href": url + ".sha512"}],
                "format": {"schema": "https://docs.oasis-open.org/csaf/csaf/"
                           "v2.0/csaf_json_schema.json", "version": "2.0"},
                "content": {"type": "application/json", "src": url}})
        write(os.path.join(self.root, "rolie.json"), json.dumps({"feed": {
            "id": "all", "title": "All", "link": [
                {"rel": "self", "href": self.base + "/rolie.json"}],
            "category": [{"scheme": "urn:ietf:params:rolie:category:"
                          "information-type", "term": "csaf"}],
            "updated": canonical(time.time()), "entry": entries}}))

    def _directory(self):
        newest = sorted(self.updated.items(), key=lambda x: x[1], reverse=True)
        for folder in self.folders():
            mine = [p for p in newest if p[0].startswith(folder + "/")]
            at = os.path.join(self.root, folder)
            write(at + "/changes.csv", "".join("%s,%s\n" % p for p in mine))
            write(at + "/index.txt", "".join("%s\n" % p for p, _ in mine))


def publish_revision(provider, path, change):
    """A new revision of a document: change(document) edits it."""
    with open(os.path.join(provider.root, path), "rb") as f:
        document = json.load(f)
    tracking = document["document"]["tracking"]
    stamp = canonical(time.time())
    tracking["version"] = str(int(tracking["version"].split(".")[0]) + 1)
    tracking["current_release_date"] = stamp
    tracking["revision_history"].append({
        "number": tracking["version"], "date": stamp, "summary": "Changed"})
    change(document)
    put_document(os.path.join(provider.root, path), document)
    provider.updated[path] = stamp
    provider.publish(provider.base)


# ---- the three receivers together --------------------------------------------

def mail_event_id(mail):
    """From the Message-ID: <ar.KEY.rREV.EVENT.HASH@relay>."""
    ident = str(mail["message-id"])
    parts = ident.strip("<>").split("@")[0].split(".")
    check(len(parts) == 5 and parts[0] == "ar", "Message-ID %s", ident)
    equal(str(mail["x-advisory-key"]), parts[1], "X-Advisory-Key")
    return "%s:%s:%s" % (parts[1], parts[2], parts[3])


class Receivers:
    def __init__(self, place):
        self.mail = MailServer(place)
        self.syslog = LogServer(place)
        self.hook = HookServer(place)

    def sinks(self, place):
        return {"mail": place.mail_sink(self.mail.port),
                "soc": place.syslog_sink(self.syslog.port),
                "tickets": place.hook_sink(self.hook.port)}

    def counts(self):
        return (self.mail.count(), self.syslog.count(), self.hook.count())

    def event_ids(self):
        return {"mail": [mail_event_id(m) for m in self.mail.mails()],
                "syslog": [e.event_id for e in self.syslog.events()],
                "webhook": [h.id for h in self.hook.hooks]}

    def settled(self, n):
        """rsyslog writes a moment after it took over."""
        wait_for(lambda: self.syslog.count() >= n,
                 lambda: "%d syslog events, %d are there" %
                 (n, self.syslog.count()))


def same_once(told, wanted):
    """Every event id at every receiver, exactly once."""
    for name, ids in told.items():
        twice = sorted({i for i in ids if ids.count(i) > 1}) \
            if len(set(ids)) != len(ids) else []
        check(not twice, "%s: %d came twice, e.g. %s", name, len(twice),
              twice[:3])
        missing, extra = set(wanted) - set(ids), set(ids) - set(wanted)
        check(not missing and not extra,
              "%s: %d are missing (%s), %d are unknown (%s)", name,
              len(missing), sorted(missing)[:3], len(extra),
              sorted(extra)[:3])


# ---- running -----------------------------------------------------------------

class OutOfTime(BaseException):
    pass


def _alarm(*_):
    raise OutOfTime()


def run(cases, seconds=170):
    """cases: functions of a Place. Ends the process."""
    for name in (PROGRAM, *(BUILD + "/libexec/" + h for h in (
            "fetch", "read", "list", "match", "mail", "syslog", "hook"))):
        if not os.access(name, os.X_OK):
            print("not ok build: %s is not there; make all" % name)
            sys.exit(1)
    signal.signal(signal.SIGALRM, _alarm)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = 0
    wanted = sys.argv[1:]
    prefix = os.path.basename(sys.argv[0])[len("test_"):-len(".py")]
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        name = "%s.%s" % (prefix, case.__name__)
        place = Place()
        began = time.monotonic()
        signal.alarm(seconds)
        try:
            case(place)
            print("ok %s" % name)
            if os.environ.get("TIMES"):
                print("# %.1f s" % (time.monotonic() - began))
        except Skip as e:
            print("SKIP %s: %s" % (name, e))
        except OutOfTime:
            failed += 1
            print("not ok %s: not finished after %d s" % (name, seconds))
        except Exception as e:
            failed += 1
            why = str(e) if isinstance(e, Failure) else \
                traceback.format_exc()
            print("not ok %s: %s" % (name, " | ".join(why.splitlines())))
        finally:
            signal.alarm(0)
            place.close()
            sys.stdout.flush()
    sys.exit(1 if failed else 0)
