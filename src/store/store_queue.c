#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

#include "inner.h"

#define DELIVERY_ROW "SELECT 'delivery', d.id, d.state, d.sink, d.recipient, " \
	"d.key, d.event, a.title, '', '', d.tries, d.due, d.since, d.code, " \
	"d.reason, d.receipt FROM delivery d JOIN alert a ON a.id = d.alert "

/* One SQL per kind of row, each oldest first and with its own index. */
static const char *const sources[] = {
	DELIVERY_ROW "WHERE d.state = 'due' ORDER BY d.since, d.sink LIMIT $1",
	DELIVERY_ROW "WHERE d.state = 'gathered' ORDER BY d.sink, d.recipient, "
	    "d.id LIMIT $1",
	DELIVERY_ROW
	    "WHERE d.state = 'refused' ORDER BY d.since, d.sink LIMIT $1",
	"SELECT 'document', d.id, d.state, '', '', '', '', '', f.name, d.url, "
	    "d.tries, 0, d.since, '', d.why, '' FROM document d "
	    "JOIN feed f ON f.id = d.feed WHERE d.state = 'aside' "
	    "ORDER BY d.since, d.id LIMIT $1",
	"SELECT 'advisory', a.id, a.state, '', '', a.advisory_id, '', "
	    "a.title, f.name, a.url, a.tries, 0, a.since, '', a.why, '' "
	    "FROM advisory a JOIN feed f ON f.id = a.feed "
	    "WHERE a.state = 'aside' ORDER BY a.since, a.id LIMIT $1",
};

static void
row_get(struct stmt *q, struct arena *mem, struct queue_row *r)
{
	r->what = arena_text(mem, db_get_text(q, 0));
	r->id = db_get_int(q, 1);
	r->state = arena_text(mem, db_get_text(q, 2));
	r->sink = arena_text(mem, db_get_text(q, 3));
	r->recipient = arena_text(mem, db_get_text(q, 4));
	r->key = arena_text(mem, db_get_text(q, 5));
	r->event = arena_text(mem, db_get_text(q, 6));
	r->title = arena_text(mem, db_get_text(q, 7));
	r->feed = arena_text(mem, db_get_text(q, 8));
	r->url = arena_text(mem, db_get_text(q, 9));
	r->tries = (uint32_t)db_get_int(q, 10);
	r->next_at = db_get_int(q, 11);
	r->since = db_get_int(q, 12);
	r->code = arena_text(mem, db_get_text(q, 13));
	r->reason = arena_text(mem, db_get_text(q, 14));
	r->receipt = arena_text(mem, db_get_text(q, 15));
}

static int
by_age(const void *a, const void *b)
{
	const struct queue_row *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

int
store_queue(struct store *s, struct arena *mem, struct queue_row **ret,
    uint32_t *ret_n, uint32_t room, struct err *err)
{
	struct queue_row *rows = NULL;
	uint32_t n = 0;
	int rc = 0;

	if (db_begin(s->db, DB_READ, err) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(sources); i++) {
		struct stmt *q = db_use(s->db, sources[i]);
		db_int(q, room);
		while ((rc = db_step(q, err)) == 1) {
			rows = arena_more(mem, rows, n, sizeof(*rows));
			row_get(q, mem, &rows[n++]);
		}
		db_done(q);
	}
	db_rollback(s->db);
	if (rc == -1)
		return -1;
	if (n > 0)
		qsort(rows, n, sizeof(*rows), by_age);
	*ret = rows;
	*ret_n = n < room ? n : room;
	return 0;
}

int
store_delivery(struct store *s, int64_t id, struct arena *mem,
    struct queue_row *ret, struct err *err)
{
	struct stmt *q = db_use(s->db, DELIVERY_ROW "WHERE d.id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1)
		row_get(q, mem, ret);
	db_done(q);
	if (rc == 0)
		return err_input(err, "the store knows no delivery %lld",
		    (long long)id);
	return rc == -1 ? -1 : 0;
}

/* --- what people decide -------------------------------------------------- */

struct place {
	const char	*key, *sink, *recipient;
	int64_t		 id, rev;
};

/* The deliveries in a state; id 0 = all. */
static int
places_get(struct store *s, const char *state, int64_t id, struct arena *mem,
    struct place **ret, uint32_t *ret_n, struct err *err)
{
	int rc;
	struct stmt *q;

	if (id != 0) {
		q = db_use(s->db, "SELECT id, rev, key, sink, recipient "
		    "FROM delivery WHERE id = $1 AND state = $2");
		db_int(q, id);
		db_text(q, state);
	} else {
		q = db_use(s->db, "SELECT id, rev, key, sink, recipient "
		    "FROM delivery WHERE state = 'refused' ORDER BY since, "
		    "sink");
	}
	*ret = NULL;
	*ret_n = 0;
	while ((rc = db_step(q, err)) == 1) {
		*ret = arena_more(mem, *ret, *ret_n, sizeof(**ret));
		struct place *p = &(*ret)[(*ret_n)++];
		p->id = db_get_int(q, 0);
		p->rev = db_get_int(q, 1);
		p->key = arena_text(mem, db_get_text(q, 2));
		p->sink = arena_text(mem, db_get_text(q, 3));
		p->recipient = arena_text(mem, db_get_text(q, 4));
	}
	db_done(q);
	return rc;
}

/* Who goes first of those of this key to this receiver; id 0 = nobody waits. */
static int
head_get(struct store *s, const struct place *p, int64_t *ret_id,
    bool *ret_later, struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT id, rev, owner FROM delivery "
	    "WHERE key = $1 AND sink = $2 AND recipient = $3 "
	    "AND state = 'due' AND held = 0 LIMIT 1");

	*ret_id = 0;
	*ret_later = false;
	db_text(q, p->key);
	db_text(q, p->sink);
	db_text(q, p->recipient);
	int rc = db_step(q, err);
	if (rc == 1) {
		int64_t id = db_get_int(q, 0), rev = db_get_int(q, 1);
		*ret_id = id;
		*ret_later = db_get_text(q, 2)[0] == '\0' &&
		    (rev > p->rev || (rev == p->rev && id > p->id));
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

/* A refused one is due again, in front of its later revisions unless one of
 * them is on its way. */
static int
refused_again(struct store *s, const struct place *p, int64_t now,
    struct err *err)
{
	int64_t head = 0;
	bool later = false;

	if (head_get(s, p, &head, &later, err) == -1)
		return -1;
	if (later) {
		struct stmt *q = db_use(s->db,
		    "UPDATE delivery SET held = 1 WHERE id = $1");
		db_int(q, head);
		if (db_run(q, NULL, err) == -1)
			return -1;
	}
	struct stmt *q = db_use(s->db, "UPDATE delivery SET state = 'due', "
	    "held = $1, due = $2, tries = 0, owner = '', settled_at = 0 "
	    "WHERE id = $3");
	db_int(q, head != 0 && !later);
	db_int(q, now);
	db_int(q, p->id);
	return db_run(q, NULL, err);
}

/* A person who says "again" has mended the sink. */
static int
sinks_wake(struct store *s, int64_t id, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE sink SET paused_until = 0 "
	    "WHERE paused_until <> 0 AND ($1 = 0 OR name = "
	    "(SELECT sink FROM delivery WHERE id = $1))");

	db_int(q, id);
	return db_run(q, NULL, err);
}

static int
deliveries_retry(struct store *s, int64_t id, int64_t now, uint32_t *n,
    struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct place *refused = NULL;
	uint32_t n_refused = 0;
	int64_t rows = 0;
	struct stmt *q;

	if (id != 0) {
		q = db_use(s->db, "UPDATE delivery SET due = $1, tries = 0 "
		    "WHERE state = 'due' AND owner = '' AND id = $2");
		db_int(q, now);
		db_int(q, id);
	} else {
		q = db_use(s->db, "UPDATE delivery SET due = $1, tries = 0 "
		    "WHERE state = 'due' AND owner = ''");
		db_int(q, now);
	}
	int rc = db_run(q, &rows, err);
	*n += (uint32_t)rows;
	if (rc == 0)
		rc = places_get(s, "refused", id, &mem, &refused, &n_refused,
		    err);
	for (uint32_t i = 0; rc == 0 && i < n_refused; i++, (*n)++)
		rc = refused_again(s, &refused[i], now, err);
	arena_clear(&mem);
	return rc == 0 ? sinks_wake(s, id, err) : -1;
}

/* Aside rows of a table to another state; id 0 = all. */
static int
aside_to(struct store *s, const char *of_one, const char *of_all, int64_t id,
    const char *why, int64_t now, uint32_t *n, struct err *err)
{
	int64_t rows = 0;

	struct stmt *q = db_use(s->db, id != 0 ? of_one : of_all);
	db_int(q, now);
	db_text(q, why);
	if (id != 0)
		db_int(q, id);
	if (db_run(q, &rows, err) == -1)
		return -1;
	*n += (uint32_t)rows;
	return 0;
}

#define RENEW "SET state = 'new', due = $1, since = $1, tries = 0, " \
	"owner = '', why = $2 WHERE state = 'aside'"
#define DROP "SET state = 'dropped', since = $1, owner = '', why = $2 " \
	"WHERE state = 'aside'"

/* Which kinds are meant. */
static int
meant(const char *what, int64_t id, bool ret[3], struct err *err)
{
	static const char *const kinds[] = { "delivery", "document",
	    "advisory" };
	bool any = false;

	for (size_t i = 0; i < 3; i++) {
		ret[i] = what[0] == '\0' || strcmp(what, kinds[i]) == 0;
		any = any || ret[i];
	}
	if (!any)
		return err_input(err, "\"%.64s\" is not known; allowed: "
		    "delivery, document, advisory", what);
	if (what[0] == '\0' && id != 0)
		return err_input(err, "%lld of what? A delivery, a document "
		    "or an advisory", (long long)id);
	return 0;
}

int
store_retry(struct store *s, const char *what, int64_t id, int64_t now,
    uint32_t *ret_n, struct err *err)
{
	bool kinds[3] = { false };
	uint32_t n = 0;
	int rc = 0;

	if (meant(what, id, kinds, err) == -1 || store_begin(s, err) == -1)
		return -1;
	if (kinds[0])
		rc = deliveries_retry(s, id, now, &n, err);
	if (rc == 0 && kinds[1])
		rc = aside_to(s, "UPDATE document " RENEW " AND id = $3",
		    "UPDATE document " RENEW, id, "", now, &n, err);
	if (rc == 0 && kinds[2])
		rc = aside_to(s, "UPDATE advisory " RENEW " AND id = $3",
		    "UPDATE advisory " RENEW, id, "", now, &n, err);
	if (rc == 0)
		rc = journal_add(s, now, "retry", what[0] != '\0' ? what :
		    "all", err, "id %lld: %u", (long long)id, n);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_n = n;
	return rc;
}

/* The sinks' count of what was dropped, before it is. */
static int
count_dropped(struct store *s, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE sink SET dropped = dropped + "
	    "(SELECT count(*) FROM delivery d WHERE d.sink = sink.name "
	    "AND d.state = 'due') + (SELECT count(*) FROM delivery d "
	    "WHERE d.sink = sink.name AND d.state = 'gathered') + "
	    "(SELECT count(*) FROM delivery d "
	    "WHERE d.sink = sink.name AND d.state = 'refused')");

	return db_run(q, NULL, err);
}

static int
deliveries_drop_all(struct store *s, const char *why, int64_t now,
    uint32_t *n, struct err *err)
{
	static const char *const drops[] = {
		"UPDATE delivery SET state = 'dropped', held = 0, owner = '', "
		    "settled_at = $1, reason = $2 WHERE state = 'due'",
		"UPDATE delivery SET state = 'dropped', held = 0, owner = '', "
		    "settled_at = $1, reason = $2 WHERE state = 'gathered'",
		"UPDATE delivery SET state = 'dropped', held = 0, owner = '', "
		    "settled_at = $1, reason = $2 WHERE state = 'refused'",
	};

	if (count_dropped(s, err) == -1)
		return -1;
	for (size_t i = 0; i < COUNT_OF(drops); i++) {
		int64_t rows = 0;
		struct stmt *q = db_use(s->db, drops[i]);
		db_int(q, now);
		db_text(q, why);
		if (db_run(q, &rows, err) == -1)
			return -1;
		*n += (uint32_t)rows;
	}
	return 0;
}

/* One that is on its way may still arrive; its outcome then says so. */
static int
delivery_drop(struct store *s, int64_t id, const char *why, int64_t now,
    uint32_t *n, struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct place *p = NULL;
	uint32_t found = 0;

	int rc = places_get(s, "due", id, &mem, &p, &found, err);
	if (rc == 0 && found == 0)
		rc = places_get(s, "gathered", id, &mem, &p, &found, err);
	if (rc == 0 && found == 0)
		rc = places_get(s, "refused", id, &mem, &p, &found, err);
	if (rc == 0 && found != 0) {
		struct stmt *q = db_use(s->db, "UPDATE delivery SET "
		    "state = 'dropped', held = 0, owner = '', "
		    "settled_at = $1, reason = $2 WHERE id = $3");
		db_int(q, now);
		db_text(q, why);
		db_int(q, id);
		rc = db_run(q, NULL, err);
		if (rc == 0) {
			q = db_use(s->db, "UPDATE sink SET "
			    "dropped = dropped + 1 WHERE name = $1");
			db_text(q, p->sink);
			rc = db_run(q, NULL, err);
		}
		if (rc == 0)
			rc = delivery_release(s, p->key, p->sink,
			    p->recipient, err);
		(*n)++;
	}
	arena_clear(&mem);
	return rc;
}

int
store_drop(struct store *s, const char *what, int64_t id, const char *why,
    int64_t now, uint32_t *ret_n, struct err *err)
{
	bool kinds[3] = { false };
	uint32_t n = 0;
	int rc = 0;

	if (meant(what, id, kinds, err) == -1 || store_begin(s, err) == -1)
		return -1;
	if (kinds[0])
		rc = id != 0 ? delivery_drop(s, id, why, now, &n, err) :
		    deliveries_drop_all(s, why, now, &n, err);
	if (rc == 0 && kinds[1])
		rc = aside_to(s, "UPDATE document " DROP " AND id = $3",
		    "UPDATE document " DROP, id, why, now, &n, err);
	if (rc == 0 && kinds[2])
		rc = aside_to(s, "UPDATE advisory " DROP " AND id = $3",
		    "UPDATE advisory " DROP, id, why, now, &n, err);
	if (rc == 0)
		rc = journal_add(s, now, "drop", what[0] != '\0' ? what :
		    "all", err, "id %lld: %u: %s", (long long)id, n, why);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_n = n;
	return rc;
}
