/* why.c - reasons in words. The publisher's texts are quoted as printed; those
 * of the device stand for any of which this is said (match_quote). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cpe.h"
#include "lines.h"
#include "verdicts.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#define LINE_ROOM 768u

/* A line in the making. */
struct line_out {
	char	 text[LINE_ROOM];
	size_t	 n;
};

static void
put(struct line_out *out, const char *s, size_t n)
{
	if (n > LINE_ROOM - 1 - out->n)
		n = LINE_ROOM - 1 - out->n;
	memcpy(out->text + out->n, s, n);
	out->n += n;
}

/* One conversion of printf, behind its '%'; where the format goes on. Reasons
 * need %s, with or without a precision, and %u: printf itself took longer than
 * all the rest of a match. */
static const char *
put_value(struct line_out *out, const char *fmt, va_list *ap)
{
	size_t most = SIZE_MAX;
	char number[12];

	if (*fmt == '.' && fmt[1] == '*') {
		int given = va_arg(*ap, int);
		most = given >= 0 ? (size_t)given : SIZE_MAX;
		fmt += 2;
	} else if (*fmt == '.') {
		for (most = 0, fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
			most = most * 10 + (size_t)(*fmt - '0');
	}
	if (*fmt == 's') {
		const char *s = va_arg(*ap, const char *);
		put(out, s, strnlen(s, most < LINE_ROOM ? most : LINE_ROOM));
	} else if (*fmt == 'u') {
		int n = snprintf(number, sizeof(number), "%u",
		    va_arg(*ap, unsigned));
		put(out, number, (size_t)n);
	} else {
		bug("a reason with %%%c", *fmt);
	}
	return fmt + 1;
}

void
add_why(struct matcher *m, struct match *ret, const char *fmt, ...)
{
	struct line_out out;
	va_list ap;

	out.n = 0;

	if (ret->n_why >= WHY_MAX)
		return;
	va_start(ap, fmt);
	while (*fmt != '\0') {
		size_t n = strcspn(fmt, "%");
		put(&out, fmt, n);
		fmt += n;
		if (*fmt == '%')
			fmt = put_value(&out, fmt + 1, &ap);
	}
	va_end(ap);
	out.text[out.n] = '\0';
	size_t n = text_cut(out.text, LINE_ROOM - 1);
	ret->why = arena_more(m->mem, ret->why, ret->n_why,
	    sizeof(*ret->why));
	ret->why[ret->n_why++] = arena_text_n(m->mem, out.text, n);
}

/* What the list calls it. */
static const char *
own_text(const struct match *m)
{
	return m->device.model[0] != '\0' ? m->device.model :
	    m->device.name[0] != '\0' ? m->device.name :
	    m->device.part_number;
}

/* Whose it is: the vendor, and who stands in front of the model. */
static const char *
own_makers(const struct matcher *m, const struct hit *h,
    const struct match *match)
{
	const struct index_class *c = index_class(m->ix, h->class);
	const struct index_kind *kind = c == NULL ? NULL :
	    index_kind(m->ix, c->kind);
	const char *both = kind == NULL ? "" : index_kind_vendor(m->ix, kind);

	return strstr(both, " / ") != NULL ? both : match->device.vendor;
}

static void
maker_why(struct matcher *m, const struct hit *h, const struct product *p,
    struct match *ret)
{
	const char *own = own_makers(m, h, ret);

	/* These name the maker themselves. */
	if (h->ident == INDEX_CPE || h->ident == INDEX_PURL ||
	    h->ident == INDEX_HASH)
		return;
	if (own[0] == '\0')
		add_why(m, ret, "the device list names no vendor");
	else if (p->vendor[0] == '\0' || maker_is_nobody(p->vendor))
		add_why(m, ret, "the publisher names no vendor apart");
	else if (h->maker == MAKER_GROUP)
		add_why(m, ret, "vendor %.128s is or was a part of %.128s",
		    p->vendor, own);
	else if (h->maker == MAKER_RIVALS)
		add_why(m, ret, "vendor %.128s may be %.128s; others begin "
		    "so too", p->vendor, own);
	else if (h->maker == MAKER_SHORT)
		add_why(m, ret, "vendor %.128s and %.128s: one is short for "
		    "the other", p->vendor, own);
	else if (h->ident == IDENT_ALIAS)
		return;		/* the rule's line says it */
	else if (h->maker == MAKER_NAMED)
		add_why(m, ret, "vendor %.128s stands in front of %.160s",
		    p->vendor, own_text(ret));
	else if (h->maker == MAKER_ALIAS)
		add_why(m, ret, "vendor %.128s is known as %.128s",
		    p->vendor, own);
	else
		add_why(m, ret, "vendor %.128s = %.128s", p->vendor, own);
}

/* A CPE led here that is not the device's own name. */
static void
cpe_why(struct matcher *m, const struct product *p, const char *own,
    struct match *ret)
{
	struct cpe theirs, ours;
	bool both = cpe_read(p->cpe, &theirs) == 0 &&
	    cpe_read(ret->device.cpe, &ours) == 0;

	if (both && (cpe_is_pattern(theirs.at[CPE_VENDOR]) ||
	    cpe_is_pattern(theirs.at[CPE_PRODUCT]) ||
	    cpe_is_pattern(theirs.at[CPE_PART])))
		add_why(m, ret, "cpe %.128s is of the publisher's pattern "
		    "%.128s", ret->device.cpe, p->cpe);
	else if (both && cpe_same_machine(&theirs, &ours))
		add_why(m, ret, "cpe %.128s and the publisher's %.128s are "
		    "one thing and its firmware", ret->device.cpe, p->cpe);
	else
		add_why(m, ret, "the publisher's cpe %.128s names %.128s",
		    p->cpe, own);
}

static void
name_why(struct matcher *m, const struct hit *h, const struct product *p,
    struct match *ret)
{
	const char *own = own_text(ret);
	const char *printed = p->product[0] != '\0' ? p->product :
	    product_printed(p);

	if (h->ident == INDEX_CPE && h->how != HOW_IDENTIFIER) {
		cpe_why(m, p, own, ret);
		return;
	}
	if (h->ident == INDEX_PURL && h->how != HOW_IDENTIFIER) {
		add_why(m, ret, "purl %.128s, in another release than the "
		    "publisher's", ret->device.purl);
		return;
	}
	if (h->ident == INDEX_SERIAL) {
		add_why(m, ret, "serial number %.64s", ret->device.serial);
		return;
	}
	if (hit_is_line(h)) {
		line_why(m, h, h->ident == IDENT_LINE ? own :
		    ret->device.part_number, printed, ret);
		return;
	}
	switch ((enum how)h->how) {
	case HOW_IDENTIFIER:
		if (h->ident == INDEX_CPE)
			add_why(m, ret, "cpe %.128s", ret->device.cpe);
		else if (h->ident == INDEX_PURL)
			add_why(m, ret, "purl %.128s", ret->device.purl);
		else if (h->ident == INDEX_HASH)
			add_why(m, ret, "the file's hash");
		else
			add_why(m, ret, ret->device.part_number[0] != '\0' ?
			    "order number %.64s of \"%.128s\"" :
			    "the order number in %.160s is that of "
			    "\"%.128s\"", ret->device.part_number[0] != '\0' ?
			    ret->device.part_number : own, printed);
		break;
	case HOW_SAME:
		add_why(m, ret, "product \"%.160s\" = %.160s", printed, own);
		break;
	case HOW_RESPELT:
		add_why(m, ret, h->ident == IDENT_ALIAS ?
		    "your aliases take product \"%.160s\" for %.160s" :
		    "product \"%.160s\" is %.160s in other words",
		    printed, own);
		break;
	case HOW_FAMILY:
		add_why(m, ret, "%.160s belongs to \"%.160s\"", own, printed);
		break;
	case HOW_WIDER:
		add_why(m, ret, "%.160s says more than the publisher's "
		    "\"%.160s\"", own, printed);
		break;
	case HOW_NARROWER:
		add_why(m, ret, "%.160s says less than the publisher's "
		    "\"%.160s\"", own, printed);
		break;
	case HOW_TEXT:
		break;
	}
}

static void
version_why(struct matcher *m, const struct hit *h, struct match *ret)
{
	uint32_t of = hit_is_whole(m, h) && h->verdict != VERDICT_UNKNOWN ?
	    m->a->products[h->product].on : h->product;
	const struct product *p = &m->a->products[version_product(m->a, of)];
	const struct range *r = product_range(m, of);
	const char *own = ret->device.version;
	const char *text = p->version + strspn(p->version, " ");

	if (text[0] == '\0')
		text = product_inner_version(m, p);
	if (r->run != NULL)
		text = r->run;

	if (p->version_kind == VERSION_NONE && r->all) {
		add_why(m, ret, "the publisher names no version");
	} else if (r->all && !r->narrowed) {
		add_why(m, ret, "all versions (\"%.160s\")", text);
	} else if (r->serial.there) {
		own = ret->device.serial;
		add_why(m, ret, own[0] == '\0' ? "the device's serial number "
		    "is not known%.0s; the publisher says \"%.160s\"" :
		    h->verdict == VERDICT_IN ? "serial number %.64s is in "
		    "\"%.160s\"" : "serial number %.64s is not in "
		    "\"%.160s\"", own, text);
	} else if (own[0] == '\0') {
		add_why(m, ret, "the device's version is not known; the "
		    "publisher says \"%.160s\"", text);
	} else if (h->part && h->verdict == VERDICT_UNKNOWN) {
		add_why(m, ret, "whether it is on what the publisher names is "
		    "not known; \"%.160s\" is said of its version", text);
	} else if (h->host && h->verdict == VERDICT_UNKNOWN) {
		add_why(m, ret, "\"%.160s\" is said of a part on it, of which "
		    "the version is not known", text);
	} else if (h->verdict == VERDICT_UNKNOWN && h->lone && !r->narrowed) {
		add_why(m, ret, "%.64s is not in \"%.160s\", but a lone lower "
		    "bound is often printed by mistake", own, text);
	} else if (h->verdict == VERDICT_UNKNOWN) {
		add_why(m, ret, "%.64s cannot be compared with \"%.160s\"",
		    own, text);
	} else {
		add_why(m, ret, "%.64s is %s \"%.160s\"", own, h->verdict ==
		    VERDICT_IN ? "in" : "not in", text);
	}
	if (h->lone && h->verdict == VERDICT_IN)
		add_why(m, ret, "check by hand: only a lower bound is "
		    "printed");
}

void
hit_why(struct matcher *m, const struct hit *h, enum why_step step,
    struct match *ret)
{
	if (h->product == NO_PRODUCT && hit_is_line(h)) {
		if (step == WHY_MAKER)
			line_why(m, h, h->ident == IDENT_LINE ?
			    own_text(ret) : ret->device.part_number, "", ret);
		return;
	}
	if (h->product == NO_PRODUCT) {
		if (step == WHY_MAKER)
			add_why(m, ret, "the text names %.160s %.160s",
			    h->ident == INDEX_ORDER ? "order number" :
			    ret->device.vendor, h->ident == INDEX_ORDER ?
			    ret->device.part_number : own_text(ret));
		return;
	}
	const struct product *p = &m->a->products[h->product], *part = p;
	if (h->part)
		p = &m->a->products[version_product(m->a, h->product)];
	else if (h->host && p->on < m->a->n_products)
		p = &m->a->products[p->on];
	switch (step) {
	case WHY_MAKER:
		if (part->relation[0] != '\0')
			add_why(m, ret, "\"%.200s\" (%.32s)",
			    product_printed(part), part->relation);
		maker_why(m, h, p, ret);
		break;
	case WHY_NAME:
		/* The firmware, or the module that has it. */
		if (h->part && part->of < m->a->n_products &&
		    m->a->products[part->of].relation[0] != '\0')
			add_why(m, ret, "%.160s is one of the products in it",
			    own_text(ret));
		else
			name_why(m, h, p, ret);
		break;
	case WHY_VERSION:
		version_why(m, h, ret);
		break;
	case WHY_ALIAS:
	case WHY_STATUS:
	case WHY_STEPS_:
		break;
	}
}
