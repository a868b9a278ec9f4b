/* store_find.c - one advisory by what people call it, and what became of it. */
#include "contract/store.h"

#include "base/arena.h"
#include "base/err.h"

#include "inner.h"

#define FOUND "SELECT a.id, a.received, f.name, a.ns, a.advisory_id, "	\
	"a.publisher, a.title, a.version, a.url, a.state, a.why "	\
	"FROM advisory a JOIN feed f ON f.id = a.feed "			\
	"WHERE a.state <> 'superseded' AND "

static int
take_found(struct stmt *q, struct arena *mem, struct found_advisory *ret,
    uint32_t room, uint32_t *n, struct err *err)
{
	int rc = 0;

	while (*n < room && (rc = db_step(q, err)) == 1) {
		struct found_advisory *f = &ret[(*n)++];
		f->id = db_get_int(q, 0);
		f->received = db_get_int(q, 1);
		f->feed = arena_text(mem, db_get_text(q, 2));
		f->ns = arena_text(mem, db_get_text(q, 3));
		f->advisory_id = arena_text(mem, db_get_text(q, 4));
		f->publisher = arena_text(mem, db_get_text(q, 5));
		f->title = arena_text(mem, db_get_text(q, 6));
		f->version = arena_text(mem, db_get_text(q, 7));
		f->url = arena_text(mem, db_get_text(q, 8));
		f->state = arena_text(mem, db_get_text(q, 9));
		f->why = arena_text(mem, db_get_text(q, 10));
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

int
store_advisory_find(struct store *s, const char *word, struct arena *mem,
    struct found_advisory *ret, uint32_t room, uint32_t *ret_n,
    struct err *err)
{
	/* The index answers the first; the others walk, once, for a person. */
	static const char *const ways[] = {
		FOUND "a.advisory_id = $1 ORDER BY a.ns, a.id",
		FOUND "a.id IN (SELECT l.advisory FROM alert l "
		    "WHERE l.key = $1) ORDER BY a.ns, a.id",
		FOUND "$1 <> '' AND (a.url = $1 OR "
		    "a.ns || a.advisory_id = $1 OR "
		    "a.ns || '/' || a.advisory_id = $1 OR "
		    "a.ns || '#' || a.advisory_id = $1 OR a.document IN "
		    "(SELECT d.id FROM document d WHERE d.url = $1)) "
		    "ORDER BY a.ns, a.advisory_id, a.id",
	};

	*ret_n = 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && *ret_n == 0;
	    i++) {
		struct stmt *q = db_use(s->db, ways[i]);
		db_text(q, word);
		if (take_found(q, mem, ret, room, ret_n, err) == -1)
			return -1;
	}
	return 0;
}

int
store_told_rows(struct store *s, const char *key, struct arena *mem,
    struct told_row *ret, uint32_t room, uint32_t *ret_n, struct err *err)
{
	int rc = 0;

	*ret_n = 0;
	struct stmt *q = db_use(s->db, "SELECT a.id, a.at, d.settled_at, "
	    "a.event, a.route, d.sink, d.recipient, d.state, d.code, "
	    "d.reason, d.receipt, a.rev, d.tries FROM alert a "
	    "JOIN delivery d ON d.alert = a.id WHERE a.key = $1 "
	    "ORDER BY a.rev DESC, a.id DESC, d.id");
	db_text(q, key);
	while (*ret_n < room && (rc = db_step(q, err)) == 1) {
		struct told_row *t = &ret[(*ret_n)++];
		t->key = arena_text(mem, key);
		t->alert = db_get_int(q, 0);
		t->at = db_get_int(q, 1);
		t->settled = db_get_int(q, 2);
		t->event = arena_text(mem, db_get_text(q, 3));
		t->route = arena_text(mem, db_get_text(q, 4));
		t->sink = arena_text(mem, db_get_text(q, 5));
		t->recipient = arena_text(mem, db_get_text(q, 6));
		t->state = arena_text(mem, db_get_text(q, 7));
		t->code = arena_text(mem, db_get_text(q, 8));
		t->reason = arena_text(mem, db_get_text(q, 9));
		t->receipt = arena_text(mem, db_get_text(q, 10));
		t->rev = (uint32_t)db_get_int(q, 11);
		t->tries = (uint32_t)db_get_int(q, 12);
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}
