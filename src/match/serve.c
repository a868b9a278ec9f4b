/* serve.c - DEVICES: hold an index; MATCH: one advisory against it; EXPLAIN and
 * NEAR: what a person asks of one. */
#include <string.h>
#include "explain.h"
#include "matching.h"
#include "rules.h"
#include "serve.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/pack.h"
#include "talk/ask.h"
#include "talk/helper.h"

/* The one thing that this program keeps between two asks; it may be lost. */
static struct {
	struct blob	 blob;
	struct index	 index;
	struct arena	 mem;
	const struct rules *rules;	/* in mem */
	bool		 there;
} held = { .blob = BLOB_INIT };

static int
hold_devices(struct serving *s, struct err *err)
{
	struct index ix;

	if (s->ask_body->fd < 0)
		return err_peer(err, "DEVICES without an index");
	if (index_open(&ix, s->ask_body->map, s->ask_body->len, err) != 0)
		return -1;
	blob_clear(&held.blob);
	held.blob = *s->ask_body;
	*s->ask_body = (struct blob)BLOB_INIT;
	held.index = ix;
	arena_clear(&held.mem);
	held.rules = rules_open(&held.index, &held.mem);
	held.there = true;
	return 0;
}

int
advisory_match_packed(const struct index *ix, const struct rules *rules,
    const void *p, size_t n, bool all, struct arena *mem, struct buf *out,
    struct err *err)
{
	struct advisory a;
	struct decisions d;
	struct unpack in;

	advisory_init(&a);
	unpack_open(&in, p, n);
	advisory_unpack(&in, mem, &a);
	if (unpack_done(&in, err) != 0)
		return err_in(err, "advisory");
	advisory_decide(ix, rules, &a, all, mem, &d);
	decisions_write(&d, out);
	return 0;
}

/* The inline part is one bool, all; without it, no. */
static int
match_advisory(struct serving *s, struct err *err)
{
	struct buf out = BUF_INIT(MATCHES_BLOB_MAX);
	bool all = s->ask->at != s->ask->end && unpack_bool(s->ask, "all");
	int rc = -1;

	if (!held.there)
		return err_peer(err, "MATCH before DEVICES");
	if (s->ask_body->fd < 0)
		return err_peer(err, "MATCH without an advisory");
	if (advisory_match_packed(&held.index, held.rules, s->ask_body->map,
	    s->ask_body->len, all, s->mem, &out, err) == 0)
		rc = blob_of(s->answer_body, "matching", buf_text(&out),
		    out.len, err);
	buf_clear(&out);
	return rc;
}

/* The advisory of an ask, for people's questions. */
static int
take_advisory(struct serving *s, struct advisory *ret, struct err *err)
{
	struct unpack in;

	if (!held.there)
		return err_peer(err, "no DEVICES before");
	if (s->ask_body->fd < 0)
		return err_peer(err, "no advisory");
	advisory_init(ret);
	unpack_open(&in, s->ask_body->map, s->ask_body->len);
	advisory_unpack(&in, s->mem, ret);
	return unpack_done(&in, err) != 0 ? err_in(err, "advisory") : 0;
}

static int
explain(struct serving *s, struct err *err)
{
	struct buf out = BUF_INIT(MATCHES_BLOB_MAX);
	uint32_t device = unpack_u32(s->ask, "device", DEVICES_MAX);
	struct explained answer;
	struct advisory a;
	int rc = -1;

	if (take_advisory(s, &a, err) != 0)
		return -1;
	if (device >= index_devices(&held.index))
		return err_peer(err, "no device %u", device);
	explain_device(&held.index, held.rules, &a, device, s->mem, &answer);
	explained_pack(&out, &answer);
	rc = out.over ? err_limit(err, "the explanation is too long") :
	    blob_of(s->answer_body, "explained", buf_text(&out), out.len, err);
	buf_clear(&out);
	return rc;
}

static int
near_ones(struct serving *s, struct err *err)
{
	struct buf out = BUF_INIT(MATCHES_BLOB_MAX);
	struct near_misses answer;
	struct advisory a;
	int rc;

	if (take_advisory(s, &a, err) != 0)
		return -1;
	find_near(&held.index, held.rules, &a, s->mem, &answer);
	near_misses_pack(&out, &answer);
	rc = blob_of(s->answer_body, "near", buf_text(&out), out.len, err);
	buf_clear(&out);
	return rc;
}

int
match_serve(struct serving *s, struct err *err)
{
	switch (s->kind) {
	case ASK_DEVICES:
		return hold_devices(s, err);
	case ASK_EXPLAIN:
		return explain(s, err);
	case ASK_NEAR:
		return near_ones(s, err);
	default:
		return match_advisory(s, err);
	}
}
