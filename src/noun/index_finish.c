/* index_finish.c - what the builder gathered becomes one sealed index: pairs
 * are sorted by key, so that the values of a key lie side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/blob.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "index_build.h"
#include "noun/index.h"

/* Radix sort by key, stable, so that values stay in the order of the lists. */
static void
sort_pairs(struct items *pairs)
{
	struct pair *from = pairs->at;
	size_t n = pairs->n;
	struct pair *to = mem_alloc((n + 1) * sizeof(*to));

	/* Only the upper half: equal halves with unequal keys are put right
	 * by a small sort below. */
	for (unsigned shift = 32; shift < 64; shift += 11) {
		size_t count[2049] = { 0 };
		for (size_t i = 0; i < n; i++)
			count[(from[i].key >> shift & 2047) + 1]++;
		for (size_t i = 1; i < 2049; i++)
			count[i] += count[i - 1];
		for (size_t i = 0; i < n; i++)
			to[count[from[i].key >> shift & 2047]++] = from[i];
		struct pair *swap = from;
		from = to;
		to = swap;
	}
	for (size_t i = 1; i < n; i++) {
		struct pair p = from[i];
		size_t k = i;
		for (; k > 0 && from[k - 1].key > p.key; k--)
			from[k] = from[k - 1];
		from[k] = p;
	}
	free(to);
	pairs->at = from;
	pairs->room = n + 1;
}

static uint64_t
slot_of(uint64_t key, uint64_t n)
{
	return ((key >> 32) * n) >> 32;
}

/* Runs of equal keys become slots; longer ones have their values in members. */
static void
make_slots(struct index_builder *b, struct items *slots, struct items *members)
{
	const struct pair *p;
	size_t distinct = 0;

	sort_pairs(&b->pairs);
	p = b->pairs.at;
	for (size_t i = 0; i < b->pairs.n; i++)
		distinct += i == 0 || p[i].key != p[i - 1].key;
	size_t room = distinct + distinct / 3 + 1;
	struct index_slot *s = items_add(slots, room, sizeof(*s));
	memset(s, 0, room * sizeof(*s));
	for (size_t i = 0, end; i < b->pairs.n; i = end) {
		for (end = i + 1; end < b->pairs.n && p[end].key == p[i].key;)
			end++;
		size_t at = slot_of(p[i].key, room);
		while (s[at].key != 0)
			at = at + 1 == room ? 0 : at + 1;
		s[at].key = p[i].key;
		s[at].n = (uint32_t)(end - i);
		s[at].first = end - i == 1 ? p[i].value : (uint32_t)members->n;
		for (size_t k = i; k < end && end - i > 1; k++)
			items_add_u32(members, p[k].value);
	}
}

static void
make_vendors(const struct index_builder *b, struct items *out)
{
	const struct index_vendor *v = b->vendors.at;
	size_t room = b->vendors.n * 2 + 1;
	struct index_vendor *t = items_add(out, room, sizeof(*t));

	memset(t, 0, room * sizeof(*t));
	for (size_t i = 0; i < b->vendors.n; i++) {
		size_t at = slot_of(v[i].key, room);
		while (t[at].key != 0)
			at = at + 1 == room ? 0 : at + 1;
		t[at] = v[i];
	}
}

struct ordered {
	char		order[24];	/* its start */
	uint32_t	number;
	const char	*text;
};

static int
compare_ordered(const void *va, const void *vb)
{
	const struct ordered *a = va, *b = vb;
	char x[ORDER_TEXT], y[ORDER_TEXT];

	int c = memcmp(a->order, b->order, sizeof(a->order));
	if (c == 0 && a->order[sizeof(a->order) - 1] != '\0') {
		order_read(a->text, x, sizeof(x));
		order_read(b->text, y, sizeof(y));
		c = strcmp(x, y);
	}
	if (c != 0)
		return c;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Numbers of classes by part number, or of devices by serial number, for
 * patterns. */
static void
sort_orders(const struct index_builder *b, const struct items *list_of,
    enum index_column column, const uint32_t *members)
{
	const struct index_class *classes = b->classes.at;
	uint32_t *number = list_of->at;
	size_t n = list_of->n;
	struct ordered *list = mem_alloc((n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		uint32_t device = number[i];
		if (column == INDEX_COLUMN_part_number) {
			device = members[classes[number[i]].first];
		}
		const uint32_t *row = (const uint32_t *)b->rows.at +
		    ((const uint32_t *)b->row_at.at)[device];
		uint32_t below = row[0] & ((1u << column) - 1);
		char order[ORDER_TEXT];
		list[i].number = number[i];
		list[i].text = (const char *)b->strings.at +
		    row[3 + __builtin_popcount(below)];
		size_t len = order_read(list[i].text, order, sizeof(order));
		memcpy(list[i].order, order, len < sizeof(list[i].order) ?
		    len : sizeof(list[i].order));
	}
	qsort(list, n, sizeof(*list), compare_ordered);
	for (size_t i = 0; i < n; i++)
		number[i] = list[i].number;
	free(list);
}

struct numbered {
	char		number[KIND_NUMBER];
	uint32_t	kind;
};

static int
compare_numbered(const void *va, const void *vb)
{
	const struct numbered *a = va, *b = vb;
	int c = strcmp(a->number, b->number);

	return c != 0 ? c : a->kind < b->kind ? -1 : a->kind > b->kind;
}

/* Kinds by the number in their model. */
static void
sort_numbers(const struct index_builder *b, struct items *numbers)
{
	const struct index_kind *kinds = b->kinds.at;
	const struct index_model *models = b->models.at;
	struct index names = { .tokens = b->tokens.at,
	    .n_tokens = b->tokens.n };
	struct numbered *list = mem_alloc((b->kinds.n + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < b->kinds.n; i++) {
		const struct index_kind *k = &kinds[i];
		char order[ORDER_TEXT];
		size_t len = (k->flags & INDEX_LINE_KIND) != 0 ? 0 :
		    index_kind_number(&names, k, (const char *)b->strings.at +
		    models[k->model].model, order);
		if (len == 0)
			continue;
		memcpy(list[n].number, order, len + 1);
		list[n++].kind = (uint32_t)i;
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_numbered);
	for (size_t i = 0; i < n; i++)
		items_add_u32(numbers, list[i].kind);
	free(list);
}

static int
write_all(int fd, const void *p, size_t n, struct err *err)
{
	const char *at = p;

	while (n > 0) {
		ssize_t got = write(fd, at, n < 1u << 30 ? n : 1u << 30);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(err, "cannot write the device index");
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

static int
write_index(const struct index_head *head, const void *const *data,
    const size_t *bytes, size_t parts, struct blob *ret, struct err *err)
{
	static const char zero[8];
	int fd = -1;

	if (blob_start(&fd, "device-index", err) != 0)
		return -1;
	if (write_all(fd, head, sizeof(*head), err) != 0)
		goto fail;
	for (size_t i = 0; i < parts; i++) {
		if (write_all(fd, data[i], bytes[i], err) != 0 ||
		    write_all(fd, zero, (8 - bytes[i] % 8) % 8, err) != 0)
			goto fail;
	}
	return blob_seal(ret, fd, err);
fail:
	close(fd);
	return -1;
}

int
index_builder_finish(struct index_builder *b, struct blob *ret,
    struct err *err)
{
	struct items slots = { .n = 0 }, members = { .n = 0 };
	struct items vendors = { .n = 0 }, numbers = { .n = 0 };
	struct index_head head = { .magic = INDEX_MAGIC,
	    .version = INDEX_VERSION };
	const void *data[16];
	size_t bytes[16], parts = 0;
	uint64_t at = sizeof(head);

	make_classes(b, &members);
	sort_orders(b, &b->orders, INDEX_COLUMN_part_number, members.at);
	sort_orders(b, &b->serials, INDEX_COLUMN_serial, NULL);
	sort_numbers(b, &numbers);
	make_slots(b, &slots, &members);
	make_vendors(b, &vendors);
	/* Of the builder's own arrays under the same names. */
	const struct items *all_slots = &slots, *all_vendors = &vendors,
	    *all_members = &members, *all_tokens = &b->tokens,
	    *all_models = &b->models, *all_kinds = &b->kinds,
	    *all_classes = &b->classes, *all_row_at = &b->row_at,
	    *all_rows = &b->rows, *all_orders = &b->orders,
	    *all_serials = &b->serials, *all_numbers = &numbers,
	    *all_lists = &b->lists, *all_rules = &b->rules,
	    *all_strings = &b->strings;
#define X(name, type)							\
	head.name.at = at;						\
	head.name.n = all_##name->n;					\
	data[parts] = all_##name->at;					\
	bytes[parts] = all_##name->n * sizeof(type);			\
	at += (bytes[parts] + 7) / 8 * 8;				\
	parts++;
	INDEX_PARTS(X)
#undef X
	head.len = at;
	int rc = at > DEVICE_INDEX_MAX ?
	    err_limit(err, "the device index is beyond %u MiB",
	    DEVICE_INDEX_MAX >> 20) :
	    write_index(&head, data, bytes, parts, ret, err);
	free(slots.at);
	free(members.at);
	free(vendors.at);
	free(numbers.at);
	return rc;
}
