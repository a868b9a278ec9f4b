/* version_lines.c - lines of versions that names stand for. */
#include <string.h>
#include "version_lines.h"
#include "ranges.h"
#include "verdicts.h"

/* A line in a publisher's name: what it says of the versions of all devices. */
struct name_line {
	uint64_t	 key;		/* name and place */
	bool		 readable, bounded;
	struct version	 version;
	struct range	 bound;		/* "V7.4 and earlier" */
};

/* "WinCC V7.4 and earlier", "S7-1200 < V4.x": a bound in the name. */
static void
read_bound(struct matcher *m, const struct name *p, const struct name_token *t,
    struct name_line *ret)
{
	static const char *const words[] = { "earlier", "older", "prior",
	    "below", "lower", "newer", "later", "above", "higher", NULL };
	size_t at = t->at, end = t->at + t->len, n = strlen(p->flat);
	char text[128];

	while (at > 0 && strchr("<>= ", p->flat[at - 1]) != NULL)
		ret->bounded |= p->flat[--at] != ' ';
	while (end < n && p->flat[end] != '(' && p->flat[end] != ',')
		end++;
	if (end - at >= sizeof(text)) {
		ret->bounded = false;
		return;
	}
	memcpy(text, p->flat + at, end - at);
	text[end - at] = '\0';
	for (const char *const *w = words; *w != NULL; w++)
		ret->bounded |= strstr(text, *w) != NULL;
	if (ret->bounded)
		range_read(text, VERSION_RANGE, m->mem, &ret->bound);
}

/* Asked for each class; until the next call. */
static const struct name_line *
line_read(struct matcher *m, const struct name *p, const struct name_token *t)
{
	struct name_line *line = m->line;
	uint64_t key = index_hash(p->flat, strlen(p->flat)) + t->at;

	if (line == NULL)
		line = m->line = arena_alloc(m->mem, sizeof(*line));
	if (line->key == key)
		return line;
	memset(line, 0, sizeof(*line));
	line->key = key;
	line->readable = version_read(p->flat + t->at, t->len,
	    &line->version) == 0;
	if (line->readable)
		read_bound(m, p, t, line);
	return line;
}

/* "9 SP1" and the line 9.0, 3 and 3.1: printed shorter than the line. 1: it is
 * of it; -1: nobody knows; 0: it is neither. */
static int
shorter_within(const struct version *v, const struct version *line)
{
	unsigned i = 0;

	if (v->n == 0 || v->n >= line->n)
		return 0;
	for (; i < v->n; i++)
		if (v->piece[i].kind != line->piece[i].kind ||
		    v->piece[i].value != line->piece[i].value)
			return 0;
	for (; i < line->n; i++)
		if (line->piece[i].kind != PIECE_NUMBER ||
		    line->piece[i].value != 0)
			return -1;
	return 1;
}

/* Is what stands in the cell of the line? As line_fits. */
static int
cell_within(const struct cell *cell, const struct version *line)
{
	unsigned in = 0;
	bool sure = !cell->unsure && !cell->strange && !cell->front_is_code;

	for (unsigned i = 0; i < cell->n; i++) {
		const struct version *v = &cell->version[i];
		int shorter = shorter_within(v, line);
		in += version_is_within(v, line) || shorter > 0;
		sure &= !v->address && v->date == line->date && shorter >= 0;
	}
	if (cell->n > 0 && in == cell->n)
		return cell->unsure || cell->front_is_code ? -1 : 1;
	return sure && cell->n > 0 && in == 0 ? 0 : -1;
}

const struct name_token *
number_behind(const struct name *p, const struct name *d)
{
	const struct name_token *own = NULL;

	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		if (t->kind == NAME_NOISE || has_token(p, t->hash))
			continue;
		if (own != NULL || t->kind != NAME_CODE || t->len > 2 ||
		    i + 1 != d->n)
			return NULL;
		own = t;
	}
	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind == NAME_CODE)
			return NULL;
	return own;
}

bool
number_is_line(struct matcher *m, const struct name *p, const struct name *d,
    const struct hit *h)
{
	const struct name_token *own = number_behind(p, d);
	struct version line;
	const struct cell *cell = printed_cell(m, hit_version_text(m, h));
	return own != NULL && cell != NULL &&
	    version_read(d->flat + own->at, own->len, &line) == 0 &&
	    cell_within(cell, &line) == 1;
}

/* The one line of versions that a name stands for and the other does not; NULL
 * if it names several, or a bound: "V7.4 and earlier", "V10, V11". */
static const struct name_token *
only_line(const struct name *d, const struct name *p)
{
	const struct name_token *line = NULL;

	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		if (t->kind == NAME_LINE && !has_token(p, t->hash)) {
			if (line != NULL || d->flat[t->at] != 'v' ||
			    (i > 0 && d->token[i - 1].kind == NAME_NOISE))
				return NULL;
			line = t;
		} else if (t->kind == NAME_NOISE && line == t - 1 && i > 0) {
			return NULL;
		}
	}
	return line == NULL || strpbrk(d->flat, "<>") != NULL ? NULL : line;
}

/* A line of the list's hardware, as "TL-WR940N V4" may mean it. */
static bool
hardware_within(const struct matcher *m, const struct hit *h,
    const struct version *line)
{
	const char *text = hit_column(m, h, INDEX_COLUMN_hw_version);
	struct version own;

	return text[0] != '\0' && version_read_printed(text, &own) == 0 &&
	    version_is_within(&own, line);
}

/* "TL-WR940N V4" and "< 3.16.9": no version of the line can be in the range, so
 * the line counts something else. */
static bool
line_is_apart(const struct version *line, const struct range *r)
{
	struct version v = *line;
	bool lone;

	if (v.n == 0 || v.n == VERSION_PIECES_MAX || r->all || r->n != 1 ||
	    r->spans[0].low.there)
		return false;
	if (!v.wild)
		v.piece[v.n++] = (struct piece){ .kind = PIECE_WILD };
	v.wild = true;
	return range_test(r, &v, &lone) == VERDICT_OUT;
}

/* What one line in the publisher's name says of the device. As line_fits. */
static int
one_line_fits(struct matcher *m, const struct name *p,
    const struct name_token *t, const struct hit *h)
{
	const struct cell *cell = printed_cell(m, hit_version_text(m, h));
	const struct name_line *line = line_read(m, p, t);
	bool lone;

	if (!line->readable || hardware_within(m, h, &line->version))
		return 1;
	if (cell == NULL || cell->n == 0)
		return -1;
	if (line->bounded) {
		enum verdict verdict = range_test_cell(&line->bound, cell,
		    false, &lone);
		return verdict == VERDICT_IN ? 1 : verdict == VERDICT_OUT ?
		    0 : -1;
	}
	int fits = cell_within(cell, &line->version);
	return fits == 0 && line_is_apart(&line->version, product_range(m,
	    h->product)) ? -1 : fits;
}

/* "V15, V16 and V17": the next of the lines that the one at i begins, of which
 * any will do; 0: there is none. */
static unsigned
next_line(const struct name *p, unsigned i)
{
	unsigned next = i + 1;

	while (next < p->n && p->token[next].kind == NAME_NOISE)
		next++;
	if (next >= p->n || p->token[next].kind != NAME_LINE)
		return 0;
	const char *s = p->flat + p->token[i].at + p->token[i].len;
	const char *end = p->flat + p->token[next].at;
	while (s < end)
		if (strchr(" ,/&", *s) != NULL)
			s++;
		else if (end - s > 3 && memcmp(s, "and ", 4) == 0)
			s += 4;
		else if (end - s > 2 && memcmp(s, "or ", 3) == 0)
			s += 3;
		else
			return 0;
	return next;
}

/* Does the name stand for a list of lines alone, "V10, V11, V12"? */
static bool
lines_are_list(const struct name *p)
{
	unsigned i = 0, next;

	if (strpbrk(p->flat, "<>") != NULL)
		return false;
	while (i < p->n && p->token[i].kind != NAME_LINE)
		i++;
	if (i == p->n || next_line(p, i) == 0 ||
	    (i > 0 && p->token[i - 1].kind == NAME_NOISE))
		return false;
	for (; (next = next_line(p, i)) != 0; i = next)
		if (p->flat[p->token[i].at] != 'v')
			return false;
	if (p->flat[p->token[i].at] != 'v' ||
	    (i + 1 < p->n && p->token[i + 1].kind == NAME_NOISE))
		return false;
	for (i++; i < p->n; i++)
		if (p->token[i].kind == NAME_LINE)
			return false;
	return true;
}

int
line_fits(struct matcher *m, const struct name *p, const struct name *d,
    const struct hit *h)
{
	int fits = 1;

	if (h->how > HOW_FAMILY && only_line(p, d) == NULL &&
	    !lines_are_list(p))
		return 1;
	for (unsigned i = 0; i < p->n; i++) {
		int any = 0;
		if (p->token[i].kind != NAME_LINE)
			continue;
		for (unsigned next = i;; i = next) {
			const struct name_token *t = &p->token[i];
			int one = has_token(d, t->hash) ? 1 :
			    one_line_fits(m, p, t, h);
			any = any == 1 || one == 1 ? 1 : any | one;
			next = next_line(p, i);
			if (next == 0)
				break;
		}
		if (any < 0)
			return -1;
		fits &= any;
	}
	return fits;
}

bool
line_is_out(const struct name *p, const struct name *d, const struct range *r)
{
	const struct name_token *t = only_line(d, p);
	struct version v;
	bool lone;

	/* "V2022" may count in another way than the publisher's "< 14". */
	if (t == NULL || version_read(d->flat + t->at, t->len, &v) != 0 ||
	    v.n == 0 || v.n == VERSION_PIECES_MAX ||
	    v.piece[0].value >= 1000)
		return false;
	if (!v.wild)
		v.piece[v.n++] = (struct piece){ .kind = PIECE_WILD };
	v.wild = true;
	return range_test(r, &v, &lone) == VERDICT_OUT;
}
