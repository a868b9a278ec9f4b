/* Frames, the catalogue of asks, hello and err on the wire. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/hello.h"
#include "talk/helper.h"
#include "suite.h"

static int pair[2];
static struct frame in, out;

static void
set_up(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	frame_init(&in);
	frame_init(&out);
	out.class = FRAME_ASK;
	out.kind = ASK_READ;
	out.id = 0x12345678;
}

static void
tear_down(void)
{
	frame_clear(&in);
	close(pair[0]);
	close(pair[1]);
}

/* How many descriptors this process has: a leak shows. */
static int
descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Sends raw bytes with some copies of stdin. */
static void
send_raw(const void *p, size_t n, unsigned fds)
{
	union {
		struct cmsghdr	align;
		char		room[CMSG_SPACE(sizeof(int) * 16)];
	} control;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	static const int zeros[16];

	memset(&control, 0, sizeof(control));
	if (fds > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * fds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * fds);
		memcpy(CMSG_DATA(c), zeros, sizeof(int) * fds);
	}
	ck_assert_int_eq(sendmsg(pair[0], &msg, 0), (ssize_t)n);
}

static const struct {
	const char	*name;
	size_t		 len;
	int		 fd;		/* stdin, or none */
} trips[] = {
	{ "empty body", 0, -1 },
	{ "empty body, descriptor", 0, 0 },
	{ "one byte", 1, -1 },
	{ "largest, descriptor", FRAME_BODY_MAX, 0 },
};

START_TEST(test_trip)
{
	struct err err = ERR_INIT;
	int before = descriptors();

	for (size_t i = 0; i < trips[_i].len; i++)
		out.body[i] = (uint8_t)(i * 7);
	out.len = trips[_i].len;
	out.fd = trips[_i].fd;
	ck_assert_msg(frame_send(pair[0], &out, &err) == 0, "%s: %s",
	    trips[_i].name, err.text);
	ck_assert_msg(frame_recv(pair[1], &in, &err) == 1, "%s: %s",
	    trips[_i].name, err.text);
	ck_assert_uint_eq(in.class, FRAME_ASK);
	ck_assert_uint_eq(in.kind, ASK_READ);
	ck_assert_uint_eq(in.id, 0x12345678);
	ck_assert_uint_eq(in.flags, 0);
	ck_assert_uint_eq(in.len, trips[_i].len);
	ck_assert(memcmp(in.body, out.body, in.len) == 0);
	ck_assert_int_eq(in.fd >= 0, trips[_i].fd >= 0);
	if (in.fd >= 0)
		ck_assert_int_eq(fcntl(in.fd, F_GETFD), FD_CLOEXEC);
	out.fd = -1;
	frame_clear(&in);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* A good head: version 1, ASK READ, id 9. */
#define HEAD(version, class, kind, flags, dirt) \
	{ version, 0, class, kind, 9, 0, 0, 0, flags, dirt, 0, 0 }

static const struct {
	const char	*name;
	uint8_t		 head[FRAME_HEAD];
	size_t		 len;
	unsigned	 fds;
	int		 rc;
} raws[] = {
	{ "good", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 12, 0, 1 },
	{ "good, descriptor", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 12, 1, 1 },
	{ "part of an answer", HEAD(1, FRAME_ANSWER, 1, 1, 0), 12, 0, 1 },
	{ "bye", HEAD(1, FRAME_BYE, 0, 0, 0), 12, 0, 1 },
	{ "version 0", HEAD(0, FRAME_ASK, ASK_READ, 0, 0), 12, 0, -1 },
	{ "version 2", HEAD(2, FRAME_ASK, ASK_READ, 0, 0), 12, 0, -1 },
	{ "version 2, descriptor", HEAD(2, FRAME_ASK, 1, 0, 0), 12, 1, -1 },
	{ "class 0", HEAD(1, 0, 0, 0, 0), 12, 0, -1 },
	{ "class 6", HEAD(1, 6, 0, 0, 0), 12, 0, -1 },
	{ "kind", HEAD(1, FRAME_ASK, ASK_COUNT_, 0, 0), 12, 0, -1 },
	{ "kind of bye", HEAD(1, FRAME_BYE, 1, 0, 0), 12, 0, -1 },
	{ "flag of ask", HEAD(1, FRAME_ASK, 1, FRAME_MORE, 0), 12, 0, -1 },
	{ "unknown flag", HEAD(1, FRAME_ANSWER, 1, 2, 0), 12, 0, -1 },
	{ "dirty head", HEAD(1, FRAME_ASK, ASK_READ, 0, 1), 12, 0, -1 },
	{ "short head", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 11, 0, -1 },
	{ "one byte", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 1, 0, -1 },
	{ "two descriptors", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 12, 2, -1 },
	{ "more than seen", HEAD(1, FRAME_ASK, ASK_READ, 0, 0), 12, 16, -1 },
	{ "oversize", HEAD(1, FRAME_ASK, 1, 0, 0), FRAME_MAX + 1, 0, -1 },
	{ "oversize, descriptor", HEAD(1, FRAME_ASK, 1, 0, 0), FRAME_MAX + 1,
	    1, -1 },
};

START_TEST(test_raw)
{
	static uint8_t bytes[FRAME_MAX + 1];
	struct err err = ERR_INIT;
	int before = descriptors(), rc;

	memcpy(bytes, raws[_i].head, FRAME_HEAD);
	send_raw(bytes, raws[_i].len, raws[_i].fds);
	rc = frame_recv(pair[1], &in, &err);
	ck_assert_msg(rc == raws[_i].rc, "%s: %d, %s", raws[_i].name, rc,
	    err.text);
	if (rc < 0) {
		ck_assert_int_eq(err.kind, ERR_PEER);
		ck_assert_int_eq(in.fd, -1);
	} else {
		ck_assert_uint_eq(in.id, 9);
	}
	frame_clear(&in);
	ck_assert_msg(descriptors() == before, "%s: leak", raws[_i].name);
}
END_TEST

START_TEST(test_end)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(frame_send(pair[0], &out, &err), 0);
	close(pair[0]);
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), 1);
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), 0);
	ck_assert_int_eq(err.kind, ERR_NONE);
	ck_assert_int_eq(frame_send(pair[1], &out, &err), -1);
	ck_assert_int_eq(err.sys, EPIPE);
	pair[0] = -1;
}
END_TEST

START_TEST(test_end_unread)
{
	struct err err = ERR_INIT;

	/* The other side goes while our frame waits unread there. */
	ck_assert_int_eq(frame_send(pair[1], &out, &err), 0);
	close(pair[0]);
	pair[0] = -1;
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), 0);
}
END_TEST

START_TEST(test_empty_message)
{
	struct err err = ERR_INIT;
	int before = descriptors();

	send_raw("", 0, 0);
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), 0);
	send_raw("", 0, 1);
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), -1);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(test_would_block)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(frame_recv(pair[1], &in, &err), -1);
	ck_assert_int_eq(err.sys, EAGAIN);
}
END_TEST

START_TEST(test_asks)
{
	ck_assert_int_eq(ASK_COUNT_, 10);
	ck_assert_str_eq(ask_name(ASK_FETCH), "FETCH");
	ck_assert_str_eq(ask_name(ASK_HOOK), "HOOK");
	ck_assert_str_eq(ask_name(ASK_COUNT_), "unknown");
	ck_assert_str_eq(ask_program(ASK_DEVICES), "match");
	ck_assert_int_eq(ask_limit_s(ASK_READ), 60);
	ck_assert_str_eq(ask_end_name(ASK_LATE), "late");
	ck_assert_str_eq(ask_end_name(ASK_END_COUNT_), "unknown");
}
END_TEST

START_TEST(test_hello)
{
	struct buf b = BUF_INIT(FRAME_BODY_MAX);
	struct unpack u;
	struct err err = ERR_INIT;
	struct hello h;

	hello_pack(&b, &(struct hello){ .version = 1, .build = build_id,
	    .program = "read", .layers = 61, .missing = "ports (why)" });
	unpack_open(&u, b.data, b.len);
	hello_unpack(&u, &h);
	ck_assert_int_eq(unpack_done(&u, &err), 0);
	ck_assert_uint_eq(h.version, 1);
	ck_assert_str_eq(h.build, build_id);
	ck_assert_str_eq(h.program, "read");
	ck_assert_uint_eq(h.layers, 61);
	ck_assert_str_eq(h.missing, "ports (why)");
	for (size_t n = 0; n < b.len; n++) {
		unpack_open(&u, b.data, n);
		hello_unpack(&u, &h);
		ck_assert_int_eq(unpack_done(&u, NULL), -1);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(test_err)
{
	struct buf b = BUF_INIT(FRAME_BODY_MAX);
	struct unpack u;
	struct err err = ERR_INIT, back = ERR_INIT;

	err_at(&err, "/document/title", 0, "expected a string");
	err.line = 7;
	err_pack(&b, &err);
	unpack_open(&u, b.data, b.len);
	err_unpack(&u, &back);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
	ck_assert_int_eq(back.kind, ERR_INPUT);
	ck_assert_str_eq(back.where, "/document/title");
	ck_assert_int_eq(back.line, 7);
	ck_assert_str_eq(back.text, "expected a string");

	/* A kind that is none, from a broken helper. */
	b.data[0] = 77;
	unpack_open(&u, b.data, b.len);
	err_unpack(&u, &back);
	ck_assert_int_eq(unpack_done(&u, NULL), -1);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("talk frame");
	TCase *wire = tcase_create("wire"), *words = tcase_create("words");

	tcase_add_checked_fixture(wire, set_up, tear_down);
	tcase_add_loop_test(wire, test_trip, 0, COUNT_OF(trips));
	tcase_add_loop_test(wire, test_raw, 0, COUNT_OF(raws));
	tcase_add_test(wire, test_end);
	tcase_add_test(wire, test_end_unread);
	tcase_add_test(wire, test_empty_message);
	tcase_add_test(wire, test_would_block);
	tcase_add_test(words, test_asks);
	tcase_add_test(words, test_hello);
	tcase_add_test(words, test_err);
	suite_add_tcase(s, wire);
	suite_add_tcase(s, words);
	return suite_run(s);
}
