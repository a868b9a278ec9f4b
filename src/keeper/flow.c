/* Which noun moves on, and what follows: the whole program on a page.
 *
 *  state of the noun   event           action                  next state
 *  feed due            time            wake its listings       address due
 *  address due         room            ask FETCH               (claimed)
 *  (claimed)           unchanged       -                       address done
 *  (claimed)           document        keep                    document new
 *  (claimed)           not done        back off                address due
 *  document new        room            ask READ                (claimed)
 *  (claimed)           reading         keep                    advisory new
 *  (claimed)           unreadable      set aside, tell         document aside
 *  (claimed)           not done (2nd)  set aside, tell         document aside
 *  advisory new        room, devices   ask MATCH               (claimed)
 *  (claimed)           matches         compose alerts, route   delivery due
 *  (claimed)           not done (2nd)  set aside, tell         advisory aside
 *  delivery due        room            ask MAIL SYSLOG HOOK    (claimed): outbox.c
 *
 * Every change is committed before the next ask is made; a crash of the keeper
 * voids its claims, and the states above are found again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"

#include "noun/advisory.h"
#include "noun/document.h"

#include "talk/ask.h"

#include "compose.h"
#include "schedule.h"
#include "state.h"

/* How long a claim holds: longer than any ask and its wait in the queue. */
#define LEASE_S		3600
/* Claims at a time: a commit each, so not one by one. */
#define CLAIM_MAX	32
/* An ask that ends two helpers is poison. */
#define POISON		2

struct fetching {
	struct keeper	*k;
	struct arena	 mem;
	struct due_address due;
};

struct reading_ask {
	struct keeper	*k;
	struct arena	 mem;
	struct new_document doc;
};

struct matching_ask {
	struct keeper	*k;
	struct arena	 mem;
	struct new_advisory adv;
};

void
store_failed(struct keeper *k, const char *what, const struct err *err)
{
	char text[900];

	if (!k->broken)
		log_error("the store failed, work pauses", "doing", what,
		    "why", err_show(err, text, sizeof(text)), NULL);
	k->broken = true;
	k->store_retry = wall_now().s + (err->kind == ERR_SYSTEM ? 10 : 60);
}

void
store_works(struct keeper *k)
{
	if (k->broken)
		log_info("the store works again", NULL);
	k->broken = false;
}

static const struct feed *
feed_find(const struct keeper *k, const char *name)
{
	for (uint32_t i = 0; i < k->conf->n_feeds; i++)
		if (strcmp(k->conf->feeds[i].name, name) == 0)
			return &k->conf->feeds[i];
	return NULL;
}

/* ---- feed -> document ---------------------------------------------------- */

static int
fetch_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct fetching *f = ctx;
	const struct feed *feed = feed_find(f->k, f->due.feed);
	struct poll poll;

	(void)body;
	if (feed == NULL)
		return err_input(err, "feed %s is not configured any more",
		    f->due.feed);
	poll.feed = *feed;
	poll.address = f->due.address;
	poll.etag = f->due.etag;
	poll.last_modified = f->due.last_modified;
	poll_pack(fields, &poll);
	return 0;
}

/* The document of a wrong hash is evidence, too: kept, but set aside. */
static const char *
aside_reason(const struct fetched *got)
{
	if (got->result == FETCH_DOCUMENT && got->hash == HASH_WRONG)
		return "its digest is not the one that the publisher gives "
		    "beside it; fetched again later";
	return "";
}

static void
fetch_log(const struct fetching *f, const struct fetched *got,
    const char *aside)
{
	if (got->result == FETCH_FAILED || got->result == FETCH_FORBIDDEN)
		log_warning("feed address failed", "feed", f->due.feed, "url",
		    f->due.address.url, "result",
		    fetch_result_name(got->result), "why", got->reason, NULL);
	else if (got->result == FETCH_GONE &&
	    f->due.address.kind == ADDRESS_LISTING)
		log_warning("feed listing is gone", "feed", f->due.feed, "url",
		    f->due.address.url, NULL);
	else if (aside[0] != '\0')
		log_error("document set aside", "feed", f->due.feed, "url",
		    f->due.address.url, "why", aside, NULL);
	else
		log_debug("fetched", "feed", f->due.feed, "url",
		    f->due.address.url, "result",
		    fetch_result_name(got->result), NULL);
}

static int
fetch_keep(struct fetching *f, const struct pool_result *r, struct err *err)
{
	struct keeper *k = f->k;
	struct fetched got;
	const char *aside;
	int64_t now = wall_now().s;
	int64_t next, document = 0;

	fetched_unpack(r->answer, &got);
	if (unpack_done(r->answer, err) == -1)
		return err_in(err, "answer of fetch");
	if (got.result == FETCH_DOCUMENT && (r->body->fd == -1 ||
	    blob_map(r->body, err) == -1))
		return err_peer(err, "fetch gave no document");
	aside = aside_reason(&got);
	next = schedule_address(f->due.tries + 1, now, got.not_before,
	    (uint64_t)f->due.id);
	if (store_fetched(k->store, f->due.id, &got, r->body->map,
	    r->body->len, aside, next, now, &document, err) == -1) {
		store_failed(k, "keeping a document", err);
		return 0;	/* the claim ends with its lease */
	}
	store_works(k);
	fetch_log(f, &got, aside);
	if (got.result == FETCH_FAILED || got.result == FETCH_FORBIDDEN)
		k->count.feeds_failed++;
	if (document != 0) {
		k->count.documents++;
		k->count.aside += aside[0] != '\0';
		k->may[WORK_READ] = true;
	}
	return 0;
}

static void
fetch_done(void *ctx, const struct pool_result *r)
{
	struct fetching *f = ctx;
	struct keeper *k = f->k;
	struct err err = ERR_INIT;
	const char *why = r->why;
	int64_t now = wall_now().s;

	k->flying[WORK_FETCH]--;
	k->may[WORK_FETCH] = true;
	if (r->end == ASK_ANSWERED && r->failure == NULL &&
	    fetch_keep(f, r, &err) == 0)
		goto out;
	if (r->failure != NULL)
		why = r->failure->text;
	else if (err.kind != ERR_NONE)
		why = err.text;
	log_warning("fetch was not done", "feed", f->due.feed, "url",
	    f->due.address.url, "end", ask_end_name(r->end), "why", why, NULL);
	k->count.feeds_failed++;
	if (store_address_again(k->store, f->due.id, why, schedule_address(
	    f->due.tries + 1, now, 0, (uint64_t)f->due.id), now, &err) == -1)
		store_failed(k, "putting an address back", &err);
out:
	arena_clear(&f->mem);
	free(f);
}

/* An address in an arena of its own: the claim's arena ends with the turn. */
static void
address_copy(struct arena *mem, struct due_address *to,
    const struct due_address *from)
{
	*to = *from;
	to->feed = arena_text(mem, from->feed);
	to->etag = arena_text(mem, from->etag);
	to->last_modified = arena_text(mem, from->last_modified);
	to->address.url = arena_text(mem, from->address.url);
	to->address.alt = arena_text(mem, from->address.alt);
	to->address.format = arena_text(mem, from->address.format);
	to->address.updated = arena_text(mem, from->address.updated);
	to->address.hash_url = arena_text(mem, from->address.hash_url);
	to->address.signature_url = arena_text(mem,
	    from->address.signature_url);
}

static int
fetch_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	struct due_address due[CLAIM_MAX];
	uint32_t n = 0;

	if (store_addresses_claim(k->store, "", now, now + LEASE_S, mem, due,
	    CLAIM_MAX, &n, err) == -1)
		return -1;
	k->may[WORK_FETCH] = n == CLAIM_MAX;
	for (uint32_t i = 0; i < n; i++) {
		struct fetching *f = mem_alloc(sizeof(*f));
		const struct feed *feed = feed_find(k, due[i].feed);
		struct pool_ask ask = { .kind = ASK_FETCH, .group = "",
		    .fill = fetch_fill, .done = fetch_done, .ctx = f };

		f->k = k;
		address_copy(&f->mem, &f->due, &due[i]);
		/* document, its alternative, two hash files */
		if (feed != NULL)
			ask.limit_ms = (int64_t)feed->timeout_s * 4000 + 5000;
		k->flying[WORK_FETCH]++;
		pool_ask(k->pools[PROGRAM_FETCH], &ask);
	}
	return 0;
}

/* ---- document -> advisories ---------------------------------------------- */

static int
read_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct reading_ask *a = ctx;
	struct document doc = { .feed = a->doc.feed, .url = a->doc.url,
	    .format = a->doc.format };

	document_pack(fields, &doc);
	return store_document_bytes(a->k->store, a->doc.id, body, err);
}

static void
read_aside(struct reading_ask *a, const char *why)
{
	struct err err = ERR_INIT;

	log_error("document set aside", "feed", a->doc.feed, "url", a->doc.url,
	    "why", why, NULL);
	a->k->count.aside++;
	if (store_document_aside(a->k->store, a->doc.id, why, wall_now().s,
	    &err) == -1)
		store_failed(a->k, "setting a document aside", &err);
}

static void
read_remarks(const struct reading_ask *a, const struct reading *got)
{
	if (got->recovered)
		log_warning("document is broken but could be read", "feed",
		    a->doc.feed, "url", a->doc.url, NULL);
	for (uint32_t i = 0; i < got->n_remarks && i < 5; i++)
		log_debug("document remark", "url", a->doc.url, "remark",
		    got->remarks[i], NULL);
}

static int
read_keep(struct reading_ask *a, const struct pool_result *r, struct err *err)
{
	struct keeper *k = a->k;
	struct reading got;
	const void **bytes = NULL;
	size_t *lens = NULL;
	uint32_t advisories = 0, addresses = 0;

	if (unpack_done(r->answer, err) == -1 || r->body->fd == -1)
		return err_peer(err, "read gave no reading");
	if (blob_map(r->body, err) == -1 || reading_unpack(r->body->map,
	    r->body->len, &a->mem, &got, &bytes, &lens, err) == -1)
		return -1;
	if (store_document_read(k->store, a->doc.id, &got, bytes, lens,
	    wall_now().s, &advisories, &addresses, err) == -1) {
		store_failed(k, "keeping a reading", err);
		return 0;
	}
	store_works(k);
	read_remarks(a, &got);
	log_info("read", "feed", a->doc.feed, "url", a->doc.url, "advisories",
	    LOG_NUM(got.n_advisories), "new", LOG_NUM(advisories), "addresses",
	    LOG_NUM(got.n_addresses), "due", LOG_NUM(addresses), NULL);
	k->count.advisories += advisories;
	if (advisories > 0)
		k->may[WORK_MATCH] = true;
	if (addresses > 0)
		k->may[WORK_FETCH] = true;
	return 0;
}

/* Not done: again, unless it has ended two helpers by now. */
static void
read_again(struct reading_ask *a, enum ask_end end, const char *why)
{
	struct err err = ERR_INIT;
	uint32_t tries = 0;
	char text[512];

	if (store_document_again(a->k->store, a->doc.id, &tries, &err) == -1) {
		store_failed(a->k, "putting a document back", &err);
		return;
	}
	if (end == ASK_UNSTARTED || tries < POISON) {
		log_warning("read was not done", "url", a->doc.url, "end",
		    ask_end_name(end), "why", why, NULL);
		return;
	}
	snprintf(text, sizeof(text), "reading it ended %u helpers: %s", tries,
	    why);
	read_aside(a, text);
}

static void
read_done(void *ctx, const struct pool_result *r)
{
	struct reading_ask *a = ctx;
	struct err err = ERR_INIT;
	char text[900];

	a->k->flying[WORK_READ]--;
	a->k->may[WORK_READ] = true;
	if (r->end != ASK_ANSWERED)
		read_again(a, r->end, r->why);
	else if (r->failure != NULL)
		read_aside(a, err_show(r->failure, text, sizeof(text)));
	else if (read_keep(a, r, &err) == -1)
		read_again(a, ASK_GARBLED, err.text);
	arena_clear(&a->mem);
	free(a);
}

static int
read_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	struct new_document docs[CLAIM_MAX];
	uint32_t n = 0;

	if (store_documents_claim(k->store, now, now + LEASE_S, mem, docs,
	    CLAIM_MAX, &n, err) == -1)
		return -1;
	k->may[WORK_READ] = n == CLAIM_MAX;
	for (uint32_t i = 0; i < n; i++) {
		struct reading_ask *a = mem_alloc(sizeof(*a));

		a->k = k;
		a->doc = docs[i];
		a->doc.feed = arena_text(&a->mem, docs[i].feed);
		a->doc.url = arena_text(&a->mem, docs[i].url);
		a->doc.format = arena_text(&a->mem, docs[i].format);
		k->flying[WORK_READ]++;
		pool_ask(k->pools[PROGRAM_READ], &(struct pool_ask){
		    .kind = ASK_READ, .group = a->doc.feed, .fill = read_fill,
		    .done = read_done, .ctx = a });
	}
	return 0;
}

/* ---- advisory -> matches -> alerts --------------------------------------- */

static int
match_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct matching_ask *a = ctx;

	(void)fields;
	return store_advisory_bytes(a->k->store, a->adv.id, body, err);
}

static int
match_advisory(struct matching_ask *a, struct blob *body,
    struct advisory *ret, struct err *err)
{
	struct unpack in;

	if (store_advisory_bytes(a->k->store, a->adv.id, body, err) == -1 ||
	    blob_map(body, err) == -1)
		return -1;
	unpack_open(&in, body->map, body->len);
	advisory_unpack(&in, &a->mem, ret);
	return unpack_done(&in, err);
}

static int
match_keep(struct matching_ask *a, const struct pool_result *r,
    struct err *err)
{
	struct keeper *k = a->k;
	struct blob advisory_bytes = BLOB_INIT;
	struct advisory advisory;
	struct composing job = { .conf = k->conf, .store = k->store,
	    .mem = &a->mem, .feed = a->adv.feed, .now = wall_now().s };
	struct dispatch *out = NULL;
	uint32_t n = 0;
	bool stale = false;
	int rc = -1;

	if (unpack_done(r->answer, err) == -1 || r->body->fd == -1)
		return err_peer(err, "match gave no matching");
	if (blob_map(r->body, err) == -1 || matching_unpack(r->body->map,
	    r->body->len, &a->mem, &job.now_matches, err) == -1)
		return -1;
	if (match_advisory(a, &advisory_bytes, &advisory, err) == -1)
		goto out;
	job.advisory = &advisory;
	rc = 0;		/* from here on a failure is the store's */
	if (compose_origin(&job, a->adv.document, err) == -1 ||
	    store_matches_of(k->store, advisory.ns, advisory.id, &a->mem,
	    &job.old_matches, err) == -1 ||
	    compose_alerts(&job, &out, &n, err) == -1 ||
	    store_advisory_matched(k->store, a->adv.id, &job.now_matches, out,
	    n, job.now, &stale, err) == -1) {
		store_failed(k, "keeping matches", err);
		goto out;
	}
	store_works(k);
	if (stale)
		goto out;
	for (uint32_t i = 0; i < n; i++) {
		k->count.alerts++;
		log_info("alert", "key", out[i].alert.key, "event",
		    event_name(out[i].alert.event), "advisory",
		    out[i].alert.id, "devices",
		    LOG_NUM(out[i].alert.n_matches), "sinks",
		    LOG_NUM(out[i].n), NULL);
	}
	if (n > 0)
		k->may[WORK_SEND] = true;
out:
	blob_clear(&advisory_bytes);
	return rc;
}

static void
match_again(struct matching_ask *a, enum ask_end end, const char *why)
{
	struct err err = ERR_INIT;
	uint32_t tries = 0;
	char text[512];

	if (store_advisory_again(a->k->store, a->adv.id, &tries, &err) == -1) {
		store_failed(a->k, "putting an advisory back", &err);
		return;
	}
	if (end == ASK_UNSTARTED || tries < POISON) {
		log_warning("match was not done", "advisory",
		    a->adv.advisory_id, "end", ask_end_name(end), "why", why,
		    NULL);
		return;
	}
	snprintf(text, sizeof(text), "matching it ended %u helpers: %s", tries,
	    why);
	log_error("advisory set aside", "advisory", a->adv.advisory_id, "why",
	    text, NULL);
	a->k->count.aside++;
	if (store_advisory_aside(a->k->store, a->adv.id, text, wall_now().s,
	    &err) == -1)
		store_failed(a->k, "setting an advisory aside", &err);
}

static void
match_done(void *ctx, const struct pool_result *r)
{
	struct matching_ask *a = ctx;
	struct err err = ERR_INIT;

	a->k->flying[WORK_MATCH]--;
	a->k->may[WORK_MATCH] = true;
	if (r->end != ASK_ANSWERED)
		match_again(a, r->end, r->why);
	else if (r->failure != NULL)
		match_again(a, ASK_CRASHED, r->failure->text);
	else if (match_keep(a, r, &err) == -1)
		match_again(a, ASK_GARBLED, err.text);
	arena_clear(&a->mem);
	free(a);
}

static int
match_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	struct new_advisory list[CLAIM_MAX];
	uint32_t n = 0;

	if (!devices_ready(k) || !devices_settled(k))
		return 0;	/* devices.c sets may[] when they are */
	if (store_advisories_claim(k->store, now, now + LEASE_S, mem, list,
	    CLAIM_MAX, &n, err) == -1)
		return -1;
	k->may[WORK_MATCH] = n == CLAIM_MAX;
	for (uint32_t i = 0; i < n; i++) {
		struct matching_ask *a = mem_alloc(sizeof(*a));

		a->k = k;
		a->adv = list[i];
		a->adv.feed = arena_text(&a->mem, list[i].feed);
		a->adv.ns = arena_text(&a->mem, list[i].ns);
		a->adv.advisory_id = arena_text(&a->mem, list[i].advisory_id);
		k->flying[WORK_MATCH]++;
		pool_ask(k->pools[PROGRAM_MATCH], &(struct pool_ask){
		    .kind = ASK_MATCH, .group = "", .fill = match_fill,
		    .done = match_done, .ctx = a });
	}
	return 0;
}

/* ---- a turn -------------------------------------------------------------- */

int
flow_polls(struct keeper *k, bool all, int64_t now, struct err *err)
{
	uint32_t *every = mem_alloc((k->conf->n_feeds + 1) * sizeof(*every));
	uint32_t begun = 0;
	int rc;

	for (uint32_t i = 0; i < k->conf->n_feeds; i++)
		every[i] = k->conf->feeds[i].every_s;
	rc = store_polls_begin(k->store, every, all, now, &begun, err);
	free(every);
	if (rc == 0 && begun > 0)
		k->may[WORK_FETCH] = true;
	return rc;
}

typedef int turn(struct keeper *k, int64_t now, struct arena *mem,
    struct err *err);

static int
send_turn(struct keeper *k, int64_t now, struct arena *mem, struct err *err)
{
	(void)mem;
	(void)err;
	k->may[WORK_SEND] = false;
	outbox_turn(k, now);
	return 0;
}

/* Which turn, and the pool whose room it needs. */
static const struct {
	turn		*go;
	enum program	 program;
} turns[WORK_COUNT_] = {
	[WORK_FETCH] = { fetch_turn, PROGRAM_FETCH },
	[WORK_READ] = { read_turn, PROGRAM_READ },
	[WORK_MATCH] = { match_turn, PROGRAM_MATCH },
	[WORK_SEND] = { send_turn, PROGRAM_COUNT_ },
};

static void
look_again(struct keeper *k, int64_t now)
{
	struct err err = ERR_INIT;

	if (now < k->look_at)
		return;
	if (!k->once && flow_polls(k, false, now, &err) == -1)
		goto failed;
	for (int w = k->send_only ? WORK_SEND : 0; w < WORK_COUNT_; w++)
		k->may[w] = true;
	k->look_at = INT64_MAX;
	return;
failed:
	store_failed(k, "looking for work", &err);
}

/* After the last claim found nothing more: when to look next. */
static void
look_later(struct keeper *k, int64_t now)
{
	struct err err = ERR_INIT;
	int64_t at = 0;

	if (k->look_at != INT64_MAX || k->once)
		return;
	if (store_next_due(k->store, now, &at, &err) == -1) {
		store_failed(k, "looking for what is next", &err);
		return;
	}
	k->look_at = at;
}

void
flow_turn(struct keeper *k, int64_t now)
{
	struct arena mem = ARENA_INIT;
	struct err err = ERR_INIT;
	bool pending = false;

	if (k->stopping || (k->broken && now < k->store_retry))
		return;
	if (k->broken) {
		k->broken = false;	/* try; store_failed says so again */
		for (int w = 0; w < WORK_COUNT_; w++)
			k->may[w] = true;
	}
	look_again(k, now);
	for (int w = 0; w < WORK_COUNT_ && !k->broken; w++) {
		if (!k->may[w] || (turns[w].program != PROGRAM_COUNT_ &&
		    pool_room(k->pools[turns[w].program]) == 0)) {
			pending = pending || k->may[w];
			continue;
		}
		if (turns[w].go(k, now, &mem, &err) == -1)
			store_failed(k, "claiming work", &err);
		pending = pending || k->may[w];
		arena_clear(&mem);
	}
	if (!pending && !k->broken)
		look_later(k, now);
}

bool
flow_is_idle(const struct keeper *k)
{
	for (int w = 0; w < WORK_COUNT_; w++)
		if (k->flying[w] > 0)
			return false;
	for (int w = 0; w < WORK_COUNT_; w++) {
		/* what no helper can do now is not waited for */
		if (!k->may[w] || (w == WORK_MATCH && !devices_ready(k)) ||
		    (turns[w].program != PROGRAM_COUNT_ &&
		    pool_is_down(k->pools[turns[w].program])))
			continue;
		return false;
	}
	return devices_settled(k) && outbox_is_idle(k);
}
