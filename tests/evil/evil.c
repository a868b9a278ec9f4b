/* A helper that breaks the protocol, as its argument (at the start) or the ask
 * (its first field) says. Well-behaved otherwise: it answers with its number of
 * asks, its pid, its argument, and what the last DEVICES ask held. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/hello.h"
#include "talk/helper.h"

static struct frame in, out;
static const char *argument = "";
static char held[64];
static uint32_t asks, preludes;

static void
send_out(uint8_t class, uint8_t kind, uint32_t id, uint8_t flags,
    const struct buf *body, int fd)
{
	out.class = class;
	out.kind = kind;
	out.id = id;
	out.flags = flags;
	out.len = body->len;
	if (body->len > 0)
		memcpy(out.body, body->data, body->len);
	out.fd = fd;
	if (frame_send(HELPER_SOCKET, &out, NULL) == -1)
		_exit(1);
	out.fd = -1;
}

static void
raw(size_t n, const int *fds, size_t n_fds)
{
	static char bytes[FRAME_MAX * 2];
	char control[CMSG_SPACE(sizeof(int) * 4)] = { 0 };
	struct iovec iov = { bytes, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	/* a right head, so that only the size or the descriptors are wrong */
	bytes[0] = FRAME_VERSION;
	bytes[2] = FRAME_ANSWER;
	bytes[3] = (char)in.kind;
	memcpy(bytes + 4, &in.id, sizeof(in.id));
	if (n_fds > 0) {
		struct cmsghdr *c;

		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
	}
	(void)sendmsg(HELPER_SOCKET, &m, MSG_NOSIGNAL);
}

static _Noreturn void
hang(void)
{
	for (;;)
		pause();
}

static void
answer_good(uint8_t flags, int fd)
{
	struct buf body = BUF_INIT(4096);

	pack_u8(&body, 0);
	pack_u32(&body, asks);
	pack_i64(&body, getpid());
	pack_str(&body, argument);
	pack_str(&body, held);
	pack_u32(&body, preludes);
	send_out(FRAME_ANSWER, in.kind, in.id, flags, &body, fd);
	buf_clear(&body);
}

static int
memory(size_t size, unsigned seals)
{
	int fd = memfd_create("evil", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	if (fd == -1 || ftruncate(fd, (off_t)size) == -1 ||
	    (seals != 0 && fcntl(fd, F_ADD_SEALS, seals) == -1))
		_exit(3);
	return fd;
}

#define ALL (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int
descriptor(const char *mode)
{
	int fds[2];

	if (strcmp(mode, "body") == 0)
		return memory(10, ALL);
	if (strcmp(mode, "empty-body") == 0)
		return memory(0, ALL);
	if (strcmp(mode, "unsealed") == 0)
		return memory(10, 0);
	if (strcmp(mode, "writable") == 0)
		return memory(10, ALL & ~(unsigned)F_SEAL_WRITE);
	if (strcmp(mode, "growing") == 0)
		return memory(10, ALL & ~(unsigned)F_SEAL_GROW);
	if (strcmp(mode, "over") == 0)
		return memory((size_t)DOCUMENT_MAX + 1, ALL);
	if (strcmp(mode, "pipe") == 0)
		return pipe(fds) == -1 ? -1 : fds[0];
	if (strcmp(mode, "file") == 0)
		return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (strcmp(mode, "folder") == 0)
		return open("/", O_RDONLY | O_CLOEXEC);
	if (strcmp(mode, "socket") == 0)
		return dup(HELPER_SOCKET);
	return -1;
}

static void
answer_failure(const char *mode)
{
	struct buf body = BUF_INIT(4096);
	struct err why = ERR_INIT;
	int fd = -1;

	err_input(&why, "it is not to my taste");
	pack_u8(&body, 1);
	err_pack(&body, &why);
	if (strcmp(mode, "failure-trailing") == 0)
		pack_u32(&body, 7);
	if (strcmp(mode, "failure-short") == 0)
		buf_cut(&body, 3);
	if (strcmp(mode, "failure-body") == 0)
		fd = memory(10, ALL);
	send_out(FRAME_ANSWER, in.kind, in.id,
	    strcmp(mode, "failure-part") == 0 ? FRAME_MORE : 0, &body, fd);
	if (fd != -1)
		close(fd);
	buf_clear(&body);
}

static void
notes(const char *mode)
{
	struct buf body = BUF_INIT(FRAME_BODY_MAX);
	bool bad = strcmp(mode, "bad-note") == 0;

	pack_u8(&body, bad ? 99 : LOG_DEBUG_);
	pack_str(&body, "la la la");
	for (uint32_t i = 0; bad ? i < 1 : i < 100000; i++)
		send_out(FRAME_NOTE, 0, in.id, 0, &body, -1);
	buf_clear(&body);
	hang();
}

static void
odd_frame(const char *mode)
{
	struct buf body = BUF_INIT(64);
	uint8_t class = strcmp(mode, "ask-back") == 0 ? FRAME_ASK :
	    strcmp(mode, "bye-back") == 0 ? FRAME_BYE :
	    strcmp(mode, "hello-again") == 0 ? FRAME_HELLO : FRAME_ANSWER;

	if (strcmp(mode, "status-2") == 0)
		pack_u8(&body, 2);
	if (class == FRAME_ANSWER && strcmp(mode, "no-status") != 0 &&
	    body.len == 0)
		pack_u8(&body, 0);
	send_out(class, class == FRAME_ANSWER ? (uint8_t)(in.kind +
	    (strcmp(mode, "wrong-kind") == 0)) : class == FRAME_ASK ? in.kind :
	    0, in.id + (strcmp(mode, "wrong-id") == 0), 0, &body, -1);
	buf_clear(&body);
	hang();
}

static void
two_descriptors(void)
{
	int fds[2] = { memory(1, ALL), memory(1, ALL) };

	raw(FRAME_HEAD + 1, fds, 2);
	hang();
}

static void
serve(const char *mode)
{
	int fd = descriptor(mode);

	if (fd != -1) {
		answer_good(0, fd);
		close(fd);
	} else if (strcmp(mode, "crash") == 0) {
		raise(SIGKILL);
	} else if (strcmp(mode, "exit") == 0) {
		_exit(0);
	} else if (strcmp(mode, "hang") == 0) {
		hang();
	} else if (strcmp(mode, "close") == 0) {
		close(HELPER_SOCKET);
		hang();
	} else if (strcmp(mode, "twice") == 0) {
		answer_good(0, -1);
		answer_good(0, -1);
	} else if (strcmp(mode, "part") == 0) {
		answer_good(FRAME_MORE, -1);
		answer_good(0, -1);
	} else if (strcmp(mode, "parts") == 0) {
		for (;;)
			answer_good(FRAME_MORE, -1);
	} else if (strcmp(mode, "oversize") == 0) {
		raw(FRAME_MAX + 1, NULL, 0);
		hang();
	} else if (strcmp(mode, "short") == 0) {
		raw(FRAME_HEAD - 1, NULL, 0);
		hang();
	} else if (strcmp(mode, "two-descriptors") == 0) {
		two_descriptors();
	} else if (strstr(mode, "note") != NULL) {
		notes(mode);
	} else if (strncmp(mode, "failure", 7) == 0) {
		answer_failure(mode);
	} else if (strcmp(mode, "good") == 0) {
		answer_good(0, -1);
	} else {
		odd_frame(mode);
	}
}

static void
hello(void)
{
	struct buf body = BUF_INIT(4096);
	struct hello h = { .version = FRAME_VERSION, .build = build_id,
	    .program = "evil", .layers = 0x3f, .missing = "" };

	if (strcmp(argument, "wrong-build") == 0)
		h.build = "another";
	if (strcmp(argument, "wrong-program") == 0)
		h.program = "fetch";
	if (strcmp(argument, "few-layers") == 0) {
		h.layers = 1;
		h.missing = "files: this kernel has no Landlock";
	}
	hello_pack(&body, &h);
	if (strcmp(argument, "garbage-hello") == 0)
		memset(body.data, 0xff, body.len);
	if (strcmp(argument, "long-hello") == 0)
		pack_u32(&body, 1);
	send_out(FRAME_HELLO, 0, 0, 0, &body, -1);
	if (strcmp(argument, "hello-twice") == 0)
		send_out(FRAME_HELLO, 0, 0, 0, &body, -1);
	buf_clear(&body);
}

static void
start(void)
{
	if (strcmp(argument, "crash-at-start") == 0)
		raise(SIGKILL);
	if (strcmp(argument, "exit-at-start") == 0)
		_exit(3);
	if (strcmp(argument, "hang-at-start") == 0)
		hang();
	if (strcmp(argument, "raw-at-start") == 0) {
		raw(5, NULL, 0);
		hang();
	}
	if (strcmp(argument, "answer-at-start") == 0)
		answer_good(0, -1);
	hello();
}

static void
hold(void)
{
	struct blob body = BLOB_INIT;

	preludes++;
	if (blob_adopt(&body, in.fd, 1000, NULL) == 0 &&
	    blob_map(&body, NULL) == 0)
		snprintf(held, sizeof(held), "%.*s", (int)body.len,
		    (const char *)body.map);
	in.fd = -1;
	blob_clear(&body);
	answer_good(0, -1);
}

int
main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };
	struct unpack fields;

	setrlimit(RLIMIT_CORE, &none);
	if (argc > 2)
		argument = argv[argc - 1];
	frame_init(&in);
	frame_init(&out);
	start();
	while (frame_recv(HELPER_SOCKET, &in, NULL) == 1 &&
	    in.class == FRAME_ASK) {
		if (in.kind == ASK_DEVICES) {
			if (strcmp(argument, "crash-in-prelude") == 0)
				raise(SIGKILL);
			hold();
			continue;
		}
		asks++;
		unpack_open(&fields, in.body, in.len);
		serve(unpack_str(&fields, "mode", 64));
		frame_clear(&in);
	}
	if (in.class == FRAME_BYE && strcmp(argument, "stubborn") == 0)
		hang();
	return 0;
}
