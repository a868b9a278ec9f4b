/* index.c - reading the device index; bounds are checked here and nowhere
 * else. */
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "noun/index.h"

/* Is the part inside the blob, aligned, of whole items? */
static int
part_check(const struct index_part *part, size_t item, size_t len,
    const char *name, struct err *err)
{
	size_t align = item < 8 ? item : 8;

	if (part->at < sizeof(struct index_head) || part->at > len ||
	    part->at % align != 0 || part->n > UINT32_MAX ||
	    part->n > (len - part->at) / item)
		return err_peer(err, "device index: %s is out of bounds",
		    name);
	return 0;
}

/* The bits of a row's mask that are columns. */
#define COLUMNS ((1u << INDEX_COLUMN_COUNT_) - 1)

/* Row offsets, once, so that index_device needs few checks. */
static int
rows_check(const struct index *ix, struct err *err)
{
	for (uint64_t i = 0; i < ix->n_row_at; i++) {
		uint64_t at = ix->row_at[i];
		if (at + 3 > ix->n_rows)
			return err_peer(err, "device index: row %llu is out "
			    "of bounds", (unsigned long long)i);
		uint32_t mask = ix->rows[at];
		unsigned n = (unsigned)__builtin_popcount(mask & COLUMNS);
		uint64_t end = at + 3 + n;
		if (mask & INDEX_ROW_EXTRA) {
			if (end >= ix->n_rows || ix->rows[end] > EXTRA_MAX)
				return err_peer(err, "device index: row %llu "
				    "is cut", (unsigned long long)i);
			end += 1 + 2 * (uint64_t)ix->rows[end];
		}
		if (end > ix->n_rows || ix->rows[at + 1] >= ix->n_models ||
		    ix->rows[at + 2] >= ix->n_classes)
			return err_peer(err, "device index: row %llu is cut",
			    (unsigned long long)i);
	}
	return 0;
}

/* Models, kinds and classes; who is a member is checked when it is asked. */
static int
kinds_check(const struct index *ix, struct err *err)
{
	bool bad = false;

	for (uint64_t i = 0; i < ix->n_kinds; i++) {
		const struct index_kind *k = &ix->kinds[i];
		bad |= (uint64_t)k->tokens + k->n_tokens > ix->n_tokens ||
		    k->n_codes > k->n_tokens || k->model >= ix->n_models ||
		    (uint64_t)k->first + k->n > ix->n_classes;
	}
	for (uint64_t i = 0; i < ix->n_models; i++)
		bad |= ix->models[i].kind >= ix->n_kinds;
	for (uint64_t i = 0; i < ix->n_classes; i++)
		bad |= ix->classes[i].kind >= ix->n_kinds;
	return bad ? err_peer(err, "device index: kinds are out of bounds") :
	    0;
}

int
index_open(struct index *ix, const void *p, size_t n, struct err *err)
{
	const struct index_head *head = p;
	const char *base = p;

	memset(ix, 0, sizeof(*ix));
	if (n < sizeof(*head) || head->magic != INDEX_MAGIC ||
	    head->version != INDEX_VERSION || head->len != n)
		return err_peer(err, "this is no device index");
#define X(name, type)							\
	if (part_check(&head->name, sizeof(type), n, #name, err) != 0)	\
		return -1;						\
	ix->name = (const void *)(base + head->name.at);		\
	ix->n_##name = head->name.n;
	INDEX_PARTS(X)
#undef X
	if (ix->n_strings == 0 || ix->strings[0] != '\0' ||
	    ix->strings[ix->n_strings - 1] != '\0')
		return err_peer(err, "device index: strings are not ended");
	if (kinds_check(ix, err) != 0)
		return -1;
	return rows_check(ix, err);
}

uint32_t
index_devices(const struct index *ix)
{
	return (uint32_t)ix->n_row_at;
}

/* Where a key's search begins in a table of n. */
static uint64_t
slot_of(uint64_t key, uint64_t n)
{
	return ((key >> 32) * n) >> 32;
}

void
index_soon(const struct index *ix, uint64_t key)
{
	if (ix->n_slots > 0)
		__builtin_prefetch(&ix->slots[slot_of(key, ix->n_slots)]);
}

struct index_run
index_find(const struct index *ix, uint64_t key)
{
	struct index_run run = { .at = NULL, .n = 0 };

	if (ix->n_slots == 0)
		return run;
	uint64_t i = slot_of(key, ix->n_slots);
	for (uint64_t tries = 0; tries < ix->n_slots; tries++) {
		const struct index_slot *s = &ix->slots[i];
		if (s->key == 0)
			return run;
		if (s->key == key) {
			if (s->n == 1) {
				run.at = &s->first;
				run.n = 1;
			} else if ((uint64_t)s->first + s->n <=
			    ix->n_members) {
				run.at = ix->members + s->first;
				run.n = s->n;
			}
			return run;
		}
		if (++i == ix->n_slots)
			i = 0;
	}
	return run;
}

const struct index_vendor *
index_vendor(const struct index *ix, uint64_t key)
{
	if (ix->n_vendors == 0)
		return NULL;
	uint64_t i = slot_of(key, ix->n_vendors);
	for (uint64_t tries = 0; tries < ix->n_vendors; tries++) {
		if (ix->vendors[i].key == 0)
			break;
		if (ix->vendors[i].key == key)
			return &ix->vendors[i];
		if (++i == ix->n_vendors)
			i = 0;
	}
	return NULL;
}

uint32_t
index_group(const struct index *ix, uint64_t key)
{
	const struct index_vendor *v = index_vendor(ix, key);

	return v != NULL ? v->group : INDEX_NO_VENDOR;
}

struct index_run
index_members(const struct index *ix, const struct index_class *c)
{
	struct index_run run = { .at = NULL, .n = 0 };

	if ((uint64_t)c->first + c->n <= ix->n_members) {
		run.at = ix->members + c->first;
		run.n = c->n;
	}
	return run;
}

struct index_run
index_span(const struct index *ix, uint32_t class, uint32_t n)
{
	struct index_run none = { .at = NULL, .n = 0 };

	if (n == 0 || (uint64_t)class + n > ix->n_classes)
		return none;
	const struct index_class *first = &ix->classes[class];
	const struct index_class *last = first + n - 1;
	struct index_run run = index_members(ix, last);
	if (run.at == NULL || first->first > last->first)
		return none;
	run.n += last->first - first->first;
	run.at = ix->members + first->first;
	return run;
}

uint32_t
index_class_device(const struct index *ix, const struct index_class *c)
{
	if (c == NULL)
		return UINT32_MAX;
	struct index_run run = index_members(ix, c);
	return run.at != NULL ? run.at[0] : UINT32_MAX;
}

void
index_fetch(const struct index *ix, uint32_t device, enum index_near near)
{
	if (device >= ix->n_row_at)
		return;
	if (near == INDEX_FAR) {
		__builtin_prefetch(&ix->row_at[device]);
		return;
	}
	const uint32_t *row = ix->rows + ix->row_at[device];
	if (near == INDEX_NEARER) {
		__builtin_prefetch(row);
		return;
	}
	__builtin_prefetch(&ix->models[row[1]]);
	/* The id, which nobody else has. */
	if (row[0] >> INDEX_COLUMN_id & 1 && row[3] < ix->n_strings)
		__builtin_prefetch(ix->strings + row[3]);
}

uint32_t
index_device_class(const struct index *ix, uint32_t device)
{
	return device < ix->n_row_at ?
	    ix->rows[ix->row_at[device] + 2] : UINT32_MAX;
}

static uint32_t
model_columns(const struct index *ix, const struct index_model *m)
{
	bool maker = m->vendor != 0 && !maker_is_nobody(index_string(ix,
	    m->vendor));

	return (maker ? 1u << INDEX_COLUMN_vendor : 0) |
	    (m->model != 0 ? 1u << INDEX_COLUMN_model : 0);
}

uint32_t
index_columns(const struct index *ix, uint32_t device)
{
	if (device >= ix->n_row_at)
		return 0;
	const uint32_t *row = ix->rows + ix->row_at[device];
	return (row[0] & COLUMNS) | model_columns(ix, &ix->models[row[1]]);
}

/* By the column, what a class has of it; 0: it does not tell. */
static const uint8_t class_has[INDEX_COLUMN_COUNT_] = {
	[INDEX_COLUMN_name] = CLASS_HAS_NAME,
	[INDEX_COLUMN_vendor] = CLASS_HAS_VENDOR,
	[INDEX_COLUMN_model] = CLASS_HAS_MODEL,
	[INDEX_COLUMN_part_number] = CLASS_HAS_PART,
	[INDEX_COLUMN_cpe] = CLASS_HAS_CPE,
	[INDEX_COLUMN_purl] = CLASS_HAS_PURL,
	[INDEX_COLUMN_version] = CLASS_HAS_VERSION,
	[INDEX_COLUMN_hw_version] = CLASS_HAS_HARDWARE,
};

uint32_t
index_class_columns(const struct index *ix, uint32_t class)
{
	const struct index_class *c = index_class(ix, class);
	uint32_t columns = 0;

	for (unsigned i = 0; c != NULL && i < INDEX_COLUMN_COUNT_; i++)
		if ((c->has & class_has[i]) != 0)
			columns |= 1u << i;
	return columns;
}

const char *
index_class_column(const struct index *ix, uint32_t class,
    enum index_column column)
{
	const struct index_class *c = index_class(ix, class);

	return c == NULL || (c->has & class_has[column]) == 0 ? "" :
	    index_column(ix, index_class_device(ix, c), column);
}

const char *
index_column(const struct index *ix, uint32_t device, enum index_column column)
{
	if (device >= ix->n_row_at)
		return "";
	const uint32_t *row = ix->rows + ix->row_at[device];
	if (column == INDEX_COLUMN_vendor)
		return index_string(ix, ix->models[row[1]].vendor);
	if (column == INDEX_COLUMN_model)
		return index_string(ix, ix->models[row[1]].model);
	if ((row[0] >> column & 1) == 0)
		return "";
	uint32_t below = row[0] & ((1u << column) - 1);
	return index_string(ix, row[3 + __builtin_popcount(below)]);
}

void
index_device(const struct index *ix, uint32_t device, struct arena *mem,
    struct device *ret)
{
	device_init(ret);
	if (device >= ix->n_row_at)
		return;
	const uint32_t *row = ix->rows + ix->row_at[device], *at = row + 3;
#define X(field, heading)						\
	if (row[0] >> INDEX_COLUMN_##field & 1)				\
		ret->field = index_string(ix, *at++);
	DEVICE_COLUMNS(X)
#undef X
	ret->vendor = index_string(ix, ix->models[row[1]].vendor);
	ret->model = index_string(ix, ix->models[row[1]].model);
	uint32_t list = row[0] >> INDEX_ROW_LIST;
	if (list < ix->n_lists)
		ret->list = index_string(ix, ix->lists[list]);
	if ((row[0] & INDEX_ROW_EXTRA) == 0)
		return;
	ret->n_extra = *at++;
	ret->extra = arena_alloc(mem, (ret->n_extra + 1) *
	    sizeof(*ret->extra));
	for (uint32_t i = 0; i < ret->n_extra; i++, at += 2) {
		ret->extra[i].name = index_string(ix, at[0]);
		ret->extra[i].value = index_string(ix, at[1]);
	}
}

void
index_number(const struct index *ix, uint32_t number, enum index_numbered of,
    char *out)
{
	const struct index_kind *kind;
	const char *text = "";

	out[0] = '\0';
	switch (of) {
	case NUMBERED_CLASS:
		text = index_class_column(ix, number,
		    INDEX_COLUMN_part_number);
		break;
	case NUMBERED_DEVICE:
		text = index_column(ix, number, INDEX_COLUMN_serial);
		break;
	case NUMBERED_KIND:
		kind = index_kind(ix, number);
		if (kind != NULL)
			index_kind_number(ix, kind, index_kind_model(ix, kind),
			    out);
		return;
	}
	order_read(text, out, ORDER_TEXT);
}

/* Compares a number with the pattern's start, up to its first wildcard. */
static int
compare_start(const struct index *ix, uint32_t number, enum index_numbered of,
    const char *start, size_t n)
{
	char order[ORDER_TEXT];

	index_number(ix, number, of, order);
	return strncmp(order, start, n);
}

struct index_run
index_numbers(const struct index *ix, enum index_numbered of,
    const char *pattern)
{
	const uint32_t *list = of == NUMBERED_CLASS ? ix->orders :
	    of == NUMBERED_DEVICE ? ix->serials : ix->numbers;
	uint64_t count = of == NUMBERED_CLASS ? ix->n_orders :
	    of == NUMBERED_DEVICE ? ix->n_serials : ix->n_numbers;
	size_t n = strcspn(pattern, "?*");
	struct index_run run = { .at = NULL, .n = 0 };
	uint64_t low = 0, high = count;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		if (compare_start(ix, list[mid], of, pattern, n) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	uint64_t end = count, from = low;
	while (from < end) {
		uint64_t mid = from + (end - from) / 2;
		if (compare_start(ix, list[mid], of, pattern, n) <= 0)
			from = mid + 1;
		else
			end = mid;
	}
	run.at = list + low;
	run.n = (uint32_t)(end - low);
	return run;
}
