#include "contract/store.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"

#include "inner.h"

/* Is any advisory still to be matched with the devices in use? */
static int
any_again(struct store *s, bool *ret, struct err *err)
{
	return db_any(db_use(s->db, "SELECT 1 FROM advisory "
	    "WHERE state = 'new' AND again = 1 LIMIT 1"), ret, err);
}

int
store_gathered(struct store *s, struct arena *mem, struct gathered **ret,
    uint32_t *ret_n, struct err *err)
{
	struct gathered *list = NULL;
	uint32_t n = 0;
	bool again = false;
	int rc;

	*ret = NULL;
	*ret_n = 0;
	if (any_again(s, &again, err) == -1)
		return -1;
	if (again)
		return 0;
	struct stmt *q = db_use(s->db, "SELECT sink, recipient, count(*) "
	    "FROM delivery WHERE state = 'gathered' "
	    "GROUP BY sink, recipient ORDER BY sink, recipient");
	while ((rc = db_step(q, err)) == 1) {
		list = arena_more(mem, list, n, sizeof(*list));
		list[n].sink = arena_text(mem, db_get_text(q, 0));
		list[n].recipient = arena_text(mem, db_get_text(q, 1));
		list[n++].n = (uint32_t)db_get_int(q, 2);
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret = list;
	*ret_n = n;
	return 0;
}

int
store_gathered_alerts(struct store *s, const struct gathered *of,
    struct gathered_alert *ret, uint32_t room, uint32_t *ret_n,
    struct err *err)
{
	uint32_t n = 0;
	int rc = 0;

	struct stmt *q = db_use(s->db, "SELECT id, alert FROM delivery "
	    "WHERE state = 'gathered' AND sink = $1 AND recipient = $2 "
	    "ORDER BY id LIMIT $3");
	db_text(q, of->sink);
	db_text(q, of->recipient);
	db_int(q, room);
	while (n < room && (rc = db_step(q, err)) == 1) {
		ret[n].delivery = db_get_int(q, 0);
		ret[n++].alert = db_get_int(q, 1);
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret_n = n;
	return 0;
}

/* Due in the order per key, as if it had been made now. */
static int
due_by_itself(struct store *s, int64_t delivery, int64_t now, struct err *err)
{
	struct stmt *q = db_use(s->db, "UPDATE delivery SET state = 'due', "
	    "due = $1, held = CASE WHEN EXISTS (SELECT 1 FROM delivery o "
	    "WHERE o.key = delivery.key AND o.sink = delivery.sink "
	    "AND o.recipient = delivery.recipient AND o.state = 'due' "
	    "AND o.held = 0) THEN 1 ELSE 0 END "
	    "WHERE id = $2 AND state = 'gathered'");

	db_int(q, now);
	db_int(q, delivery);
	return db_run(q, NULL, err);
}

/* What a later revision of its key waited for is over. */
static int
told_by(struct store *s, int64_t delivery, const char *digest, int64_t now,
    struct err *err)
{
	struct arena mem = ARENA_INIT;
	const char *key = NULL, *sink = NULL, *recipient = NULL;
	int64_t alert = 0;

	struct stmt *q = db_use(s->db, "UPDATE delivery SET state = 'told', "
	    "held = 0, settled_at = $1, receipt = $2 "
	    "WHERE id = $3 AND state = 'gathered' "
	    "RETURNING key, sink, recipient, alert");
	db_int(q, now);
	db_text(q, digest);
	db_int(q, delivery);
	int rc = db_step(q, err);
	if (rc == 1) {
		key = arena_text(&mem, db_get_text(q, 0));
		sink = arena_text(&mem, db_get_text(q, 1));
		recipient = arena_text(&mem, db_get_text(q, 2));
		alert = db_get_int(q, 3);
	}
	db_done(q);
	if (rc == 1)
		rc = delivery_release(s, key, sink, recipient, err);
	if (rc == 0 && key != NULL)
		rc = journal_add_alert(s, now, "told", key, alert, err,
		    "%s%s%s by the digest %s", sink,
		    recipient[0] != '\0' ? " " : "", recipient, digest);
	arena_clear(&mem);
	return rc;
}

int
store_gathered_told(struct store *s, const struct gathered_alert *list,
    uint32_t n, const struct dispatch *out, int64_t now, struct err *err)
{
	char digest[EVENT_ID_TEXT];
	int rc = 0;

	if (store_begin(s, err) == -1)
		return -1;
	if (out != NULL) {
		rc = dispatch_add(s, out, 0, 0, now, NULL, err);
		alert_event_id(&out->alert, digest);
	}
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = out == NULL ?
		    due_by_itself(s, list[i].delivery, now, err) :
		    told_by(s, list[i].delivery, digest, now, err);
	return store_end(s, rc, err);
}
