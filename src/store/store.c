#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

#include "inner.h"
#include "schema.h"

/* The tables that work is claimed from. */
static const char *const void_leases[] = {
	"UPDATE address SET due = due_was, owner = '' "
	    "WHERE owner = $1 AND owner <> ''",
	"UPDATE document SET due = due_was, owner = '' "
	    "WHERE owner = $1 AND owner <> ''",
	"UPDATE advisory SET due = due_was, owner = '' "
	    "WHERE owner = $1 AND owner <> ''",
	"UPDATE delivery SET due = due_was, owner = '' "
	    "WHERE owner = $1 AND owner <> ''",
};

/* What this keeper held when it ended is due again. */
int
store_claims_void(struct store *s, struct err *err)
{
	int rc = 0;

	if (store_begin(s, err) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < COUNT_OF(void_leases); i++) {
		struct stmt *q = db_use(s->db, void_leases[i]);
		db_text(q, s->owner);
		rc = db_run(q, NULL, err);
	}
	return store_end(s, rc, err);
}

int
store_open(const char *url, const char *owner, bool read_only,
    struct store **ret, struct err *err)
{
	struct store *s = mem_alloc(sizeof(*s));

	if (owner[0] == '\0')
		bug("a store without an owner");
	s->owner = mem_text(owner);
	s->zip = zip_new();
	buf_init(&s->line, 16384);
	if (db_open(url, read_only, &s->db, err) == -1)
		goto fail;
	/* The check reads the whole file: not for each look at the status. */
	if (!read_only && db_check(s->db, err) == -1)
		goto fail;
	if (schema_bring(s->db, schema_steps, schema_n_steps, read_only,
	    err) == -1) {
		err_in(err, "%s", url);
		goto fail;
	}
	if (!read_only && store_claims_void(s, err) == -1)
		goto fail;
	*ret = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

void
store_rest(struct store *s)
{
	db_rest(s->db);
	zip_rest(s->zip);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	db_close(s->db);
	zip_free(s->zip);
	buf_clear(&s->line);
	free(s->feeds);
	free(s->owner);
	free(s);
}

void
store_after_commit(struct store *s, void (*hook)(void *ctx, uint64_t n),
    void *ctx)
{
	s->hook = hook;
	s->hook_ctx = ctx;
}

int
store_begin(struct store *s, struct err *err)
{
	s->tail = 0;
	return db_begin(s->db, DB_WRITE, err);
}

int
store_begin_claim(struct store *s, struct err *err)
{
	s->tail = 0;
	return db_begin(s->db, DB_CLAIM, err);
}

int
store_look_begin(struct store *s, struct err *err)
{
	return db_begin(s->db, DB_READ, err);
}

void
store_look_end(struct store *s)
{
	db_rollback(s->db);
}

int
store_end(struct store *s, int rc, struct err *err)
{
	if (rc == -1) {
		db_rollback(s->db);
		return -1;
	}
	if (db_commit(s->db, err) == -1)
		return -1;
	s->commits++;
	if (s->hook != NULL)
		s->hook(s->hook_ctx, s->commits);
	return 0;
}

int
meta_get(struct store *s, const char *name, struct arena *mem,
    const char **ret, struct err *err)
{
	struct stmt *q = db_use(s->db,
	    "SELECT value FROM meta WHERE name = $1");

	db_text(q, name);
	int rc = db_step(q, err);
	if (rc != -1)
		*ret = rc == 1 ? arena_text(mem, db_get_text(q, 0)) : "";
	db_done(q);
	return rc == -1 ? -1 : 0;
}

int
meta_set(struct store *s, const char *name, const char *value,
    struct err *err)
{
	struct stmt *q = db_use(s->db,
	    "INSERT INTO meta (name, value) VALUES ($1, $2) "
	    "ON CONFLICT (name) DO UPDATE SET value = excluded.value");

	db_text(q, name);
	db_text(q, value);
	return db_run(q, NULL, err);
}

struct claimed {
	int64_t	id, due_was;
};

/* By turn; rows of one moment in the order in which they came. */
static int
by_turn(const void *a, const void *b)
{
	const struct claimed *x = a, *y = b;

	if (x->due_was != y->due_was)
		return x->due_was < y->due_was ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Steps a statement that returns (id, due_was), behind the *n that are there,
 * and sorts what it gave by turn. */
static int
claim_take(struct stmt *q, struct claimed *ret, uint32_t room, uint32_t *n,
    struct err *err)
{
	uint32_t first = *n;
	int rc;

	while ((rc = db_step(q, err)) == 1) {
		if (*n == room)
			bug("more rows claimed than asked for");
		ret[*n].id = db_get_int(q, 0);
		ret[*n].due_was = db_get_int(q, 1);
		(*n)++;
	}
	db_done(q);
	if (rc == 0 && *n > first)
		qsort(ret + first, *n - first, sizeof(*ret), by_turn);
	return rc;
}

/* Is a claim worth its commit? Most looks find nothing. */
static int
claim_any(struct store *s, const struct claim_kind *kind, const char *of,
    int64_t now, bool *ret, struct err *err)
{
	*ret = true;
	if (kind->any == NULL)
		return 0;
	struct stmt *q = db_use(s->db, kind->any);
	db_int(q, now);
	if (kind->has_of)
		db_text(q, of);
	return db_any(q, ret, err);
}

int
claim_due(struct store *s, const struct claim_kind *kind, const char *of,
    int64_t now, int64_t lease, struct arena *mem, void *ret, uint32_t room,
    uint32_t *ret_n, struct err *err)
{
	uint32_t n = 0;
	bool any = false;
	int rc = 0;

	if (claim_any(s, kind, of, now, &any, err) == -1)
		return -1;
	if (!any || room == 0) {
		*ret_n = 0;
		return 0;
	}
	struct claimed *ids = mem_alloc(room * sizeof(*ids));
	if (store_begin_claim(s, err) == -1) {
		free(ids);
		return -1;
	}
	for (size_t i = 0; rc == 0 && n < room && i < COUNT_OF(kind->take) &&
	    kind->take[i] != NULL; i++) {
		struct stmt *q = db_use(s->db, kind->take[i]);
		db_int(q, lease);
		db_text(q, s->owner);
		db_int(q, now);
		if (kind->has_of)
			db_text(q, of);
		db_int(q, room - n);
		rc = claim_take(q, ids, room, &n, err);
	}
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = kind->get(s, ids[i].id, mem, (char *)ret + i * kind->size,
		    err);
	free(ids);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_n = n;
	return rc;
}

int
store_row_blob(struct store *s, struct stmt *q, int at, size_t max,
    const char *label, struct blob *ret, struct err *err)
{
	struct zipped z = { .codec = db_get_text(q, at) };

	z.bytes = db_get_bytes(q, at + 1, &z.len);
	return zip_blob(s->zip, &z, (uint64_t)db_get_int(q, at + 2), max,
	    label, ret, err);
}

int
store_next_due(struct store *s, int64_t now, int64_t *ret, struct err *err)
{
	static const char *const sources[] = {
		"SELECT min(due) FROM address WHERE state = 'due' "
		    "AND rest = 0 AND kind = 0 AND due > $1",
		"SELECT min(due) FROM address WHERE state = 'due' "
		    "AND rest = 0 AND kind = 1 AND due > $1",
		"SELECT min(next_poll) FROM feed WHERE configured = 1 "
		    "AND next_poll > $1",
		"SELECT min(due) FROM document WHERE state = 'new' "
		    "AND due > $1",
		"SELECT min(due) FROM advisory WHERE state = 'new' "
		    "AND due > $1",
		"SELECT min((SELECT min(d.due) FROM delivery d "
		    "WHERE d.sink = s.name AND d.state = 'due' AND d.held = 0 "
		    "AND d.due > $1)) FROM sink s",
		"SELECT min(paused_until) FROM sink WHERE paused_until > $1",
	};
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		int64_t at = 0;
		struct stmt *q = db_use(s->db, sources[i]);
		db_int(q, now);
		/* min() of nothing is NULL and reads as 0 */
		if (db_number(q, 0, &at, err) == -1)
			return -1;
		if (at > now && at < least)
			least = at;
	}
	*ret = least;
	return 0;
}
