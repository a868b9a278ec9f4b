/* rules.c - the operator's own word on names: a product of a publisher is a
 * model or a device of the list, or never is. Texts are compared whole, but for
 * case, accents, blanks, punctuation and the legal form of a maker. */
#include <string.h>
#include "names.h"
#include "rules.h"
#include "vocabulary.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"

/* No makers' keys: these are asked for by their names alone. */
#define SYSTEMS	1u
#define LINES	2u

/* The same for names with the same telling words. */
static uint64_t
telling_key(const struct name *name)
{
	uint64_t h = 0;

	for (unsigned i = 0; i < name->n; i++)
		if (name->token[i].kind != NAME_LINE &&
		    !token_is_weak(name, &name->token[i]))
			h += name->token[i].hash;
	return h;
}

uint64_t
rules_vendor_key(const char *text)
{
	struct maker m;

	maker_read(text, &m);
	return m.n > 0 ? m.key[0] : 0;
}

uint64_t
rules_text_key(const char *text)
{
	char flat[NAME_RUN_MAX];
	size_t n = name_fold(text, flat, sizeof(flat));

	while (n > 0 && flat[n - 1] == ' ')
		n--;
	return n > 0 ? name_hash(flat, 0, n) : 0;
}

static uint64_t
pair_key(uint64_t vendor, uint64_t product)
{
	return index_key(0, 0, vendor * 3 + product);
}

static void
enter(struct rules *rules, uint32_t i)
{
	struct rule *r = &rules->list[i];
	uint32_t at = (uint32_t)pair_key(r->vendor, r->product) &
	    (rules->room - 1);

	while (rules->slots[at] != 0) {
		struct rule *there = &rules->list[rules->slots[at] - 1];
		if (there->vendor == r->vendor &&
		    there->product == r->product) {
			/* In the order of the file: behind the last. */
			while (there->next != 0)
				there = &rules->list[there->next - 1];
			there->next = i + 1;
			return;
		}
		at = (at + 1) & (rules->room - 1);
	}
	rules->slots[at] = i + 1;
}

/* The first rule of this product, + 1; others follow by `next`. */
static uint32_t
find_rule(const struct rules *rules, uint64_t vendor, uint64_t product)
{
	uint32_t at = (uint32_t)pair_key(vendor, product) & (rules->room - 1);

	for (; rules->slots[at] != 0; at = (at + 1) & (rules->room - 1)) {
		const struct rule *r = &rules->list[rules->slots[at] - 1];
		if (r->vendor == vendor && r->product == product)
			return rules->slots[at];
	}
	return 0;
}

/* Devices by id, for all rules in one walk. */
static void
find_devices(const struct index *ix, struct rules *rules, struct arena *mem)
{
	uint32_t room = rules->room, *slots = arena_alloc(mem,
	    room * sizeof(*slots));
	uint32_t *next = arena_alloc(mem, (rules->n + 1) * sizeof(*next));
	uint32_t wanted = 0;

	for (uint32_t i = 0; i < rules->n; i++) {
		const char *id = rules->list[i].alias->device;
		next[i] = 0;
		if (id[0] == '\0')
			continue;
		uint32_t at = (uint32_t)index_hash(id, strlen(id)) &
		    (room - 1);
		next[i] = slots[at];
		slots[at] = i + 1;
		wanted++;
	}
	for (uint32_t d = 0; wanted > 0 && d < index_devices(ix); d++) {
		const char *id = index_column(ix, d, INDEX_COLUMN_id);
		uint32_t at = (uint32_t)index_hash(id, strlen(id)) &
		    (room - 1);
		for (uint32_t i = slots[at]; i != 0; i = next[i - 1]) {
			struct rule *r = &rules->list[i - 1];
			if (strcmp(r->alias->device, id) != 0)
				continue;
			r->devices = arena_more(mem, r->devices, r->n_devices,
			    sizeof(*r->devices));
			r->devices[r->n_devices++] = d;
		}
	}
}

static void
make_rule(struct rules *rules, uint32_t i, const struct alias *a)
{
	struct rule *r = &rules->list[i];
	struct maker maker;
	struct name name;

	r->alias = a;
	if (a->kind == ALIAS_SYSTEM || a->kind == ALIAS_LINE) {
		maker_read(a->vendor, &maker);
		name_read(a->product, &maker, &name);
		r->vendor = a->kind == ALIAS_LINE ? LINES : SYSTEMS;
		r->product = telling_key(&name);
		enter(rules, i);
	}
	if (a->kind != ALIAS_INCLUDE && a->kind != ALIAS_EXCLUDE)
		return;
	rules->any = true;
	r->vendor = rules_vendor_key(a->vendor);
	r->product = rules_text_key(a->product);
	r->own_vendor = rules_vendor_key(a->own_vendor);
	r->own_model = rules_text_key(a->own_model);
	maker_read(a->own_vendor, &maker);
	name_read(a->own_model, &maker, &name);
	r->name = name.key;
	enter(rules, i);
}

bool
rules_name_system(const struct rules *rules, const struct product *p)
{
	struct maker maker;
	struct name name;

	if (rules == NULL)
		return false;
	maker_read(p->vendor, &maker);
	name_read(product_text(p), &maker, &name);
	return find_rule(rules, SYSTEMS, telling_key(&name)) != 0;
}

bool
rules_name_line(const struct rules *rules, const struct name *name)
{
	return find_rule(rules, LINES, telling_key(name)) != 0;
}

/* Is it looked for by what a publisher prints, or by devices of a line? */
static bool
is_rule(const struct alias *a)
{
	return a->kind == ALIAS_INCLUDE || a->kind == ALIAS_EXCLUDE ||
	    a->kind == ALIAS_LINE || a->kind == ALIAS_SYSTEM;
}

const struct rules *
rules_open(const struct index *ix, struct arena *mem)
{
	struct aliases list = { .n = 0 };
	struct unpack in;

	if (ix->n_rules == 0)
		return NULL;
	unpack_open(&in, ix->rules, ix->n_rules);
	aliases_unpack(&in, mem, &list);
	/* An index of a foreign hand may hold anything. */
	uint32_t n = 0;
	for (uint32_t i = 0; i < list.n; i++)
		n += is_rule(&list.list[i]);
	const struct vocabulary *words = in.bad ? NULL :
	    vocabulary_open(ix, &list, mem);
	if (in.bad || (n == 0 && words == NULL))
		return NULL;
	struct rules *rules = arena_alloc(mem, sizeof(*rules));
	rules->words = words;
	if (n == 0)
		return rules;
	rules->n = list.n;
	rules->list = arena_alloc(mem, list.n * sizeof(*rules->list));
	for (rules->room = 16; rules->room < list.n * 2;)
		rules->room *= 2;
	rules->slots = arena_alloc(mem, rules->room * sizeof(*rules->slots));
	for (uint32_t i = 0; i < list.n; i++)
		make_rule(rules, i, &list.list[i]);
	find_devices(ix, rules, mem);
	return rules;
}

/* Texts of one kind read the same, so any of them speaks for all. */
static bool
kind_is(const struct index *ix, const struct index_kind *kind,
    const struct rule *r)
{
	const char *vendor = kind != NULL ? index_kind_vendor(ix, kind) : "";

	return kind != NULL && (r->alias->own_vendor[0] == '\0' ?
	    vendor[0] == '\0' : rules_vendor_key(vendor) == r->own_vendor) &&
	    (r->alias->own_model[0] == '\0' || kind->key == r->name);
}

/* What is there already is taken for the device's own product by now. */
static void
include(struct lookup *l, uint32_t what, enum candidate_of of, uint32_t rule)
{
	struct candidate *c = NULL;

	for (uint32_t i = 0; i < l->n && c == NULL; i++)
		if (l->list[i].what == what && l->list[i].of == of)
			c = &l->list[i];
	if (c != NULL && c->how <= HOW_SAME && c->maker >= MAKER_ALIAS)
		return;
	if (c == NULL) {
		l->list = arena_more(l->m->mem, l->list, l->n,
		    sizeof(*l->list));
		c = &l->list[l->n++];
	}
	*c = (struct candidate){ .what = what, .n = 1, .of = (uint8_t)of,
	    .how = HOW_RESPELT, .maker = MAKER_ALIAS, .ident = IDENT_ALIAS,
	    .rule = (uint16_t)rule };
}

static void
include_models(struct lookup *l, const struct rule *r, uint32_t rule)
{
	const struct index *ix = l->m->ix;
	uint32_t group = r->own_vendor == 0 ? INDEX_NO_VENDOR :
	    index_group(ix, r->own_vendor);
	struct index_run run = index_find(ix, index_key(INDEX_NAME, group,
	    r->name));

	if (group == INDEX_NO_VENDOR && r->own_vendor != 0)
		return;
	for (uint32_t i = 0; i < run.n; i++)
		if (kind_is(ix, index_kind(ix, run.at[i]), r))
			include(l, run.at[i], CANDIDATE_KIND, rule);
}

static void
add_rules(struct lookup *l, uint64_t vendor, uint64_t product)
{
	const struct rules *rules = l->m->rules;

	for (uint32_t i = find_rule(rules, vendor, product); i != 0;
	    i = rules->list[i - 1].next) {
		const struct rule *r = &rules->list[i - 1];
		bool again = false;
		for (uint32_t k = 0; k < l->n_rules && !again; k++)
			again = l->rules[k] == i;
		if (again)
			continue;
		l->rules = arena_more(l->m->mem, l->rules, l->n_rules,
		    sizeof(*l->rules));
		l->rules[l->n_rules++] = i;
		if (r->alias->kind != ALIAS_INCLUDE)
			continue;
		for (uint32_t k = 0; k < r->n_devices; k++)
			include(l, r->devices[k], CANDIDATE_DEVICE, i);
		if (r->alias->device[0] == '\0')
			include_models(l, r, i);
	}
}

void
rules_look_up(struct lookup *l)
{
	const struct product *p = l->p;

	l->rules = NULL;
	l->n_rules = 0;
	if (!l->m->rules->any)
		return;
	uint64_t vendor = rules_vendor_key(p->vendor);
	add_rules(l, vendor, rules_text_key(product_text(p)));
	add_rules(l, vendor, rules_text_key(p->name));
	add_rules(l, vendor, 0);
}

uint32_t
rules_excluding(const struct lookup *l, uint32_t device)
{
	const struct index *ix = l->m->ix;
	const struct index_class *class = index_class(ix,
	    index_device_class(ix, device));
	const struct index_kind *kind = class == NULL ? NULL :
	    index_kind(ix, class->kind);

	for (uint32_t i = 0; i < l->n_rules; i++) {
		const struct rule *r = &l->m->rules->list[l->rules[i] - 1];
		if (r->alias->kind != ALIAS_EXCLUDE)
			continue;
		if (r->alias->device[0] == '\0' && kind_is(ix, kind, r))
			return l->rules[i];
		for (uint32_t k = 0; k < r->n_devices; k++)
			if (r->devices[k] == device)
				return l->rules[i];
	}
	return 0;
}

void
rules_mark(const struct lookup *l, struct hit *h)
{
	uint32_t rule = l->n_rules > 0 ? rules_excluding(l, h->device) : 0;

	if (rule != 0)
		h->rule = (uint16_t)rule;
}

static bool
is_excluded(const struct matcher *m, const struct hit *h)
{
	return h->rule != 0 && m->rules->list[h->rule - 1].alias->kind ==
	    ALIAS_EXCLUDE;
}

const struct hit *
rules_sift(const struct matcher *m, const struct hit *hits, uint32_t *n,
    bool *ret_excluded)
{
	uint32_t kept = 0;

	*ret_excluded = false;
	if (!m->rules->any)
		return hits;
	for (uint32_t i = 0; i < *n; i++)
		kept += !is_excluded(m, &hits[i]);
	*ret_excluded = kept == 0;
	if (kept == 0 || kept == *n)
		return hits;
	struct hit *list = arena_alloc(m->mem, kept * sizeof(*list));
	kept = 0;
	for (uint32_t i = 0; i < *n; i++)
		if (!is_excluded(m, &hits[i]))
			list[kept++] = hits[i];
	*n = kept;
	return list;
}

void
rule_why(struct matcher *m, const struct hit *h, struct match *ret)
{
	const struct alias *a = m->rules->list[h->rule - 1].alias;

	if (a->kind != ALIAS_INCLUDE && a->kind != ALIAS_EXCLUDE)
		return;		/* a line: what is said of the name tells it */
	if (a->kind == ALIAS_EXCLUDE)
		add_why(m, ret, "excluded by %.200s%s%.300s", a->where,
		    a->reason[0] != '\0' ? ": " : "", a->reason);
	else
		add_why(m, ret, "included by %.200s%s%.300s", a->where,
		    a->reason[0] != '\0' ? ": " : "", a->reason);
}
