/* index_classes.c - devices of one kind that say the same of themselves become
 * one class. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "index_build.h"
#include "noun/index.h"

/* What tells classes of a kind apart; serial numbers are asked for singly. */
#define CLASS_COLUMNS (1u << INDEX_COLUMN_version |			\
    1u << INDEX_COLUMN_hw_version | 1u << INDEX_COLUMN_part_number |	\
    1u << INDEX_COLUMN_cpe | 1u << INDEX_COLUMN_purl)
/* Devices whose place in the table is fetched together. */
#define BATCH 64u

static uint32_t *
row_of(const struct index_builder *b, size_t device)
{
	return (uint32_t *)b->rows.at +
	    ((const uint32_t *)b->row_at.at)[device];
}

/* The place in a row of a column that is there. */
static unsigned
place_of(uint32_t mask, unsigned column)
{
	return 3 + (unsigned)__builtin_popcount(mask & ((1u << column) - 1));
}

/* enum index_class_has */
static unsigned
class_has(const struct index_builder *b, const uint32_t *row)
{
	const struct index_model *m = (const struct index_model *)
	    b->models.at + row[1];
	const struct {
		enum index_column column;
		unsigned has;
	} columns[] = {
		{ INDEX_COLUMN_part_number, CLASS_HAS_PART },
		{ INDEX_COLUMN_cpe, CLASS_HAS_CPE },
		{ INDEX_COLUMN_purl, CLASS_HAS_PURL },
		{ INDEX_COLUMN_version, CLASS_HAS_VERSION },
		{ INDEX_COLUMN_hw_version, CLASS_HAS_HARDWARE },
	};
	bool maker = m->vendor != 0 && !maker_is_nobody(
	    (const char *)b->strings.at + m->vendor);
	unsigned has = (maker ? CLASS_HAS_VENDOR : 0u) |
	    (m->model != 0 ? CLASS_HAS_MODEL :
	    row[0] >> INDEX_COLUMN_name & 1 ? CLASS_HAS_NAME : 0u);

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (row[0] >> columns[i].column & 1)
			has |= columns[i].has;
	return has;
}

static uint64_t
class_key(const struct index_builder *b, size_t device)
{
	const uint32_t *row = row_of(b, device);
	const struct index_model *m = (const struct index_model *)
	    b->models.at + row[1];
	uint32_t columns = row[0] & CLASS_COLUMNS;
	uint64_t h = m->kind;

	/* Without a model the device's name is what reasons tell. */
	if (m->model == 0)
		columns |= row[0] & 1u << INDEX_COLUMN_name;
	for (; columns != 0; columns &= columns - 1) {
		unsigned c = (unsigned)__builtin_ctz(columns);
		h = index_key(0, c, h << 32 ^ h >> 32 ^
		    row[place_of(row[0], c)]);
	}
	return index_key(0, 0, h);
}

/* Numbers classes as they come; the number goes into the rows. */
static void
find_classes(struct index_builder *b)
{
	struct set known = { .slot = NULL };
	uint64_t key[BATCH];

	for (size_t from = 0; from < b->row_at.n; from += BATCH) {
		size_t n = b->row_at.n - from < BATCH ? b->row_at.n - from :
		    BATCH;
		for (size_t i = 0; i < n; i++) {
			key[i] = class_key(b, from + i);
			set_fetch(&known, key[i]);
		}
		for (size_t i = 0; i < n; i++) {
			uint32_t *row = row_of(b, from + i);
			bool new = false;
			uint32_t *at = set_find(&known, key[i], &new);
			if (new) {
				struct index_class *c = items_add(&b->classes,
				    1, sizeof(*c));
				c->kind = ((const struct index_model *)
				    b->models.at)[row[1]].kind;
				c->n = 0;
				c->has = class_has(b, row) & 255;
				c->version = row[0] >> INDEX_COLUMN_version &
				    1 ? row[place_of(row[0],
				    INDEX_COLUMN_version)] : 0;
				c->rank = index_rank((const char *)
				    b->strings.at + c->version);
				*at = (uint32_t)b->classes.n - 1;
			}
			((struct index_class *)b->classes.at)[*at].n++;
			row[2] = *at;
		}
	}
	set_clear(&known);
}

/* A class in the making. */
struct place {
	uint64_t	rank;
	uint32_t	old, has;
};

/* Those without a rank behind the others; else as they came. */
static int
compare_places(const void *va, const void *vb)
{
	const struct place *a = va, *b = vb;

	if (a->has != b->has)
		return a->has < b->has ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank - 1 < b->rank - 1 ? -1 : 1;
	return a->old < b->old ? -1 : a->old > b->old;
}

/* All classes, by kind and rank. */
static struct place *
place_classes(struct index_builder *b)
{
	struct index_kind *kinds = b->kinds.at;
	const struct index_class *old = b->classes.at;
	size_t n = b->classes.n;
	struct place *places = mem_alloc((n + 1) * sizeof(*places));
	uint32_t next = 0;

	for (size_t i = 0; i < n; i++)
		kinds[old[i].kind].n++;
	for (size_t i = 0; i < b->kinds.n; i++) {
		kinds[i].first = next;
		next += kinds[i].n;
		kinds[i].n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct index_kind *k = &kinds[old[i].kind];
		places[k->first + k->n++] = (struct place){ old[i].rank,
		    (uint32_t)i, old[i].has };
	}
	for (size_t i = 0; i < b->kinds.n; i++)
		if (kinds[i].n > 1)
			qsort(places + kinds[i].first, kinds[i].n,
			    sizeof(*places), compare_places);
	return places;
}

/* Puts classes where they belong; returns their new numbers. */
static uint32_t *
order_classes(struct index_builder *b, struct items *members)
{
	const struct index_class *old = b->classes.at;
	struct place *places = place_classes(b);
	struct items sorted = { .n = 0 };
	size_t n = b->classes.n;
	uint32_t *number = mem_alloc((n + 1) * sizeof(*number));
	uint32_t next = (uint32_t)members->n;

	struct index_class *new = items_add(&sorted, n, sizeof(*new));
	for (size_t i = 0; i < n; i++) {
		number[places[i].old] = (uint32_t)i;
		new[i] = old[places[i].old];
		new[i].first = next;
		next += new[i].n;
	}
	items_add(members, next - members->n, sizeof(uint32_t));
	free(places);
	free(b->classes.at);
	b->classes = sorted;
	return number;
}

/* Devices into their classes, in their order. */
static void
fill_classes(struct index_builder *b, const uint32_t *number, uint32_t *members)
{
	struct index_class *classes = b->classes.at;

	for (size_t d = 0; d < b->row_at.n; d++) {
		uint32_t *row = row_of(b, d);
		row[2] = number[row[2]];
		members[classes[row[2]].first++] = (uint32_t)d;
	}
	for (size_t i = 0; i < b->classes.n; i++)
		classes[i].first -= classes[i].n;
}

static const char *
column_text(const struct index_builder *b, const uint32_t *row, unsigned column)
{
	return (row[0] >> column & 1) == 0 ? "" :
	    (const char *)b->strings.at + row[place_of(row[0], column)];
}

/* A part number may be that of a line. */
static void
part_line(struct index_builder *b, uint32_t class, const char *part)
{
	struct line_text t = { .text = part, .part = true, .kind =
	    ((const struct index_class *)b->classes.at)[class].kind };

	t.vendor = ((const struct index_kind *)b->kinds.at)[t.kind].vendor;
	const char *vendor = (const char *)b->strings.at + t.vendor;
	uint64_t hash = index_hash(vendor, strlen(vendor));
	t.ident = ident_of(b, vendor, hash);
	t.maker = maker_kept(b, vendor, hash);
	lines_of(b, &t, class);
}

/* A star in a list's part number may be one of its signs. */
static size_t
without_stars(char *order)
{
	size_t n = 0;

	for (const char *p = order; *p != '\0'; p++)
		if (*p != '*')
			order[n++] = *p;
	return n;
}

/* Identifiers that lead to a whole class. */
static void
class_keys(struct index_builder *b, uint32_t number, uint32_t device)
{
	const uint32_t *row = row_of(b, device);
	const char *part, *cpe, *purl, *version;
	char order[ORDER_TEXT];

	part = column_text(b, row, INDEX_COLUMN_part_number);
	size_t n = part[0] != '\0' ? order_read(part, order, sizeof(order)) :
	    0;
	if (part[0] != '\0') {
		struct index_class *class = (struct index_class *)
		    b->classes.at + number;
		((struct index_kind *)b->kinds.at)[class->kind].flags |=
		    INDEX_PARTS;
		if (b->lines.n > 0)
			part_line(b, number, part);
	}
	if (n > 0) {
		add_pair(b, index_key(INDEX_ORDER, 0, index_hash(order, n)),
		    number);
		items_add_u32(&b->orders, number);
		size_t plain = without_stars(order);
		if (plain < n)
			add_pair(b, index_key(INDEX_ORDER, 0, index_hash(order,
			    plain)), number);
	}
	cpe = column_text(b, row, INDEX_COLUMN_cpe);
	uint64_t h = cpe[0] != '\0' ? index_cpe(cpe) : 0;
	if (h != 0)
		add_pair(b, index_key(INDEX_CPE, 0, h), number);
	for (int v = 0; h != 0 && v < 2; v++)
		add_pair(b, index_key(INDEX_CPE, 0, index_cpe_wide(cpe, '\0',
		    v == 1)), number);
	purl = column_text(b, row, INDEX_COLUMN_purl);
	h = purl[0] != '\0' ? index_purl(purl, &version) : 0;
	if (h != 0)
		add_pair(b, index_key(INDEX_PURL, 0, h), number);
}

/* Order codes in names count where the list gives no part number. */
static void
code_keys(struct index_builder *b, const uint32_t *members)
{
	const struct index_kind *kinds = b->kinds.at;
	const struct index_class *classes = b->classes.at;
	const struct pair *codes = b->codes.at;

	for (size_t i = 0; i < b->codes.n; i++) {
		const struct index_kind *k = &kinds[codes[i].value];
		for (uint32_t c = k->first; c < k->first + k->n; c++) {
			uint32_t d = members[classes[c].first];
			if ((row_of(b, d)[0] &
			    1u << INDEX_COLUMN_part_number) == 0)
				add_pair(b, index_key(INDEX_ORDER, 0,
				    codes[i].key), c);
		}
	}
}

void
make_classes(struct index_builder *b, struct items *members)
{
	find_classes(b);
	uint32_t *number = order_classes(b, members);
	const uint32_t *all = members->at;
	fill_classes(b, number, members->at);
	free(number);
	const struct index_class *classes = b->classes.at;
	for (size_t i = 0; i < b->classes.n; i++)
		class_keys(b, (uint32_t)i, all[classes[i].first]);
	code_keys(b, all);
}
