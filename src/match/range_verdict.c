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
		if (!b->strict && version_is_build_of(v, &b->version))
			return VERDICT_IN;
		/* People write "<= 2.3" and mean all of 2.3. */
		return (!b->strict && b->version.n <= 2 &&
		    version_is_within(v, &b->version)) ||
		    (!b->strict && version_is_stamped(v, &b->version)) ||
		    version_may_count_tops(v, &b->version) ?
		    VERDICT_UNKNOWN : VERDICT_OUT;
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
	if (o == VERSION_EQUAL || version_is_build_of(v, &b->version))
		return ends_wild(v) && !ends_wild(&b->version) ?
		    VERDICT_UNKNOWN : VERDICT_IN;
	if (o == VERSION_UNLIKE)
		return VERDICT_UNKNOWN;
	if (version_is_within(v, &b->version) &&
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
		beyond |= same && o != VERSION_UNLIKE &&
		    test_high(b, v) != VERDICT_IN;
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
with_span(enum verdict best, const struct range *r, unsigned i, enum verdict v,
    bool *ret_lone)
{
	const struct span *s = &r->spans[i];
	bool lone = s->low.there && !s->high.there &&
	    !(r->formal && r->n > 1);

	/* One such bound in five stands the wrong way round: it never
	 * silences. */
	if (lone && v == VERDICT_OUT)
		v = VERDICT_UNKNOWN;
	if (v >= best)
		return best;
	*ret_lone = lone;
	return v;
}

/* The build behind the line's numbers, in room; the version itself if it has
 * none. */
static const struct version *
build_of(const struct range *r, const struct version *v, struct version *room)
{
	const struct version *line = r->line;

	if (line == NULL || v == NULL || v->n <= line->n ||
	    !version_is_within(v, line) ||
	    v->piece[line->n].kind != PIECE_NUMBER ||
	    v->piece[line->n].value < BUILD_MIN)
		return v;
	*room = *v;
	room->n = v->n - line->n;
	memmove(room->piece, room->piece + line->n, room->n *
	    sizeof(room->piece[0]));
	return room;
}

void
range_of_line(struct range *r, const struct version *line)
{
	r->line = line;
	r->ranked = false;
}

enum verdict
range_test(const struct range *r, const struct version *device, bool *ret_lone)
{
	enum verdict best = VERDICT_OUT;
	struct version build;

	*ret_lone = false;
	if (r->none)
		return VERDICT_OUT;
	if (r->all)
		return r->narrowed ? VERDICT_UNKNOWN : VERDICT_IN;
	if (!r->readable || device == NULL || r->serial.there ||
	    r->vers != NULL)
		return VERDICT_UNKNOWN;
	device = build_of(r, device, &build);
	for (unsigned i = 0; i < r->n; i++)
		best = with_span(best, r, i, test_span(&r->spans[i],
		    device), ret_lone);
	if (best == VERDICT_IN && above_own_line(r, device))
		best = VERDICT_UNKNOWN;
	return range_says(r, best);
}

/* Do all bounds begin as the cell does, with letters of their own? */
static bool
begins_alike(const struct range *r, const struct version *whole)
{
	bool alike = r->n > 0 && whole->prefix != 0;

	for (unsigned i = 0; i < r->n && alike; i++) {
		const struct bound *both[] = { &r->spans[i].low,
		    &r->spans[i].high };
		for (unsigned k = 0; k < 2; k++)
			alike &= !both[k]->there || (both[k]->readable &&
			    both[k]->version.prefix == whole->prefix &&
			    (!whole->tight || both[k]->version.piece[0].value
			    == whole->piece[0].value));
	}
	return alike;
}

enum verdict
range_test_cell(const struct range *r, const struct cell *cell, bool named,
    bool *ret_lone)
{
	if (cell != NULL && cell->whole_there && begins_alike(r, &cell->whole))
		return range_test(r, &cell->whole, ret_lone);
	if (cell == NULL || cell->n == 0)
		return range_test(r, NULL, ret_lone);
	enum verdict all = range_test(r, &cell->version[0], ret_lone);
	if (r->all)
		return all;
	if (r->code != NULL && strcmp(r->code, cell->front) == 0)
		named = true;
	else if (r->code != NULL && all == VERDICT_IN)
		all = VERDICT_UNKNOWN;
	for (unsigned i = 1; i < cell->n; i++) {
		bool lone;
		if (range_test(r, &cell->version[i], &lone) != all)
			all = VERDICT_UNKNOWN;
		*ret_lone &= lone;
	}
	if (cell->unsure || (cell->front_is_code && !named) ||
	    (cell->strange && !named && all == VERDICT_OUT))
		all = VERDICT_UNKNOWN;
	return all;
}

/* ---- by rank ------------------------------------------------------------- */

/* Where the numbers behind may count what the bound has on top. */
static void
rank_tops(struct bound *b)
{
	const struct version *v = &b->version;
	unsigned shift = 48 - 16 * v->n;
	uint64_t pack = v->top[TOP_SERVICE_PACK] >> 20;

	b->on = ~0ull << (shift + 16);
	b->next = 65535ull << shift;
	b->pack = pack < 65536 ? pack << shift : 0;
	b->builds = true;
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		b->builds &= t == TOP_BUILD || v->top[t] == 0;
}

/* Most ranges and versions are numbers and dots: then numbers are compared. */
static bool
rank_bound(struct bound *b, bool exact)
{
	const struct version *v = &b->version;

	if (!b->there)
		return true;
	if (!b->readable || v->n > 4 || v->wild || v->date)
		return false;
	/* Letters in front count where the other has none, as for
	 * version_compare. */
	if (v->prefix != 0 && v->tight && v->n < 2)
		return false;
	b->rank = b->line = b->on = 0;
	b->topped = false;
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		b->topped |= v->top[t] != 0;
	for (unsigned i = 0; i < v->n; i++) {
		if (v->piece[i].kind != PIECE_NUMBER ||
		    v->piece[i].value > 65535)
			return false;
		b->rank |= v->piece[i].value << (48 - 16 * i);
	}
	if (v->n > 0 && v->n <= (exact ? 4u : 2u) && !b->topped)
		b->line = ~0ull << (64 - 16 * v->n);
	if (v->n > 0 && v->n < 4 && b->topped && !exact)
		rank_tops(b);
	return true;
}

/* The first of the next numbers that may count builds. */
static uint64_t
rank_builds(const struct bound *b)
{
	return (b->next & (~b->next + 1)) * BUILD_MIN;
}

/* version_may_count_tops, by rank. */
static bool
rank_may_count_tops(const struct bound *b, uint64_t rank)
{
	uint64_t next;

	if (b->on == 0 || ((rank ^ b->rank) & b->on) != 0)
		return false;
	next = rank & b->next;
	return b->builds || next == 0 || next == b->pack ||
	    next >= rank_builds(b);
}

static bool
is_build(const struct bound *b)
{
	return b->there && b->readable && !b->version.date &&
	    b->version.piece[0].kind == PIECE_NUMBER &&
	    b->version.piece[0].value >= BUILD_MIN;
}

/* Where spans may be of one line of versions each, above_own_line decides. */
void
range_rank(struct range *r)
{
	bool one = r->n <= 1;

	for (unsigned i = 0; i < r->n; i++)
		one |= r->spans[i].exact;
	r->ranked = r->all || (one && r->readable && !r->serial.there &&
	    r->vers == NULL && r->code == NULL);
	for (unsigned i = 0; i < r->n; i++)
		r->builds |= is_build(&r->spans[i].low) ||
		    is_build(&r->spans[i].high);
	for (unsigned i = 0; i < r->n && r->ranked && !r->all; i++)
		r->ranked = !r->spans[i].itself &&
		    rank_bound(&r->spans[i].low, r->spans[i].exact) &&
		    rank_bound(&r->spans[i].high, false);
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
		return s->low.topped ? VERDICT_OUT :
		    rank == s->low.rank ? VERDICT_IN :
		    rank_in_line(&s->low, rank) ? VERDICT_UNKNOWN :
		    VERDICT_OUT;
	if (s->low.there && (rank < s->low.rank || (rank == s->low.rank &&
	    (s->low.strict || s->low.topped))))
		return VERDICT_OUT;
	if (!s->high.there || rank < s->high.rank ||
	    (rank == s->high.rank && s->high.topped))
		return VERDICT_IN;
	if (rank == s->high.rank)
		return s->high.strict ? VERDICT_OUT : VERDICT_IN;
	return (!s->high.strict && rank_in_line(&s->high, rank)) ||
	    rank_may_count_tops(&s->high, rank) ?
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
		best = with_span(best, r, i, rank_in_span(&r->spans[i],
		    rank), ret_lone);
	return range_says(r, best);
}

/* The end that comes first, of those at or behind rank. */
static void
ends_at(uint64_t rank, uint64_t end, uint64_t *last)
{
	if (end >= rank && end < *last)
		*last = end;
}

static void
tops_end_at(uint64_t rank, const struct bound *b, uint64_t *last)
{
	uint64_t behind = ~(b->on | b->next);

	ends_at(rank, b->rank | ~b->on, last);
	ends_at(rank, b->rank | behind, last);
	ends_at(rank, (b->rank | b->pack) - 1, last);
	ends_at(rank, b->rank | b->pack | behind, last);
	ends_at(rank, (b->rank | rank_builds(b)) - 1, last);
}

uint64_t
range_rank_until(const struct range *r, uint64_t rank)
{
	uint64_t last = UINT64_MAX;

	for (unsigned i = 0; i < 2 * r->n; i++) {
		const struct span *s = &r->spans[i / 2];
		const struct bound *b = i % 2 == 0 ? &s->low : &s->high;
		if (!b->there)
			continue;
		ends_at(rank, b->rank - 1, &last);
		ends_at(rank, b->rank, &last);
		if (b->on != 0)
			tops_end_at(rank, b, &last);
		if (b->line == 0)
			continue;
		ends_at(rank, (b->rank & b->line) - 1, &last);
		ends_at(rank, b->rank | ~b->line, &last);
	}
	return last;
}

/* Firmware is listed with a V, and with "SP2": where a package world has
 * numbers only, its ranges hold for these too. */
static int
vers_test(const struct range *r, const char *text)
{
	bool v = (text[0] == 'v' || text[0] == 'V') && text[1] >= '0' &&
	    text[1] <= '9', lone;
	int in = text[0] != '\0' ? vers_holds(r->vers, text) : -1;
	struct cell own;

	if (in < 0 && v)
		in = vers_holds(r->vers, text + 1);
	if (in >= 0 || r->plain == NULL || text[0] == '\0')
		return in;
	cell_read(text, &own);
	switch (range_test_cell(r->plain, &own, false, &lone)) {
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

/* But for case, blanks and signs. */
static bool
same_text(const char *a, const char *b)
{
	char x[TEXT_ROOM], y[TEXT_ROOM];
	size_t n = name_fold(a, x, sizeof(x)), m = name_fold(b, y, sizeof(y));

	return name_hash(x, 0, n) == name_hash(y, 0, m);
}

/* But for case and blanks: "8.9+" is not 8.9. */
static bool
same_signs(const char *a, const char *b)
{
	char x[TEXT_ROOM], y[TEXT_ROOM];
	const char *p = x, *q = y;

	name_fold(a, x, sizeof(x));
	name_fold(b, y, sizeof(y));
	for (;; p++, q++) {
		p += strspn(p, " _");
		q += strspn(q, " _");
		if (*p != *q || *p == '\0')
			return *p == *q;
	}
}

/* "Basic Edition V2": whatever it is, the same is the same. */
static bool
is_odd_itself(const struct range *r, const struct own_version *own)
{
	if (r->odd == NULL || own->text[0] == '\0')
		return false;
	if (!r->readable && r->spans[0].exact)
		return same_text(r->odd, own->text);
	return (!r->readable || own->cell == NULL || own->cell->odd) &&
	    same_signs(r->odd, own->text);
}

enum verdict
range_test_device(const struct range *r, const struct own_version *own,
    bool *ret_lone)
{
	enum verdict same;

	*ret_lone = false;
	if (r->serial.there)
		return serial_test(&r->serial, own->serial);
	if (is_odd_itself(r, own))
		return r->spans[0].exact ? VERDICT_IN : range_says(r,
		    r->spans[0].high.strict ? VERDICT_OUT : VERDICT_IN);
	if (r->vers == NULL && !r->all && !r->none && own->text[0] != '\0' &&
	    (own->cell == NULL || own->cell->n == 0) &&
	    (same = test_text(r, own->text)) != VERDICT_UNKNOWN)
		return same;
	if (r->vers == NULL)
		return range_test_cell(r, own->cell, own->named, ret_lone);
	int in = vers_test(r, own->text);
	*ret_lone = in == 1 && r->lone_low;
	return in == 1 ? VERDICT_IN : in == 0 ? VERDICT_OUT : VERDICT_UNKNOWN;
}
