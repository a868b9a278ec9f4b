/* The life of a helper is the table `life` below: state x event -> action. */
#include "pool.h"

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

#include "talk/frame.h"
#include "talk/hello.h"
#include "talk/helper.h"
#include "talk/sandbox.h"

#include "schedule.h"
#include "spawn.h"

#define GROUP_MAX 128
/* Structural deaths in a row after which waiting asks end unstarted. */
#define DEATHS_DOWN 5

enum slot_state { EMPTY, STARTING, IDLE, BUSY, LEAVING, STATES };
enum slot_event { HELLO, ANSWER, PART, NOTE, GONE, BROKEN, LATE, EVENTS };

struct ask {
	struct ask	*next;
	struct pool_ask	 what;
	char		 group[GROUP_MAX];
	uint32_t	 id;
	uint32_t	 parts;
};

struct slot {
	struct pool	*pool;
	enum slot_state	 state;
	struct spawned	 helper;
	int64_t		 deadline;	/* mono ms; INT64_MAX = none */
	/* BUSY; NULL while it holds the prelude */
	struct ask	*ask;
	char		 group[GROUP_MAX];
	uint32_t	 prelude;	/* generation that it holds */
	uint32_t	 id;		/* of the ask in flight */
	uint32_t	 uses;
	uint32_t	 notes;		/* log lines in this ask */
	uint32_t	 arms;		/* generation of its arguments */
};

struct pool {
	struct pool_kind kind;
	struct slot	*slots;
	struct ask	*first, **last;	/* the queue */
	unsigned	 queued;
	struct blob	 prelude;
	enum ask_kind	 prelude_kind;
	uint32_t	 prelude_now;	/* 0 = there is none */
	uint32_t	 arms_now;
	uint32_t	 next_id;
	uint32_t	 deaths_row;	/* structural ones in a row */
	unsigned	 deaths;
	int64_t		 not_before;	/* backoff, mono ms */
	int64_t		 now;
	unsigned	 layers;
	char		 down[256];
};

static void	dispatch(struct pool *p);

struct pool *
pool_new(const struct pool_kind *kind)
{
	struct pool *p = mem_alloc(sizeof(*p));

	p->kind = *kind;
	p->slots = mem_alloc(kind->size * sizeof(*p->slots));
	for (unsigned i = 0; i < kind->size; i++) {
		p->slots[i].pool = p;
		p->slots[i].helper = (struct spawned){ -1, -1, -1 };
		p->slots[i].deadline = INT64_MAX;
	}
	p->last = &p->first;
	p->prelude = (struct blob)BLOB_INIT;
	p->now = mono_now().ms;
	return p;
}

/* ---- the end of an ask --------------------------------------------------- */

/* One call of done(), then the ask is gone. */
static void
ask_ends(struct ask *a, enum ask_end end, const char *why)
{
	struct pool_result result = { .end = end, .why = why };

	if (a == NULL)
		return;
	a->what.done(a->what.ctx, &result);
	free(a);
}

/* fill() could not make the ask: its input is not there or unusable. */
static void
ask_unfilled(struct ask *a, const struct err *err)
{
	struct pool_result result = { .end = ASK_UNSTARTED, .failure = err,
	    .why = err->text };

	a->what.done(a->what.ctx, &result);
	free(a);
}

static void
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

static void
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

/* What a helper died of, from the status that bury would throw away. */
static void
death_text(struct slot *s, const char *what, char *out, size_t room)
{
	siginfo_t info = { .si_pid = 0 };

	snprintf(out, room, "%s helper %s", s->pool->kind.program, what);
	if (waitid(P_PID, (id_t)s->helper.pid, &info, WEXITED | WNOHANG |
	    WNOWAIT) == -1 || info.si_pid == 0)
		return;
	if (info.si_code == CLD_EXITED)
		snprintf(out, room, "%s helper %s (exit %d)",
		    s->pool->kind.program, what, info.si_status);
	else
		snprintf(out, room, "%s helper %s (signal %d)",
		    s->pool->kind.program, what, info.si_status);
}

/* A death at the start or in the first ask points to a structural fault: the
 * whole kind pauses. A later one is just replaced. */
static void
count_death(struct slot *s, const char *why)
{
	struct pool *p = s->pool;
	int64_t pause;

	p->deaths++;
	if (s->uses > 0 && s->state == BUSY) {
		log_warning("helper lost", "why", why, NULL);
		return;
	}
	pause = schedule_backoff_ms(++p->deaths_row);
	p->not_before = p->now + pause;
	if (p->deaths_row == 1)
		log_warning("helper lost", "why", why, "pause_ms",
		    LOG_NUM(pause), NULL);
	if (p->deaths_row >= DEATHS_DOWN)
		fail_queue(p, why);
}

static void
dies(struct slot *s, enum ask_end end, const char *what)
{
	struct ask *a = s->ask;
	char why[160];

	death_text(s, what, why, sizeof(why));
	count_death(s, why);
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

static void
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
		bury(s);	/* of before the reload: no longer to be judged */
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
		s->state = IDLE;
		s->uses = 0;
		s->deadline = p->now + p->kind.idle_ms;
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
	case ASK_MATCH: return MATCHES_BLOB_MAX;
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
	s->state = IDLE;
	s->deadline = p->now + p->kind.idle_ms;
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

static slot_action *const life[STATES][EVENTS] = {
	/*		HELLO	     ANSWER	  PART		NOTE	    GONE	 BROKEN	      LATE */
	[EMPTY] =	{ act_ignore,  act_ignore,  act_ignore,	act_ignore, act_ignore,  act_ignore,  act_ignore },
	[STARTING] =	{ act_hello,   act_garbled, act_garbled, act_note,  act_crashed, act_garbled, act_late },
	[IDLE] =	{ act_garbled, act_garbled, act_garbled, act_note,  act_bury,	 act_garbled, act_leave },
	[BUSY] =	{ act_garbled, act_answer,  act_part,	act_note,   act_crashed, act_garbled, act_late },
	[LEAVING] =	{ act_bury,    act_bury,    act_bury,	act_ignore, act_bury,	 act_bury,    act_bury },
};

/* ---- the queue ----------------------------------------------------------- */

void
pool_ask(struct pool *p, const struct pool_ask *ask)
{
	struct ask *a = mem_alloc(sizeof(*a));

	a->what = *ask;
	snprintf(a->group, sizeof(a->group), "%s",
	    p->kind.grouped && ask->group != NULL ? ask->group : "");
	a->what.group = a->group;
	*p->last = a;
	p->last = &a->next;
	p->queued++;
}

static struct ask *
queue_take(struct pool *p, struct ask **at)
{
	struct ask *a = *at;

	*at = a->next;
	if (*at == NULL)
		p->last = at;
	a->next = NULL;
	p->queued--;
	return a;
}

static void
queue_push_front(struct pool *p, struct ask *a)
{
	a->next = p->first;
	p->first = a;
	if (a->next == NULL)
		p->last = &a->next;
	p->queued++;
}

/* The first ask that this helper may serve: its own group's, if it has one. */
static struct ask **
queue_find(struct pool *p, const struct slot *s)
{
	for (struct ask **at = &p->first; *at != NULL; at = &(*at)->next)
		if (s->group[0] == '\0' ||
		    strcmp(s->group, (*at)->group) == 0)
			return at;
	return NULL;
}

static int
send_ask(struct slot *s, enum ask_kind kind, const struct buf *fields, int fd,
    int64_t limit_ms)
{
	struct pool *p = s->pool;
	struct frame *f = mem_alloc(sizeof(*f));
	int rc;

	frame_init(f);
	f->class = FRAME_ASK;
	f->kind = (uint8_t)kind;
	f->id = s->id = ++p->next_id;
	f->len = fields->len;
	f->fd = fd;
	if (fields->len > 0)
		memcpy(f->body, fields->data, fields->len);
	rc = frame_send(s->helper.sock, f, NULL);
	free(f);
	s->state = BUSY;
	s->notes = 0;
	s->deadline = p->now + (limit_ms > 0 ? limit_ms :
	    ask_limit_s(kind) * 1000LL);
	return rc;
}

static void
give(struct slot *s, struct ask *a)
{
	struct pool *p = s->pool;
	struct buf fields = BUF_INIT(FRAME_BODY_MAX);
	struct blob body = BLOB_INIT;
	struct err err = ERR_INIT;

	if (a->what.fill(a->what.ctx, &fields, &body, &err) == -1 ||
	    fields.over) {
		if (fields.over)
			err_limit(&err, "the ask is larger than a frame");
		ask_unfilled(a, &err);
		goto out;
	}
	if (a->group[0] != '\0')
		memcpy(s->group, a->group, sizeof(s->group));
	s->ask = a;
	if (send_ask(s, a->what.kind, &fields, body.fd, a->what.limit_ms) ==
	    -1) {
		/* it left before it saw the ask, which thus costs nothing */
		s->ask = NULL;
		queue_push_front(p, a);
		dies(s, ASK_CRASHED, "closed its socket");
	}
out:
	buf_clear(&fields);
	blob_clear(&body);
}

static void
give_prelude(struct slot *s)
{
	struct buf none = BUF_INIT(1);

	s->ask = NULL;
	s->prelude = s->pool->prelude_now;
	if (send_ask(s, s->pool->prelude_kind, &none, s->pool->prelude.fd, 0) ==
	    -1)
		dies(s, ASK_CRASHED, "closed its socket");
}

static void
start(struct slot *s)
{
	struct pool *p = s->pool;
	struct err err = ERR_INIT;

	if (spawn_helper(p->kind.path, p->kind.args, &s->helper, &err) == -1) {
		p->not_before = p->now + schedule_backoff_ms(++p->deaths_row);
		if (p->deaths_row == 1)
			log_error("helper cannot be started", "helper",
			    p->kind.program, "why", err.text, NULL);
		if (p->deaths_row >= DEATHS_DOWN)
			fail_queue(p, "its helper cannot be started");
		return;
	}
	s->state = STARTING;
	s->arms = p->arms_now;
	s->uses = 0;
	s->notes = 0;
	s->deadline = p->now + p->kind.start_ms;
}

/* Give an idle helper the next ask; retire one whose group has no work while
 * another group waits. */
static void
serve_slot(struct slot *s)
{
	struct pool *p = s->pool;
	struct ask **at;

	if (s->arms != p->arms_now) {
		act_leave(s, NULL);
		return;
	}
	if (p->first == NULL)
		return;
	if (p->prelude_now != 0 && s->prelude != p->prelude_now) {
		give_prelude(s);
		return;
	}
	at = queue_find(p, s);
	if (at != NULL)
		give(s, queue_take(p, at));
	else
		act_leave(s, NULL);
}

static void
dispatch(struct pool *p)
{
	unsigned starting = 0, wanted;

	if (p->down[0] != '\0') {
		fail_queue(p, p->down);
		return;
	}
	for (unsigned i = 0; i < p->kind.size; i++) {
		/* an ask that fill() refused leaves the helper idle */
		while (p->slots[i].state == IDLE && p->first != NULL &&
		    p->slots[i].ask == NULL) {
			unsigned before = p->queued;

			serve_slot(&p->slots[i]);
			if (p->queued == before)
				break;
		}
		if (p->slots[i].state == IDLE &&
		    p->slots[i].arms != p->arms_now)
			act_leave(&p->slots[i], NULL);
		if (p->slots[i].state == STARTING)
			starting++;
	}
	wanted = p->queued;
	for (unsigned i = 0; i < p->kind.size && starting < wanted; i++)
		if (p->slots[i].state == EMPTY && p->now >= p->not_before) {
			start(&p->slots[i]);
			starting++;
		}
}

/* ---- the loop's side ----------------------------------------------------- */

size_t
pool_fds(const struct pool *p, struct pollfd *out, size_t room)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->kind.size; i++) {
		const struct slot *s = &p->slots[i];

		if (s->state == EMPTY || n + 2 > room)
			continue;
		out[n++] = (struct pollfd){ s->helper.sock, POLLIN, 0 };
		out[n++] = (struct pollfd){ s->helper.pidfd, POLLIN, 0 };
	}
	return n;
}

static enum slot_event
event_of(const struct frame *f)
{
	switch (f->class) {
	case FRAME_HELLO: return HELLO;
	case FRAME_NOTE: return NOTE;
	case FRAME_ANSWER: return f->flags & FRAME_MORE ? PART : ANSWER;
	default: return BROKEN;
	}
}

static void
receive(struct slot *s)
{
	struct frame *f = mem_alloc(sizeof(*f));
	enum slot_event event = BROKEN;
	int n;

	frame_init(f);
	n = frame_recv(s->helper.sock, f, NULL);
	if (n == 0)
		event = GONE;
	else if (n == 1)
		event = event_of(f);
	life[s->state][event](s, f);
	frame_clear(f);
	free(f);
}

static struct slot *
slot_of(struct pool *p, int sock)
{
	for (unsigned i = 0; i < p->kind.size; i++)
		if (p->slots[i].state != EMPTY &&
		    p->slots[i].helper.sock == sock)
			return &p->slots[i];
	return NULL;
}

void
pool_step(struct pool *p, const struct pollfd *in, size_t n, struct mono now)
{
	p->now = now.ms;
	for (size_t i = 0; i + 1 < n; i += 2) {
		struct slot *s = slot_of(p, in[i].fd);

		if (s == NULL)
			continue;
		/* what it still said before it died comes first */
		if (in[i].revents & (POLLIN | POLLHUP | POLLERR))
			receive(s);
		else if (in[i + 1].revents != 0)
			life[s->state][GONE](s, NULL);
	}
	for (unsigned i = 0; i < p->kind.size; i++)
		if (p->slots[i].deadline <= p->now)
			life[p->slots[i].state][LATE](&p->slots[i], NULL);
	dispatch(p);
}

struct mono
pool_wake(const struct pool *p)
{
	int64_t at = INT64_MAX;
	bool empty = false;

	for (unsigned i = 0; i < p->kind.size; i++) {
		if (p->slots[i].deadline < at)
			at = p->slots[i].deadline;
		empty = empty || p->slots[i].state == EMPTY;
	}
	if (p->first != NULL && empty && p->not_before < at)
		at = p->not_before;
	return (struct mono){ at };
}

unsigned
pool_room(const struct pool *p)
{
	unsigned room = 0;

	if (p->down[0] != '\0')
		return 0;
	for (unsigned i = 0; i < p->kind.size; i++)
		if (p->slots[i].state != BUSY)
			room++;
	return room > p->queued ? room - p->queued : 0;
}

bool
pool_is_down(const struct pool *p)
{
	return p->down[0] != '\0' || p->deaths_row >= DEATHS_DOWN;
}

unsigned
pool_load(const struct pool *p)
{
	unsigned n = p->queued;

	for (unsigned i = 0; i < p->kind.size; i++)
		n += p->slots[i].state == BUSY;
	return n;
}

void
pool_prelude(struct pool *p, enum ask_kind kind, const struct blob *body)
{
	blob_clear(&p->prelude);
	p->prelude_kind = kind;
	if (blob_share(&p->prelude, body, NULL) == -1)
		bug("dup of the device index");
	p->prelude_now++;
}

void
pool_rearm(struct pool *p, const struct pool_kind *kind)
{
	unsigned size = p->kind.size;

	p->kind = *kind;
	p->kind.size = size;	/* slots in use stay where they are */
	p->arms_now++;
	p->down[0] = '\0';
	p->deaths_row = 0;
	p->not_before = 0;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->kind.size; i++) {
		struct slot *s = &p->slots[i];
		struct ask *a = s->ask;

		s->ask = NULL;
		if (s->state != EMPTY)
			bury(s);
		ask_ends(a, ASK_UNSTARTED, "the relay stops");
	}
	fail_queue(p, "the relay stops");
	blob_clear(&p->prelude);
	free(p->slots);
	free(p);
}

void
pool_view(const struct pool *p, struct pool_view *ret)
{
	*ret = (struct pool_view){ .program = p->kind.program,
	    .queue = p->queued, .layers = p->layers, .deaths = p->deaths,
	    .down = p->down };
	for (unsigned i = 0; i < p->kind.size; i++) {
		ret->idle += p->slots[i].state == IDLE;
		ret->busy += p->slots[i].state == BUSY;
		ret->starting += p->slots[i].state == STARTING;
	}
}
