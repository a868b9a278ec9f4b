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

struct post {
	struct arena		*mem;
	const struct sending	*sending;
	uint32_t		 timeout_ms;
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

/* Ours, then the sink's own, which may name another content type. */
static const char **
all_headers(struct post *p, const struct hook_headers *ours)
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
	if (ours->signature[0] != '\0')
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
exchange(struct post *p, const struct buf *body,
    const struct hook_headers *ours, int64_t now, struct outcome *ret)
{
	const struct sink *s = &p->sending->sink;
	const struct http_request rq = {
		.method = "POST",
		.url = s->url,
		.headers = all_headers(p, ours),
		.body = body->data,
		.body_len = body->len,
		.user_agent = arena_printf(p->mem, "advrelay/%s",
		    build_version),
		.proxy = s->proxy,
		.tls = &s->tls,
		/* take_reply stops earlier and keeps the status. */
		.max_bytes = SIZE_MAX / 2,
		.connect_ms = p->timeout_ms < CONNECT_MS ? p->timeout_ms :
		    CONNECT_MS,
		.total_ms = p->timeout_ms,
	};
	struct http_reply reply;
	struct buf got = BUF_INIT(HOOK_REPLY_MAX);
	struct err err = ERR_INIT;
	int rc = http_exchange(&rq, &reply, take_reply, &got, &err);

	/* The status decides, whatever became of the rest of the answer. */
	if (rc == 0 || reply.status >= 200)
		hook_outcome(p->mem, &reply, buf_text(&got), got.len, now, ret);
	else
		no_answer(p, &err, ret);
	buf_clear(&got);
}

static void
deliver(struct post *p, const struct delivery *d, struct outcome *ret)
{
	struct buf body = BUF_INIT(HOOK_BODY_MAX);
	struct hook_headers headers;
	struct err err = ERR_INIT;
	char event_id[EVENT_ID_TEXT], why[800];
	int64_t now = wall_now().s;

	if (hook_body(&body, &d->alert, HOOK_BODY_MAX, &err) == 0 &&
	    hook_sign(&p->sending->sink.secret, alert_event_id(&d->alert,
	    event_id), now, body.data, body.len, &headers, &err) == 0) {
		exchange(p, &body, &headers, now, ret);
	} else {
		outcome_init(ret);
		if (err.kind == ERR_CONFIG)
			ret->reach = REACH_SINK;
		else
			ret->kind = OUTCOME_REFUSED;
		ret->reason = text_line(p->mem, err_show(&err, why,
		    sizeof(why)));
	}
	buf_clear(&body);
}

void
hook_send(struct arena *mem, const struct sending *sending,
    send_settled *settled, void *ctx)
{
	struct post p = { .mem = mem, .sending = sending };
	const int64_t whole = ask_limit_s(ASK_HOOK) * INT64_C(1000) -
	    MARGIN_MS;
	struct mono start = mono_now();
	uint32_t s = sending->sink.timeout_s;
	struct outcome o;
	bool down = false;

	p.timeout_ms = s == 0 ? TIMEOUT_S * 1000u : s > whole / 1000 ?
	    (uint32_t)whole : s * 1000u;
	for (uint32_t i = 0; i < sending->n; i++) {
		int64_t used = mono_now().ms - start.ms;

		/* After a fault of the sink the rest is not even tried: each
		 * would wait for its own timeout, and a server that asks for
		 * rest would get none. `o` is still what it said. */
		if (!down && i > 0 && used + p.timeout_ms > whole) {
			outcome_init(&o);
			o.reason = "not tried: the sink was too slow for the"
			    " whole batch";
		} else if (!down) {
			deliver(&p, &sending->deliveries[i], &o);
			down = o.reach == REACH_SINK &&
			    o.kind != OUTCOME_DELIVERED;
		}
		if (!settled(ctx, &sending->deliveries[i], &o))
			return;
	}
}

int
hook_serve(struct serving *s, struct err *err)
{
	return send_serve(s, hook_send, err);
}
