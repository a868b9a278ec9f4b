/* `match` without store and config: documents and device lists through the same
 * helpers, in parallel; lines come out in the order of the documents, so that
 * the output does not depend on the number of helpers. */
#include <errno.h>
#include <fcntl.h>
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
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

#include "noun/advisory.h"
#include "noun/device.h"
#include "noun/document.h"
#include "noun/explained.h"
#include "noun/match.h"

#include "offline.h"
#include "offline_lines.h"

/* Documents between the first unprinted and the last asked: bounds memory and
 * open files. */
#define WINDOW	256
#define FDS	512

struct job;

/* One document on its way. */
struct paper {
	struct job	*job;
	const char	*path;
	struct buf	*lines;		/* per advisory, printed at the end */
	struct buf	*near;		/* the same of what almost matched */
	const void	**bytes;
	size_t		*lens;
	struct reading	 reading;
	struct blob	 body;		/* the reading */
	struct arena	 mem;
	uint32_t	 waiting;	/* MATCH asks not answered */
	bool		 done;
	bool		 read;		/* waits for the device lists */
};

struct matching_one {
	struct paper	*paper;
	uint32_t	 i;		/* advisory of the reading */
};

struct job {
	const struct match_job *what;
	struct arena	 mem;
	struct aliases	 aliases;
	struct pool	*list, *read, *match;
	struct blob	 index_blob;
	struct index	 ix;
	struct lines	*lines;
	struct paper	*papers;
	uint32_t	 n, asked, printed;
	bool		 listed, failed;	/* the device lists */
	int		 exit_code;
	uint32_t	 devices;
	uint64_t	 matches, unreadable;
};

/* ---- output -------------------------------------------------------------- */

static void
paper_clear(struct paper *p)
{
	for (uint32_t i = 0; p->lines != NULL && i < p->reading.n_advisories;
	    i++) {
		buf_clear(&p->lines[i]);
		buf_clear(&p->near[i]);
	}
	blob_clear(&p->body);
	arena_clear(&p->mem);
}

static void
near_line_of(struct json_out *j, const struct paper *p,
    const struct advisory *a, const struct near_miss *m)
{
	jout_object(j);
	jout_kv(j, "advisory", a->id);
	jout_kv(j, "publisher", a->publisher);
	jout_kv(j, "namespace", a->ns);
	jout_kv(j, "document", p->path);
	jout_kv(j, "device", m->device.id);
	jout_kv(j, "list", m->device.list);
	jout_kv(j, "status", "near");
	jout_kv(j, "near", m->kind);
	jout_kn(j, "score", m->score);
	jout_kn(j, "devices", m->devices);
	jout_kv(j, "vendor", m->vendor);
	jout_kv(j, "product", m->product);
	jout_texts(j, "why", m->why, m->n_why);
	jout_kv(j, "line", m->line);
	jout_end(j, '}');
}

static void
print_ready(struct job *job)
{
	while (job->printed < job->n && job->papers[job->printed].done) {
		struct paper *p = &job->papers[job->printed++];

		for (uint32_t i = 0; i < p->reading.n_advisories; i++) {
			fwrite(buf_text(&p->lines[i]), 1, p->lines[i].len,
			    stdout);
			fwrite(buf_text(&p->near[i]), 1, p->near[i].len,
			    stdout);
		}
		paper_clear(p);
	}
}

static void
complain(struct job *job, const char *path, const char *why, int code)
{
	fprintf(stderr, "%s: %s\n", path, why);
	if (job->exit_code == EX_OK)
		job->exit_code = code;
}

/* ---- match --------------------------------------------------------------- */

static void
paper_answered(struct paper *p)
{
	if (--p->waiting == 0)
		p->done = true;
}

static int
near_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct matching_one *one = ctx;
	struct paper *p = one->paper;

	(void)fields;
	return blob_of(body, "advisory", p->bytes[one->i], p->lens[one->i],
	    err);
}

static int
match_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct matching_one *one = ctx;

	pack_bool(fields, one->paper->job->what->all);
	return near_fill(ctx, fields, body, err);
}

static int
take_matching(struct matching_one *one, struct blob *body, struct err *err)
{
	struct paper *p = one->paper;
	struct buf *out = &p->lines[one->i];
	struct arena mem = ARENA_INIT;
	struct match_reader *reader;
	struct match m;
	uint32_t n, left_out;

	if (body->fd == -1 || blob_map(body, err) == -1 ||
	    (reader = match_reader_new(body->map, body->len, &p->job->ix, &mem,
	    &n, &left_out, err)) == NULL) {
		arena_clear(&mem);
		return -1;
	}
	lines_begin(p->job->lines, &p->reading.advisories[one->i], p->path);
	while (match_read(reader, &m)) {
		if (!p->job->what->all && !match_status_alerts(m.status))
			continue;
		lines_add(p->job->lines, &m, out);
		p->job->matches++;
	}
	if (left_out > 0)
		complain(p->job, p->path, "concerns more devices than one "
		    "advisory may; the rest was left out", EX_DATAERR);
	arena_clear(&mem);
	return 0;
}

/* The end of one ask for lines. */
static void
lines_done(struct matching_one *one, const struct pool_result *r,
    int (*take)(struct matching_one *, struct blob *, struct err *))
{
	struct paper *p = one->paper;
	struct err err = ERR_INIT;
	char text[900];

	if (r->answer != NULL && take(one, r->body, &err) == -1)
		complain(p->job, p->path, err_show(&err, text, sizeof(text)),
		    EX_SOFTWARE);
	else if (r->failure != NULL)
		complain(p->job, p->path, err_show(r->failure, text,
		    sizeof(text)), EX_DATAERR);
	else if (r->answer == NULL)
		complain(p->job, p->path, r->why, EX_SOFTWARE);
	free(one);
	paper_answered(p);
}

static void
match_done(void *ctx, const struct pool_result *r)
{
	lines_done(ctx, r, take_matching);
}

/* ---- near ---------------------------------------------------------------- */

static int
take_near(struct matching_one *one, struct blob *body, struct err *err)
{
	struct paper *p = one->paper;
	struct arena mem = ARENA_INIT;
	struct near_misses m;
	struct json_out j;
	int rc = -1;

	if (body->fd == -1 || blob_map(body, err) == -1 ||
	    near_misses_unpack(body->map, body->len, &mem, &m, err) == -1)
		goto out;
	for (uint32_t i = 0; i < m.n; i++) {
		jout_init(&j, &p->near[one->i]);
		near_line_of(&j, p, &p->reading.advisories[one->i],
		    &m.list[i]);
		buf_byte(&p->near[one->i], '\n');
	}
	rc = 0;
out:
	arena_clear(&mem);
	return rc;
}

static void
near_done(void *ctx, const struct pool_result *r)
{
	lines_done(ctx, r, take_near);
}

static void
ask_near(struct paper *p, uint32_t i)
{
	struct matching_one *one = mem_alloc(sizeof(*one));

	one->paper = p;
	one->i = i;
	p->waiting++;
	pool_ask(p->job->match, &(struct pool_ask){ .kind = ASK_NEAR,
	    .group = "", .fill = near_fill, .done = near_done, .ctx = one });
}

/* ---- read ---------------------------------------------------------------- */

static int
read_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct paper *p = ctx;
	struct document doc = { .feed = "", .url = p->path, .format = "auto" };

	document_pack(fields, &doc);
	return offline_file(p->path, DOCUMENT_MAX, body, err);
}

static void
ask_matches(struct paper *p)
{
	p->read = false;
	for (uint32_t i = 0; i < p->reading.n_advisories; i++) {
		struct matching_one *one = mem_alloc(sizeof(*one));

		buf_init(&p->lines[i], MATCHES_BLOB_MAX);
		buf_init(&p->near[i], MATCHES_BLOB_MAX);
		one->paper = p;
		one->i = i;
		pool_ask(p->job->match, &(struct pool_ask){ .kind = ASK_MATCH,
		    .group = "", .fill = match_fill, .done = match_done,
		    .ctx = one });
		if (p->job->what->near)
			ask_near(p, i);
	}
}

static int
take_reading(struct paper *p, struct blob *body, struct err *err)
{
	p->body = *body;
	*body = (struct blob)BLOB_INIT;
	if (p->body.fd == -1 || blob_map(&p->body, err) == -1 ||
	    reading_unpack(p->body.map, p->body.len, &p->mem, &p->reading,
	    &p->bytes, &p->lens, err) == -1)
		return -1;
	p->lines = arena_alloc(&p->mem, (p->reading.n_advisories + 1) *
	    sizeof(*p->lines));
	p->near = arena_alloc(&p->mem, (p->reading.n_advisories + 1) *
	    sizeof(*p->near));
	p->waiting += p->reading.n_advisories;
	p->read = true;
	if (p->job->listed)
		ask_matches(p);
	return 0;
}

static void
read_done(void *ctx, const struct pool_result *r)
{
	struct paper *p = ctx;
	struct err err = ERR_INIT;
	char text[900];

	p->waiting = 1;
	if (r->answer != NULL && take_reading(p, r->body, &err) == -1) {
		complain(p->job, p->path, err_show(&err, text, sizeof(text)),
		    EX_SOFTWARE);
	} else if (r->answer == NULL) {
		p->job->unreadable++;
		complain(p->job, p->path, r->failure != NULL ?
		    err_show(r->failure, text, sizeof(text)) : r->why,
		    EX_DATAERR);
	}
	paper_answered(p);
}

/* ---- list ---------------------------------------------------------------- */

static int
list_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct job *job = ctx;

	(void)fields;
	return offline_lists(job->what->lists, job->what->n_lists,
	    &job->aliases, body, err);
}

static int
take_index(struct job *job, struct blob *body)
{
	struct err err = ERR_INIT;
	char text[900];

	job->index_blob = *body;
	*body = (struct blob)BLOB_INIT;
	if (job->index_blob.fd == -1)
		err_peer(&err, "list gave no index");
	else if (blob_map(&job->index_blob, &err) == 0 &&
	    index_open(&job->ix, job->index_blob.map, job->index_blob.len,
	    &err) == 0)
		return 0;
	complain(job, "device list", err_show(&err, text, sizeof(text)),
	    EX_NOINPUT);
	return -1;
}

static void
list_done(void *ctx, const struct pool_result *r)
{
	struct job *job = ctx;
	struct arena mem = ARENA_INIT;
	char text[900];

	job->failed = true;
	if (r->answer == NULL) {
		complain(job, "device list", r->failure != NULL ?
		    err_show(r->failure, text, sizeof(text)) : r->why,
		    EX_NOINPUT);
	} else if (offline_reports(r->answer, &mem, &job->devices) == 0 &&
	    take_index(job, r->body) == 0) {
		job->failed = false;
		pool_prelude(job->match, ASK_DEVICES, &job->index_blob);
		job->listed = true;
		for (uint32_t i = 0; i < job->asked; i++)
			if (job->papers[i].read)
				ask_matches(&job->papers[i]);
	}
	/* Whatever was wrong with a document before. */
	if (job->failed)
		job->exit_code = EX_NOINPUT;
	arena_clear(&mem);
}

/* ---- the run ------------------------------------------------------------- */

static void
ask_more(struct job *job)
{
	while (job->asked < job->n && job->asked < job->printed + WINDOW) {
		struct paper *p = &job->papers[job->asked++];

		pool_ask(job->read, &(struct pool_ask){ .kind = ASK_READ,
		    .group = "", .fill = read_fill, .done = read_done,
		    .ctx = p });
	}
}

/* Until `finished`; the pools' deadlines bound it. */
static void
turn(struct job *job)
{
	struct pool *pools[3] = { job->list, job->read, job->match };
	struct pollfd fds[FDS];
	size_t at[4] = { 0 };
	int64_t wake = INT64_MAX, now = mono_now().ms;

	for (int p = 0; p < 3; p++) {
		int64_t t;

		pool_step(pools[p], NULL, 0, mono_now());
		at[p + 1] = at[p] + pool_fds(pools[p], fds + at[p],
		    FDS - at[p]);
		t = pool_wake(pools[p]).ms;
		wake = t < wake ? t : wake;
	}
	if (wake == INT64_MAX || wake - now > 1000)
		wake = now + 1000;
	if (poll(fds, at[3], wake < now ? 0 : (int)(wake - now)) == -1)
		return;
	for (int p = 0; p < 3; p++)
		pool_step(pools[p], fds + at[p], at[p + 1] - at[p],
		    mono_now());
}

static void
progress(const struct job *job, int64_t start)
{
	static int64_t shown;
	int64_t now = mono_now().ms;

	if (!isatty(2) || isatty(1) || now - start < 2000 ||
	    now - shown < 250)
		return;
	shown = now;
	fprintf(stderr, "\r%u of %u documents  ", job->printed, job->n);
}

int
keeper_match(const struct match_job *what)
{
	struct job job = { .what = what, .exit_code = EX_OK,
	    .index_blob = BLOB_INIT };
	int64_t start = mono_now().ms;
	const char **paths = NULL;
	struct err err = ERR_INIT;
	char text[900];

	if (offline_aliases(what->aliases, what->n_aliases, &job.mem,
	    &job.aliases) == -1) {
		arena_clear(&job.mem);
		return EX_CONFIG;
	}
	if (offline_documents(what->docs, what->n_docs, &job.mem, &paths,
	    &job.n, &err) == -1) {
		fprintf(stderr, "advrelay: %s\n",
		    err_show(&err, text, sizeof(text)));
		arena_clear(&job.mem);
		return EX_NOINPUT;
	}
	job.lines = lines_new();
	job.papers = arena_alloc(&job.mem, (job.n + 1) * sizeof(*job.papers));
	for (uint32_t i = 0; i < job.n; i++) {
		job.papers[i].job = &job;
		job.papers[i].path = paths[i];
		job.papers[i].body = (struct blob)BLOB_INIT;
	}
	offline_pools(what->jobs, &job.mem, &job.list, &job.read, &job.match);
	pool_ask(job.list, &(struct pool_ask){ .kind = ASK_LIST, .group = "",
	    .fill = list_fill, .done = list_done, .ctx = &job });
	/* Documents are read while the lists are. */
	while (!job.listed && !job.failed) {
		ask_more(&job);
		turn(&job);
	}
	while (job.listed && job.printed < job.n) {
		ask_more(&job);
		turn(&job);
		print_ready(&job);
		progress(&job, start);
	}
	if (isatty(2) && !isatty(1) && mono_now().ms - start > 2000)
		fprintf(stderr, "\r%40s\r", "");
	pool_free(job.list);
	pool_free(job.read);
	pool_free(job.match);
	lines_free(job.lines);
	blob_clear(&job.index_blob);
	while (job.printed < job.asked)
		paper_clear(&job.papers[job.printed++]);
	arena_clear(&job.mem);
	if (fflush(stdout) == EOF)
		return EX_IOERR;
	return job.exit_code;
}
