#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "listing.h"

/* Is stamp a later than b? What cannot be read is older. */
static bool
is_later(const char *a, const char *b)
{
	struct wall at, bt;

	if (wall_parse(a, &at) < 0) {
		return false;
	}
	return wall_parse(b, &bt) < 0 || at.s > bt.s;
}

void
listing_take_address(struct listing_of *l, const struct address *a)
{
	struct reading *r = l->ret;
	uint32_t known;

	if (ids_find(&l->seen, a->url, &known)) {
		if (is_later(a->updated, r->addresses[known].updated)) {
			r->addresses[known].updated = a->updated;
		}
		return;
	}
	if (r->n_addresses >= ADDRESSES_MAX) {
		l->left_out++;
		return;
	}
	ids_add(&l->seen, l->walk.mem, a->url, r->n_addresses);
	r->addresses = arena_more(l->walk.mem, r->addresses, r->n_addresses,
	    sizeof(*r->addresses));
	r->addresses[r->n_addresses++] = *a;
}

void
listing_done(struct listing_of *l)
{
	if (l->left_out > 0) {
		walk_remark(&l->walk, NULL, "%u addresses beyond the first %u "
		    "were left out", l->left_out, ADDRESSES_MAX);
	}
	l->ret->remarks = l->walk.remarks;
	l->ret->n_remarks = l->walk.n_remarks;
}
