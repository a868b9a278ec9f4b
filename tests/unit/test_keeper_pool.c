/* The pool against helpers that misbehave (tests/evil/evil.c): each costs one
 * ask, ends it once and in the right way, and leaves nothing behind. The clock
 * is ours: nothing here waits for time to pass. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "keeper/pool.h"
#include "suite.h"

#define LIMIT_MS 5000

static char evil[PATH_MAX];
static int64_t now;		/* our clock */
static unsigned descriptors;	/* before the test */

/* One ask and how it ended. */
struct one {
	const char	*mode;
	unsigned	 fills, parts, ends;	/* calls */
	enum ask_end	 end;
	bool		 failed;	/* the helper's own failure */
	size_t		 body;		/* its length + 1; 0 = none came */
	uint32_t	 asks, preludes;
	int64_t		 pid;
	char		 argument[32], held[64], why[200];
	unsigned	 order;
};

static unsigned ended;		/* asks, in all */

static unsigned
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
set_up(void)
{
	log_level(LOG_ERROR_);
	now = mono_now().ms;
	ended = 0;
	signal(SIGPIPE, SIG_IGN);
	descriptors = count_descriptors();
}

static int
fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct one *o = ctx;

	(void)body;
	o->fills++;
	if (strcmp(o->mode, "fill-fails") == 0)
		return err_input(err, "it is gone from the store");
	pack_str(fields, o->mode);
	for (int i = 0; strcmp(o->mode, "fill-over") == 0 && i < 5000; i++)
		pack_u32(fields, 0);
	return 0;
}

static void
done(void *ctx, const struct pool_result *r)
{
	struct one *o = ctx;

	ck_assert_uint_eq(o->ends, 0);	/* nothing comes behind the end */
	if (r->more) {
		o->parts++;
		return;
	}
	o->ends++;
	o->order = ++ended;
	o->end = r->end;
	o->failed = r->failure != NULL;
	text_copy(o->why, sizeof(o->why), r->failure != NULL ?
	    r->failure->text : r->why);
	ck_assert_int_eq(r->answer != NULL, r->end == ASK_ANSWERED &&
	    r->failure == NULL);
	if (r->answer == NULL)
		return;
	o->body = r->body->fd == -1 ? 0 : r->body->len + 1;
	o->asks = unpack_u32(r->answer, "asks", UINT32_MAX);
	o->pid = unpack_i64(r->answer, "pid");
	text_copy(o->argument, sizeof(o->argument),
	    unpack_str(r->answer, "argument", 64));
	text_copy(o->held, sizeof(o->held),
	    unpack_str(r->answer, "held", 64));
	o->preludes = unpack_u32(r->answer, "preludes", UINT32_MAX);
}

static struct pool_kind
kind_of(const char *argument, unsigned size)
{
	static const char *args[8][2];	/* rearmed kinds keep theirs */
	static unsigned n;
	struct pool_kind k = { .program = "evil", .path = evil, .size = size,
	    .max_use = 1000, .start_ms = 3000, .leave_ms = 1000,
	    .idle_ms = 60000, .surplus_ms = 1000 };

	args[n % 8][0] = argument;
	k.args = args[n++ % 8];
	return k;
}

static struct pool *
pool_of(const char *argument, unsigned size)
{
	struct pool_kind k = kind_of(argument, size);

	return pool_new(&k);
}

static void
ask(struct pool *p, struct one *o, const char *mode, enum ask_kind kind,
    const char *group)
{
	*o = (struct one){ .mode = mode };
	pool_ask(p, &(struct pool_ask){ .kind = kind, .group = group,
	    .fill = fill, .done = done, .ctx = o, .limit_ms = LIMIT_MS });
}

static void
step(struct pool *p)
{
	pool_step(p, NULL, 0, (struct mono){ now });
}

/* Waits for what the helpers do; a time of ours passes only with `jump`. */
static void
turn(struct pool *p)
{
	struct pollfd fds[32];
	size_t n;
	int ready;

	step(p);
	n = pool_fds(p, fds, COUNT_OF(fds));
	if (n == 0)
		return;
	ready = poll(fds, n, 20000);
	ck_assert_msg(ready > 0, "no helper did anything");
	pool_step(p, fds, n, (struct mono){ now });
}

/* To the next time at which the pool wants to be stepped. */
static void
jump(struct pool *p)
{
	int64_t at = pool_wake(p).ms;

	ck_assert_msg(at != INT64_MAX, "nothing to wait for");
	if (at > now)
		now = at;
	step(p);
}

static struct pool_view
view(const struct pool *p)
{
	struct pool_view v;

	pool_view(p, &v);
	return v;
}

/* Until the ask has ended, backoff included. */
static void
settle(struct pool *p, const struct one *o)
{
	step(p);
	for (int i = 0; o->ends == 0; i++) {
		struct pollfd fds[32];

		ck_assert_int_lt(i, 10000);
		if (pool_fds(p, fds, COUNT_OF(fds)) == 0)
			jump(p);
		else
			turn(p);
	}
}

static void
clean(struct pool *p)
{
	pool_free(p);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	ck_assert_uint_eq(count_descriptors(), descriptors);
}

/* ---- one ask ------------------------------------------------------------- */

static const struct {
	const char	*mode;
	enum ask_kind	 kind;
	enum ask_end	 end;
	bool		 failed;
	unsigned	 parts;
	size_t		 body;
	unsigned	 deaths;
} asks[] = {
	{ "good", ASK_FETCH, ASK_ANSWERED, false, 0, 0, 0 },
	{ "body", ASK_FETCH, ASK_ANSWERED, false, 0, 11, 0 },
	{ "empty-body", ASK_FETCH, ASK_ANSWERED, false, 0, 1, 0 },
	{ "failure", ASK_FETCH, ASK_ANSWERED, true, 0, 0, 0 },
	{ "part", ASK_MAIL, ASK_ANSWERED, false, 1, 0, 0 },
	{ "crash", ASK_FETCH, ASK_CRASHED, false, 0, 0, 1 },
	{ "exit", ASK_FETCH, ASK_CRASHED, false, 0, 0, 1 },
	{ "close", ASK_FETCH, ASK_CRASHED, false, 0, 0, 1 },
	{ "twice", ASK_FETCH, ASK_ANSWERED, false, 0, 0, 1 },
	{ "wrong-id", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "wrong-kind", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "oversize", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "short", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "no-status", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "status-2", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "ask-back", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "bye-back", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "hello-again", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "unsealed", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "writable", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "growing", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "over", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "body", ASK_MAIL, ASK_GARBLED, false, 0, 0, 1 },
	{ "pipe", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "file", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "folder", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "socket", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "two-descriptors", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "endless-notes", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "bad-note", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "parts", ASK_HOOK, ASK_GARBLED, false, BATCH_MAX, 0, 1 },
	/* a part of what has none must not end the ask twice */
	{ "part", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "parts", ASK_MATCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "failure-trailing", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "failure-short", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "failure-body", ASK_FETCH, ASK_GARBLED, false, 0, 0, 1 },
	{ "failure-part", ASK_MAIL, ASK_GARBLED, false, 0, 0, 1 },
};

START_TEST(one_ask)
{
	struct pool *p = pool_of("", 1);
	struct one o, next;

	ask(p, &o, asks[_i].mode, asks[_i].kind, "");
	settle(p, &o);
	ck_assert_msg(o.end == asks[_i].end && o.failed == asks[_i].failed &&
	    o.parts == asks[_i].parts && o.body == asks[_i].body,
	    "%s: %s, failed %d, parts %u, body %zu, %s", asks[_i].mode,
	    ask_end_name(o.end), o.failed, o.parts, o.body, o.why);
	ck_assert_int_eq(o.end != ASK_ANSWERED || o.failed,
	    o.why[0] != '\0');
	/* the pool goes on, and this ask has cost no other one */
	while (view(p).deaths < asks[_i].deaths)
		turn(p);
	ask(p, &next, "good", ASK_FETCH, "");
	settle(p, &next);
	ck_assert_int_eq(next.end, ASK_ANSWERED);
	ck_assert_uint_eq(view(p).deaths, asks[_i].deaths);
	ck_assert(!pool_is_down(p));
	ck_assert_uint_eq(pool_load(p), 0);
	clean(p);
}
END_TEST

START_TEST(late)
{
	struct pool *p = pool_of("", 1);
	struct one o;

	ask(p, &o, "hang", ASK_FETCH, "");
	while (view(p).busy == 0)
		turn(p);
	ck_assert_int_eq(pool_wake(p).ms, now + LIMIT_MS);
	now += LIMIT_MS - 1;
	step(p);
	ck_assert_uint_eq(o.ends, 0);
	now++;
	step(p);
	ck_assert_uint_eq(o.ends, 1);
	ck_assert_int_eq(o.end, ASK_LATE);
	ck_assert_uint_eq(view(p).deaths, 1);
	clean(p);
}
END_TEST

START_TEST(fill_fails)
{
	struct pool *p = pool_of("", 1);
	struct one a, b, c;

	ask(p, &a, "fill-fails", ASK_FETCH, "");
	ask(p, &b, "fill-over", ASK_FETCH, "");
	ask(p, &c, "good", ASK_FETCH, "");
	settle(p, &c);
	ck_assert_int_eq(a.end, ASK_UNSTARTED);
	ck_assert_str_eq(a.why, "it is gone from the store");
	ck_assert_int_eq(b.end, ASK_UNSTARTED);
	ck_assert_int_eq(c.end, ASK_ANSWERED);
	ck_assert_uint_eq(c.asks, 1);
	ck_assert_uint_eq(view(p).deaths, 0);
	clean(p);
}
END_TEST

/* A helper that is gone before it sees the ask does not cost it. */
START_TEST(gone_while_idle)
{
	struct pool *p = pool_of("", 1);
	struct pollfd fds[2];
	struct one a, b;

	ask(p, &a, "good", ASK_FETCH, "");
	settle(p, &a);
	ck_assert_uint_eq(pool_fds(p, fds, 2), 2);
	kill((pid_t)a.pid, SIGKILL);
	while (poll(&fds[1], 1, 20000) != 1)
		;
	ask(p, &b, "good", ASK_FETCH, "");
	settle(p, &b);
	ck_assert_int_eq(b.end, ASK_ANSWERED);
	ck_assert_int_ne(b.pid, a.pid);
	clean(p);
}
END_TEST

/* ---- the start ----------------------------------------------------------- */

static const struct {
	const char	*argument;
	bool		 hangs;
} starts[] = {
	{ "crash-at-start", false }, { "exit-at-start", false },
	{ "garbage-hello", false }, { "long-hello", false },
	{ "raw-at-start", false }, { "answer-at-start", false },
	{ "hang-at-start", true },
};

/* Backs off 1, 2, 4 ... s; the ask waits, and ends unstarted after the fifth. */
START_TEST(bad_start)
{
	static const int64_t pauses[] = { 1000, 2000, 4000, 8000 };
	struct pool *p = pool_of(starts[_i].argument, 1);
	struct pool_kind good = kind_of("", 1);
	struct one o, next;

	ask(p, &o, "good", ASK_FETCH, "");
	for (unsigned death = 1; death <= 5; death++) {
		step(p);
		ck_assert_uint_eq(view(p).starting, 1);
		while (view(p).deaths < death)
			if (starts[_i].hangs)
				jump(p);
			else
				turn(p);
		if (death == 5)
			break;
		ck_assert_uint_eq(o.ends, 0);
		ck_assert_uint_eq(view(p).starting, 0);
		ck_assert_int_eq(pool_wake(p).ms, now + pauses[death - 1]);
		now += pauses[death - 1] - 1;
		step(p);
		ck_assert_uint_eq(view(p).starting, 0);
		now++;
	}
	ck_assert_uint_eq(o.ends, 1);
	ck_assert_uint_eq(o.fills, 0);
	ck_assert_int_eq(o.end, ASK_UNSTARTED);
	ck_assert(pool_is_down(p));
	ck_assert_ptr_nonnull(strstr(view(p).failing, "5 times in a row"));
	ck_assert_ptr_nonnull(strstr(view(p).failing, evil));
	ck_assert_int_eq(view(p).retry_ms, 16000);
	/* a later ask is tried again, and a right helper makes all well */
	ask(p, &next, "good", ASK_FETCH, "");
	step(p);
	ck_assert_uint_eq(view(p).starting, 0);
	pool_rearm(p, &good);
	ck_assert_str_eq(view(p).failing, "");
	settle(p, &next);
	ck_assert_int_eq(next.end, ASK_ANSWERED);
	ck_assert(!pool_is_down(p));
	clean(p);
}
END_TEST

/* These stay down, with a reason, until the next reload. */
START_TEST(put_down)
{
	static const struct { const char *argument, *why; } table[] = {
		{ "wrong-build", "of another build" },
		{ "wrong-program", "of another build" },
		{ "few-layers", "files" },
	};
	struct pool_kind kind = kind_of(table[_i].argument, 2);
	struct pool_kind good = kind_of("", 2);
	struct pool *p;
	struct one a, b, c;

	kind.demand = good.demand = 0x7;
	p = pool_new(&kind);
	ask(p, &a, "good", ASK_FETCH, "");
	ask(p, &b, "good", ASK_FETCH, "");
	settle(p, &a);
	settle(p, &b);
	ck_assert_int_eq(a.end, ASK_UNSTARTED);
	ck_assert_int_eq(b.end, ASK_UNSTARTED);
	ck_assert_msg(strstr(a.why, table[_i].why) != NULL, "%s", a.why);
	ck_assert(pool_is_down(p));
	ck_assert_uint_eq(pool_room(p), 0);
	ck_assert_str_ne(view(p).down, "");
	ask(p, &c, "good", ASK_FETCH, "");
	step(p);
	ck_assert_int_eq(c.end, ASK_UNSTARTED);
	pool_rearm(p, &good);
	ask(p, &c, "good", ASK_FETCH, "");
	settle(p, &c);
	ck_assert_int_eq(c.end, ASK_ANSWERED);
	clean(p);
}
END_TEST

START_TEST(no_such_program)
{
	struct pool_kind kind = kind_of("", 1);
	struct pool *p;
	struct one o;

	kind.path = "/nonexistent/evil";
	p = pool_new(&kind);
	ask(p, &o, "good", ASK_FETCH, "");
	settle(p, &o);
	ck_assert_int_eq(o.end, ASK_UNSTARTED);
	ck_assert(pool_is_down(p));
	clean(p);
}
END_TEST

/* One bad ask after another: each costs one helper, the next one works. */
START_TEST(recovers)
{
	struct pool *p = pool_of("", 2);
	struct one bad, good;

	for (int i = 0; i < 10; i++) {
		ask(p, &bad, "crash", ASK_FETCH, "");
		settle(p, &bad);
		ck_assert_int_eq(bad.end, ASK_CRASHED);
		ask(p, &good, "good", ASK_FETCH, "");
		settle(p, &good);
		ck_assert_int_eq(good.end, ASK_ANSWERED);
		ck_assert(!pool_is_down(p));
	}
	ck_assert_uint_eq(view(p).deaths, 10);
	clean(p);
}
END_TEST

/* ---- the queue ----------------------------------------------------------- */

START_TEST(in_order)
{
	struct pool *p = pool_of("", 1);
	struct one o[20];

	for (size_t i = 0; i < COUNT_OF(o); i++)
		ask(p, &o[i], "good", ASK_FETCH, "");
	ck_assert_uint_eq(pool_load(p), 20);
	ck_assert_uint_eq(pool_room(p), 0);
	settle(p, &o[19]);
	for (size_t i = 0; i < COUNT_OF(o); i++) {
		ck_assert_uint_eq(o[i].order, i + 1);
		ck_assert_uint_eq(o[i].asks, i + 1);
		ck_assert_uint_eq(o[i].fills, 1);
	}
	ck_assert_uint_eq(pool_room(p), 1);
	clean(p);
}
END_TEST

START_TEST(groups)
{
	struct pool_kind kind = kind_of("", (unsigned)_i);
	struct pool *p;
	struct one a, b, a2, c;

	kind.grouped = true;
	p = pool_new(&kind);
	ask(p, &a, "good", ASK_READ, "a");
	ask(p, &b, "good", ASK_READ, "b");
	ask(p, &a2, "good", ASK_READ, "a");
	ask(p, &c, "good", ASK_READ, "c");
	settle(p, &a);
	settle(p, &b);
	settle(p, &a2);
	settle(p, &c);
	ck_assert_int_eq(a.end + b.end + a2.end + c.end, ASK_ANSWERED * 4);
	ck_assert_int_ne(a.pid, b.pid);
	ck_assert_int_ne(a.pid, c.pid);
	ck_assert_int_ne(b.pid, c.pid);
	if (_i == 1)
		ck_assert_int_eq(a.pid, a2.pid);
	ck_assert_uint_eq(view(p).deaths, 0);
	clean(p);
}
END_TEST

START_TEST(preludes)
{
	struct pool_kind kind = kind_of("", 1);
	struct blob one = BLOB_INIT, two = BLOB_INIT;
	struct pool *p;
	struct one o;

	kind.max_use = 5;	/* preludes count, too */
	p = pool_new(&kind);
	ck_assert_int_eq(blob_of(&one, "one", "one", 3, NULL), 0);
	ck_assert_int_eq(blob_of(&two, "two", "two", 3, NULL), 0);
	pool_prelude(p, ASK_DEVICES, &one);
	for (uint32_t i = 1; i <= 2; i++) {
		ask(p, &o, "good", ASK_MATCH, "");
		settle(p, &o);
		ck_assert_str_eq(o.held, "one");
		ck_assert_uint_eq(o.preludes, 1);
		ck_assert_uint_eq(o.asks, i);
	}
	pool_prelude(p, ASK_DEVICES, &two);
	ask(p, &o, "good", ASK_MATCH, "");
	settle(p, &o);
	ck_assert_str_eq(o.held, "two");
	ck_assert_uint_eq(o.preludes, 2);
	/* that was the fifth: a fresh helper gets the prelude again */
	ask(p, &o, "good", ASK_MATCH, "");
	settle(p, &o);
	ck_assert_str_eq(o.held, "two");
	ck_assert_uint_eq(o.preludes, 1);
	blob_clear(&one);
	blob_clear(&two);
	clean(p);
}
END_TEST

/* A crash in the prelude costs no ask; it waits and ends unstarted. */
START_TEST(prelude_crashes)
{
	struct pool *p = pool_of("crash-in-prelude", 1);
	struct blob body = BLOB_INIT;
	struct one o;

	ck_assert_int_eq(blob_of(&body, "one", "one", 3, NULL), 0);
	pool_prelude(p, ASK_DEVICES, &body);
	blob_clear(&body);
	ask(p, &o, "good", ASK_MATCH, "");
	settle(p, &o);
	ck_assert_int_eq(o.end, ASK_UNSTARTED);
	ck_assert_uint_eq(o.fills, 0);
	ck_assert_uint_eq(view(p).deaths, 5);
	clean(p);
}
END_TEST

START_TEST(retires)
{
	struct pool_kind kind = kind_of("", 1);
	struct pool *p;
	struct one o[7];

	kind.max_use = 3;
	p = pool_new(&kind);
	for (size_t i = 0; i < COUNT_OF(o); i++)
		ask(p, &o[i], "good", ASK_FETCH, "");
	settle(p, &o[6]);
	for (size_t i = 0; i < COUNT_OF(o); i++)
		ck_assert_uint_eq(o[i].asks, i % 3 + 1);
	ck_assert_int_eq(o[0].pid, o[2].pid);
	ck_assert_int_ne(o[2].pid, o[3].pid);
	ck_assert_uint_eq(view(p).deaths, 0);
	clean(p);
}
END_TEST

START_TEST(idle_ones_leave)
{
	struct pool *p = pool_of(_i == 0 ? "" : "stubborn", 1);
	struct pollfd fds[2];
	struct one o;

	ask(p, &o, "good", ASK_FETCH, "");
	settle(p, &o);
	ck_assert_int_eq(pool_wake(p).ms, now + 60000);
	jump(p);
	if (_i == 1)
		jump(p);	/* it does not obey: killed after leave_ms */
	while (pool_fds(p, fds, 2) > 0)
		turn(p);
	ck_assert_uint_eq(view(p).deaths, 0);
	ck_assert_int_eq(pool_wake(p).ms, INT64_MAX);
	clean(p);
}
END_TEST

/* Of three that idle two leave soon, the last one stays its full time. */
START_TEST(surplus_leaves)
{
	struct pool *p = pool_of("", 3);
	struct one o[3];
	int64_t from;

	for (size_t i = 0; i < 3; i++)
		ask(p, &o[i], "good", ASK_FETCH, "");
	for (size_t i = 0; i < 3; i++)
		settle(p, &o[i]);
	while (view(p).starting + view(p).busy > 0)
		turn(p);
	ck_assert_uint_eq(view(p).idle, 3);
	from = now;
	ck_assert_int_le(pool_wake(p).ms, now + 1000);
	while (view(p).idle > 1)
		jump(p);
	ck_assert_int_le(now, from + 1000);
	for (int i = 0; i < 4 && view(p).idle == 1; i++)
		jump(p);
	ck_assert_uint_eq(view(p).idle, 0);
	ck_assert_int_ge(now, from + 60000);
	ck_assert_uint_eq(view(p).deaths, 0);
	clean(p);
}
END_TEST

START_TEST(rearmed)
{
	struct pool *p = pool_of("old", 1);
	struct pool_kind other = kind_of("new", 1);
	struct one flying, waiting;

	ask(p, &flying, "good", ASK_FETCH, "");
	ask(p, &waiting, "good", ASK_FETCH, "");
	while (view(p).busy == 0)
		turn(p);
	pool_rearm(p, &other);
	settle(p, &waiting);
	ck_assert_int_eq(flying.end, ASK_ANSWERED);
	ck_assert_str_eq(flying.argument, "old");
	ck_assert_int_eq(waiting.end, ASK_ANSWERED);
	ck_assert_str_eq(waiting.argument, "new");
	/* one that idles is replaced at once, without a new ask */
	other = kind_of("newer", 1);
	pool_rearm(p, &other);
	step(p);
	ck_assert_uint_eq(view(p).idle, 0);
	clean(p);
}
END_TEST

START_TEST(freed_in_flight)
{
	struct pool *p = pool_of("", 2);
	struct one o[6];

	for (size_t i = 0; i < COUNT_OF(o); i++)
		ask(p, &o[i], "hang", ASK_FETCH, "");
	while (view(p).busy < 2)
		turn(p);
	ck_assert_uint_eq(pool_load(p), 6);
	clean(p);
	for (size_t i = 0; i < COUNT_OF(o); i++) {
		ck_assert_uint_eq(o[i].ends, 1);
		ck_assert_int_eq(o[i].end, ASK_UNSTARTED);
	}
	pool_free(NULL);
}
END_TEST

START_TEST(poll_descriptors)
{
	struct pool *p = pool_of("", 3);
	struct pollfd fds[8];
	struct one o[3];

	ck_assert_uint_eq(pool_fds(p, fds, 8), 0);
	ck_assert_int_eq(pool_wake(p).ms, INT64_MAX);
	ck_assert_uint_eq(pool_room(p), 3);
	for (size_t i = 0; i < 3; i++)
		ask(p, &o[i], "good", ASK_FETCH, "");
	ck_assert_int_le(pool_wake(p).ms, now);
	step(p);
	ck_assert_uint_eq(pool_fds(p, fds, 8), 6);
	ck_assert_uint_eq(pool_fds(p, fds, 5), 4);
	ck_assert_uint_eq(pool_fds(p, fds, 1), 0);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(fds[i].events, POLLIN);
	for (size_t i = 0; i < 3; i++)
		settle(p, &o[i]);
	clean(p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keeper_pool");
	TCase *t = suite_case(s, "pool", 60);
	ssize_t n = readlink("/proc/self/exe", evil, sizeof(evil) - 20);

	if (n > 0)
		strcpy(strrchr(evil, '/'), "/evil/evil");
	if (access(evil, X_OK) == -1) {
		printf("%s is missing: make it first\n", evil);
		return 1;
	}
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_loop_test(t, one_ask, 0, (int)COUNT_OF(asks));
	tcase_add_test(t, late);
	tcase_add_test(t, fill_fails);
	tcase_add_test(t, gone_while_idle);
	tcase_add_loop_test(t, bad_start, 0, (int)COUNT_OF(starts));
	tcase_add_loop_test(t, put_down, 0, 3);
	tcase_add_test(t, no_such_program);
	tcase_add_test(t, recovers);
	tcase_add_test(t, in_order);
	tcase_add_loop_test(t, groups, 1, 3);
	tcase_add_test(t, preludes);
	tcase_add_test(t, prelude_crashes);
	tcase_add_test(t, retires);
	tcase_add_loop_test(t, idle_ones_leave, 0, 2);
	tcase_add_test(t, surplus_leaves);
	tcase_add_test(t, rearmed);
	tcase_add_test(t, freed_in_flight);
	tcase_add_test(t, poll_descriptors);
	return suite_run(s);
}
