/* index_kinds.c - models whose texts read the same become one kind: lists spell
 * one product in many ways, and each way would have to be decided anew. */
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

/* A number with its options behind a hyphen: what stands before each. Or
 * behind letters, "DVP-12SE" of "DVP-12SE11T". */
static void
stem_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    const struct name_token *t, uint32_t group)
{
	const char *s = name->flat + t->at;
	unsigned digits = 0, left = 2, glued = 2;

	for (unsigned i = 0; i < t->len && left > 0; i++) {
		bool end = s[i] == '-' && i >= 4 && digits >= 2;
		if (!end && glued > 0 && is_digit(s[i]) && i >= 6 &&
		    digits >= 2 && is_letter(s[i - 1])) {
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
		if (is_digit(s[i]) || is_letter(s[i]))
			sign[len++] = s[i];
	while (letters < len && is_letter(sign[letters]))
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
	while (first < t->len && is_letter(s[first]))
		first++;
	/* A sales prefix. */
	if (first >= 2 && first <= 4 && first + 4 < t->len &&
	    s[first] == '-' && is_letter(s[first + 1]))
		head_keys(b, kind, group, s + first + 1, t->len - first - 1);
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

	set_find(&b->group_set, (uint64_t)group + 1, &first);
	if (first)
		add_pair(b, index_key(INDEX_NAME, group, 0), kind);
	add_pair(b, index_key(INDEX_NAME, group, name->key), kind);
	if (name->words == 0)
		return;
	if (name->core != name->key)
		add_pair(b, index_key(INDEX_CORE, group, name->core), kind);
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
		stem_keys(b, kind, name, &name->token[i], group);
		number_keys(b, kind, name, &name->token[i], group);
	}
}

/* "Raritan PX3" in a list that names its owner: who makes it may stand in
 * front. Not one of the n groups that the list names already. */
static void
front_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    const uint32_t *groups, unsigned n)
{
	const struct index_vendor *vendors = b->vendors.at;

	for (unsigned k = 0; k < NAME_FRONT_MAX && k + 1 < name->n; k++) {
		const struct name_token *t = &name->token[k];
		uint64_t maker = name_hash(name->flat, name->token[0].at,
		    (size_t)t->at + t->len);
		const uint32_t *known = set_get(&b->vendor_set, maker);
		bool table = known != NULL &&
		    (vendors[*known].flags & INDEX_KNOWN) != 0, own = false;
		for (unsigned i = 0; i < n && table; i++)
			own |= groups[i] == vendors[*known].group;
		if (own)
			continue;
		add_pair(b, table ? index_key(INDEX_FRONT,
		    vendors[*known].group, 0) : index_key(INDEX_FRONT, 0,
		    maker), kind);
	}
}

/* All keys by which one kind can be found. */
static void
kind_keys(struct index_builder *b, uint32_t kind, const struct name *name,
    const struct maker *maker)
{
	unsigned n = maker->n > 0 ? maker->n : 1;
	uint32_t seen[NAME_VENDORS_MAX];

	for (unsigned v = 0; v < n; v++) {
		uint32_t group = maker->n == 0 ? INDEX_NO_VENDOR :
		    vendor_group(b, maker, v, 0, maker->part[v] ?
		    INDEX_WITHIN : INDEX_LISTED);
		bool again = false;
		for (unsigned i = 0; i < v; i++)
			again |= seen[i] == group;
		seen[v] = group;
		if (!again && name->n > 0)
			group_keys(b, kind, name, group);
	}
	if (maker->n > 0)
		front_keys(b, kind, name, seen, n);
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

uint32_t
kind_of(struct index_builder *b, const char *vendor, uint64_t vendor_hash,
    const char *model, uint64_t model_hash)
{
	uint64_t ident = ident_of(b, vendor, vendor_hash);
	bool new = false;
	uint32_t *read = set_find(&b->read_set, mix(ident, model_hash), &new);
	struct name name;

	if (!new)
		return *read;
	const struct maker *maker = maker_kept(b, vendor, vendor_hash);
	name_read(model, maker, &name);
	/* Reasons are written once for all of a kind: no text is not some. */
	uint32_t *at = set_find(&b->kind_set, mix(ident, name_ident(&name) +
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
