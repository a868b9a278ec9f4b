/* store/db.h - a thin driver of a database: the store's floor.
 *
 * A driver is a struct of functions; SQLite is the first (db_sqlite.c, the only
 * file that sees its header), PostgreSQL can be the second. The SQL above it
 * keeps to what both understand: $1 parameters, ON CONFLICT, RETURNING, partial
 * indices, BIGINT and TEXT. In schema scripts @ID@ and @BYTES@ stand for the
 * driver's own types.
 *
 * A statement is known by the address of its text, which must be static. It is
 * prepared at its first use and kept:
 *
 *	struct stmt *q = db_use(db, "SELECT a FROM t WHERE b = $1 AND c = $2");
 *	db_int(q, 7);  db_text(q, "x");		in the order of the numbers
 *	while ((rc = db_step(q, err)) == 1) ... db_get_int(q, 0) ...
 *	db_done(q);
 *
 * Bound text and bytes must live until db_done(); what db_get_* lends lives
 * until the next step. Whatever fails before it is told by db_step(). */
#ifndef STORE_DB_H
#define STORE_DB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum db_mode {
	DB_READ,
	DB_WRITE,	/* durable when the commit returns */
	/* Written, and durable with the next DB_WRITE: for what the next start
	 * would undo anyway (claims). A power cut may lose it, not a crash. */
	DB_CLAIM,
};

struct db_driver {
	const char	*scheme;	/* of the URL */
	const char	*id_type, *bytes_type;
	/* Neither creates nor changes anything if read_only. */
	int	(*open)(const char *place, bool read_only, void **ret,
		    struct err *err);
	void	(*close)(void *h);
	/* Is all that is there whole? ERR_INPUT if not. */
	int	(*check)(void *h, struct err *err);
	/* *ret_tables: how many there are; *ret_meta: one is called "meta". */
	int	(*survey)(void *h, int64_t *ret_tables, bool *ret_meta,
		    struct err *err);
	/* A writer excludes all other writers from begin to the end. */
	int	(*begin)(void *h, enum db_mode mode, struct err *err);
	int	(*commit)(void *h, struct err *err);
	void	(*rollback)(void *h);
	int	(*script)(void *h, const char *sql, struct err *err);
	/* Gives back memory that only makes the next work faster. */
	void	(*rest)(void *h);
	uint64_t (*bytes)(void *h);		/* that it takes on disk */
	int64_t	(*changes)(void *h);		/* rows of the last */

	int	(*prepare)(void *h, const char *sql, void **ret,
		    struct err *err);
	void	(*finalize)(void *st);
	int	(*bind_int)(void *st, int param, int64_t v);
	int	(*bind_text)(void *st, int param, const char *s);
	int	(*bind_bytes)(void *st, int param, const void *p, size_t n);
	int	(*bind_null)(void *st, int param);
	int	(*step)(void *h, void *st, struct err *err);	/* 1, 0, -1 */
	void	(*reset)(void *st);
	int64_t	(*get_int)(void *st, int column);
	const char *(*get_text)(void *st, int column);
	const void *(*get_bytes)(void *st, int column, size_t *ret_len);
};

extern const struct db_driver db_sqlite;

struct db;
struct stmt;

/* "SCHEME:PLACE" */
int	 db_open(const char *url, bool read_only, struct db **ret,
    struct err *err);
void	 db_close(struct db *db);
int	 db_check(struct db *db, struct err *err);
int	 db_survey(struct db *db, int64_t *ret_tables, bool *ret_meta,
    struct err *err);
int	 db_begin(struct db *db, enum db_mode mode, struct err *err);
int	 db_commit(struct db *db, struct err *err); /* or back */
void	 db_rollback(struct db *db); /* harmless without begin */
int	 db_script(struct db *db, const char *sql, struct err *err);
void	 db_rest(struct db *db);
uint64_t db_bytes_used(struct db *db);

struct stmt *db_use(struct db *db, const char *sql);	/* never NULL */
void	 db_int(struct stmt *q, int64_t v);
void	 db_text(struct stmt *q, const char *s);
void	 db_bytes(struct stmt *q, const void *p, size_t n);
void	 db_id(struct stmt *q, int64_t id);		/* 0 binds NULL */
int	 db_step(struct stmt *q, struct err *err);	/* 1 row, 0 end, -1 */
void	 db_done(struct stmt *q);
/* Steps to the end and is done; *ret_rows (or NULL): rows changed. */
int	 db_run(struct stmt *q, int64_t *ret_rows, struct err *err);
/* The first row's first number (`none` without a row), then done. */
int	 db_number(struct stmt *q, int64_t none, int64_t *ret, struct err *err);
/* Is there a row at all? Then done. */
int	 db_any(struct stmt *q, bool *ret, struct err *err);
int64_t	 db_get_int(struct stmt *q, int column);
const char *db_get_text(struct stmt *q, int column);	/* NULL reads as "" */
const void *db_get_bytes(struct stmt *q, int column, size_t *ret_len);

/* Every statement used so far, for the test that looks at their plans. */
void	 db_each(struct db *db, void (*f)(void *ctx, const char *sql),
    void *ctx);
#endif
