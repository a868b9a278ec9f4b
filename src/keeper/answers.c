/* What a request on the control socket is answered. The same code answers when
 * no keeper runs, from the store alone (pools are NULL then). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "talk/helper.h"
#include "talk/sandbox.h"

#include "compose.h"
#include "state.h"

#define QUEUE_ROWS 100000u

struct answering {
	struct keeper		*k;
	struct arena		*mem;
	const struct json	*request;
	struct json_out		*out;
};

void
jout_time(struct json_out *j, const char *key, int64_t at)
{
	char text[WALL_TEXT];

	jout_key(j, key);
	if (at > 0)
		jout_text(j, wall_show((struct wall){ at }, text));
	else
		jout_null(j);
}

/* ---- status -------------------------------------------------------------- */

static void
show_feeds(struct json_out *j, const struct store_view *v)
{
	jout_ka(j, "feeds");
	for (uint32_t i = 0; i < v->n_feeds; i++) {
		const struct feed_view *f = &v->feeds[i];

		jout_object(j);
		jout_kv(j, "name", f->name);
		jout_kb(j, "configured", f->configured);
		jout_time(j, "last_success", f->last_success);
		jout_time(j, "last_failure", f->last_failure);
		jout_time(j, "next_poll", f->next_poll);
		jout_kn(j, "failures", f->failures);
		jout_kv(j, "reason", f->reason);
		jout_kn(j, "addresses", f->addresses);
		jout_kn(j, "waiting", f->waiting);
		jout_kn(j, "failing", f->failing);
		jout_kn(j, "documents", f->documents);
		jout_kn(j, "aside", f->aside);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_sinks(struct json_out *j, const struct store_view *v,
    const struct conf *c)
{
	static const struct sink_view nothing = { .reason = "" };

	jout_ka(j, "sinks");
	for (uint32_t i = 0; i < c->n_sinks; i++) {
		const struct sink *sink = &c->sinks[i].sink;
		const struct sink_view *s = &nothing;

		for (uint32_t n = 0; n < v->n_sinks; n++)
			if (strcmp(v->sinks[n].name, sink->name) == 0)
				s = &v->sinks[n];
		jout_object(j);
		jout_kv(j, "name", sink->name);
		jout_kv(j, "type", sink_type_name(sink->type));
		jout_kn(j, "due", s->due);
		jout_kn(j, "delivered", s->delivered);
		jout_kn(j, "refused", s->refused);
		jout_kn(j, "dropped", s->dropped);
		jout_time(j, "oldest_due", s->oldest_due);
		jout_time(j, "last_delivered", s->last_delivered);
		jout_time(j, "paused_until", s->paused_until);
		jout_kv(j, "reason", s->reason);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static void
show_helpers(struct json_out *j, const struct keeper *k)
{
	struct pool_view v;

	jout_ka(j, "helpers");
	for (int p = 0; p < PROGRAM_COUNT_ && k->pools[p] != NULL; p++) {
		pool_view(k->pools[p], &v);
		jout_object(j);
		jout_kv(j, "program", v.program);
		jout_kn(j, "idle", v.idle);
		jout_kn(j, "busy", v.busy);
		jout_kn(j, "queue", v.queue);
		jout_kn(j, "deaths", v.deaths);
		jout_ka(j, "sandbox");
		for (unsigned bit = 0; bit < SANDBOX_LAYERS; bit++)
			if (v.layers & (1u << bit))
				jout_text(j, sandbox_layer_name(bit));
		jout_end(j, ']');
		jout_kb(j, "seen", v.layers != 0);
		jout_kv(j, "down", v.down);
		jout_kv(j, "failing", v.failing);
		jout_kn(j, "retry_ms", v.retry_ms);
		jout_end(j, '}');
	}
	jout_end(j, ']');
}

static int
answer_status(struct answering *a, struct err *err)
{
	const struct keeper *k = a->k;
	struct json_out *j = a->out;
	struct store_view v;

	if (store_view(k->store, a->mem, &v, err) == -1)
		return -1;
	jout_object(j);
	jout_kv(j, "relay", k->conf->name);
	jout_kv(j, "version", build_version);
	jout_kb(j, "running", k->pools[0] != NULL);
	jout_kb(j, "store_broken", k->broken);
	if (k->pools[0] != NULL)
		jout_time(j, "since", k->started);
	jout_kn(j, "documents", (int64_t)v.documents);
	jout_kn(j, "documents_new", (int64_t)v.documents_new);
	jout_kn(j, "documents_aside", (int64_t)v.documents_aside);
	jout_kn(j, "advisories", (int64_t)v.advisories);
	jout_kn(j, "advisories_new", (int64_t)v.advisories_new);
	jout_kn(j, "matches", (int64_t)v.matches);
	jout_kn(j, "alerts", (int64_t)v.alerts);
	jout_kn(j, "devices", v.devices);
	jout_kn(j, "store_bytes", (int64_t)v.bytes);
	show_feeds(j, &v);
	show_sinks(j, &v, k->conf);
	show_helpers(j, k);
	jout_end(j, '}');
	return 0;
}

/* ---- queue, retry, drop -------------------------------------------------- */

static void
show_row(struct json_out *j, const struct queue_row *r)
{
	jout_object(j);
	jout_kv(j, "what", r->what);
	jout_kn(j, "id", r->id);
	jout_kv(j, "state", r->state);
	jout_kv(j, "sink", r->sink);
	jout_kv(j, "recipient", r->recipient);
	jout_kv(j, "key", r->key);
	jout_kv(j, "event", r->event);
	jout_kv(j, "title", r->title);
	jout_kv(j, "feed", r->feed);
	jout_kv(j, "url", r->url);
	jout_kn(j, "tries", r->tries);
	jout_time(j, "next", r->next_at);
	jout_time(j, "since", r->since);
	jout_kv(j, "code", r->code);
	jout_kv(j, "reason", r->reason);
	jout_kv(j, "receipt", r->receipt);
	jout_end(j, '}');
}

static int
answer_queue(struct answering *a, struct err *err)
{
	struct queue_row *rows = NULL;
	uint32_t n = 0;

	if (store_queue(a->k->store, a->mem, &rows, &n, QUEUE_ROWS, err) == -1)
		return -1;
	jout_object(a->out);
	jout_ka(a->out, "queue");
	for (uint32_t i = 0; i < n; i++)
		show_row(a->out, &rows[i]);
	jout_end(a->out, ']');
	jout_kb(a->out, "more", n == QUEUE_ROWS);
	jout_end(a->out, '}');
	return 0;
}

static void
wake(struct keeper *k)
{
	for (int w = 0; w < WORK_COUNT_; w++)
		k->may[w] = true;
	k->recount = true;
}

static int
answer_retry(struct answering *a, struct err *err)
{
	uint32_t n = 0;

	if (store_retry(a->k->store, json_get_text(a->request, "what"),
	    json_integer(json_get(a->request, "id"), 0), wall_now().s, &n,
	    err) == -1)
		return -1;
	/* somebody mended the sinks: they are not left to rest */
	for (uint32_t i = 0; i < a->k->conf->n_sinks; i++)
		if (store_sink_pause(a->k->store,
		    a->k->conf->sinks[i].sink.name, 0, "", wall_now().s,
		    err) == -1)
			return -1;
	wake(a->k);
	jout_object(a->out);
	jout_kn(a->out, "retried", n);
	jout_end(a->out, '}');
	return 0;
}

static int
answer_drop(struct answering *a, struct err *err)
{
	const char *why = json_get_text(a->request, "why");
	uint32_t n = 0;

	if (why[0] == '\0')
		return err_input(err, "a drop needs a reason: --why TEXT");
	if (store_drop(a->k->store, json_get_text(a->request, "what"),
	    json_integer(json_get(a->request, "id"), 0), why, wall_now().s,
	    &n, err) == -1)
		return -1;
	jout_object(a->out);
	jout_kn(a->out, "dropped", n);
	jout_end(a->out, '}');
	return 0;
}

/* ---- the rest ------------------------------------------------------------ */

static int
answer_test_sink(struct answering *a, struct err *err)
{
	const struct conf *c = a->k->conf;
	const char *name = json_get_text(a->request, "sink");
	struct dispatch d;
	int64_t first = 0;
	uint32_t i = 0;

	while (i < c->n_sinks && strcmp(c->sinks[i].sink.name, name) != 0)
		i++;
	if (i == c->n_sinks)
		return err_input(err, "sink \"%s\" is not configured", name);
	compose_test(c, &c->sinks[i], wall_now().s, a->mem, &d);
	if (store_sink_pause(a->k->store, name, 0, "", wall_now().s, err) ==
	    -1 || store_alert(a->k->store, &d, wall_now().s, &first, err) == -1)
		return -1;
	a->k->may[WORK_SEND] = true;
	jout_object(a->out);
	jout_kv(a->out, "key", d.alert.key);
	jout_ka(a->out, "deliveries");
	for (uint32_t n = 0; n < d.n; n++)
		jout_int(a->out, first + n);
	jout_end(a->out, ']');
	jout_end(a->out, '}');
	return 0;
}

static int
answer_delivery(struct answering *a, struct err *err)
{
	struct queue_row row;

	if (store_delivery(a->k->store,
	    json_integer(json_get(a->request, "id"), 0), a->mem, &row,
	    err) == -1)
		return -1;
	show_row(a->out, &row);
	return 0;
}

static const struct {
	const char	*ask;
	int (*answer)(struct answering *a, struct err *err);
	bool		 writes;
} requests[] = {
	{ "status", answer_status, false },
	{ "queue", answer_queue, false },
	{ "retry", answer_retry, true },
	{ "drop", answer_drop, true },
	{ "test-sink", answer_test_sink, true },
	{ "delivery", answer_delivery, false },
};

static int
answer_named(struct answering *a, const char *ask, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(requests); i++)
		if (strcmp(requests[i].ask, ask) == 0)
			return requests[i].answer(a, err);
	return err_input(err, "unknown request \"%s\"", ask);
}

void
answer_request(struct keeper *k, const char *line, size_t len,
    struct buf *out)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json *request = json_parse(line, len, &err);
	struct json_out j;
	struct answering a = { k, &mem, request, &j };
	size_t before = out->len;
	char text[900];

	jout_init(&j, out);
	if (request == NULL || answer_named(&a,
	    json_get_text(request, "ask"), &err) == -1) {
		buf_cut(out, before);
		jout_init(&j, out);
		jout_object(&j);
		jout_kv(&j, "error", err_show(&err, text, sizeof(text)));
		jout_end(&j, '}');
	}
	buf_byte(out, '\n');
	json_close(request);
	arena_clear(&mem);
}

static bool
request_writes(const char *line)
{
	struct json *request = json_parse(line, strlen(line), NULL);
	const char *ask = json_get_text(request, "ask");
	bool writes = false;

	for (size_t i = 0; i < COUNT_OF(requests); i++)
		if (strcmp(requests[i].ask, ask) == 0)
			writes = requests[i].writes;
	json_close(request);
	return writes;
}

int
control_answer_offline(const struct conf *c, const char *request,
    struct buf *reply, struct err *err)
{
	struct keeper k = { .conf = (struct conf *)(size_t)c, .lock = -1 };
	bool writes = request_writes(request);
	int rc = -1;

	/* opening for writing voids claims: only while nobody else works */
	if (writes && (k.lock = keeper_lock(c, err)) == -1)
		return -1;
	if (store_open(c->store_url, c->name, !writes, &k.store, err) == 0) {
		answer_request(&k, request, strlen(request), reply);
		store_close(k.store);
		rc = 0;
	}
	if (k.lock != -1)
		close(k.lock);
	return rc;
}
