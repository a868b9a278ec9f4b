/* The product tree: branches and full names, relationships of two products.
 * CSAF 2.0 section 3.2.2, CSAF 2.1 section 3.2.3. */
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "csaf.h"
#include "words.h"

/* How deep relationships of relationships may go: whoever follows of and on
 * can do so by recursion. */
#define RELATION_DEPTH_MAX 4u

static const struct product blank_product = {
	.ref = "", .name = "", .vendor = "", .family = "", .product = "",
	.version = "", .patch = "", .hardware = "", .cpe = "", .relation = "",
};

/* a, a blank or other separator, and b; never longer than a line may be. */
static const char *
joined(struct csaf *c, const char *a, const char *sep, const char *b)
{
	size_t n = strlen(a);

	if (n == 0 || strncmp(a, b, n) == 0) {
		return b;
	}
	if (b[0] == '\0') {
		return a;
	}
	if (n + strlen(sep) + strlen(b) > LINE_MAX_) {
		return b;
	}
	return arena_printf(c->walk.mem, "%s%s%s", a, sep, b);
}

/* Cryptographic hashes: algorithm and value; the file names are not kept. */
static void
hashes_read(struct csaf *c, const struct spot *helper, struct product *p)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(helper, "hashes");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, ITEMS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		struct spot one = spot_at(&list, i);
		struct spot sums = spot_get(&one, "file_hashes");
		uint32_t m = walk_count(w, &sums, MUST, ITEMS_MAX);

		for (uint32_t k = 0; k < m; k++) {
			struct spot sum = spot_at(&sums, k);
			const char *how = walk_line(w, &sum, "algorithm", MUST);
			const char *value = walk_line(w, &sum, "value", MUST);
			if (value[0] == '\0' || p->n_hashes >= ITEMS_MAX) {
				continue;
			}
			p->hashes = arena_more(w->mem, p->hashes, p->n_hashes,
			    sizeof(*p->hashes));
			p->hashes[p->n_hashes++] = text_lower(w->mem,
			    joined(c, how, ":", value));
		}
	}
}

/* CSAF 2.0 has one purl, CSAF 2.1 a list. */
static void
purls_read(struct csaf *c, const struct spot *helper, struct product *p)
{
	const char *one = walk_line(&c->walk, helper, "purl", MAY);

	p->purls = walk_lines(&c->walk, helper, "purls", &p->n_purls);
	if (one[0] != '\0' && p->n_purls == 0) {
		p->purls = arena_alloc(c->walk.mem, sizeof(*p->purls));
		p->purls[p->n_purls++] = one;
	}
}

static void
helper_read(struct csaf *c, const struct spot *product, struct product *p)
{
	struct walk *w = &c->walk;
	struct spot helper = spot_get(product,
	    "product_identification_helper");

	if (helper.v == NULL || !walk_object(w, &helper, MAY)) {
		return;
	}
	p->cpe = walk_line(w, &helper, "cpe", MAY);
	purls_read(c, &helper, p);
	p->whole_numbers = c->whole_numbers;
	p->models = walk_lines(w, &helper, "model_numbers", &p->n_models);
	p->serials = walk_lines(w, &helper, "serial_numbers", &p->n_serials);
	p->skus = walk_lines(w, &helper, "skus", &p->n_skus);
	hashes_read(c, &helper, p);
}

/* What the branches say, when a product has no name of its own. */
static const char *
name_of_branches(struct csaf *c, const struct product *p)
{
	const char *name = joined(c, p->vendor, " ", p->family);

	name = joined(c, name, " ", p->product);
	return joined(c, name, " ", p->version);
}

/* A full_product_name_t; `under` is what its branches say. NULL if it cannot be
 * referred to or is known already. */
static struct product *
product_add(struct csaf *c, const struct spot *s, const struct product *under)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;

	if (!walk_object(w, s, MUST)) {
		return NULL;
	}
	struct spot id = spot_get(s, "product_id");
	const char *key = walk_raw(w, &id, MUST);
	if (a->n_products >= PRODUCTS_MAX) {
		err_limit(c->err, "more than %u products", PRODUCTS_MAX);
		c->over = true;
		return NULL;
	}
	if (key[0] != '\0' &&
	    !ids_add(&c->products, w->mem, key, a->n_products)) {
		walk_remark(w, &id, "product id %s is defined twice, the first "
		    "one counts", walk_quote(w, key));
		return NULL;
	}
	/* Without an id nobody can say anything of it, but it is named. */
	a->products = arena_more(w->mem, a->products, a->n_products,
	    sizeof(*a->products));
	struct product *p = &a->products[a->n_products++];
	*p = *under;
	p->ref = words_line(w->mem, key, NULL);
	p->name = walk_line(w, s, "name", MUST);
	if (p->name[0] == '\0') {
		p->name = name_of_branches(c, p);
	}
	helper_read(c, s, p);
	csaf_extensions(c, s);
	return p;
}

enum part {
	PART_VENDOR, PART_FAMILY, PART_PRODUCT, PART_VERSION, PART_RANGE,
	PART_PATCH, PART_HARDWARE, PART_UNUSED,
};

static const struct {
	const char	*category;
	enum part	 part;
} branch_parts[] = {
	{ "product_version_range",	PART_RANGE },
	{ "product_version",		PART_VERSION },
	{ "product_name",		PART_PRODUCT },
	{ "vendor",			PART_VENDOR },
	{ "product_family",		PART_FAMILY },
	{ "service_pack",		PART_PATCH },
	{ "patch_level",		PART_PATCH },
	{ "specification",		PART_HARDWARE },
	{ "architecture",		PART_HARDWARE },
	{ "platform",			PART_HARDWARE },
	{ "host_name",			PART_UNUSED },
	{ "language",			PART_UNUSED },
	{ "legacy",			PART_UNUSED },
};

/* Adds what one branch says to what its parents said. Stacked names read from
 * the outside in; of stacked versions the innermost counts. */
static void
branch_apply(struct csaf *c, const struct spot *branch, struct product *p)
{
	struct walk *w = &c->walk;
	struct spot kind = spot_get(branch, "category");
	const char *category = walk_raw(w, &kind, MUST);
	const char *name = walk_line(w, branch, "name", MUST);
	size_t i = 0;

	while (i < COUNT_OF(branch_parts) &&
	    strcmp(branch_parts[i].category, category) != 0) {
		i++;
	}
	if (i == COUNT_OF(branch_parts)) {
		if (category[0] != '\0') {
			walk_remark(w, &kind, "unknown branch category %s",
			    walk_quote(w, category));
		}
		return;
	}
	switch (branch_parts[i].part) {
	case PART_VENDOR:
		p->vendor = name;
		break;
	case PART_FAMILY:
		p->family = joined(c, p->family, " ", name);
		break;
	case PART_PRODUCT:
		p->product = joined(c, p->product, " ", name);
		break;
	case PART_VERSION:
		p->version = name;
		p->version_kind = VERSION_ONE;
		break;
	case PART_RANGE:
		p->version = name;
		p->version_kind = VERSION_RANGE;
		break;
	case PART_PATCH:
		p->patch = joined(c, p->patch, " ", name);
		break;
	case PART_HARDWARE:
		p->hardware = joined(c, p->hardware, ", ", name);
		break;
	case PART_UNUSED:
		break;
	}
}

/* The branches under `owner`, by recursion of at most BRANCH_DEPTH_MAX. */
static void
branches_read(struct csaf *c, const struct spot *owner,
    const struct product *above, unsigned depth)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(owner, "branches");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, ITEMS_MAX);
	if (n > 0 && depth >= BRANCH_DEPTH_MAX) {
		err_at(c->err, spot_path(w->mem, &list), 0,
		    "branches nest deeper than %u levels", BRANCH_DEPTH_MAX);
		c->over = true;
		return;
	}
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot branch = spot_at(&list, i);
		struct product here = *above;

		if (!walk_object(w, &branch, MUST)) {
			continue;
		}
		branch_apply(c, &branch, &here);
		struct spot leaf = spot_get(&branch, "product");
		if (leaf.v != NULL) {
			product_add(c, &leaf, &here);
		}
		branches_read(c, &branch, &here, depth + 1);
	}
}

static void
full_names_read(struct csaf *c, const struct spot *tree)
{
	struct spot list = spot_get(tree, "full_product_names");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(&c->walk, &list, MAY, PRODUCTS_MAX);
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);
		product_add(c, &s, &blank_product);
	}
}

bool
csaf_product(struct csaf *c, const struct spot *id, uint32_t *ret)
{
	struct walk *w = &c->walk;
	const char *key = walk_raw(w, id, MUST);

	if (key[0] == '\0') {
		return false;
	}
	if (!ids_find(&c->products, key, ret)) {
		walk_remark(w, id, "product id %s is not defined",
		    walk_quote(w, key));
		return false;
	}
	return true;
}

static const char *
either(const char *a, const char *b)
{
	return a[0] != '\0' ? a : b;
}

/* What a product of two takes over: it is the first one, standing on or in the
 * second one. */
static void
relation_inherit(struct product *p, const struct product *of,
    const struct product *on)
{
	p->vendor = either(of->vendor, on->vendor);
	p->family = of->family;
	p->product = either(of->product, of->name);
	p->version = of->version;
	p->version_kind = of->version_kind;
	p->patch = of->patch;
	p->hardware = either(of->hardware, on->hardware);
}

/* How many relations are under this product, counted up to `most`, which also
 * bounds the search. */
static unsigned
relation_depth(const struct advisory *a, uint32_t i, unsigned most)
{
	const struct product *p = &a->products[i];

	if (p->relation[0] == '\0' || most == 0) {
		return 0;
	}
	unsigned of = relation_depth(a, p->of, most - 1);
	unsigned on = relation_depth(a, p->on, most - 1);
	return 1 + (of > on ? of : on);
}

/* A product that was defined before `self`: so no chain of references ever ends
 * in a circle. */
static bool
relation_end(struct csaf *c, uint32_t self, const struct spot *id,
    uint32_t *ret)
{
	if (ids_find(&c->products, walk_raw(&c->walk, id, MUST), ret) &&
	    *ret < self) {
		return true;
	}
	walk_remark(&c->walk, id, "one of the two products is not "
	    "defined before this relationship, which is not followed");
	return false;
}

/* Makes product `self` a relation of two; too deep a one leaves it a plain
 * product. */
static void
relation_bind(struct csaf *c, uint32_t self, uint32_t of, uint32_t on,
    const struct spot *s, const char *category)
{
	struct advisory *a = c->a;

	if (relation_depth(a, of, RELATION_DEPTH_MAX) >= RELATION_DEPTH_MAX ||
	    relation_depth(a, on, RELATION_DEPTH_MAX) >= RELATION_DEPTH_MAX) {
		walk_remark(&c->walk, s, "relationships of relationships "
		    "nest too deep, not followed");
		return;
	}
	struct product *p = &a->products[self];
	p->relation = either(category, "related_to");
	p->of = of;
	p->on = on;
	relation_inherit(p, &a->products[of], &a->products[on]);
}

/* CSAF 2.0: relationships. */
static void
relationships_read(struct csaf *c, const struct spot *tree)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(tree, "relationships");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, PRODUCTS_MAX);
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);
		struct spot name = spot_get(&s, "full_product_name");
		struct spot of_id = spot_get(&s, "product_reference");
		struct spot on_id = spot_get(&s,
		    "relates_to_product_reference");
		uint32_t of, on;

		if (!walk_object(w, &s, MUST) ||
		    product_add(c, &name, &blank_product) == NULL) {
			continue;
		}
		uint32_t self = c->a->n_products - 1;
		const char *category = walk_line(w, &s, "category", MUST);
		if (relation_end(c, self, &of_id, &of) &&
		    relation_end(c, self, &on_id, &on)) {
			relation_bind(c, self, of, on, &of_id, category);
		}
	}
}

/* The products between a path's steps, which have no id: what was said so far
 * stands on or in the next one. `of` becomes the last of them. */
static bool
path_begin(struct csaf *c, const struct spot *steps, uint32_t n, uint32_t *of)
{
	struct advisory *a = c->a;
	uint32_t on;

	for (uint32_t i = 0; i + 1 < n && a->n_products < PRODUCTS_MAX; i++) {
		struct spot step = spot_at(steps, i);
		struct spot on_id = spot_get(&step, "next_product_reference");
		if (!relation_end(c, a->n_products, &on_id, &on)) {
			return false;
		}
		a->products = arena_more(c->walk.mem, a->products,
		    a->n_products, sizeof(*a->products));
		a->products[a->n_products] = blank_product;
		relation_bind(c, a->n_products, *of, on, &on_id,
		    walk_line(&c->walk, &step, "category", MUST));
		*of = a->n_products++;
	}
	return true;
}

static void
path_read(struct csaf *c, const struct spot *s)
{
	struct walk *w = &c->walk;
	struct advisory *a = c->a;
	struct spot of_id = spot_get(s, "beginning_product_reference");
	struct spot steps = spot_get(s, "subpaths");
	struct spot name = spot_get(s, "full_product_name");
	uint32_t n = walk_count(w, &steps, MUST, ITEMS_MAX), of, on;
	uint32_t first = a->n_products;

	if (n > RELATION_DEPTH_MAX) {
		walk_remark(w, &steps, "only the first %u of %u steps are "
		    "taken", RELATION_DEPTH_MAX, n);
		n = RELATION_DEPTH_MAX;
	}
	bool known = n > 0 && relation_end(c, first, &of_id, &of) &&
	    path_begin(c, &steps, n, &of);
	uint32_t self = a->n_products;
	const struct product *p = known ? product_add(c, &name,
	    &blank_product) : NULL;
	if (p == NULL) {
		a->n_products = first;
		if (!known) {
			product_add(c, &name, &blank_product);
		}
		return;
	}
	for (uint32_t i = first; i < self; i++) {
		a->products[i].ref = joined(c, p->ref, "/",
		    a->products[a->products[i].on].ref);
		a->products[i].name = p->name;
	}
	struct spot step = spot_at(&steps, n - 1);
	struct spot on_id = spot_get(&step, "next_product_reference");
	if (relation_end(c, self, &on_id, &on)) {
		relation_bind(c, self, of, on, &on_id, walk_line(w, &step,
		    "category", MUST));
	}
}

/* CSAF 2.1: product_paths. */
static void
paths_read(struct csaf *c, const struct spot *tree)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(tree, "product_paths");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, PRODUCTS_MAX);
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);

		if (walk_object(w, &s, MUST)) {
			path_read(c, &s);
		}
	}
}

void
csaf_tree(struct csaf *c, const struct spot *root)
{
	struct spot tree = spot_get(root, "product_tree");

	if (tree.v == NULL || !walk_object(&c->walk, &tree, MAY)) {
		return;
	}
	branches_read(c, &tree, &blank_product, 0);
	full_names_read(c, &tree);
	relationships_read(c, &tree);
	paths_read(c, &tree);
	if (!c->over) {
		csaf_groups(c, &tree);
	}
}
