/* cells.c - a cell of the version column, in parts. A part is a label and what
 * it counts, a version, or a date; which of them are versions is decided when
 * all have been seen. Pure. */
#include <string.h>
#include "cells.h"
#include "compare.h"
#include "version_words.h"
#include "base/buf.h"
#include "base/text.h"
#include "noun/index.h"

#define CELL_ROOM 256u
#define PARTS_MAX 12u

enum part_kind {
	PART_PLAIN,		/* no label */
	PART_FIRMWARE,		/* "FW 4.2", "V4.2" */
	PART_OTHER,		/* "HW 6": counts something else */
	PART_DATE,
};

struct part {
	enum part_kind	 kind;
	size_t		 at, end;
	bool		 value;		/* a number stands in it */
	bool		 own_v;		/* begins as "V4" does */
	bool		 top;		/* ends in "Build", "SP" */
};

struct cell_text {
	char		 s[CELL_ROOM];
	size_t		 n;
	struct part	 part[PARTS_MAX];
	unsigned	 n_parts;
	bool		 too_many;
	bool		 h_and_f;	/* "H6 F4.2" */
	size_t		 word, word_end;	/* in front; none: both 0 */
	unsigned	 words;
};

struct token {
	size_t		 at, end;	/* letters end at mid */
	size_t		 mid;
	bool		 bracket;	/* within one that stands apart */
	bool		 blank;		/* nothing but blanks before it */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_gap(char c)
{
	return strchr(" ,;:/|&=)[]\t\n", c) != NULL;
}

/* Labels of what is no version of firmware. */
static bool
is_other_word(const struct cell_text *r, const char *s, size_t n)
{
	static const char *const words[] = { "hw", "hardware", "boot",
	    "bootloader", "bootrom", "loader", "fs", "es", "as", "e-stand",
	    "erzeugnisstand", "funktionsstand", "ed", "index",
	    "sn", "serial", "mac", "ip", "pn", "mlfb", "baujahr", "built",
	    "fpga", "cpld", "pcb", "series", "ser", "kernel", "kw", "bj",
	    NULL };

	return word_is_one(words, s, n) || (r->h_and_f && n == 1 && *s == 'h');
}

/* Those that begin a part of their own, be it without dots. */
static bool
is_firmware_word(const struct cell_text *r, const char *s, size_t n)
{
	static const char *const words[] = { "fw", "firmware", "sw",
	    "software", "frn", NULL };

	return word_is_one(words, s, n) || (r->h_and_f && n == 1 && *s == 'f');
}

/* "01/2019", "2019-01-31": its length at s, 0: none. */
static size_t
date_at(const char *s, size_t n)
{
	struct version v;
	size_t end = 0;

	while (end < n && (is_digit(s[end]) || strchr("/-", s[end]) != NULL))
		end++;
	while (end > 0 && !is_digit(s[end - 1]))
		end--;
	return version_read_date(s, end, &v) ? end : 0;
}

static unsigned
count_dots(const char *s, size_t n)
{
	unsigned dots = 0;

	for (size_t i = 1; i + 1 < n; i++)
		dots += s[i] == '.' && is_digit(s[i - 1]) &&
		    is_digit(s[i + 1]);
	return dots;
}

/* "S/N", "F/W": the slash parts nothing. */
static void
join_letters(struct cell_text *r)
{
	for (size_t i = 1; i + 1 < r->n; i++)
		if (r->s[i] == '/' && is_letter(r->s[i - 1]) &&
		    (i == 1 || !is_letter(r->s[i - 2])) &&
		    (r->s[i + 1] == 'n' || r->s[i + 1] == 'w') &&
		    (i + 2 == r->n || !is_letter(r->s[i + 2]))) {
			memmove(r->s + i, r->s + i + 1, r->n - i);
			r->n--;
		}
}

static struct part *
open_part(struct cell_text *r, enum part_kind kind, const struct token *t)
{
	if (r->n_parts == PARTS_MAX) {
		r->too_many = true;
		return &r->part[PARTS_MAX - 1];
	}
	struct part *p = &r->part[r->n_parts++];
	*p = (struct part){ .kind = kind, .at = t->at, .end = t->end };
	return p;
}

static struct part *
last_part(struct cell_text *r)
{
	return r->n_parts > 0 ? &r->part[r->n_parts - 1] : NULL;
}

static void
go_on(struct part *p, const struct token *t)
{
	p->end = t->end;
	p->top = false;
}

/* A number, perhaps behind a V: does it begin a version of its own? */
static bool
begins_version(const struct cell_text *r, const struct part *p,
    const struct token *t)
{
	bool v = r->s[t->at] == 'v';
	unsigned dots = count_dots(r->s + t->at, t->end - t->at);

	if (p->kind == PART_DATE)
		return true;
	if (!p->value)
		return false;
	if (p->top && dots < 2)		/* "Build 7.1" */
		return false;
	/* "8.6.2 (10350.18)" */
	if (t->bracket && !v && t->end - t->at > 4 &&
	    strspn(r->s + t->at, "0123456789") >= 4)
		return false;
	return v || dots > 0 || (p->kind == PART_OTHER && !t->blank);
}

static void
take_number(struct cell_text *r, const struct token *t)
{
	struct part *p = last_part(r);
	bool v = r->s[t->at] == 'v';

	if (p == NULL || begins_version(r, p, t)) {
		p = open_part(r, PART_PLAIN, t);
		p->own_v = v;
	}
	p->own_v |= v && !p->value && p->kind != PART_OTHER;
	go_on(p, t);
	p->value = true;
}

/* "(Boot)" behind a version says what it is of. */
static bool
is_remark(const struct cell_text *r, const struct part *p, const struct token *t)
{
	return t->bracket && p != NULL && p->value && t->at > 0 &&
	    r->s[t->at - 1] == '(' && t->end < r->n && r->s[t->end] == ')';
}

static void
take_label(struct cell_text *r, const struct token *t, enum part_kind kind)
{
	struct part *p = last_part(r);
	bool value = t->end > t->mid;

	if (!value && is_remark(r, p, t)) {
		p->kind = p->kind == PART_PLAIN ? kind : p->kind;
		return;
	}
	/* "FW V", "FW version" */
	if (p != NULL && !p->value && p->kind == kind) {
		go_on(p, t);
	} else {
		p = open_part(r, kind, t);
	}
	p->value = value;
}

/* Words that are printed around any version. */
static void
take_empty_word(struct cell_text *r, const struct token *t)
{
	struct part *p = last_part(r);

	if (t->end > t->mid) {
		take_number(r, t);
		return;
	}
	/* ", RELEASE SOFTWARE": whatever comes counts of its own. */
	if (p == NULL || (p->value && !p->top && !t->blank && !t->bracket)) {
		open_part(r, PART_PLAIN, t);
		return;
	}
	bool top = p->top;
	p->end = t->end;
	p->top = top;
}

/* Anything else with letters. */
static void
take_word(struct cell_text *r, const struct token *t)
{
	struct part *p = last_part(r);
	bool value = t->end > t->mid || t->mid == t->at;
	int top = version_top_word(r->s + t->at, t->mid - t->at);

	if (p == NULL && !value && top < 0) {
		r->words++;
		r->word = t->at;
		r->word_end = t->end;
		return;
	}
	if (p != NULL && t->bracket && !p->value)	/* "(fc2)" */
		return;
	if (p == NULL || p->kind == PART_DATE)
		p = open_part(r, PART_PLAIN, t);
	go_on(p, t);
	p->value |= value || (top >= 0 && p->kind != PART_OTHER);
	p->top = top >= 0 && !value;
}

static void
take_token(struct cell_text *r, struct token *t)
{
	const char *s = r->s + t->at;
	size_t n = t->mid - t->at;
	bool glued = t->end == t->mid || is_digit(r->s[t->mid]);

	if (n == 0 && is_digit(*s)) {
		bool code = false;
		for (size_t i = 0; i < t->end - t->at && s[i] != '('; i++)
			code |= s[i] == '-' && i > 4 &&
			    !is_digit(s[i - 1]);
		code ? take_word(r, t) : take_number(r, t);
	} else if (glued && is_other_word(r, s, n)) {
		take_label(r, t, PART_OTHER);
	} else if (glued && is_firmware_word(r, s, n)) {
		take_label(r, t, PART_FIRMWARE);
	} else if (glued && version_empty_word(s, n)) {
		take_empty_word(r, t);
	} else {
		take_word(r, t);
	}
}

/* The token at `at`: up to a gap, brackets that stand apart left out. A label
 * ends at its dot or hyphen: "Ed.5", "FW-Version". */
static void
read_token(const struct cell_text *r, struct token *t)
{
	size_t end = t->at;
	bool open = false;

	for (; end < r->n && (open || !is_gap(r->s[end])); end++) {
		open |= r->s[end] == '(';
		if (r->s[end] == ')')
			open = false;
		if (open && r->s[end] == ' ')
			open = false;
		/* "15.2(4)E10" */
		if (open && memchr(r->s + end, ')', r->n - end) == NULL)
			open = false;
		if (r->s[end] == '(' && !open)
			break;
	}
	if (end < r->n && r->s[end] == ')' && !t->bracket)
		end++;
	t->mid = t->at;
	while (t->mid < end && is_letter(r->s[t->mid]))
		t->mid++;
	size_t n = t->mid - t->at;
	if (end - t->at == 7 && memcmp(r->s + t->at, "e-stand", 7) == 0)
		t->mid = end;
	else if (n > 0 && t->mid < end && strchr(".-#", r->s[t->mid]) != NULL &&
	    (is_other_word(r, r->s + t->at, n) || is_firmware_word(r,
	    r->s + t->at, n) || version_empty_word(r->s + t->at, n)))
		end = t->mid;
	t->end = end;
}

static void
read_parts(struct cell_text *r)
{
	struct token t = { .blank = true };

	for (size_t at = 0; at < r->n;) {
		char c = r->s[at];
		if (is_gap(c) || c == '(' || ((c == '-' || c == '.' ||
		    c == '#') && (at == 0 || !is_digit(r->s[at - 1])))) {
			if (c == '(' || c == ')')
				t.bracket = c == '(';
			t.blank &= strchr(" (.:", c) != NULL;
			at++;
			continue;
		}
		t.at = at;
		size_t date = date_at(r->s + at, r->n - at);
		if (date > 0 && (at + date == r->n ||
		    is_gap(r->s[at + date]))) {
			t.end = t.mid = at + date;
			open_part(r, PART_DATE, &t)->value = true;
		} else {
			read_token(r, &t);
			if (t.end == t.at) {
				at++;
				continue;
			}
			take_token(r, &t);
		}
		at = t.end;
		t.blank = true;
	}
}

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
	if (front && !says_version(p) && (!readable || (is_letter(*s) &&
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
		said |= says_version(&r->part[i]) || count_dots(r->s +
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
	    (!p->own_v && count_dots(r->s + p->at, p->end - p->at) == 0)) {
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
		for (end = i; end < r->n && is_letter(r->s[end]);)
			end++;
		bool behind = i > 0 && (is_digit(r->s[i - 1]) || (i > 1 &&
		    r->s[i - 1] == ' ' && is_digit(r->s[i - 2])));
		quantity |= behind && (end == r->n || is_gap(r->s[end])) &&
		    word_is_one(units, r->s + i, end - i);
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
		if ((a < from && (a == 0 || is_gap(r->s[a - 1]))) ||
		    (b > to && (b == r->n || is_gap(r->s[b]))))
			return true;
	}
	return false;
}

static bool
has_kind(const struct cell_text *r, enum part_kind kind)
{
	bool found = false;

	for (unsigned i = 0; i < r->n_parts; i++)
		found |= r->part[i].kind == kind;
	return found;
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

static void
prepare(struct cell_text *r)
{
	r->n_parts = r->words = 0;
	r->too_many = r->h_and_f = false;
	r->word = r->word_end = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (r->s[i] == '_')	/* "14.0_51.2" counts on */
			r->s[i] = i > 0 && is_digit(r->s[i - 1]) &&
			    is_digit(r->s[i + 1]) ? '.' : ' ';
		r->h_and_f |= (i == 0 || is_gap(r->s[i - 1])) &&
		    r->s[i] == 'h' && is_digit(r->s[i + 1]);
	}
	r->h_and_f = r->h_and_f && (strstr(r->s, " f") != NULL ||
	    strstr(r->s, "/f") != NULL);
	join_letters(r);
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
	prepare(&r);
	read_parts(&r);
	bool one = version_read(r.s, r.n, &ret->version[0]) == 0;
	ret->unsure = strlen(text) + 8 > CELL_ROOM || is_guess(&r) ||
	    is_quantity(&r) || (has_bare_slash(&r) && !(one &&
	    ret->version[0].date) && !has_kind(&r, PART_DATE) &&
	    !has_kind(&r, PART_OTHER));
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
