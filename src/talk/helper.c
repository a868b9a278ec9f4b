/* The main program of every helper: receive, work, send. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "talk/ask.h"
#include "talk/frame.h"
#include "talk/hello.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

/* How long an idle helper may not notice that its files were replaced. */
#define STALE_LOOK_MS	30000
/* Idle for so long it gives back the memory that malloc holds; asks of one
 * burst come closer together. */
#define REST_MS		200
/* Further paths on the command line: one per file:// feed at most. */
#define READ_PATHS_MAX	1024

/* log_sink and helper_part carry no context, and there is one ask at a time. */
static struct {
	uint32_t	id;
	uint8_t		kind;
	unsigned	notes;
	bool		gone;		/* the keeper closed its end */
	struct frame	in, out;
} loop;

/* The largest body that an ask of this kind may bring. */
static size_t
body_max(unsigned kind)
{
	switch ((enum ask_kind)kind) {
	case ASK_FETCH:
		return 0;
	case ASK_READ:
		return DOCUMENT_MAX;
	case ASK_LIST:
		/* Several lists travel in one blob. */
		return (size_t)LIST_FILE_MAX * 2;
	case ASK_DEVICES:
		return DEVICE_INDEX_MAX;
	case ASK_MATCH:
	case ASK_EXPLAIN:
	case ASK_NEAR:
		return ADVISORY_MAX;
	case ASK_MAIL:
	case ASK_SYSLOG:
	case ASK_HOOK:
		return SEND_BLOB_MAX;
	case ASK_COUNT_:
		break;
	}
	bug("ask of kind %u", kind);
}

/* Sends loop.out, whose body is set. */
static int
send_out(uint8_t class, uint8_t flags, int fd, struct err *err)
{
	struct frame *f = &loop.out;
	int rc;

	f->class = class;
	f->kind = class == FRAME_ANSWER ? loop.kind : 0;
	f->flags = flags;
	f->id = loop.id;
	f->fd = fd;
	rc = frame_send(HELPER_SOCKET, f, err);
	f->fd = -1;
	if (rc < 0)
		loop.gone = true;
	return rc;
}

/* A log_sink: one line becomes one NOTE of the ask in work. */
static void
note_send(enum log_level level, const char *line)
{
	struct buf body = BUF_INIT(FRAME_BODY_MAX);
	char text[NOTE_TEXT_MAX + 1];
	size_t n;

	if (loop.gone || loop.notes >= NOTES_MAX)
		return;
	loop.notes++;
	n = text_cut(line, NOTE_TEXT_MAX);
	memcpy(text, line, n);
	text[n] = '\0';
	pack_u8(&body, (uint8_t)level);
	pack_str(&body, text);
	memcpy(loop.out.body, body.data, body.len);
	loop.out.len = body.len;
	send_out(FRAME_NOTE, 0, -1, NULL);
	buf_clear(&body);
}

/* An ANSWER, or a part of one: the leading byte (talk/ask.h), then the inline
 * fields. */
static int
answer_send(bool unusable, const struct buf *fields, uint8_t flags, int fd,
    struct err *err)
{
	if (fields->over)
		bug("%s: inline answer over %zu bytes", ask_name(loop.kind),
		    fields->max);
	loop.out.body[0] = unusable;
	if (fields->len > 0)
		memcpy(loop.out.body + 1, fields->data, fields->len);
	loop.out.len = 1 + fields->len;
	return send_out(FRAME_ANSWER, flags, fd, err);
}

int
helper_part(struct serving *s, struct err *err)
{
	if (loop.gone)
		return err_peer(err, "the keeper is gone");
	if (answer_send(false, s->answer, FRAME_MORE, -1, err) < 0)
		return -1;
	buf_reset(s->answer);
	return 0;
}

/* The ask's body, checked and mapped. A body that is over the ceiling or not
 * sealed is the ask's fault and gets an answer. */
static int
body_take(struct blob *body, size_t max, struct err *err)
{
	int fd = loop.in.fd;

	loop.in.fd = -1;
	if (fd < 0)
		return 0;
	if (blob_adopt(body, fd, max, err) < 0 || blob_map(body, err) < 0)
		return err_in(err, "%s: body of the ask", ask_name(loop.kind));
	return 0;
}

/* One ask, from the frame in loop.in to its ANSWER. -1: the keeper is gone. */
static int
ask_serve(const struct helper *helper, struct serving *s)
{
	struct err err = ERR_INIT;
	struct unpack ask;
	int rc;

	loop.id = loop.in.id;
	loop.kind = loop.in.kind;
	loop.notes = 0;
	unpack_open(&ask, loop.in.body, loop.in.len);
	s->kind = loop.kind;
	s->ask = &ask;
	s->ask_body_max = body_max(loop.kind);

	log_divert(note_send);
	rc = body_take(s->ask_body, s->ask_body_max, &err);
	if (rc == 0)
		rc = helper->serve(s, &err);
	if (rc < 0) {
		if (err.kind == ERR_NONE)
			bug("%s failed without a reason", ask_name(loop.kind));
		buf_reset(s->answer);
		err_pack(s->answer, &err);
		blob_clear(s->answer_body);
	}
	if (!loop.gone)
		answer_send(rc < 0, s->answer, 0, s->answer_body->fd, NULL);
	log_divert(NULL);

	s->ask = NULL;
	/* A FETCH ask has the key of the feed's certificate in it. */
	explicit_bzero(loop.in.body, loop.in.len);
	buf_reset(s->answer);
	blob_clear(s->answer_body);
	blob_clear(s->ask_body);
	arena_clear(s->mem);
	return loop.gone ? -1 : 0;
}

static bool
helper_serves(const struct helper *helper, unsigned kind)
{
	for (unsigned i = 0; i < helper->n_asks; i++) {
		if (helper->asks[i] == kind)
			return true;
	}
	return false;
}

/* Waits for a frame. False: leave, a new process would see other files. */
static bool
wait_fresh(struct mono *looked)
{
	struct pollfd pfd = { .fd = HELPER_SOCKET, .events = POLLIN };

	if (poll(&pfd, 1, REST_MS) == 0)
		mem_rest();
	for (;;) {
		struct mono now = mono_now();
		int n;

		if (now.ms - looked->ms >= STALE_LOOK_MS) {
			if (sandbox_is_stale())
				return false;
			*looked = now;
		}
		n = poll(&pfd, 1, STALE_LOOK_MS);
		/* On a failure frame_recv says what it is. */
		if (n > 0 || (n < 0 && errno != EINTR))
			return true;
	}
}

/* Until the keeper is gone or says so; exit code. */
static int
helper_loop(const struct helper *helper)
{
	struct buf answer = BUF_INIT(FRAME_BODY_MAX - 1);
	struct blob ask_body = BLOB_INIT, answer_body = BLOB_INIT;
	struct arena mem = ARENA_INIT;
	struct serving s = { .ask_body = &ask_body, .answer = &answer,
		.answer_body = &answer_body, .mem = &mem };
	struct err err = ERR_INIT;
	struct mono looked = mono_now();
	char text[800];
	int code = EX_OK;

	while (wait_fresh(&looked)) {
		int rc = frame_recv(HELPER_SOCKET, &loop.in, &err);

		if (rc == 0 || (rc > 0 && loop.in.class == FRAME_BYE))
			break;
		if (rc > 0 && (loop.in.class != FRAME_ASK ||
		    !helper_serves(helper, loop.in.kind)))
			rc = err_peer(&err, "frame of class %u, kind %s, is "
			    "not for us", loop.in.class,
			    ask_name((enum ask_kind)loop.in.kind));
		if (rc < 0) {
			log_error("the keeper broke the rules", "why",
			    err_show(&err, text, sizeof(text)), NULL);
			code = EX_PROTOCOL;
			break;
		}
		if (ask_serve(helper, &s) < 0)
			break;
	}
	frame_clear(&loop.in);
	buf_clear(&answer);
	return code;
}

static int
hello_send(const struct helper *helper, unsigned layers, struct err *err)
{
	struct buf body = BUF_INIT(FRAME_BODY_MAX);
	struct buf missing = BUF_INIT(2048);
	int rc;

	sandbox_missing(layers, &missing);
	hello_pack(&body, &(struct hello){ .version = FRAME_VERSION,
	    .build = build_id, .program = helper->name, .layers = layers,
	    .missing = buf_text(&missing) });
	memcpy(loop.out.body, body.data, body.len);
	loop.out.len = body.len;
	rc = send_out(FRAME_HELLO, 0, -1, err);
	buf_clear(&missing);
	buf_clear(&body);
	return rc;
}

/* Signals, descriptors and parent as a helper needs them, whatever the keeper
 * left behind. */
static int
process_set_up(struct err *err)
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* A body over RLIMIT_FSIZE shall be an error, not an end. */
	signal(SIGXFSZ, SIG_IGN);
	/* A key on the terminal is for the keeper, who lets us finish. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(err, "PR_SET_PDEATHSIG");

	if (close_range(HELPER_SOCKET + 1, ~0u, 0) < 0 && errno != ENOSYS)
		return err_sys(err, "close_range");
	/* stdout may be where the keeper's command prints its own results. */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		return err_sys(err, "/dev/null");
	close(null);
	/* A heap of its own per thread costs 64 MiB of RLIMIT_AS each. */
	mallopt(M_ARENA_MAX, 1);
	mem_keep();
	/* Reads /etc/localtime while there still is one. */
	tzset();
	return 0;
}

static int
helper_serve(const struct helper *helper, const char *const *more_files)
{
	struct err err = ERR_INIT;
	unsigned layers = 0;
	char text[800];

	frame_init(&loop.in);
	frame_init(&loop.out);
	if (process_set_up(&err) < 0)
		goto fail;
	if (helper->prepare != NULL && helper->prepare(&err) < 0)
		goto fail;
	if (sandbox_enter(helper->profile, more_files, &layers, &err) < 0)
		goto fail;
	if (hello_send(helper, layers, &err) < 0)
		return EX_OK;		/* the keeper did not wait for us */
	return helper_loop(helper);
fail:
	log_error("helper cannot start", "why",
	    err_show(&err, text, sizeof(text)), NULL);
	return EX_OSERR;
}

static int
helper_by_hand(const struct helper *helper, int argc, char **argv)
{
	struct err err = ERR_INIT;
	char text[800];

	if (helper->prepare != NULL && helper->prepare(&err) < 0) {
		log_error("helper cannot start", "why",
		    err_show(&err, text, sizeof(text)), NULL);
		return EX_OSERR;
	}
	return helper->by_hand(argc, argv);
}

static int
usage(const struct helper *helper)
{
	fprintf(stderr, "usage: %s %s--version\n"
	    "       (--serve is for \"advrelay run\")\n", helper->name,
	    helper->by_hand != NULL ? "--by-hand ... | --help | " : "");
	return EX_USAGE;
}

/* --serve [--read PATH]... */
static int
serve_main(const struct helper *helper, int argc, char **argv)
{
	static const char *paths[READ_PATHS_MAX + 1];
	size_t n = 0;
	int type = 0;
	socklen_t len = sizeof(type);

	for (int i = 2; i < argc; i += 2) {
		if (strcmp(argv[i], "--read") != 0 || i + 1 >= argc ||
		    n >= READ_PATHS_MAX)
			return usage(helper);
		paths[n++] = argv[i + 1];
	}
	paths[n] = NULL;
	if (getsockopt(HELPER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
	    type != SOCK_SEQPACKET) {
		fprintf(stderr, "%s: --serve wants the keeper's socket as "
		    "descriptor %d\n", helper->name, HELPER_SOCKET);
		return EX_USAGE;
	}
	return helper_serve(helper, paths);
}

int
helper_main(const struct helper *helper, int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "";

	log_program(helper->name);
	if (strcmp(first, "--serve") == 0)
		return serve_main(helper, argc, argv);
	if (strcmp(first, "--version") == 0) {
		printf("%s (advrelay) %s, build %s\n", helper->name,
		    build_version, build_id);
		return EX_OK;
	}
	if (helper->by_hand != NULL && strcmp(first, "--by-hand") == 0)
		return helper_by_hand(helper, argc - 2, argv + 2);
	if (helper->by_hand != NULL && strcmp(first, "--help") == 0)
		return helper_by_hand(helper, argc - 1, argv + 1);
	return usage(helper);
}
