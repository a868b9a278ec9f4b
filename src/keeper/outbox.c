/* Deliveries on their way: one ask in flight per sink, so that the order per
 * key holds; what a helper settles is committed in one go per turn. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/delivery.h"

#include "flow.h"
#include "schedule.h"

/* Bytes behind which a batch takes no more deliveries. */
#define BATCH_BYTES (64u << 20)

/* One sink's ask in flight. */
struct lane {
	struct lane	*next;
	struct keeper	*k;
	const struct conf_sink *sink;
	char		*name;
	bool		 flying;
	uint32_t	 pauses;	/* faults of the whole sink in a row */
	struct arena	 mem;		/* of the batch */
	struct due_delivery *due;
	uint32_t	 n_due;
	int64_t		 since[BATCH_MAX];	/* time of its alert */
	bool		 answered[BATCH_MAX];
	struct settled	 settled[BATCH_MAX];	/* not yet committed */
	uint32_t	 n_settled;
	uint32_t	 n_packed;	/* of n_due: what the ask holds */
	bool		 rested;	/* paused once for this batch */
};

struct outbox {
	struct lane	*lanes;
};

struct outbox *
outbox_new(void)
{
	return mem_alloc(sizeof(struct outbox));
}

void
outbox_free(struct outbox *o)
{
	struct lane *l, *next;

	for (l = o == NULL ? NULL : o->lanes; l != NULL; l = next) {
		next = l->next;
		arena_clear(&l->mem);
		free(l->name);
		free(l);
	}
	free(o);
}

static struct lane *
lane_of(struct keeper *k, const struct conf_sink *sink)
{
	struct lane *l;

	for (l = k->outbox->lanes; l != NULL; l = l->next)
		if (strcmp(l->name, sink->sink.name) == 0)
			break;
	if (l == NULL) {
		l = mem_alloc(sizeof(*l));
		l->k = k;
		l->name = mem_text(sink->sink.name);
		l->next = k->outbox->lanes;
		k->outbox->lanes = l;
	}
	if (!l->flying)
		l->sink = sink;
	return l;
}

/* ---- filling the ask ----------------------------------------------------- */

static const char *
file_name_of(struct arena *mem, const struct alert *a)
{
	char *name = text_lower(mem, a->id);

	for (char *c = name; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *c) ==
		    NULL)
			*c = '_';
	name[text_cut(name, 80)] = '\0';
	return name;
}

/* The original document, where the sink wants it and it is not too large. */
static int
attach(struct lane *l, const struct due_delivery *due, struct blob *bytes,
    struct delivery *d, struct err *err)
{
	const char *sha, *url, *media;

	d->attachment_name = d->attachment_type = "";
	if (due->document == 0 || !l->sink->sink.attach)
		return 0;
	if (store_document_origin(l->k->store, due->document, &l->mem, &sha,
	    &url, &media, err) == -1 || store_document_bytes(l->k->store,
	    due->document, bytes, err) == -1)
		return -1;
	if (bytes->len > ATTACHMENT_MAX)
		return 0;
	if (blob_map(bytes, err) == -1)
		return -1;
	d->attachment = bytes->map;
	d->attachment_len = bytes->len;
	/* By content: a CSAF document is JSON whatever its server says. */
	if (bytes->len > 0 && memchr("{[", *(const char *)bytes->map, 2)) {
		d->attachment_type = "application/json";
		d->attachment_name = arena_printf(&l->mem, "%s.json",
		    file_name_of(&l->mem, &d->alert));
	} else {
		d->attachment_type = "application/xml";
		d->attachment_name = arena_printf(&l->mem, "%s.xml",
		    file_name_of(&l->mem, &d->alert));
	}
	return 0;
}

static int
pack_one(struct lane *l, uint32_t i, struct buf *out, struct err *err)
{
	const struct due_delivery *due = &l->due[i];
	struct blob alert = BLOB_INIT, document = BLOB_INIT;
	struct delivery d = { .id = due->id, .recipient = due->recipient,
	    .tries = due->tries, .prior = due->prior,
	    .n_prior = due->n_prior };
	struct unpack in;
	int rc = -1;

	if (store_alert_bytes(l->k->store, due->alert, &alert, err) == -1 ||
	    blob_map(&alert, err) == -1)
		goto out;
	unpack_open(&in, alert.map, alert.len);
	alert_unpack(&in, &l->mem, &d.alert);
	l->since[i] = d.alert.time;
	if (unpack_done(&in, err) == -1 ||
	    attach(l, due, &document, &d, err) == -1)
		goto out;
	delivery_pack(out, &d);
	rc = 0;
out:
	blob_clear(&alert);
	blob_clear(&document);
	return rc;
}

/* As many as fit well into one body; the first always does. */
static int
pack_batch(struct lane *l, struct buf *out, struct err *err)
{
	struct buf list = BUF_INIT(SEND_BLOB_MAX);
	int rc = 0;

	l->n_packed = 0;
	while (rc == 0 && l->n_packed < l->n_due && list.len <= BATCH_BYTES)
		rc = pack_one(l, l->n_packed++, &list, err);
	sink_pack(out, &l->sink->sink);
	pack_u32(out, l->n_packed);
	buf_add(out, list.data, list.len);
	if (rc == 0 && (list.over || out->over))
		rc = err_limit(err, "the batch is larger than a body may be");
	buf_clear(&list);
	return rc;
}

static int
send_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct lane *l = ctx;
	struct buf out = BUF_SECRET(SEND_BLOB_MAX);
	int rc;

	(void)fields;
	rc = pack_batch(l, &out, err);
	if (rc == 0)
		rc = blob_of(body, "sending", out.data, out.len, err);
	buf_clear(&out);
	return rc;
}

/* ---- outcomes ------------------------------------------------------------ */

static const struct due_delivery *
due_of(const struct lane *l, int64_t id, uint32_t *ret_i)
{
	for (uint32_t i = 0; i < l->n_due; i++)
		if (l->due[i].id == id) {
			*ret_i = i;
			return &l->due[i];
		}
	return NULL;
}

static void
log_outcome(const struct lane *l, const struct due_delivery *due,
    const struct outcome *o)
{
	if (o->kind == OUTCOME_DELIVERED)
		log_info("delivered", "sink", l->name, "key", due->key,
		    "recipient", due->recipient, "code", o->code, "receipt",
		    o->receipt, "tries", LOG_NUM(due->tries + 1), NULL);
	else if (o->kind == OUTCOME_REFUSED)
		log_error("refused, parked until retry or drop", "sink",
		    l->name, "key", due->key, "recipient", due->recipient,
		    "code", o->code, "why", o->reason, NULL);
	else if (o->reach == REACH_DELIVERY)
		log_warning("deferred", "sink", l->name, "key", due->key,
		    "recipient", due->recipient, "code", o->code, "why",
		    o->reason, "tries", LOG_NUM(due->tries + 1), NULL);
}

static void
count_outcome(struct keeper *k, const struct outcome *o)
{
	k->count.delivered += o->kind == OUTCOME_DELIVERED;
	k->count.deferred += o->kind == OUTCOME_DEFERRED;
	k->count.refused += o->kind == OUTCOME_REFUSED;
}

/* Credentials, TLS or the connection: the whole sink rests, once, aloud. */
static void
sink_rests(struct lane *l, const struct outcome *o, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t until = schedule_delivery(++l->pauses, now, o->not_before,
	    (uint64_t)(uintptr_t)l->name[0]);

	l->rested = true;
	if (l->pauses == 1)
		log_error("sink paused", "sink", l->name, "code", o->code,
		    "why", o->reason, "next_s", LOG_NUM(until - now), NULL);
	if (store_sink_pause(l->k->store, l->name, until, o->reason, now,
	    &err) == -1)
		store_failed(l->k, "pausing a sink", &err);
}

static void
sink_works(struct lane *l, int64_t now)
{
	struct err err = ERR_INIT;

	if (l->pauses == 0)
		return;
	l->pauses = 0;
	log_info("sink works again", "sink", l->name, NULL);
	if (store_sink_pause(l->k->store, l->name, 0, "", now, &err) == -1)
		store_failed(l->k, "waking a sink", &err);
}

static void
commit(struct lane *l)
{
	struct err err = ERR_INIT;

	if (l->n_settled == 0)
		return;
	if (store_deliveries_settled(l->k->store, l->settled, l->n_settled,
	    wall_now().s, &err) == -1) {
		/* kept: tried again at the next turn */
		store_failed(l->k, "settling deliveries", &err);
		return;
	}
	l->n_settled = 0;
}

/* One answered delivery. -1: the helper answered what was not asked. */
static int
settle(struct lane *l, struct unpack *in)
{
	struct outcome o;
	int64_t id = unpack_i64(in, "delivery"), now = wall_now().s;
	const struct due_delivery *due;
	struct settled *s;
	uint32_t i = 0;

	outcome_unpack(in, &o);
	if (unpack_done(in, NULL) == -1)
		return -1;
	due = due_of(l, id, &i);
	if (due == NULL || l->answered[i] || l->n_settled == BATCH_MAX)
		return -1;
	l->answered[i] = true;
	s = &l->settled[l->n_settled++];
	s->delivery = id;
	s->outcome = o;
	s->outcome.code = arena_text(&l->mem, o.code);
	s->outcome.reason = arena_text(&l->mem, o.reason);
	s->outcome.receipt = arena_text(&l->mem, o.receipt);
	s->next_at = schedule_delivery(due->tries + 1, now, o.not_before,
	    (uint64_t)id);
	if (o.kind == OUTCOME_DEFERRED &&
	    schedule_gives_up(now - l->since[i])) {
		s->outcome.kind = o.kind = OUTCOME_REFUSED;
		s->outcome.reason = o.reason = arena_printf(&l->mem,
		    "given up after five days: %s", o.reason);
	}
	log_outcome(l, due, &o);
	count_outcome(l->k, &o);
	if (o.kind == OUTCOME_DELIVERED)
		sink_works(l, now);
	else if (o.reach == REACH_SINK && !l->rested)
		sink_rests(l, &s->outcome, now);
	return 0;
}

static void
give_back(struct lane *l, const int64_t *ids, uint32_t n, const char *why,
    int64_t next_at, int64_t now)
{
	struct err err = ERR_INIT;

	if (n > 0 && store_deliveries_again(l->k->store, ids, n, why, next_at,
	    now, &err) == -1)
		store_failed(l->k, "putting deliveries back", &err);
}

/* What the helper left unanswered is not done; what did not fit into the ask
 * is due at once. */
static void
put_back(struct lane *l, const char *why)
{
	int64_t ids[BATCH_MAX], rest[BATCH_MAX];
	int64_t now = wall_now().s;
	uint32_t n = 0, n_rest = 0, tries = 0;

	for (uint32_t i = 0; i < l->n_due; i++) {
		if (l->answered[i])
			continue;
		if (i >= l->n_packed && l->n_packed > 0) {
			rest[n_rest++] = l->due[i].id;
			continue;
		}
		ids[n++] = l->due[i].id;
		if (l->due[i].tries > tries)
			tries = l->due[i].tries;
	}
	if (n > 0) {
		log_warning("deliveries were not done", "sink", l->name, "n",
		    LOG_NUM(n), "why", why, NULL);
		l->k->count.deferred += n;
		give_back(l, ids, n, why, schedule_delivery(tries + 1, now, 0,
		    (uint64_t)ids[0]), now);
	}
	give_back(l, rest, n_rest, "did not fit into the batch", now, now);
}

static void
send_done(void *ctx, const struct pool_result *r)
{
	struct lane *l = ctx;
	const char *why = r->why;

	if (r->answer != NULL && settle(l, r->answer) == -1)
		why = "its helper answered what was not asked";
	if (r->more)
		return;
	commit(l);
	if (r->failure != NULL)
		why = r->failure->text;
	if (why[0] == '\0')
		why = "its helper left it unanswered";
	if (!l->k->stopping)	/* the next start finds them again */
		put_back(l, why);
	l->flying = false;
	l->k->flying[WORK_SEND]--;
	l->k->recount = true;
	l->k->may[WORK_SEND] = true;
	if (l->n_settled == 0)
		arena_clear(&l->mem);
	l->n_due = 0;
}

/* ---- turns --------------------------------------------------------------- */

static enum program
program_of(enum sink_type type)
{
	static const enum program programs[SINK_TYPE_COUNT_] = {
		[SINK_MAIL] = PROGRAM_MAIL,
		[SINK_SYSLOG] = PROGRAM_SYSLOG,
		[SINK_WEBHOOK] = PROGRAM_HOOK,
	};

	return programs[type];
}

static enum ask_kind
kind_of(enum sink_type type)
{
	static const enum ask_kind kinds[SINK_TYPE_COUNT_] = {
		[SINK_MAIL] = ASK_MAIL,
		[SINK_SYSLOG] = ASK_SYSLOG,
		[SINK_WEBHOOK] = ASK_HOOK,
	};

	return kinds[type];
}

static void
lane_turn(struct lane *l, int64_t now)
{
	struct keeper *k = l->k;
	enum sink_type type = l->sink->sink.type;
	struct pool_ask ask = { .kind = kind_of(type), .group = l->name,
	    .fill = send_fill, .done = send_done, .ctx = l };
	struct err err = ERR_INIT;

	commit(l);
	if (l->flying || l->n_settled > 0 ||
	    pool_is_down(k->pools[program_of(type)]))
		return;
	arena_clear(&l->mem);
	l->due = arena_alloc(&l->mem, BATCH_MAX * sizeof(*l->due));
	l->n_due = 0;
	if (store_deliveries_claim(k->store, l->name, now, now + LEASE_S,
	    &l->mem, l->due, BATCH_MAX, &l->n_due, &err) == -1) {
		store_failed(k, "claiming deliveries", &err);
		return;
	}
	if (l->n_due == 0)
		return;
	memset(l->answered, 0, sizeof(l->answered));
	l->rested = false;
	l->n_packed = 0;
	l->flying = true;
	k->flying[WORK_SEND]++;
	pool_ask(k->pools[program_of(type)], &ask);
}

void
outbox_turn(struct keeper *k, int64_t now)
{
	for (uint32_t i = 0; i < k->conf->n_sinks && !k->broken; i++)
		lane_turn(lane_of(k, &k->conf->sinks[i]), now);
}

bool
outbox_commit(struct keeper *k)
{
	for (struct lane *l = k->outbox->lanes; l != NULL; l = l->next) {
		commit(l);
		if (l->n_settled > 0)
			return false;
	}
	return true;
}

bool
outbox_is_idle(const struct keeper *k)
{
	for (const struct lane *l = k->outbox->lanes; l != NULL; l = l->next)
		if (l->flying || l->n_settled > 0)
			return false;
	return true;
}
