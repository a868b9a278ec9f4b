"""What the crash tests share, on top of the flow tests' lib.py: the crash
build, the sample site, receivers that count, and the look into the store."""
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../flow"))

import lib  # noqa: E402
from lib import (BUILD, CORPUS, DEVICES, EX_OK, EX_TEMPFAIL,  # noqa: E402
                 EX_UNAVAILABLE, Failure, HookServer, LogServer, MailServer,
                 REPOSITORY, Skip, WebServer, check, count_lines, equal, read,
                 read_lines, run, stop, wait_for, write)

DEMO = os.path.join(REPOSITORY, "etc/demo")
CRASHED = 99		# the crash build's exit status
BATCH = 2 * 256		# BATCH_MAX: an ask and the one before it
SINKS = ("mail", "syslog", "webhook")


def crash_build():
    """The build that ends at the n-th commit; made if it is not up to date."""
    build = BUILD.rstrip("/") + "-crash"
    os.makedirs(os.path.dirname(build), exist_ok=True)
    with open(build + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            ["make", "-C", REPOSITORY, "--no-print-directory", "-j2",
             "B=" + os.path.relpath(build, REPOSITORY), "DEV=",
             "CPPFLAGS=-DCRASH_TEST", "all"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=400)
    check(done.returncode == 0, "the crash build: %s", done.stderr[-800:])
    return build + "/advrelay"


# ---- the sample site ---------------------------------------------------------

def put_with_digest(path, text):
    write(path, text)
    write(path + ".sha512", "%s  %s\n" % (
        hashlib.sha512(text.encode()).hexdigest(), os.path.basename(path)))


class Site:
    """etc/demo/site behind the web server of the tests."""

    def __init__(self, place):
        self.root = place.folder("www")
        self.web = WebServer(place, self.root)
        source = os.path.join(DEMO, "site")
        for folder, _, names in os.walk(source):
            for name in names:
                at = os.path.join(folder, name)
                text = read(at).replace("@BASE@", self.web.url)
                to = os.path.join(self.root, os.path.relpath(at, source))
                (put_with_digest if name.endswith(".json") else write)(to, text)

    def feeds(self):
        return [{"name": name, "type": kind, "url": self.web.url + url,
                 "allow": ["127.0.0.0/8"]} for name, kind, url in (
            ("norrtek", "csaf-provider", "/norrtek/provider-metadata.json"),
            ("kestrel", "csaf-directory", "/kestrel/"),
            ("brandt-vogel", "csaf", "/brandt-vogel/bv-2026-07.json"),
            ("helvia", "rss", "/helvia/notices.rss"),
            ("lumenpath", "atom", "/lumenpath/atom.xml"))]

    def revise(self):
        """One document says something else now: what to do has changed."""
        path = os.path.join(self.root, "norrtek/2026/nrt-2026-001.json")
        document = json.loads(read(path))
        tracking = document["document"]["tracking"]
        was, stamp = tracking["current_release_date"], "2026-09-01T08:00:00Z"
        tracking["version"] = "3"
        tracking["current_release_date"] = stamp
        tracking["revision_history"].append(
            {"number": "3", "date": stamp, "summary": "For the NX-210, too"})
        for one in document["vulnerabilities"][0]["remediations"]:
            if one["category"] == "none_available":
                one["category"] = "vendor_fix"
                one["details"] = "Update the NX-210 to firmware V3.2."
        put_with_digest(path, json.dumps(document, indent=1))
        path = os.path.join(self.root, "norrtek/feed.json")
        listing = json.loads(read(path))
        entry = listing["feed"]["entry"][0]
        equal((entry["id"], entry["updated"]), ("NRT-2026-001", was),
              "the sample feed")
        entry["updated"] = listing["feed"]["updated"] = stamp
        put_with_digest(path, json.dumps(listing, indent=1))


# ---- receivers ---------------------------------------------------------------

def param(line, name):
    found = re.search(rb'\[advisory@[^]]* ' + name + rb'="([^"]*)"', line)
    check(found, "a syslog line without %s: %r", name, line[:300])
    return found.group(1).decode()


class LineServer:
    """Syslog over TCP, octet counting (RFC 6587, 3.4.1). A frame that is not
    whole when its connection ends was never said.

    The kernel confirms for a program that never reads, and with plain TCP that
    is all a sender sees: whatever ends a thread here is kept in `faults`."""

    def __init__(self, place):
        self.lines = []
        self.faults = []
        self.came = self.ended = self.cut = 0
        self.closing = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        place.ends.append(self._close)

    def _close(self):
        self.closing = True
        self.listener.close()

    def _accept(self):
        while not self.closing:
            try:
                s, _ = self.listener.accept()
                self.came += 1
                threading.Thread(target=self._read, args=(s,),
                                 daemon=True).start()
            except Exception as e:
                if not self.closing:
                    self.faults.append("accept: %r" % e)
                    time.sleep(0.05)	# no descriptor, no thread: for now

    def _read(self, s):
        try:
            with s, s.makefile("rb") as stream:
                while self._frame(stream):
                    pass
        except ConnectionResetError:
            self.cut += 1
        except Exception as e:
            self.faults.append("read: %r" % e)
        self.ended += 1

    def _frame(self, stream):
        length = b""
        while not length.endswith(b" "):
            one = stream.read(1)
            if not one:
                self.cut += length != b""
                return False
            length += one
            if not re.fullmatch(rb"[1-9][0-9]{0,6} ?", length):
                self.lines.append(b"not a frame: " + length)
                return False
        line = stream.read(int(length))
        if len(line) < int(length):
            self.cut += 1
            return False
        self.lines.append(line)
        return True

    def state(self):
        """For whoever misses a line."""
        return "%d lines by %d connections, %d ended, %d cut; faults: %s" % (
            len(self.lines), self.came, self.ended, self.cut,
            self.faults or "none")

    def ids_from(self, at):
        return ["%s:r%s:%s" % (param(line, b"key"), param(line, b"rev"),
                               param(line, b"event"))
                for line in self.lines[at:]]

    def count(self):
        return len(self.lines)


class RealLog(LogServer):
    """The same of rsyslogd."""

    def state(self):
        return "%d lines" % self.count()

    def ids_from(self, at):
        return [e.event_id for e in self.events()[at:]]


class Told:
    """What each receiver was told since take() was called last."""

    def __init__(self, place, real=False):
        self.mail = MailServer(place)
        self.syslog = RealLog(place) if real else LineServer(place)
        self.hook = HookServer(place)
        self.real = real
        self.same = {}		# an id -> the words that go with it
        self.at = [0, 0, 0]

    def sinks(self, place):
        return {"mail": place.mail_sink(self.mail.port),
                "syslog": place.syslog_sink(self.syslog.port) if self.real
                else {"type": "syslog",
                      "url": "tcp://127.0.0.1:%d" % self.syslog.port},
                "webhook": place.hook_sink(self.hook.port)}

    def counts(self):
        return [self.mail.count(), self.syslog.count(), self.hook.count()]

    def peek(self):
        mails = self.mail.envelopes()[self.at[0]:]
        # a request whose helper was killed in its middle was never said
        hooks = [h for h in self.hook.hooks[self.at[2]:]
                 if len(h.body) == int(h.headers.get("content-length", -1))]
        return {"mail": [self._mail(m) for m in mails],
                "syslog": self.syslog.ids_from(self.at[1]),
                "webhook": [self._hook(h) for h in hooks]}

    def take(self):
        counts = self.counts()
        told = self.peek()
        self.at = counts
        return told

    def forget(self):
        """Another store begins: only within one must repetitions be equal."""
        self.same.clear()

    def _mail(self, mail):
        ident = mail["message_id"]
        parts = ident.strip("<>").split("@")[0].split(".")
        check(len(parts) == 5 and parts[0] == "ar", "Message-ID %s", ident)
        event = ":".join(parts[1:4])
        equal(self.same.setdefault(("mail", event), ident), ident,
              "the Message-ID of a repeated mail")
        return event

    def _hook(self, hook):
        check(hook.signature_fault() == "", hook.signature_fault())
        equal(self.same.setdefault(("hook", hook.id), hook.body), hook.body,
              "the body of a repeated webhook")
        return hook.id


def all_told(told, wanted, repeats=0):
    """Everything came to everyone; more than once at most `repeats` of them;
    nothing else came."""
    for name in SINKS:
        ids = told[name]
        missing, extra = set(wanted) - set(ids), set(ids) - set(wanted)
        check(not missing, "%s: %d of %d are LOST: %s", name, len(missing),
              len(wanted), sorted(missing)[:3])
        check(not extra, "%s: %d that nobody knows: %s", name, len(extra),
              sorted(extra)[:3])
        check(len(ids) - len(set(ids)) <= repeats, "%s: %d repetitions, at "
              "most %d are to be expected", name, len(ids) - len(set(ids)),
              repeats)


def await_told(told, wanted):
    """TCP syslog is not acknowledged: the last lines may be on their way."""
    def missing():
        return sorted(set(wanted) - set(told.peek()["syslog"]))

    wait_for(lambda: not missing(), lambda: "%d of %d syslog lines, %s; %s" % (
        len(missing()), len(wanted), missing()[:3], told.syslog.state()),
        10, 0.01)


# ---- the store ---------------------------------------------------------------

def packed(text):
    data = text.encode()
    return struct.pack("<I", len(data)) + data + b"\0"


def journal_fault(rows):
    """'' if the chain of hashes holds."""
    before = ""
    for number, (ident, at, event, subject, said, digest) in enumerate(rows, 1):
        line = packed(before) + struct.pack("<qq", ident, at) + \
            packed(event) + packed(subject) + packed(said)
        if ident != number:
            return "line %d has the number %d" % (number, ident)
        if hashlib.sha256(line).hexdigest() != digest:
            return "line %d: its hash is another one" % number
        before = digest
    return ""


LEFT = {
    "documents": "SELECT count(*) FROM document WHERE state <> 'read'",
    "advisories": "SELECT count(*) FROM advisory WHERE state NOT IN "
                  "('matched', 'superseded')",
    "deliveries": "SELECT count(*) FROM delivery WHERE state <> 'delivered'",
    "leases": "SELECT (SELECT count(*) FROM document WHERE owner <> '') + "
              "(SELECT count(*) FROM advisory WHERE owner <> '') + "
              "(SELECT count(*) FROM address WHERE owner <> '') + "
              "(SELECT count(*) FROM delivery WHERE owner <> '')",
}


def look(path, finished=True):
    """The event ids of all alerts in a store that must be whole."""
    db = sqlite3.connect("file:%s?mode=rw" % path, uri=True)
    try:
        equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)],
              "integrity_check")
        equal(db.execute("PRAGMA foreign_key_check").fetchall(), [],
              "foreign_key_check")
        equal(journal_fault(db.execute(
            "SELECT id, at, event, subject, said, hash FROM journal "
            "ORDER BY id")), "", "the journal's chain")
        if finished:
            for what, sql in LEFT.items():
                equal(db.execute(sql).fetchone()[0], 0,
                      "%s that are left over" % what)
        ids = ["%s:r%d:%s" % row for row in db.execute(
            "SELECT key, rev, event FROM alert ORDER BY id")]
    finally:
        db.close()
    check(len(set(ids)) == len(ids), "an alert was made twice: %s", ids)
    return ids


# ---- running -----------------------------------------------------------------

class Relay:
    """One relay.conf with a state folder of its own."""

    def __init__(self, place, name, program, settings):
        self.program = program
        self.folder = place.folder(name)
        self.state = self.folder + "/state"
        self.store = self.state + "/advrelay.db"
        self.conf = write(self.folder + "/relay.conf", lib.conf_text(
            {"relay": {"name": lib.RELAY, "state_dir": self.state},
             **settings}))

    def once(self, seconds=60, env=None, limits=None):
        done = subprocess.run(
            [self.program, "once", "--json", "-c", self.conf],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
            env={**os.environ, **(env or {})}, preexec_fn=limits)
        return lib.Done(done.returncode, done.stdout.decode(),
                        done.stderr.decode("utf-8", "replace"))

    def command(self, *args):
        done = subprocess.run([self.program, *args, "-c", self.conf],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60)
        return lib.Done(done.returncode, done.stdout.decode(),
                        done.stderr.decode("utf-8", "replace"))

    def finish(self, rounds=3):
        """`once` until nothing is left; how often it ran."""
        for n in range(1, rounds + 1):
            done = self.once()
            if done.status == EX_OK:
                return n
        raise Failure("still not done after %d runs: %r" % (rounds, done))

    def reset(self, source=None):
        shutil.rmtree(self.state, ignore_errors=True)
        if source is not None:
            shutil.copytree(source, self.state)
