/* index_build.c - devices in: texts that repeat are kept once, and keys are
 * gathered as (key, value) pairs. index_finish.c makes the index of them.
 *
 * A million devices do not fit the cache: each table is touched ahead of the
 * time when its answer is needed. */
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

static uint32_t
keep_string(struct index_builder *b, const char *s, size_t n)
{
	uint32_t at = (uint32_t)b->strings.n;

	memcpy(items_add(&b->strings, n + 1, 1), s, n + 1);
	return at;
}

/* A text and its hash, read once. */
struct text {
	const char	*s;
	size_t		 n;
	uint64_t	 hash;
};

static struct text
text_of(const char *s)
{
	struct text t = { .s = s, .n = strlen(s) };

	t.hash = index_hash(s, t.n);
	return t;
}

/* A text that is likely to repeat. */
static uint32_t
keep_once(struct index_builder *b, const struct text *t)
{
	bool new = false;

	if (t->n == 0)
		return 0;
	uint32_t *at = set_find(&b->known, t->hash, &new);
	if (new)
		*at = keep_string(b, t->s, t->n);
	return *at;
}

uint32_t
keep_text(struct index_builder *b, const char *s)
{
	struct text t = text_of(s);

	return keep_once(b, &t);
}

struct index_builder *
index_builder_new(void)
{
	struct index_builder *b = mem_alloc(sizeof(*b));

	keep_string(b, "", 0);
	b->groups = 1;			/* 0 is INDEX_NO_VENDOR */
	b->makers = mem_alloc(MAKERS_KEPT * sizeof(*b->makers));
	return b;
}

void
index_builder_free(struct index_builder *b)
{
	if (b == NULL)
		return;
	struct items *all[] = { &b->strings, &b->rows, &b->row_at,
	    &b->models, &b->kinds, &b->classes, &b->tokens, &b->codes,
	    &b->pairs, &b->vendors, &b->orders, &b->serials, &b->lists,
	    &b->rules, &b->idents, &b->lines, &b->line_codes };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		free(all[i]->at);
	struct set *sets[] = { &b->known, &b->ids, &b->model_set,
	    &b->kind_set, &b->vendor_set, &b->group_set, &b->read_set,
	    &b->ident_set, &b->spelling_set, &b->typos, &b->fronts,
	    &b->line_heads,
	    &b->line_kinds, &b->line_makers };
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		set_clear(sets[i]);
	free(b->makers);
	free(b);
}

void
add_pair(struct index_builder *b, uint64_t key, uint32_t value)
{
	struct pair *p = items_add(&b->pairs, 1, sizeof(*p));

	p->key = key;
	p->value = value;
}

uint32_t
vendor_group(struct index_builder *b, const struct maker *m, unsigned i,
    uint32_t group, enum index_vendor_flags flag)
{
	bool new = false;
	uint32_t *at = set_find(&b->vendor_set, m->key[i], &new);

	if (new) {
		struct index_vendor *v = items_add(&b->vendors, 1, sizeof(*v));
		*at = (uint32_t)b->vendors.n - 1;
		v->key = m->key[i];
		v->words = m->words[i];
		v->flags = 0;
		if (group == 0 && flag == INDEX_LISTED)
			group = typos_find(b, m, i);
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
	struct name name;
	bool new;

	for (; *names != NULL; names++) {
		struct maker m;
		maker_read(*names, &m);
		if (m.n == 0)
			continue;
		/* A name that another maker has already stays his. */
		for (unsigned i = 0; i < m.own; i++) {
			uint32_t own = vendor_group(b, &m, i, group,
			    INDEX_KNOWN);
			if (group == 0)
				group = own;
			typos_add(b, &m, i, own);
		}
		name_read(*names, NULL, &name);
		if (name.n > 0)
			set_find(&b->fronts, name.token[0].hash, &new);
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
	if (!packed.over)
		lines_add(b, list);
	buf_clear(&packed);
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

/* Identifiers that lead to this device alone. */
static void
device_keys(struct index_builder *b, uint32_t number, const struct device *d)
{
	char order[ORDER_TEXT];

	if (d->serial[0] != '\0') {
		size_t n = order_read(d->serial, order, sizeof(order));
		if (n > 0) {
			add_pair(b, index_key(INDEX_SERIAL, 0,
			    index_hash(order, n)), number);
			items_add_u32(&b->serials, number);
		}
	}
	for (uint32_t i = 0; i < d->n_extra; i++) {
		if (!is_digest_column(d->extra[i].name))
			continue;
		uint64_t digest = index_digest(d->extra[i].value);
		if (digest != 0)
			add_pair(b, index_key(INDEX_HASH, 0, digest), number);
	}
}

/* Devices of one list come together. */
static int
enter_list(struct index_builder *b, const char *list, struct err *err)
{
	if (b->lists.n > 0 && strcmp(list, b->list_name) == 0)
		return 0;
	if (strlen(list) >= sizeof(b->list_name))
		return err_limit(err, "the name of a device list is too long");
	if (b->lists.n == INDEX_LISTS_MAX)
		return err_limit(err, "more than %u device lists",
		    INDEX_LISTS_MAX);
	memcpy(b->list_name, list, strlen(list) + 1);
	items_add_u32(&b->lists, keep_text(b, list));
	b->list = (uint32_t)b->lists.n - 1;
	b->list_hash = index_hash(list, strlen(list));
	return 0;
}

/* Further columns, behind the row's own. */
static void
add_extra(struct index_builder *b, const struct device *d)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->n_extra; i++)
		n += d->extra[i].value[0] != '\0';
	if (n == 0)
		return;
	((uint32_t *)b->rows.at)[((uint32_t *)b->row_at.at)[b->row_at.n - 1]] |=
	    INDEX_ROW_EXTRA;
	items_add_u32(&b->rows, n);
	for (uint32_t i = 0; i < d->n_extra; i++) {
		if (d->extra[i].value[0] == '\0')
			continue;
		items_add_u32(&b->rows, keep_text(b, d->extra[i].name));
		items_add_u32(&b->rows, keep_text(b, d->extra[i].value));
	}
}

/* The class comes with make_classes. */
static void
add_row(struct index_builder *b, const struct device *d,
    const struct text column[INDEX_COLUMN_COUNT_], uint32_t model)
{
	uint32_t mask = b->list << INDEX_ROW_LIST, n = 3;
	uint32_t row[3 + INDEX_COLUMN_COUNT_] = { 0, model, 0 };

	for (unsigned i = 0; i < INDEX_COLUMN_COUNT_; i++) {
		if (i == INDEX_COLUMN_vendor || i == INDEX_COLUMN_model ||
		    column[i].n == 0)
			continue;
		bool once = i != INDEX_COLUMN_id && i != INDEX_COLUMN_serial;
		mask |= 1u << i;
		row[n++] = once ? keep_once(b, &column[i]) :
		    keep_string(b, column[i].s, column[i].n);
	}
	row[0] = mask;
	items_add_u32(&b->row_at, (uint32_t)b->rows.n);
	memcpy(items_add(&b->rows, n, sizeof(*row)), row, n * sizeof(*row));
	add_extra(b, d);
}

/* The texts of all columns; tables that are too large for the cache are told
 * what will be asked of them. */
static void
read_columns(struct index_builder *b, const struct device *d,
    struct text column[INDEX_COLUMN_COUNT_])
{
#define X(field, heading)						\
	column[INDEX_COLUMN_##field] = d->field[0] == '\0' ?		\
	    (struct text){ "", 0, 0 } : text_of(d->field);
	DEVICE_COLUMNS(X)
#undef X
	for (unsigned i = 0; i < INDEX_COLUMN_COUNT_; i++)
		if (column[i].n > 0)
			set_fetch(&b->known, column[i].hash);
}

static uint32_t
model_of(struct index_builder *b, const struct text *vendor,
    const struct text *text, uint64_t key)
{
	bool new = false;
	uint32_t *at = set_find(&b->model_set, key, &new);

	if (new) {
		struct index_model *m = items_add(&b->models, 1, sizeof(*m));
		m->vendor = keep_once(b, vendor);
		m->model = keep_once(b, text);
		*at = (uint32_t)b->models.n - 1;
		/* Which may add models of its own. */
		uint32_t kind = kind_of(b, vendor->s, vendor->hash, text->s,
		    text->hash);
		((struct index_model *)b->models.at)[*at].kind = kind;
	}
	return *at;
}

static uint64_t
id_key(const struct index_builder *b, const char *id)
{
	return index_key(0, 0, b->list_hash ^
	    index_hash(id, strlen(id)) * 3);
}

/* The way from a part to its device. The parts of one device come together. */
static void
part_key(struct index_builder *b, const struct device *d)
{
	const char *of = index_part_of(d);
	const uint32_t *host = of[0] == '\0' ? NULL :
	    set_get(&b->ids, id_key(b, of));

	if (host == NULL || (b->has_host && b->host == *host))
		return;
	if (!b->has_host)
		add_pair(b, index_key(INDEX_HOST, 1, 0), *host);
	b->has_host = true;
	b->host = *host;
	add_pair(b, index_host_key(d->list, of), *host);
}

int
index_builder_add(struct index_builder *b, const struct device *d,
    struct err *err)
{
	struct text column[INDEX_COLUMN_COUNT_];
	bool new = false;
	uint32_t number = (uint32_t)b->row_at.n;

	if (number >= DEVICES_MAX)
		return err_limit(err, "more than %u devices", DEVICES_MAX);
	if (b->strings.n > DEVICE_INDEX_MAX / 2)
		return err_limit(err, "the device lists hold more than "
		    "%u MiB of text", DEVICE_INDEX_MAX >> 21);
	if (enter_list(b, d->list, err) != 0)
		return -1;
	uint64_t id = id_key(b, d->id);
	set_fetch(&b->ids, id);
	read_columns(b, d, column);
	/* Where no model is given the device's name must serve, unless there
	 * is an order number to go by. */
	const struct text *vendor = &column[INDEX_COLUMN_vendor];
	const struct text *text = &column[d->model[0] != '\0' ||
	    d->part_number[0] != '\0' ? INDEX_COLUMN_model :
	    INDEX_COLUMN_name];
	uint64_t key = index_key(0, 1, text->hash + 3 * vendor->hash);
	set_fetch(&b->model_set, key);
	uint32_t *known = set_find(&b->ids, id, &new);
	if (!new)
		return 1;
	*known = number;
	add_row(b, d, column, model_of(b, vendor, text, key));
	device_keys(b, number, d);
	part_key(b, d);
	return 0;
}

uint32_t
index_builder_count(const struct index_builder *b)
{
	return (uint32_t)b->row_at.n;
}
