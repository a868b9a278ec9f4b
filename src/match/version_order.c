/* version_order.c - which of two versions comes first, and which is of the
 * other. Pure. */
#include <string.h>
#include "version_words.h"
#include "versions.h"

static enum version_order
order_of(uint64_t a, uint64_t b)
{
	return a < b ? VERSION_LESS : a > b ? VERSION_GREATER : VERSION_EQUAL;
}

/* What stands at a place where the other version has ended. */
static enum version_order
compare_end(const struct version *v, unsigned at)
{
	for (; at < v->n; at++) {
		const struct piece *p = &v->piece[at];
		if (p->kind == PIECE_WILD)
			return VERSION_EQUAL;
		/* Whether "8.5" has a "GMA3" nobody knows. */
		if (p->apart)
			return VERSION_UNLIKE;
		if (p->kind == PIECE_LETTERS)
			return version_before_release(p->value) ? VERSION_LESS :
			    VERSION_GREATER;
		if (p->value != 0)
			return VERSION_GREATER;
	}
	return VERSION_EQUAL;
}

static enum version_order
compare_piece(const struct piece *a, const struct piece *b)
{
	/* "(AAZF.12)" is of another device than "(ABCD.12)". */
	if (a->kind == PIECE_LETTERS && b->kind == PIECE_LETTERS &&
	    a->value != b->value && !a->glued && !b->glued &&
	    (a->value >> 40 & 0xff) != 0 && (b->value >> 40 & 0xff) != 0)
		return VERSION_UNLIKE;
	if (a->kind == b->kind)
		return order_of(a->value, b->value);
	const struct piece *letters = a->kind == PIECE_LETTERS ? a : b;
	/* "1.0a" stands before "1.0.1"; "2.420.HW01" cannot be told. */
	if (!letters->glued)
		return VERSION_UNLIKE;
	return letters == a ? VERSION_LESS : VERSION_GREATER;
}

/* "R2.1" and "vEL9.00" may be 2.1 and 9.00, but "SP1" and "VMS560" count
 * something of their own. */
static bool
prefixes_fit(const struct version *a, const struct version *b)
{
	if (a->prefix != 0 && b->prefix != 0)
		return a->prefix == b->prefix;
	const struct version *v = a->prefix != 0 ? a : b;
	return !v->tight || v->n > 1;
}

/* "V01L013": a letter in place of a dot. Not "2.0-rc1". */
static bool
counts_by_letter(const struct version *v, unsigned at)
{
	return v->piece[at].kind == PIECE_LETTERS && at + 1 < v->n &&
	    v->piece[at + 1].kind == PIECE_NUMBER && v->piece[at + 1].glued &&
	    !version_before_release(v->piece[at].value);
}

static bool
is_year(const struct version *v)
{
	return v->n > 0 && v->piece[0].kind == PIECE_NUMBER &&
	    v->piece[0].value >= YEAR_MIN && v->piece[0].value <= YEAR_MAX;
}

/* A date says nothing of "4.6.1", nor "FW18" of "03.10.08(22)", where it may be
 * the number in brackets. */
static bool
shapes_fit(const struct version *a, const struct version *b)
{
	if (a->date != b->date && !is_year(a->date ? b : a))
		return false;
	if (a->address != b->address && (a->address ? b : a)->piece[0].value <=
	    VERSION_FIRST_MAX)
		return false;
	return !(a->bracket && b->n == 1) && !(b->bracket && a->n == 1);
}

/* "21.4R3" and "21.4 R3", "7.0u2" and "7.0 Update 2": the letter that stands
 * for what the other has on top, told as it tells it. In room. */
static const struct version *
spelt_as(const struct version *v, const struct version *other,
    struct version *room)
{
	static const struct { char letter; enum top top; } letters[] = {
		{ 'r', TOP_RELEASE }, { 'u', TOP_UPDATE }, { 'p', TOP_PATCH },
		{ 'b', TOP_BUILD },
	};

	for (unsigned i = 1; i + 1 < other->n && v->n + 2 <=
	    VERSION_PIECES_MAX; i++)
		for (unsigned k = 0; k < 4; k++) {
			const struct piece *p = &other->piece[i];
			uint64_t top = v->top[letters[k].top];
			if (p->kind != PIECE_LETTERS || !p->glued || !p[1].glued
			    || p[1].kind != PIECE_NUMBER || p->value !=
			    pack_letters(&letters[k].letter, 1) || top == 0 ||
			    (top & 0xfffff) != 0 ||
			    v->top_at[letters[k].top] != i)
				continue;
			*room = *v;
			memmove(room->piece + i + 2, room->piece + i,
			    (v->n - i) * sizeof(*p));
			room->piece[i] = p[0];
			room->piece[i + 1] = p[1];
			room->piece[i + 1].value = top >> 20;
			room->top[letters[k].top] = 0;
			room->n += 2;
			return room;
		}
	return v;
}

static enum version_order
compare_spelt(const struct version *a, const struct version *b)
{
	unsigned i = 0;

	if (!prefixes_fit(a, b) || !shapes_fit(a, b))
		return VERSION_UNLIKE;
	for (; i < a->n && i < b->n; i++) {
		if (a->piece[i].kind == PIECE_WILD ||
		    b->piece[i].kind == PIECE_WILD) {
			/* The last wildcard covers all that follows. */
			if ((a->piece[i].kind == PIECE_WILD && i + 1 == a->n)
			    || (b->piece[i].kind == PIECE_WILD &&
			    i + 1 == b->n))
				return VERSION_EQUAL;
			continue;
		}
		if (a->piece[i].kind != b->piece[i].kind &&
		    (counts_by_letter(a, i) || counts_by_letter(b, i)))
			return VERSION_UNLIKE;
		enum version_order o = compare_piece(&a->piece[i],
		    &b->piece[i]);
		if (o != VERSION_EQUAL)
			return o;
	}
	enum version_order o = VERSION_EQUAL;
	if (i < a->n) {
		o = compare_end(a, i);
	} else if (i < b->n) {
		o = compare_end(b, i);
		o = o == VERSION_LESS ? VERSION_GREATER :
		    o == VERSION_GREATER ? VERSION_LESS : o;
	}
	for (unsigned t = 0; t < TOP_COUNT_ && o == VERSION_EQUAL; t++)
		o = order_of(a->top[t], b->top[t]);
	return o;
}

static bool
has_tops(const struct version *v)
{
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		if (v->top[t] != 0)
			return true;
	return false;
}

enum version_order
version_compare(const struct version *a, const struct version *b)
{
	struct version room;

	if (has_tops(a))
		a = spelt_as(a, b, &room);
	else if (has_tops(b))
		b = spelt_as(b, a, &room);
	return compare_spelt(a, b);
}

bool
version_is_before_release(const struct version *a, const struct version *b)
{
	struct version bare = *a;

	bare.n = 0;
	while (bare.n < a->n && !(a->piece[bare.n].kind == PIECE_LETTERS &&
	    version_before_release(a->piece[bare.n].value)))
		bare.n++;
	return bare.n > 0 && bare.n < a->n &&
	    version_compare(&bare, b) == VERSION_EQUAL;
}

bool
version_is_build_of(const struct version *v, const struct version *of)
{
	struct version bare = *v;

	bare.top[TOP_BUILD] = 0;
	return v->top[TOP_BUILD] != 0 && of->top[TOP_BUILD] == 0 &&
	    version_compare(&bare, of) == VERSION_EQUAL;
}

bool
version_is_stamped(const struct version *v, const struct version *of)
{
	struct version bare = *v;

	if (!version_is_within(v, of))
		return false;
	if (v->n > of->n)
		return !v->piece[of->n].dotted && !v->piece[of->n].glued;
	bare.top[TOP_RELEASE] = 0;
	return v->top[TOP_RELEASE] != 0 && of->top[TOP_RELEASE] == 0 &&
	    version_compare(&bare, of) == VERSION_EQUAL;
}

bool
version_may_count_tops(const struct version *v, const struct version *of)
{
	struct version line = *of;
	uint64_t pack = of->top[TOP_SERVICE_PACK] >> 20;

	memset(line.top, 0, sizeof(line.top));
	if (!has_tops(of) || has_tops(v) || v->n <= of->n ||
	    !version_is_within(v, &line) ||
	    v->piece[of->n].kind != PIECE_NUMBER)
		return false;
	line.top[TOP_BUILD] = of->top[TOP_BUILD];
	if (memcmp(line.top, of->top, sizeof(line.top)) == 0)
		return true;
	uint64_t next = v->piece[of->n].value;
	return next == 0 || next == pack || next >= BUILD_MIN;
}

bool
version_is_within(const struct version *longer, const struct version *line)
{
	if (line->n > longer->n || (longer->prefix != 0 && line->prefix != 0 &&
	    longer->prefix != line->prefix))
		return false;
	for (unsigned i = 0; i < line->n; i++) {
		if (line->piece[i].kind == PIECE_WILD)
			return true;
		if (line->piece[i].kind != longer->piece[i].kind ||
		    line->piece[i].value != longer->piece[i].value)
			return false;
	}
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		if (line->top[t] != 0 && line->top[t] != longer->top[t])
			return false;
	return true;
}
