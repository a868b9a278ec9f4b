/* ranges.c - printed version ranges to spans.
 *
 * The text is folded, phrases become signs, then terms (sign + version) are
 * taken from left to right and joined to spans. */
#include <string.h>
#include "range_text.h"
#include "range_terms.h"
#include "ranges.h"
#include "version_words.h"
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
	const char	*text;		/* of the last upper bound */
	size_t		 len;
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

/* How many numbers both begin with. */
static unsigned
lines_shared(const struct version *a, const struct version *b)
{
	unsigned i = 0;

	while (i + 1 < a->n && i + 1 < b->n &&
	    a->piece[i].value == b->piece[i].value)
		i++;
	return i;
}

/* "< V36.011 V35.013 V34.014": each line of versions has its own bound. */
static bool
take_lines(struct terms *t, char sign, const char *s, size_t n)
{
	struct version v[8];
	unsigned count = term_lines(s, n, v, 8);

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
		/* From the line's start, where it parts from the others; the
		 * lowest line has none. */
		bool lowest = true;
		unsigned shared = 0;
		for (unsigned k = 0; k < count; k++) {
			unsigned n_shared = lines_shared(&v[i], &v[k]);
			if (k == i)
				continue;
			lowest &= version_compare(&v[i], &v[k]) ==
			    VERSION_LESS;
			shared = n_shared > shared ? n_shared : shared;
		}
		if (!lowest) {
			span->low = b;
			span->low.strict = false;
			span->low.version.n = shared + 1;
			memset(span->low.version.top, 0,
			    sizeof(span->low.version.top));
		}
	}
	return true;
}

static void take_term(struct terms *t, char sign, const char *s, size_t n,
    char after);

/* "12.0.1-12.0.13", "2014-2016": the first and the last of a run. */
static bool
take_run(struct terms *t, const char *s, size_t n)
{
	size_t low;
	bool sure;
	size_t high = term_run(s, n, &low, &sure);

	if (high == 0)
		return false;
	take_term(t, SIGN_GE, s, low, 0);
	take_term(t, SIGN_LE, s + high, n - high, 0);
	/* "151-171" may be one version. */
	t->range->narrowed |= !sure;
	return true;
}

/* "2404267 version 1.x", "L206-F2G1 4.24": of the item with that number, and of
 * that code, which the device's version or the product may have as well. */
static size_t
take_item(struct terms *t, char sign, const char *s, size_t n)
{
	size_t item = term_item(s, n), len = 0;
	struct range *r = t->range;

	if (item == 0)
		return sign != 0 ? term_system(s, n) : 0;
	while (s[len] != ' ')
		len++;
	if (is_small(*s) && r->code == NULL)
		r->code = arena_text_n(t->mem, s, len);
	else if (!is_small(*s) || strlen(r->code) != len ||
	    memcmp(r->code, s, len) != 0)
		r->narrowed = true;
	return item;
}

/* One term: `sign` (0 = none) and the text of a version behind it. */
static void
take_term(struct terms *t, char sign, const char *s, size_t n, char after)
{
	struct bound b = { .there = true };

	n = term_trim(&s, n);
	/* "FW <= 10" */
	if (n == 0 || (sign == 0 && version_empty_word(s, n)))
		return;
	if (sign == 0 && n == 1 && *s == '*') {
		t->range->all = true;
		return;
	}
	/* A number of a document is no version: "5.0 | CVE-2019-18340". */
	if (term_is_reference(s, n))
		return;
	size_t item = take_item(t, sign, s, n);
	s += item;
	n -= item;
	if (sign == 0 && take_run(t, s, n))
		return;
	if (after != SIGN_OR_LESS && take_lines(t, sign, s, n))
		return;
	b.readable = version_read(s, n, &b.version) == 0;
	if (!b.readable && (sign != 0 || after == SIGN_OR_LESS ||
	    after == SIGN_OR_MORE))
		t->range->narrowed |= b.readable = term_with_words(s, n,
		    &b.version);
	if (!b.readable)
		b.text = arena_text_n(t->mem, s, n);
	b.strict = sign == SIGN_LT || sign == SIGN_GT;
	if (sign == 0 && after == SIGN_OR_LESS)
		sign = SIGN_LE;
	if (sign == 0 && after == SIGN_OR_MORE)
		sign = SIGN_GE;
	if (sign == 0 && (after == SIGN_LT || after == SIGN_LE) &&
	    !term_is_version(s, n)) {
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
		t->text = s, t->len = n;
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

static void
take_terms(struct terms *t, const char *s, size_t n)
{
	char sign = 0;
	size_t at = 0, start = 0;

	for (; at <= n; at++) {
		char c = at < n ? s[at] : SIGN_BAR;
		if (!is_operator(c) && c != SIGN_OR_LESS &&
		    c != SIGN_OR_MORE && c != SIGN_BAR && c != ',')
			continue;
		/* "prior to, 4.1" */
		if (c == ',' && sign != 0 && strspn(s + start, " ") ==
		    at - start)
			continue;
		take_term(t, sign, s + start, at - start, c);
		sign = is_operator(c) ? c : 0;
		start = at + 1;
	}
	flush_low(t);
}

void
range_beside(struct range *r, const struct range *beside)
{
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned k = 0; k < beside->n; k++) {
			struct span *a = &r->spans[i];
			const struct span *b = &beside->spans[k];
			a->itself |= a->exact && b->exact &&
			    a->low.readable && b->low.readable &&
			    !a->low.version.wild && !b->low.version.wild &&
			    b->low.version.n > a->low.version.n &&
			    version_is_within(&b->low.version,
			    &a->low.version);
			r->ranked &= !a->itself;
		}
}

/* A range of firmware. */
static void
read_printed(const char *text, struct arena *mem, struct range *ret)
{
	char signs[TEXT_ROOM];
	bool blank = true;

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
	range_beside(ret, ret);
	if (ret->n == 1 && ret->spans[0].exact)
		ret->odd = text;
	else if (ret->n == 1 && !ret->spans[0].low.there && t.len > 0)
		ret->odd = arena_text_n(mem, t.text, t.len);
	for (unsigned i = 0; i < ret->n; i++)
		ret->readable |= (ret->spans[i].low.there &&
		    ret->spans[i].low.readable) || (ret->spans[i].high.there &&
		    ret->spans[i].high.readable);
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
	/* Beside other bounds an open end is meant. */
	ret->lone_low = low > high && low + high == 1;
	if (v->scheme->compare == scheme_intdot) {
		ret->plain = arena_alloc(mem, sizeof(*ret->plain));
		read_printed(text, mem, ret->plain);
	}
	return true;
}

static void
read_range(const char *text, enum version_kind kind, struct arena *mem,
    struct range *ret)
{
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
	read_printed(text, mem, ret);
	ret->formal = strncmp(text, "vers:", 5) == 0;
	ret->lone_low &= !(ret->formal && ret->n > 1);
}

void
range_read(const char *text, enum version_kind kind, struct arena *mem,
    struct range *ret)
{
	read_range(text, kind, mem, ret);
	range_rank(ret);
}
