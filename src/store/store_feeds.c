#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "inner.h"

static int
by_id(const void *a, const void *b)
{
	const struct declared *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static const struct declared *
declared_find(const struct declared *list, uint32_t n, int64_t id)
{
	struct declared key = { .id = id };

	if (n == 0)
		return NULL;
	return bsearch(&key, list, n, sizeof(*list), by_id);
}

/* The feed's row: made, or taken up again where it was left. */
static int
feed_known(struct store *s, const char *name, int64_t now, int64_t *ret_id,
    struct err *err)
{
	int64_t id = 0;
	int configured = 1;

	struct stmt *q = db_use(s->db,
	    "SELECT id, configured FROM feed WHERE name = $1");
	db_text(q, name);
	int rc = db_step(q, err);
	if (rc == 1) {
		id = db_get_int(q, 0);
		configured = db_get_int(q, 1) != 0;
	}
	db_done(q);
	if (rc == -1)
		return -1;
	if (id == 0) {
		q = db_use(s->db, "INSERT INTO feed (name, configured, "
		    "next_poll) VALUES ($1, 1, $2) RETURNING id");
		db_text(q, name);
		db_int(q, now);
		if (db_number(q, 0, &id, err) == -1 || journal_add(s, now,
		    "feed-declared", name, err, "new") == -1)
			return -1;
	} else if (!configured) {
		q = db_use(s->db,
		    "UPDATE feed SET configured = 1 WHERE id = $1");
		db_int(q, id);
		if (db_run(q, NULL, err) == -1)
			return -1;
		q = db_use(s->db, "UPDATE address SET rest = 0 "
		    "WHERE feed = $1 AND rest = 1");
		db_int(q, id);
		if (db_run(q, NULL, err) == -1 || journal_add(s, now,
		    "feed-declared", name, err, "again") == -1)
			return -1;
	}
	*ret_id = id;
	return 0;
}

/* Whatever a former root led to rests, until the new one leads there too. */
static int
former_root(struct store *s, int64_t feed, const char *url, bool *ret_same,
    struct err *err)
{
	bool same = false, other = false;
	int rc;

	struct stmt *q = db_use(s->db, "SELECT url FROM address "
	    "WHERE feed = $1 AND (kind = 0 OR root = 1) AND root = 1");
	db_int(q, feed);
	while ((rc = db_step(q, err)) == 1) {
		if (strcmp(db_get_text(q, 0), url) == 0)
			same = true;
		else
			other = true;
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret_same = same;
	if (!other)
		return 0;
	/* Its listings are to be read again when they are met again. */
	q = db_use(s->db, "UPDATE address SET rest = 2, root = 0, "
	    "etag = CASE WHEN kind = 0 THEN '' ELSE etag END, "
	    "last_modified = CASE WHEN kind = 0 THEN '' "
	    "ELSE last_modified END, "
	    "sha256 = CASE WHEN kind = 0 THEN '' ELSE sha256 END "
	    "WHERE feed = $1 AND url <> $2");
	db_int(q, feed);
	db_text(q, url);
	return db_run(q, NULL, err);
}

/* The root's address; another format of it means that it be read again. */
static int
root_known(struct store *s, int64_t feed, const struct address *root,
    int64_t now, struct err *err)
{
	bool same = false;

	if (former_root(s, feed, root->url, &same, err) == -1)
		return -1;
	struct stmt *q = db_use(s->db, "INSERT INTO address (feed, kind, root, "
	    "url, alt, format, updated, hash_url, signature_url, state, due) "
	    "VALUES ($1, $2, 1, $3, $4, $5, '', $6, $7, 'due', $8) "
	    "ON CONFLICT (feed, url) DO UPDATE SET "
	    "etag = CASE WHEN address.format <> excluded.format THEN '' "
	    "ELSE address.etag END, "
	    "last_modified = CASE WHEN address.format <> excluded.format "
	    "THEN '' ELSE address.last_modified END, "
	    "sha256 = CASE WHEN address.format <> excluded.format THEN '' "
	    "ELSE address.sha256 END, "
	    "state = CASE WHEN address.root = 0 "
	    "OR address.format <> excluded.format THEN 'due' "
	    "ELSE address.state END, "
	    "due = CASE WHEN address.owner = '' AND (address.root = 0 "
	    "OR address.format <> excluded.format) THEN excluded.due "
	    "ELSE address.due END, "
	    "woken = CASE WHEN address.format <> excluded.format THEN 1 "
	    "ELSE address.woken END, "
	    "kind = excluded.kind, root = 1, rest = 0, alt = excluded.alt, "
	    "format = excluded.format, hash_url = excluded.hash_url, "
	    "signature_url = excluded.signature_url");
	db_int(q, feed);
	db_int(q, root->kind);
	db_text(q, root->url);
	db_text(q, root->alt);
	db_text(q, root->format);
	db_text(q, root->hash_url);
	db_text(q, root->signature_url);
	db_int(q, now);
	return db_run(q, NULL, err);
}

/* The configured feeds that are not in the list any more. */
static int
feeds_leave(struct store *s, const struct declared *list, uint32_t n,
    int64_t now, struct err *err)
{
	int64_t *gone = NULL;
	uint32_t n_gone = 0;
	int rc;

	struct stmt *q = db_use(s->db,
	    "SELECT id FROM feed WHERE configured = 1");
	while ((rc = db_step(q, err)) == 1) {
		if (declared_find(list, n, db_get_int(q, 0)) != NULL)
			continue;
		gone = mem_resize(gone, (n_gone + 1) * sizeof(*gone));
		gone[n_gone++] = db_get_int(q, 0);
	}
	db_done(q);
	for (uint32_t i = 0; rc == 0 && i < n_gone; i++) {
		q = db_use(s->db, "UPDATE address SET rest = 1 "
		    "WHERE feed = $1 AND rest = 0");
		db_int(q, gone[i]);
		rc = db_run(q, NULL, err);
		if (rc == -1)
			break;
		char name[LINE_MAX_] = "";
		q = db_use(s->db, "UPDATE feed SET configured = 0 "
		    "WHERE id = $1 RETURNING name");
		db_int(q, gone[i]);
		rc = db_step(q, err);
		if (rc == 1)
			text_copy(name, sizeof(name), db_get_text(q, 0));
		db_done(q);
		if (rc != -1)
			rc = journal_add(s, now, "feed-left", name, err,
			    "no longer configured");
	}
	free(gone);
	return rc;
}

int
store_feeds_declare(struct store *s, const char *const *names,
    const struct address *roots, uint32_t n, int64_t now, struct err *err)
{
	int rc = 0;

	if (store_begin(s, err) == -1)
		return -1;
	struct declared *list = mem_alloc((n + 1) * sizeof(*list));
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		list[i].index = i;
		rc = feed_known(s, names[i], now, &list[i].id, err);
		if (rc == 0)
			rc = root_known(s, list[i].id, &roots[i], now, err);
	}
	if (rc == 0) {
		qsort(list, n, sizeof(*list), by_id);
		rc = feeds_leave(s, list, n, now, err);
	}
	if (store_end(s, rc, err) == -1) {
		free(list);
		return -1;
	}
	free(s->feeds);
	s->feeds = list;
	s->n_feeds = n;
	return 0;
}

/* One feed's listings and root become due. One that failed keeps its turn,
 * unless somebody asked for everything: Retry-After binds us. */
static int
poll_begin(struct store *s, int64_t feed, uint32_t every_s, bool all,
    int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE address SET state = 'due', "
	    "due = $1 WHERE feed = $2 AND (kind = 0 OR root = 1) "
	    "AND rest = 0 AND owner = '' AND not_before <= $3 "
	    "AND NOT (state = 'due' "
	    "AND (due <= $4 OR (tries > 0 AND $5 = 0)))");

	db_int(q, now);
	db_int(q, feed);
	db_int(q, now);
	db_int(q, now);
	db_int(q, all);
	if (db_run(q, NULL, err) == -1)
		return -1;
	if (all) {
		/* also what failed, unless its server named a time */
		q = db_use(s->db, "UPDATE address SET due = $1 "
		    "WHERE feed = $2 AND tries > 0 AND state = 'due' "
		    "AND rest = 0 AND owner = '' AND not_before <= $3");
		db_int(q, now);
		db_int(q, feed);
		db_int(q, now);
		if (db_run(q, NULL, err) == -1)
			return -1;
	}
	q = db_use(s->db, "UPDATE feed SET next_poll = $1 WHERE id = $2");
	db_int(q, now + every_s);
	db_int(q, feed);
	return db_run(q, NULL, err);
}

/* The declared feeds whose turn has come, as places in s->feeds. */
static int
polls_due(struct store *s, int64_t now, uint32_t *ret, uint32_t *ret_n,
    struct err *err)
{
	uint32_t n = 0;
	int rc;

	struct stmt *q = db_use(s->db, "SELECT id FROM feed "
	    "WHERE configured = 1 AND next_poll <= $1");
	db_int(q, now);
	while ((rc = db_step(q, err)) == 1) {
		const struct declared *d = declared_find(s->feeds, s->n_feeds,
		    db_get_int(q, 0));
		if (d != NULL && n < s->n_feeds)
			ret[n++] = (uint32_t)(d - s->feeds);
	}
	db_done(q);
	*ret_n = n;
	return rc;
}

int
store_polls_begin(struct store *s, const uint32_t *every_s, bool all,
    int64_t now, uint32_t *ret_begun, struct err *err)
{
	uint32_t n = 0;
	int rc = 0;

	uint32_t *due = mem_alloc((s->n_feeds + 1) * sizeof(*due));
	if (all) {
		for (; n < s->n_feeds; n++)
			due[n] = n;
	} else if (polls_due(s, now, due, &n, err) == -1) {
		free(due);
		return -1;
	}
	if (n > 0) {
		rc = store_begin(s, err);
		if (rc == 0) {
			for (uint32_t i = 0; rc == 0 && i < n; i++) {
				const struct declared *d = &s->feeds[due[i]];
				rc = poll_begin(s, d->id, every_s[d->index],
				    all, now, err);
			}
			rc = store_end(s, rc, err);
		}
	}
	free(due);
	if (rc == 0)
		*ret_begun = n;
	return rc;
}
