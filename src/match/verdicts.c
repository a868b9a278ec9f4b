/* verdicts.c - is it this product, and is its version meant? Order numbers tell
 * siblings apart, lines of versions in names are heeded; versions, hardware and
 * serial numbers are tested. */
#include <string.h>
#include "cpe.h"
#include "lines.h"
#include "version_lines.h"
#include "rules.h"
#include "version_words.h"
#include "verdicts.h"
#include "base/text.h"

int
hit_codes_fit(const struct lookup *l, const char *order)
{
	bool alike = false;
	size_t n = strlen(order);

	if (n == 0 || l->n_codes == 0)
		return 1;
	for (unsigned i = 0; i < l->n_codes; i++) {
		const char *code = l->code[i];
		if (strcmp(code, order) == 0 ||
		    (order_is_pattern(code) && text_glob(code, order)))
			return 2;
		size_t len = strlen(code);
		alike |= len + 2 >= n && n + 2 >= len;
	}
	return alike ? 0 : -1;
}

/* The hit's device; any of its class where it speaks of all. */
static uint32_t
one_device(const struct matcher *m, const struct hit *h)
{
	return h->device != ALL_DEVICES ? h->device :
	    index_class_device(m->ix, index_class(m->ix, h->class));
}

const char *
hit_column(const struct matcher *m, const struct hit *h,
    enum index_column column)
{
	return h->device != ALL_DEVICES ? index_column(m->ix, h->device,
	    column) : index_class_column(m->ix, h->class, column);
}

static const char *
order_of(const char *part, const struct name *name, char order[ORDER_TEXT])
{
	order[0] = '\0';
	if (part[0] != '\0')
		order_read(part, order, ORDER_TEXT);
	else if (name != NULL && name->n_codes > 0)
		return name->code[0];
	return order;
}

const char *
hit_device_order(const struct index *ix, uint32_t device,
    const struct name *name, char order[ORDER_TEXT])
{
	return order_of(index_column(ix, device, INDEX_COLUMN_part_number),
	    name, order);
}

static const char *
device_order(const struct matcher *m, const struct hit *h,
    const struct name *name, char order[ORDER_TEXT])
{
	return order_of(hit_column(m, h, INDEX_COLUMN_part_number), name,
	    order);
}

/* The version that counts for a product; a relation has that of its part. */
uint32_t
version_product(const struct advisory *a, uint32_t product)
{
	for (unsigned depth = 0; depth < RELATIONS_MAX; depth++) {
		const struct product *p = &a->products[product];
		if (p->relation[0] == '\0' || p->of >= a->n_products ||
		    p->of == product)
			break;
		product = p->of;
	}
	return product;
}

/* What the part is, from 1. */
enum firmware { FIRMWARE_NO = 1, FIRMWARE_SYSTEM, FIRMWARE_YES };

static enum firmware
names_firmware(const struct product *p)
{
	static const char *const words[] = { "firmware", "fw", "bios", "image",
	    NULL }, *const systems[] = { "os", "system", NULL };
	const char *text = product_text(p);
	enum firmware ret = FIRMWARE_NO;
	struct name n;

	if (text[0] == '\0' || p->product[0] == '\0' ||
	    strstr(p->cpe, "_firmware") != NULL)
		return FIRMWARE_YES;
	name_read(text, NULL, &n);
	for (unsigned i = 0; i < n.n; i++) {
		const char *word = n.flat + n.token[i].at;
		if (word_is_one(words, word, n.token[i].len))
			return FIRMWARE_YES;
		if (word_is_one(systems, word, n.token[i].len))
			ret = FIRMWARE_SYSTEM;
	}
	return ret;
}

/* Is the part of the relation the device's own firmware, so that the device's
 * version is that of it? A system that is a component of it, "CODESYS Runtime
 * System", counts for itself. */
static bool
is_firmware(struct matcher *m, uint32_t product, const char *relation)
{
	if (m->firmware == NULL)
		m->firmware = arena_alloc(m->mem, m->a->n_products + 1);
	uint8_t *known = &m->firmware[product];
	const struct product *p = &m->a->products[product];
	if (*known == 0)
		*known = rules_name_system(m->rules, p) ? FIRMWARE_YES :
		    (uint8_t)names_firmware(p);
	return *known == FIRMWARE_YES || (*known == FIRMWARE_SYSTEM &&
	    strstr(relation, "component_of") == NULL);
}

bool
has_hardware(const struct product *p)
{
	return p->version_kind != VERSION_NONE || p->hardware[0] != '\0';
}

/* A version said of the hardware against the list's hw_version. */
static enum verdict
hardware_fits(struct matcher *m, const struct product *p, const struct hit *h)
{
	const char *text = hit_column(m, h, INDEX_COLUMN_hw_version);
	enum version_kind kind = p->version_kind;
	const char *printed = p->version;
	struct version v;
	struct range r;
	bool lone;

	if (kind == VERSION_NONE && (text_find_nocase(p->hardware, "hw") !=
	    NULL || text_find_nocase(p->hardware, "hardware") != NULL ||
	    text_find_nocase(p->hardware, "rev") != NULL)) {
		printed = p->hardware + strcspn(p->hardware, "0123456789");
		kind = VERSION_ONE;
	}
	if (kind == VERSION_NONE || printed[0] == '\0')
		return VERDICT_IN;
	range_read(printed, kind, m->mem, &r);
	if (r.all)
		return VERDICT_IN;
	if (text[0] == '\0' || version_read_printed(text, &v) != 0)
		return VERDICT_UNKNOWN;
	return range_test(&r, &v, &lone);
}

/* Serial numbers of the product, where the list has one for the device. */
static enum verdict
serial_fits(struct matcher *m, const struct product *p, uint32_t device)
{
	char own[ORDER_TEXT], want[ORDER_TEXT + 1];

	if (p->n_serials == 0)
		return VERDICT_IN;
	if (order_read(index_column(m->ix, device, INDEX_COLUMN_serial), own,
	    sizeof(own)) == 0)
		return VERDICT_UNKNOWN;
	for (uint32_t i = 0; i < p->n_serials; i++) {
		size_t n = order_read(p->serials[i], want, ORDER_TEXT);
		if (n == 0)
			continue;
		memcpy(want + n, "*", 2);
		if (text_glob(want, own))
			return VERDICT_IN;
	}
	return VERDICT_OUT;
}

static void
and_verdict(struct hit *h, enum verdict v)
{
	if (v == VERDICT_OUT || h->verdict == VERDICT_OUT)
		h->verdict = VERDICT_OUT;
	else if (v == VERDICT_UNKNOWN)
		h->verdict = VERDICT_UNKNOWN;
}

/* Firmware and what it is made for: who runs the one has the other. */
static bool
is_own_firmware(const struct product *of, const struct product *on)
{
	struct cpe a, b;
	struct name p, q;

	if (cpe_read(of->cpe, &a) == 0 && cpe_read(on->cpe, &b) == 0)
		return cpe_same_machine(&a, &b);
	if (of->product[0] == '\0' || on->product[0] == '\0')
		return false;
	name_read(of->product, NULL, &p);
	name_read(on->product, NULL, &q);
	return p.core != 0 && p.core == q.core;
}

void
host_verdict(struct matcher *m, struct hit *h, const struct range *r, bool side)
{
	uint32_t part = version_product(m->a, h->product);
	const struct product *p = &m->a->products[h->product];

	h->host = true;
	h->part = side;
	/* A package of this very version is the publisher's build for it. */
	if (side && h->verdict == VERDICT_IN && ((!r->all &&
	    (h->ident == INDEX_PURL || h->ident == INDEX_HASH)) ||
	    (p->on < m->a->n_products && is_own_firmware(
	    &m->a->products[part], &m->a->products[p->on]))))
		return;
	/* Firmware is that of what it is on, not of what that is in. */
	if (side || p->of != part || !is_firmware(m, part, p->relation))
		h->verdict = r->all && !r->narrowed && !side ? VERDICT_IN :
		    h->verdict == VERDICT_OUT && side ? VERDICT_OUT :
		    VERDICT_UNKNOWN;
}

/* Is the word in front of the version of the device's name, or of its order
 * number? All of a class have these in common. */
static bool
front_is_name(struct matcher *m, const struct hit *h, const struct cell *cell)
{
	const struct index_class *class = index_class(m->ix, h->class);
	char flat[NAME_RUN_MAX];

	name_fold(class != NULL ? index_kind_model(m->ix, index_kind(m->ix,
	    class->kind)) : hit_column(m, h, INDEX_COLUMN_model), flat,
	    sizeof(flat));
	if (cell_names(cell, flat))
		return true;
	name_fold(hit_column(m, h, INDEX_COLUMN_part_number), flat,
	    sizeof(flat));
	return cell_names(cell, flat);
}

/* The verdict of the product's range on the version that the list has. */
static enum verdict
version_verdict(struct matcher *m, struct hit *h, const struct range *r)
{
	struct own_version own = { .text = "", .serial = "" };

	if (r->serial.there)
		own.serial = index_column(m->ix, one_device(m, h),
		    INDEX_COLUMN_serial);
	else if (!r->all || r->vers != NULL)
		own.text = hit_version_text(m, h);
	if (!r->serial.there && r->vers == NULL && !r->all)
		own.cell = printed_cell(m, hit_version_text(m, h));
	if (own.cell != NULL && own.cell->front[0] != '\0')
		own.named = front_is_name(m, h, own.cell);
	return range_test_device(r, &own, &h->lone);
}

/* A part of a whole that has a version of its own: the publisher says of this
 * whole that it has the part, or that it may. */
bool
hit_is_whole(struct matcher *m, const struct hit *h)
{
	const struct product *p = &m->a->products[h->product];

	return h->host && !h->part && p->on < m->a->n_products &&
	    (strstr(p->relation, "component_of") != NULL ||
	    strcmp(p->relation, "installed_with") == 0) &&
	    (!product_range(m, p->on)->all || m->a->products[
	    p->on].version_kind != VERSION_NONE) &&
	    !is_firmware(m, version_product(m->a, h->product),
	    p->relation);
}

static void
whole_verdict(struct matcher *m, struct hit *h, const struct product *p)
{
	h->verdict = (uint8_t)version_verdict(m, h, product_range(m, p->on));
	if (h->verdict == VERDICT_IN &&
	    strcmp(p->relation, "default_component_of") != 0)
		h->verdict = VERDICT_UNKNOWN;
}

/* What the product says of hardware and serial numbers. */
static void
other_verdicts(struct lookup *l, struct hit *h, bool side)
{
	struct matcher *m = l->m;
	const struct product *p = &m->a->products[h->product];

	if (hit_is_whole(m, h))
		whole_verdict(m, h, p);
	else if (p->relation[0] != '\0' && !side && p->on < m->a->n_products)
		and_verdict(h, hardware_fits(m, &m->a->products[p->on], h));
	if (p->relation[0] == '\0' && p->hardware[0] != '\0' &&
	    text_find_nocase(p->hardware, "rev") != NULL) {
		struct product hardware = *p;
		hardware.version_kind = VERSION_NONE;
		and_verdict(h, hardware_fits(m, &hardware, h));
	}
	if (h->ident != INDEX_SERIAL && l->p->n_serials > 0)
		and_verdict(h, serial_fits(m, l->p, one_device(m, h)));
}

/* The numbers in a name that is a code of a line, as hit_codes_fit. */
static int
own_codes_fit(const struct lookup *l, const struct name *own)
{
	int best = -1;

	for (unsigned i = 0; i < own->n && best < 2; i++) {
		const struct name_token *t = &own->token[i];
		char text[ORDER_TEXT], order[ORDER_TEXT];
		if (t->kind != NAME_CODE || t->len >= sizeof(text))
			continue;
		for (unsigned k = 0; k < t->len; k++) {
			char c = own->flat[t->at + k];
			text[k] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') :
			    c;
		}
		text[t->len] = '\0';
		int fits = order_read(text, order, sizeof(order)) == 0 ? -1 :
		    hit_codes_fit(l, order);
		best = fits > best ? fits : best;
	}
	return best;
}

/* The same where an identifier names the version. */
static enum verdict
hit_verdict(const struct lookup *l, struct hit *h, const struct range *r)
{
	struct matcher *m = l->m;
	uint32_t of = l->whole ? h->product :
	    version_product(m->a, h->product);
	const struct product *p = &m->a->products[of];

	if (l->p != p && m->a->products[h->product].relation[0] != '\0')
		return version_verdict(m, h, r);
	const struct range *pin = h->ident == INDEX_PURL ?
	    product_pin(m, of) : NULL;
	return inner_verdict(m, h, p, version_verdict(m, h, pin != NULL ?
	    pin : r));
}

/* Does a plus stand behind the word, at its end? */
static bool
has_plus(const struct name *n, const struct name_token *t)
{
	const char *behind = n->flat + t->at + t->len;

	return behind[0] == '+' && (behind[1] == '\0' ||
	    strchr(" ,;/)", behind[1]) != NULL);
}

bool
plus_differs(const struct name *p, const struct name *d)
{
	for (unsigned i = 0; i < p->n; i++)
		for (unsigned k = 0; k < d->n; k++)
			if (p->token[i].hash == d->token[k].hash &&
			    has_plus(d, &d->token[k]) &&
			    !has_plus(p, &p->token[i]) &&
			    strncmp(p->flat + p->token[i].at +
			    p->token[i].len, " plus", 5) != 0)
				return true;
	return false;
}

const struct name_token *
linux_release(const struct name *n)
{
	const struct name_token *last = n->n > 1 ? &n->token[n->n - 1] : NULL;
	const char *at = last == NULL ? NULL : n->flat + last->at;

	if (last == NULL || last->len > 2 || strspn(at, "0123456789") <
	    last->len)
		return NULL;
	for (unsigned i = 0; i + 1 < n->n; i++)
		if (n->token[i].len == 5 &&
		    memcmp(n->flat + n->token[i].at, "linux", 5) == 0)
			return last;
	return NULL;
}

/* "Enterprise Linux 7" and the list's Enterprise Linux 9.3. More than two
 * numbers may be its kernel's. */
static bool
is_other_release(struct matcher *m, const struct name *p, const struct name *d,
    const struct hit *h)
{
	const struct name_token *t = linux_release(p);
	const struct cell *cell = t == NULL || has_token(d, t->hash) ||
	    linux_release(d) != NULL ? NULL :
	    printed_cell(m, hit_version_text(m, h));
	struct version line;

	if (cell == NULL || cell->n != 1 || cell->odd ||
	    version_read(p->flat + t->at, t->len, &line) != 0 || line.n != 1)
		return false;
	const struct version *v = &cell->version[0];
	if (v->n == 0 || v->n > 2 || v->date || v->prefix != 0)
		return false;
	for (unsigned i = 0; i < v->n; i++)
		if (v->piece[i].kind != PIECE_NUMBER)
			return false;
	return v->piece[0].value != line.piece[0].value;
}

/* How the name stands to the device's, by its order number and by the line of
 * versions in the name; false: it is another product. */
static bool
name_verdict(struct lookup *l, const struct name *own, struct hit *h,
    int *ret_line)
{
	struct matcher *m = l->m;
	char room[ORDER_TEXT];

	if (h->how != HOW_IDENTIFIER && (h->ident == 0 || hit_is_line(h)) &&
	    l->n_codes > 0) {
		const char *order = device_order(m, h, own, room);
		int fits = order[0] == '\0' && hit_is_line(h) && own != NULL ?
		    own_codes_fit(l, own) : hit_codes_fit(l, order);
		if (fits == 0)
			return false;
		if (fits == 2 && h->how <= HOW_FAMILY) {
			h->how = HOW_IDENTIFIER;
			h->ident = INDEX_ORDER;
		}
		if (fits < 0 && h->how < HOW_WIDER)
			h->how = HOW_WIDER;
	}
	*ret_line = 1;
	if (h->ident == 0 && own != NULL && is_other_release(m, &l->name, own,
	    h))
		return false;
	if (h->how >= HOW_RESPELT && h->ident == 0 && own != NULL &&
	    plus_differs(&l->name, own))
		return false;
	if (h->how >= HOW_RESPELT && h->how <= HOW_NARROWER && own != NULL &&
	    h->ident != IDENT_ALIAS)
		*ret_line = line_fits(m, &l->name, own, h);
	if (*ret_line == 0)
		return false;
	if (h->how == HOW_WIDER && !hit_is_line(h) && own != NULL &&
	    number_is_line(m, &l->name,
	    own, h))
		h->how = HOW_RESPELT;
	return true;
}

/* By the rank of the class's version; false: one of both has none, or an
 * identifier names the version. */
static bool
rank_verdict(const struct matcher *m, struct hit *h, const struct range *r)
{
	const struct index_class *class = index_class(m->ix, h->class);

	if (!r->ranked || class == NULL || class->rank == 0 ||
	    h->ident == INDEX_PURL || h->ident == INDEX_CPE)
		return false;
	h->verdict = (uint8_t)range_test_rank(r, class->rank, &h->lone);
	return true;
}

void
own_verdict(const struct lookup *l, struct hit *h, const struct name *own,
    const struct range *r)
{
	const struct product *p = l->whole ? &l->m->a->products[h->product] :
	    &l->m->a->products[version_product(l->m->a, h->product)];

	if (release_is_product(l->m, h, p)) {
		h->verdict = VERDICT_UNKNOWN;
		return;
	}
	if (rank_verdict(l->m, h, r))
		return;
	h->verdict = (uint8_t)hit_verdict(l, h, r);
	if (h->verdict == VERDICT_UNKNOWN && own != NULL &&
	    hit_version_text(l->m, h)[0] == '\0' &&
	    line_is_out(&l->name, own, r))
		h->verdict = VERDICT_OUT;
}

bool
hit_fill(struct lookup *l, struct hit *h, const struct name *own, bool side,
    bool kind)
{
	struct matcher *m = l->m;
	const struct range *r = product_range(m, h->product);
	int line;

	if (!name_verdict(l, own, h, &line))
		return false;
	if (l->others && h->how > HOW_SAME && h->how < HOW_WIDER)
		h->how = HOW_WIDER;
	if (kind && l->p->cpe[0] != '\0' && cpe_denies(l, one_device(m, h),
	    h->how))
		return false;
	own_verdict(l, h, own, r);
	if (m->a->products[h->product].relation[0] != '\0' && !l->whole)
		host_verdict(m, h, r, side);
	other_verdicts(l, h, side);
	if (line < 0 && h->verdict == VERDICT_IN)
		h->verdict = VERDICT_UNKNOWN;
	if (m->rules != NULL)
		rules_mark(l, h);
	return true;
}
