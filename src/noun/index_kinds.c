/* index_kinds.c - models whose texts read the same become one kind: lists spell
 * one product in many ways, and each way would have to be decided anew. */
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "index_build.h"
#include "noun/index.h"

/* --- makers --- */

static uint64_t
mix(uint64_t h, uint64_t with)
{
	return index_key(0, 0, h * 3 ^ with);
}

const struct maker *
maker_kept(struct index_builder *b, const char *text, uint64_t hash)
{
	struct maker_kept *at = &b->makers[hash % MAKERS_KEPT];

	if (at->text != hash || hash == 0) {
		maker_read(text, &at->maker);
		at->text = hash;
	}
	return &at->maker;
}

/* Equal for vendor texts that name the same makers in the same words, legal
 * forms left out. */
static uint64_t
read_ident(struct index_builder *b, const char *vendor, uint64_t hash)
{
	const struct maker *m = maker_kept(b, vendor, hash);
	struct name words;
	uint64_t h = m->n;

	if (m->n == 0)
		return mix(0, hash);
	for (unsigned i = 0; i < m->n; i++)
		h = mix(h, m->key[i] + m->part[i]);
	name_read(vendor, NULL, &words);
	for (unsigned i = 0; i < words.n; i++)
		if (!name_is_form(&words, &words.token[i]))
			h = mix(h, words.token[i].hash +
			    words.token[i].kind);
	return h;
}

uint64_t
ident_of(struct index_builder *b, const char *vendor, uint64_t hash)
{
	bool new = false;
	uint32_t *at = set_find(&b->ident_set, mix(1, hash), &new);

	if (new) {
		*at = (uint32_t)b->idents.n;
		*(uint64_t *)items_add(&b->idents, 1, sizeof(uint64_t)) =
		    read_ident(b, vendor, hash);
	}
	return ((const uint64_t *)b->idents.at)[*at];
}

/* --- kinds --- */

/* The word that tells most: the longest with a digit, else the longest. */
static uint64_t
lead_of(const struct name *name)
{
	const struct name_token *best = NULL;

	for (unsigned i = 0; i < name->n; i++) {
		const struct name_token *t = &name->token[i];
		if (t->kind == NAME_NOISE)
			continue;
		if (best == NULL ||
		    (t->kind == NAME_CODE) > (best->kind == NAME_CODE) ||
		    ((t->kind == NAME_CODE) == (best->kind == NAME_CODE) &&
		    t->len > best->len))
			best = t;
	}
	return best != NULL ? best->hash : 0;
}

/* A number with its options behind a hyphen: what stands before each. Or
 * behind letters, "DVP-12SE" of "DVP-12SE11T". */
static void
stem_keys(struct index_builder *b, uint32_t kind, const char *s, size_t n,
    uint32_t group)
{
	unsigned digits = 0, left = 2, glued = 2;

	for (size_t i = 0; i < n && left > 0; i++) {
		bool end = s[i] == '-' && i >= 4 && digits >= 2;
		if (!end && glued > 0 && is_digit(s[i]) && i >= 6 &&
		    digits >= 2 && is_small(s[i - 1])) {
			add_pair(b, index_key(INDEX_STEM, group,
			    name_hash(s, 0, i)), kind);
			glued--;
		}
		digits += is_digit(s[i]);
		if (!end)
			continue;
		add_pair(b, index_key(INDEX_STEM, group,
		    name_hash(s, 0, i)), kind);
		left--;
	}
}

#define HEAD_LONG 6u

/* How the number s begins. */
static void
head_keys(struct index_builder *b, uint32_t kind, uint32_t group,
    const char *s, size_t n)
{
	char sign[16];
	unsigned len = 0, letters = 0, head = 4;

	for (size_t i = 0; i < n && len < sizeof(sign); i++)
		if (is_digit(s[i]) || is_small(s[i]))
			sign[len++] = s[i];
	while (letters < len && is_small(sign[letters]))
		letters++;
	if (letters > 0)
		head = letters + 1;
	if (head > len)
		return;
	add_pair(b, index_key(INDEX_HEAD, group, name_hash(sign, 0, head)),
	    kind);
	if (len >= HEAD_LONG && head != HEAD_LONG)
		add_pair(b, index_key(INDEX_HEAD, group, name_hash(sign, 0,
		    HEAD_LONG)), kind);
}

/* By what patterns and series find a number. */
static void
number_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    const struct name_token *t, uint32_t group)
{
	const char *s = name->flat + t->at;
	unsigned first = 0, digits = 0;

	head_keys(b, kind, group, s, t->len);
	while (first < t->len && is_small(s[first]))
		first++;
	/* A sales prefix: behind it a number may be whole. */
	if (first >= 2 && first <= 4 && first + 4 < t->len &&
	    s[first] == '-' && is_small(s[first + 1])) {
		const char *rest = s + first + 1;
		size_t n = t->len - first - 1;
		head_keys(b, kind, group, rest, n);
		stem_keys(b, kind, rest, n, group);
		add_pair(b, index_key(INDEX_STEM, group, name_hash(rest, 0,
		    n)), kind);
	}
	while (digits < t->len && is_digit(s[t->len - 1 - digits]))
		digits++;
	unsigned hyphen = first < t->len && s[first] == '-';
	if (first >= 2 && digits >= 3 && first + hyphen + digits == t->len)
		add_pair(b, index_key(INDEX_TAIL, group, name_hash(s,
		    t->len - digits, t->len)), kind);
}

/* The keys of one kind under one maker. */
static void
group_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    uint32_t group)
{
	bool first = false;

	/* Also of one without a name: its maker may stand with a number. */
	set_find(&b->group_set, (uint64_t)group + 1, &first);
	if (first)
		add_pair(b, index_key(INDEX_NAME, group, 0), kind);
	if (name->n > 0)
		add_pair(b, index_key(INDEX_NAME, group, name->key), kind);
	if (name->words == 0)
		return;
	if (name->core != name->key)
		add_pair(b, index_key(INDEX_CORE, group, name->core), kind);
	/* "TwinCAT V3.1" is of TwinCAT 3. */
	for (unsigned n = 0; n < 3; n++) {
		uint64_t core = name_core_line(name, n);
		if (core != 0)
			add_pair(b, index_key(INDEX_CORE, group, core), kind);
	}
	add_pair(b, index_key(INDEX_LEAD, group, lead_of(name)), kind);
	for (unsigned i = 0; i < name->n; i++) {
		bool twice = name->token[i].kind == NAME_NOISE;
		for (unsigned k = 0; k < i && !twice; k++)
			twice = name->token[k].hash == name->token[i].hash;
		if (twice)
			continue;
		add_pair(b, index_key(INDEX_WORD, group,
		    name->token[i].hash), kind);
		if (name->token[i].kind != NAME_CODE)
			continue;
		stem_keys(b, kind, name->flat + name->token[i].at,
		    name->token[i].len, group);
		number_keys(b, kind, name, &name->token[i], group);
	}
}

/* "Raritan PX3" in a list that names its owner: a maker whom the table does not
 * know may stand in front. */
static void
front_keys(struct index_builder *b, uint32_t kind, const struct name *name)
{
	const struct index_vendor *vendors = b->vendors.at;

	for (unsigned k = 0; k < NAME_FRONTED_MAX && k + 1 < name->n; k++) {
		const struct name_token *t = &name->token[k];
		uint64_t maker = name_hash(name->flat, name->token[0].at,
		    (size_t)t->at + t->len);
		const uint32_t *known = set_get(&b->vendor_set, maker);
		if (known == NULL ||
		    (vendors[*known].flags & INDEX_KNOWN) == 0)
			add_pair(b, index_key(INDEX_FRONT, 0, maker), kind);
	}
}

/* The maker of the table whom the name begins with; n words, 0: none. */
static const struct index_vendor *
front_of(const struct index_builder *b, const struct name *name, unsigned *ret)
{
	struct maker one;

	*ret = 0;
	if (name->n < 2 || set_get(&b->fronts, name->token[0].hash) == NULL)
		return NULL;
	for (unsigned n = NAME_FRONT_MAX; n > 0; n--) {
		one.n = 0;
		const uint32_t *at = name_front(name, n, &one) ?
		    set_get(&b->vendor_set, one.key[0]) : NULL;
		const struct index_vendor *v = at == NULL ? NULL :
		    (const struct index_vendor *)b->vendors.at + *at;
		*ret = n;
		if (v != NULL && v->flags & INDEX_KNOWN)
			return v;
	}
	*ret = 0;
	return NULL;
}

/* Does the text in the maker's place name him, too? */
static bool
is_of_group(const struct index_builder *b, const struct maker *m,
    uint32_t group)
{
	for (unsigned i = 0; i < m->n; i++) {
		const uint32_t *at = set_get(&b->vendor_set, m->key[i]);
		if (at != NULL && ((const struct index_vendor *)
		    b->vendors.at)[*at].group == group)
			return true;
	}
	return false;
}

/* All keys by which one kind can be found. */
static void
kind_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    const struct maker *maker)
{
	unsigned n = maker->n > 0 ? maker->n : 1;
	uint32_t seen[NAME_VENDORS_MAX];
	unsigned front = 0;
	const struct index_vendor *known = maker->n > 0 ? front_of(b, name,
	    &front) : NULL;

	/* "GE MDS iNET" of General Electric. */
	if (known != NULL && front < name->words && is_of_group(b, maker,
	    known->group))
		add_pair(b, index_key(INDEX_CORE, known->group,
		    name_core_without(name, (1u << front) - 1)), kind);
	for (unsigned v = 0; v < n; v++) {
		uint32_t group = maker->n == 0 ? INDEX_NO_VENDOR :
		    vendor_group(b, maker, v, 0, maker->part[v] ?
		    INDEX_WITHIN : INDEX_LISTED);
		bool again = false;
		for (unsigned i = 0; i < v; i++)
			again |= seen[i] == group;
		seen[v] = group;
		if (!again)
			group_keys(b, kind, name, group);
	}
	if (maker->n > 0)
		front_keys(b, kind, name);
}

uint32_t
add_kind(struct index_builder *b, const struct name *name,
    const struct maker *maker, uint64_t ident, enum index_flags flags)
{
	uint32_t number = (uint32_t)b->kinds.n;
	struct index_kind k = { .key = name->key };
	bool new = false;

	k.model = (uint32_t)b->models.n - 1;
	uint32_t *vendor = set_find(&b->spelling_set, ident, &new);
	if (new)
		*vendor = ((const struct index_model *)
		    b->models.at)[k.model].vendor;
	k.vendor = *vendor;
	k.flags = (uint8_t)(flags | (name->family ? INDEX_FAMILY : 0));
	k.tokens = (uint32_t)b->tokens.n;
	/* Those with digits first: they tell most. */
	for (int codes = 1; codes >= 0; codes--) {
		for (unsigned i = 0; i < name->n; i++) {
			enum name_kind kind = name->token[i].kind;
			if (kind == NAME_NOISE ||
			    (kind == NAME_CODE) != (codes == 1))
				continue;
			*(uint64_t *)items_add(&b->tokens, 1,
			    sizeof(uint64_t)) = name->token[i].hash;
			k.n_tokens++;
			k.n_codes = (uint8_t)(k.n_codes + codes);
		}
	}
	keep_name(b, name);
	for (unsigned i = 0; i < name->n_codes; i++) {
		struct pair *p = items_add(&b->codes, 1, sizeof(*p));
		p->key = index_hash(name->code[i], strlen(name->code[i]));
		p->value = number;
	}
	*(struct index_kind *)items_add(&b->kinds, 1, sizeof(k)) = k;
	kind_keys(b, number, name, maker);
	return number;
}

/* All that matching looks at in a name, but for its spelling. */
static uint64_t
name_ident(const struct name *name)
{
	uint64_t h = mix(name->key, name->core);

	for (unsigned i = 0; i < name->n; i++)
		h = mix(h, name->token[i].hash + name->token[i].kind);
	for (unsigned i = 0; i < name->n_codes; i++)
		h = mix(h, index_hash(name->code[i], strlen(name->code[i])));
	return mix(h, name->n + (name->family ? 64u : 0) +
	    (name->cut ? 128u : 0));
}

/* "Honeywell" and "Tridium JACE 8000": both count as the makers. */
static bool
name_both(struct index_builder *b, const char *vendor, const struct name *name,
    const struct maker *maker, char *ret, size_t room)
{
	unsigned n;
	const struct index_vendor *v = front_of(b, name, &n);

	if (v == NULL || is_of_group(b, maker, v->group))
		return false;
	const struct name_token *last = &name->token[n - 1];
	int from = name->token[0].at, len = last->at + last->len - from;
	return snprintf(ret, room, "%s / %.*s", vendor, len, name->flat +
	    from) < (int)room;
}

uint32_t
kind_of(struct index_builder *b, const char *vendor, uint64_t vendor_hash,
    const char *model, uint64_t model_hash)
{
	uint64_t ident = ident_of(b, vendor, vendor_hash);
	bool new = false;
	uint32_t *read = set_find(&b->read_set, mix(ident, model_hash), &new);
	uint32_t *at;
	struct name name;

	if (!new)
		return *read;
	const struct maker *maker = maker_kept(b, vendor, vendor_hash);
	name_read(model, maker, &name);
	char two[NAME_RUN_MAX];
	if (maker->n > 0 && name_both(b, vendor, &name, maker, two,
	    sizeof(two))) {
		uint64_t hash = index_hash(two, strlen(two));
		ident = ident_of(b, two, hash);
		maker = maker_kept(b, two, hash);
		name_read(model, maker, &name);
		at = set_find(&b->spelling_set, ident, &new);
		if (new)
			*at = keep_text(b, two);
	}
	/* Reasons are written once for all of a kind: no text is not some. */
	at = set_find(&b->kind_set, mix(ident, name_ident(&name) +
	    (model[0] == '\0')), &new);
	if (new) {
		*at = add_kind(b, &name, maker, ident, 0);
		struct line_text t = { .text = model, .maker = maker,
		    .ident = ident, .kind = *at, .vendor =
		    ((const struct index_kind *)b->kinds.at)[*at].vendor };
		lines_of(b, &t, *at);
	}
	*read = *at;
	return *at;
}
