#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

#include "inner.h"

#define PRIOR_MAX 10u		/* noun/delivery.h */
#define PACKED_MAX 4096		/* of an alert that comes with its claim */

/* The event ids that this receiver has had of this key. */
static int
prior_get(struct store *s, struct arena *mem, struct due_delivery *d,
    struct err *err)
{
	const char *ids[PRIOR_MAX];
	uint32_t n = 0;
	int rc = 0;

	struct stmt *q = db_use(s->db, "SELECT rev, event FROM delivery "
	    "WHERE key = $1 AND sink = $2 AND recipient = $3 "
	    "AND state = 'delivered' ORDER BY rev DESC, id DESC LIMIT $4");
	db_text(q, d->key);
	db_text(q, d->sink);
	db_text(q, d->recipient);
	db_int(q, PRIOR_MAX);
	while (n < PRIOR_MAX && (rc = db_step(q, err)) == 1) {
		struct alert a;
		char id[EVENT_ID_TEXT];
		alert_init(&a);
		a.key = d->key;
		a.rev = (uint32_t)db_get_int(q, 0);
		if (event_parse(db_get_text(q, 1), &a.event) == -1) {
			rc = err_input(err, "kept delivery of %s: event "
			    "\"%s\" is not known", d->key, db_get_text(q, 1));
			break;
		}
		ids[n++] = arena_text(mem, alert_event_id(&a, id));
	}
	db_done(q);
	if (rc == -1)
		return -1;
	d->n_prior = n;
	d->prior = n == 0 ? NULL : arena_alloc(mem, n * sizeof(*d->prior));
	for (uint32_t i = 0; i < n; i++)
		d->prior[i] = ids[n - 1 - i];
	return 0;
}

/* Kept bytes that are not what they should be are left to store_alert_bytes(),
 * which says so. */
static void
packed_take(struct stmt *q, int64_t size, struct arena *mem,
    struct due_delivery *ret)
{
	size_t len = 0;
	const void *p = db_get_bytes(q, 9, &len);

	ret->packed = NULL;
	ret->packed_len = 0;
	if (p == NULL || len == 0 || (int64_t)len != size)
		return;
	ret->packed = memcpy(arena_raw(mem, len), p, len);
	ret->packed_len = len;
}

static int
due_delivery_get(struct store *s, int64_t id, struct arena *mem, void *place,
    struct err *err)
{
	struct due_delivery *ret = place;
	struct stmt *q = db_use(s->db, "SELECT d.alert, a.document, d.sink, "
	    "d.recipient, d.tries, d.key, a.at, d.rev, a.size, "
	    "CASE WHEN a.codec = 'plain' AND a.size <= $1 THEN a.bytes END "
	    "FROM delivery d "
	    "JOIN alert a ON a.id = d.alert WHERE d.id = $2");

	db_int(q, PACKED_MAX);
	db_int(q, id);
	int rc = db_step(q, err);
	bool first = true;
	if (rc == 1) {
		ret->id = id;
		ret->alert = db_get_int(q, 0);
		ret->document = db_get_int(q, 1);
		ret->sink = arena_text(mem, db_get_text(q, 2));
		ret->recipient = arena_text(mem, db_get_text(q, 3));
		ret->tries = (uint32_t)db_get_int(q, 4);
		ret->key = arena_text(mem, db_get_text(q, 5));
		ret->since = db_get_int(q, 6);
		first = db_get_int(q, 7) <= 1;
		packed_take(q, db_get_int(q, 8), mem, ret);
	}
	db_done(q);
	ret->prior = NULL;
	ret->n_prior = 0;
	/* Nothing came before the first revision. */
	return rc == -1 ? -1 : first ? 0 : prior_get(s, mem, ret, err);
}

static const struct claim_kind delivery_claim = {
	.size = sizeof(struct due_delivery),
	.any = "SELECT 1 FROM delivery WHERE state = 'due' AND held = 0 "
	    "AND due <= $1 AND sink = $2 AND NOT EXISTS (SELECT 1 FROM sink "
	    "WHERE name = $2 AND paused_until > $1) LIMIT 1",
	.take = { "UPDATE delivery SET due_was = due, "
	    "due = $1, owner = $2 WHERE id IN (SELECT id FROM delivery "
	    "WHERE state = 'due' AND held = 0 AND due <= $3 AND sink = $4 "
	    "ORDER BY due, id LIMIT $5) RETURNING id, due_was" },
	.has_of = true,
	.get = due_delivery_get,
};

int
store_deliveries_claim(struct store *s, const char *sink, int64_t now,
    int64_t lease, struct arena *mem, struct due_delivery *ret, uint32_t room,
    uint32_t *ret_n, struct err *err)
{
	return claim_due(s, &delivery_claim, sink, now, lease, mem, ret, room,
	    ret_n, err);
}

int
delivery_release(struct store *s, const char *key, const char *sink,
    const char *recipient, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE delivery SET held = 0 "
	    "WHERE id = (SELECT id FROM delivery WHERE key = $1 AND sink = $2 "
	    "AND recipient = $3 AND state = 'due' ORDER BY rev, id LIMIT 1) "
	    "AND held = 1 AND NOT EXISTS (SELECT 1 FROM delivery "
	    "WHERE key = $1 AND sink = $2 AND recipient = $3 "
	    "AND state = 'due' AND held = 0)");

	db_text(q, key);
	db_text(q, sink);
	db_text(q, recipient);
	return db_run(q, NULL, err);
}

/* Where an outcome belongs. */
struct place {
	const char	*key, *event, *sink, *recipient, *state;
	uint32_t	 rev;
	int64_t		 alert;
};

static int
place_get(struct store *s, int64_t id, struct arena *mem, struct place *ret,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT key, event, sink, recipient, "
	    "state, rev, alert FROM delivery WHERE id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1) {
		ret->key = arena_text(mem, db_get_text(q, 0));
		ret->event = arena_text(mem, db_get_text(q, 1));
		ret->sink = arena_text(mem, db_get_text(q, 2));
		ret->recipient = arena_text(mem, db_get_text(q, 3));
		ret->state = arena_text(mem, db_get_text(q, 4));
		ret->rev = (uint32_t)db_get_int(q, 5);
		ret->alert = db_get_int(q, 6);
	}
	db_done(q);
	if (rc == 0)
		return err_input(err, "the store knows no delivery %lld",
		    (long long)id);
	return rc == -1 ? -1 : 0;
}

static int
deferred(struct store *s, int64_t id, const char *code, const char *reason,
    int64_t next_at, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE delivery SET due = $1, "
	    "owner = '', tries = tries + 1, code = $2, reason = $3 "
	    "WHERE id = $4");

	db_int(q, next_at);
	db_text(q, code);
	db_text(q, reason);
	db_int(q, id);
	return db_run(q, NULL, err);
}

static int
ended(struct store *s, int64_t id, const char *state, const struct outcome *o,
    int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE delivery SET state = $1, "
	    "held = 0, owner = '', tries = tries + 1, settled_at = $2, "
	    "code = $3, reason = $4, receipt = $5 WHERE id = $6");

	db_text(q, state);
	db_int(q, now);
	db_text(q, o->code);
	db_text(q, o->reason);
	db_text(q, o->receipt);
	db_int(q, id);
	return db_run(q, NULL, err);
}

/* What a row of outcomes means for their sink; written once. */
struct tally {
	const char	*sink;		/* NULL = none yet */
	const char	*reason;	/* of the last outcome */
	uint32_t	 delivered, dropped;
};

/* Does any delivery wait for an earlier one? */
static int
any_held(struct store *s, bool *ret, struct err *err)
{
	return db_any(db_use(s->db,
	    "SELECT 1 FROM delivery WHERE held = 1 LIMIT 1"), ret, err);
}

static int
tally_keep(struct store *s, struct tally *t, int64_t now, struct err *err)
{
	if (t->sink == NULL)
		return 0;
	struct stmt *q = db_use(s->db, "UPDATE sink SET last_delivered = "
	    "CASE WHEN $1 > 0 THEN $2 ELSE last_delivered END, "
	    "delivered = delivered + $1, dropped = dropped - $3, "
	    "reason = $4 WHERE name = $5");
	db_int(q, t->delivered);
	db_int(q, now);
	db_int(q, t->dropped);
	db_text(q, t->reason);
	db_text(q, t->sink);
	int rc = db_run(q, NULL, err);
	*t = (struct tally){ .sink = NULL };
	return rc;
}

static int
tally_add(struct store *s, struct tally *t, const struct place *p,
    const struct outcome *o, int64_t now, struct err *err)
{
	bool delivered = o->kind == OUTCOME_DELIVERED;

	if (t->sink != NULL && strcmp(t->sink, p->sink) != 0 &&
	    tally_keep(s, t, now, err) == -1)
		return -1;
	t->sink = p->sink;
	t->reason = delivered ? "" : o->reason;
	t->delivered += delivered;
	t->dropped += delivered && strcmp(p->state, "dropped") == 0;
	return 0;
}

/* Delivered is true whenever it comes; the others only while we waited. */
static int
settle(struct store *s, const struct settled *one, bool held, struct tally *t,
    struct arena *mem, int64_t now, struct err *err)
{
	const struct outcome *o = &one->outcome;
	struct place p = { "", "", "", "", "", 0, 0 };
	int rc;

	if (place_get(s, one->delivery, mem, &p, err) == -1)
		return -1;
	bool waits = strcmp(p.state, "due") == 0;
	if (strcmp(p.state, "delivered") == 0 ||
	    (!waits && o->kind != OUTCOME_DELIVERED))
		return 0;
	if (o->kind == OUTCOME_DEFERRED)
		rc = deferred(s, one->delivery, o->code, o->reason,
		    one->next_at, err);
	else
		rc = ended(s, one->delivery, o->kind == OUTCOME_DELIVERED ?
		    "delivered" : "refused", o, now, err);
	if (rc == 0 && held && waits && o->kind != OUTCOME_DEFERRED)
		rc = delivery_release(s, p.key, p.sink, p.recipient, err);
	if (rc == 0)
		rc = tally_add(s, t, &p, o, now, err);
	if (rc == 0)
		rc = journal_add_alert(s, now, outcome_name(o->kind), p.key,
		    p.alert, err, "r%u:%s to %s%s%s: %.64s %.400s %.200s",
		    p.rev, p.event, p.sink, p.recipient[0] != '\0' ? " " : "",
		    p.recipient, o->code, o->reason, o->receipt);
	return rc;
}

int
store_deliveries_settled(struct store *s, const struct settled *list,
    uint32_t n, int64_t now, struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct tally t = { .sink = NULL };
	bool held = false;

	if (store_begin(s, err) == -1)
		return -1;
	int rc = any_held(s, &held, err);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = settle(s, &list[i], held, &t, &mem, now, err);
	if (rc == 0)
		rc = tally_keep(s, &t, now, err);
	arena_clear(&mem);
	return store_end(s, rc, err);
}

static int
given_back(struct store *s, int64_t id, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE delivery SET due = due_was, "
	    "owner = '' WHERE id = $1");

	db_int(q, id);
	return db_run(q, NULL, err);
}

int
store_deliveries_again(struct store *s, const int64_t *ids, uint32_t n,
    const char *why, int64_t next_at, int64_t now, struct err *err)
{
	struct arena mem = ARENA_INIT;
	int rc = 0;

	if (store_begin(s, err) == -1)
		return -1;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		struct place p = { "", "", "", "", "", 0, 0 };
		rc = place_get(s, ids[i], &mem, &p, err);
		if (rc == -1 || strcmp(p.state, "due") != 0)
			continue;
		if (why[0] == '\0') {
			rc = given_back(s, ids[i], err);
			continue;
		}
		rc = deferred(s, ids[i], "", why, next_at, err);
		if (rc == 0)
			rc = journal_add_alert(s, now, "no-answer", p.key,
			    p.alert, err, "r%u:%s to %s %s: %.400s",
			    p.rev, p.event, p.sink, p.recipient, why);
	}
	arena_clear(&mem);
	return store_end(s, rc, err);
}
