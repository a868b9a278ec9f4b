#include "contract/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"

#include "inner.h"

static int
alert_add(struct store *s, const struct alert *a, int64_t advisory,
    int64_t document, int64_t *ret_id, struct err *err)
{
	struct buf packed = BUF_INIT(ALERT_MAX);
	struct zipped z;
	int rc = -1;

	alert_pack(&packed, a);
	if (packed.over) {
		err_limit(err, "alert %s: too large", a->key);
		goto out;
	}
	if (zip_pack(s->zip, packed.data, packed.len, &z, err) == -1)
		goto out;
	struct stmt *q = db_use(s->db, "INSERT INTO alert (key, rev, event, "
	    "severity, title, route, at, matches, advisory, document, size, "
	    "codec, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
	    "$11, $12, $13) RETURNING id");
	db_text(q, a->key);
	db_int(q, a->rev);
	db_text(q, event_name(a->event));
	db_text(q, severity_name(a->severity));
	db_text(q, a->title);
	db_text(q, a->route);
	db_int(q, a->time);
	db_int(q, (int64_t)a->n_matches + a->left_out);
	db_id(q, advisory);
	db_id(q, document);
	db_int(q, (int64_t)packed.len);
	db_text(q, z.codec);
	db_bytes(q, z.bytes, z.len);
	rc = db_number(q, 0, ret_id, err);
out:
	buf_clear(&packed);
	return rc;
}

static int
sink_known(struct store *s, const char *sink, struct err *err)
{
	struct stmt *q = db_use(s->db, "INSERT INTO sink (name) VALUES ($1) "
	    "ON CONFLICT (name) DO NOTHING");

	db_text(q, sink);
	return db_run(q, NULL, err);
}

/* The i-th of d; *ret_id 0: it has been made before. */
static int
delivery_add(struct store *s, const struct dispatch *d, uint32_t i,
    int64_t alert, int64_t now, int64_t *ret_id, struct err *err)
{
	const struct alert *a = &d->alert;
	struct stmt *q = db_use(s->db, "INSERT INTO delivery (alert, key, rev, "
	    "event, sink, recipient, state, held, since, due) VALUES ($1, $2, "
	    "$3, $4, $5, $6, $7, CASE WHEN EXISTS (SELECT 1 FROM delivery o "
	    "WHERE o.key = $2 AND o.sink = $5 AND o.recipient = $6 "
	    "AND o.state IN ('due', 'gathered')) THEN 1 ELSE 0 END, $8, $9) "
	    "ON CONFLICT (key, sink, recipient, rev, event) DO NOTHING "
	    "RETURNING id");

	db_int(q, alert);
	db_text(q, a->key);
	db_int(q, a->rev);
	db_text(q, event_name(a->event));
	db_text(q, d->sinks[i]);
	db_text(q, d->recipients[i]);
	db_text(q, d->gather != NULL && d->gather[i] ? "gathered" : "due");
	db_int(q, now);
	db_int(q, now);
	return db_number(q, 0, ret_id, err);
}

/* The one that stands in the way of a second. */
static int
delivery_former(struct store *s, const struct dispatch *d, int64_t *ret_id,
    struct err *err)
{
	struct stmt *q = db_use(s->db, "SELECT id FROM delivery "
	    "WHERE key = $1 AND sink = $2 AND recipient = $3 AND rev = $4 "
	    "AND event = $5");

	db_text(q, d->alert.key);
	db_text(q, d->sinks[0]);
	db_text(q, d->recipients[0]);
	db_int(q, d->alert.rev);
	db_text(q, event_name(d->alert.event));
	return db_number(q, 0, ret_id, err);
}

/* An alert of which every delivery was made before is not kept again. */
int
dispatch_add(struct store *s, const struct dispatch *d, int64_t advisory,
    int64_t document, int64_t now, int64_t *ret_first, struct err *err)
{
	int64_t alert = 0, first = 0;
	uint32_t made = 0;

	if (alert_add(s, &d->alert, advisory, document, &alert, err) == -1)
		return -1;
	for (uint32_t i = 0; i < d->n; i++) {
		int64_t id = 0;
		if (sink_known(s, d->sinks[i], err) == -1 ||
		    delivery_add(s, d, i, alert, now, &id, err) == -1)
			return -1;
		if (id == 0)
			continue;
		if (first == 0)
			first = id;
		made++;
	}
	if (made == 0 && d->n > 0) {
		struct stmt *q = db_use(s->db,
		    "DELETE FROM alert WHERE id = $1");
		db_int(q, alert);
		if (db_run(q, NULL, err) == -1)
			return -1;
		return ret_first == NULL ? 0 :
		    delivery_former(s, d, ret_first, err);
	}
	if (ret_first != NULL)
		*ret_first = first;
	return journal_add_alert(s, now, "alert", d->alert.key, alert, err,
	    "r%u:%s, route %.100s, %u matches, %u deliveries: %.200s",
	    d->alert.rev, event_name(d->alert.event), d->alert.route,
	    d->alert.n_matches + d->alert.left_out, made, d->alert.title);
}

int
store_alert(struct store *s, const struct dispatch *out, int64_t now,
    int64_t *ret_first_delivery, struct err *err)
{
	int64_t first = 0;

	if (store_begin(s, err) == -1)
		return -1;
	int rc = dispatch_add(s, out, 0, 0, now, &first, err);
	rc = store_end(s, rc, err);
	if (rc == 0)
		*ret_first_delivery = first;
	return rc;
}

int
store_alert_bytes(struct store *s, int64_t alert, struct buf *out,
    struct err *err)
{
	struct zipped z;
	const void *bytes = NULL;

	struct stmt *q = db_use(s->db,
	    "SELECT codec, bytes, size FROM alert WHERE id = $1");

	db_int(q, alert);
	int rc = db_step(q, err);
	if (rc == 0)
		rc = err_input(err, "the store knows no alert %lld",
		    (long long)alert);
	else if (rc == 1) {
		uint64_t size = (uint64_t)db_get_int(q, 2);
		z.codec = db_get_text(q, 0);
		z.bytes = db_get_bytes(q, 1, &z.len);
		rc = zip_bytes(s->zip, &z, size, ALERT_MAX, &bytes, err);
		if (rc == 0)
			buf_add(out, bytes, (size_t)size);
	}
	db_done(q);
	return rc;
}

int
store_sink_pause(struct store *s, const char *sink, int64_t until,
    const char *why, int64_t now, struct err *err)
{
	if (store_begin(s, err) == -1)
		return -1;
	int rc = sink_known(s, sink, err);
	if (rc == 0) {
		struct stmt *q = db_use(s->db, "UPDATE sink SET "
		    "paused_until = $1, reason = $2 WHERE name = $3");
		db_int(q, until);
		db_text(q, why);
		db_text(q, sink);
		rc = db_run(q, NULL, err);
	}
	if (rc == 0)
		rc = journal_add(s, now, until > now ? "sink-rests" :
		    "sink-awake", sink, err, "until %lld: %s",
		    (long long)until, why);
	return store_end(s, rc, err);
}

int
store_sink_paused_until(struct store *s, const char *sink, int64_t *ret,
    struct err *err)
{
	struct stmt *q = db_use(s->db,
	    "SELECT paused_until FROM sink WHERE name = $1");

	db_text(q, sink);
	return db_number(q, 0, ret, err);
}
