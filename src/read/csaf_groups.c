/* Groups of products, and lists of products by id and by group. CSAF 2.0
 * section 3.2.2.3, CSAF 2.1 section 3.2.3. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "csaf.h"

/* Items of all product lists of one document: 64 MB. Without groups a document
 * cannot come near it. */
#define LISTED_MAX (16u << 20)

bool
csaf_afford(struct csaf *c, uint64_t n)
{
	c->listed += n;
	if (c->listed > LISTED_MAX && !c->over) {
		err_limit(c->err, "more than %u items in all product lists "
		    "together", LISTED_MAX);
		c->over = true;
	}
	return !c->over;
}

uint32_t
csaf_stamp(struct csaf *c)
{
	if (c->stamps == NULL) {
		c->stamps = arena_alloc(c->walk.mem,
		    ((size_t)c->a->n_products + 1) * sizeof(*c->stamps));
	}
	return ++c->stamp;
}

void
csaf_groups(struct csaf *c, const struct spot *tree)
{
	struct walk *w = &c->walk;
	struct spot list = spot_get(tree, "product_groups");

	if (list.v == NULL) {
		return;
	}
	uint32_t n = walk_count(w, &list, MAY, ITEMS_MAX);
	c->members = arena_alloc(w->mem, (n + 1) * sizeof(*c->members));
	for (uint32_t i = 0; i < n && !c->over; i++) {
		struct spot s = spot_at(&list, i);

		if (!walk_object(w, &s, MUST)) {
			continue;
		}
		struct spot id = spot_get(&s, "group_id");
		const char *key = walk_raw(w, &id, MUST);
		c->members[i] = csaf_indices(c, &s, "product_ids", MUST);
		if (key[0] != '\0' && !ids_add(&c->groups, w->mem, key, i)) {
			walk_remark(w, &id, "group id %s is defined twice, the "
			    "first one counts", walk_quote(w, key));
		}
	}
}

/* Appends what is not on the list under this stamp. */
static void
indices_add(struct csaf *c, struct indices *list, uint32_t product,
    uint32_t stamp)
{
	if (c->stamps[product] != stamp) {
		c->stamps[product] = stamp;
		list->at[list->n++] = product;
	}
}

struct indices
csaf_indices(struct csaf *c, const struct spot *owner, const char *ids_key,
    enum need need)
{
	struct walk *w = &c->walk;
	struct indices list = { .at = NULL };
	struct spot ids = spot_get(owner, ids_key);
	struct spot groups = spot_get(owner, "group_ids");
	uint32_t n = ids.v == NULL && need == MAY ? 0 :
	    walk_count(w, &ids, need, ITEMS_MAX);
	uint32_t m = groups.v == NULL ? 0 :
	    walk_count(w, &groups, MAY, ITEMS_MAX);
	uint64_t most = n;
	uint32_t found;

	for (uint32_t i = 0; i < m; i++) {
		struct spot s = spot_at(&groups, i);
		const char *key = walk_raw(w, &s, MUST);
		if (ids_find(&c->groups, key, &found)) {
			most += c->members[found].n;
		} else {
			walk_remark(w, &s, "group id %s is not defined",
			    walk_quote(w, key));
		}
	}
	if (most == 0 || !csaf_afford(c, most)) {
		return list;
	}
	/* Each product is listed once: there cannot be more than products. */
	most = most < c->a->n_products ? most : c->a->n_products;
	uint32_t stamp = csaf_stamp(c);
	list.at = arena_alloc(w->mem, (most + 1) * sizeof(*list.at));
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(&ids, i);
		if (csaf_product(c, &s, &found)) {
			indices_add(c, &list, found, stamp);
		}
	}
	for (uint32_t i = 0; i < m; i++) {
		if (!ids_find(&c->groups, json_text(json_at(groups.v, i)),
		    &found)) {
			continue;
		}
		const struct indices *all = &c->members[found];
		for (uint32_t k = 0; k < all->n; k++) {
			indices_add(c, &list, all->at[k], stamp);
		}
	}
	return list;
}
