/* cell_parts.c - a cell of the version column, token by token. Pure. */
#include <string.h>
#include "cell_parts.h"
#include "version_words.h"

struct token {
	size_t		 at, end;	/* letters end at mid */
	size_t		 mid;
	bool		 bracket;	/* within one that stands apart */
	bool		 blank;		/* nothing but blanks before it */
};

bool
cell_gap(char c)
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

unsigned
cell_dots(const char *s, size_t n)
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
		if (r->s[i] == '/' && is_small(r->s[i - 1]) &&
		    (i == 1 || !is_small(r->s[i - 2])) &&
		    (r->s[i + 1] == 'n' || r->s[i + 1] == 'w') &&
		    (i + 2 == r->n || !is_small(r->s[i + 2]))) {
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
	unsigned dots = cell_dots(r->s + t->at, t->end - t->at);

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
is_remark(const struct cell_text *r, const struct part *p,
    const struct token *t)
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
			    !is_digit(s[i - 1]) && cell_dots(s, i) == 0;
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

	for (; end < r->n && (open || !cell_gap(r->s[end])); end++) {
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
	while (end > t->at + 1 && strchr(".-#", r->s[end - 1]) != NULL)
		end--;
	t->mid = t->at;
	while (t->mid < end && is_small(r->s[t->mid]))
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
take_tokens(struct cell_text *r)
{
	struct token t = { .blank = true };

	for (size_t at = 0; at < r->n;) {
		char c = r->s[at];
		if (cell_gap(c) || c == '(' || ((c == '-' || c == '.' ||
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
		    cell_gap(r->s[at + date]))) {
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

/* "FGT60F-7.2.5-FW-build1517": the hyphen behind a model's code parts it from
 * the version. */
static void
part_code(struct cell_text *r)
{
	size_t n = 0, letters = 0, dot;

	while (n < r->n && (is_small(r->s[n]) || is_digit(r->s[n])))
		n++;
	while (letters < n && is_small(r->s[letters]))
		letters++;
	if (letters < 2 || letters == n || n + 1 >= r->n || r->s[n] != '-')
		return;
	for (dot = n + 1; dot < r->n && is_digit(r->s[dot]);)
		dot++;
	if (dot > n + 1 && r->s[dot] == '.' && is_digit(r->s[dot + 1]))
		r->s[n] = ' ';
}

/* "HiOS-2A-09.0.06": a level of the software between its name and the version.
 */
static void
drop_level(struct cell_text *r)
{
	for (size_t i = 2; i + 3 < r->n; i++) {
		size_t to = i + 1, from = i;
		if (r->s[i] != '-')
			continue;
		while (is_digit(r->s[to]))
			to++;
		while (from > 0 && i - from < 2 && is_small(r->s[from - 1]))
			from--;
		if (to == i + 1 || r->s[to] != '.' || from == i || from < 3 ||
		    !is_digit(r->s[from - 1]) || r->s[from - 2] != '-' ||
		    !is_small(r->s[from - 3]))
			continue;
		memset(r->s + from - 1, ' ', i - from + 2);
	}
}

void
cell_parts(struct cell_text *r)
{
	r->n_parts = r->words = 0;
	r->too_many = r->h_and_f = false;
	r->word = r->word_end = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (r->s[i] == '_')	/* "14.0_51.2" counts on */
			r->s[i] = i > 0 && is_digit(r->s[i - 1]) &&
			    is_digit(r->s[i + 1]) ? '.' : ' ';
		r->h_and_f |= (i == 0 || cell_gap(r->s[i - 1])) &&
		    r->s[i] == 'h' && is_digit(r->s[i + 1]);
	}
	r->h_and_f = r->h_and_f && (strstr(r->s, " f") != NULL ||
	    strstr(r->s, "/f") != NULL);
	join_letters(r);
	part_code(r);
	drop_level(r);
	take_tokens(r);
}

bool
cell_has(const struct cell_text *r, enum part_kind kind)
{
	bool found = false;

	for (unsigned i = 0; i < r->n_parts; i++)
		found |= r->part[i].kind == kind;
	return found;
}
