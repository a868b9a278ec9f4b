#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "inner.h"

#define REMARKS_TEXT_MAX 16384u	/* of one document's own remarks */

static int
unknown(int64_t document, struct err *err)
{
	return err_input(err, "the store knows no document %lld",
	    (long long)document);
}

static int
new_document_get(struct store *s, int64_t id, struct arena *mem, void *place,
    struct err *err)
{
	struct new_document *ret = place;
	struct stmt *q = db_use(s->db, "SELECT d.address, f.name, d.url, "
	    "d.format, b.size, d.kind FROM document d "
	    "JOIN feed f ON f.id = d.feed JOIN body b ON b.id = d.body "
	    "WHERE d.id = $1");

	db_int(q, id);
	int rc = db_step(q, err);
	if (rc == 1) {
		ret->id = id;
		ret->address = db_get_int(q, 0);
		ret->feed = arena_text(mem, db_get_text(q, 1));
		ret->url = arena_text(mem, db_get_text(q, 2));
		ret->format = arena_text(mem, db_get_text(q, 3));
		ret->size = db_get_int(q, 4);
		ret->kind = db_get_int(q, 5) == ADDRESS_LISTING ?
		    ADDRESS_LISTING : ADDRESS_DOCUMENT;
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

static const struct claim_kind document_claim = {
	.size = sizeof(struct new_document),
	.any = "SELECT 1 FROM document WHERE state = 'new' "
	    "AND due <= $1 LIMIT 1",
	.take = { "UPDATE document SET due_was = due, due = $1, "
	    "owner = $2 WHERE id IN (SELECT id FROM document "
	    "WHERE state = 'new' AND due <= $3 ORDER BY due, id LIMIT $4) "
	    "RETURNING id, due_was" },
	.get = new_document_get,
};

int
store_documents_claim(struct store *s, int64_t now, int64_t lease,
    struct arena *mem, struct new_document *ret, uint32_t room,
    uint32_t *ret_n, struct err *err)
{
	return claim_due(s, &document_claim, "", now, lease, mem, ret, room,
	    ret_n, err);
}

/* Evidence is what it says it is, or it is an error. */
static int
evidence(struct blob *b, const char *sha256, int64_t document, struct err *err)
{
	char is[SHA256_TEXT];

	if (blob_map(b, err) == -1)
		return -1;
	digest_sha256_hex(b->map, b->len, is);
	if (strcmp(is, sha256) == 0)
		return 0;
	return err_input(err, "document %lld is not what was kept: its sha256 "
	    "is %s and was %s", (long long)document, is, sha256);
}

int
store_document_bytes(struct store *s, int64_t document, struct blob *ret,
    struct err *err)
{
	struct blob b = BLOB_INIT;
	char sha256[SHA256_TEXT] = "";

	struct stmt *q = db_use(s->db, "SELECT b.codec, b.bytes, b.size, "
	    "b.sha256 FROM document d JOIN body b ON b.id = d.body "
	    "WHERE d.id = $1");
	db_int(q, document);
	int rc = db_step(q, err);
	if (rc == 0) {
		db_done(q);
		return unknown(document, err);
	}
	if (rc == 1) {
		text_copy(sha256, sizeof(sha256), db_get_text(q, 3));
		rc = store_row_blob(s, q, 0, DOCUMENT_MAX, "document", &b,
		    err);
	}
	db_done(q);
	if (rc == 0)
		rc = evidence(&b, sha256, document, err);
	if (rc == -1) {
		blob_clear(&b);
		return -1;
	}
	*ret = b;
	return 0;
}

int
store_document_origin(struct store *s, int64_t document, struct arena *mem,
    const char **ret_sha256, const char **ret_url, const char **ret_media,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT b.sha256, d.url, d.media_type "
	    "FROM document d JOIN body b ON b.id = d.body WHERE d.id = $1");

	db_int(q, document);
	int rc = db_step(q, err);
	if (rc == 1) {
		*ret_sha256 = arena_text(mem, db_get_text(q, 0));
		*ret_url = arena_text(mem, db_get_text(q, 1));
		*ret_media = arena_text(mem, db_get_text(q, 2));
	}
	db_done(q);
	if (rc == 0)
		return unknown(document, err);
	return rc == -1 ? -1 : 0;
}

/* Of the document that is being read. */
struct origin {
	int64_t	document, feed, now;
	char	url[URL_TEXT_MAX + 1];
};

static int
origin_get(struct store *s, int64_t document, struct origin *o,
    struct err *err)
{
	struct stmt *q = db_use(s->db,
	    "SELECT feed, url FROM document WHERE id = $1");

	db_int(q, document);
	int rc = db_step(q, err);
	if (rc == 1) {
		o->document = document;
		o->feed = db_get_int(q, 0);
		text_copy(o->url, sizeof(o->url), db_get_text(q, 1));
	}
	db_done(q);
	if (rc == 0)
		return unknown(document, err);
	return rc == -1 ? -1 : 0;
}

static int
address_add(struct store *s, const struct origin *o, const struct address *a,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "INSERT INTO address (feed, kind, root, "
	    "url, alt, format, updated, hash_url, signature_url, state, due) "
	    "VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, 'due', $9)");

	db_int(q, o->feed);
	db_int(q, a->kind);
	db_text(q, a->url);
	db_text(q, a->alt);
	db_text(q, a->format);
	db_text(q, a->updated);
	db_text(q, a->hash_url);
	db_text(q, a->signature_url);
	db_int(q, o->now);
	return db_run(q, NULL, err);
}

/* What an address that we know already needs. */
struct listed {
	int64_t	id;
	bool	root, wake, differs;
};

/* Is it known, and does the listing say something new of it? id 0 = unknown.
 *  gone or left over  -> wake
 *  another stamp      -> wake
 *  no stamp, document -> wake, unless it waits already */
static int
address_look(struct store *s, const struct origin *o, const struct address *a,
    struct listed *l, struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT id, root, state, rest, updated, "
	    "kind, alt, format, hash_url, signature_url FROM address "
	    "WHERE feed = $1 AND url = $2");

	*l = (struct listed){ 0 };
	db_int(q, o->feed);
	db_text(q, a->url);
	int rc = db_step(q, err);
	if (rc == 1) {
		const char *state = db_get_text(q, 2);
		bool stamp = strcmp(db_get_text(q, 4), a->updated) != 0;
		l->id = db_get_int(q, 0);
		l->root = db_get_int(q, 1) != 0;
		l->wake = strcmp(state, "gone") == 0 ||
		    db_get_int(q, 3) == 2 || stamp ||
		    (a->updated[0] == '\0' && a->kind == ADDRESS_DOCUMENT &&
		    strcmp(state, "done") == 0);
		l->differs = stamp || db_get_int(q, 5) != (int64_t)a->kind ||
		    strcmp(db_get_text(q, 6), a->alt) != 0 ||
		    strcmp(db_get_text(q, 7), a->format) != 0 ||
		    strcmp(db_get_text(q, 8), a->hash_url) != 0 ||
		    strcmp(db_get_text(q, 9), a->signature_url) != 0;
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

/* One address of a listing. A root stays as it is configured. */
static int
address_listed(struct store *s, const struct origin *o,
    const struct address *a, uint32_t *woken, struct err *err)
{
	struct listed l;

	if (address_look(s, o, a, &l, err) == -1)
		return -1;
	if (l.id == 0) {
		(*woken)++;
		return address_add(s, o, a, err);
	}
	if (l.root || (!l.wake && !l.differs))
		return 0;
	struct stmt *q = db_use(s->db, "UPDATE address SET kind = $1, "
	    "alt = $2, format = $3, updated = $4, hash_url = $5, "
	    "signature_url = $6, rest = CASE WHEN rest = 2 THEN 0 "
	    "ELSE rest END, state = CASE WHEN $7 = 1 THEN 'due' "
	    "ELSE state END, due = CASE WHEN $7 = 1 AND owner = '' THEN $8 "
	    "ELSE due END, woken = CASE WHEN $7 = 1 AND owner <> '' THEN 1 "
	    "ELSE woken END WHERE id = $9");
	db_int(q, a->kind);
	db_text(q, a->alt);
	db_text(q, a->format);
	db_text(q, a->updated);
	db_text(q, a->hash_url);
	db_text(q, a->signature_url);
	db_int(q, l.wake);
	db_int(q, o->now);
	db_int(q, l.id);
	if (l.wake)
		(*woken)++;
	return db_run(q, NULL, err);
}

/* The revision of an advisory that is not superseded; id 0 = none. */
struct live {
	int64_t	id, current;
	bool	same;
};

static int
live_get(struct store *s, const struct advisory *a, const char *sha256,
    struct live *l, struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT id, current_at, sha256 "
	    "FROM advisory WHERE ns = $1 AND advisory_id = $2 "
	    "AND state <> 'superseded'");

	*l = (struct live){ 0 };
	db_text(q, a->ns);
	db_text(q, a->id);
	int rc = db_step(q, err);
	if (rc == 1) {
		l->id = db_get_int(q, 0);
		l->current = db_get_int(q, 1);
		l->same = strcmp(db_get_text(q, 2), sha256) == 0;
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

/* An older revision that we have already, byte for byte? */
static int
kept_already(struct store *s, const struct advisory *a, const char *sha256,
    bool *ret, struct err *err)
{
	int64_t n = 0;

	struct stmt *q = db_use(s->db, "SELECT count(*) FROM advisory "
	    "WHERE advisory_id = $1 AND ns = $2 AND sha256 = $3");
	db_text(q, a->id);
	db_text(q, a->ns);
	db_text(q, sha256);
	if (db_number(q, 0, &n, err) == -1)
		return -1;
	*ret = n != 0;
	return 0;
}

static int
advisory_add(struct store *s, const struct origin *o,
    const struct advisory *a, const void *bytes, size_t len,
    const char *sha256, bool older, struct err *err)
{
	struct zipped z;

	if (zip_pack(s->zip, bytes, len, &z, err) == -1)
		return -1;
	struct stmt *q = db_use(s->db, "INSERT INTO advisory (document, feed, "
	    "ns, advisory_id, publisher, title, version, url, topics, "
	    "initial_at, current_at, received, sha256, state, since, due, "
	    "size, codec, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
	    "$10, $11, $12, $13, $14, $15, $16, $17, $18, $19)");
	db_int(q, o->document);
	db_int(q, o->feed);
	db_text(q, a->ns);
	db_text(q, a->id);
	db_text(q, a->publisher);
	db_text(q, a->title);
	db_text(q, a->version);
	db_text(q, a->url);
	db_int(q, a->topics);
	db_int(q, a->initial);
	db_int(q, a->current);
	db_int(q, o->now);
	db_text(q, sha256);
	db_text(q, older ? "superseded" : "new");
	db_int(q, o->now);
	db_int(q, o->now);
	db_int(q, (int64_t)len);
	db_text(q, z.codec);
	db_bytes(q, z.bytes, z.len);
	return db_run(q, NULL, err);
}

/* A date that is not said is not older than any. */
static int
advisory_read(struct store *s, const struct origin *o,
    const struct advisory *a, const void *bytes, size_t len, uint32_t *fresh,
    struct err *err)
{
	char sha256[SHA256_TEXT];
	struct live live;
	bool kept = false;

	digest_sha256_hex(bytes, len, sha256);
	if (live_get(s, a, sha256, &live, err) == -1)
		return -1;
	if (live.id != 0 && live.same)
		return 0;
	bool older = live.id != 0 && a->current != 0 &&
	    a->current < live.current;
	if (older && kept_already(s, a, sha256, &kept, err) == -1)
		return -1;
	if (kept)
		return 0;
	if (live.id != 0 && !older) {
		struct stmt *q = db_use(s->db, "UPDATE advisory SET "
		    "state = 'superseded', owner = '', woken = 0, since = $1 "
		    "WHERE id = $2");
		db_int(q, o->now);
		db_int(q, live.id);
		if (db_run(q, NULL, err) == -1)
			return -1;
	}
	if (advisory_add(s, o, a, bytes, len, sha256, older, err) == -1)
		return -1;
	if (!older)
		(*fresh)++;
	return journal_add(s, o->now, older ? "advisory-older" :
	    live.id != 0 ? "advisory-revised" : "advisory", a->id, err,
	    "document %lld, version %.64s, %.200s: %.200s",
	    (long long)o->document, a->version, a->publisher, a->title);
}

/* The document's own remarks, a line each. */
static int
document_done(struct store *s, const struct origin *o,
    const struct reading *r, struct err *err)
{
	struct buf text = BUF_INIT(REMARKS_TEXT_MAX);

	if (r->recovered)
		buf_puts(&text, "broken, but could be read\n");
	for (uint32_t i = 0; i < r->n_remarks && !text.over; i++) {
		buf_puts(&text, r->remarks[i]);
		buf_byte(&text, '\n');
	}
	struct stmt *q = db_use(s->db, "UPDATE document SET state = 'read', "
	    "owner = '', why = '', since = $1, remarks = $2 WHERE id = $3");
	db_int(q, o->now);
	db_text(q, buf_text(&text));
	db_int(q, o->document);
	int rc = db_run(q, NULL, err);
	buf_clear(&text);
	return rc;
}

int
store_document_read(struct store *s, int64_t document,
    const struct reading *r, const void *const *bytes, const size_t *lens,
    int64_t now, uint32_t *ret_new_advisories, uint32_t *ret_new_addresses,
    struct err *err)
{
	struct origin o = { .now = now };
	uint32_t advisories = 0, addresses = 0;

	if (r->n_addresses > ADDRESSES_MAX || r->n_advisories > ADVISORIES_MAX)
		return err_limit(err, "document %lld: %u addresses and %u "
		    "advisories, more than allowed", (long long)document,
		    r->n_addresses, r->n_advisories);
	if (store_begin(s, err) == -1)
		return -1;
	int rc = origin_get(s, document, &o, err);
	for (uint32_t i = 0; rc == 0 && i < r->n_addresses; i++)
		rc = address_listed(s, &o, &r->addresses[i], &addresses, err);
	for (uint32_t i = 0; rc == 0 && i < r->n_advisories; i++)
		rc = advisory_read(s, &o, &r->advisories[i], bytes[i], lens[i],
		    &advisories, err);
	if (rc == 0)
		rc = document_done(s, &o, r, err);
	rc = store_end(s, rc, err);
	if (rc == 0) {
		*ret_new_advisories = advisories;
		*ret_new_addresses = addresses;
	}
	return rc;
}

int
store_document_aside(struct store *s, int64_t document, const char *why,
    int64_t now, struct err *err)
{
	struct origin o = { .now = now };

	if (store_begin(s, err) == -1)
		return -1;
	int rc = origin_get(s, document, &o, err);
	if (rc == 0) {
		struct stmt *q = db_use(s->db, "UPDATE document SET "
		    "state = 'aside', owner = '', why = $1, since = $2 "
		    "WHERE id = $3");
		db_text(q, why);
		db_int(q, now);
		db_int(q, document);
		rc = db_run(q, NULL, err);
	}
	if (rc == 0)
		rc = journal_add(s, now, "document-aside", o.url, err,
		    "document %lld: %s", (long long)document, why);
	return store_end(s, rc, err);
}

int
store_document_again(struct store *s, int64_t document,
    uint32_t *ret_tries, struct err *err)
{
	int64_t tries = -1;

	if (store_begin(s, err) == -1)
		return -1;
	struct stmt *q = db_use(s->db, "UPDATE document SET tries = tries + 1, "
	    "due = CASE WHEN owner <> '' THEN due_was ELSE due END, "
	    "owner = '' WHERE id = $1 RETURNING tries");
	db_int(q, document);
	int rc = db_number(q, -1, &tries, err);
	if (rc == 0 && tries == -1)
		rc = unknown(document, err);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_tries = (uint32_t)tries;
	return rc;
}
