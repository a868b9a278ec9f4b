/* address due -> FETCH -> document new: see the table in flow.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/pack.h"

#include "noun/document.h"

#include "talk/ask.h"

#include "flow.h"
#include "schedule.h"

/* A listed document that is not there is looked for once a day. */
#define GONE_S	86400

struct fetching {
	struct keeper	*k;
	struct arena	 mem;
	struct due_address due;
};

const struct feed *
feed_find(const struct keeper *k, const char *name)
{
	for (uint32_t i = 0; i < k->conf->n_feeds; i++)
		if (strcmp(k->conf->feeds[i].name, name) == 0)
			return &k->conf->feeds[i];
	return NULL;
}

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
	else if (got->result == FETCH_GONE)
		log_warning(f->due.address.kind == ADDRESS_LISTING ?
		    "feed listing is gone" : "listed document is not there",
		    "feed", f->due.feed, "url", f->due.address.url, "status",
		    LOG_NUM(got->status), NULL);
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
	if (got.result == FETCH_GONE)
		next = now + GONE_S;
	if (store_fetched(k->store, f->due.id, &got, r->body->map,
	    r->body->len, aside, next, now, &document, err) == -1) {
		store_failed(k, "keeping a document", err);
		return 0;	/* the claim ends with its lease */
	}
	fetch_log(f, &got, aside);
	if (got.result == FETCH_FAILED || got.result == FETCH_FORBIDDEN ||
	    got.result == FETCH_GONE)
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
	struct err err = ERR_INIT, put = ERR_INIT;
	const char *why = r->why;
	int64_t now = wall_now().s;

	k->flying[WORK_FETCH]--;
	k->recount = true;
	k->may[WORK_FETCH] = true;
	if (r->end == ASK_ANSWERED && r->failure == NULL &&
	    fetch_keep(f, r, &err) == 0)
		goto out;
	if (r->failure != NULL)
		why = r->failure->text;
	else if (err.kind != ERR_NONE)
		why = err.text;
	if (k->stopping)
		goto out;	/* the next start finds it again */
	log_warning("fetch was not done", "feed", f->due.feed, "url",
	    f->due.address.url, "end", ask_end_name(r->end), "why", why, NULL);
	k->count.feeds_failed++;
	if (store_address_again(k->store, f->due.id, why, schedule_address(
	    f->due.tries + 1, now, 0, (uint64_t)f->due.id), now, &put) == -1)
		store_failed(k, "putting an address back", &put);
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

int
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
