#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#include "inner.h"

static int
unknown(int64_t advisory, struct err *err)
{
	return err_input(err, "the store knows no advisory %lld",
	    (long long)advisory);
}

static int
new_advisory_get(struct store *s, int64_t id, struct arena *mem, void *place,
    struct err *err)
{
	struct new_advisory *ret = place;
	struct stmt *q = db_use(s->db, "SELECT a.document, f.name, a.ns, "
	    "a.advisory_id, a.again FROM advisory a "
	    "JOIN feed f ON f.id = a.feed WHERE a.id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1) {
		ret->id = id;
		ret->document = db_get_int(q, 0);
		ret->feed = arena_text(mem, db_get_text(q, 1));
		ret->ns = arena_text(mem, db_get_text(q, 2));
		ret->advisory_id = arena_text(mem, db_get_text(q, 3));
		ret->again = db_get_int(q, 4) != 0;
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

static const struct claim_kind advisory_claim = {
	.size = sizeof(struct new_advisory),
	.any = "SELECT 1 FROM advisory WHERE state = 'new' "
	    "AND due <= $1 LIMIT 1",
	.take = { "UPDATE advisory SET due_was = due, due = $1, "
	    "owner = $2 WHERE id IN (SELECT id FROM advisory "
	    "WHERE state = 'new' AND due <= $3 ORDER BY due, id LIMIT $4) "
	    "RETURNING id, due_was" },
	.get = new_advisory_get,
};

int
store_advisories_claim(struct store *s, int64_t now, int64_t lease,
    struct arena *mem, struct new_advisory *ret, uint32_t room,
    uint32_t *ret_n, struct err *err)
{
	return claim_due(s, &advisory_claim, "", now, lease, mem, ret, room,
	    ret_n, err);
}

int
store_advisory_bytes(struct store *s, int64_t advisory, struct blob *ret,
    struct err *err)
{
	struct stmt *q = db_use(s->db,
	    "SELECT codec, bytes, size FROM advisory WHERE id = $1");

	db_int(q, advisory);
	int rc = db_step(q, err);
	if (rc == 0)
		rc = unknown(advisory, err);
	else if (rc == 1)
		rc = store_row_blob(s, q, 0, ADVISORY_MAX, "advisory", ret,
		    err);
	db_done(q);
	return rc;
}

int
store_advisory_again(struct store *s, int64_t advisory,
    uint32_t *ret_tries, struct err *err)
{
	int64_t tries = -1;

	if (store_begin(s, err) == -1)
		return -1;
	struct stmt *q = db_use(s->db, "UPDATE advisory SET tries = tries + 1, "
	    "due = CASE WHEN owner <> '' THEN due_was ELSE due END, "
	    "owner = '' WHERE id = $1 RETURNING tries");
	db_int(q, advisory);
	int rc = db_number(q, -1, &tries, err);
	if (rc == 0 && tries == -1)
		rc = unknown(advisory, err);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_tries = (uint32_t)tries;
	return rc;
}

int
store_advisory_aside(struct store *s, int64_t advisory, const char *why,
    int64_t now, struct err *err)
{
	char id[LINE_MAX_ + 1] = "";

	if (store_begin(s, err) == -1)
		return -1;
	/* One that is superseded meanwhile stays so. */
	struct stmt *q = db_use(s->db, "UPDATE advisory SET state = CASE "
	    "WHEN state = 'superseded' THEN state ELSE 'aside' END, "
	    "owner = '', woken = 0, why = $1, since = $2 WHERE id = $3 "
	    "RETURNING advisory_id");
	db_text(q, why);
	db_int(q, now);
	db_int(q, advisory);
	int rc = db_step(q, err);
	if (rc == 1)
		text_copy(id, sizeof(id), db_get_text(q, 0));
	db_done(q);
	if (rc == 0)
		rc = unknown(advisory, err);
	else if (rc == 1)
		rc = journal_add(s, now, "advisory-aside", id, err,
		    "advisory %lld: %s", (long long)advisory, why);
	return store_end(s, rc, err);
}

/* One row's match, which lends from a copy in the arena. */
static int
match_get(struct stmt *q, struct arena *mem, struct match *ret,
    struct err *err)
{
	size_t len = 0;
	struct unpack u;

	const void *row = db_get_bytes(q, 0, &len);
	void *copy = arena_alloc(mem, len + 1);
	memcpy(copy, row, len);
	unpack_open(&u, copy, len);
	match_unpack(&u, mem, ret);
	return unpack_done(&u, err);
}

int
store_matches_of(struct store *s, const char *ns, const char *id,
    struct arena *mem, struct matching *ret, struct err *err)
{
	struct matching m = { 0 };
	int rc;

	struct stmt *q = db_use(s->db, "SELECT m.packed, a.left_out "
	    "FROM advisory a JOIN match_ m ON m.advisory = a.id "
	    "WHERE a.advisory_id = $1 AND a.ns = $2 ORDER BY a.id, m.id");
	db_text(q, id);
	db_text(q, ns);
	while ((rc = db_step(q, err)) == 1) {
		m.matches = arena_more(mem, m.matches, m.n,
		    sizeof(*m.matches));
		m.left_out = (uint32_t)db_get_int(q, 1);
		if (match_get(q, mem, &m.matches[m.n], err) == -1) {
			rc = err_in(err, "kept match of %s", id);
			break;
		}
		m.n++;
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret = m;
	return 0;
}

int
store_told(struct store *s, const char *key, struct arena *mem,
    struct told *ret, struct err *err)
{
	struct told t = { .last_event = EVENT_NEW };

	struct stmt *q = db_use(s->db, "SELECT rev, event FROM alert "
	    "WHERE key = $1 ORDER BY rev DESC, id DESC LIMIT 1");
	db_text(q, key);
	int rc = db_step(q, err);
	if (rc == 1) {
		t.rev = (uint32_t)db_get_int(q, 0);
		if (event_parse(db_get_text(q, 1), &t.last_event) == -1)
			rc = err_input(err, "kept alert of %s: event \"%s\" "
			    "is not known", key, db_get_text(q, 1));
	}
	db_done(q);
	if (rc == -1)
		return -1;
	q = db_use(s->db, "SELECT DISTINCT sink, recipient FROM delivery "
	    "WHERE key = $1 AND state <> 'dropped' ORDER BY sink, recipient");
	db_text(q, key);
	while ((rc = db_step(q, err)) == 1) {
		t.to = arena_more(mem, t.to, t.n_to, sizeof(*t.to));
		t.to[t.n_to++] = arena_printf(mem, "%s\n%s",
		    db_get_text(q, 0), db_get_text(q, 1));
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret = t;
	return 0;
}

/* Of the advisory that has been matched. */
struct subject {
	int64_t	id, document;
	bool	stale;
};

static int
subject_get(struct store *s, int64_t advisory, struct arena *mem,
    const char **ret_ns, const char **ret_id, struct subject *ret,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT state, ns, advisory_id, "
	    "document FROM advisory WHERE id = $1");

	db_int(q, advisory);
	int rc = db_step(q, err);
	if (rc == 1) {
		const char *state = db_get_text(q, 0);
		ret->id = advisory;
		ret->stale = strcmp(state, "superseded") == 0 ||
		    strcmp(state, "dropped") == 0;
		*ret_ns = arena_text(mem, db_get_text(q, 1));
		*ret_id = arena_text(mem, db_get_text(q, 2));
		ret->document = db_get_int(q, 3);
	}
	db_done(q);
	if (rc == 0)
		return unknown(advisory, err);
	return rc == -1 ? -1 : 0;
}

static int
match_add(struct store *s, int64_t advisory, const struct match *m,
    struct buf *room, struct err *err)
{
	buf_reset(room);
	match_pack(room, m);
	if (room->over)
		return err_limit(err, "match with device %s: too large",
		    m->device.id);
	struct stmt *q = db_use(s->db, "INSERT INTO match_ (advisory, "
	    "device_id, list, status, confidence, severity, exploited, packed) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	db_int(q, advisory);
	db_text(q, m->device.id);
	db_text(q, m->device.list);
	db_text(q, match_status_name(m->status));
	db_text(q, confidence_name(m->confidence));
	db_text(q, severity_name(m->severity));
	db_int(q, m->exploited);
	db_bytes(q, room->data, room->len);
	return db_run(q, NULL, err);
}

/* The matches of all former revisions make way. */
static int
matches_replace(struct store *s, const struct subject *a, const char *ns,
    const char *id, const struct matching *m, struct err *err)
{
	struct buf room = BUF_INIT(ALERT_MAX);

	struct stmt *q = db_use(s->db, "DELETE FROM match_ WHERE advisory IN "
	    "(SELECT id FROM advisory WHERE advisory_id = $1 AND ns = $2)");
	db_text(q, id);
	db_text(q, ns);
	int rc = db_run(q, NULL, err);
	for (uint32_t i = 0; rc == 0 && i < m->n; i++)
		rc = match_add(s, a->id, &m->matches[i], &room, err);
	buf_clear(&room);
	return rc;
}

static int
advisory_done(struct store *s, const struct subject *a, uint32_t left_out,
    int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE advisory SET state = CASE "
	    "WHEN woken = 1 THEN 'new' ELSE 'matched' END, again = woken, "
	    "woken = 0, "
	    "due = $1, since = $2, owner = '', tries = 0, why = '', "
	    "left_out = $3 WHERE id = $4");

	db_int(q, now);
	db_int(q, now);
	db_int(q, left_out);
	db_int(q, a->id);
	return db_run(q, NULL, err);
}

int
store_advisory_matched(struct store *s, int64_t advisory,
    const struct matching *m, const struct dispatch *out, uint32_t n,
    int64_t now, bool *ret_stale, struct err *err)
{
	struct arena mem = ARENA_INIT;
	struct subject a = { 0 };
	const char *ns = "", *id = "";

	if (store_begin(s, err) == -1)
		return -1;
	int rc = subject_get(s, advisory, &mem, &ns, &id, &a, err);
	if (rc == 0 && a.stale) {
		db_rollback(s->db);
		arena_clear(&mem);
		*ret_stale = true;
		return 0;
	}
	if (rc == 0)
		rc = matches_replace(s, &a, ns, id, m, err);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = dispatch_add(s, &out[i], a.id, a.document, now, NULL,
		    err);
	if (rc == 0)
		rc = advisory_done(s, &a, m->left_out, now, err);
	if (rc == 0)
		rc = journal_add(s, now, "matched", id, err,
		    "advisory %lld: %u matches, %u alerts",
		    (long long)advisory, m->n + m->left_out, n);
	arena_clear(&mem);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_stale = false;
	return rc;
}
