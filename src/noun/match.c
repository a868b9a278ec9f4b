#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/index.h"
#include "noun/match.h"
#include "pieces.h"
#include "set.h"

static const char *const status_names[MATCH_STATUS_COUNT_] = {
	[MATCH_AFFECTED] = "affected",
	[MATCH_UNDER_INVESTIGATION] = "under_investigation",
	[MATCH_NAMED] = "named",
	[MATCH_FIXED] = "fixed",
	[MATCH_NOT_AFFECTED] = "not_affected",
	[MATCH_EXCLUDED] = "excluded",
};

static const char *const confidence_names[CONFIDENCE_COUNT_] = {
	[CONFIDENCE_EXACT] = "exact",
	[CONFIDENCE_LIKELY] = "likely",
	[CONFIDENCE_POSSIBLE] = "possible",
};

const char *
match_status_name(enum match_status s)
{
	if ((unsigned)s >= MATCH_STATUS_COUNT_)
		bug("match status %d", (int)s);
	return status_names[s];
}

int
match_status_parse(const char *word, enum match_status *ret)
{
	int at = word_find(word, status_names, MATCH_STATUS_COUNT_);

	if (at < 0)
		return -1;
	*ret = (enum match_status)at;
	return 0;
}

const char *
confidence_name(enum confidence c)
{
	if ((unsigned)c >= CONFIDENCE_COUNT_)
		bug("confidence %d", (int)c);
	return confidence_names[c];
}

int
confidence_parse(const char *word, enum confidence *ret)
{
	int at = word_find(word, confidence_names, CONFIDENCE_COUNT_);

	if (at < 0)
		return -1;
	*ret = (enum confidence)at;
	return 0;
}

bool
match_status_alerts(enum match_status s)
{
	return s == MATCH_AFFECTED || s == MATCH_UNDER_INVESTIGATION ||
	    s == MATCH_NAMED;
}

void
match_init(struct match *m)
{
	memset(m, 0, sizeof(*m));
	device_init(&m->device);
	m->product = m->range = m->vector = "";
}

/* unpacked by body_unpack */
static void
body_pack(struct buf *out, const struct match *m)
{
	pack_u8(out, (uint8_t)m->status);
	pack_u8(out, (uint8_t)m->confidence);
	pack_str(out, m->product);
	pack_str(out, m->range);
	texts_pack(out, m->cves, m->n_cves);
	pack_u8(out, (uint8_t)m->severity);
	cvss_pack(out, &m->cvss);
	pack_str(out, m->vector);
	pack_bool(out, m->exploited);
	pack_bool(out, m->by_hand);
	remedies_pack(out, m->remedies, m->n_remedies);
}

/* packed by body_pack */
static void
body_unpack(struct unpack *in, struct arena *mem, struct match *ret)
{
	ret->status = unpack_u8(in, "match.status", MATCH_STATUS_COUNT_ - 1);
	ret->confidence = unpack_u8(in, "match.confidence",
	    CONFIDENCE_COUNT_ - 1);
	ret->product = unpack_str(in, "match.product", LINE_MAX_);
	ret->range = unpack_str(in, "match.range", LINE_MAX_);
	ret->cves = texts_unpack(in, mem, "match.cves", CVES_MAX, LINE_MAX_,
	    &ret->n_cves);
	ret->severity = unpack_u8(in, "match.severity", SEVERITY_COUNT_ - 1);
	cvss_unpack(in, &ret->cvss);
	ret->vector = unpack_str(in, "match.vector", LINE_MAX_);
	ret->exploited = unpack_bool(in, "match.exploited");
	ret->by_hand = unpack_bool(in, "match.by_hand");
	/* What is said of this device names no products: no index is valid. */
	ret->remedies = remedies_unpack(in, mem, REMEDIES_MAX, 0,
	    &ret->n_remedies);
}

/* unpacked by match_unpack */
void
match_pack(struct buf *out, const struct match *m)
{
	device_pack(out, &m->device);
	body_pack(out, m);
	texts_pack(out, m->why, m->n_why);
}

/* packed by match_pack */
void
match_unpack(struct unpack *in, struct arena *mem, struct match *ret)
{
	device_unpack(in, mem, &ret->device);
	body_unpack(in, mem, ret);
	ret->why = texts_unpack(in, mem, "match.why", WHY_MAX, TEXT_MAX,
	    &ret->n_why);
}

/* ---- many, without what repeats ------------------------------------------ */

/* In a packed matching a body or a text of why is a number: one that was there
 * before, or the next one, and then it follows. */
struct match_writer {
	struct buf	*out;
	struct set	 bodies, texts;
	uint32_t	 n_bodies;
	/* Devices of one list come one after the other. */
	const char	*list;
	uint32_t	 list_at;
};

struct match_writer *
match_writer_new(struct buf *out, uint32_t n, uint32_t left_out)
{
	struct match_writer *w = mem_alloc(sizeof(*w));

	w->out = out;
	pack_u32(out, left_out);
	pack_u32(out, n);
	return w;
}

void
match_writer_end(struct match_writer *w)
{
	set_clear(&w->bodies);
	set_clear(&w->texts);
	free(w);
}

/* unpacked by read_text; its number */
static uint32_t
write_text(struct match_writer *w, const char *text)
{
	bool new = false;
	uint32_t *at = set_find(&w->texts, index_key(0, 0,
	    (uintptr_t)text), &new);

	if (new)
		*at = (uint32_t)w->texts.n - 1;
	pack_u32(w->out, *at);
	if (new)
		pack_str(w->out, text);
	return *at;
}

/* unpacked by match_read */
void
match_write(struct match_writer *w, const struct match *m)
{
	uint32_t body = w->n_bodies, *at = &body;
	bool new = true;

	if (m->same != 0)
		at = set_find(&w->bodies, index_key(0, 1, m->same), &new);
	if (new)
		*at = w->n_bodies++;
	pack_u32(w->out, *at);
	if (new)
		body_pack(w->out, m);
	device_pack_few(w->out, &m->device);
	if (m->device.list == w->list && w->texts.n > 0)
		pack_u32(w->out, w->list_at);
	else
		w->list_at = write_text(w, w->list = m->device.list);
	pack_u8(w->out, (uint8_t)m->n_why);
	for (uint32_t i = 0; i < m->n_why; i++)
		write_text(w, m->why[i]);
}

struct match_reader {
	struct unpack	 in;
	struct arena	*mem;
	uint32_t	 left;
	struct match	*bodies;	uint32_t n_bodies;
	const char	**texts;	uint32_t n_texts;
};

struct match_reader *
match_reader_new(const void *p, size_t n, struct arena *mem, uint32_t *ret_n,
    uint32_t *ret_left_out)
{
	struct match_reader *r = arena_alloc(mem, sizeof(*r));

	r->mem = mem;
	unpack_open(&r->in, p, n);
	*ret_left_out = unpack_u32(&r->in, "left_out", UINT32_MAX);
	*ret_n = unpack_count(&r->in, "matches", MATCHES_MAX,
	    LEAST_SHORT_MATCH);
	r->left = *ret_n;
	return r->in.bad ? NULL : r;
}

/* packed by write_text */
static const char *
read_text(struct match_reader *r, const char *field, size_t max)
{
	uint32_t at = unpack_u32(&r->in, field, r->n_texts);

	if (r->in.bad)
		return "";
	if (at == r->n_texts) {
		r->texts = arena_more(r->mem, r->texts, r->n_texts,
		    sizeof(*r->texts));
		r->texts[r->n_texts++] = unpack_str(&r->in, field, max);
	}
	return r->texts[at];
}

/* packed by match_write */
int
match_read(struct match_reader *r, struct match *ret, struct err *err)
{
	if (r->left == 0)
		return unpack_done(&r->in, err) < 0 ?
		    err_in(err, "matching") : 0;
	uint32_t at = unpack_u32(&r->in, "match.body", r->n_bodies);
	if (at == r->n_bodies && !r->in.bad) {
		r->bodies = arena_more(r->mem, r->bodies, r->n_bodies,
		    sizeof(*r->bodies));
		struct match *body = &r->bodies[r->n_bodies++];
		match_init(body);
		body->same = r->n_bodies;
		body_unpack(&r->in, r->mem, body);
	}
	if (r->in.bad)
		return unpack_done(&r->in, err) < 0 ?
		    err_in(err, "matching") : -1;
	*ret = r->bodies[at];
	device_unpack_few(&r->in, r->mem, &ret->device);
	ret->device.list = read_text(r, "device.list", LINE_MAX_);
	ret->n_why = unpack_u8(&r->in, "match.why", WHY_MAX);
	ret->why = arena_alloc(r->mem, (ret->n_why + 1u) *
	    sizeof(*ret->why));
	for (uint32_t i = 0; i < ret->n_why; i++)
		ret->why[i] = read_text(r, "match.why", TEXT_MAX);
	r->left--;
	return r->in.bad ? (unpack_done(&r->in, err),
	    err_in(err, "matching")) : 1;
}

/* unpacked by matching_unpack */
void
matching_pack(struct buf *out, const struct matching *m)
{
	struct match_writer *w = match_writer_new(out, m->n, m->left_out);

	for (uint32_t i = 0; i < m->n; i++)
		match_write(w, &m->matches[i]);
	match_writer_end(w);
}

/* packed by matching_pack */
int
matching_unpack(const void *p, size_t n, struct arena *mem,
    struct matching *ret, struct err *err)
{
	struct matching got = { .matches = NULL };
	struct match_reader *r = match_reader_new(p, n, mem, &got.n,
	    &got.left_out);
	int more = -1;

	if (r == NULL)
		return err_in(err, "matching: %s", "its head is damaged");
	got.matches = arena_alloc(mem, (got.n + 1) * sizeof(*got.matches));
	for (uint32_t i = 0; i <= got.n; i++)
		if ((more = match_read(r, &got.matches[i], err)) < 1)
			break;
	if (more != 0)
		return -1;
	*ret = got;
	return 0;
}
