/* Deliveries on their way: one ask in flight per sink, so that the order per
 * key holds, and the next made ready meanwhile; what a helper settles is
 * committed in one go. See outbox_parts.h. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"

#include "flow.h"
#include "outbox_parts.h"
#include "schedule.h"

/* The size of a batch follows its sink: one that a kill repeats, or a slow sink
 * has to get through within the ask's limit, should not be long. */
#define ROOM_FIRST	64u
#define ROOM_LEAST	8u
#define QUICK_MS	500		/* twice as many next time */
#define SLOW_MS		10000		/* half as many */
/* Outcomes wait for the rest of their batch no longer than this. */
#define COMMIT_MS	500

struct outbox {
	struct lane	*lanes;
};

struct outbox *
outbox_new(void)
{
	return mem_alloc(sizeof(struct outbox));
}

static void
batch_clear(struct batch *b)
{
	blob_clear(&b->body);
	arena_clear(&b->mem);
	b->n_due = b->n_packed = b->n_settled = 0;
	b->state = BATCH_FREE;
}

void
outbox_free(struct outbox *o)
{
	struct lane *l, *next;

	for (l = o == NULL ? NULL : o->lanes; l != NULL; l = next) {
		next = l->next;
		for (size_t i = 0; i < COUNT_OF(l->batches); i++) {
			/* came in with the signal that ends us */
			batch_commit(&l->batches[i]);
			batch_clear(&l->batches[i]);
		}
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
		l->room = ROOM_FIRST;
		for (size_t i = 0; i < COUNT_OF(l->batches); i++) {
			l->batches[i].lane = l;
			l->batches[i].body = (struct blob)BLOB_INIT;
		}
		l->next = k->outbox->lanes;
		k->outbox->lanes = l;
	}
	l->sink = sink;
	return l;
}

static struct batch *
batch_in(struct lane *l, enum batch_state state)
{
	for (size_t i = 0; i < COUNT_OF(l->batches); i++)
		if (l->batches[i].state == state)
			return &l->batches[i];
	return NULL;
}

/* ---- asking -------------------------------------------------------------- */

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

/* Also again, for a helper that left before it saw the ask. */
static int
send_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct batch *b = ctx;

	(void)fields;
	return blob_share(body, &b->body, err);
}

static void send_done(void *ctx, const struct pool_result *r);

static void
launch(struct batch *b)
{
	struct lane *l = b->lane;
	enum sink_type type = b->sink->sink.type;
	struct pool_ask ask = { .kind = kind_of(type), .group = l->name,
	    .fill = send_fill, .done = send_done, .ctx = b };

	l->rested = false;
	b->state = BATCH_FLYING;
	b->asked = b->committed = mono_now();
	l->k->flying[WORK_SEND]++;
	pool_ask(l->k->pools[program_of(type)], &ask);
}

/* ---- answers ------------------------------------------------------------- */

static void
fit_room(struct lane *l, const struct batch *b)
{
	int64_t took = mono_now().ms - b->asked.ms;

	if (b->n_packed < b->n_due)
		l->room = b->n_packed;
	else if (took > SLOW_MS)
		l->room /= 2;
	else if (took < QUICK_MS && b->n_due == l->room)
		l->room *= 2;
	if (l->room < ROOM_LEAST)
		l->room = ROOM_LEAST;
	if (l->room > BATCH_MAX)
		l->room = BATCH_MAX;
}

/* The other batch goes off at once, or back if it would not be welcome. */
static void
launch_next(struct lane *l, bool fine)
{
	struct batch *b = batch_in(l, BATCH_READY);

	if (b == NULL || l->k->stopping)
		return;		/* the next start finds them again */
	if (fine && !l->k->broken && b->conf == l->k->conf) {
		launch(b);
		return;
	}
	if (!l->k->broken)	/* else its claims are voided as a whole */
		batch_give_back(b);
	batch_clear(b);
}

static void
send_done(void *ctx, const struct pool_result *r)
{
	struct batch *b = ctx;
	struct lane *l = b->lane;
	const char *why = r->why;

	if (r->answer != NULL && batch_settle(b, r->answer) == -1)
		why = "its helper answered what was not asked";
	if (r->more)
		return;		/* outbox_keep */
	if (r->failure != NULL)
		why = r->failure->text;
	if (why[0] == '\0')
		why = "its helper left it unanswered";
	b->state = BATCH_ENDED;
	fit_room(l, b);
	launch_next(l, r->end == ASK_ANSWERED && r->failure == NULL &&
	    !l->rested);
	if (!l->k->stopping)	/* the next start finds them again */
		batch_put_back(b, why);
	l->k->flying[WORK_SEND]--;
	l->k->recount = true;
	l->k->may[WORK_SEND] = true;
}

/* ---- turns --------------------------------------------------------------- */

/* What is due, claimed and packed. */
static void
make_ready(struct lane *l, struct batch *b, int64_t now)
{
	struct keeper *k = l->k;
	struct err err = ERR_INIT;
	char text[900];

	b->conf = k->conf;
	b->sink = l->sink;
	b->due = arena_alloc(&b->mem, l->room * sizeof(*b->due));
	if (store_deliveries_claim(k->store, l->name, now, now + LEASE_S,
	    &b->mem, b->due, l->room, &b->n_due, &err) == -1) {
		store_failed(k, "claiming deliveries", &err);
		batch_clear(b);
		return;
	}
	if (b->n_due == 0) {
		batch_clear(b);
		return;
	}
	memset(b->answered, 0, sizeof(b->answered));
	b->next = 0;
	b->n_settled = 0;
	if (batch_pack(b, &err) == -1) {
		batch_put_back(b, err_show(&err, text, sizeof(text)));
		batch_clear(b);
		return;
	}
	b->state = BATCH_READY;
}

static void
lane_commit(struct lane *l)
{
	struct batch *b = batch_in(l, BATCH_ENDED);

	if (b == NULL)
		return;
	batch_commit(b);
	if (b->n_settled == 0)
		batch_clear(b);
}

/* When what is settled of the batch on its way is kept at the latest. */
static int64_t
commit_at(struct lane *l)
{
	struct batch *b = batch_in(l, BATCH_FLYING);

	return b == NULL || b->n_settled == 0 ? INT64_MAX :
	    b->committed.ms + COMMIT_MS;
}

struct mono
outbox_wake(const struct keeper *k)
{
	struct mono at = { INT64_MAX };

	for (struct lane *l = k->outbox->lanes; l != NULL && !k->broken;
	    l = l->next)
		if (commit_at(l) < at.ms)
			at.ms = commit_at(l);
	return at;
}

void
outbox_keep(struct keeper *k, struct mono now)
{
	for (struct lane *l = k->outbox->lanes; l != NULL && !k->broken;
	    l = l->next)
		if (commit_at(l) <= now.ms)
			batch_commit(batch_in(l, BATCH_FLYING));
}

static void
lane_turn(struct lane *l, int64_t now)
{
	struct keeper *k = l->k;
	struct batch *b = batch_in(l, BATCH_FREE);

	if (batch_in(l, BATCH_ENDED) != NULL ||
	    pool_is_down(k->pools[program_of(l->sink->sink.type)]))
		return;
	if (b != NULL && batch_in(l, BATCH_READY) == NULL)
		make_ready(l, b, now);
	b = batch_in(l, BATCH_READY);
	if (b == NULL || batch_in(l, BATCH_FLYING) != NULL)
		return;
	launch(b);
	k->may[WORK_SEND] = true;	/* the one behind it */
}

void
outbox_turn(struct keeper *k, int64_t now)
{
	for (struct lane *l = k->outbox->lanes; l != NULL && !k->broken;
	    l = l->next)
		lane_commit(l);
	for (uint32_t i = 0; i < k->conf->n_sinks && !k->broken; i++)
		lane_turn(lane_of(k, &k->conf->sinks[i]), now);
}

bool
outbox_commit(struct keeper *k)
{
	for (struct lane *l = k->outbox->lanes; l != NULL; l = l->next) {
		struct batch *ready = batch_in(l, BATCH_READY);

		/* its claims are about to be voided */
		if (ready != NULL)
			batch_clear(ready);
		lane_commit(l);
		if (batch_in(l, BATCH_ENDED) != NULL)
			return false;
	}
	return true;
}

bool
outbox_is_idle(const struct keeper *k)
{
	for (const struct lane *l = k->outbox->lanes; l != NULL; l = l->next)
		for (size_t i = 0; i < COUNT_OF(l->batches); i++)
			if (l->batches[i].state != BATCH_FREE)
				return false;
	return true;
}
