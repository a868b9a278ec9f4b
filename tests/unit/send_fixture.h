/* What the tests of syslog and hook share: a scratch folder, files, waiting,
 * a batch with its outcomes, and the program itself in its sandbox. */
#ifndef TESTS_SEND_FIXTURE_H
#define TESTS_SEND_FIXTURE_H
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "noun/delivery.h"
#include "send/send_sample.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/helper.h"
#include "scratch.h"

#define UNUSED_OK __attribute__((unused)) static

static char scratch[SCRATCH];
static struct arena mem = ARENA_INIT;

UNUSED_OK void
scratch_make(const char *name)
{
	scratch_folder(scratch, name);
}

UNUSED_OK void
scratch_drop(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", scratch);
	if (system(cmd) != 0)
		fprintf(stderr, "cannot remove %s\n", scratch);
}

/* A path in the scratch folder; lives in mem. */
UNUSED_OK const char *
in_scratch(const char *name)
{
	return arena_printf(&mem, "%s/%s", scratch, name);
}

UNUSED_OK void
file_write(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(p, 1, n, f), n);
	fclose(f);
}

/* A whole file as text in mem; "" if it is not there. */
UNUSED_OK const char *
file_text(const char *path)
{
	struct buf b = BUF_INIT(64u << 20);
	char block[16384];
	const char *text;
	size_t n;
	FILE *f = fopen(path, "r");

	while (f != NULL && (n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, block, n);
	if (f != NULL)
		fclose(f);
	text = arena_text(&mem, buf_text(&b));
	buf_clear(&b);
	return text;
}

UNUSED_OK size_t
count_lines(const char *path)
{
	const char *s = file_text(path);
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

/* Another process needs its moment; false after ten seconds. */
UNUSED_OK bool
wait_lines(const char *path, size_t n)
{
	struct timespec nap = { .tv_nsec = 5000000 };

	for (int i = 0; i < 2000; i++) {
		if (count_lines(path) >= n)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

/* Runs a Python program with one argument; its exit status. */
UNUSED_OK int
python(const char *program, const char *arg)
{
	const char *binary = getenv("PYTHON");
	int state;
	pid_t pid = fork();

	if (pid == 0) {
		execlp(binary != NULL ? binary : "/usr/bin/python3", "python3",
		    "-c", program, arg, (char *)NULL);
		_exit(127);
	}
	ck_assert(pid > 0 && waitpid(pid, &state, 0) == pid);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 255;
}

/* --- a batch --------------------------------------------------------------- */

struct batch {
	struct sending	 sending;
	struct delivery	 d[BATCH_MAX];
	struct outcome	 o[BATCH_MAX];	/* by id */
	bool		 is[BATCH_MAX];	/* settled, by id */
	uint32_t	 settled;
	uint32_t	 early;		/* of those, before the last frame */
	int64_t		 took_ms;
};

/* n sample alerts, ids from 1. */
UNUSED_OK void
batch_make(struct batch *b, uint32_t n)
{
	memset(b, 0, sizeof(*b));
	sink_init(&b->sending.sink);
	b->sending.sink.name = "test";
	b->sending.sink.relay = "relay.test";
	b->sending.sink.timeout_s = 5;
	b->sending.deliveries = b->d;
	b->sending.n = n;
	for (uint32_t i = 0; i < n; i++) {
		b->d[i].id = i + 1;
		b->d[i].recipient = "";
		b->d[i].attachment_name = b->d[i].attachment_type = "";
		send_sample_alert(&mem, &b->d[i].alert);
		b->d[i].alert.rev = i + 1;
	}
}

UNUSED_OK bool
batch_settled(void *ctx, const struct delivery *d, const struct outcome *o)
{
	struct batch *b = ctx;

	ck_assert(d->id >= 1 && d->id <= b->sending.n);
	ck_assert_msg(!b->is[d->id - 1], "%d was settled twice", (int)d->id);
	b->is[d->id - 1] = true;
	b->o[d->id - 1] = *o;
	b->settled++;
	return true;
}

#define expect_all(b, kind, why) expect_all_at(__LINE__, b, kind, why)
UNUSED_OK void
expect_all_at(int line, const struct batch *b, enum outcome_kind kind,
    const char *why)
{
	ck_assert_uint_eq(b->settled, b->sending.n);
	for (uint32_t i = 0; i < b->settled; i++) {
		ck_assert_msg(b->o[i].kind == kind, "line %d: %s instead of %s: %s",
		    line, outcome_name(b->o[i].kind), outcome_name(kind),
		    b->o[i].reason);
		ck_assert_msg(strstr(b->o[i].reason, why) != NULL,
		    "line %d: \"%s\" says nothing of \"%s\"", line,
		    b->o[i].reason, why);
	}
}

/* --- the program ----------------------------------------------------------- */

struct program {
	pid_t	 pid;
	int	 sock;
	uint32_t asks;
};

/* libexec beside the tests; false and a word if it is not built. */
UNUSED_OK bool
program_start(struct program *p, const char *self, const char *name)
{
	const char *slash = strrchr(self, '/');
	static struct frame f;
	char path[512];
	int pair[2];

	snprintf(path, sizeof(path), "%.*s../libexec/%s", slash != NULL ?
	    (int)(slash - self) + 1 : 0, self, name);
	if (access(path, X_OK) == -1) {
		printf("SKIP: %s is not built\n", path);
		return false;
	}
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	p->asks = 0;
	p->pid = fork();
	if (p->pid == 0) {
		dup2(pair[1], HELPER_SOCKET);
		if (pair[1] == HELPER_SOCKET)
			fcntl(HELPER_SOCKET, F_SETFD, 0);
		execl(path, name, "--serve", (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	p->sock = pair[0];
	frame_init(&f);
	ck_assert_int_eq(frame_recv(p->sock, &f, NULL), 1);
	ck_assert_int_eq(f.class, FRAME_HELLO);
	frame_clear(&f);
	return true;
}

/* One ask as the keeper sends it; fills settled and o (strings in mem). */
UNUSED_OK void
program_ask(struct program *p, enum ask_kind kind, struct batch *b)
{
	struct buf packed = BUF_INIT(SEND_BLOB_MAX);
	struct blob blob = BLOB_INIT;
	static struct frame f;
	struct err err = ERR_INIT;
	struct unpack in;

	sink_pack(&packed, &b->sending.sink);
	pack_u32(&packed, b->sending.n);
	for (uint32_t i = 0; i < b->sending.n; i++)
		delivery_pack(&packed, &b->d[i]);
	ck_assert_int_eq(blob_of(&blob, "sending", packed.data, packed.len,
	    &err), 0);
	buf_clear(&packed);
	frame_init(&f);
	f.class = FRAME_ASK;
	f.kind = (uint8_t)kind;
	f.id = ++p->asks;
	f.fd = blob.fd;
	ck_assert_int_eq(frame_send(p->sock, &f, &err), 0);
	blob_clear(&blob);
	b->settled = b->early = 0;
	memset(b->is, 0, sizeof(b->is));
	do {
		frame_init(&f);
		ck_assert_int_eq(frame_recv(p->sock, &f, &err), 1);
		if (f.class == FRAME_NOTE)
			continue;
		ck_assert_int_eq(f.class, FRAME_ANSWER);
		/* The outcome lends from what was opened. */
		unpack_open(&in, memcpy(arena_alloc(&mem, f.len), f.body,
		    f.len), f.len);
		ck_assert_uint_eq(unpack_u8(&in, "state", 1), 0);
		while (in.at < in.end) {
			ck_assert_uint_lt(b->settled, b->sending.n);
			int64_t id = unpack_i64(&in, "id");

			ck_assert(id >= 1 && id <= b->sending.n);
			ck_assert(!b->is[id - 1]);
			b->is[id - 1] = true;
			outcome_unpack(&in, &b->o[id - 1]);
			ck_assert(!in.bad);
			b->settled++;
		}
		if ((f.flags & FRAME_MORE) != 0)
			b->early = b->settled;
	} while (f.class == FRAME_NOTE || (f.flags & FRAME_MORE) != 0);
}

UNUSED_OK void
program_end(struct program *p)
{
	int state;

	close(p->sock);
	ck_assert_int_eq(waitpid(p->pid, &state, 0), p->pid);
	ck_assert_msg(WIFEXITED(state) && WEXITSTATUS(state) == 0,
	    "the program ended with %x", state);
}
#endif
