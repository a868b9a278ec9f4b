/* The life of a helper is the table `life` at the end: state x event. */
#include "pool_parts.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"

#include "talk/hello.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

#include "schedule.h"

/* ---- the end of an ask --------------------------------------------------- */

/* One call of done(), then the ask is gone. */
void
ask_ends(struct ask *a, enum ask_end end, const char *why)
{
	struct pool_result result = { .end = end, .why = why };

	if (a == NULL)
		return;
	a->what.done(a->what.ctx, &result);
	free(a);
}

/* fill() could not make the ask: its input is not there or unusable. */
void
ask_unfilled(struct ask *a, const struct err *err)
{
	struct pool_result result = { .end = ASK_UNSTARTED, .failure = err,
	    .why = err->text };

	a->what.done(a->what.ctx, &result);
	free(a);
}

void
fail_queue(struct pool *p, const char *why)
{
	struct ask *a;

	while ((a = p->first) != NULL) {
		p->first = a->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->queued--;
		ask_ends(a, ASK_UNSTARTED, why);
	}
}

/* ---- actions ------------------------------------------------------------- */

void
bury(struct slot *s)
{
	int status = 0;

	spawn_bury(&s->helper, &status);
	s->state = EMPTY;
	s->deadline = INT64_MAX;
	s->group[0] = '\0';
	s->uses = 0;
	s->prelude = 0;
}

/* What an operator can do about a helper that dies at once. */
static const char *
death_advice(const siginfo_t *info)
{
	if (info->si_pid == 0)
		return "see the log, or run it with --version";
	if (info->si_code == CLD_EXITED && info->si_status == 127)
		return "it, or a library of it, is missing or of another "
		    "machine: run it with --version, install it again";
	if (info->si_code == CLD_EXITED)
		return "its own line in the log says why; if there is none, "
		    "run it with --version";
	switch (info->si_status) {
	case SIGSYS:
		return "the sandbox ended it: set ADVRELAY_SANDBOX=trace to "
		    "see the call, and report it";
	case SIGKILL:
		return "was memory short? see the kernel's log";
	default:
		return "report it with its lines in the log";
	}
}

/* What a helper died of, from the status that bury would throw away; the
 * advice. */
static const char *
death_text(struct slot *s, const char *what, char *out, size_t room)
{
	siginfo_t info = { .si_pid = 0 };

	snprintf(out, room, "%s helper %s", s->pool->kind.program, what);
	if (waitid(P_PID, (id_t)s->helper.pid, &info, WEXITED | WNOHANG |
	    WNOWAIT) == -1 || info.si_pid == 0)
		return death_advice(&(siginfo_t){ .si_pid = 0 });
	if (info.si_code == CLD_EXITED)
		snprintf(out, room, "%s helper %s (exit %d)",
		    s->pool->kind.program, what, info.si_status);
	else
		snprintf(out, room, "%s helper %s (signal %d)",
		    s->pool->kind.program, what, info.si_status);
	return death_advice(&info);
}

void
fails(struct pool *p, const char *why, const char *advice)
{
	int64_t pause = schedule_backoff_ms(++p->deaths_row);

	p->not_before = p->now + pause;
	if (p->deaths_row > 1)
		snprintf(p->failing, sizeof(p->failing), "%s, %u times in a "
		    "row: %s (%s)", why, p->deaths_row, advice, p->kind.path);
	if (p->deaths_row % DEATHS_SAID == DEATHS_DOWN)
		log_error("helper cannot be used", "helper", p->kind.program,
		    "why", p->failing, "pause_ms", LOG_NUM(pause), NULL);
	if (p->deaths_row >= DEATHS_DOWN)
		fail_queue(p, why);
}

/* A death at the start or in the first ask points to a structural fault: the
 * whole kind pauses. A later one is just replaced. */
static void
count_death(struct slot *s, const char *why, const char *advice)
{
	bool structural = s->uses == 0 || s->state != BUSY;

	s->pool->deaths++;
	if (!structural || s->pool->deaths_row == 0)
		log_warning("helper lost", "why", why, NULL);
	if (structural)
		fails(s->pool, why, advice);
}

void
dies(struct slot *s, enum ask_end end, const char *what)
{
	struct ask *a = s->ask;
	const char *advice;
	char why[160];

	advice = death_text(s, what, why, sizeof(why));
	count_death(s, why, advice);
	s->ask = NULL;
	bury(s);
	ask_ends(a, end, why);
}

static void
act_ignore(struct slot *s, struct frame *f)
{
	(void)s;
	(void)f;
}

static void
act_bury(struct slot *s, struct frame *f)
{
	(void)f;
	bury(s);
}

static void
act_crashed(struct slot *s, struct frame *f)
{
	(void)f;
	dies(s, ASK_CRASHED, "ended");
}

static void
act_garbled(struct slot *s, struct frame *f)
{
	(void)f;
	dies(s, ASK_GARBLED, "broke the protocol");
}

static void
act_late(struct slot *s, struct frame *f)
{
	(void)f;
	dies(s, ASK_LATE, s->state == STARTING ? "did not start in time" :
	    "did not answer in time");
}

void
act_leave(struct slot *s, struct frame *f)
{
	struct frame *bye = mem_alloc(sizeof(*bye));

	(void)f;
	frame_init(bye);
	bye->class = FRAME_BYE;
	if (frame_send(s->helper.sock, bye, NULL) == -1)
		bury(s);
	else {
		s->state = LEAVING;
		s->deadline = s->pool->now + s->pool->kind.leave_ms;
	}
	free(bye);
}

/* Is there another one that can stay in its place? One that has not worked yet
 * may lack what this one holds, and leaves first. */
static bool
has_company(const struct slot *s)
{
	const struct pool *p = s->pool;

	for (unsigned i = 0; i < p->cap; i++) {
		const struct slot *o = &p->slots[i];

		if (o != s && o->state != EMPTY && o->state != LEAVING &&
		    (o->uses > 0 || s->uses == 0))
			return true;
	}
	return false;
}

static void
rests(struct slot *s)
{
	const struct pool_kind *kind = &s->pool->kind;

	s->state = IDLE;
	s->idle_since = s->pool->now;
	s->deadline = s->pool->now + (has_company(s) ? kind->surplus_ms :
	    kind->idle_ms);
}

/* Idle for as long as surplus ones may be, or as the last one may be. */
static void
act_idled(struct slot *s, struct frame *f)
{
	int64_t end = s->idle_since + s->pool->kind.idle_ms;

	if (has_company(s) || end <= s->pool->now)
		act_leave(s, f);
	else
		s->deadline = end;
}

static void
missing_layers(unsigned missing, struct buf *out)
{
	const char *sep = "";

	for (unsigned bit = 0; bit < SANDBOX_LAYERS; bit++) {
		if (!(missing & (1u << bit)))
			continue;
		buf_printf(out, "%s%s", sep, sandbox_layer_name(bit));
		sep = ", ";
	}
}

/* This kind stays down until the next reload; the text says what to do. */
static void
put_down(struct slot *s, const char *why)
{
	struct pool *p = s->pool;
	bool said = p->down[0] != '\0';

	snprintf(p->down, sizeof(p->down), "%s", why);
	if (!said)
		log_error("helper cannot be used", "helper", p->kind.program,
		    "why", why, NULL);
	bury(s);
}

static void
act_hello(struct slot *s, struct frame *f)
{
	struct pool *p = s->pool;
	struct unpack in;
	struct hello hello;
	struct buf why = BUF_INIT(256);
	unsigned missing;

	unpack_open(&in, f->body, f->len);
	hello_unpack(&in, &hello);
	if (unpack_done(&in, NULL) == -1) {
		act_garbled(s, f);
		return;
	}
	if (s->arms != p->arms_now) {
		/* of before the reload: no longer to be judged */
		bury(s);
		return;
	}
	p->layers = hello.layers;
	missing = p->kind.demand & ~hello.layers;
	if (strcmp(hello.build, build_id) != 0 ||
	    strcmp(hello.program, p->kind.program) != 0) {
		buf_printf(&why, "%s is of another build; install all programs "
		    "of one build", p->kind.path);
		put_down(s, buf_text(&why));
	} else if (missing != 0) {
		buf_puts(&why, "sandbox layers that the config demands are "
		    "missing: ");
		missing_layers(missing, &why);
		buf_printf(&why, " (%s); use a newer kernel or lower "
		    "relay.sandbox", hello.missing);
		put_down(s, buf_text(&why));
	} else {
		rests(s);
		s->uses = 0;
	}
	buf_clear(&why);
}

static void
act_note(struct slot *s, struct frame *f)
{
	struct unpack in;
	uint8_t level;
	const char *text;

	unpack_open(&in, f->body, f->len);
	level = unpack_u8(&in, "level", LOG_DEBUG_);
	text = unpack_str(&in, "text", NOTE_TEXT_MAX);
	if (unpack_done(&in, NULL) == -1 || s->notes++ > NOTES_MAX) {
		/* endless notes are a flood and cost the ask */
		act_garbled(s, f);
		return;
	}
	log_foreign((enum log_level)level, s->pool->kind.program, text);
}

static size_t
answer_body_max(enum ask_kind kind)
{
	switch (kind) {
	case ASK_FETCH: return DOCUMENT_MAX;
	case ASK_READ: return ADVISORY_MAX;
	case ASK_LIST: return DEVICE_INDEX_MAX;
	case ASK_MATCH:
	case ASK_EXPLAIN:
	case ASK_NEAR: return MATCHES_BLOB_MAX;
	default: return 0;
	}
}

/* Hands one ANSWER frame on; -1 if it is not what an answer looks like. */
static int
deliver_answer(struct slot *s, struct frame *f, bool more)
{
	struct pool_result result = { .end = ASK_ANSWERED, .more = more,
	    .why = "" };
	struct blob body = BLOB_INIT;
	struct err failure = ERR_INIT;
	struct unpack in;
	int rc = -1;

	unpack_open(&in, f->body, f->len);
	if (unpack_u8(&in, "status", 1) == 1) {
		err_unpack(&in, &failure);
		if (unpack_done(&in, NULL) == -1 || more)
			return -1;
		result.failure = &failure;
	} else if (in.bad) {
		return -1;
	} else {
		result.answer = &in;
		result.body = &body;
	}
	if (f->fd != -1) {
		int fd = f->fd;

		f->fd = -1;
		if (blob_adopt(&body, fd, answer_body_max(s->ask->what.kind),
		    NULL) == -1 || result.failure != NULL)
			goto out;
	}
	s->ask->what.done(s->ask->what.ctx, &result);
	rc = 0;
out:
	blob_clear(&body);
	return rc;
}

static void
recovered(struct pool *p)
{
	if (p->deaths_row > 0)
		log_info("helper works again", "helper", p->kind.program, NULL);
	p->deaths_row = 0;
	p->failing[0] = '\0';
	p->not_before = 0;
}

static bool
answers_this(const struct slot *s, const struct frame *f)
{
	enum ask_kind kind = s->ask != NULL ? s->ask->what.kind :
	    s->pool->prelude_kind;

	return f->id == s->id && f->kind == (uint8_t)kind;
}

static void
act_answer(struct slot *s, struct frame *f)
{
	struct pool *p = s->pool;
	struct ask *a = s->ask;

	if (!answers_this(s, f) ||
	    (a != NULL && deliver_answer(s, f, false) == -1) ||
	    (a == NULL && (f->len < 1 || f->body[0] != 0))) {
		act_garbled(s, f);
		return;
	}
	recovered(p);
	free(a);
	s->ask = NULL;
	s->uses++;
	rests(s);
	if (s->uses >= p->kind.max_use || s->arms != p->arms_now)
		act_leave(s, f);
}

/* Only a batch is answered in parts; all others take the first answer for the
 * last and forget the ask. */
static bool
takes_parts(enum ask_kind kind)
{
	return kind == ASK_MAIL || kind == ASK_SYSLOG || kind == ASK_HOOK;
}

static void
act_part(struct slot *s, struct frame *f)
{
	if (s->ask == NULL || !answers_this(s, f) ||
	    !takes_parts(s->ask->what.kind) ||
	    ++s->ask->parts > BATCH_MAX || deliver_answer(s, f, true) == -1)
		act_garbled(s, f);
}

typedef void slot_action(struct slot *s, struct frame *f);

/* clang-format off: a table is read by its columns */
#define G act_garbled
static slot_action *const life[STATES][EVENTS] = {
[EMPTY] = { [HELLO] = act_ignore, [ANSWER] = act_ignore, [PART] = act_ignore,
	[NOTE] = act_ignore, [GONE] = act_ignore, [BROKEN] = act_ignore,
	[LATE] = act_ignore },
[STARTING] = { [HELLO] = act_hello, [ANSWER] = G, [PART] = G,
	[NOTE] = act_note, [GONE] = act_crashed, [BROKEN] = G,
	[LATE] = act_late },
[IDLE] = { [HELLO] = G, [ANSWER] = G, [PART] = G,
	[NOTE] = act_note, [GONE] = act_bury, [BROKEN] = G,
	[LATE] = act_idled },
[BUSY] = { [HELLO] = G, [ANSWER] = act_answer, [PART] = act_part,
	[NOTE] = act_note, [GONE] = act_crashed, [BROKEN] = G,
	[LATE] = act_late },
[LEAVING] = { [HELLO] = act_bury, [ANSWER] = act_bury, [PART] = act_bury,
	[NOTE] = act_ignore, [GONE] = act_bury, [BROKEN] = act_bury,
	[LATE] = act_bury },
};
#undef G
/* clang-format on */

void
slot_happens(struct slot *s, enum slot_event event, struct frame *f)
{
	life[s->state][event](s, f);
}
