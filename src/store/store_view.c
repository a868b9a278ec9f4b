#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

#include "inner.h"

static int
feeds(struct store *s, struct arena *mem, struct store_view *v,
    struct err *err)
{
	int rc;

	struct stmt *q = db_use(s->db, "SELECT f.name, f.configured, "
	    "f.last_success, f.last_failure, f.next_poll, f.reason, "
	    "(SELECT max(a.tries) FROM address a WHERE a.feed = f.id "
	    "AND a.tries > 0 AND a.rest = 0 AND (a.kind = 0 OR a.root = 1)), "
	    "(SELECT count(*) FROM address a WHERE a.feed = f.id), "
	    "(SELECT count(*) FROM address a WHERE a.feed = f.id "
	    "AND a.state = 'due' AND a.rest = 0), "
	    "(SELECT count(*) FROM address a WHERE a.feed = f.id "
	    "AND a.tries > 0 AND a.rest = 0), "
	    "(SELECT count(*) FROM document d WHERE d.feed = f.id), "
	    "(SELECT count(*) FROM document d WHERE d.state = 'aside' "
	    "AND d.feed = f.id) FROM feed f ORDER BY f.name");
	while ((rc = db_step(q, err)) == 1) {
		v->feeds = arena_more(mem, v->feeds, v->n_feeds,
		    sizeof(*v->feeds));
		struct feed_view *f = &v->feeds[v->n_feeds++];
		f->name = arena_text(mem, db_get_text(q, 0));
		f->configured = db_get_int(q, 1) != 0;
		f->last_success = db_get_int(q, 2);
		f->last_failure = db_get_int(q, 3);
		f->next_poll = db_get_int(q, 4);
		f->reason = arena_text(mem, db_get_text(q, 5));
		f->failures = (uint32_t)db_get_int(q, 6);
		f->addresses = (uint32_t)db_get_int(q, 7);
		f->waiting = (uint32_t)db_get_int(q, 8);
		f->failing = (uint32_t)db_get_int(q, 9);
		f->documents = (uint32_t)db_get_int(q, 10);
		f->aside = (uint32_t)db_get_int(q, 11);
	}
	db_done(q);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const struct sink_view *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* Counted here and not with GROUP BY, which would sort a million rows in
 * memory. */
static int
waiting(struct store *s, const char *sql, bool refused, struct store_view *v,
    struct err *err)
{
	int rc;

	struct stmt *q = db_use(s->db, sql);
	while ((rc = db_step(q, err)) == 1) {
		struct sink_view key = { .name = db_get_text(q, 0) };
		struct sink_view *k = v->n_sinks == 0 ? NULL :
		    bsearch(&key, v->sinks, v->n_sinks, sizeof(key), by_name);
		if (k == NULL)
			continue;
		if (refused) {
			k->refused++;
			continue;
		}
		int64_t since = db_get_int(q, 1);
		if (k->due++ == 0 || since < k->oldest_due)
			k->oldest_due = since;
	}
	db_done(q);
	return rc;
}

static int
sinks(struct store *s, struct arena *mem, struct store_view *v,
    struct err *err)
{
	int rc;

	struct stmt *q = db_use(s->db, "SELECT name, delivered, dropped, "
	    "last_delivered, paused_until, reason FROM sink ORDER BY name");
	while ((rc = db_step(q, err)) == 1) {
		v->sinks = arena_more(mem, v->sinks, v->n_sinks,
		    sizeof(*v->sinks));
		struct sink_view *k = &v->sinks[v->n_sinks++];
		*k = (struct sink_view){ 0 };
		k->name = arena_text(mem, db_get_text(q, 0));
		k->delivered = (uint32_t)db_get_int(q, 1);
		k->dropped = (uint32_t)db_get_int(q, 2);
		k->last_delivered = db_get_int(q, 3);
		k->paused_until = db_get_int(q, 4);
		k->reason = arena_text(mem, db_get_text(q, 5));
	}
	db_done(q);
	if (rc == -1)
		return -1;
	if (v->n_sinks > 0)
		qsort(v->sinks, v->n_sinks, sizeof(*v->sinks), by_name);
	if (waiting(s, "SELECT sink, since FROM delivery "
	    "WHERE state = 'due' ORDER BY since, sink", false, v, err) == -1)
		return -1;
	if (waiting(s, "SELECT sink, since FROM delivery WHERE "
	    "state = 'gathered' ORDER BY sink, recipient, id", false, v,
	    err) == -1)
		return -1;
	return waiting(s, "SELECT sink, since FROM delivery "
	    "WHERE state = 'refused' ORDER BY since, sink", true, v, err);
}

static int
totals(struct store *s, struct store_view *v, struct err *err)
{
	const struct {
		const char	*sql;
		uint64_t	*to;
	} counts[] = {
		{ "SELECT count(*) FROM document", &v->documents },
		{ "SELECT count(*) FROM document WHERE state = 'new'",
		    &v->documents_new },
		{ "SELECT count(*) FROM document WHERE state = 'aside'",
		    &v->documents_aside },
		{ "SELECT count(*) FROM advisory WHERE state <> 'superseded'",
		    &v->advisories },
		{ "SELECT count(*) FROM advisory WHERE state = 'new'",
		    &v->advisories_new },
		{ "SELECT count(*) FROM match_", &v->matches },
		{ "SELECT count(*) FROM alert", &v->alerts },
	};

	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		int64_t n = 0;
		if (db_number(db_use(s->db, counts[i].sql), 0, &n, err) == -1)
			return -1;
		*counts[i].to = (uint64_t)n;
	}
	return 0;
}

int
store_view(struct store *s, struct arena *mem, struct store_view *ret,
    struct err *err)
{
	struct store_view v = { 0 };
	const char *devices = "";
	uint32_t n = 0;

	/* One moment for all of it. */
	if (db_begin(s->db, DB_READ, err) == -1)
		return -1;
	int rc = feeds(s, mem, &v, err);
	if (rc == 0)
		rc = sinks(s, mem, &v, err);
	if (rc == 0)
		rc = totals(s, &v, err);
	if (rc == 0)
		rc = meta_get(s, "devices", mem, &devices, err);
	db_rollback(s->db);
	if (rc == -1)
		return -1;
	if (text_u32(devices, 0, UINT32_MAX, &n) == 0)
		v.devices = n;
	v.bytes = db_bytes_used(s->db);
	*ret = v;
	return 0;
}
