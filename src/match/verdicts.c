/* verdicts.c - is it this product, and is its version meant? Order numbers tell
 * siblings apart, lines of versions in names are heeded; versions, hardware and
 * serial numbers are tested. */
#include <string.h>
#include "cpe.h"
#include "lines.h"
#include "rules.h"
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
	const struct index_class *class = index_class(m->ix, h->class);
	bool parts = class != NULL &&
	    (index_kind(m->ix, class->kind)->flags & INDEX_PARTS) != 0;

	return parts ? hit_device_order(m->ix, one_device(m, h), name,
	    order) : order_of("", name, order);
}

/* "WinCC V7.4 and earlier", "S7-1200 < V4.x": a bound in the name. 2: there is
 * none; else as line_fits. */
static int
bound_fits(struct matcher *m, const struct name *p, const struct name_token *t,
    const struct version *v)
{
	static const char *const words[] = { "earlier", "older", "prior",
	    "below", "lower", "newer", "later", "above", "higher", NULL };
	size_t at = t->at, end = t->at + t->len, n = strlen(p->flat);
	char text[128];
	struct range r;
	bool found = false, lone;

	while (at > 0 && strchr("<>= ", p->flat[at - 1]) != NULL)
		found |= p->flat[--at] != ' ';
	while (end < n && p->flat[end] != '(' && p->flat[end] != ',')
		end++;
	if (end - at >= sizeof(text))
		return 2;
	memcpy(text, p->flat + at, end - at);
	text[end - at] = '\0';
	for (const char *const *w = words; *w != NULL; w++)
		found |= strstr(text, *w) != NULL;
	if (!found)
		return 2;
	range_read(text, VERSION_RANGE, m->mem, &r);
	enum verdict verdict = range_test(&r, v, &lone);
	return verdict == VERDICT_IN ? 1 : verdict == VERDICT_OUT ? 0 : -1;
}

/* A product's name with the line in it ("Teamcenter V14.0") and a device that
 * names none: its version must be of that line. 1 yes, 0 no, -1 not known. */
static int
line_fits(struct matcher *m, const struct name *p, const struct name *d,
    const struct hit *h)
{
	int fits = 1;

	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		struct version line;
		if (t->kind != NAME_LINE || has_token(d, t->hash) ||
		    version_read(p->flat + t->at, t->len, &line) != 0)
			continue;
		const struct version *v = printed_version(m,
		    hit_version_text(m, h));
		if (v == NULL)
			return -1;
		int bound = bound_fits(m, p, t, v);
		if (bound == 0 || (bound == 2 && !version_is_within(v,
		    &line)))
			fits = 0;
		else if (bound < 0)
			return -1;
	}
	return fits;
}

const struct name_token *
number_behind(const struct name *p, const struct name *d)
{
	const struct name_token *own = NULL;

	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		if (t->kind == NAME_NOISE || has_token(p, t->hash))
			continue;
		if (own != NULL || t->kind != NAME_CODE || t->len > 2 ||
		    i + 1 != d->n)
			return NULL;
		own = t;
	}
	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind == NAME_CODE)
			return NULL;
	return own;
}

/* "DOPSoft 4" of the list is DOPSoft if its version is 4.something. */
static bool
number_is_line(struct matcher *m, const struct name *p, const struct name *d,
    const struct hit *h)
{
	const struct name_token *own = number_behind(p, d);
	struct version line;
	const struct version *v = printed_version(m, hit_version_text(m, h));
	return own != NULL && v != NULL &&
	    version_read(d->flat + own->at, own->len, &line) == 0 &&
	    version_is_within(v, &line);
}

/* The one line of versions that a name stands for and the other does not; NULL
 * if it names several, or a bound: "V7.4 and earlier", "V10, V11". */
static const struct name_token *
only_line(const struct name *d, const struct name *p)
{
	const struct name_token *line = NULL;

	for (unsigned i = 0; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		if (t->kind == NAME_LINE && !has_token(p, t->hash)) {
			if (line != NULL || d->flat[t->at] != 'v' ||
			    (i > 0 && d->token[i - 1].kind == NAME_NOISE))
				return NULL;
			line = t;
		} else if (t->kind == NAME_NOISE && line == t - 1 && i > 0) {
			return NULL;
		}
	}
	return line == NULL || strpbrk(d->flat, "<>") != NULL ? NULL : line;
}

/* The list knows no version, but the device's name has its line: "Teamcenter
 * V14.0" is beyond "< V13.2". Never more than that it is not in the range. */
static bool
line_is_out(const struct name *p, const struct name *d, const struct range *r)
{
	const struct name_token *t = only_line(d, p);
	struct version v;
	bool lone;

	/* "V2022" may count in another way than the publisher's "< 14". */
	if (t == NULL || version_read(d->flat + t->at, t->len, &v) != 0 ||
	    v.n == 0 || v.n == VERSION_PIECES_MAX ||
	    v.piece[0].value >= 1000)
		return false;
	if (!v.wild)
		v.piece[v.n++] = (struct piece){ .kind = PIECE_WILD };
	v.wild = true;
	return range_test(r, &v, &lone) == VERDICT_OUT;
}

/* The version that counts for a product; a relation has that of its part. */
uint32_t
version_product(const struct advisory *a, uint32_t product)
{
	for (unsigned depth = 0; depth < 8; depth++) {
		const struct product *p = &a->products[product];
		if (p->relation[0] == '\0' || p->of >= a->n_products ||
		    p->of == product)
			break;
		product = p->of;
	}
	return product;
}

static bool
names_firmware(const struct product *p)
{
	static const char *const words[] = { "firmware", "fw", "os", "bios",
	    "image", "system", NULL };
	const char *text = product_text(p);
	struct name n;

	if (text[0] == '\0' || p->product[0] == '\0' ||
	    strstr(p->cpe, "_firmware") != NULL)
		return true;
	name_read(text, NULL, &n);
	for (unsigned i = 0; i < n.n; i++)
		for (const char *const *w = words; *w != NULL; w++)
			if (strlen(*w) == n.token[i].len && memcmp(n.flat +
			    n.token[i].at, *w, n.token[i].len) == 0)
				return true;
	return false;
}

/* Is the installed part the device's own firmware, so that the device's version
 * is that of it? */
static bool
is_firmware(struct matcher *m, uint32_t product)
{
	if (m->firmware == NULL)
		m->firmware = arena_alloc(m->mem, m->a->n_products + 1);
	uint8_t *known = &m->firmware[product];
	const struct product *p = &m->a->products[product];
	if (*known == 0)
		*known = names_firmware(p) || rules_name_system(m->rules, p) ?
		    2 : 1;
	return *known == 2;
}

bool
has_hardware(const struct product *p)
{
	return p->version_kind != VERSION_NONE || p->hardware[0] != '\0';
}

/* A version said of the hardware against the list's hw_version. */
static enum verdict
hardware_fits(struct matcher *m, const struct product *p, uint32_t device)
{
	const char *text = index_column(m->ix, device,
	    INDEX_COLUMN_hw_version);
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
	if (side || !is_firmware(m, part))
		h->verdict = r->all && !r->narrowed && !side ? VERDICT_IN :
		    h->verdict == VERDICT_OUT && side ? VERDICT_OUT :
		    VERDICT_UNKNOWN;
}

/* What the product says of hardware and serial numbers. */
static void
other_verdicts(struct lookup *l, struct hit *h, bool side)
{
	struct matcher *m = l->m;
	const struct product *p = &m->a->products[h->product];

	if (p->relation[0] != '\0' && !side && p->on < m->a->n_products)
		and_verdict(h, hardware_fits(m, &m->a->products[p->on],
		    one_device(m, h)));
	if (p->relation[0] == '\0' && p->hardware[0] != '\0' &&
	    text_find_nocase(p->hardware, "rev") != NULL) {
		struct product hardware = *p;
		hardware.version_kind = VERSION_NONE;
		and_verdict(h, hardware_fits(m, &hardware,
		    one_device(m, h)));
	}
	if (h->ident != INDEX_SERIAL && l->p->n_serials > 0)
		and_verdict(h, serial_fits(m, l->p, one_device(m, h)));
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
	if (!r->all && r->vers == NULL && !r->serial.there)
		own.version = printed_version(m, own.text);
	return range_test_device(r, &own, &h->lone);
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
	if ((h->how == HOW_RESPELT || h->how == HOW_FAMILY) && own != NULL)
		*ret_line = line_fits(m, &l->name, own, h);
	if (*ret_line == 0)
		return false;
	if (h->how == HOW_WIDER && !hit_is_line(h) && own != NULL &&
	    number_is_line(m, &l->name,
	    own, h))
		h->how = HOW_RESPELT;
	return true;
}

void
own_verdict(const struct lookup *l, struct hit *h, const struct name *own,
    const struct range *r)
{
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
