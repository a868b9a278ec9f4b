/* store/inner.h - what the files of this room share. */
#ifndef STORE_INNER_H
#define STORE_INNER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "contract/store.h"
#include "db.h"
#include "zip.h"

/* A declared feed: the store's id and its place in the keeper's list. */
struct declared {
	int64_t		 id;
	uint32_t	 index;
};

struct store {
	struct db	*db;
	struct zip	*zip;
	char		*owner;
	struct buf	 line;		/* of the journal, as written */
	/* The journal's last line, within a transaction that has added one. */
	int64_t		 tail;		/* 0 = not known */
	char		 tail_hash[SHA256_TEXT];
	struct declared	*feeds;		/* by id */
	uint32_t	 n_feeds;
	void		 (*hook)(void *ctx, uint64_t n);
	void		*hook_ctx;
	uint64_t	 commits;
};

/* A verb is begin, work, end: end commits if rc is 0, else rolls back, and
 * returns what the verb returns. */
int store_begin(struct store *s, struct err *err);
/* For claims alone: db.h, DB_CLAIM. */
int store_begin_claim(struct store *s, struct err *err);
int store_end(struct store *s, int rc, struct err *err);

int meta_get(struct store *s, const char *name, struct arena *mem,
    const char **ret, struct err *err);		/* "" if it is not there */
int meta_set(struct store *s, const char *name, const char *value,
    struct err *err);

/* A line of the journal, within the verb's transaction. */
int journal_add(struct store *s, int64_t now, const char *event,
    const char *subject, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* The same about an alert: `key` is its key. */
int journal_add_alert(struct store *s, int64_t now, const char *event,
    const char *key, int64_t alert, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));

/* What differs between the claims of what can be due. */
struct claim_kind {
	size_t		 size;		/* of a row as it is handed out */
	/* A row if one is due: $1 now, $2 of. NULL: look anyway. */
	const char	*any;
	/* $1 lease $2 owner $3 now $4 of $5 room; returns (id, due_was). The
	 * second (or NULL) has what the first leaves. */
	const char	*take[2];
	bool		 has_of;	/* else neither has an `of` */
	/* The claimed row. */
	int (*get)(struct store *s, int64_t id, struct arena *mem, void *ret,
	    struct err *err);
};
/* Up to room of them into the array ret; `of` is the feed or sink. */
int claim_due(struct store *s, const struct claim_kind *kind, const char *of,
    int64_t now, int64_t lease, struct arena *mem, void *ret, uint32_t room,
    uint32_t *ret_n, struct err *err);

/* Columns codec, bytes, size of the current row, from column `at` on. */
int store_row_blob(struct store *s, struct stmt *q, int at, size_t max,
    const char *label, struct blob *ret, struct err *err);

/* One alert and its deliveries; *ret_first (or NULL): the first delivery. */
int dispatch_add(struct store *s, const struct dispatch *d, int64_t advisory,
    int64_t document, int64_t now, int64_t *ret_first, struct err *err);
/* The next one of a key to a receiver may go, if none is on its way. */
int delivery_release(struct store *s, const char *key, const char *sink,
    const char *recipient, struct err *err);
#endif
