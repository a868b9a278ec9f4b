#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "noun/match.h"
#include "pieces.h"

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

void
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
}

void
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
}

/* unpacked by match_unpack */
void
match_pack(struct buf *out, const struct match *m)
{
	device_pack(out, &m->device);
	body_pack(out, m);
	remedies_pack(out, m->remedies, m->n_remedies);
	texts_pack(out, m->why, m->n_why);
}

/* packed by match_pack */
void
match_unpack(struct unpack *in, struct arena *mem, struct match *ret)
{
	device_unpack(in, mem, &ret->device);
	body_unpack(in, mem, ret);
	/* What is said of this device names no products: no index is valid. */
	ret->remedies = remedies_unpack(in, mem, REMEDIES_MAX, 0,
	    &ret->n_remedies);
	ret->why = texts_unpack(in, mem, "match.why", WHY_MAX, TEXT_MAX,
	    &ret->n_why);
}
