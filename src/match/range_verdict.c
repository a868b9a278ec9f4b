/* range_verdict.c - is a version in a range? First for all versions, then for
 * those that are numbers and dots. */
#include <string.h>
#include "range_text.h"
#include "ranges.h"
#include "schemes.h"
#include "noun/index.h"

/* "< 5.x": whether 5.3 is meant nobody knows. */
static bool
ends_wild(const struct version *v)
{
	return v->n > 0 && v->piece[v->n - 1].kind == PIECE_WILD;
}

/* The list may have a wildcard too: "14.x" is on both sides of 14.2. */
static enum verdict
at_bound(const struct bound *b, const struct version *v)
{
	if (ends_wild(v) && !ends_wild(&b->version))
		return VERDICT_UNKNOWN;
	return !b->strict ? VERDICT_IN : ends_wild(&b->version) ?
	    VERDICT_UNKNOWN : VERDICT_OUT;
}

static enum verdict
test_low(const struct bound *b, const struct version *v)
{
	if (!b->there)
		return VERDICT_IN;
	if (!b->readable)
		return VERDICT_UNKNOWN;
	switch (version_compare(v, &b->version)) {
	case VERSION_LESS:
		/* "8" may well be 8.2 where the bound is 8.1; whoever counts
		 * 6.1.0 rc2 as 6.1.0 begins there. */
		return (v->n == 1 && b->version.n > 1 &&
		    version_is_within(&b->version, v)) ||
		    version_is_before_release(v, &b->version) ?
		    VERDICT_UNKNOWN : VERDICT_OUT;
	case VERSION_EQUAL:
		return at_bound(b, v);
	case VERSION_GREATER:
		return VERDICT_IN;
	case VERSION_UNLIKE:
		break;
	}
	return VERDICT_UNKNOWN;
}

static enum verdict
test_high(const struct bound *b, const struct version *v)
{
	if (!b->there)
		return VERDICT_IN;
	if (!b->readable)
		return VERDICT_UNKNOWN;
	switch (version_compare(v, &b->version)) {
	case VERSION_LESS:
		return VERDICT_IN;
	case VERSION_EQUAL:
		return at_bound(b, v);
	case VERSION_GREATER:
		/* People write "<= 2.3" and mean all of 2.3. */
		return !b->strict && b->version.n <= 2 &&
		    version_is_within(v, &b->version) ? VERDICT_UNKNOWN :
		    VERDICT_OUT;
	case VERSION_UNLIKE:
		break;
	}
	return VERDICT_UNKNOWN;
}

static enum verdict
test_exact(const struct bound *b, const struct version *v, bool itself)
{
	if (!b->readable)
		return VERDICT_UNKNOWN;
	enum version_order o = version_compare(v, &b->version);
	if (o == VERSION_EQUAL)
		return ends_wild(v) && !ends_wild(&b->version) ?
		    VERDICT_UNKNOWN : VERDICT_IN;
	if (o == VERSION_UNLIKE)
		return VERDICT_UNKNOWN;
	if (b->version.n <= 2 && version_is_within(v, &b->version) &&
	    !(itself && v->n > b->version.n))
		return VERDICT_UNKNOWN;
	if (v->n == 1 && b->version.n > 1 && version_is_within(&b->version, v))
		return VERDICT_UNKNOWN;
	return VERDICT_OUT;
}

static enum verdict
test_span(const struct span *s, const struct version *v)
{
	if (s->exact)
		return test_exact(&s->low, v, s->itself);
	enum verdict low = test_low(&s->low, v), high = test_high(&s->high, v);
	if (low == VERDICT_OUT || high == VERDICT_OUT)
		return VERDICT_OUT;
	return low == VERDICT_IN && high == VERDICT_IN ? VERDICT_IN :
	    VERDICT_UNKNOWN;
}

/* "< 10.2.4 | < 11.1.2" mostly means one bound for each line of versions:
 * 10.2.5 is below the second, but beyond its own. */
static bool
above_own_line(const struct range *r, const struct version *v)
{
	bool beyond = false, below = false;

	for (unsigned i = 0; i < r->n; i++) {
		const struct span *s = &r->spans[i];
		const struct bound *b = &s->high;
		if (s->exact || !b->there || !b->readable || s->low.there ||
		    b->version.n < 2 || v->n < 2)
			return false;
		enum version_order o = version_compare(v, &b->version);
		bool same = b->version.piece[0].value == v->piece[0].value;
		beyond |= same && (o == VERSION_GREATER ||
		    (o == VERSION_EQUAL && b->strict));
		below |= same && !beyond && o == VERSION_LESS;
	}
	return beyond && !below;
}

/* What the spans come to, and what the words around them make of it. */
static enum verdict
range_says(const struct range *r, enum verdict best)
{
	if (best == VERDICT_IN && r->narrowed)
		return VERDICT_UNKNOWN;
	if (best == VERDICT_OUT && r->widened)
		return VERDICT_UNKNOWN;
	return best;
}

/* The best so far, with one span more. */
static enum verdict
with_span(enum verdict best, const struct span *s, enum verdict v,
    bool *ret_lone)
{
	bool lone = s->low.there && !s->high.there;

	/* One such bound in five stands the wrong way round: it never
	 * silences. */
	if (lone && v == VERDICT_OUT)
		v = VERDICT_UNKNOWN;
	if (v >= best)
		return best;
	*ret_lone = lone;
	return v;
}

enum verdict
range_test(const struct range *r, const struct version *device, bool *ret_lone)
{
	enum verdict best = VERDICT_OUT;

	*ret_lone = false;
	if (r->none)
		return VERDICT_OUT;
	if (r->all)
		return r->narrowed ? VERDICT_UNKNOWN : VERDICT_IN;
	if (!r->readable || device == NULL || r->serial.there ||
	    r->vers != NULL)
		return VERDICT_UNKNOWN;
	for (unsigned i = 0; i < r->n; i++)
		best = with_span(best, &r->spans[i], test_span(&r->spans[i],
		    device), ret_lone);
	if (best == VERDICT_IN && above_own_line(r, device))
		best = VERDICT_UNKNOWN;
	return range_says(r, best);
}

/* ---- by rank ------------------------------------------------------------- */

/* Most ranges and versions are numbers and dots: then numbers are compared. */
static bool
rank_bound(struct bound *b)
{
	const struct version *v = &b->version;

	if (!b->there)
		return true;
	if (!b->readable || v->n > 4 || v->prefix != 0 || v->wild)
		return false;
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		if (v->top[t] != 0)
			return false;
	b->rank = b->line = 0;
	for (unsigned i = 0; i < v->n; i++) {
		if (v->piece[i].kind != PIECE_NUMBER ||
		    v->piece[i].value > 65535)
			return false;
		b->rank |= v->piece[i].value << (48 - 16 * i);
	}
	if (v->n <= 2)
		b->line = v->n == 1 ? 0xffffull << 48 : 0xffffffffull << 32;
	return true;
}

/* Where spans may be of one line of versions each, above_own_line decides. */
void
range_rank(struct range *r)
{
	bool one = r->n <= 1;

	for (unsigned i = 0; i < r->n; i++)
		one |= r->spans[i].exact;
	r->ranked = r->all || (one && r->readable && !r->serial.there &&
	    r->vers == NULL);
	for (unsigned i = 0; i < r->n && r->ranked && !r->all; i++)
		r->ranked = !r->spans[i].itself &&
		    rank_bound(&r->spans[i].low) &&
		    rank_bound(&r->spans[i].high);
}

static bool
rank_in_line(const struct bound *b, uint64_t rank)
{
	return b->line != 0 && ((rank ^ b->rank) & b->line) == 0;
}

static enum verdict
rank_in_span(const struct span *s, uint64_t rank)
{
	if (s->exact)
		return rank == s->low.rank ? VERDICT_IN :
		    rank_in_line(&s->low, rank) ? VERDICT_UNKNOWN :
		    VERDICT_OUT;
	if (s->low.there && (rank < s->low.rank ||
	    (rank == s->low.rank && s->low.strict)))
		return VERDICT_OUT;
	if (!s->high.there || rank < s->high.rank)
		return VERDICT_IN;
	if (rank == s->high.rank)
		return s->high.strict ? VERDICT_OUT : VERDICT_IN;
	return !s->high.strict && rank_in_line(&s->high, rank) ?
	    VERDICT_UNKNOWN : VERDICT_OUT;
}

enum verdict
range_test_rank(const struct range *r, uint64_t rank, bool *ret_lone)
{
	enum verdict best = VERDICT_OUT;

	*ret_lone = false;
	if (r->none)
		return VERDICT_OUT;
	if (r->all)
		return r->narrowed ? VERDICT_UNKNOWN : VERDICT_IN;
	for (unsigned i = 0; i < r->n; i++)
		best = with_span(best, &r->spans[i], rank_in_span(&r->spans[i],
		    rank), ret_lone);
	return range_says(r, best);
}

/* Firmware is listed with a V, and with "SP2": where a package world has
 * numbers only, its ranges hold for these too. */
static int
vers_test(const struct range *r, const char *text)
{
	bool v = (text[0] == 'v' || text[0] == 'V') && text[1] >= '0' &&
	    text[1] <= '9', lone;
	int in = text[0] != '\0' ? vers_holds(r->vers, text) : -1;
	struct version own;

	if (in < 0 && v)
		in = vers_holds(r->vers, text + 1);
	if (in >= 0 || r->plain == NULL || text[0] == '\0' ||
	    version_read_printed(text, &own) != 0)
		return in;
	switch (range_test(r->plain, &own, &lone)) {
	case VERDICT_IN:
		return 1;
	case VERDICT_OUT:
		return 0;
	case VERDICT_UNKNOWN:
		break;
	}
	return -1;
}

/* A text that is no version for us is still the same text, but for case, blanks
 * and signs. */
static enum verdict
test_text(const struct range *r, const char *own)
{
	char text[TEXT_ROOM];
	bool narrowed, widened;
	size_t n = range_fold(own, text, &narrowed, &widened);
	uint64_t hash = name_hash(text, 0, n);

	for (unsigned i = 0; i < r->n && n > 0; i++) {
		const struct span *s = &r->spans[i];
		const struct bound *b = s->high.there ? &s->high : &s->low;
		if (b->text == NULL ||
		    name_hash(b->text, 0, strlen(b->text)) != hash)
			continue;
		if (s->exact || (!b->strict && !(s->low.there &&
		    s->high.there)))
			return r->narrowed ? VERDICT_UNKNOWN : VERDICT_IN;
		if (b->strict && r->n == 1 && !r->widened)
			return VERDICT_OUT;
	}
	return VERDICT_UNKNOWN;
}

enum verdict
range_test_device(const struct range *r, const struct own_version *own,
    bool *ret_lone)
{
	*ret_lone = false;
	if (r->serial.there)
		return serial_test(&r->serial, own->serial);
	/* "Basic Edition V2": whatever it is, the same is the same. */
	if (r->vers == NULL && !r->all && !r->none && own->version == NULL &&
	    own->text[0] != '\0')
		return test_text(r, own->text);
	if (r->vers == NULL)
		return range_test(r, own->version, ret_lone);
	int in = vers_test(r, own->text);
	*ret_lone = in == 1 && r->lone_low;
	return in == 1 ? VERDICT_IN : in == 0 ? VERDICT_OUT : VERDICT_UNKNOWN;
}
