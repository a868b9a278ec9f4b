#include "schema.h"

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

#include "db.h"

/* In every table that work is claimed from, `due` is when a row may next be
 * handed out: its turn, or the end of the lease while `owner` is set; due_was
 * is its turn before it was claimed. The partial indices hold only what waits,
 * in the order in which it is handed out. `woken` on a claimed row: what it
 * claims has changed meanwhile, so that it is due again once it is done. */
static const char first[] =
"CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"

/* alert: the subject is its key, by which the line is found: keys are random,
 * and an index of them would cost a page for each outcome. */
"CREATE TABLE journal (id @ID@, at BIGINT NOT NULL, event TEXT NOT NULL,"
" subject TEXT NOT NULL, said TEXT NOT NULL, hash TEXT NOT NULL,"
" alert BIGINT NOT NULL DEFAULT 0);"
"CREATE INDEX journal_subject ON journal (subject, id) WHERE alert = 0;"
"CREATE INDEX journal_alert ON journal (alert, id) WHERE alert <> 0;"

"CREATE TABLE feed (id @ID@, name TEXT NOT NULL UNIQUE,"
" configured BIGINT NOT NULL, next_poll BIGINT NOT NULL,"
" last_success BIGINT NOT NULL DEFAULT 0,"
" last_failure BIGINT NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '');"
"CREATE INDEX feed_poll ON feed (next_poll) WHERE configured = 1;"

/* rest: 0 awake, 1 its feed has left, 2 left over from a former root */
"CREATE TABLE address (id @ID@, feed BIGINT NOT NULL REFERENCES feed (id),"
" kind BIGINT NOT NULL, root BIGINT NOT NULL, url TEXT NOT NULL,"
" alt TEXT NOT NULL, format TEXT NOT NULL, updated TEXT NOT NULL,"
" hash_url TEXT NOT NULL, signature_url TEXT NOT NULL,"
" etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '',"
" sha256 TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,"
" rest BIGINT NOT NULL DEFAULT 0, woken BIGINT NOT NULL DEFAULT 0,"
" due BIGINT NOT NULL, due_was BIGINT NOT NULL DEFAULT 0,"
" owner TEXT NOT NULL DEFAULT '', tries BIGINT NOT NULL DEFAULT 0,"
" not_before BIGINT NOT NULL DEFAULT 0, UNIQUE (feed, url));"
"CREATE INDEX address_due ON address (kind, due, id)"
" WHERE state = 'due' AND rest = 0;"
"CREATE INDEX address_feed_due ON address (feed, kind, due, id)"
" WHERE state = 'due' AND rest = 0;"
"CREATE INDEX address_listing ON address (feed) WHERE kind = 0 OR root = 1;"
"CREATE INDEX address_failing ON address (feed) WHERE tries > 0;"
"CREATE INDEX address_owner ON address (owner) WHERE owner <> '';"

"CREATE TABLE body (id @ID@, sha256 TEXT NOT NULL UNIQUE,"
" size BIGINT NOT NULL, codec TEXT NOT NULL, bytes @BYTES@ NOT NULL);"

"CREATE TABLE document (id @ID@, feed BIGINT NOT NULL REFERENCES feed (id),"
" address BIGINT NOT NULL REFERENCES address (id),"
" body BIGINT NOT NULL REFERENCES body (id), kind BIGINT NOT NULL,"
" format TEXT NOT NULL, url TEXT NOT NULL, media_type TEXT NOT NULL,"
" http_status BIGINT NOT NULL, hash_check TEXT NOT NULL,"
" received BIGINT NOT NULL, state TEXT NOT NULL,"
" wrong_hash BIGINT NOT NULL DEFAULT 0, since BIGINT NOT NULL,"
" due BIGINT NOT NULL, due_was BIGINT NOT NULL DEFAULT 0,"
" owner TEXT NOT NULL DEFAULT '', tries BIGINT NOT NULL DEFAULT 0,"
" why TEXT NOT NULL DEFAULT '', remarks TEXT NOT NULL DEFAULT '');"
"CREATE INDEX document_due ON document (due, id) WHERE state = 'new';"
"CREATE INDEX document_aside ON document (since, id) WHERE state = 'aside';"
"CREATE INDEX document_feed ON document (feed);"
"CREATE INDEX document_address ON document (address);"
"CREATE INDEX document_body ON document (body);"
"CREATE INDEX document_owner ON document (owner) WHERE owner <> '';"

/* One revision each. again: it was matched with former devices and waits for
 * those in use. Of one (ns, advisory_id) one at most is not superseded. */
"CREATE TABLE advisory (id @ID@,"
" document BIGINT NOT NULL REFERENCES document (id),"
" feed BIGINT NOT NULL REFERENCES feed (id), ns TEXT NOT NULL,"
" advisory_id TEXT NOT NULL, publisher TEXT NOT NULL, title TEXT NOT NULL,"
" version TEXT NOT NULL, url TEXT NOT NULL, topics BIGINT NOT NULL,"
" initial_at BIGINT NOT NULL, current_at BIGINT NOT NULL,"
" received BIGINT NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL,"
" woken BIGINT NOT NULL DEFAULT 0, again BIGINT NOT NULL DEFAULT 0,"
" since BIGINT NOT NULL,"
" due BIGINT NOT NULL, due_was BIGINT NOT NULL DEFAULT 0,"
" owner TEXT NOT NULL DEFAULT '', tries BIGINT NOT NULL DEFAULT 0,"
" why TEXT NOT NULL DEFAULT '', left_out BIGINT NOT NULL DEFAULT 0,"
" size BIGINT NOT NULL, codec TEXT NOT NULL, bytes @BYTES@ NOT NULL);"
"CREATE UNIQUE INDEX advisory_live ON advisory (ns, advisory_id)"
" WHERE state <> 'superseded';"
"CREATE INDEX advisory_name ON advisory (advisory_id, ns);"
"CREATE INDEX advisory_due ON advisory (due, id) WHERE state = 'new';"
"CREATE INDEX advisory_again ON advisory (id)"
" WHERE state = 'new' AND again = 1;"
"CREATE INDEX advisory_matched ON advisory (id) WHERE state = 'matched';"
"CREATE INDEX advisory_aside ON advisory (since, id) WHERE state = 'aside';"
"CREATE INDEX advisory_document ON advisory (document);"
"CREATE INDEX advisory_owner ON advisory (owner) WHERE owner <> '';"

"CREATE TABLE match_ (id @ID@,"
" advisory BIGINT NOT NULL REFERENCES advisory (id),"
" device_id TEXT NOT NULL, list TEXT NOT NULL, status TEXT NOT NULL,"
" confidence TEXT NOT NULL, severity TEXT NOT NULL,"
" exploited BIGINT NOT NULL, packed @BYTES@ NOT NULL);"
"CREATE INDEX match_advisory ON match_ (advisory);"
"CREATE INDEX match_device ON match_ (device_id, list);"

"CREATE TABLE alert (id @ID@, key TEXT NOT NULL, rev BIGINT NOT NULL,"
" event TEXT NOT NULL, severity TEXT NOT NULL, title TEXT NOT NULL,"
" route TEXT NOT NULL, at BIGINT NOT NULL, matches BIGINT NOT NULL,"
" advisory BIGINT REFERENCES advisory (id),"
" document BIGINT REFERENCES document (id),"
" size BIGINT NOT NULL, codec TEXT NOT NULL, bytes @BYTES@ NOT NULL);"
"CREATE INDEX alert_key ON alert (key, rev);"
"CREATE INDEX alert_advisory ON alert (advisory);"
"CREATE INDEX alert_document ON alert (document);"

/* delivered and dropped are counted here: there may be millions of them */
"CREATE TABLE sink (id @ID@, name TEXT NOT NULL UNIQUE,"
" paused_until BIGINT NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
" last_delivered BIGINT NOT NULL DEFAULT 0,"
" delivered BIGINT NOT NULL DEFAULT 0, dropped BIGINT NOT NULL DEFAULT 0);"

/* held: an earlier one of the same key to the same receiver is still due */
"CREATE TABLE delivery (id @ID@,"
" alert BIGINT NOT NULL REFERENCES alert (id), key TEXT NOT NULL,"
" rev BIGINT NOT NULL, event TEXT NOT NULL, sink TEXT NOT NULL,"
" recipient TEXT NOT NULL, state TEXT NOT NULL, held BIGINT NOT NULL,"
" since BIGINT NOT NULL, due BIGINT NOT NULL,"
" due_was BIGINT NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '',"
" tries BIGINT NOT NULL DEFAULT 0, settled_at BIGINT NOT NULL DEFAULT 0,"
" code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',"
" receipt TEXT NOT NULL DEFAULT '',"
" UNIQUE (key, sink, recipient, rev, event));"
"CREATE INDEX delivery_due ON delivery (sink, due, id)"
" WHERE state = 'due' AND held = 0;"
"CREATE INDEX delivery_waiting ON delivery (since, sink)"
" WHERE state = 'due';"
"CREATE INDEX delivery_held ON delivery (id) WHERE held = 1;"
"CREATE INDEX delivery_gathered ON delivery (sink, recipient, id)"
" WHERE state = 'gathered';"
"CREATE INDEX delivery_refused ON delivery (since, sink)"
" WHERE state = 'refused';"
"CREATE INDEX delivery_alert ON delivery (alert);"
"CREATE INDEX delivery_owner ON delivery (owner) WHERE owner <> '';"

"CREATE TABLE list_ (name TEXT PRIMARY KEY, kept_at BIGINT NOT NULL,"
" sha256 TEXT NOT NULL, size BIGINT NOT NULL, codec TEXT NOT NULL,"
" bytes @BYTES@ NOT NULL);";

const char *const schema_steps[] = { first };
const size_t schema_n_steps = COUNT_OF(schema_steps);

/* Under the writer's lock, so that two keepers do not both take the step. */
static int
version_of(struct db *db, int64_t *ret, struct err *err)
{
	int64_t tables = 0;
	bool meta = false;

	if (db_survey(db, &tables, &meta, err) == -1)
		return -1;
	if (!meta && tables != 0)
		return err_input(err, "this database is not a store of "
		    "advrelay; nothing was changed: name another path");
	if (!meta) {
		*ret = 0;
		return 0;
	}
	struct stmt *q = db_use(db,
	    "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'schema'");
	return db_number(q, 0, ret, err);
}

/* Step number `version`, whole or not at all. */
static int
take(struct db *db, const char *sql, int64_t version, struct err *err)
{
	int64_t have = 0;

	if (db_begin(db, DB_WRITE, err) == -1)
		return -1;
	int rc = version_of(db, &have, err);
	if (rc == 0 && have < version) {
		rc = db_script(db, sql, err);
		if (rc == 0) {
			struct stmt *q = db_use(db, "INSERT INTO meta "
			    "(name, value) VALUES ('schema', CAST($1 AS TEXT)) "
			    "ON CONFLICT (name) DO UPDATE SET "
			    "value = excluded.value");
			db_int(q, version);
			rc = db_run(q, NULL, err);
		}
	}
	if (rc == 0)
		return db_commit(db, err);
	db_rollback(db);
	return err_in(err, "schema step %lld", (long long)version);
}

int
schema_bring(struct db *db, const char *const *steps, size_t n, bool read_only,
    struct err *err)
{
	int64_t have = 0;

	if (version_of(db, &have, err) == -1)
		return -1;
	if (have > (int64_t)n)
		return err_config(err, "the store has schema %lld, this "
		    "advrelay knows %zu at most: use the newer one that made "
		    "it; nothing was changed", (long long)have, n);
	if (have == (int64_t)n)
		return 0;
	if (read_only)
		return err_config(err, "the store has schema %lld and this "
		    "advrelay needs %zu: start \"advrelay run\" once, it "
		    "brings the store up to date", (long long)have, n);
	for (size_t i = (size_t)have; i < n; i++)
		if (take(db, steps[i], (int64_t)i + 1, err) == -1)
			return -1;
	return 0;
}
