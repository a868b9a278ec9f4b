#include "db.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define STMT_ROOM 256u		/* a power of two, twice what the store uses */
#define SCRIPT_MAX (1u << 20)

struct stmt {
	struct db	*db;
	const char	*sql;		/* its address is its name */
	void		*st;
	int		 param;		/* the last bound one */
	bool		 busy, bad;
};

struct db {
	const struct db_driver *driver;
	void		*h;
	struct stmt	 stmts[STMT_ROOM];
	struct err	 prepare_err;	/* of the last that could not be made */
};

static const struct db_driver *const drivers[] = { &db_sqlite };

int
db_open(const char *url, bool read_only, struct db **ret, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(drivers); i++) {
		const struct db_driver *d = drivers[i];
		size_t n = strlen(d->scheme);
		if (strncmp(url, d->scheme, n) != 0 || url[n] != ':')
			continue;
		void *h = NULL;
		if (d->open(url + n + 1, read_only, &h, err) == -1)
			return -1;
		struct db *db = mem_alloc(sizeof(*db));
		db->driver = d;
		db->h = h;
		*ret = db;
		return 0;
	}
	return err_config(err, "store \"%s\": no such kind of store; "
	    "\"sqlite:PATH\" is allowed", url);
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (uint32_t i = 0; i < STMT_ROOM; i++)
		if (db->stmts[i].st != NULL)
			db->driver->finalize(db->stmts[i].st);
	db->driver->close(db->h);
	free(db);
}

int
db_check(struct db *db, struct err *err)
{
	return db->driver->check(db->h, err);
}

int
db_survey(struct db *db, int64_t *ret_tables, bool *ret_meta, struct err *err)
{
	return db->driver->survey(db->h, ret_tables, ret_meta, err);
}

int
db_begin(struct db *db, enum db_mode mode, struct err *err)
{
	return db->driver->begin(db->h, mode, err);
}

int
db_commit(struct db *db, struct err *err)
{
	if (db->driver->commit(db->h, err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* Statements left in the middle by an error would hold the transaction open. */
void
db_rollback(struct db *db)
{
	for (uint32_t i = 0; i < STMT_ROOM; i++)
		if (db->stmts[i].busy)
			db_done(&db->stmts[i]);
	db->driver->rollback(db->h);
}

int
db_script(struct db *db, const char *sql, struct err *err)
{
	struct buf out = BUF_INIT(SCRIPT_MAX);
	const char *at = sql;

	for (const char *mark; (mark = strchr(at, '@')) != NULL;) {
		buf_add(&out, at, (size_t)(mark - at));
		if (strncmp(mark, "@ID@", 4) == 0) {
			buf_puts(&out, db->driver->id_type);
			at = mark + 4;
		} else if (strncmp(mark, "@BYTES@", 7) == 0) {
			buf_puts(&out, db->driver->bytes_type);
			at = mark + 7;
		} else {
			bug("unknown mark in a schema script");
		}
	}
	buf_puts(&out, at);
	if (out.over)
		bug("schema script too long");
	int rc = db->driver->script(db->h, buf_text(&out), err);
	buf_clear(&out);
	return rc;
}

void
db_rest(struct db *db)
{
	db->driver->rest(db->h);
}

uint64_t
db_bytes_used(struct db *db)
{
	return db->driver->bytes(db->h);
}

/* The slot of a statement, or the free one where it belongs. */
static struct stmt *
slot(struct db *db, const char *sql)
{
	uint64_t at = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

	for (uint32_t i = 0; i < STMT_ROOM; i++) {
		struct stmt *q = &db->stmts[(at + i) & (STMT_ROOM - 1)];
		if (q->sql == sql || q->sql == NULL)
			return q;
	}
	bug("more statements than room for them");
}

struct stmt *
db_use(struct db *db, const char *sql)
{
	struct stmt *q = slot(db, sql);

	if (q->busy)
		bug("statement used inside itself: %s", sql);
	if (q->sql == NULL) {
		q->db = db;
		q->sql = sql;
	}
	q->param = 0;
	q->bad = false;
	q->busy = true;
	if (q->st == NULL) {
		err_clear(&db->prepare_err);
		if (db->driver->prepare(db->h, sql, &q->st,
		    &db->prepare_err) == -1)
			q->bad = true;
	}
	return q;
}

void
db_int(struct stmt *q, int64_t v)
{
	if (!q->bad && q->db->driver->bind_int(q->st, ++q->param, v) == -1)
		bug("parameter %d of: %s", q->param, q->sql);
}

void
db_text(struct stmt *q, const char *s)
{
	if (!q->bad && q->db->driver->bind_text(q->st, ++q->param,
	    s != NULL ? s : "") == -1)
		bug("parameter %d of: %s", q->param, q->sql);
}

void
db_bytes(struct stmt *q, const void *p, size_t n)
{
	if (!q->bad && q->db->driver->bind_bytes(q->st, ++q->param,
	    p != NULL ? p : "", n) == -1)
		bug("parameter %d of: %s", q->param, q->sql);
}

void
db_id(struct stmt *q, int64_t id)
{
	if (id != 0)
		db_int(q, id);
	else if (!q->bad && q->db->driver->bind_null(q->st, ++q->param) == -1)
		bug("parameter %d of: %s", q->param, q->sql);
}

int
db_step(struct stmt *q, struct err *err)
{
	if (q->bad) {
		if (err != NULL && err->kind == ERR_NONE)
			*err = q->db->prepare_err;
		return -1;
	}
	return q->db->driver->step(q->db->h, q->st, err);
}

void
db_done(struct stmt *q)
{
	if (q->st != NULL)
		q->db->driver->reset(q->st);
	q->busy = false;
}

int
db_run(struct stmt *q, int64_t *ret_rows, struct err *err)
{
	int rc;

	do {
		rc = db_step(q, err);
	} while (rc == 1);
	if (rc == 0 && ret_rows != NULL)
		*ret_rows = q->db->driver->changes(q->db->h);
	db_done(q);
	return rc;
}

int
db_number(struct stmt *q, int64_t none, int64_t *ret, struct err *err)
{
	int rc = db_step(q, err);

	if (rc != -1)
		*ret = rc == 1 ? db_get_int(q, 0) : none;
	db_done(q);
	return rc == -1 ? -1 : 0;
}

int
db_any(struct stmt *q, bool *ret, struct err *err)
{
	int rc = db_step(q, err);

	db_done(q);
	if (rc == -1)
		return -1;
	*ret = rc == 1;
	return 0;
}

int64_t
db_get_int(struct stmt *q, int column)
{
	return q->db->driver->get_int(q->st, column);
}

const char *
db_get_text(struct stmt *q, int column)
{
	const char *s = q->db->driver->get_text(q->st, column);
	return s != NULL ? s : "";
}

const void *
db_get_bytes(struct stmt *q, int column, size_t *ret_len)
{
	return q->db->driver->get_bytes(q->st, column, ret_len);
}

void
db_each(struct db *db, void (*f)(void *ctx, const char *sql), void *ctx)
{
	for (uint32_t i = 0; i < STMT_ROOM; i++)
		if (db->stmts[i].sql != NULL)
			f(ctx, db->stmts[i].sql);
}
