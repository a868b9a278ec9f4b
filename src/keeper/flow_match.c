/* advisory new -> MATCH -> matches, alerts, deliveries due: see flow.c. */
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

#include "noun/advisory.h"

#include "talk/ask.h"

#include "compose.h"
#include "flow.h"

struct matching_ask {
	struct keeper	*k;
	struct arena	 mem;
	struct new_advisory adv;
	struct devices_index *devices;	/* that the helper has; or NULL */
};

static int
match_fill(void *ctx, struct buf *fields, struct blob *body, struct err *err)
{
	struct matching_ask *a = ctx;

	(void)fields;
	/* A helper is given the devices in use before it is given an ask. */
	a->devices = devices_hold(a->k);
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
	    .mem = &a->mem, .feed = a->adv.feed, .now = wall_now().s,
	    .again = a->adv.again };
	struct dispatch *out = NULL;
	uint32_t n = 0;
	bool stale = false;
	int rc = -1;

	if (unpack_done(r->answer, err) == -1 || r->body->fd == -1)
		return err_peer(err, "match gave no matching");
	if (blob_map(r->body, err) == -1 || matching_unpack(r->body->map,
	    r->body->len, &a->devices->ix, &a->mem, &job.now_matches, err) ==
	    -1)
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
		if (err->kind == ERR_LIMIT)
			rc = -1;	/* this one's fault, not the store's */
		else
			store_failed(k, "keeping matches", err);
		goto out;
	}
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
match_aside(struct matching_ask *a, const char *why)
{
	struct err err = ERR_INIT;

	log_error("advisory set aside", "advisory", a->adv.advisory_id, "why",
	    why, NULL);
	a->k->count.aside++;
	if (store_advisory_aside(a->k->store, a->adv.id, why, wall_now().s,
	    &err) == -1)
		store_failed(a->k, "setting an advisory aside", &err);
}

/* Not done: again, unless it has ended two helpers by now. */
static void
match_again(struct matching_ask *a, enum ask_end end, const char *why)
{
	struct err err = ERR_INIT;
	uint32_t tries = 0;
	char text[512];

	if (a->k->stopping)
		return;		/* the next start finds it again */
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
	match_aside(a, text);
}

static void
match_done(void *ctx, const struct pool_result *r)
{
	struct matching_ask *a = ctx;
	struct err err = ERR_INIT;

	a->k->flying[WORK_MATCH]--;
	a->k->recount = true;
	a->k->may[WORK_MATCH] = a->k->may[WORK_GATHER] = true;
	if (r->end == ASK_UNSTARTED && r->failure != NULL &&
	    r->failure->kind == ERR_SYSTEM)
		store_failed(a->k, "reading an advisory back", r->failure);
	else if (r->failure != NULL)
		match_aside(a, r->failure->text);
	else if (r->end != ASK_ANSWERED)
		match_again(a, r->end, r->why);
	else if (match_keep(a, r, &err) == -1)
		match_again(a, ASK_GARBLED, err.text);
	arena_clear(&a->mem);
	devices_let_go(a->devices);
	free(a);
}

int
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
