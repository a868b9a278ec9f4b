#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "inner.h"

static int
due_address_get(struct store *s, int64_t id, struct arena *mem, void *place,
    struct err *err)
{
	struct due_address *ret = place;
	struct stmt *q = db_use(s->db, "SELECT f.name, a.kind, a.url, a.alt, "
	    "a.format, a.updated, a.hash_url, a.signature_url, a.etag, "
	    "a.last_modified, a.tries FROM address a "
	    "JOIN feed f ON f.id = a.feed WHERE a.id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1) {
		ret->id = id;
		ret->feed = arena_text(mem, db_get_text(q, 0));
		ret->address.kind = db_get_int(q, 1) == ADDRESS_LISTING ?
		    ADDRESS_LISTING : ADDRESS_DOCUMENT;
		ret->address.url = arena_text(mem, db_get_text(q, 2));
		ret->address.alt = arena_text(mem, db_get_text(q, 3));
		ret->address.format = arena_text(mem, db_get_text(q, 4));
		ret->address.updated = arena_text(mem, db_get_text(q, 5));
		ret->address.hash_url = arena_text(mem, db_get_text(q, 6));
		ret->address.signature_url = arena_text(mem,
		    db_get_text(q, 7));
		ret->etag = arena_text(mem, db_get_text(q, 8));
		ret->last_modified = arena_text(mem, db_get_text(q, 9));
		ret->tries = (uint32_t)db_get_int(q, 10);
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

#define TAKE(kind, of, room)						\
	"UPDATE address SET due_was = due, due = $1, owner = $2 "	\
	"WHERE id IN (SELECT id FROM address WHERE state = 'due' "	\
	"AND rest = 0 AND kind = " kind " AND due <= $3 " of		\
	"ORDER BY due, id LIMIT " room ") RETURNING id, due_was"
/* enum address_kind; listings first, as they bring the others */
#define LISTING		"0"
#define DOCUMENT	"1"

static const struct claim_kind address_claim = {
	.size = sizeof(struct due_address),
	.any = "SELECT 1 FROM address WHERE state = 'due' AND rest = 0 "
	    "AND kind IN (" LISTING ", " DOCUMENT ") AND due <= $1 LIMIT 1",
	.take = { TAKE(LISTING, "", "$4"), TAKE(DOCUMENT, "", "$4") },
	.get = due_address_get,
};

#define OF_FEED	"AND feed = (SELECT id FROM feed WHERE name = $4) "

static const struct claim_kind address_claim_of = {
	.size = sizeof(struct due_address),
	.take = { TAKE(LISTING, OF_FEED, "$5"),
	    TAKE(DOCUMENT, OF_FEED, "$5") },
	.has_of = true,
	.get = due_address_get,
};

int
store_addresses_claim(struct store *s, const char *feed, int64_t now,
    int64_t lease, struct arena *mem, struct due_address *ret, uint32_t room,
    uint32_t *ret_n, struct err *err)
{
	return claim_due(s, feed[0] != '\0' ? &address_claim_of :
	    &address_claim, feed, now, lease, mem, ret, room, ret_n, err);
}

/* What a result is judged by. */
struct known {
	int64_t		 id, feed;
	bool		 listing, root, woken;
	int64_t		 tries;
	enum address_kind kind;
	char		 sha256[SHA256_TEXT];
	char		 url[URL_TEXT_MAX + 1], format[64], name[256];
};

static int
known_get(struct store *s, int64_t id, struct known *k, struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT a.feed, a.kind, a.root, "
	    "a.woken, a.tries, a.sha256, a.url, a.format, f.name "
	    "FROM address a JOIN feed f ON f.id = a.feed WHERE a.id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1) {
		k->id = id;
		k->feed = db_get_int(q, 0);
		k->kind = db_get_int(q, 1) == ADDRESS_LISTING ?
		    ADDRESS_LISTING : ADDRESS_DOCUMENT;
		k->root = db_get_int(q, 2) != 0;
		k->listing = k->root || k->kind == ADDRESS_LISTING;
		k->woken = db_get_int(q, 3) != 0;
		k->tries = db_get_int(q, 4);
		text_copy(k->sha256, sizeof(k->sha256), db_get_text(q, 5));
		text_copy(k->url, sizeof(k->url), db_get_text(q, 6));
		text_copy(k->format, sizeof(k->format), db_get_text(q, 7));
		text_copy(k->name, sizeof(k->name), db_get_text(q, 8));
	}
	db_done(q);
	if (rc == 0)
		return err_input(err, "the store knows no address %lld",
		    (long long)id);
	return rc == -1 ? -1 : 0;
}

/* The body's id; its bytes are kept once. */
static int
body_keep(struct store *s, const char *sha256, const void *body, size_t len,
    int64_t *ret_id, struct err *err)
{
	struct zipped z;

	struct stmt *q = db_use(s->db,
	    "SELECT id FROM body WHERE sha256 = $1");
	db_text(q, sha256);
	if (db_number(q, 0, ret_id, err) == -1)
		return -1;
	if (*ret_id != 0)
		return 0;
	if (zip_pack(s->zip, body, len, &z, err) == -1)
		return -1;
	q = db_use(s->db, "INSERT INTO body (sha256, size, codec, bytes) "
	    "VALUES ($1, $2, $3, $4) RETURNING id");
	db_text(q, sha256);
	db_int(q, (int64_t)len);
	db_text(q, z.codec);
	db_bytes(q, z.bytes, z.len);
	return db_number(q, 0, ret_id, err);
}

static int
document_add(struct store *s, const struct known *k, const struct fetched *f,
    int64_t body, const char *aside, int64_t now, int64_t *ret_id,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "INSERT INTO document (feed, address, "
	    "body, kind, format, url, media_type, http_status, hash_check, "
	    "received, state, wrong_hash, since, due, why) VALUES ($1, $2, $3, "
	    "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
	    "RETURNING id");

	db_int(q, k->feed);
	db_int(q, k->id);
	db_int(q, body);
	db_int(q, k->kind);
	db_text(q, k->format);
	db_text(q, f->url[0] != '\0' ? f->url : k->url);
	db_text(q, f->media_type);
	db_int(q, f->status);
	db_text(q, hash_check_name(f->hash));
	db_int(q, now);
	db_text(q, aside[0] != '\0' ? "aside" : "new");
	db_int(q, aside[0] != '\0');
	db_int(q, now);
	db_int(q, now);
	db_text(q, aside);
	return db_number(q, 0, ret_id, err);
}

/* The same bytes once more, and nothing is wrong with them now: if they had
 * been set aside for a wrong hash, they are new. *ret_id 0 if not. */
static int
document_clear(struct store *s, const struct known *k, const char *sha256,
    enum hash_check hash, int64_t now, int64_t *ret_id, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE document SET state = 'new', "
	    "due = $1, since = $2, tries = 0, why = '', wrong_hash = 0, "
	    "hash_check = $3 WHERE address = $4 AND state = 'aside' "
	    "AND wrong_hash = 1 AND body = (SELECT id FROM body "
	    "WHERE sha256 = $5) RETURNING id");

	db_int(q, now);
	db_int(q, now);
	db_text(q, hash_check_name(hash));
	db_int(q, k->id);
	db_text(q, sha256);
	return db_number(q, 0, ret_id, err);
}

/* Bytes came: kept, unless they are the ones that we have. */
static int
take_document(struct store *s, struct known *k, const struct fetched *f,
    const void *body, size_t len, const char *aside, int64_t now,
    int64_t *ret_document, struct err *err)
{
	char sha256[SHA256_TEXT];
	int64_t body_id = 0;

	digest_sha256_hex(body, len, sha256);
	if (strcmp(sha256, k->sha256) == 0) {
		if (aside[0] != '\0')
			return 0;
		if (document_clear(s, k, sha256, f->hash, now, ret_document,
		    err) == -1)
			return -1;
		return *ret_document == 0 ? 0 : journal_add(s, now, "document",
		    k->url, err, "document %lld of feed %s is right now",
		    (long long)*ret_document, k->name);
	}
	memcpy(k->sha256, sha256, sizeof(sha256));
	if (body_keep(s, sha256, body, len, &body_id, err) == -1 ||
	    document_add(s, k, f, body_id, aside, now, ret_document,
	    err) == -1)
		return -1;
	return journal_add(s, now, aside[0] != '\0' ? "document-aside" :
	    "document", k->url, err, "document %lld of feed %s, %zu bytes, "
	    "sha256 %s%s%s", (long long)*ret_document, k->name, len, sha256,
	    aside[0] != '\0' ? ": " : "", aside);
}

/* The feed's health. Only its listings say that it is well: documents may
 * still be coming while the listing has long been silent. */
static int
health(struct store *s, const struct known *k, bool well, const char *reason,
    int64_t now, struct err *err)
{
	struct stmt *q;

	if (well && !k->listing)
		return 0;
	if (well) {
		q = db_use(s->db,
		    "UPDATE feed SET last_success = $1 WHERE id = $2");
		db_int(q, now);
	} else {
		q = db_use(s->db, "UPDATE feed SET last_failure = $1, "
		    "reason = $2 WHERE id = $3");
		db_int(q, now);
		db_text(q, reason);
	}
	db_int(q, k->feed);
	return db_run(q, NULL, err);
}

/* The address rests. etag "" with keep_etag: the former one stays (a 304 need
 * not repeat it). */
static int
address_done(struct store *s, const struct known *k, const struct fetched *f,
    bool keep_etag, int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE address SET state = $1, "
	    "due = $2, woken = 0, owner = '', tries = 0, not_before = 0, "
	    "sha256 = $3, etag = CASE WHEN $4 = 1 AND $5 = '' THEN etag "
	    "ELSE $5 END, "
	    "last_modified = CASE WHEN $4 = 1 AND $6 = '' "
	    "THEN last_modified ELSE $6 END WHERE id = $7");

	db_text(q, f->result == FETCH_GONE ? "gone" :
	    k->woken ? "due" : "done");
	db_int(q, now);
	db_text(q, k->sha256);
	db_int(q, keep_etag);
	db_text(q, f->etag);
	db_text(q, f->last_modified);
	db_int(q, k->id);
	if (db_run(q, NULL, err) == -1)
		return -1;
	return k->tries == 0 ? 0 : journal_add(s, now, "fetch-again", k->url,
	    err, "feed %s, after %lld failures", k->name,
	    (long long)k->tries);
}

/* When to try again, and until when the server does not want to be asked. */
struct again {
	int64_t		 at, not_before;
};

/* Not this time. Only the first failure in a row is written down. `forget`: the
 * bytes that came are not to be taken for known by the server. */
static int
address_failed(struct store *s, const struct known *k, const char *word,
    const char *reason, bool forget, const struct again *again, int64_t now,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE address SET state = 'due', "
	    "due = $1, woken = 0, owner = '', tries = tries + 1, sha256 = $2, "
	    "etag = CASE WHEN $3 = 1 THEN '' ELSE etag END, "
	    "last_modified = CASE WHEN $3 = 1 THEN '' ELSE last_modified END, "
	    "not_before = $4 WHERE id = $5");

	db_int(q, again->at);
	db_text(q, k->sha256);
	db_int(q, forget);
	db_int(q, again->not_before);
	db_int(q, k->id);
	if (db_run(q, NULL, err) == -1 ||
	    health(s, k, false, reason, now, err) == -1)
		return -1;
	return k->tries != 0 ? 0 : journal_add(s, now, "fetch-failed", k->url,
	    err, "feed %s, %s: %s", k->name, word, reason);
}

/* 404 of a listing: it is asked again at the next poll. */
static int
address_gone(struct store *s, const struct known *k, const struct fetched *f,
    int64_t now, struct err *err)
{
	const char *reason = f->reason[0] != '\0' ? f->reason : "gone";

	if (address_done(s, k, f, true, now, err) == -1)
		return -1;
	struct stmt *q = db_use(s->db, "UPDATE address SET tries = $1 "
	    "WHERE id = $2");
	db_int(q, k->tries + 1);
	db_int(q, k->id);
	if (db_run(q, NULL, err) == -1 ||
	    health(s, k, false, reason, now, err) == -1)
		return -1;
	return journal_add(s, now, "fetch-gone", k->url, err, "feed %s: %s",
	    k->name, reason);
}

static int
fetched(struct store *s, struct known *k, const struct fetched *f,
    const void *body, size_t len, const char *aside, int64_t next_at,
    int64_t now, int64_t *ret_document, struct err *err)
{
	const struct again again = { next_at, f->not_before };

	switch (f->result) {
	case FETCH_DOCUMENT:
		if (take_document(s, k, f, body, len, aside, now, ret_document,
		    err) == -1)
			return -1;
		if (aside[0] != '\0' && next_at > 0)
			return address_failed(s, k, "set aside", aside, true,
			    &again, now, err);
		if (address_done(s, k, f, false, now, err) == -1)
			return -1;
		return health(s, k, aside[0] == '\0', aside, now, err);
	case FETCH_UNCHANGED:
		if (address_done(s, k, f, true, now, err) == -1)
			return -1;
		return health(s, k, true, "", now, err);
	case FETCH_GONE:
		if (k->listing)
			return address_gone(s, k, f, now, err);
		/* a document that is listed and not there may come yet */
		/* FALLTHROUGH */
	case FETCH_FAILED:
	case FETCH_FORBIDDEN:
		return address_failed(s, k, fetch_result_name(f->result),
		    f->reason, false, &again, now, err);
	}
	bug("fetch result %d", (int)f->result);
}

int
store_fetched(struct store *s, int64_t address, const struct fetched *f,
    const void *body, size_t len, const char *aside, int64_t next_at,
    int64_t now, int64_t *ret_document, struct err *err)
{
	struct known k = { .id = 0 };
	int64_t document = 0;

	if (len > DOCUMENT_MAX)
		return err_limit(err, "document of %zu bytes, more than the %u "
		    "allowed", len, DOCUMENT_MAX);
	if (store_begin(s, err) == -1)
		return -1;
	int rc = known_get(s, address, &k, err);
	if (rc == 0)
		rc = fetched(s, &k, f, body, len, aside, next_at, now,
		    &document, err);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_document = document;
	return rc;
}

int
store_address_again(struct store *s, int64_t address, const char *why,
    int64_t next_at, int64_t now, struct err *err)
{
	struct known k = { .id = 0 };

	if (store_begin(s, err) == -1)
		return -1;
	int rc = known_get(s, address, &k, err);
	if (rc == 0 && why[0] != '\0') {
		rc = address_failed(s, &k, "no answer", why, false,
		    &(struct again){ next_at, 0 }, now, err);
	} else if (rc == 0) {
		struct stmt *q = db_use(s->db, "UPDATE address SET due = $1, "
		    "owner = '' WHERE id = $2");
		db_int(q, next_at);
		db_int(q, address);
		rc = db_run(q, NULL, err);
	}
	return store_end(s, rc, err);
}
