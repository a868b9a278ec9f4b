/* cells.c - what the parts of a cell come to: which of them are versions is
 * decided when all have been seen. Pure. */
#include <string.h>
#include "cells.h"
#include "cell_parts.h"
#include "compare.h"
#include "version_words.h"
#include "base/buf.h"
#include "noun/index.h"

/* "SEL-3505-R148-V0-Z001001-D20200814": R148-V0. */
static bool
read_identity(const struct cell_text *r, struct version *ret)
{
	const char *at = r->s, *z = strstr(r->s, "-z");

	if (strncmp(at, "fid=", 4) == 0)
		at += 4;
	if (strncmp(at, "sel-", 4) != 0 || z == NULL || !is_digit(z[2]))
		return false;
	const char *from = strstr(at, "-r");
	return from != NULL && from < z && is_digit(from[2]) &&
	    strchr(from, 'v') != NULL && version_read(from + 1,
	    (size_t)(z - from - 1), ret) == 0;
}

/* "192.168.0.10": nobody counts so far in front. */
static bool
is_address(const char *s)
{
	unsigned n = 0, value = 0, first = 0;

	for (;; s++) {
		if (is_digit(*s)) {
			value = value * 10 + (unsigned)(*s - '0');
			if (value > 255)
				return false;
			continue;
		}
		first = n == 0 ? value : first;
		n++;
		value = 0;
		if (*s != '.')
			break;
	}
	return *s == '\0' && n == 4 && first > VERSION_FIRST_MAX;
}

static void
set_front(struct cell *ret, const char *s, size_t n)
{
	if (n >= CELL_FRONT_ROOM) {
		ret->unsure = true;
		return;
	}
	memcpy(ret->front, s, n);
	ret->front[n] = '\0';
}

/* Does a part say of itself that it is a version? */
static bool
says_version(const struct part *p)
{
	return p->value && (p->own_v || p->kind == PART_FIRMWARE);
}

static void
take_part(const struct cell_text *r, const struct part *p, bool front,
    struct cell *ret)
{
	const char *s = r->s + p->at;
	size_t n = p->end - p->at;
	struct version v;

	if (!p->value || p->kind == PART_OTHER || p->kind == PART_DATE) {
		ret->passed |= p->value;
		return;
	}
	if (r->h_and_f && n > 1 && s[0] == 'f' && is_digit(s[1]))
		s++, n--;
	bool readable = version_read(s, n, &v) == 0;
	/* "RUT9_R_00.07": the R is of what follows. */
	size_t code = n > 2 && memcmp(s + n - 2, " r", 2) == 0 ? n - 2 : n;
	if (front && !says_version(p) && (!readable || (is_small(*s) &&
	    memchr(s, '.', n) == NULL))) {
		ret->front_is_code = true;
		set_front(ret, s, code);
	} else if (!readable || ret->n == CELL_VERSIONS_MAX) {
		ret->unsure = true;
	} else {
		ret->version[ret->n++] = v;
	}
}

/* A code in front of a version that says it is one is a name. */
static void
take_parts(const struct cell_text *r, struct cell *ret)
{
	bool said = false;

	for (unsigned i = 1; i < r->n_parts; i++)
		said |= says_version(&r->part[i]) || cell_dots(r->s +
		    r->part[i].at, r->part[i].end - r->part[i].at) > 1;
	for (unsigned i = 0; i < r->n_parts; i++)
		take_part(r, &r->part[i], said && i == 0, ret);
	ret->unsure |= r->too_many;
}

/* Is all of it one part, to be read as it is? */
static bool
is_one_part(const struct cell_text *r)
{
	return r->n_parts == 1 && r->part[0].value &&
	    r->part[0].kind != PART_OTHER;
}

static void
read_odd(struct cell_text *r, bool one, struct cell *ret)
{
	const struct part *p = &r->part[0];

	ret->whole_there = one;
	if (one)
		ret->whole = ret->version[0];
	take_parts(r, ret);
	if (r->words == 0)
		return;
	/* One word and a version that looks like one: "mGuard 10.3.0". */
	if (r->words > 1 || r->n_parts != 1 || p->kind != PART_PLAIN ||
	    (!p->own_v && cell_dots(r->s + p->at, p->end - p->at) == 0)) {
		ret->n = 0;
		return;
	}
	ret->strange = true;
	set_front(ret, r->s + r->word, r->word_end - r->word);
}

/* "24 V", "16GB", and "6ES7 512-1DK01-0AB0" as in a catalogue. */
static bool
is_quantity(const struct cell_text *r)
{
	static const char *const units[] = { "v", "vdc", "vac", "kw", "gb",
	    "mb", "mbit", "mhz", "ghz", "th", NULL };
	unsigned runs = 0, hyphens = 0, others = 0;
	bool quantity = false;

	for (size_t i = 0, end; i < r->n; i = end) {
		for (end = i; end < r->n && is_small(r->s[end]);)
			end++;
		bool behind = i > 0 && (is_digit(r->s[i - 1]) || (i > 1 &&
		    r->s[i - 1] == ' ' && is_digit(r->s[i - 2])));
		quantity |= behind && (end == r->n || cell_gap(r->s[end])) &&
		    word_is_one(units, r->s + i, end - i) &&
		    !(end == i + 1 && i > 2 && cell_dots(r->s, i) > 0 &&
		    is_digit(r->s[i - 2]) && is_digit(r->s[i - 1]));
		runs += end > i;
		hyphens += end == i && r->s[i] == '-';
		others += end == i && r->s[i] != '-' && r->s[i] != ' ' &&
		    !is_digit(r->s[i]);
		end += end == i;
	}
	return quantity || (hyphens > 0 && runs > 2 && others == 0 &&
	    is_digit(r->s[0]));
}

/* "12/19", "V4.2 / 2015": a number without dots beside a slash. */
static bool
has_bare_slash(const struct cell_text *r)
{
	for (size_t i = 1; i + 1 < r->n; i++) {
		size_t from = i, to = i + 1;
		if (r->s[i] != '/')
			continue;
		while (from > 0 && r->s[from - 1] == ' ')
			from--;
		while (r->s[to] == ' ')
			to++;
		size_t a = from, b = to;
		while (a > 0 && is_digit(r->s[a - 1]))
			a--;
		while (is_digit(r->s[b]))
			b++;
		if ((a < from && (a == 0 || cell_gap(r->s[a - 1]))) ||
		    (b > to && (b == r->n || cell_gap(r->s[b]))))
			return true;
	}
	return false;
}

/* "8.9+", "> 4", "4.2?": somebody did not know. */
static bool
is_guess(const struct cell_text *r)
{
	return strpbrk(r->s, "<>~?") != NULL || (r->n > 0 &&
	    r->s[r->n - 1] == '+');
}

/* Numbers and dots, perhaps behind a V: nothing to take apart. */
static bool
is_plain(const struct cell_text *r)
{
	size_t v = r->s[0] == 'v';

	return r->n > v && v + strspn(r->s + v, "0123456789.") == r->n;
}

static void
fold_cell(const char *text, struct cell_text *r)
{
	r->n = name_fold(text, r->s, sizeof(r->s));
	while (r->n > 0 && strchr(" .\"'", r->s[r->n - 1]) != NULL)
		r->n--;
	r->s[r->n] = '\0';
}

void
cell_read(const char *text, struct cell *ret)
{
	struct cell_text r;

	ret->n = 0;
	ret->unsure = ret->strange = ret->passed = ret->front_is_code = false;
	ret->odd = ret->whole_there = false;
	ret->front[0] = '\0';
	if (index_rank(text) != 0) {
		ret->n = version_read_printed(text, &ret->version[0]) == 0;
		return;
	}
	fold_cell(text, &r);
	if (is_plain(&r)) {
		ret->n = version_read(r.s, r.n, &ret->version[0]) == 0;
		ret->version[0].address = is_address(r.s);
		return;
	}
	if (read_identity(&r, &ret->version[0])) {
		ret->n = 1;
		return;
	}
	cell_parts(&r);
	bool one = version_read(r.s, r.n, &ret->version[0]) == 0;
	ret->unsure = strlen(text) + 8 > CELL_ROOM || is_guess(&r) ||
	    is_quantity(&r) || (has_bare_slash(&r) && !(one &&
	    ret->version[0].date) && !cell_has(&r, PART_DATE) &&
	    !cell_has(&r, PART_OTHER));
	if ((is_one_part(&r) && r.words == 0) ||
	    (one && ret->version[0].date) || r.n_parts == 0) {
		ret->n = one;
		/* "E05" counts something of its own. */
		ret->version[0].tight |= ret->version[0].prefix !=
		    pack_letters("r", 1);
	} else {
		read_odd(&r, one, ret);
	}
	ret->odd = ret->n != 1 || ret->unsure || ret->passed ||
	    ret->front[0] != '\0';
}

bool
cell_names(const struct cell *c, const char *name)
{
	size_t n = strlen(c->front);

	for (const char *at = name; n > 2 && (at = strstr(at, c->front)) !=
	    NULL; at++)
		if (at == name || at[-1] == ' ')
			return true;
	return false;
}

void
cell_show(const struct cell *c, struct buf *out)
{
	for (unsigned i = 0; i < c->n; i++) {
		buf_puts(out, i > 0 ? " or " : "");
		version_show(&c->version[i], out);
	}
	if (c->front[0] != '\0')
		buf_printf(out, " behind \"%s\"", c->front);
	if (c->passed)
		buf_puts(out, " (what counts something else is passed over)");
	if (c->unsure)
		buf_puts(out, " (not all of it is understood)");
}
