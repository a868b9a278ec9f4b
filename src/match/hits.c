/* hits.c - candidates become hits (verdicts.c). Products that differ in their
 * version only are looked up once, and one hit is said of as many classes as it
 * holds for. */
#include <string.h>
#include "lines.h"
#include "names.h"
#include "verdicts.h"
#include "rules.h"
#include "base/text.h"

/* A product and what it is looked at with. */
struct pairing {
	struct lookup	*l;
	const struct candidate *c;
	const struct name *own;		/* the kind's name, if it was read */
	uint32_t	 product;
	bool		 side;
};

static struct hit
hit_of(const struct pairing *p, uint32_t class, uint32_t device)
{
	return (struct hit){ .class = class, .n = 1, .device = device,
	    .product = p->product, .how = p->c->how, .maker = p->c->maker,
	    .ident = p->c->ident, .rule = p->c->rule };
}

static void
hit_device(const struct pairing *p, uint32_t class, uint32_t device)
{
	struct hit h = hit_of(p, class, device);

	if (hit_fill(p->l, &h, p->own, p->side, p->c->of ==
	    CANDIDATE_KIND))
		add_hit(p->l->m, &h);
}

/* Devices of a class differ in their serial numbers, and in what the operator's
 * rules say of a single id. */
static bool
asks_devices(const struct pairing *p)
{
	const struct matcher *m = p->l->m;

	return product_range(p->l->m, p->product)->serial.there ||
	    p->l->p->n_serials > 0 || (m->rules != NULL && p->l->n_rules > 0);
}

static void
hit_each(const struct pairing *p, uint32_t class)
{
	const struct index *ix = p->l->m->ix;
	struct index_run run = index_members(ix, &ix->classes[class]);

	for (uint32_t i = 0; i < run.n; i++)
		hit_device(p, class, run.at[i]);
}

static bool
has_lines(const struct name *n)
{
	bool lines = false;

	for (unsigned i = 0; i < n->n; i++)
		lines |= n->token[i].kind == NAME_LINE;
	return lines;
}

/* Do classes of the kind differ in the verdict on their version alone? */
static bool
asks_versions(const struct pairing *p, const struct index_kind *kind)
{
	const struct lookup *l = p->l;
	const struct advisory *a = l->m->a;
	const struct product *x = &a->products[p->product];

	if (x->hardware[0] != '\0' || (x->relation[0] != '\0' && !p->side &&
	    x->on < a->n_products && has_hardware(&a->products[x->on])))
		return false;
	if (p->c->how != HOW_IDENTIFIER && l->n_codes > 0 &&
	    (kind->flags & INDEX_PARTS) != 0)
		return false;
	/* A device's own CPE or package URL has a say in it. */
	if (l->p->cpe[0] != '\0' || p->c->ident == INDEX_CPE ||
	    p->c->ident == INDEX_PURL)
		return false;
	if (p->c->how == HOW_IDENTIFIER ||
	    (p->c->how < HOW_RESPELT && l->n_codes == 0))
		return true;
	return !has_lines(&l->name) && linux_release(&l->name) == NULL &&
	    (p->own == NULL ||
	    number_behind(&l->name, p->own) == NULL);
}

/* Do both, of one product, say the same of classes side by side that tell the
 * same columns? */
static bool
hit_goes_on(const struct index *ix, const struct hit *a, const struct hit *b)
{
	return a->class + a->n == b->class && a->verdict == b->verdict &&
	    ix->classes[a->class].has == ix->classes[b->class].has &&
	    a->how == b->how && a->ident == b->ident && a->lone == b->lone &&
	    a->host == b->host && a->part == b->part && a->rule == b->rule;
}

/* The next class, of which the kind's first was a hit. */
static void
hit_next(const struct pairing *p, const struct range *r, uint32_t class,
    struct hit *h)
{
	h->class = class;
	own_verdict(p->l, h, p->own, r);
	if (p->l->m->a->products[h->product].relation[0] != '\0' &&
	    !p->l->whole)
		host_verdict(p->l->m, h, r, p->side);
}

/* How many of n classes from the first on are in the range as it is: they stand
 * by rank, and a bound is seldom reached. */
static uint32_t
up_to_bound(const struct range *r, const struct index_class *c, uint32_t n)
{
	uint32_t low = 1, high = n;

	if (!r->ranked || c->rank == 0)
		return 1;
	uint64_t last = range_rank_until(r, c->rank);
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (c[mid].has == c->has && c[mid].rank != 0 &&
		    c[mid].rank <= last)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Classes of one kind. Those with ranked versions stand side by side, and
 * mostly a range takes many of them or none. */
static void
hit_classes(const struct pairing *p, const struct index_kind *kind,
    uint32_t first, uint32_t n)
{
	struct matcher *m = p->l->m;
	const struct range *r = product_range(m, p->product);
	bool alike = asks_versions(p, kind);
	struct hit open = { .n = 0 }, h = hit_of(p, first, ALL_DEVICES);

	for (uint32_t i = 0, same; i < n; i += same) {
		same = alike ? up_to_bound(r, m->ix->classes + first + i,
		    n - i) : 1;
		if (alike && i > 0) {
			hit_next(p, r, first + i, &h);
		} else {
			h = hit_of(p, first + i, ALL_DEVICES);
			if (!hit_fill(p->l, &h, p->own, p->side,
			    p->c->of == CANDIDATE_KIND)) {
				if (alike)
					return;
				continue;
			}
		}
		h.n = same;
		if (open.n > 0 && hit_goes_on(m->ix, &open, &h)) {
			open.n += same;
			continue;
		}
		if (open.n > 0)
			add_hit(m, &open);
		open = h;
	}
	if (open.n > 0)
		add_hit(m, &open);
}

/* The classes of a candidate, NULL kind if they are not there. */
static const struct index_kind *
classes_of(const struct index *ix, const struct candidate *c,
    uint32_t *ret_first, uint32_t *ret_n)
{
	const struct index_kind *kind;

	if (c->of == CANDIDATE_CLASS) {
		const struct index_class *class = index_class(ix, c->what);
		kind = class != NULL ? index_kind(ix, class->kind) : NULL;
		*ret_first = c->what;
		*ret_n = c->n;
		return kind;
	}
	kind = index_kind(ix, c->what);
	*ret_first = kind != NULL ? kind->first : 0;
	*ret_n = kind != NULL ? kind->n : 0;
	return kind;
}

/* Marks the kinds that the product's name or its numbers have led to. */
static void
mark_led(const struct lookup *l)
{
	struct matcher *m = l->m;

	if (l->p->n_serials == 0)
		return;
	if (m->led == NULL)
		m->led = arena_alloc(m->mem, (m->ix->n_kinds + 1) *
		    sizeof(*m->led));
	m->led_now++;
	for (uint32_t i = 0; i < l->n; i++) {
		const struct candidate *c = &l->list[i];
		const struct index_class *class = c->of == CANDIDATE_CLASS ?
		    index_class(m->ix, c->what) : NULL;
		uint32_t kind = class != NULL ? class->kind : c->what;
		if (c->of != CANDIDATE_DEVICE && kind < m->ix->n_kinds)
			m->led[kind] = m->led_now;
	}
}

static bool
is_led_to(const struct matcher *m, uint32_t device)
{
	const struct index_class *class = index_class(m->ix,
	    index_device_class(m->ix, device));

	return class != NULL && class->kind < m->ix->n_kinds &&
	    m->led[class->kind] == m->led_now;
}

/* Serial numbers repeat among products, and the more so what they begin with.
 * Where neither vendor nor model is known, nobody can tell. */
static bool
serial_leads(const struct lookup *l, struct candidate *c)
{
	const struct index *ix = l->m->ix;
	const char *model = index_column(ix, c->what, INDEX_COLUMN_model);
	const char *vendor = index_column(ix, c->what, INDEX_COLUMN_vendor);

	if (model[0] == '\0' && vendor[0] == '\0')
		c->how = HOW_WIDER;
	return model[0] == '\0' || l->name.n == 0 ||
	    serial_is_own(l->p, index_column(ix, c->what,
	    INDEX_COLUMN_serial)) || is_led_to(l->m, c->what);
}

static void
hit_candidates(struct lookup *l, uint32_t product, bool side)
{
	const struct index *ix = l->m->ix;
	bool lines = has_lines(&l->name);

	mark_led(l);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct candidate *c = &l->list[i];
		struct pairing p = { l, c, NULL, product, side };
		/* A system on a device is said of that device alone. */
		if (side && ident_is_line(c->ident))
			continue;
		if (c->ident == INDEX_SERIAL && !serial_leads(l, &l->list[i]))
			continue;
		if (c->of == CANDIDATE_DEVICE) {
			hit_device(&p, index_device_class(ix, c->what),
			    c->what);
			continue;
		}
		uint32_t first, n;
		const struct index_kind *kind = classes_of(ix, c, &first, &n);
		if (kind == NULL)
			continue;
		/* A code seldom has a line of versions behind it, and then the
		 * answer is less sure without it, no more. */
		if (c->of == CANDIDATE_KIND && (ident_is_line(c->ident) ?
		    lines || l->n_codes > 0 :
		    c->how != HOW_SAME || l->n_codes > 0))
			p.own = kind_name(l, c->what, kind);
		if (!asks_devices(&p)) {
			hit_classes(&p, kind, first, n);
			continue;
		}
		for (uint32_t k = 0; k < n; k++)
			hit_each(&p, first + k);
	}
}

const struct product *
match_named(const struct advisory *a, const struct product *p, bool side)
{
	for (unsigned depth = 0; depth < RELATIONS_MAX &&
	    p->relation[0] != '\0'; depth++) {
		uint32_t to = side ? p->of : p->on;
		if (to >= a->n_products)
			break;
		p = &a->products[to];
	}
	return p;
}

bool *
match_in_use(const struct matcher *m)
{
	const struct advisory *a = m->a;
	bool *part = arena_alloc(m->mem, a->n_products + 1);
	bool *use = arena_alloc(m->mem, a->n_products + 1);

	for (uint32_t i = 0; i < a->n_products; i++) {
		const struct product *p = &a->products[i];
		if (p->relation[0] == '\0')
			continue;
		if (p->of < a->n_products)
			part[p->of] = true;
		if (p->on < a->n_products)
			part[p->on] = true;
	}
	for (uint32_t i = 0; i < a->n_products; i++)
		use[i] = !part[i] || m->claim_at[i] < m->claim_at[i + 1];
	return use;
}

void
match_products(struct matcher *m)
{
	const struct advisory *a = m->a;
	const bool *use = match_in_use(m);
	struct lookup *l = arena_alloc(m->mem, sizeof(*l));

	for (int side = 0; side < 2; side++) {
		const struct product *last = NULL;
		for (uint32_t i = 0; i < a->n_products; i++) {
			const struct product *p = &a->products[i];
			if (!use[i] || (side == 1 && p->relation[0] == '\0'))
				continue;
			const struct product *named = match_named(a, p,
			    side == 1);
			if (last == NULL || !same_lookup(last, named))
				look_up(l, m, named);
			last = named;
			hit_candidates(l, i, side == 1);
			/* What stands between both: a module in a rack. */
			for (unsigned depth = 0; side == 1 &&
			    depth < RELATIONS_MAX && a->products[
			    p->of].relation[0] != '\0'; depth++) {
				p = &a->products[p->of];
				last = match_named(a, p, false);
				look_up(l, m, last);
				hit_candidates(l, i, true);
			}
		}
	}
	/* A relation may have numbers of its own, which name both in one. */
	for (uint32_t i = 0; i < a->n_products; i++)
		if (a->products[i].relation[0] != '\0' && use[i] &&
		    look_up_whole(l, m, &a->products[i]))
			hit_candidates(l, i, false);
}
