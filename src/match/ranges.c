/* ranges.c - printed version ranges to spans, and the test of a version.
 *
 * The text is folded, phrases become signs, then terms (sign + version) are
 * taken from left to right and joined to spans. */
#include <string.h>
#include "range_text.h"
#include "ranges.h"
#include "base/arena.h"
#include "base/text.h"
#include "noun/index.h"
#include "schemes.h"

/* --- terms --- */

struct terms {
	struct arena	*mem;
	struct range	*range;
	bool		 low_waits;	/* a lower bound whose upper may come */
	struct bound	 low;
};

static struct span *
add_span(struct terms *t)
{
	struct range *r = t->range;

	r->spans = arena_more(t->mem, r->spans, r->n, sizeof(*r->spans));
	struct span *s = &r->spans[r->n++];
	memset(s, 0, sizeof(*s));
	return s;
}

/* A lower bound that no upper one followed. */
static void
flush_low(struct terms *t)
{
	if (!t->low_waits)
		return;
	struct span *s = add_span(t);
	s->low = t->low;
	t->low_waits = false;
	t->range->lone_low = true;
}

static void
take_low(struct terms *t, const struct bound *b)
{
	struct range *r = t->range;

	flush_low(t);
	/* "<= 5.0 and >= 3.0": the bounds stand the other way round. */
	if (r->n > 0) {
		struct span *last = &r->spans[r->n - 1];
		if (!last->exact && last->high.there && !last->low.there &&
		    last->high.readable && b->readable &&
		    version_compare(&b->version, &last->high.version) ==
		    VERSION_LESS) {
			last->low = *b;
			return;
		}
	}
	t->low = *b;
	t->low_waits = true;
}

static void
take_high(struct terms *t, const struct bound *b)
{
	/* ">= 3.5 < 3.0": two bounds, each alone, that cannot both be meant. */
	if (t->low_waits && t->low.readable && b->readable &&
	    version_compare(&t->low.version, &b->version) == VERSION_GREATER) {
		t->range->narrowed = true;
		flush_low(t);
	}
	struct span *s = add_span(t);
	s->high = *b;
	if (t->low_waits)
		s->low = t->low;
	t->low_waits = false;
}

static void
take_exact(struct terms *t, const struct bound *b)
{
	flush_low(t);
	struct span *s = add_span(t);
	s->low = s->high = *b;
	s->exact = true;
}

/* Is it several versions, each with a dot or a V: "V36.011 V35.013"? */
static unsigned
lines_in(const char *s, size_t n, struct version *ret, unsigned room)
{
	unsigned count = 0;

	for (size_t at = 0; at < n;) {
		while (at < n && s[at] == ' ')
			at++;
		size_t end = at;
		bool dot = false;
		while (end < n && s[end] != ' ')
			dot |= s[end++] == '.';
		if (end == at)
			break;
		if (count == room || !dot ||
		    !((s[at] >= '0' && s[at] <= '9') || s[at] == 'v') ||
		    version_read(s + at, end - at, &ret[count]) != 0)
			return 0;
		count++;
		at = end;
	}
	return count;
}

/* "< V36.011 V35.013 V34.014": each line of versions has its own bound. */
static bool
take_lines(struct terms *t, char sign, const char *s, size_t n)
{
	struct version v[8];
	unsigned count = lines_in(s, n, v, 8);

	if (count < 2)
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct bound b = { .there = true, .readable = true,
		    .strict = sign == SIGN_LT, .version = v[i] };
		if (sign != SIGN_LT && sign != SIGN_LE) {
			take_exact(t, &b);
			continue;
		}
		struct span *span = add_span(t);
		span->high = b;
		/* From the line's start; the lowest line has none. */
		bool lowest = true;
		for (unsigned k = 0; k < count; k++)
			lowest &= k == i || version_compare(&v[i], &v[k]) ==
			    VERSION_LESS;
		if (!lowest) {
			span->low = b;
			span->low.strict = false;
			span->low.version.n = 1;
			memset(span->low.version.top, 0,
			    sizeof(span->low.version.top));
		}
	}
	return true;
}

/* "6.23 in connection with another": a version, then words that narrow it. */
static bool
read_with_words(const char *s, size_t n, struct version *ret)
{
	size_t at = n;

	while (at > 0 && !(s[at - 1] >= '0' && s[at - 1] <= '9'))
		at--;
	return at > 0 && n - at > 4 && memcmp(s + at, " in ", 4) == 0 &&
	    version_read(s, at, ret) == 0;
}

/* Is a term without a sign a version by its looks: "V2", "R6.01.00"? "NMC2"
 * is a part of the device. */
static bool
looks_like_version(const char *s, size_t n)
{
	bool digit = n > 1 && s[1] >= '0' && s[1] <= '9';

	return (*s >= '0' && *s <= '9') || (*s == 'v' && digit) ||
	    (*s >= 'a' && *s <= 'z' && digit && memchr(s, '.', n) != NULL);
}

/* One term: `sign` (0 = none) and the text of a version behind it. */
static void
take_term(struct terms *t, char sign, const char *s, size_t n, char after)
{
	struct bound b = { .there = true };

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == ','))
		n--;
	while (n > 0 && (*s == ' ' || *s == ',' || *s == ':'))
		s++, n--;
	if (n == 0)
		return;
	if (sign == 0 && n == 1 && *s == '*') {
		t->range->all = true;
		return;
	}
	if (after != SIGN_OR_LESS && take_lines(t, sign, s, n))
		return;
	b.readable = version_read(s, n, &b.version) == 0;
	if (!b.readable && (sign != 0 || after == SIGN_OR_LESS ||
	    after == SIGN_OR_MORE))
		t->range->narrowed |= b.readable = read_with_words(s, n,
		    &b.version);
	if (!b.readable)
		b.text = arena_text_n(t->mem, s, n);
	b.strict = sign == SIGN_LT || sign == SIGN_GT;
	if (sign == 0 && after == SIGN_OR_LESS)
		sign = SIGN_LE;
	if (sign == 0 && after == SIGN_OR_MORE)
		sign = SIGN_GE;
	if (sign == 0 && (after == SIGN_LT || after == SIGN_LE) &&
	    !looks_like_version(s, n)) {
		/* "NMC2 <= 6.9.6": words in front name a part of it. */
		t->range->narrowed = true;
		return;
	}
	if (sign == 0 && (after == SIGN_LT || after == SIGN_LE))
		sign = SIGN_GE;		/* "1.0 - 2.0", "0 < 9.8.12" */
	switch (sign) {
	case SIGN_GT:
	case SIGN_GE:
		take_low(t, &b);
		break;
	case SIGN_LT:
	case SIGN_LE:
		take_high(t, &b);
		break;
	case SIGN_NE:
		t->range->narrowed = true;
		break;
	default:
		take_exact(t, &b);
	}
}

static bool
is_operator(char c)
{
	return c >= SIGN_LT && c <= SIGN_NE;
}

/* "2014-2016" alone: years. */
static bool
take_years(struct terms *t, const char *s, size_t n)
{
	if (n != 9 || s[4] != '-' || (s[0] != '1' && s[0] != '2'))
		return false;
	for (size_t i = 0; i < 9; i++)
		if (i != 4 && (s[i] < '0' || s[i] > '9'))
			return false;
	take_term(t, SIGN_GE, s, 4, 0);
	take_term(t, SIGN_LE, s + 5, 4, 0);
	return true;
}

static void
take_terms(struct terms *t, const char *s, size_t n)
{
	char sign = 0;
	size_t at = 0, start = 0;

	if (take_years(t, s, n))
		return;
	for (; at <= n; at++) {
		char c = at < n ? s[at] : SIGN_BAR;
		if (!is_operator(c) && c != SIGN_OR_LESS &&
		    c != SIGN_OR_MORE && c != SIGN_BAR && c != ',')
			continue;
		take_term(t, sign, s + start, at - start, c);
		sign = is_operator(c) ? c : 0;
		start = at + 1;
	}
	flush_low(t);
}

/* A legal vers: of a package world has its own order. */
static bool
read_vers(const char *text, struct arena *mem, struct range *ret)
{
	struct vers *v;

	if (strncmp(text, "vers:", 5) != 0)
		return false;
	if (strcmp(text, "vers:none/*") == 0) {
		ret->none = ret->readable = true;
		return true;
	}
	v = arena_alloc(mem, sizeof(*v));
	if (vers_read(text, v) != 0)
		return false;
	if (v->all) {
		ret->all = ret->readable = true;
		return true;
	}
	ret->vers = v;
	ret->readable = true;
	unsigned low = 0, high = 0;
	for (unsigned i = 0; i < v->n; i++) {
		low += v->at[i].sign == VERS_GT || v->at[i].sign == VERS_GE;
		high += v->at[i].sign == VERS_LT || v->at[i].sign == VERS_LE;
	}
	ret->lone_low = low > high;
	return true;
}

void
range_read(const char *text, enum version_kind kind, struct arena *mem,
    struct range *ret)
{
	char signs[TEXT_ROOM];
	bool blank = true;

	memset(ret, 0, sizeof(*ret));
	if (kind == VERSION_NONE) {
		ret->all = ret->readable = true;
		return;
	}
	if (serial_read(text, &ret->serial)) {
		ret->readable = true;
		return;
	}
	if (read_vers(text, mem, ret))
		return;
	if (strncmp(text, "vers:", 5) == 0 && strchr(text, '%') != NULL) {
		size_t len = strlen(text);
		char *plain = arena_alloc(mem, len + 1);
		vers_decode(text, len, plain, len + 1);
		text = plain;
	}
	size_t n = range_fold(text, signs, &ret->narrowed, &ret->widened);
	for (size_t i = 0; i < n; i++)
		blank &= signs[i] == ' ' || signs[i] == '*' ||
		    signs[i] == ',';
	/* An empty text says nothing; "All versions" folds to blanks. */
	if (blank) {
		ret->all = ret->readable = text[strspn(text, " ")] != '\0' &&
		    (!ret->narrowed || n > 0);
		return;
	}
	struct terms t = { .mem = mem, .range = ret };
	take_terms(&t, signs, n);
	ret->readable = ret->all;
	for (unsigned i = 0; i < ret->n; i++)
		ret->readable |= (ret->spans[i].low.there &&
		    ret->spans[i].low.readable) || (ret->spans[i].high.there &&
		    ret->spans[i].high.readable);
}

/* --- the test --- */

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
test_exact(const struct bound *b, const struct version *v)
{
	if (!b->readable)
		return VERDICT_UNKNOWN;
	enum version_order o = version_compare(v, &b->version);
	if (o == VERSION_EQUAL)
		return ends_wild(v) && !ends_wild(&b->version) ?
		    VERDICT_UNKNOWN : VERDICT_IN;
	if (o == VERSION_UNLIKE)
		return VERDICT_UNKNOWN;
	if (b->version.n <= 2 && version_is_within(v, &b->version))
		return VERDICT_UNKNOWN;
	if (v->n == 1 && b->version.n > 1 && version_is_within(&b->version, v))
		return VERDICT_UNKNOWN;
	return VERDICT_OUT;
}

static enum verdict
test_span(const struct span *s, const struct version *v)
{
	if (s->exact)
		return test_exact(&s->low, v);
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
	for (unsigned i = 0; i < r->n; i++) {
		const struct span *s = &r->spans[i];
		enum verdict v = test_span(s, device);
		bool lone = s->low.there && !s->high.there;
		/* One such bound in five stands the wrong way round: it
		 * never silences. */
		if (lone && v == VERDICT_OUT)
			v = VERDICT_UNKNOWN;
		if (v < best) {
			best = v;
			*ret_lone = lone;
		}
	}
	if (best == VERDICT_IN && r->narrowed)
		best = VERDICT_UNKNOWN;
	if (best == VERDICT_IN && above_own_line(r, device))
		best = VERDICT_UNKNOWN;
	if (best == VERDICT_OUT && r->widened)
		best = VERDICT_UNKNOWN;
	return best;
}

/* A text that is no version for us is still the same text, letter by letter. */
static enum verdict
test_text(const struct range *r, const char *own)
{
	char text[TEXT_ROOM];
	bool narrowed, widened;

	range_fold(own, text, &narrowed, &widened);
	for (unsigned i = 0; i < r->n && text[0] != '\0'; i++) {
		const struct span *s = &r->spans[i];
		const struct bound *b = s->high.there ? &s->high : &s->low;
		if (b->text == NULL || strcmp(b->text, text) != 0)
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
	if (r->vers == NULL && !r->all && !r->none && own->version == NULL &&
	    own->text[0] != '\0')
		return test_text(r, own->text);
	if (r->vers == NULL)
		return range_test(r, own->version, ret_lone);
	int in = own->text[0] != '\0' ? vers_holds(r->vers, own->text) : -1;
	/* "V10.2", as people write it, in a world that knows no letter. */
	if (in < 0 && (own->text[0] | 0x20) == 'v' && own->text[1] >= '0' &&
	    own->text[1] <= '9')
		in = vers_holds(r->vers, own->text + 1);
	*ret_lone = in == 1 && r->lone_low;
	return in == 1 ? VERDICT_IN : in == 0 ? VERDICT_OUT : VERDICT_UNKNOWN;
}
