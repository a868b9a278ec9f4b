/* What became of deliveries: believed, told, kept. */
#include "base/err.h"
#include "base/log.h"
#include "base/pack.h"

#include "noun/delivery.h"

#include "outbox_parts.h"
#include "schedule.h"

static const struct due_delivery *
due_of(struct batch *b, int64_t id, uint32_t *ret_i)
{
	/* Mostly answered in the order in which they were asked. */
	for (uint32_t n = 0; n < b->n_packed; n++) {
		uint32_t i = (b->next + n) % b->n_packed;

		if (b->due[i].id == id) {
			b->next = i + 1;
			*ret_i = i;
			return &b->due[i];
		}
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

void
batch_commit(struct batch *b)
{
	struct err err = ERR_INIT;

	b->committed = mono_now();
	if (b->n_settled == 0)
		return;
	if (store_deliveries_settled(b->lane->k->store, b->settled,
	    b->n_settled, wall_now().s, &err) == -1) {
		store_failed(b->lane->k, "settling deliveries", &err);
		return;
	}
	b->n_settled = 0;
}

/* One answered delivery. */
static int
settle(struct batch *b, struct unpack *in)
{
	struct lane *l = b->lane;
	struct outcome o;
	int64_t id = unpack_i64(in, "delivery"), now = wall_now().s;
	const struct due_delivery *due;
	struct settled *s;
	uint32_t i = 0;

	outcome_unpack(in, &o);
	if (in->bad)
		return -1;
	due = due_of(b, id, &i);
	if (due == NULL || b->answered[i] || b->n_settled == BATCH_MAX)
		return -1;
	b->answered[i] = true;
	s = &b->settled[b->n_settled++];
	s->delivery = id;
	s->outcome = o;
	s->outcome.code = arena_text(&b->mem, o.code);
	s->outcome.reason = arena_text(&b->mem, o.reason);
	s->outcome.receipt = arena_text(&b->mem, o.receipt);
	s->next_at = schedule_delivery(due->tries + 1, now, o.not_before,
	    (uint64_t)id);
	if (o.kind == OUTCOME_DEFERRED &&
	    schedule_gives_up(now - due->since)) {
		s->outcome.kind = o.kind = OUTCOME_REFUSED;
		s->outcome.reason = o.reason = arena_printf(&b->mem,
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

int
batch_settle(struct batch *b, struct unpack *in)
{
	int rc = 0;

	log_hold();
	while (rc == 0 && in->at < in->end)
		rc = settle(b, in);
	log_release();
	return rc;
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

void
batch_put_back(struct batch *b, const char *why)
{
	struct lane *l = b->lane;
	int64_t ids[BATCH_MAX], rest[BATCH_MAX];
	int64_t now = wall_now().s;
	uint32_t n = 0, n_rest = 0, tries = 0;

	for (uint32_t i = 0; i < b->n_due; i++) {
		if (b->answered[i])
			continue;
		if (i >= b->n_packed) {
			rest[n_rest++] = b->due[i].id;
			continue;
		}
		ids[n++] = b->due[i].id;
		if (b->due[i].tries > tries)
			tries = b->due[i].tries;
	}
	if (n > 0) {
		log_warning("deliveries were not done", "sink", l->name, "n",
		    LOG_NUM(n), "why", why, NULL);
		l->k->count.deferred += n;
		give_back(l, ids, n, why, schedule_delivery(tries + 1, now, 0,
		    (uint64_t)ids[0]), now);
	}
	give_back(l, rest, n_rest, "", now, now);
}

void
batch_give_back(struct batch *b)
{
	int64_t ids[BATCH_MAX], now = wall_now().s;

	for (uint32_t i = 0; i < b->n_due; i++)
		ids[i] = b->due[i].id;
	give_back(b->lane, ids, b->n_due, "", now, now);
}

