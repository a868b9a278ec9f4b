#!/usr/bin/python3
"""A disk that is full or read-only, a store that somebody else holds or that is
damaged: said clearly, nothing destroyed, and the work is finished later."""
import ctypes
import errno
import time

from lib_crash import *

EX_DATAERR, EX_OSERR, EX_CANTCREAT, EX_IOERR = 65, 71, 73, 74
# sysexits: what has to do with the disk, as opposed to the data
DISK = (EX_OSERR, EX_CANTCREAT, EX_IOERR, EX_TEMPFAIL)
MS_RDONLY, MS_REMOUNT, MNT_DETACH = 1, 32, 2
libc = ctypes.CDLL(None, use_errno=True)


# ---- a small disk ------------------------------------------------------------------

def namespace_of_our_own():
    """Mounts that nobody else sees and that end with us. Runs this program
    again, once."""
    if os.environ.get("DISK_NAMESPACE") or shutil.which("unshare") is None:
        return
    for how in (["-m"], ["-r", "-m"]):
        try:
            if subprocess.run(["unshare", *how, "true"], timeout=10,
                              capture_output=True).returncode == 0:
                os.environ["DISK_NAMESPACE"] = " ".join(how)
                os.execvp("unshare", ["unshare", *how, lib.PYTHON,
                                      os.path.realpath(__file__),
                                      *sys.argv[1:]])
        except (OSError, subprocess.TimeoutExpired):
            pass


class Disk:
    """A tmpfs of a few megabytes at the relay's folder."""

    def __init__(self, place, relay, megabytes=24):
        self.path = relay.state
        os.makedirs(self.path, exist_ok=True)
        if not os.environ.get("DISK_NAMESPACE"):
            raise Skip("no mount namespace: unshare is refused")
        if libc.mount(b"none", self.path.encode(), b"tmpfs", 0,
                      b"size=%dm,mode=700" % megabytes) != 0:
            raise Skip("mount: " + os.strerror(ctypes.get_errno()))
        place.ends.append(lambda: libc.umount2(self.path.encode(), MNT_DETACH))
        self.filler = self.path + "/filler"

    def leave(self, kilobytes):
        """Fill it up to here."""
        self.free()
        at = os.statvfs(self.path)
        size = at.f_bavail * at.f_frsize - kilobytes * 1024
        with open(self.filler, "wb", buffering=0) as f:
            try:
                while size > 0:
                    size -= f.write(b"\0" * min(size, 65536))
            except OSError as e:	# somebody writes beside us
                check(e.errno == errno.ENOSPC, "the filler: %s", e)

    def free(self):
        if os.path.exists(self.filler):
            os.unlink(self.filler)

    def read_only(self, yes):
        check(libc.mount(b"none", self.path.encode(), b"tmpfs",
                         MS_REMOUNT | (MS_RDONLY if yes else 0), b"") == 0,
              "remount: %s", os.strerror(ctypes.get_errno()))


class Setting:
    """The sample site, receivers, a relay; what a calm run says."""

    def __init__(self, place):
        self.place = place
        self.site = Site(place)
        self.told = Told(place)
        settings = {
            "feeds": self.site.feeds(),
            "devices": os.path.join(DEMO, "devices.csv"),
            "sinks": self.told.sinks(place),
            "routes": [{"name": "all", "match": {}, "to": list(SINKS)}]}
        self.settings = settings
        calm = Relay(place, "calm", lib.PROGRAM, settings)
        calm.finish(1)
        self.known = look(calm.store)
        self.all_told(0)
        self.told.forget()
        self.relay = Relay(place, "relay", lib.PROGRAM, settings)

    def all_told(self, repeats):
        await_told(self.told, self.known)
        all_told(self.told.take(), self.known, repeats)

    def finished(self, repeats=BATCH):
        self.relay.finish(1)
        equal(sorted(look(self.relay.store)), sorted(self.known), "alerts")
        self.all_told(repeats)

    def daemon(self):
        log = self.place.at("run-%d.log" % len(self.place.ends))
        p = self.place.start([lib.PROGRAM, "run", "-c", self.relay.conf],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=open(log, "wb"))
        return p, lambda: read(log)

    def await_daemon(self, p, log, seconds):
        """The daemon tells all of it, without being started again."""
        def done():
            check(p.poll() is None, "the daemon ended: %s", log()[-600:])
            told = self.told.peek()
            return all(set(self.known) <= set(told[s]) for s in SINKS)
        try:
            wait_for(done, lambda: "the daemon to go on; it told %s of %d" % (
                {s: len(set(i)) for s, i in self.told.peek().items()},
                len(self.known)), seconds, 0.05)
        except Failure as e:
            raise Failure("%s; log: %s" % (e, log()[-500:]))
        equal(stop(p), 0, "the daemon's exit status")
        self.finished()		# the last outcome may have been on its way


def said(done, statuses, words, path):
    """The right exit status, where it is, and what to do."""
    check(done.status in statuses, "exit %d, wanted one of %s: %r",
          done.status, statuses, done)
    text = done.err.lower()
    check(path in done.err, "%s is not named: %r", path, done)
    for word in words:
        check(re.search(word, text), "nothing like \"%s\" is said: %r", word,
              done)


# ---- full, read-only, held -----------------------------------------------------------

def full_from_the_start(place):
    s = Setting(place)
    disk = Disk(place, s.relay)
    for room in (0, 16, 64):
        disk.leave(room)
        said(s.relay.once(), DISK, ["no room|no space", "make room"],
             s.relay.state)
        disk.free()
    s.finished()


def full_in_the_middle(place):
    s = Setting(place)
    disk = Disk(place, s.relay)
    ends = set()
    for room in (200, 400, 600, 700, 800, 900, 1000, 1100, 1200, 1400):
        disk.free()
        for name in os.listdir(s.relay.state):
            os.unlink(os.path.join(s.relay.state, name))
        s.told.forget()
        disk.leave(room)
        done = s.relay.once()
        if done.status != EX_OK:
            said(done, DISK, ["no room|no space", "make room"], s.relay.store)
        else:
            look(s.relay.store)		# 0 means that nothing is left over
        ends.add(done.status)
        disk.free()
        s.finished()
    check(len(ends) > 1, "each run ended alike, %s: no disk was full in the "
          "middle of one", ends)


def full_under_a_daemon(place):
    """The daemon goes on by itself when there is room again."""
    s = Setting(place)
    disk = Disk(place, s.relay)
    p, log = s.daemon()
    seen = count_lines(s.site.web.log)
    wait_for(lambda: count_lines(s.site.web.log) > seen + 2, "its requests",
             10, 0.001)
    disk.leave(0)
    wait_for(lambda: "the store failed" in log() or p.poll() is not None,
             lambda: "the full disk: " + log()[-500:], 15)
    check(p.poll() is None, "the daemon ended: %s", log()[-500:])
    time.sleep(0.5)		# whatever was in flight comes back to a full disk
    check(log().count("the store failed") < 5, "it says so again and again")
    check("make room" in log(), "what to do is not said: %s", log()[-500:])
    disk.free()
    s.await_daemon(p, log, 30)


def read_only(place):
    s = Setting(place)
    disk = Disk(place, s.relay)
    disk.read_only(True)
    said(s.relay.once(), DISK, ["read-only|cannot be written", "writable"],
         s.relay.state)
    disk.read_only(False)
    s.finished(0)
    disk.read_only(True)
    said(s.relay.once(), DISK, ["read-only|cannot be written", "writable"],
         s.relay.state)
    done = s.relay.command("status")
    check(done.status == EX_OK or s.relay.state in done.err,
          "status on a read-only disk does not say where: %r", done)
    disk.read_only(False)
    equal(json.loads(s.relay.once().out)["alerts"], 0, "alerts of a last run")


def holder(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    return db


def held_at_the_start(place):
    s = Setting(place)
    s.relay.finish(1)
    s.all_told(0)
    s.site.revise()
    db = holder(s.relay.store)
    began = time.monotonic()
    said(s.relay.once(), (EX_TEMPFAIL,), ["held by|locked", "wait|end it"],
         s.relay.store)
    check(time.monotonic() - began < 20, "it waited for too long")
    db.execute("ROLLBACK")
    db.close()
    s.relay.finish(1)
    later = look(s.relay.store)
    s.known = sorted(set(later) - set(s.known))
    equal(len(s.known), 1, "updates")
    s.all_told(0)


def held_in_the_middle(place):
    """For a moment that is longer than the store waits."""
    s = Setting(place)
    for after in (2, 6, 10):
        s.relay.reset()
        s.told.forget()
        path = place.at("once-%d.log" % after)
        seen = count_lines(s.site.web.log)
        with open(path, "wb") as log:
            p = place.start([lib.PROGRAM, "once", "-c", s.relay.conf],
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=log)
        wait_for(lambda: count_lines(s.site.web.log) >= seen + after or
                 p.poll() is not None, "its requests", 10, 0.001)
        db = holder(s.relay.store)
        wait_for(lambda: "the store failed" in read(path) or
                 p.poll() is not None, "word of the lock", 15, 0.001)
        db.execute("ROLLBACK")
        db.close()
        p.wait(30)
        if p.returncode == EX_OK:
            look(s.relay.store)		# 0 means that nothing is left over
        else:
            check(p.returncode in DISK, "exit %d: %s", p.returncode,
                  read(path)[-500:])
        s.finished()


def held_under_a_daemon(place):
    s = Setting(place)
    p, log = s.daemon()
    seen = count_lines(s.site.web.log)
    wait_for(lambda: count_lines(s.site.web.log) > seen + 3, "its requests",
             10, 0.001)
    db = holder(s.relay.store)
    wait_for(lambda: "the store failed" in log(), lambda: "word of the lock: " +
             log()[-300:], 15)
    check("held by" in log(), "it is not said what it is: %s", log()[-300:])
    db.execute("ROLLBACK")
    db.close()
    s.await_daemon(p, log, 30)


# ---- damaged --------------------------------------------------------------------------

def digest(relay):
    ret = {}
    for name in ("advrelay.db", "advrelay.db-wal"):
        path = os.path.join(relay.state, name)
        # a log with nothing in it destroys nothing
        if os.path.exists(path) and os.path.getsize(path) > 0:
            with open(path, "rb") as f:
                ret[name] = hashlib.sha256(f.read()).hexdigest()
    return ret


def overwrite_middle(path):
    with open(path, "r+b") as f:
        size = f.seek(0, 2)
        f.seek(size // 3)
        f.write(b"\xa5" * (size // 3))


def overwrite_head(path):
    with open(path, "r+b") as f:
        f.write(b"\0" * 100)


def truncate(path):
    os.truncate(path, os.path.getsize(path) // 2)


def text_file(path):
    with open(path, "w", encoding="ascii") as f:
        f.write("This is a shopping list and no store.\n" * 200)


def other_database(path):
    os.unlink(path)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE recipe (name TEXT)")
    db.execute("INSERT INTO recipe VALUES ('soup')")
    db.commit()
    db.close()


def damaged(place, damage, hot):
    s = Setting(place)
    s.relay.finish(1)
    s.all_told(0)
    if hot:
        # ended in the middle of a revision: a write-ahead log lies beside it
        s.site.revise()
        program, s.relay.program = s.relay.program, crash_build()
        equal(s.relay.once(env={"ADVRELAY_CRASH_AT": "8"}).status, CRASHED,
              "the crash build")
        s.relay.program = program
        check(len(digest(s.relay)) == 2, "no write-ahead log is left")
    backup = place.at("backup")
    shutil.copytree(s.relay.state, backup)
    damage(s.relay.store)
    before = digest(s.relay)
    for command in ("once", "run", "status", "queue"):
        done = s.relay.command(command)
        equal(digest(s.relay), before, "the damaged store's bytes after "
              "\"%s\" (%s)" % (command, done.err.strip()[-200:]))
        if command in ("once", "run") or done.status != EX_OK:
            said(done, (EX_DATAERR,), ["damaged|no store|not a store",
                                       "nothing was changed",
                                       "restore|another path"], s.relay.store)
    equal(s.told.take(), {name: [] for name in SINKS}, "what was told of it")
    s.relay.reset(backup)
    s.relay.finish(1)
    later = look(s.relay.store)
    s.known = sorted(set(later) - set(s.known))
    equal(len(s.known), int(hot), "alerts that are new on the restored copy")
    s.all_told(0)


def damaged_middle(place):
    damaged(place, overwrite_middle, False)


def damaged_middle_with_log(place):
    damaged(place, overwrite_middle, True)


def damaged_head(place):
    damaged(place, overwrite_head, False)


def damaged_truncated(place):
    damaged(place, truncate, False)


def damaged_text_file(place):
    damaged(place, text_file, False)


def damaged_other_database(place):
    damaged(place, other_database, False)


if __name__ == "__main__":
    namespace_of_our_own()
    run([full_from_the_start, full_in_the_middle, full_under_a_daemon,
         read_only, held_at_the_start, held_in_the_middle,
         held_under_a_daemon, damaged_middle, damaged_middle_with_log,
         damaged_head, damaged_truncated,
         damaged_text_file, damaged_other_database], 90)
