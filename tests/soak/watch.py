"""What /proc says of the keeper and its helpers, every few seconds, and the
verdicts on it."""
import os
import statistics
import threading
import time

MIB = 1 << 20
# The medians of the second and of the last quarter are compared. Allocators and
# caches go on to fill for a while: a tenth, and this much, is no leak; what
# leaks for each of some thousand polls is more.
GROWTH, SLACK_KIB = 1.10, 768
WARM_S = 600		# a shorter run only shows how caches fill
DESCRIPTORS_SLACK = 2	# between two medians
# journal_size_limit of the store: a longer one is cut at the next checkpoint.
WAL_MOST = 32 * MIB


def status_of(pid):
    """name, state, parent; None if it has gone."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii",
                  errors="replace") as f:
            text = f.read()
    except OSError:
        return None
    name = text[text.index("(") + 1:text.rindex(")")]
    rest = text[text.rindex(")") + 2:].split()
    return name, rest[0], int(rest[1])


def memory_of(pid):
    """PSS and RSS in KiB; of others' processes that are not dumpable (we are
    not root) RSS stands for both."""
    values = {}
    try:
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
            for line in f:
                if line.startswith(("Pss:", "Rss:")):
                    values[line[:3]] = int(line.split()[1])
    except OSError:
        with open("/proc/%d/statm" % pid, encoding="ascii") as f:
            kib = int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024
        return kib, kib
    return values.get("Pss", 0), values.get("Rss", 0)


def descriptors_of(pid):
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return -1


def size_of(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


class Watch(threading.Thread):
    """Samples until end() is called."""

    def __init__(self, pid, store, every):
        super().__init__(daemon=True)
        self.pid, self.store, self.every = pid, store, every
        self.began = time.monotonic()
        self.rows = []		# (second, program, pid, PSS, RSS, descriptors)
        self.sizes = []		# (second, store, WAL, children)
        self.zombies = {}	# pid -> samples in a row
        self.worst = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(self.every):
            self.sample()

    def end(self):
        self.over.set()
        self.join(10)

    def sample(self):
        now = time.monotonic() - self.began
        path = "/proc/%d/task/%d/children" % (self.pid, self.pid)
        try:
            with open(path, encoding="ascii") as f:
                children = [int(pid) for pid in f.read().split()]
        except OSError:
            return
        dead = set()
        for pid in [self.pid] + children:
            seen = status_of(pid)
            if seen is None:
                continue
            name, state, _ = seen
            if state == "Z":
                dead.add(pid)
                continue
            try:
                pss, rss = memory_of(pid)
            except OSError:
                continue	# it left meanwhile
            if rss > 0:
                self.rows.append((now, name, pid, pss, rss,
                                  descriptors_of(pid)))
        self.zombies = {pid: self.zombies.get(pid, 0) + 1 for pid in dead}
        self.worst = max([self.worst, *self.zombies.values()])
        self.sizes.append((now, size_of(self.store),
                           size_of(self.store + "-wal"), len(children)))

    # -- the table and the verdicts

    def between(self, rows, low, high):
        end = self.sizes[-1][0]
        return [r for r in rows if low * end <= r[0] < high * end or
                (high == 1 and r[0] == end)]

    def of(self, program, low, high, column):
        """For each moment the largest process of that program."""
        moments = {}
        for row in self.between(self.rows, low, high):
            if row[1] == program:
                moments[row[0]] = max(moments.get(row[0], -1), row[column])
        return list(moments.values())

    def table(self):
        """Lines to print, and the faults."""
        faults = []
        lines = ["%-9s %6s | %9s %9s %9s | %9s %9s | %5s %5s %5s" % (
            "program", "at most", "PSS 2nd", "PSS last", "PSS most",
            "RSS 2nd", "RSS last", "fd 2", "fd l", "fd +")]
        for program in sorted({row[1] for row in self.rows}):
            lines.append(self.line(program, faults))
        last = self.between(self.sizes, 0.75, 1)
        second = self.between(self.sizes, 0.25, 0.5)
        wal = max(s[2] for s in self.sizes)
        lines.append("children  2nd %d, last %d, at most %d" % (
            statistics.median(s[3] for s in second),
            statistics.median(s[3] for s in last),
            max(s[3] for s in self.sizes)))
        lines.append("store     %.1f MiB at the end; WAL at most %.1f MiB in "
                     "the 2nd quarter, %.1f in the last, %.1f ever" % (
                         self.sizes[-1][1] / MIB, max(s[2] for s in second) /
                         MIB, max(s[2] for s in last) / MIB, wal / MIB))
        if wal > WAL_MOST:
            faults.append("the WAL grew to %.1f MiB" % (wal / MIB))
        if self.sizes[-1][0] < WARM_S:
            lines.append("SKIP memory: below %d minutes it still fills" %
                         (WARM_S / 60))
        if self.worst > 2:
            faults.append("a zombie was seen in %d samples in a row" %
                          self.worst)
        return lines, faults

    def line(self, program, faults):
        def medians(column):
            a = self.of(program, 0.25, 0.5, column)
            b = self.of(program, 0.75, 1, column)
            return (statistics.median(a) if a else -1,
                    statistics.median(b) if b else -1)

        pss, rss, fds = medians(3), medians(4), medians(5)
        counts = {}
        for row in self.rows:
            if row[1] == program:
                counts[row[0]] = counts.get(row[0], 0) + 1
        warm = self.sizes[-1][0] >= WARM_S
        # PSS grows, too, when another process of the same program leaves and
        # the pages of its text are no longer shared; RSS does not.
        if warm and min(pss) > 0 and all(
                m[1] > m[0] * GROWTH + SLACK_KIB for m in (pss, rss)):
            faults.append("%s: PSS grew from %d to %d KiB, RSS from %d to %d"
                          % (program, *pss, *rss))
        if min(fds) >= 0 and fds[1] > fds[0] + DESCRIPTORS_SLACK:
            faults.append("%s: descriptors grew from %d to %d" % (
                program, *fds))
        return "%-9s %6d  | %9d %9d %9d | %9d %9d | %5d %5d %5d" % (
            program, max(counts.values()), *pss,
            max(self.of(program, 0, 1, 3)), *rss, *fds,
            max(self.of(program, 0, 1, 5)))
