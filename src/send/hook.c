/* A batch of alerts for one webhook. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "hook.h"
#include "talk/ask.h"
#include "talk/helper.h"

#define TIMEOUT_S 30u
#define CONNECT_MS 10000u
/* From the start of the last exchange to the answer of the ask. */
#define MARGIN_MS 5000
#define OUR_HEADERS 4u		/* content type, id, timestamp, signature */

/* A body's buffer above it is not kept for the next. */
#define ROOM_KEPT (1u << 20)

/* One request on its way. */
struct flight {
	struct http_one		 one;
	const struct delivery	*d;	/* NULL: none */
	struct buf		 body, got;
	struct hook_headers	 headers;
	const char		**list;
	int64_t			 now;	/* wall, of the attempt */
};

struct post {
	struct arena		*mem;
	const struct sending	*sending;
	uint32_t		 timeout_ms;
	const char		*agent;
	send_settled		*settled;
	void			*ctx;
	struct flight		 flights[HTTP_AT_ONCE];
	uint32_t		 most, busy;
	/* the sink took one of this batch: now it may have several */
	bool			 proven;
	bool			 down;	/* a fault of the whole sink */
	struct outcome		 why_down;
	bool			 gone;	/* the keeper is */
};

/* The answer's body; the ceiling ends the exchange and spoils nothing. */
static bool
take_reply(void *ctx, const void *p, size_t n)
{
	struct buf *reply = ctx;
	size_t room = reply->max - reply->len;

	buf_add(reply, p, n < room ? n : room);
	return reply->len < reply->max;
}

/* The sink's own, which may name another content type, then ours. Only ours are
 * of one delivery, so the list is made once a flight. */
static const char **
all_headers(const struct post *p, const struct hook_headers *ours)
{
	const struct sink *s = &p->sending->sink;
	const char **list = arena_alloc(p->mem, (s->n_headers + OUR_HEADERS +
	    1) * sizeof(*list));
	bool typed = false;
	size_t n = 0;

	for (uint32_t i = 0; i < s->n_headers; i++) {
		typed = typed || strncasecmp(s->headers[i], "Content-Type:",
		    13) == 0;
		list[n++] = s->headers[i];
	}
	if (!typed)
		list[n++] = "Content-Type: application/json";
	list[n++] = ours->id;
	list[n++] = ours->timestamp;
	if (s->secret.len > 0)
		list[n++] = ours->signature;
	return list;
}

/* No answer came. Only what hangs on this one body is this delivery's alone. */
static void
no_answer(struct post *p, const struct err *err, struct outcome *ret)
{
	char why[800];

	outcome_init(ret);
	ret->reach = REACH_SINK;
	ret->reason = text_line(p->mem, err_show(err, why, sizeof(why)));
}

static void
request(struct post *p, struct flight *f)
{
	const struct sink *s = &p->sending->sink;

	if (f->list == NULL)
		f->list = all_headers(p, &f->headers);
	f->one.rq = (struct http_request){
		.method = "POST",
		.url = s->url,
		.headers = f->list,
		.body = f->body.data,
		.body_len = f->body.len,
		.user_agent = p->agent,
		.proxy = s->proxy,
		.tls = &s->tls,
		/* take_reply stops earlier and keeps the status. */
		.max_bytes = SIZE_MAX / 2,
		.connect_ms = p->timeout_ms < CONNECT_MS ? p->timeout_ms :
		    CONNECT_MS,
		.total_ms = p->timeout_ms,
	};
	f->one.sink = take_reply;
	f->one.sink_ctx = &f->got;
	f->one.user = f;
	http_begin(&f->one);
}

static void
settle(struct post *p, const struct delivery *d, const struct outcome *o)
{
	p->gone = p->gone || !p->settled(p->ctx, d, o);
	if (o->reach == REACH_SINK && o->kind != OUTCOME_DELIVERED) {
		if (!p->down)
			p->why_down = *o;
		p->down = true;
	} else {
		p->proven = true;
	}
}

/* False: it cannot be sent at all, which is settled. */
static bool
depart(struct post *p, const struct delivery *d, struct flight *f)
{
	struct err err = ERR_INIT;
	struct outcome o;
	char event_id[EVENT_ID_TEXT], why[800];

	buf_reset(&f->body);
	buf_reset(&f->got);
	f->now = wall_now().s;
	if (hook_body(&f->body, &d->alert, HOOK_BODY_MAX, &err) == 0 &&
	    hook_sign(&p->sending->sink.secret, alert_event_id(&d->alert,
	    event_id), f->now, f->body.data, f->body.len, &f->headers,
	    &err) == 0) {
		f->d = d;
		p->busy++;
		request(p, f);
		return true;
	}
	outcome_init(&o);
	if (err.kind == ERR_CONFIG)
		o.reach = REACH_SINK;
	else
		o.kind = OUTCOME_REFUSED;
	o.reason = text_line(p->mem, err_show(&err, why, sizeof(why)));
	settle(p, d, &o);
	return false;
}

static void
arrive(struct post *p, struct flight *f)
{
	const struct http_one *one = &f->one;
	const struct delivery *d = f->d;
	struct outcome o;

	f->d = NULL;
	p->busy--;
	/* The status decides, whatever became of the rest of the answer. */
	if (one->rc == 0 || one->reply.status >= 200)
		hook_outcome(p->mem, &one->reply, buf_text(&f->got),
		    f->got.len, f->now, &o);
	else
		no_answer(p, &one->err, &o);
	if (f->body.cap > ROOM_KEPT)
		buf_clear(&f->body);
	if (f->got.cap > ROOM_KEPT)
		buf_clear(&f->got);
	settle(p, d, &o);
}

/* A free place for this one; NULL: not yet. What tells of the same thing goes
 * one after the other, whatever the keeper asks for. */
static struct flight *
place_for(struct post *p, const struct delivery *d)
{
	struct flight *place = NULL;

	if (p->busy >= (p->proven ? p->most : 1))
		return NULL;
	for (uint32_t i = 0; i < p->most; i++) {
		struct flight *f = &p->flights[i];

		if (f->d == NULL)
			place = f;
		else if (strcmp(f->d->alert.key, d->alert.key) == 0)
			return NULL;
	}
	return place;
}

static void
await(struct post *p)
{
	int all_ms = (int)p->timeout_ms, first_ms = send_wait_ms(all_ms);
	struct http_one *one = http_next(first_ms);

	if (one == NULL && first_ms < all_ms) {
		send_pass_on();
		one = http_next(all_ms - first_ms);
	}
	for (; one != NULL; one = http_next(0))
		arrive(p, one->user);
}

/* After a fault of the sink the rest is not even tried: each would wait for its
 * own timeout, and a server that asks for rest would get none. */
static void
leave_rest(struct post *p, uint32_t first)
{
	struct outcome o = p->why_down;

	if (!p->down) {
		outcome_init(&o);
		o.reason = "not tried: the sink was too slow for the whole"
		    " batch";
	}
	for (uint32_t i = first; i < p->sending->n && !p->gone; i++)
		settle(p, &p->sending->deliveries[i], &o);
}

static void
post_all(struct post *p)
{
	const int64_t whole = ask_limit_s(ASK_HOOK) * INT64_C(1000) -
	    MARGIN_MS;
	const struct mono start = mono_now();
	uint32_t s = p->sending->sink.timeout_s, next = 0;

	p->timeout_ms = s == 0 ? TIMEOUT_S * 1000u : s > whole / 1000 ?
	    (uint32_t)whole : s * 1000u;
	while (!p->gone && (p->busy > 0 || next < p->sending->n)) {
		const struct delivery *d = &p->sending->deliveries[next];
		bool more = next < p->sending->n && !p->down && (next == 0 ||
		    mono_now().ms - start.ms + p->timeout_ms <= whole);
		struct flight *f = more ? place_for(p, d) : NULL;

		if (f != NULL) {
			(void)depart(p, d, f);
			next++;
		} else if (p->busy > 0) {
			await(p);
		} else {
			break;
		}
	}
	leave_rest(p, next);
}

void
hook_send(struct arena *mem, const struct sending *sending,
    send_settled *settled, void *ctx)
{
	struct post *p = arena_alloc(mem, sizeof(*p));
	uint32_t at_once = sending->sink.connections;

	p->mem = mem;
	p->sending = sending;
	p->settled = settled;
	p->ctx = ctx;
	p->agent = arena_printf(mem, "advrelay/%s", build_version);
	p->most = at_once == 0 ? 1 : at_once < HTTP_AT_ONCE ? at_once :
	    HTTP_AT_ONCE;
	for (uint32_t i = 0; i < p->most; i++) {
		buf_init(&p->flights[i].body, HOOK_BODY_MAX);
		buf_init(&p->flights[i].got, HOOK_REPLY_MAX);
	}
	post_all(p);
	/* the keeper is gone, and so shall we be */
	while (p->busy > 0 && http_next((int)p->timeout_ms) != NULL)
		p->busy--;
	for (uint32_t i = 0; i < p->most; i++) {
		buf_clear(&p->flights[i].body);
		buf_clear(&p->flights[i].got);
	}
}

int
hook_serve(struct serving *s, struct err *err)
{
	return send_serve(s, hook_send, err);
}
