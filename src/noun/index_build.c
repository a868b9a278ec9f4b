/* index_build.c - devices in: texts that repeat are kept once, and keys are
 * gathered as (key, value) pairs. index_finish.c makes the index of them. */
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "index_build.h"
#include "noun/aliases.h"
#include "noun/index.h"

void *
items_add(struct items *it, size_t n, size_t size)
{
	if (it->at == NULL || it->n + n > it->room) {
		it->room = it->room * 2 > it->n + n ? it->room * 2 :
		    it->n + n + 64;
		it->at = mem_resize(it->at, it->room * size);
	}
	void *ret = (char *)it->at + it->n * size;
	it->n += n;
	return ret;
}

void
items_add_u32(struct items *it, uint32_t v)
{
	*(uint32_t *)items_add(it, 1, sizeof(v)) = v;
}

static void
set_grow(struct set *s)
{
	struct set big = { .room = s->room != 0 ? s->room * 2 : 1024 };

	big.key = mem_alloc(big.room * sizeof(*big.key));
	big.value = mem_alloc(big.room * sizeof(*big.value));
	for (size_t i = 0; i < s->room; i++) {
		if (s->key[i] == 0)
			continue;
		size_t at = s->key[i] & (big.room - 1);
		while (big.key[at] != 0)
			at = (at + 1) & (big.room - 1);
		big.key[at] = s->key[i];
		big.value[at] = s->value[i];
	}
	big.n = s->n;
	free(s->key);
	free(s->value);
	*s = big;
}

/* The number behind a key; *ret_new tells that it was not there. */
static uint32_t *
set_find(struct set *s, uint64_t key, bool *ret_new)
{
	if (s->n * 3 >= s->room * 2)
		set_grow(s);
	size_t at = key & (s->room - 1);
	while (s->key[at] != 0 && s->key[at] != key)
		at = (at + 1) & (s->room - 1);
	*ret_new = s->key[at] == 0;
	if (*ret_new) {
		s->key[at] = key;
		s->n++;
	}
	return &s->value[at];
}

static uint32_t
keep_string(struct index_builder *b, const char *s, size_t n)
{
	uint32_t at = (uint32_t)b->strings.n;

	memcpy(items_add(&b->strings, n + 1, 1), s, n + 1);
	return at;
}

/* A text that is likely to repeat. */
static uint32_t
keep_once(struct index_builder *b, const char *s)
{
	bool new = false;
	size_t n = strlen(s);

	if (n == 0)
		return 0;
	uint32_t *at = set_find(&b->known, index_hash(s, n), &new);
	if (new)
		*at = keep_string(b, s, n);
	return *at;
}

struct index_builder *
index_builder_new(void)
{
	struct index_builder *b = mem_alloc(sizeof(*b));

	keep_string(b, "", 0);
	b->groups = 1;			/* 0 is INDEX_NO_VENDOR */
	return b;
}

void
index_builder_free(struct index_builder *b)
{
	if (b == NULL)
		return;
	struct items *all[] = { &b->strings, &b->rows, &b->row_at,
	    &b->model_of, &b->models, &b->tokens, &b->pairs, &b->vendors,
	    &b->orders, &b->serials, &b->lists, &b->rules };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		free(all[i]->at);
	struct set *sets[] = { &b->known, &b->model_set, &b->vendor_set,
	    &b->ids };
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		free(sets[i]->key);
		free(sets[i]->value);
	}
	free(b);
}

static void
add_pair(struct index_builder *b, uint64_t key, uint32_t value)
{
	struct pair *p = items_add(&b->pairs, 1, sizeof(*p));

	p->key = key;
	p->value = value;
}

/* The group of the i-th maker in m; a new one if `group` is 0 and he is not
 * known. */
static uint32_t
vendor_group(struct index_builder *b, const struct maker *m, unsigned i,
    uint32_t group, enum index_vendor_flags flag)
{
	bool new = false;
	uint32_t *at = set_find(&b->vendor_set, m->key[i], &new);

	if (new) {
		struct index_vendor *v = items_add(&b->vendors, 1, sizeof(*v));
		*at = (uint32_t)b->vendors.n - 1;
		v->key = m->key[i];
		v->words = (uint16_t)m->words[i];
		v->flags = 0;
		v->group = group != 0 ? group : b->groups++;
		for (unsigned k = 0; k < m->n_starts[i]; k++)
			add_pair(b, index_key(INDEX_MAKER, 0, m->start[i][k]),
			    v->group << 2 | (flag == INDEX_KNOWN ? 2u : 0) |
			    (m->plain[i] >> k & 1));
	}
	struct index_vendor *v = (struct index_vendor *)b->vendors.at + *at;
	v->flags = (uint16_t)(v->flags | flag);
	return v->group;
}

void
index_builder_alias(struct index_builder *b, const char *const *names)
{
	uint32_t group = 0;

	for (; *names != NULL; names++) {
		struct maker m;
		maker_read(*names, &m);
		if (m.n == 0)
			continue;
		/* A name that another maker has already stays his. */
		uint32_t own = vendor_group(b, &m, 0, group, INDEX_KNOWN);
		if (group == 0)
			group = own;
	}
}

void
index_builder_rules(struct index_builder *b, const struct aliases *list)
{
	struct buf packed = BUF_INIT(DEVICE_INDEX_MAX / 4);

	aliases_pack(&packed, list);
	if (list->n > 0 && !packed.over)
		memcpy(items_add(&b->rules, packed.len, 1), packed.data,
		    packed.len);
	buf_clear(&packed);
}

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

/* All keys by which one model can be found. */
static void
model_keys(struct index_builder *b, uint32_t model, const struct name *name,
    const struct maker *maker)
{
	unsigned n = maker->n > 0 ? maker->n : 1;
	uint32_t seen[NAME_VENDORS_MAX];

	for (unsigned v = 0; v < n; v++) {
		uint32_t group = maker->n == 0 ? INDEX_NO_VENDOR :
		    vendor_group(b, maker, v, 0, INDEX_LISTED);
		bool again = false;
		for (unsigned i = 0; i < v; i++)
			again |= seen[i] == group;
		seen[v] = group;
		if (again || name->n == 0)
			continue;
		add_pair(b, index_key(INDEX_NAME, group, name->key), model);
		if (name->words == 0)
			continue;
		if (name->core != name->key)
			add_pair(b, index_key(INDEX_CORE, group, name->core),
			    model);
		add_pair(b, index_key(INDEX_LEAD, group, lead_of(name)),
		    model);
		for (unsigned i = 0; i < name->n; i++) {
			bool twice = name->token[i].kind == NAME_NOISE;
			for (unsigned k = 0; k < i && !twice; k++)
				twice = name->token[k].hash ==
				    name->token[i].hash;
			if (!twice)
				add_pair(b, index_key(INDEX_WORD, group,
				    name->token[i].hash), model);
		}
	}
}

static uint32_t
new_model(struct index_builder *b, const struct device *d, const char *text)
{
	uint32_t number = (uint32_t)b->models.n;
	struct index_model m = { .n = 0 };
	struct maker maker;
	struct name name;

	maker_read(d->vendor, &maker);
	name_read(text, &maker, &name);
	m.vendor = keep_once(b, d->vendor);
	m.model = keep_once(b, text);
	m.key = name.key;
	m.flags = name.family ? INDEX_FAMILY : 0;
	m.tokens = (uint32_t)b->tokens.n;
	/* Those with digits first: they tell most. */
	for (int codes = 1; codes >= 0; codes--) {
		for (unsigned i = 0; i < name.n; i++) {
			enum name_kind kind = name.token[i].kind;
			if (kind == NAME_NOISE ||
			    (kind == NAME_CODE) != (codes == 1))
				continue;
			*(uint64_t *)items_add(&b->tokens, 1,
			    sizeof(uint64_t)) = name.token[i].hash;
			m.n_tokens++;
			m.n_codes = (uint8_t)(m.n_codes + codes);
		}
	}
	*(struct index_model *)items_add(&b->models, 1, sizeof(m)) = m;
	model_keys(b, number, &name, &maker);
	return number;
}

/* A further column that holds the digest of the device's firmware file. */
static bool
is_digest_column(const char *name)
{
	static const char *const names[] = { "sha256", "sha-256", "sha512",
	    "sha-512", "sha1", "md5", "hash", "digest", "file hash",
	    "file_hash", "firmware_hash", "firmware hash", "checksum", NULL };

	for (const char *const *n = names; *n != NULL; n++)
		if (text_eq_nocase(name, *n))
			return true;
	return false;
}

/* Identifiers that lead to this device. */
static void
device_keys(struct index_builder *b, uint32_t number, const struct device *d,
    const char *text)
{
	char order[ORDER_TEXT];
	const char *version;
	size_t n;

	if (d->part_number[0] != '\0') {
		n = order_read(d->part_number, order, sizeof(order));
		if (n > 0) {
			add_pair(b, index_key(INDEX_ORDER, 0,
			    index_hash(order, n)), number);
			items_add_u32(&b->orders, number);
		}
	} else if (strpbrk(text, "0123456789") != NULL &&
	    strpbrk(text, "(-") != NULL) {
		struct name name;
		name_read(text, NULL, &name);
		for (unsigned i = 0; i < name.n_codes; i++)
			add_pair(b, index_key(INDEX_ORDER, 0, index_hash(
			    name.code[i], strlen(name.code[i]))), number);
	}
	if (d->serial[0] != '\0') {
		n = order_read(d->serial, order, sizeof(order));
		if (n > 0)
			add_pair(b, index_key(INDEX_SERIAL, 0,
			    index_hash(order, n)), number);
		if (n > 0)
			items_add_u32(&b->serials, number);
	}
	for (uint32_t i = 0; i < d->n_extra; i++) {
		if (!is_digest_column(d->extra[i].name))
			continue;
		uint64_t digest = index_digest(d->extra[i].value);
		if (digest != 0)
			add_pair(b, index_key(INDEX_HASH, 0, digest), number);
	}
	uint64_t h = d->cpe[0] != '\0' ? index_cpe(d->cpe) : 0;
	if (h != 0)
		add_pair(b, index_key(INDEX_CPE, 0, h), number);
	for (int v = 0; h != 0 && v < 2; v++)
		add_pair(b, index_key(INDEX_CPE, 0, index_cpe_wide(d->cpe,
		    '\0', v == 1)), number);
	h = d->purl[0] != '\0' ? index_purl(d->purl, &version) : 0;
	if (h != 0)
		add_pair(b, index_key(INDEX_PURL, 0, h), number);
}

/* Devices of one list come together. */
static int
enter_list(struct index_builder *b, const char *list, struct err *err)
{
	if (b->lists.n > 0 && strcmp(list, b->list_name) == 0)
		return 0;
	if (strlen(list) >= sizeof(b->list_name))
		return err_limit(err, "the name of a device list is too long");
	memcpy(b->list_name, list, strlen(list) + 1);
	items_add_u32(&b->lists, keep_once(b, list));
	b->list = (uint32_t)b->lists.n - 1;
	return 0;
}

static void
add_row(struct index_builder *b, const struct device *d, uint32_t model)
{
	size_t start = b->rows.n;
	uint32_t mask = 0;

	items_add_u32(&b->row_at, (uint32_t)start);
	items_add_u32(&b->rows, 0);
	items_add_u32(&b->rows, b->list << 1);
	items_add_u32(&b->rows, model);
#define X(field, heading)						\
	if (INDEX_COLUMN_##field != INDEX_COLUMN_vendor &&		\
	    INDEX_COLUMN_##field != INDEX_COLUMN_model &&		\
	    d->field[0] != '\0') {					\
		bool once = INDEX_COLUMN_##field != INDEX_COLUMN_id &&	\
		    INDEX_COLUMN_##field != INDEX_COLUMN_serial;	\
		mask |= 1u << INDEX_COLUMN_##field;			\
		items_add_u32(&b->rows, once ? keep_once(b, d->field) :	\
		    keep_string(b, d->field, strlen(d->field)));	\
	}
	DEVICE_COLUMNS(X)
#undef X
	uint32_t n = 0;
	for (uint32_t i = 0; i < d->n_extra; i++)
		n += d->extra[i].value[0] != '\0';
	if (n > 0) {
		mask |= INDEX_ROW_EXTRA;
		items_add_u32(&b->rows, n);
		for (uint32_t i = 0; i < d->n_extra; i++) {
			if (d->extra[i].value[0] == '\0')
				continue;
			items_add_u32(&b->rows, keep_once(b, d->extra[i].name));
			items_add_u32(&b->rows,
			    keep_once(b, d->extra[i].value));
		}
	}
	((uint32_t *)b->rows.at)[start] = mask;
}

int
index_builder_add(struct index_builder *b, const struct device *d,
    struct err *err)
{
	bool new = false;
	uint32_t number = (uint32_t)b->row_at.n;

	if (number >= DEVICES_MAX)
		return err_limit(err, "more than %u devices", DEVICES_MAX);
	if (b->strings.n > DEVICE_INDEX_MAX / 2)
		return err_limit(err, "the device lists hold more than "
		    "%u MiB of text", DEVICE_INDEX_MAX >> 21);
	if (enter_list(b, d->list, err) != 0)
		return -1;
	uint64_t list = index_hash(d->list, strlen(d->list));
	set_find(&b->ids, index_key(0, 0, list ^
	    index_hash(d->id, strlen(d->id)) * 3), &new);
	if (!new)
		return 1;
	/* Where no model is given the device's name must serve, unless there
	 * is an order number to go by. */
	const char *text = d->model[0] != '\0' || d->part_number[0] != '\0' ?
	    d->model : d->name;
	uint64_t key = index_hash(text, strlen(text)) +
	    3 * index_hash(d->vendor, strlen(d->vendor));
	uint32_t *model = set_find(&b->model_set, key != 0 ? key : 1, &new);
	if (new)
		*model = new_model(b, d, text);
	((struct index_model *)b->models.at)[*model].n++;
	items_add_u32(&b->model_of, *model);
	device_keys(b, number, d, text);
	add_row(b, d, *model);
	return 0;
}

uint32_t
index_builder_count(const struct index_builder *b)
{
	return (uint32_t)b->row_at.n;
}
