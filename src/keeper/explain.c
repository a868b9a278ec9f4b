/* explain: the advisory from a file or the store, the device from the lists,
 * the steps from `match`, the routes from the config. It reads beside a running
 * keeper, whose store allows that, and changes nothing. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/advisory.h"
#include "noun/document.h"
#include "noun/index.h"

#include "explain.h"
#include "offline.h"

#define FOUND_MAX 20u

struct work {
	const struct explain_job *job;
	struct arena	 mem;
	struct aliases	 aliases;
	struct pool	*list, *read, *match;
	struct blob	 index_blob, reading_blob, advisory_blob, answer_blob;
	struct index	 ix;
	uint32_t	 device;
	struct explanation x;
	int		 code;		/* of the first complaint */
};

/* An ask that is waited for. */
struct one_ask {
	struct work	*w;
	struct blob	*body;		/* gets the answer's */
	const char	*what;		/* for complaints */
	int		 code;		/* if it cannot be used */
	bool		 done;
};

static int
fail(struct work *w, int code, const char *text)
{
	fprintf(stderr, "advrelay: %s\n", text);
	if (w->code == EX_OK)
		w->code = code;
	return -1;
}

static int
fail_err(struct work *w, int code, const struct err *err)
{
	char text[900];

	return fail(w, code, err_show(err, text, sizeof(text)));
}

static void
ask_done(void *ctx, const struct pool_result *r)
{
	struct one_ask *one = ctx;
	uint32_t devices;
	char text[900];

	one->done = true;
	if (r->answer == NULL) {
		fprintf(stderr, "%s: ", one->what);
		fail(one->w, r->failure != NULL ? one->code : EX_SOFTWARE,
		    r->failure != NULL ? err_show(r->failure, text,
		    sizeof(text)) : r->why);
		return;
	}
	if (one->body == &one->w->index_blob &&
	    offline_reports(r->answer, &one->w->mem, &devices) == -1)
		fail(one->w, EX_NOINPUT, "a device list cannot be read");
	*one->body = *r->body;
	*r->body = (struct blob)BLOB_INIT;
}

/* Asks and waits; the answer's blob is mapped. */
static int
ask_one(struct pool *p, enum ask_kind kind,
    int (*fill)(void *, struct buf *, struct blob *, struct err *),
    struct one_ask *one)
{
	struct pollfd fds[8];
	struct err err = ERR_INIT;

	/* fill and done share the context: the work is in one->w */
	pool_ask(p, &(struct pool_ask){ .kind = kind, .group = "",
	    .fill = fill, .done = ask_done, .ctx = one });
	pool_step(p, NULL, 0, mono_now());
	while (!one->done) {
		size_t n = pool_fds(p, fds, 8);
		if (poll(fds, n, 200) >= 0)
			pool_step(p, fds, n, mono_now());
	}
	if (one->w->code != EX_OK)
		return -1;
	if (one->body->fd == -1 || blob_map(one->body, &err) == -1)
		return fail(one->w, EX_SOFTWARE, "a helper gave no answer");
	return 0;
}

/* ---- the device ---------------------------------------------------------- */

static int
list_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct work *w = ((struct one_ask *)ctx)->w;

	(void)fields;
	if (w->job->conf == NULL)
		return offline_lists(w->job->lists, w->job->n_lists,
		    &w->aliases, body, err);
	struct conf c = *w->job->conf;
	c.aliases = w->aliases;
	return offline_conf_lists(&c, body, err);
}

/* "ID" or "LIST/ID". */
static bool
is_named(const struct device *d, const char *word)
{
	size_t n = strlen(d->list);

	return strcmp(d->id, word) == 0 || (strncmp(word, d->list, n) == 0 &&
	    word[n] == '/' && strcmp(word + n + 1, d->id) == 0);
}

static int
find_device(struct work *w)
{
	const char *word = w->job->device;
	uint32_t n = 0, first = 0, all = index_devices(&w->ix);
	const char *near[2] = { NULL, NULL };

	for (uint32_t i = 0; i < all; i++) {
		const char *id = index_column(&w->ix, i, INDEX_COLUMN_id);
		size_t len = strlen(id), have = strlen(word);
		struct device d;

		if (text_eq_nocase(id, word) && near[0] == NULL)
			near[0] = id;
		/* cheap first: most ids end otherwise */
		if (have < len || strcmp(word + have - len, id) != 0)
			continue;
		index_device(&w->ix, i, &w->mem, &d);
		if (!is_named(&d, word))
			continue;
		if (n++ == 0)
			first = i;
		if (n == 2) {
			struct device f;
			fprintf(stderr, "\"%s\" is in several lists; name one "
			    "of these:\n", word);
			index_device(&w->ix, first, &w->mem, &f);
			fprintf(stderr, "  %s/%s\n", f.list, f.id);
		}
		if (n >= 2)
			fprintf(stderr, "  %s/%s\n", d.list, d.id);
	}
	if (n > 1)
		return fail(w, EX_USAGE, "the device is not unique");
	if (n == 0)
		return fail(w, EX_NOINPUT, arena_printf(&w->mem, "no device "
		    "of the %u in the lists has the id \"%.100s\"%s%s%s", all,
		    word, near[0] != NULL ? "; did you mean \"" : "",
		    near[0] != NULL ? near[0] : "", near[0] != NULL ? "\"?" :
		    ""));
	w->device = first;
	return 0;
}

static int
get_device(struct work *w)
{
	struct one_ask one = { .w = w, .body = &w->index_blob,
	    .what = "device lists", .code = EX_NOINPUT };
	struct err err = ERR_INIT;

	if (ask_one(w->list, ASK_LIST, list_fill, &one) == -1)
		return -1;
	if (index_open(&w->ix, w->index_blob.map, w->index_blob.len,
	    &err) == -1)
		return fail_err(w, EX_SOFTWARE, &err);
	return find_device(w);
}

/* ---- the advisory -------------------------------------------------------- */

/* "FILE" or "FILE#ID". */
static const char *
file_of(struct work *w, const char **ret_id)
{
	const char *word = w->job->advisory, *hash = strrchr(word, '#');
	struct stat st;

	*ret_id = "";
	if (stat(word, &st) == 0)
		return S_ISREG(st.st_mode) ? word : NULL;
	if (hash == NULL)
		return NULL;
	const char *path = arena_text_n(&w->mem, word, (size_t)(hash - word));
	*ret_id = hash + 1;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? path : NULL;
}

static int
read_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct work *w = ((struct one_ask *)ctx)->w;
	struct document doc = { .feed = "", .url = w->x.document,
	    .format = "auto" };

	document_pack(fields, &doc);
	return offline_file(w->x.document, DOCUMENT_MAX, body, err);
}

static int
advisory_of_file(struct work *w, const char *id)
{
	struct one_ask one = { .w = w, .body = &w->reading_blob,
	    .what = w->x.document, .code = EX_DATAERR };
	struct reading reading;
	const void **bytes;
	size_t *lens;
	struct err err = ERR_INIT;
	uint32_t at = 0;

	if (ask_one(w->read, ASK_READ, read_fill, &one) == -1)
		return -1;
	if (reading_unpack(w->reading_blob.map, w->reading_blob.len, &w->mem,
	    &reading, &bytes, &lens, &err) == -1)
		return fail_err(w, EX_SOFTWARE, &err);
	if (reading.n_advisories == 0)
		return fail(w, EX_DATAERR, "the document holds no advisory");
	while (id[0] != '\0' && at < reading.n_advisories &&
	    strcmp(reading.advisories[at].id, id) != 0)
		at++;
	if (at == reading.n_advisories || (id[0] == '\0' &&
	    reading.n_advisories > 1)) {
		fprintf(stderr, "the document holds %u advisories; name one "
		    "as FILE#ID:\n", reading.n_advisories);
		for (uint32_t i = 0; i < reading.n_advisories && i < FOUND_MAX;
		    i++) {
			struct buf shown = BUF_INIT(400);
			text_show_utf8(&shown, reading.advisories[i].id, 300);
			fprintf(stderr, "  %s\n", buf_text(&shown));
			buf_clear(&shown);
		}
		return fail(w, EX_USAGE, "the advisory is not unique");
	}
	w->x.advisory = reading.advisories[at];
	if (blob_of(&w->advisory_blob, "advisory", bytes[at], lens[at],
	    &err) == -1)
		return fail_err(w, EX_OSERR, &err);
	return 0;
}

static void
show_found(const struct found_advisory *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct buf shown = BUF_INIT(2000);

		text_show_utf8(&shown, list[i].ns, 300);
		buf_byte(&shown, '#');
		text_show_utf8(&shown, list[i].advisory_id, 200);
		buf_puts(&shown, "  ");
		text_show_utf8(&shown, list[i].publisher, 100);
		fprintf(stderr, "  %s\n", buf_text(&shown));
		buf_clear(&shown);
	}
}

static int
advisory_of_store(struct work *w, struct store *s)
{
	struct found_advisory *list = arena_alloc(&w->mem,
	    FOUND_MAX * sizeof(*list));
	struct err err = ERR_INIT;
	struct unpack in;
	uint32_t n = 0;

	if (store_advisory_find(s, w->job->advisory, &w->mem, list, FOUND_MAX,
	    &n, &err) == -1)
		return fail_err(w, EX_DATAERR, &err);
	if (n == 0)
		return fail(w, EX_NOINPUT, arena_printf(&w->mem, "no file and "
		    "no advisory in the store is called \"%.300s\"; allowed: "
		    "an advisory's id, its address, NAMESPACE#ID, the key of "
		    "an alert, a document's file", w->job->advisory));
	if (n > 1) {
		fprintf(stderr, "several publishers call one so; name one of "
		    "these:\n");
		show_found(list, n);
		return fail(w, EX_USAGE, "the advisory is not unique");
	}
	w->x.kept = true;
	w->x.found = list[0];
	if (store_advisory_bytes(s, list[0].id, &w->advisory_blob,
	    &err) == -1 || blob_map(&w->advisory_blob, &err) == -1)
		return fail_err(w, EX_DATAERR, &err);
	unpack_open(&in, w->advisory_blob.map, w->advisory_blob.len);
	advisory_unpack(&in, &w->mem, &w->x.advisory);
	if (unpack_done(&in, &err) == -1)
		return fail_err(w, EX_DATAERR, &err);
	return 0;
}

/* ---- the answer ---------------------------------------------------------- */

static int
explain_fill(void *ctx, struct buf *fields, struct blob *body,
    struct err *err)
{
	struct work *w = ((struct one_ask *)ctx)->w;

	pack_u32(fields, w->device);
	return blob_share(body, &w->advisory_blob, err);
}

static int
get_answer(struct work *w)
{
	struct one_ask one = { .w = w, .body = &w->answer_blob,
	    .what = w->job->advisory, .code = EX_DATAERR };
	struct err err = ERR_INIT;

	pool_prelude(w->match, ASK_DEVICES, &w->index_blob);
	if (ask_one(w->match, ASK_EXPLAIN, explain_fill, &one) == -1)
		return -1;
	if (explained_unpack(w->answer_blob.map, w->answer_blob.len, &w->mem,
	    &w->x.answer, &err) == -1)
		return fail_err(w, EX_SOFTWARE, &err);
	return 0;
}

static bool
same_device(const struct device *a, const struct device *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->list, b->list) == 0;
}

/* Does the alert list the device? */
static bool
alert_lists(struct work *w, struct store *s, int64_t alert)
{
	struct buf body = BUF_INIT(ALERT_MAX);
	struct unpack in;
	struct alert a;
	bool found = false;

	if (store_alert_bytes(s, alert, &body, NULL) == 0) {
		unpack_open(&in, body.data, body.len);
		alert_unpack(&in, &w->mem, &a);
		for (uint32_t i = 0; !in.bad && i < a.n_matches && !found; i++)
			found = same_device(&a.matches[i].device,
			    &w->x.answer.match.device);
	}
	buf_clear(&body);
	return found;
}

/* What the store kept of this device, and who was told. */
static int
get_history(struct work *w, struct store *s)
{
	struct explanation *x = &w->x;
	const struct device *d = &x->answer.match.device;
	const char *scopes[2] = { "", d->id };
	struct matching kept = { .n = 0 };
	struct err err = ERR_INIT;

	if (store_matches_of(s, x->advisory.ns, x->advisory.id, &w->mem, &kept,
	    &err) == -1)
		return fail_err(w, EX_DATAERR, &err);
	for (uint32_t i = 0; i < kept.n && x->kept_match == NULL; i++)
		if (same_device(&kept.matches[i].device, d))
			x->kept_match = &kept.matches[i];
	x->told = arena_alloc(&w->mem, TOLD_ROWS * sizeof(*x->told));
	x->told_of = arena_alloc(&w->mem, TOLD_ROWS * sizeof(bool));
	for (int i = 0; i < 2 && x->n_told < TOLD_ROWS; i++) {
		char key[KEY_TEXT];
		uint32_t n = 0;
		alert_key(x->advisory.ns, x->advisory.id, scopes[i], key);
		if (store_told_rows(s, key, &w->mem, x->told + x->n_told,
		    TOLD_ROWS - x->n_told, &n, &err) == -1)
			return fail_err(w, EX_DATAERR, &err);
		for (uint32_t k = x->n_told; k < x->n_told + n; k++)
			x->told_of[k] = k > x->n_told &&
			    x->told[k].alert == x->told[k - 1].alert ?
			    x->told_of[k - 1] :
			    alert_lists(w, s, x->told[k].alert);
		x->n_told += n;
	}
	return 0;
}

static int
explain_all(struct work *w, struct store *s)
{
	const char *id = "", *file = file_of(w, &id);

	if (file != NULL) {
		w->x.document = file;
		if (advisory_of_file(w, id) == -1)
			return -1;
	} else if (s == NULL) {
		return fail(w, EX_NOINPUT, arena_printf(&w->mem, "%.300s is "
		    "no file; without a config the advisory is one",
		    w->job->advisory));
	} else if (advisory_of_store(w, s) == -1) {
		return -1;
	}
	if (get_device(w) == -1 || get_answer(w) == -1)
		return -1;
	/* a file may hold what the store has, too */
	return w->x.kept ? get_history(w, s) : 0;
}

int
keeper_explain(const struct explain_job *job, struct buf *ret)
{
	struct work w = { .job = job, .index_blob = BLOB_INIT,
	    .reading_blob = BLOB_INIT, .advisory_blob = BLOB_INIT,
	    .answer_blob = BLOB_INIT, .code = EX_OK };
	struct err err = ERR_INIT;
	struct store *s = NULL;
	const char *id;

	w.x.conf = job->conf;
	w.x.mem = &w.mem;
	w.x.document = "";
	if (job->conf != NULL)
		for (uint32_t i = 0; i < job->conf->aliases.n; i++) {
			w.aliases.list = arena_more(&w.mem, w.aliases.list,
			    w.aliases.n, sizeof(*w.aliases.list));
			w.aliases.list[w.aliases.n++] =
			    job->conf->aliases.list[i];
		}
	if (offline_aliases(job->aliases, job->n_aliases, &w.mem,
	    &w.aliases) == -1) {
		arena_clear(&w.mem);
		return EX_CONFIG;
	}
	if (job->conf != NULL && file_of(&w, &id) == NULL &&
	    store_open(job->conf->store_url, job->conf->name, true, &s,
	    &err) == -1) {
		fail_err(&w, err.sys == ENOENT ? EX_NOINPUT : EX_DATAERR,
		    &err);
		arena_clear(&w.mem);
		return w.code;
	}
	offline_pools(1, &w.mem, &w.list, &w.read, &w.match);
	if (explain_all(&w, s) == 0)
		explain_json(&w.x, ret);
	pool_free(w.list);
	pool_free(w.read);
	pool_free(w.match);
	blob_clear(&w.index_blob);
	blob_clear(&w.reading_blob);
	blob_clear(&w.advisory_blob);
	blob_clear(&w.answer_blob);
	store_close(s);
	arena_clear(&w.mem);
	return w.code;
}
