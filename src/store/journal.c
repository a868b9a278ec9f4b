#include "contract/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/pack.h"
#include "base/text.h"

#include "inner.h"

#define SAID_MAX 1024u		/* one line of the journal */

/* What a line's hash covers; checked by store_journal_verify() below. */
static void
chain(struct buf *b, const char *before, int64_t id, int64_t at,
    const char *event, const char *subject, const char *said,
    char out[SHA256_TEXT])
{
	buf_reset(b);
	pack_str(b, before);
	pack_i64(b, id);
	pack_i64(b, at);
	pack_str(b, event);
	pack_str(b, subject);
	pack_str(b, said);
	digest_sha256_hex(b->data, b->len, out);
}

/* The last line: nobody else writes within this transaction. */
static int
tail_find(struct store *s, struct err *err)
{
	if (s->tail != 0)
		return 0;
	struct stmt *q = db_use(s->db,
	    "SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1");
	int rc = db_step(q, err);
	s->tail_hash[0] = '\0';
	if (rc == 1) {
		s->tail = db_get_int(q, 0);
		snprintf(s->tail_hash, sizeof(s->tail_hash), "%s",
		    db_get_text(q, 1));
	}
	db_done(q);
	return rc == -1 ? -1 : 0;
}

/* One line behind the last. */
static int
append(struct store *s, int64_t now, const char *event, const char *subject,
    int64_t alert, const char *said, struct err *err)
{
	char hash[SHA256_TEXT], about[SAID_MAX + 1];

	if (tail_find(s, err) == -1)
		return -1;
	int64_t id = s->tail + 1;
	snprintf(about, sizeof(about), "%.*s", (int)text_cut(subject, SAID_MAX),
	    subject);
	chain(&s->line, s->tail_hash, id, now, event, about, said, hash);
	struct stmt *q = db_use(s->db, "INSERT INTO journal (id, at, event, "
	    "subject, said, hash, alert) VALUES ($1, $2, $3, $4, $5, $6, $7)");
	db_int(q, id);
	db_int(q, now);
	db_text(q, event);
	db_text(q, about);
	db_text(q, said);
	db_text(q, hash);
	db_int(q, alert);
	int rc = db_run(q, NULL, err);
	if (rc == 0) {
		s->tail = id;
		memcpy(s->tail_hash, hash, sizeof(hash));
	}
	return rc;
}

__attribute__((format(printf, 6, 0)))
static int
add_words(struct store *s, int64_t now, const char *event, const char *subject,
    int64_t alert, const char *fmt, va_list ap, struct err *err)
{
	char said[SAID_MAX + 1];

	vsnprintf(said, sizeof(said), fmt, ap);
	said[text_cut(said, SAID_MAX)] = '\0';
	return append(s, now, event, subject, alert, said, err);
}

int
journal_add(struct store *s, int64_t now, const char *event,
    const char *subject, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int rc = add_words(s, now, event, subject, 0, fmt, ap, err);
	va_end(ap);
	return rc;
}

int
journal_add_alert(struct store *s, int64_t now, const char *event,
    const char *key, int64_t alert, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int rc = add_words(s, now, event, key, alert, fmt, ap, err);
	va_end(ap);
	return rc;
}

int
store_journal(struct store *s, const char *event, const char *subject,
    const char *text, int64_t now, struct err *err)
{
	if (store_begin(s, err) == -1)
		return -1;
	return store_end(s, journal_add(s, now, event, subject, err, "%s",
	    text), err);
}

int
store_journal_read(struct store *s, const char *subject, int64_t after,
    struct arena *mem, struct journal_row *ret, uint32_t room, uint32_t *ret_n,
    struct err *err)
{
	uint32_t n = 0;
	int rc = 0;
	struct stmt *q;

	if (subject[0] == '\0') {
		q = db_use(s->db, "SELECT id, at, event, subject, said, hash "
		    "FROM journal WHERE id > $1 ORDER BY id LIMIT $2");
	} else {
		q = db_use(s->db, "SELECT id, at, event, subject, said, hash "
		    "FROM journal WHERE id IN (SELECT id FROM journal "
		    "WHERE alert = 0 AND subject = $1 AND id > $2 "
		    "UNION ALL SELECT j.id FROM alert a JOIN journal j "
		    "ON j.alert = a.id AND j.alert <> 0 AND j.id > $2 "
		    "WHERE a.key = $1) ORDER BY id LIMIT $3");
		db_text(q, subject);
	}
	db_int(q, after);
	db_int(q, room);
	while (n < room && (rc = db_step(q, err)) == 1) {
		ret[n].id = db_get_int(q, 0);
		ret[n].at = db_get_int(q, 1);
		ret[n].event = arena_text(mem, db_get_text(q, 2));
		ret[n].subject = arena_text(mem, db_get_text(q, 3));
		ret[n].text = arena_text(mem, db_get_text(q, 4));
		ret[n].hash = arena_text(mem, db_get_text(q, 5));
		n++;
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret_n = n;
	return 0;
}

int
store_journal_verify(struct store *s, uint64_t *ret_lines, int64_t *ret_broken,
    char ret_head[SHA256_TEXT], struct err *err)
{
	char last[SHA256_TEXT] = "", hash[SHA256_TEXT];
	int64_t lines = 0, broken = 0;
	int rc;

	struct stmt *q = db_use(s->db, "SELECT id, at, event, subject, said, "
	    "hash FROM journal ORDER BY id");
	while ((rc = db_step(q, err)) == 1) {
		int64_t id = db_get_int(q, 0);
		chain(&s->line, last, lines + 1, db_get_int(q, 1),
		    db_get_text(q, 2), db_get_text(q, 3), db_get_text(q, 4),
		    hash);
		if (id != lines + 1 || strcmp(hash, db_get_text(q, 5)) != 0) {
			broken = lines + 1;
			break;
		}
		memcpy(last, hash, sizeof(last));
		lines++;
	}
	db_done(q);
	if (rc == -1)
		return -1;
	*ret_lines = (uint64_t)lines;
	*ret_broken = broken;
	memcpy(ret_head, last, sizeof(last));
	return 0;
}
