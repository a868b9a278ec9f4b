/* document new -> READ -> advisories new, addresses due: see flow.c. */
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
#include "base/text.h"

#include "noun/advisory.h"
#include "noun/document.h"

#include "talk/ask.h"

#include "flow.h"

/* A longer name of a host would not fit into a group. */
#define HOST_MAX 100

struct reading_ask {
	struct keeper	*k;
	struct arena	 mem;
	struct new_document doc;
};

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
		if (err->kind == ERR_LIMIT)
			return -1;	/* this one's fault, not the store's */
		store_failed(k, "keeping a reading", err);
		return 0;
	}
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

	if (a->k->stopping)
		return;		/* the next start finds it again */
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
	a->k->recount = true;
	a->k->may[WORK_READ] = true;
	if (r->end == ASK_UNSTARTED && r->failure != NULL &&
	    r->failure->kind == ERR_SYSTEM)
		store_failed(a->k, "reading a document back", r->failure);
	else if (r->end != ASK_ANSWERED && r->failure == NULL)
		read_again(a, r->end, r->why);
	else if (r->failure != NULL)
		read_aside(a, err_show(r->failure, text, sizeof(text)));
	else if (read_keep(a, r, &err) == -1)
		read_again(a, ASK_GARBLED, err.text);
	arena_clear(&a->mem);
	free(a);
}

/* Whose documents one reader may see: those of the feeds at one scheme, host
 * and port, so that a document can at worst spoil others of its own publisher.
 * The host of the feed, since a listing may name documents anywhere. Local
 * files have no host: each such feed is one by itself. */
static const char *
reader_group(const struct keeper *k, const char *name, struct arena *mem)
{
	const struct feed *feed = feed_find(k, name);
	const char *host = feed == NULL ? NULL : strstr(feed->url, "://");
	size_t n;

	if (host == NULL)
		return name;
	host += 3;
	n = strcspn(host, "/?#");
	if (n == 0 || n > HOST_MAX)
		return name;
	return text_lower(mem, arena_text_n(mem, feed->url,
	    (size_t)(host - feed->url) + n));
}

int
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
		    .kind = ASK_READ, .fill = read_fill, .done = read_done,
		    .group = reader_group(k, a->doc.feed, mem),
		    .ctx = a });
	}
	return 0;
}
