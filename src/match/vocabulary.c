/* vocabulary.c - brands, divisions and short forms of the table and of the
 * operator's aliases. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "rules.h"
#include "vocabulary.h"
#include "base/arena.h"

static uint64_t
brand_key(uint32_t group, uint64_t word)
{
	uint64_t key = word * 3 + group;

	return key != 0 ? key : 1;
}

static uint32_t
brand_slot(const struct vocabulary *v, uint64_t key)
{
	uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32) &
	    (v->room - 1);

	while (v->brands[at] != 0 && v->brands[at] != key)
		at = (at + 1) & (v->room - 1);
	return at;
}

/* Each word of the brands by itself; v NULL: only counted. */
static size_t
add_brands(struct vocabulary *v, uint32_t group, const struct alias *a)
{
	struct name n;
	size_t count = 0;

	/* The group itself, for those who ask whether it has any. */
	if (v != NULL)
		v->brands[brand_slot(v, brand_key(group, 0))] =
		    brand_key(group, 0);
	for (uint32_t i = 1; i < a->n_names; i++) {
		name_read(a->names[i], NULL, &n);
		count += n.n;
		for (unsigned k = 0; k < n.n && v != NULL; k++) {
			uint64_t key = brand_key(group, n.token[k].hash);
			v->brands[brand_slot(v, key)] = key;
		}
	}
	return count + 1;
}

static const char *
folded(const char *text, struct arena *mem)
{
	char flat[NAME_RUN_MAX];
	size_t n = name_fold(text, flat, sizeof(flat));

	while (n > 0 && flat[n - 1] == ' ')
		n--;
	return arena_text_n(mem, flat, n);
}

static void
add_apart(struct vocabulary *v, uint32_t group, const char *text,
    struct arena *mem)
{
	struct apart *one = &v->aparts[v->n_aparts++];
	struct name n;

	name_read(text, NULL, &n);
	one->group = group;
	one->words = arena_alloc(mem, (n.n + 1u) * sizeof(*one->words));
	for (unsigned i = 0; i < n.n; i++)
		if (n.token[i].kind != NAME_NOISE)
			one->words[one->n++] = n.token[i].hash;
}

static void
add_line(struct vocabulary *v, const struct index *ix, const struct alias *a,
    struct arena *mem)
{
	uint64_t maker = rules_vendor_key(a->names[0]);
	uint32_t group = maker == 0 ? INDEX_NO_VENDOR :
	    index_group(ix, maker);

	for (uint32_t i = 1; i < a->n_names && a->kind == ALIAS_DIVISION;
	    i++) {
		uint64_t key = rules_vendor_key(a->names[i]);
		uint32_t own = key == 0 ? INDEX_NO_VENDOR :
		    index_group(ix, key);
		if (own != INDEX_NO_VENDOR && own != group && maker != 0)
			v->divisions[v->n_divisions++] = (struct division)
			    { group != INDEX_NO_VENDOR ? group : maker, own };
	}
	if (group == INDEX_NO_VENDOR)
		return;
	if (a->kind == ALIAS_BRAND)
		add_brands(v, group, a);
	for (uint32_t i = 1; i < a->n_names && a->kind == ALIAS_APART; i++)
		add_apart(v, group, a->names[i], mem);
	for (uint32_t i = 2; i < a->n_names && a->kind == ALIAS_SHORT; i++)
		v->shorts[v->n_shorts++] = (struct short_form){ group,
		    folded(a->names[1], mem), folded(a->names[i], mem) };
}

static int
compare_divisions(const void *va, const void *vb)
{
	const struct division *a = va, *b = vb;

	if (a->maker != b->maker)
		return a->maker < b->maker ? -1 : 1;
	return a->group < b->group ? -1 : a->group > b->group;
}

static int
compare_aparts(const void *va, const void *vb)
{
	const struct apart *a = va, *b = vb;

	return a->group < b->group ? -1 : a->group > b->group;
}

static int
compare_shorts(const void *va, const void *vb)
{
	const struct short_form *a = va, *b = vb;
	int words;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	words = strcmp(a->words, b->words);
	return words != 0 ? words : strcmp(a->brief, b->brief);
}

const struct vocabulary *
vocabulary_open(const struct index *ix, const struct aliases *list,
    struct arena *mem)
{
	struct vocabulary *v = arena_alloc(mem, sizeof(*v));
	size_t brands = 0, others = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct alias *a = &list->list[i];
		if (a->kind == ALIAS_BRAND)
			brands += add_brands(NULL, 0, a);
		else if (a->kind == ALIAS_DIVISION || a->kind == ALIAS_SHORT ||
		    a->kind == ALIAS_APART)
			others += a->n_names;
	}
	if (brands + others == 0)
		return NULL;
	for (v->room = 16; v->room < brands * 2;)
		v->room *= 2;
	v->brands = arena_alloc(mem, v->room * sizeof(*v->brands));
	v->divisions = arena_alloc(mem, (others + 1) *
	    sizeof(*v->divisions));
	v->shorts = arena_alloc(mem, (others + 1) * sizeof(*v->shorts));
	v->aparts = arena_alloc(mem, (others + 1) * sizeof(*v->aparts));
	for (uint32_t i = 0; i < list->n; i++)
		if (list->list[i].n_names > 1)
			add_line(v, ix, &list->list[i], mem);
	qsort(v->divisions, v->n_divisions, sizeof(*v->divisions),
	    compare_divisions);
	qsort(v->shorts, v->n_shorts, sizeof(*v->shorts), compare_shorts);
	qsort(v->aparts, v->n_aparts, sizeof(*v->aparts), compare_aparts);
	return v;
}

bool
vocabulary_has_brand(const struct vocabulary *v, uint32_t group, uint64_t word)
{
	return v != NULL && v->brands[brand_slot(v, brand_key(group, word))]
	    != 0;
}

const struct division *
vocabulary_divisions(const struct vocabulary *v, uint32_t group, uint64_t key,
    uint32_t *ret_n)
{
	uint64_t maker = group != INDEX_NO_VENDOR ? group : key;
	uint32_t low = 0, high = v != NULL ? v->n_divisions : 0;

	for (*ret_n = 0; low < high;) {
		uint32_t at = (low + high) / 2;
		if (v->divisions[at].maker < maker)
			low = at + 1;
		else
			high = at;
	}
	while (v != NULL && low + *ret_n < v->n_divisions &&
	    v->divisions[low + *ret_n].maker == maker)
		(*ret_n)++;
	return *ret_n > 0 ? v->divisions + low : NULL;
}

/* Items of a group in a list that is sorted by it, of `size` bytes each; the
 * group stands first in them. */
static const void *
group_run(const void *list, uint32_t n, size_t size, uint32_t group,
    uint32_t *ret_n)
{
	const char *items = list;
	uint32_t low = 0, high = n, own;

	for (*ret_n = 0; low < high;) {
		uint32_t at = (low + high) / 2;
		memcpy(&own, items + at * size, sizeof(own));
		if (own < group)
			low = at + 1;
		else
			high = at;
	}
	for (; low + *ret_n < n; (*ret_n)++) {
		memcpy(&own, items + (low + *ret_n) * size, sizeof(own));
		if (own != group)
			break;
	}
	return *ret_n > 0 ? items + low * size : NULL;
}

_Static_assert(offsetof(struct short_form, group) == 0 &&
    offsetof(struct apart, group) == 0, "group_run reads it there");

const struct short_form *
vocabulary_shorts(const struct vocabulary *v, uint32_t group, uint32_t *ret_n)
{
	*ret_n = 0;
	return v == NULL ? NULL : group_run(v->shorts, v->n_shorts,
	    sizeof(*v->shorts), group, ret_n);
}

const struct apart *
vocabulary_aparts(const struct vocabulary *v, uint32_t group, uint32_t *ret_n)
{
	*ret_n = 0;
	return v == NULL ? NULL : group_run(v->aparts, v->n_aparts,
	    sizeof(*v->aparts), group, ret_n);
}
