#include "contract/store.h"

#include <string.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"

#include "inner.h"

/* Unchanged bytes are not written again. */
static int
list_same(struct store *s, const char *name, const char *sha256, int64_t now,
    int64_t *ret_same, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE list_ SET kept_at = $1 "
	    "WHERE name = $2 AND sha256 = $3 RETURNING 1");

	db_int(q, now);
	db_text(q, name);
	db_text(q, sha256);
	return db_number(q, 0, ret_same, err);
}

int
store_list_keep(struct store *s, const char *name, const void *bytes,
    size_t len, int64_t now, struct err *err)
{
	char sha256[SHA256_TEXT];
	int64_t same = 0;
	struct zipped z = { .len = 0 };

	if (len > LIST_FILE_MAX)
		return err_limit(err, "device list %s: %zu bytes, more than "
		    "the %u allowed", name, len, LIST_FILE_MAX);
	digest_sha256_hex(bytes, len, sha256);
	if (store_begin(s, err) == -1)
		return -1;
	int rc = list_same(s, name, sha256, now, &same, err);
	if (rc == 0 && same == 0)
		rc = zip_pack(s->zip, bytes, len, &z, err);
	if (rc == 0 && same == 0) {
		struct stmt *q = db_use(s->db, "INSERT INTO list_ (name, "
		    "kept_at, sha256, size, codec, bytes) "
		    "VALUES ($1, $2, $3, $4, $5, $6) "
		    "ON CONFLICT (name) DO UPDATE SET "
		    "kept_at = excluded.kept_at, sha256 = excluded.sha256, "
		    "size = excluded.size, codec = excluded.codec, "
		    "bytes = excluded.bytes");
		db_text(q, name);
		db_int(q, now);
		db_text(q, sha256);
		db_int(q, (int64_t)len);
		db_text(q, z.codec);
		db_bytes(q, z.bytes, z.len);
		rc = db_run(q, NULL, err);
		if (rc == 0)
			rc = journal_add(s, now, "list", name, err,
			    "%zu bytes, sha256 %s", len, sha256);
	}
	return store_end(s, rc, err);
}

int
store_list_last(struct store *s, const char *name, struct blob *ret,
    int64_t *ret_kept_at, struct err *err)
{
	struct blob b = BLOB_INIT;
	int64_t at = 0;

	struct stmt *q = db_use(s->db,
	    "SELECT codec, bytes, size, kept_at FROM list_ WHERE name = $1");
	db_text(q, name);
	int rc = db_step(q, err);
	if (rc == 1) {
		at = db_get_int(q, 3);
		rc = store_row_blob(s, q, 0, LIST_FILE_MAX, "list", &b, err);
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret = b;
	*ret_kept_at = at;
	return 0;
}

/* Every current advisory becomes new again; one that is being matched against
 * the former devices does so when that is done. */
static int
advisories_renew(struct store *s, int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE advisory SET woken = 1 "
	    "WHERE state = 'new' AND owner <> ''");

	if (db_run(q, NULL, err) == -1)
		return -1;
	q = db_use(s->db, "UPDATE advisory SET state = 'new', again = 1, "
	    "due = $1, since = $2, tries = 0 WHERE state = 'matched'");
	db_int(q, now);
	db_int(q, now);
	return db_run(q, NULL, err);
}

int
store_devices_in_use(struct store *s, const char *digest, uint32_t devices,
    int64_t now, bool *ret_changed, struct err *err)
{
	struct arena mem = ARENA_INIT;
	const char *last = "";

	if (store_begin(s, err) == -1)
		return -1;
	int rc = meta_get(s, "devices_digest", &mem, &last, err);
	bool changed = strcmp(last, digest) != 0;
	if (rc == 0 && changed) {
		rc = meta_set(s, "devices_digest", digest, err);
		if (rc == 0)
			rc = meta_set(s, "devices",
			    arena_printf(&mem, "%u", devices), err);
		if (rc == 0)
			rc = advisories_renew(s, now, err);
		if (rc == 0)
			rc = journal_add(s, now, "devices", digest, err,
			    "%u devices in use", devices);
	}
	arena_clear(&mem);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_changed = changed;
	return rc;
}
