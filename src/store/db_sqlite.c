#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/err.h"
#include "base/mem.h"

#define BUSY_MS 5000		/* another keeper's longest transaction */

struct lite {
	sqlite3	*sql;
	char	*path;
	bool	 soft;		/* synchronous is NORMAL for this one */
};

/* Closing must not write a damaged store's log into it and remove it: the log
 * is what a repair needs. */
static void
leave_as_it_is(struct lite *l)
{
	sqlite3_db_config(l->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* What went wrong, and what to do about it. */
static int
fail(struct lite *l, const char *what, struct err *err)
{
	int code = sqlite3_extended_errcode(l->sql);
	const char *why = sqlite3_errmsg(l->sql);
	int sys = sqlite3_system_errno(l->sql);

	if ((code & 0xff) == SQLITE_IOERR && (sys == ENOSPC || sys == EDQUOT))
		code = SQLITE_FULL;	/* of the shared memory beside it */
	switch (code & 0xff) {
	case SQLITE_FULL:
		errno = ENOSPC;
		return err_sys(err, "store %s: no room (%s); nothing of this "
		    "step was kept: make room on its file system, then it goes "
		    "on by itself", l->path, what);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		errno = EROFS;
		return err_sys(err, "store %s: cannot be written (%s): it "
		    "and its folder must belong to advrelay's user and be "
		    "writable", l->path, what);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		errno = EBUSY;
		return err_sys(err, "store %s: held by another program (%s): "
		    "end it, or wait", l->path, what);
	case SQLITE_NOMEM:
		errno = ENOMEM;
		return err_sys(err, "store %s: %s", l->path, what);
	case SQLITE_IOERR:
		errno = sys != 0 ? sys : EIO;
		return err_sys(err, "store %s: the disk failed (%s: %s): look "
		    "at the kernel's log, then start again", l->path, what,
		    why);
	case SQLITE_CANTOPEN:
		errno = sys != 0 ? sys : EACCES;
		return err_sys(err, "store %s: cannot be opened (%s): its "
		    "folder must exist and be writable", l->path, what);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		leave_as_it_is(l);
		return err_input(err, "store %s: damaged, or no store at all "
		    "(%s: %s). Nothing was changed: keep a copy of it with its "
		    "-wal file, then restore a backup or name another path",
		    l->path, what, why);
	case SQLITE_TOOBIG:
		return err_limit(err, "store %s: too big for one row (%s)",
		    l->path, what);
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		bug("sqlite: %s: %s", what, why);
	default:
		return err_input(err, "store %s: %s: %s", l->path, what, why);
	}
}

static int
lite_script(void *h, const char *sql, struct err *err)
{
	struct lite *l = h;

	if (sqlite3_exec(l->sql, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(l, "script", err);
}

/* One number or word that a pragma answers. */
static int
ask(struct lite *l, const char *sql, char *text, size_t room, int64_t *number,
    struct err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(l->sql, sql, -1, &st, NULL) == SQLITE_OK) {
		int step = sqlite3_step(st);
		if (step == SQLITE_ROW && number != NULL)
			*number = sqlite3_column_int64(st, 0);
		const char *s = step == SQLITE_ROW ?
		    (const char *)sqlite3_column_text(st, 0) : NULL;
		if (text != NULL)
			snprintf(text, room, "%s", s != NULL ? s : "");
		if (step == SQLITE_ROW || step == SQLITE_DONE)
			rc = 0;
	}
	if (rc == -1)
		fail(l, "look", err);
	sqlite3_finalize(st);
	return rc;
}

/* The store holds what others must not read: made by us, for us alone. */
static int
make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);

	if (fd == -1)
		return errno == EEXIST ? 0 : err_sys(err, "store %s: cannot be "
		    "made: its folder must exist and be writable", path);
	close(fd);
	return 0;
}

static int
lite_survey(void *h, int64_t *ret_tables, bool *ret_meta, struct err *err)
{
	struct lite *l = h;
	int64_t tables = 0, meta = 0;

	if (ask(l, "SELECT count(*) FROM sqlite_master", NULL, 0, &tables,
	    err) == -1 || ask(l, "SELECT count(*) FROM sqlite_master "
	    "WHERE type = 'table' AND name = 'meta'", NULL, 0, &meta,
	    err) == -1)
		return -1;
	*ret_tables = tables;
	*ret_meta = meta != 0;
	return 0;
}

static int
settings(struct lite *l, bool read_only, struct err *err)
{
	char mode[16] = "";
	int64_t tables = 0;
	bool meta = false;

	sqlite3_extended_result_codes(l->sql, 1);
	sqlite3_busy_timeout(l->sql, BUSY_MS);
	sqlite3_db_config(l->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(l->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(l->sql, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(l->sql, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_limit(l->sql, SQLITE_LIMIT_ATTACHED, 0);
	if (!read_only) {
		/* the next pragma writes */
		if (lite_survey(l, &tables, &meta, err) == -1)
			return -1;
		if (tables != 0 && !meta)
			return err_input(err, "store %s: this database is not "
			    "a store of advrelay; nothing was changed: name "
			    "another path", l->path);
		if (ask(l, "PRAGMA journal_mode = WAL", mode, sizeof(mode),
		    NULL, err) == -1)
			return -1;
		if (strcmp(mode, "wal") != 0)
			return err_config(err, "store %s: this file system "
			    "has no shared memory for a write-ahead log; put "
			    "the store on a local disk", l->path);
	}
	/* FULL: a commit is on the disk when it returns. No temporary files:
	 * the sandbox knows the state folder only. */
	return lite_script(l, "PRAGMA synchronous = FULL;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA cache_size = -4096;"
	    /* pages that many commits write are copied back once */
	    "PRAGMA wal_autocheckpoint = 4000;"
	    "PRAGMA journal_size_limit = 33554432;", err);
}

static void
lite_close(void *h)
{
	struct lite *l = h;

	sqlite3_close(l->sql);
	free(l->path);
	free(l);
}

static int
lite_open(const char *path, bool read_only, void **ret, struct err *err)
{
	struct stat st;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
	    (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);

	if (path[0] == '\0' || path[0] == ':' ||
	    strncmp(path, "file:", 5) == 0)
		return err_config(err, "store \"sqlite:%s\": a path is wanted",
		    path);
	if (!read_only && make_file(path, err) == -1)
		return -1;
	if (stat(path, &st) == -1)
		return err_sys(err, "store %s", path);
	if (!S_ISREG(st.st_mode))
		return err_config(err, "store %s: not a regular file", path);
	struct lite *l = mem_alloc(sizeof(*l));
	l->path = mem_text(path);
	if (sqlite3_open_v2(path, &l->sql, flags, NULL) != SQLITE_OK) {
		if (l->sql != NULL)
			fail(l, "open", err);
		else
			err_sys(err, "store %s", path);
		lite_close(l);
		return -1;
	}
	if (settings(l, read_only, err) == -1) {
		lite_close(l);
		return -1;
	}
	*ret = l;
	return 0;
}

static int
lite_check(void *h, struct err *err)
{
	struct lite *l = h;
	char said[256] = "";

	if (ask(l, "PRAGMA quick_check(1)", said, sizeof(said), NULL,
	    err) == -1)
		return -1;
	if (strcmp(said, "ok") == 0)
		return 0;
	leave_as_it_is(l);
	return err_input(err, "store %s: damaged (%s). Nothing was changed: "
	    "keep a copy of it with its -wal file, then restore a backup or "
	    "name another path", l->path, said);
}

/* In WAL mode NORMAL leaves the sync to the next commit that is FULL. */
static void
lite_soft(struct lite *l, bool soft)
{
	if (l->soft == soft)
		return;
	if (sqlite3_exec(l->sql, soft ? "PRAGMA synchronous = NORMAL" :
	    "PRAGMA synchronous = FULL", NULL, NULL, NULL) == SQLITE_OK)
		l->soft = soft;
	else if (!soft)
		bug("PRAGMA synchronous = FULL: %s", sqlite3_errmsg(l->sql));
}

static int
lite_begin(void *h, enum db_mode mode, struct err *err)
{
	struct lite *l = h;

	if (!sqlite3_get_autocommit(l->sql))
		bug("a transaction inside a transaction");
	lite_soft(l, mode == DB_CLAIM);
	if (sqlite3_exec(l->sql, mode == DB_READ ? "BEGIN" : "BEGIN IMMEDIATE",
	    NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(l, "begin", err);
}

static int
lite_commit(void *h, struct err *err)
{
	struct lite *l = h;

	if (sqlite3_exec(l->sql, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(l, "commit", err);
}

/* Some errors have rolled back already. */
static void
lite_rollback(void *h)
{
	struct lite *l = h;

	if (!sqlite3_get_autocommit(l->sql))
		sqlite3_exec(l->sql, "ROLLBACK", NULL, NULL, NULL);
}

/* The page cache; the kernel's holds the same pages. */
static void
lite_rest(void *h)
{
	struct lite *l = h;

	sqlite3_db_release_memory(l->sql);
}

static uint64_t
lite_bytes(void *h)
{
	struct lite *l = h;
	int64_t pages = 0, size = 0;

	if (ask(l, "PRAGMA page_count", NULL, 0, &pages, NULL) == -1 ||
	    ask(l, "PRAGMA page_size", NULL, 0, &size, NULL) == -1)
		return 0;
	return (uint64_t)pages * (uint64_t)size;
}

static int64_t
lite_changes(void *h)
{
	struct lite *l = h;
	return sqlite3_changes64(l->sql);
}

/* $N is a name for SQLite and gets its place by first appearance; the store
 * writes each $N so that this is N, which is looked at here. */
static int
lite_prepare(void *h, const char *sql, void **ret, struct err *err)
{
	struct lite *l = h;
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v3(l->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &st,
	    NULL) != SQLITE_OK)
		return fail(l, "prepare", err);
	int n = sqlite3_bind_parameter_count(st);
	for (int i = 1; i <= n; i++) {
		char name[16];
		snprintf(name, sizeof(name), "$%d", i);
		if (sqlite3_bind_parameter_index(st, name) != i)
			bug("parameters out of order: %s", sql);
	}
	*ret = st;
	return 0;
}

static void
lite_finalize(void *st)
{
	sqlite3_finalize(st);
}

static int
lite_bind_int(void *st, int param, int64_t v)
{
	return sqlite3_bind_int64(st, param, v) == SQLITE_OK ? 0 : -1;
}

static int
lite_bind_text(void *st, int param, const char *s)
{
	return sqlite3_bind_text(st, param, s, -1, SQLITE_STATIC) ==
	    SQLITE_OK ? 0 : -1;
}

static int
lite_bind_bytes(void *st, int param, const void *p, size_t n)
{
	int rc = sqlite3_bind_blob64(st, param, p, n, SQLITE_STATIC);

	/* A row beyond the library's limit is told by the step. */
	if (rc == SQLITE_TOOBIG)
		rc = sqlite3_bind_null(st, param);
	return rc == SQLITE_OK ? 0 : -1;
}

static int
lite_bind_null(void *st, int param)
{
	return sqlite3_bind_null(st, param) == SQLITE_OK ? 0 : -1;
}

static int
lite_step(void *h, void *st, struct err *err)
{
	switch (sqlite3_step(st)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return fail(h, "step", err);
	}
}

static void
lite_reset(void *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

static int64_t
lite_get_int(void *st, int column)
{
	return sqlite3_column_int64(st, column);
}

static const char *
lite_get_text(void *st, int column)
{
	return (const char *)sqlite3_column_text(st, column);
}

static const void *
lite_get_bytes(void *st, int column, size_t *ret_len)
{
	const void *p = sqlite3_column_blob(st, column);

	*ret_len = (size_t)sqlite3_column_bytes(st, column);
	return p != NULL ? p : "";
}

const struct db_driver db_sqlite = {
	.scheme = "sqlite",
	.id_type = "INTEGER PRIMARY KEY",
	.bytes_type = "BLOB",
	.open = lite_open,
	.close = lite_close,
	.check = lite_check,
	.survey = lite_survey,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.script = lite_script,
	.rest = lite_rest,
	.bytes = lite_bytes,
	.changes = lite_changes,
	.prepare = lite_prepare,
	.finalize = lite_finalize,
	.bind_int = lite_bind_int,
	.bind_text = lite_bind_text,
	.bind_bytes = lite_bind_bytes,
	.bind_null = lite_bind_null,
	.step = lite_step,
	.reset = lite_reset,
	.get_int = lite_get_int,
	.get_text = lite_get_text,
	.get_bytes = lite_get_bytes,
};
