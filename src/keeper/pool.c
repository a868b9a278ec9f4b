/* Helpers of one program: the queue of asks, and the loop's side. What happens
 * to one helper is in pool_life.c. */
#include "pool_parts.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* From `first` on; p->kind.size are there by now. */
static void
slots_init(struct pool *p, unsigned first)
{
	for (unsigned i = first; i < p->kind.size; i++) {
		p->slots[i] = (struct slot){ .pool = p,
		    .helper = { -1, -1, -1 }, .deadline = INT64_MAX };
	}
	p->cap = p->kind.size;
}

struct pool *
pool_new(const struct pool_kind *kind)
{
	struct pool *p = mem_alloc(sizeof(*p));

	p->kind = *kind;
	p->slots = mem_alloc(kind->size * sizeof(*p->slots));
	slots_init(p, 0);
	p->last = &p->first;
	p->prelude = (struct blob)BLOB_INIT;
	p->now = mono_now().ms;
	return p;
}

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
	explicit_bzero(f->body, f->len);	/* a feed's key */
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
	struct buf fields = BUF_SECRET(FRAME_BODY_MAX);
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
	char text[256];

	if (spawn_helper(p->kind.path, p->kind.args, &s->helper, &err) == -1) {
		if (p->deaths_row == 0)
			log_error("helper cannot be started", "helper",
			    p->kind.program, "why", err.text, NULL);
		fails(p, err_show(&err, text, sizeof(text)), "install all "
		    "programs of one build");
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
	for (unsigned i = 0; i < p->cap; i++) {
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

	for (unsigned i = 0; i < p->cap; i++) {
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
	slot_happens(s, event, f);
	frame_clear(f);
	free(f);
}

static struct slot *
slot_of(struct pool *p, int sock)
{
	for (unsigned i = 0; i < p->cap; i++)
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
			slot_happens(s, GONE, NULL);
	}
	for (unsigned i = 0; i < p->cap; i++)
		if (p->slots[i].deadline <= p->now)
			slot_happens(&p->slots[i], LATE, NULL);
	dispatch(p);
}

struct mono
pool_wake(const struct pool *p)
{
	int64_t at = INT64_MAX;
	bool empty = false;

	for (unsigned i = 0; i < p->cap; i++) {
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

	for (unsigned i = 0; i < p->cap; i++)
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
	unsigned before = p->cap;

	p->kind = *kind;
	/* fewer: those beyond leave when they are idle (dispatch) */
	if (kind->size > before) {
		p->slots = mem_resize(p->slots, kind->size *
		    sizeof(*p->slots));
		slots_init(p, before);
	}
	p->arms_now++;
	p->down[0] = '\0';
	p->failing[0] = '\0';
	p->deaths_row = 0;
	p->not_before = 0;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->cap; i++) {
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
	    .down = p->down, .failing = p->failing,
	    .retry_ms = p->not_before > p->now ? p->not_before - p->now : 0 };
	for (unsigned i = 0; i < p->cap; i++) {
		ret->idle += p->slots[i].state == IDLE;
		ret->busy += p->slots[i].state == BUSY;
		ret->starting += p->slots[i].state == STARTING;
	}
}
