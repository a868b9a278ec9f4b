/* lines.c - a product that names a line, or a system, concerns the devices
 * whose codes are of it (noun/index.h, INDEX_LINE_KIND). That is an inference:
 * likely at most, possible where the publisher says more or less than the line,
 * and nothing where he names codes and the device's is another. */
#include <string.h>
#include "lines.h"
#include "names.h"
#include "rules.h"
#include "base/text.h"

/* The same device is looked for among so many. */
#define AGAIN_MAX	64u
/* A shorter start of a code would be that of too many. */
#define START_MIN	4u

struct index_run
line_members(const struct matcher *m, uint32_t kind, enum line_key key)
{
	return index_find(m->ix, index_key(INDEX_LINE, key, kind));
}

/* The number of the line's alias; UINT32_MAX: it has none. */
static uint32_t
line_rule(const struct matcher *m, uint32_t kind)
{
	struct index_run run = line_members(m, kind, LINE_ALIAS);

	return m->rules == NULL || run.n == 0 || run.at[0] >= m->rules->n ?
	    UINT32_MAX : run.at[0];
}

const struct alias *
line_alias(const struct matcher *m, uint32_t kind)
{
	uint32_t rule = line_rule(m, kind);

	return rule == UINT32_MAX ? NULL : m->rules->list[rule].alias;
}

static bool
is_line(const struct lookup *l, uint32_t i)
{
	const struct index_kind *kind = l->list[i].of != CANDIDATE_KIND ?
	    NULL : index_kind(l->m->ix, l->list[i].what);

	return kind != NULL && kind->flags & INDEX_LINE_KIND;
}

/* "(part numbers BMXP34*)" */
static bool
leads_to_code(const struct name *p, const struct name_token *t)
{
	static const char *const words[] = { "part", "number", "numbers",
	    "order", "catalog", "no", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == t->len && memcmp(*w, p->flat + t->at,
		    t->len) == 0)
			return true;
	return false;
}

/* A word that tells siblings apart: "FX5U-xMy", but not the size of a panel. */
static bool
is_code(const struct name *p, const struct name_token *t)
{
	bool letter = false;

	for (unsigned i = 0; i < t->len; i++)
		letter |= p->flat[t->at + i] >= 'a';
	return t->kind == NAME_CODE && (token_is_strong(p, t) ||
	    (letter && t->len > 2));
}

/* "BMXP34*", but not "BMEP58*S" */
static bool
is_start(const struct name *p, const struct name_token *t)
{
	const char *end = p->flat + t->at + t->len;

	return t->len >= START_MIN && end[0] == '*' && !(end[1] >= 'a' &&
	    end[1] <= 'z');
}

/* What the product says beyond the line's name. */
struct beyond {
	bool	 words, codes, starts;
};

static struct beyond
says_beyond(const struct lookup *l, const struct index_kind *line)
{
	const struct name *p = &l->name;
	struct beyond x = { .words = false };

	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind == NAME_NOISE || t->kind == NAME_LINE ||
		    tokens_hold(l->m->ix, line, t->hash))
			continue;
		if (is_start(p, t))
			x.starts = true;
		else if (is_code(p, t))
			x.codes = true;
		else if (!token_is_weak(p, t) && !leads_to_code(p, t))
			x.words = true;
	}
	return x;
}

/* Has the device's name a word that begins so? */
static bool
begins_so(const struct name *p, const struct name *d)
{
	for (unsigned i = 0; i < p->n; i++)
		for (unsigned k = 0; k < d->n && is_start(p, &p->token[i]);
		    k++)
			if (d->token[k].len >= p->token[i].len &&
			    memcmp(d->flat + d->token[k].at, p->flat +
			    p->token[i].at, p->token[i].len) == 0)
				return true;
	return false;
}

static void
add_member(struct lookup *l, struct candidate c)
{
	for (uint32_t i = 0; i < l->n && i < AGAIN_MAX; i++) {
		struct candidate *there = &l->list[i];
		if (c.what - there->what >= there->n || there->of != c.of)
			continue;
		if (c.how < there->how && there->n == 1)
			*there = c;
		return;
	}
	l->list = arena_more(l->m->mem, l->list, l->n, sizeof(*l->list));
	l->list[l->n++] = c;
}

static void
add_members(struct lookup *l, const struct candidate *line,
    const struct beyond *x, enum line_key key)
{
	const struct index *ix = l->m->ix;
	struct index_run run = line_members(l->m, line->what, key);
	bool part = key == LINE_CLASSES;

	for (uint32_t i = 0; i < run.n; i++) {
		struct candidate c = *line;
		const struct index_class *class = part ? index_class(ix,
		    run.at[i]) : NULL;
		uint32_t number = class != NULL ? class->kind : run.at[i];
		const struct index_kind *kind = index_kind(ix, number);
		if (kind == NULL || part != (class != NULL))
			continue;
		if (x->starts && (l->m->tried++ > TRIED_MAX ||
		    !begins_so(&l->name, kind_name(l, number, kind))))
			continue;
		if (key == LINE_DOUBTED)
			c.how = HOW_WIDER;
		c.what = run.at[i];
		c.n = 1;
		c.of = part ? CANDIDATE_CLASS : CANDIDATE_KIND;
		c.ident = part ? IDENT_LINE_PART : IDENT_LINE;
		add_member(l, c);
	}
}

/* A run of kinds is in their order. */
static bool
run_holds(struct index_run run, uint32_t what)
{
	uint32_t low = 0, high = run.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (run.at[mid] == what)
			return true;
		if (run.at[mid] < what)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* "ControlLogix 5580 1756-L85E": the line and the device's code, no more. */
static bool
says_both(const struct lookup *l, const struct index_kind *line,
    const struct index_kind *own)
{
	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		if (t->kind != NAME_LINE && !token_is_weak(&l->name, t) &&
		    !tokens_hold(l->m->ix, line, t->hash) &&
		    !tokens_hold(l->m->ix, own, t->hash))
			return false;
	}
	return true;
}

/* The product names codes: only devices that its name has led to already. */
static void
take_named(struct lookup *l, const struct candidate *line)
{
	const struct index *ix = l->m->ix;
	struct index_run run = line_members(l->m, line->what, LINE_KINDS);

	for (uint32_t i = 0; i < l->n; i++) {
		struct candidate *c = &l->list[i];
		if (c->of == CANDIDATE_KIND && c->how == HOW_NARROWER &&
		    run_holds(run, c->what) && says_both(l, index_kind(ix,
		    line->what), index_kind(ix, c->what))) {
			c->how = HOW_FAMILY;
			c->ident = IDENT_LINE;
			c->rule = line->rule;
		}
	}
}

static void
take_line(struct lookup *l, struct candidate line)
{
	uint32_t rule = line_rule(l->m, line.what);
	struct beyond x = { .words = false };

	if (rule == UINT32_MAX)
		return;
	bool system = l->m->rules->list[rule].alias->kind == ALIAS_SYSTEM;
	line.rule = (uint16_t)(rule + 1);
	/* "IOS" is not "IOS XE", and "FortiOS SSL-VPN" is a part of it. */
	if (system && line.how > HOW_FAMILY)
		return;
	if (line.how == HOW_NARROWER) {
		x = says_beyond(l, index_kind(l->m->ix, line.what));
		if (x.codes) {
			take_named(l, &line);
			return;
		}
		/* "S7-200 SMART" is a line that is known, and not this one. */
		if (x.words && rules_name_line(l->m->rules, &l->name))
			return;
	}
	if (system)
		line.how = HOW_WIDER;
	else if (line.how < HOW_FAMILY || (line.how == HOW_NARROWER &&
	    !x.words))
		line.how = HOW_FAMILY;
	for (enum line_key key = LINE_KINDS; key <= LINE_CLASSES; key++)
		add_members(l, &line, &x, key);
}

void
lines_look_up(struct lookup *l)
{
	uint32_t n = l->n, kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (is_line(l, i))
			take_line(l, l->list[i]);
	for (uint32_t i = 0; i < l->n; i++)
		if (!is_line(l, i))
			l->list[kept++] = l->list[i];
	l->n = kept;
}

bool
ident_is_line(unsigned ident)
{
	return ident == IDENT_LINE || ident == IDENT_LINE_PART;
}

bool
hit_is_line(const struct hit *h)
{
	return ident_is_line(h->ident);
}

static bool
run_has(struct index_run run, uint32_t what)
{
	for (uint32_t i = 0; i < run.n; i++)
		if (run.at[i] == what)
			return true;
	return false;
}

uint32_t
line_of_class(const struct matcher *m, uint32_t class, uint32_t from)
{
	const struct index_class *c = index_class(m->ix, class);
	uint32_t i = from;

	for (; c != NULL && i < m->ix->n_kinds; i++)
		if (m->ix->kinds[i].flags & INDEX_LINE_KIND &&
		    (run_has(line_members(m, i, LINE_KINDS), c->kind) ||
		    run_has(line_members(m, i, LINE_DOUBTED), c->kind) ||
		    run_has(line_members(m, i, LINE_CLASSES), class)))
			return i;
	return UINT32_MAX;
}

/* By text alone; it hangs on no product. */
static void
hit_named(struct matcher *m, uint32_t line, enum line_key key,
    struct hit *h)
{
	struct index_run run = line_members(m, line, key);

	for (uint32_t i = 0; i < run.n; i++) {
		const struct index_kind *kind = key == LINE_CLASSES ? NULL :
		    index_kind(m->ix, run.at[i]);
		if (kind == NULL && (key != LINE_CLASSES ||
		    index_class(m->ix, run.at[i]) == NULL))
			continue;
		h->class = kind != NULL ? kind->first : run.at[i];
		h->n = kind != NULL ? kind->n : 1;
		h->ident = kind != NULL ? IDENT_LINE : IDENT_LINE_PART;
		if (h->n > 0)
			add_hit(m, h);
	}
}

void
line_named(struct matcher *m, uint32_t line, struct hit h)
{
	uint32_t rule = line_rule(m, line);

	if (rule == UINT32_MAX)
		return;
	h.rule = (uint16_t)(rule + 1);
	for (enum line_key key = LINE_KINDS; key <= LINE_CLASSES; key++)
		hit_named(m, line, key, &h);
}

void
line_why(struct matcher *m, const struct hit *h, const char *own,
    const char *printed, struct match *ret)
{
	const struct alias *a = m->rules->list[h->rule - 1].alias;
	bool system = a->kind == ALIAS_SYSTEM;

	add_why(m, ret, "%.160s %s \"%.160s\", %.200s", own,
	    system ? "runs" : "is of the line", a->product, a->where);
	if (system || h->product == NO_PRODUCT)
		return;
	if (h->how > HOW_FAMILY)
		add_why(m, ret, "the publisher's \"%.160s\" may be another of "
		    "that line", printed);
	else if (!text_eq_nocase(printed, a->product))
		add_why(m, ret, "the publisher's \"%.160s\" is that line",
		    printed);
}
