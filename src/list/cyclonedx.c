/* cyclonedx.c - CycloneDX bills of materials (JSON, 1.4 to 1.6) as device
 * lists.
 *
 * Devices are what the bill is about (metadata.component) and each component of
 * type "device". All else is part of the devices that contain it or depend on
 * it. A part is a row of its own, "DEVICE/PART", found by package URL, CPE or
 * digest only (the names of libraries are nobody's); what is found of it is
 * told of its device (noun/index.h). */
#include <stdlib.h>
#include <string.h>
#include "json_list.h"
#include "list.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "noun/index.h"

/* Real bills nest three deep; whoever walks them does so by recursion. */
#define PARTS_DEPTH 64u
/* Steps along dependencies, all devices together: a chain of a million
 * components under a million devices would never end. */
#define STEPS_MAX (8u << 20)
#define NO_NODE UINT32_MAX

struct node {
	const struct json	*c;
	const char		*ref;
	const struct json	*deps;	/* refs that it depends on */
	const char		*id;	/* of a device that was taken; or "" */
	uint32_t		 end;	/* behind the components within it */
	uint32_t		 seen;	/* by the device of this number + 1 */
	bool			 device;
	bool			 attached;
};

struct pair {
	uint32_t	device, part;
};

struct bom {
	struct taker	*t;
	const struct json *metadata;
	struct node	*nodes;		uint32_t n;
	uint32_t	*by_ref;	uint32_t n_refs;
	struct pair	*pairs;		uint32_t n_pairs;
	uint32_t	*todo;		/* room for all nodes */
	uint32_t	 steps;
	uint32_t	 too_deep, nameless, orphans;
	bool		 has_main;	/* node 0 is metadata.component */
};

/* qsort and bsearch bring no context; one list is read at a time. */
static const struct node *sorting;

static const char *
first_of(const char *a, const char *b, const char *c)
{
	return a[0] != '\0' ? a : b[0] != '\0' ? b : c;
}

static bool
has_type(const struct json *c, const char *type)
{
	return text_eq(json_get_text(c, "type"), type);
}

/* --- the components as a list, what contains before what is contained --- */

static int
collect(struct bom *b, const struct json *c, unsigned depth)
{
	struct taker *t = b->t;
	uint32_t own = b->n;

	if (!json_is_object(c))
		return 0;
	if (depth > PARTS_DEPTH) {
		b->too_deep++;
		return 0;
	}
	if (b->n >= DEVICES_MAX)
		return err_limit(t->err, "%.256s: more than %u components",
		    t->file->path, DEVICES_MAX);
	b->nodes = arena_more(t->mem, b->nodes, b->n, sizeof(*b->nodes));
	b->nodes[b->n++] = (struct node){ .c = c, .id = "",
	    .ref = json_get_text(c, "bom-ref") };
	const struct json *parts = json_get(c, "components");
	for (size_t i = 0; i < json_count(parts); i++)
		if (collect(b, json_at(parts, i), depth + 1) != 0)
			return -1;
	b->nodes[own].end = b->n;
	return 0;
}

static int
compare_refs(const void *va, const void *vb)
{
	uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;
	int order = strcmp(sorting[a].ref, sorting[b].ref);

	return order != 0 ? order : a < b ? -1 : a > b;
}

static uint32_t
node_of(const struct bom *b, const char *ref)
{
	uint32_t low = 0, high = b->n_refs;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (strcmp(b->nodes[b->by_ref[mid]].ref, ref) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < b->n_refs && text_eq(b->nodes[b->by_ref[low]].ref, ref) ?
	    b->by_ref[low] : NO_NODE;
}

/* Names for the nodes, and their dependencies. Of two of one name the first
 * one counts. */
static void
link_refs(struct bom *b, const struct json *root)
{
	struct taker *t = b->t;
	const struct json *deps = json_get(root, "dependencies");

	b->by_ref = arena_alloc(t->mem, (b->n + 1) * sizeof(*b->by_ref));
	for (uint32_t i = 0; i < b->n; i++)
		if (b->nodes[i].ref[0] != '\0')
			b->by_ref[b->n_refs++] = i;
	sorting = b->nodes;
	if (b->n_refs > 1)
		qsort(b->by_ref, b->n_refs, sizeof(*b->by_ref), compare_refs);
	for (uint32_t i = 1; i < b->n_refs; i++) {
		const char *ref = b->nodes[b->by_ref[i]].ref;
		if (text_eq(ref, b->nodes[b->by_ref[i - 1]].ref))
			report_remark(t->report, t->mem, t->file, 0,
			    "bom-ref \"%.128s\" is there twice, dependencies "
			    "lead to the first one", ref);
	}
	for (size_t i = 0; i < json_count(deps); i++) {
		const struct json *d = json_at(deps, i);
		uint32_t of = node_of(b, json_get_text(d, "ref"));
		if (of != NO_NODE && b->nodes[of].deps == NULL)
			b->nodes[of].deps = json_get(d, "dependsOn");
	}
}

/* --- which part belongs to which device --- */

static int
visit(struct bom *b, uint32_t device, uint32_t k, uint32_t *n_todo)
{
	struct node *node = &b->nodes[k];

	if (node->device || node->seen == device + 1)
		return 0;
	if (b->n_pairs >= DEVICES_MAX)
		return err_limit(b->t->err, "%.256s: more than %u components "
		    "of devices", b->t->file->path, DEVICES_MAX);
	node->seen = device + 1;
	node->attached = true;
	b->todo[(*n_todo)++] = k;
	b->pairs = arena_more(b->t->mem, b->pairs, b->n_pairs,
	    sizeof(*b->pairs));
	b->pairs[b->n_pairs++] = (struct pair){ device, k };
	return 0;
}

/* Node k with what is within it, but for the devices among that. */
static int
visit_all(struct bom *b, uint32_t device, uint32_t k, uint32_t *n_todo)
{
	if (k != device && (b->nodes[k].device ||
	    b->nodes[k].seen == device + 1))
		return 0;
	if (k == device)
		b->todo[(*n_todo)++] = k;
	else if (visit(b, device, k, n_todo) != 0)
		return -1;
	for (uint32_t i = k + 1; i < b->nodes[k].end;) {
		b->steps++;
		if (b->nodes[i].device && i != device) {
			i = b->nodes[i].end;
			continue;
		}
		if (i != device && visit(b, device, i, n_todo) != 0)
			return -1;
		i++;
	}
	return 0;
}

/* What the device contains and depends on, and so on with that. `from` is the
 * device itself, or what shall be its part with all that hangs on it. */
static int
reach(struct bom *b, uint32_t device, uint32_t from)
{
	uint32_t n_todo = 0;

	if (visit_all(b, device, from, &n_todo) != 0)
		return -1;
	while (n_todo > 0) {
		const struct json *deps = b->nodes[b->todo[--n_todo]].deps;

		for (size_t i = 0; i < json_count(deps) &&
		    b->steps < STEPS_MAX; i++) {
			uint32_t to = node_of(b, json_text(json_at(deps, i)));
			b->steps++;
			if (to != NO_NODE && to != device &&
			    visit_all(b, device, to, &n_todo) != 0)
				return -1;
		}
	}
	return 0;
}

/* What the bill is about is no device if it only holds devices ("plant 3"). */
static void
mark_devices(struct bom *b)
{
	bool any = false;

	for (uint32_t i = 0; i < b->n; i++) {
		struct node *node = &b->nodes[i];
		node->device = has_type(node->c, "device");
		any |= node->device;
	}
	if (b->has_main && (!any || has_type(b->nodes[0].c, "firmware")))
		b->nodes[0].device = true;
}

/* Parts that hang on no device are those of what the bill is about; without
 * that they stand for themselves. */
static int
attach_rest(struct bom *b)
{
	for (uint32_t i = b->has_main ? 1 : 0; i < b->n; i++) {
		struct node *node = &b->nodes[i];
		if (node->device || node->attached)
			continue;
		uint32_t device = b->has_main ? 0 : i;
		b->nodes[device].device = true;
		if (reach(b, device, i) != 0)
			return -1;
	}
	return 0;
}

static int
attach(struct bom *b)
{
	b->todo = arena_alloc(b->t->mem, (b->n + 1) * sizeof(*b->todo));
	mark_devices(b);
	for (uint32_t i = 0; i < b->n; i++)
		if (b->nodes[i].device && reach(b, i, i) != 0)
			return -1;
	return attach_rest(b);
}

/* --- rows --- */

static const char *
digest_of(struct taker *t, const struct json *hashes, const char *algorithm)
{
	for (size_t i = 0; i < json_count(hashes); i++) {
		const struct json *h = json_at(hashes, i);
		if (text_eq(json_get_text(h, "alg"), algorithm))
			return field(t, json_get_text(h, "content"));
	}
	return "";
}

/* The digests that advisories name (CSAF 2.0, 3.1.3.3.2), else the first one;
 * how many. */
#define DIGESTS_MAX 2u
static uint32_t
add_digests(struct taker *t, const struct json *component, struct column *to)
{
	const struct json *hashes = json_get(component, "hashes");
	const char *sha256 = digest_of(t, hashes, "SHA-256");
	const char *sha512 = digest_of(t, hashes, "SHA-512");
	uint32_t n = 0;

	if (sha256[0] == '\0' && sha512[0] == '\0') {
		sha256 = field(t, json_get_text(json_at(hashes, 0),
		    "content"));
	}
	if (sha256[0] != '\0')
		to[n++] = (struct column){ "sha256", sha256 };
	if (sha512[0] != '\0')
		to[n++] = (struct column){ "sha512", sha512 };
	return n;
}

/* CycloneDX 1.6 has manufacturer, before it supplier was meant to serve; 1.4
 * and 1.5 name the maker of the whole beside it, in the metadata. */
static const char *
maker_of(const struct bom *b, uint32_t i)
{
	const struct json *c = b->nodes[i].c;
	const char *maker = first_of(
	    json_get_text(json_get(c, "manufacturer"), "name"),
	    json_get_text(json_get(c, "supplier"), "name"),
	    json_get_text(c, "publisher"));

	if (maker[0] != '\0' || !b->has_main || i != 0)
		return maker;
	return first_of(
	    json_get_text(json_get(b->metadata, "manufacture"), "name"),
	    json_get_text(json_get(b->metadata, "supplier"), "name"), "");
}

/* Properties that are columns of ours: without a prefix, with our own, or with
 * that of the taxonomy for devices. Other tools' properties are theirs: their
 * "type" or "release" would be taken for the device's. */
static void
read_properties(struct taker *t, const struct json *properties,
    struct device *d)
{
	static const char *const prefixes[] = { "advrelay:", "cdx:device:" };

	for (size_t i = 0; i < json_count(properties); i++) {
		const struct json *p = json_at(properties, i);
		const char *name = json_get_text(p, "name");
		const char *text = field(t, json_get_text(p, "value"));
		for (size_t k = 0; k < COUNT_OF(prefixes); k++)
			if (text_starts(name, prefixes[k])) {
				name += strlen(prefixes[k]);
				break;
			}
		if (text[0] == '\0' || name[0] == '\0' ||
		    strchr(name, ':') != NULL)
			continue;
		int column = column_of(name);
		if (column >= 0) {
			set_column(d, column, text);
		} else if (d->n_extra < EXTRA_MAX) {
			d->extra[d->n_extra].name = field(t, name);
			d->extra[d->n_extra++].value = text;
		}
	}
}

static int
take_device(struct bom *b, uint32_t i)
{
	struct taker *t = b->t;
	struct node *node = &b->nodes[i];
	struct column extra[EXTRA_MAX];
	struct device d;
	const char *name = field(t, json_get_text(node->c, "name"));

	device_init(&d);
	d.list = t->file->name;
	d.extra = extra;
	d.name = name;
	d.model = name;
	d.vendor = field(t, maker_of(b, i));
	d.version = field(t, json_get_text(node->c, "version"));
	d.purl = field(t, json_get_text(node->c, "purl"));
	d.cpe = field(t, json_get_text(node->c, "cpe"));
	d.n_extra = add_digests(t, node->c, extra);
	d.tags = value_text(t, json_get(node->c, "tags"));
	read_properties(t, json_get(node->c, "properties"), &d);
	if (b->has_main && i == 0)
		read_properties(t, json_get(b->metadata, "properties"), &d);
	if (d.id[0] == '\0')
		d.id = first_of(name, field(t, node->ref), d.purl);
	if (d.id[0] == '\0') {
		report_remark(t->report, t->mem, t->file, 0, "entry %u is "
		    "skipped: no name and no bom-ref", i + 1);
		t->report->skipped++;
		return 0;
	}
	int got = t->take(t->ctx, &d, t->err);
	if (got == 1 && node->ref[0] != '\0') {
		/* Two of one name. */
		d.id = field(t, arena_printf(t->mem, "%s (%s)", d.id,
		    node->ref));
		got = t->take(t->ctx, &d, t->err);
	}
	if (got < 0)
		return -1;
	if (got == 1) {
		report_remark(t->report, t->mem, t->file, 0, "entry %u is "
		    "skipped: the id \"%.128s\" was there before", i + 1,
		    d.id);
		t->report->skipped++;
		return 0;
	}
	node->id = d.id;
	t->report->devices++;
	return 0;
}

static int
take_part(struct bom *b, const struct pair *pair)
{
	struct taker *t = b->t;
	const struct json *c = b->nodes[pair->part].c;
	const char *of = b->nodes[pair->device].id;
	const char *name = field(t, json_get_text(c, "name"));
	const char *version;
	struct column extra[DIGESTS_MAX + 2];
	struct device d;

	device_init(&d);
	d.list = t->file->name;
	d.extra = extra;
	d.purl = field(t, json_get_text(c, "purl"));
	d.cpe = field(t, json_get_text(c, "cpe"));
	d.version = field(t, json_get_text(c, "version"));
	d.n_extra = add_digests(t, c, extra);
	if (d.purl[0] == '\0' && d.cpe[0] == '\0' && d.n_extra == 0) {
		b->nameless++;
		return 0;
	}
	if (of[0] == '\0') {
		b->orphans++;
		return 0;
	}
	/* The package's own version has its release behind it. */
	if (d.purl[0] != '\0' && index_purl(d.purl, &version) != 0 &&
	    version[0] != '\0')
		d.version = "";
	extra[d.n_extra++] = (struct column){ INDEX_PART_OF, of };
	extra[d.n_extra++] = (struct column){ INDEX_PART, name };
	d.id = field(t, arena_printf(t->mem, "%s/%s", of, first_of(
	    b->nodes[pair->part].ref, d.purl, name)));
	int got = t->take(t->ctx, &d, t->err);
	if (got == 1) {
		/* Its number in front: a cut must not make two ids one. */
		d.id = field(t, arena_printf(t->mem, "%u:%s", pair->part + 1,
		    d.id));
		got = t->take(t->ctx, &d, t->err);
	}
	return got < 0 ? -1 : 0;
}

static void
tell_left_out(struct bom *b)
{
	struct taker *t = b->t;

	if (b->too_deep > 0)
		report_remark(t->report, t->mem, t->file, 0, "components "
		    "nested deeper than %u levels are skipped: %u",
		    PARTS_DEPTH, b->too_deep);
	if (b->steps >= STEPS_MAX)
		report_remark(t->report, t->mem, t->file, 0, "the dependencies "
		    "are too many to be followed to their end");
	if (b->nameless > 0)
		report_remark(t->report, t->mem, t->file, 0, "components "
		    "that cannot be matched, having no package URL, CPE or "
		    "digest: %u", b->nameless);
	if (b->orphans > 0)
		report_remark(t->report, t->mem, t->file, 0, "components "
		    "skipped, because their device was: %u", b->orphans);
}

int
take_bom(struct taker *t, const struct json *root)
{
	struct bom b = { .t = t, .metadata = json_get(root, "metadata") };
	const struct json *main = json_get(b.metadata, "component");
	const struct json *parts = json_get(root, "components");

	b.has_main = json_is_object(main);
	if (b.has_main && collect(&b, main, 0) != 0)
		return -1;
	for (size_t i = 0; i < json_count(parts); i++)
		if (collect(&b, json_at(parts, i), 1) != 0)
			return -1;
	link_refs(&b, root);
	if (attach(&b) != 0)
		return -1;
	/* A device stands before its parts. */
	for (uint32_t i = 0; i < b.n; i++)
		if (b.nodes[i].device && take_device(&b, i) != 0)
			return -1;
	for (uint32_t i = 0; i < b.n_pairs; i++)
		if (take_part(&b, &b.pairs[i]) != 0)
			return -1;
	tell_left_out(&b);
	return 0;
}
