/* The helper's loop, driven over a socket pair as the keeper does. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/hello.h"
#include "talk/helper.h"
#include "talk/sandbox.h"
#include "suite.h"

static int sock = -1;
static pid_t child;
static struct frame in, out;

/* ---- the helper under test: serves MATCH and DEVICES -------------------- */

static struct blob held = BLOB_INIT;
static char prepared[16];

static int
toy_prepare(struct err *err)
{
	(void)err;
	strcpy(prepared, "yes");
	return 0;
}

/* The ask's one inline field says what to do. */
static int
toy_serve(struct serving *s, struct err *err)
{
	const char *what = unpack_str(s->ask, "what", 64);

	if (unpack_done(s->ask, err) < 0)
		return -1;
	pack_str(s->answer, what);
	if (strcmp(what, "prepared") == 0) {
		pack_str(s->answer, prepared);
	} else if (strcmp(what, "parts") == 0) {
		for (int i = 0; i < 3; i++) {
			if (helper_part(s, err) < 0)
				return -1;
			pack_u32(s->answer, (uint32_t)i);
		}
	} else if (strcmp(what, "notes") == 0) {
		char *line = arena_alloc(s->mem, NOTE_TEXT_MAX * 2);

		memset(line, 'x', NOTE_TEXT_MAX * 2 - 1);
		log_warning("a note", "with", "value", NULL);
		for (unsigned i = 0; i < NOTES_MAX * 2; i++)
			log_info(line, NULL);
	} else if (strcmp(what, "unusable") == 0) {
		pack_str(s->answer, "dropped");
		blob_of(s->answer_body, "x", "dropped", 7, NULL);
		return err_at(err, "list.csv", 12, "no such column");
	} else if (strcmp(what, "body") == 0) {
		if (s->ask_body->fd < 0)
			return err_input(err, "no body");
		return blob_of(s->answer_body, "copy", s->ask_body->map,
		    s->ask_body->len, err);
	} else if (strcmp(what, "hold") == 0) {
		blob_clear(&held);
		held = *s->ask_body;
		*s->ask_body = (struct blob)BLOB_INIT;
	} else if (strcmp(what, "held") == 0) {
		pack_bytes(s->answer, held.map, held.len);
	} else if (strcmp(what, "huge") == 0) {
		for (int i = 0; i < 5000; i++)
			pack_u32(s->answer, 0);
	} else if (strcmp(what, "crash") == 0) {
		abort();
	}
	return 0;
}

static int
toy_by_hand(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[0], "kind") == 0 &&
	    strcmp(prepared, "yes") == 0 ? 41 : argc == 1 &&
	    strcmp(argv[0], "--help") == 0 ? 42 : argc == 0 ? 43 : 44;
}

static const struct sandbox_profile toy_profile = {
	.memory = 256u << 20,
	.cpu_s = 60,
	.descriptors = 16,
};

static const struct helper toy = {
	.name = "toy",
	.profile = &toy_profile,
	.asks = { ASK_DEVICES, ASK_MATCH },
	.n_asks = 2,
	.prepare = toy_prepare,
	.serve = toy_serve,
	.by_hand = toy_by_hand,
};

/* ---- the keeper's side -------------------------------------------------- */

static void
start(void)
{
	static char name[] = "toy", serve[] = "--serve", rd[] = "--read",
	    path[] = "/nowhere/at/all";
	char *argv[] = { name, serve, rd, path, NULL };
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct rlimit core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &core);
		close(pair[0]);
		if (pair[1] != HELPER_SOCKET)
			dup2(pair[1], HELPER_SOCKET);
		/* Left open by a careless keeper. */
		dup2(STDERR_FILENO, 9);
		_exit(helper_main(&toy, 4, argv));
	}
	close(pair[1]);
	sock = pair[0];
	frame_init(&in);
	frame_init(&out);
}

static int
end(void)
{
	int status = -1;

	frame_clear(&in);
	if (sock >= 0)
		close(sock);
	sock = -1;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

static void
receive(unsigned class)
{
	struct err err = ERR_INIT;

	frame_clear(&in);
	ck_assert_msg(frame_recv(sock, &in, &err) == 1, "no frame: %s",
	    err.text);
	ck_assert_uint_eq(in.class, class);
}

static struct hello
receive_hello(void)
{
	struct hello h;
	struct unpack u;

	receive(FRAME_HELLO);
	unpack_open(&u, in.body, in.len);
	hello_unpack(&u, &h);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
	return h;
}

static void
ask(unsigned kind, const char *what, const struct blob *body)
{
	static uint32_t id = 100;
	struct buf b = BUF_INIT(FRAME_BODY_MAX);
	struct err err = ERR_INIT;

	pack_str(&b, what);
	out.class = FRAME_ASK;
	out.kind = (uint8_t)kind;
	out.id = ++id;
	out.fd = body != NULL ? body->fd : -1;
	memcpy(out.body, b.data, b.len);
	out.len = b.len;
	ck_assert_msg(frame_send(sock, &out, &err) == 0, "%s", err.text);
	out.fd = -1;
	buf_clear(&b);
}

/* The next frame is the ANSWER to the last ask; its first byte. */
static uint8_t
answer(struct unpack *u, uint8_t flags)
{
	receive(FRAME_ANSWER);
	ck_assert_uint_eq(in.id, out.id);
	ck_assert_uint_eq(in.kind, out.kind);
	ck_assert_uint_eq(in.flags, flags);
	unpack_open(u, in.body, in.len);
	return unpack_u8(u, "how", 1);
}

static void
ask_echo(const char *what)
{
	struct unpack u;

	ask(ASK_MATCH, what, NULL);
	ck_assert_uint_eq(answer(&u, 0), 0);
	ck_assert_str_eq(unpack_str(&u, "what", 64), what);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
}

START_TEST(test_hello)
{
	struct hello h;

	start();
	h = receive_hello();
	ck_assert_uint_eq(h.version, FRAME_VERSION);
	ck_assert_str_eq(h.build, build_id);
	ck_assert_str_eq(h.program, "toy");
	ck_assert(h.layers & SANDBOX_NO_NEW_PRIVS);
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		bool named = strstr(h.missing, sandbox_layer_name(i)) != NULL;

		ck_assert_int_eq(named, !(h.layers & 1u << i));
	}
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_answers)
{
	struct unpack u;

	start();
	receive_hello();
	ask_echo("one");
	ask(ASK_DEVICES, "prepared", NULL);
	ck_assert_uint_eq(answer(&u, 0), 0);
	ck_assert_str_eq(unpack_str(&u, "what", 64), "prepared");
	ck_assert_str_eq(unpack_str(&u, "prepared", 64), "yes");
	ck_assert_int_eq(in.fd, -1);
	for (int i = 0; i < 1000; i++)
		ask_echo("again");
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_parts)
{
	struct unpack u;

	start();
	receive_hello();
	ask(ASK_MATCH, "parts", NULL);
	ck_assert_uint_eq(answer(&u, FRAME_MORE), 0);
	ck_assert_str_eq(unpack_str(&u, "what", 64), "parts");
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(answer(&u, i < 2 ? FRAME_MORE : 0), 0);
		ck_assert_uint_eq(unpack_u32(&u, "i", 9), i);
		ck_assert_int_eq(unpack_done(&u, NULL), 0);
	}
	ask_echo("after");
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_notes)
{
	struct unpack u;
	const char *text;

	start();
	receive_hello();
	/* The count starts anew with each ask. */
	for (int round = 0; round < 2; round++) {
		ask(ASK_MATCH, "notes", NULL);
		receive(FRAME_NOTE);
		ck_assert_uint_eq(in.id, out.id);
		unpack_open(&u, in.body, in.len);
		ck_assert_uint_eq(unpack_u8(&u, "level", 3), LOG_WARNING_);
		text = unpack_str(&u, "text", NOTE_TEXT_MAX);
		ck_assert_int_eq(unpack_done(&u, NULL), 0);
		ck_assert_ptr_nonnull(strstr(text, "a note"));
		ck_assert_ptr_nonnull(strstr(text, "with=value"));
		for (unsigned i = 1; i < NOTES_MAX; i++) {
			receive(FRAME_NOTE);
			unpack_open(&u, in.body, in.len);
			unpack_u8(&u, "level", 3);
			text = unpack_str(&u, "text", NOTE_TEXT_MAX);
			ck_assert_int_eq(unpack_done(&u, NULL), 0);
			ck_assert_uint_gt(strlen(text), 100);
		}
		ck_assert_uint_eq(answer(&u, 0), 0);
	}
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_unusable)
{
	struct unpack u;
	struct err err = ERR_INIT;

	start();
	receive_hello();
	ask(ASK_MATCH, "unusable", NULL);
	ck_assert_uint_eq(answer(&u, 0), 1);
	err_unpack(&u, &err);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
	ck_assert_int_eq(err.kind, ERR_INPUT);
	ck_assert_str_eq(err.where, "list.csv");
	ck_assert_int_eq(err.line, 12);
	ck_assert_str_eq(err.text, "no such column");
	ck_assert_int_eq(in.fd, -1);
	ask_echo("after");
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_body)
{
	static char big[3 << 20];
	struct blob b = BLOB_INIT, back = BLOB_INIT;
	struct unpack u;

	memset(big, 'b', sizeof(big));
	start();
	receive_hello();
	for (size_t n = 0; n <= sizeof(big); n += sizeof(big) / 2) {
		ck_assert_int_eq(blob_of(&b, "t", big, n, NULL), 0);
		ask(ASK_MATCH, "body", &b);
		ck_assert_uint_eq(answer(&u, 0), 0);
		ck_assert_int_ge(in.fd, 0);
		ck_assert_int_eq(blob_adopt(&back, in.fd, sizeof(big), NULL),
		    0);
		in.fd = -1;
		ck_assert_uint_eq(back.len, n);
		ck_assert_int_eq(blob_map(&back, NULL), 0);
		ck_assert(memcmp(back.map, big, n) == 0);
		blob_clear(&b);
		blob_clear(&back);
	}
	/* More often than it has descriptors: none leaks. */
	ck_assert_int_eq(blob_of(&b, "t", "abc", 3, NULL), 0);
	for (int i = 0; i < 40; i++) {
		ask(ASK_MATCH, "body", &b);
		ck_assert_uint_eq(answer(&u, 0), 0);
		ck_assert_int_ge(in.fd, 0);
	}
	blob_clear(&b);
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_body_held)
{
	struct blob b = BLOB_INIT;
	struct unpack u;
	size_t n;
	const void *p;

	start();
	receive_hello();
	ck_assert_int_eq(blob_of(&b, "t", "the index", 9, NULL), 0);
	ask(ASK_DEVICES, "hold", &b);
	blob_clear(&b);
	ck_assert_uint_eq(answer(&u, 0), 0);
	ask_echo("between");
	ask(ASK_MATCH, "held", NULL);
	ck_assert_uint_eq(answer(&u, 0), 0);
	unpack_str(&u, "what", 64);
	p = unpack_bytes(&u, "held", 64, &n);
	ck_assert_uint_eq(n, 9);
	ck_assert(memcmp(p, "the index", 9) == 0);
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_body_refused)
{
	struct blob b = BLOB_INIT;
	struct unpack u;
	struct err err = ERR_INIT;

	start();
	receive_hello();
	ck_assert_int_eq(blob_start(&b.fd, "open", NULL), 0);
	ask(ASK_MATCH, "body", &b);
	ck_assert_uint_eq(answer(&u, 0), 1);
	err_unpack(&u, &err);
	ck_assert_int_eq(unpack_done(&u, NULL), 0);
	/* Over the ceiling: sparse, so that it costs nothing. */
	ck_assert_int_eq(ftruncate(b.fd, (off_t)ADVISORY_MAX + 1), 0);
	int fd = b.fd;
	ck_assert_int_eq(blob_seal(&b, fd, NULL), 0);
	ask(ASK_MATCH, "body", &b);
	ck_assert_uint_eq(answer(&u, 0), 1);
	err_unpack(&u, &err);
	ck_assert_int_eq(err.kind, ERR_LIMIT);
	blob_clear(&b);
	ask_echo("after");
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(test_bye)
{
	start();
	receive_hello();
	frame_clear(&out);
	out.class = FRAME_BYE;
	ck_assert_int_eq(frame_send(sock, &out, NULL), 0);
	ck_assert_int_eq(frame_recv(sock, &in, NULL), 0);
	ck_assert_int_eq(end(), 0);
}
END_TEST

/* Frames that a helper must not survive. */
static const struct {
	const char	*name;
	uint8_t		 class, kind;
} wrongs[] = {
	{ "kind of another program", FRAME_ASK, ASK_MAIL },
	{ "an answer", FRAME_ANSWER, ASK_MATCH },
	{ "a hello", FRAME_HELLO, 0 },
};

START_TEST(test_wrong)
{
	int status;

	start();
	receive_hello();
	frame_clear(&out);
	out.class = wrongs[_i].class;
	out.kind = wrongs[_i].kind;
	ck_assert_int_eq(frame_send(sock, &out, NULL), 0);
	ck_assert_int_eq(frame_recv(sock, &in, NULL), 0);
	status = end();
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == EX_PROTOCOL,
	    "%s: status %#x", wrongs[_i].name, status);
}
END_TEST

static const struct {
	const char	*what;
	int		 signal_no;
} deaths[] = {
	{ "huge", SIGABRT },		/* inline answer over the frame */
	{ "crash", SIGABRT },
};

START_TEST(test_death)
{
	int status;

	start();
	receive_hello();
	ask(ASK_MATCH, deaths[_i].what, NULL);
	ck_assert_int_eq(frame_recv(sock, &in, NULL), 0);
	status = end();
	ck_assert_msg(WIFSIGNALED(status) &&
	    WTERMSIG(status) == deaths[_i].signal_no, "%s: status %#x",
	    deaths[_i].what, status);
}
END_TEST

START_TEST(test_keeper_gone)
{
	start();
	receive_hello();
	/* It dies in the middle of parts and notes: no error, no SIGPIPE. */
	ask(ASK_MATCH, "parts", NULL);
	ask(ASK_MATCH, "notes", NULL);
	ck_assert_int_eq(end(), 0);
}
END_TEST

/* argv of a helper that was started by a person. */
static const struct {
	const char	*args[4];
	int		 code;
	bool		 no_hand;
} hands[] = {
	{ { NULL }, EX_USAGE, false },
	{ { "--nonsense", NULL }, EX_USAGE, false },
	{ { "--version", NULL }, 0, false },
	{ { "--help", NULL }, 42, false },
	{ { "--by-hand", NULL }, 43, false },
	{ { "--by-hand", "kind", "file", NULL }, 41, false },
	{ { "--by-hand", "kind", NULL }, 44, false },
	{ { "--by-hand", "kind", NULL }, EX_USAGE, true },
	{ { "--help", NULL }, EX_USAGE, true },
	{ { "--serve", "--read", NULL }, EX_USAGE, false },
	{ { "--serve", "--what", "x", NULL }, EX_USAGE, false },
	{ { "--serve", NULL }, EX_USAGE, false },
};

START_TEST(test_by_hand)
{
	char *argv[6] = { mem_text("toy") };
	struct helper h = toy;
	int argc = 1, status, null = open("/dev/null", O_RDWR);
	pid_t pid;

	while (argc <= 4 && hands[_i].args[argc - 1] != NULL) {
		argv[argc] = mem_text(hands[_i].args[argc - 1]);
		argc++;
	}
	if (hands[_i].no_hand)
		h.by_hand = NULL;
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* Descriptor 3 is no socket for the last one. */
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		dup2(null, HELPER_SOCKET);
		_exit(helper_main(&h, argc, argv));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) &&
	    WEXITSTATUS(status) == hands[_i].code, "%s: status %#x",
	    argc > 1 ? argv[1] : "(none)", status);
	while (argc > 0)
		free(argv[--argc]);
	close(null);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("talk helper");
	TCase *t = tcase_create("loop");

	tcase_add_test(t, test_hello);
	tcase_add_test(t, test_answers);
	tcase_add_test(t, test_parts);
	tcase_add_test(t, test_notes);
	tcase_add_test(t, test_unusable);
	tcase_add_test(t, test_body);
	tcase_add_test(t, test_body_held);
	tcase_add_test(t, test_body_refused);
	tcase_add_test(t, test_bye);
	tcase_add_loop_test(t, test_wrong, 0, COUNT_OF(wrongs));
	tcase_add_loop_test(t, test_death, 0, COUNT_OF(deaths));
	tcase_add_test(t, test_keeper_gone);
	tcase_add_loop_test(t, test_by_hand, 0, COUNT_OF(hands));
	suite_add_tcase(s, t);
	return suite_run(s);
}
