/* explain_steps.c - what each step of matching found, in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "compare.h"
#include "explain_steps.h"
#include "lines.h"
#include "rules.h"
#include "verdicts.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"

static void say(struct explaining *e, struct explained_product *p,
    const char *name, enum step_result result, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

static void
say(struct explaining *e, struct explained_product *p, const char *name,
    enum step_result result, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text[text_cut(text, sizeof(text) - 1)] = '\0';
	p->steps = arena_more(e->m->mem, p->steps, p->n_steps,
	    sizeof(*p->steps));
	p->steps[p->n_steps++] = (struct step){ name, result,
	    arena_text(e->m->mem, text) };
}

static const char *
column(const struct explaining *e, enum index_column c)
{
	return index_column(e->m->ix, e->device, c);
}

/* --- steps --- */

void
explain_rule(struct explaining *e, struct explained_product *p,
    const struct hit *h)
{
	uint32_t number = e->l->n_rules > 0 ? rules_excluding(e->l,
	    e->device) : 0;

	if (number == 0 && h != NULL && !hit_is_line(h))
		number = h->rule;
	if (number == 0)
		return;
	const struct alias *a = e->m->rules->list[number - 1].alias;
	say(e, p, "alias", a->kind == ALIAS_EXCLUDE ? STEP_NO : STEP_YES,
	    "%s by %.200s%s%.300s", a->kind == ALIAS_EXCLUDE ? "excluded" :
	    "included", a->where, a->reason[0] != '\0' ? ": " : "",
	    a->reason);
}

/* What numbers the publisher gives, in words. */
static const char *
numbers_text(const struct explaining *e, const struct product *p)
{
	struct buf out = BUF_INIT(600);
	const char *ret;

	for (unsigned i = 0; i < e->l->n_codes && i < 5; i++)
		buf_printf(&out, "%s%s", i > 0 ? ", " : "order number ",
		    e->l->code[i]);
	if (e->l->n_codes > 5)
		buf_printf(&out, " and %u more", e->l->n_codes - 5);
	if (p->n_serials > 0)
		buf_printf(&out, "%s%u serial numbers", out.len > 0 ? ", " :
		    "", p->n_serials);
	if (p->cpe[0] != '\0')
		buf_printf(&out, "%s%.128s", out.len > 0 ? ", " : "", p->cpe);
	if (p->n_purls > 0)
		buf_printf(&out, "%s%.128s", out.len > 0 ? ", " : "",
		    p->purls[0]);
	if (p->n_hashes > 0)
		buf_printf(&out, "%s%u hashes", out.len > 0 ? ", " : "",
		    p->n_hashes);
	ret = arena_text(e->m->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static const char *
own_numbers(const struct explaining *e)
{
	const struct { const char *name; enum index_column c; } all[] = {
		{ "order number ", INDEX_COLUMN_part_number },
		{ "serial number ", INDEX_COLUMN_serial },
		{ "", INDEX_COLUMN_cpe }, { "", INDEX_COLUMN_purl },
	};
	struct buf out = BUF_INIT(600);
	const char *ret;

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (column(e, all[i].c)[0] != '\0')
			buf_printf(&out, "%s%s%.128s", out.len > 0 ? ", " : "",
			    all[i].name, column(e, all[i].c));
	if (column(e, INDEX_COLUMN_part_number)[0] == '\0' &&
	    e->own.n_codes > 0)
		buf_printf(&out, "%sorder number %s", out.len > 0 ? ", " : "",
		    e->own.code[0]);
	ret = arena_text(e->m->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

void
explain_identifier(struct explaining *e, struct explained_product *p,
    const struct product *named, const struct hit *h)
{
	const char *theirs = numbers_text(e, named), *ours = own_numbers(e);

	if (h != NULL && h->ident != 0 && h->ident != IDENT_ALIAS &&
	    !hit_is_line(h)) {
		bool whole = h->how == HOW_IDENTIFIER;
		bool names = h->ident == INDEX_CPE &&
		    column(e, INDEX_COLUMN_cpe)[0] == '\0';
		say(e, p, "identifier", STEP_YES, "%s of the publisher %s %s",
		    theirs, whole ? "=" : names ? "names" : "takes in",
		    names ? device_name_text(e->m->ix, e->device) : ours);
		return;
	}
	if (theirs[0] == '\0')
		say(e, p, "identifier", STEP_NOTE, "the publisher gives no "
		    "order number, serial number, CPE, purl or hash");
	else if (ours[0] == '\0')
		say(e, p, "identifier", STEP_NOTE, "the publisher gives %s, "
		    "the device list none", theirs);
	else
		say(e, p, "identifier", STEP_NOTE, "%s is not %s", ours,
		    theirs);
}

/* The line that makes two names one maker. */
static const char *
maker_line(const struct explaining *e, const struct maker *own)
{
	const struct maker *m = &e->l->maker;
	struct aliases all = { .n = 0 };
	struct unpack in;

	if (e->m->ix->n_rules > 0) {
		unpack_open(&in, e->m->ix->rules, e->m->ix->n_rules);
		aliases_unpack(&in, e->m->mem, &all);
	}
	for (uint32_t i = 0; i < all.n; i++) {
		const struct alias *a = &all.list[i];
		bool theirs = false, ours = false;
		for (uint32_t k = 0; k < a->n_names && a->kind ==
		    ALIAS_MAKER; k++) {
			uint64_t key = rules_vendor_key(a->names[k]);
			for (unsigned q = 0; q < m->n; q++)
				theirs |= m->key[q] == key;
			for (unsigned q = 0; q < own->n; q++)
				ours |= own->key[q] == key;
		}
		if (theirs && ours)
			return a->where;
	}
	return "the built-in table of makers";
}

bool
explain_vendor(struct explaining *e, struct explained_product *p,
    const struct product *named, const struct hit *h)
{
	const char *theirs = named->vendor;
	const char *ours = column(e, INDEX_COLUMN_vendor);
	enum maker_fit fit = maker_fits(e->l, e->kind);

	if (h != NULL && h->ident == IDENT_ALIAS)
		return true;
	if (h != NULL && h->maker == MAKER_NAMED)
		fit = MAKER_NAMED;
	if (ours[0] == '\0' || theirs[0] == '\0') {
		say(e, p, "vendor", STEP_UNSURE, ours[0] == '\0' ?
		    "the device list names no vendor" :
		    "the publisher names no vendor apart");
		return true;
	}
	switch (fit) {
	case MAKER_SAME:
		say(e, p, "vendor", STEP_YES, "\"%.128s\" = \"%.128s\"%s",
		    theirs, ours, strcmp(theirs, ours) == 0 ? "" :
		    ", but for spelling and legal form");
		break;
	case MAKER_NAMED:
		say(e, p, "vendor", STEP_YES, "the list's vendor is "
		    "\"%.128s\", its model begins with \"%.128s\"", ours,
		    theirs);
		break;
	case MAKER_ALIAS:
		say(e, p, "vendor", STEP_YES, "\"%.128s\" is known as "
		    "\"%.128s\" (%s)", theirs, ours, maker_line(e, e->l->own));
		break;
	case MAKER_GROUP:
		say(e, p, "vendor", STEP_UNSURE, "\"%.128s\" is or was a part "
		    "of \"%.128s\", whose name a list may have", theirs,
		    ours);
		break;
	case MAKER_SHORT:
	case MAKER_RIVALS:
		say(e, p, "vendor", STEP_UNSURE, "\"%.128s\" and \"%.128s\": "
		    "one is short for the other%s", theirs, ours, fit ==
		    MAKER_RIVALS ? ", but others begin so too" : "");
		break;
	case MAKER_NO:
		say(e, p, "vendor", h != NULL ? STEP_NOTE : STEP_NO,
		    "\"%.128s\" is not \"%.128s\", %s", theirs, ours,
		    h != NULL ? "but the identifier decides" :
		    "and no alias makes them one");
		break;
	}
	return fit != MAKER_NO;
}

static const char *
compared_text(struct explaining *e)
{
	struct buf out = BUF_INIT(1200);

	names_show(&e->l->name, &e->own, &out);
	const char *ret = arena_text(e->m->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static const struct candidate *
find_candidate(const struct explaining *e)
{
	uint32_t class = index_device_class(e->m->ix, e->device);
	const uint32_t own[] = {
		[CANDIDATE_KIND] = index_class(e->m->ix, class)->kind,
		[CANDIDATE_CLASS] = class,
		[CANDIDATE_DEVICE] = e->device,
	};

	for (uint32_t i = 0; i < e->l->n; i++) {
		const struct candidate *c = &e->l->list[i];
		if (own[c->of] - c->what < c->n)
			return c;
	}
	return NULL;
}

void
explain_lines(struct explaining *e, struct explained_product *p)
{
	uint32_t class = index_device_class(e->m->ix, e->device);
	uint32_t line = 0;

	while ((line = line_of_class(e->m, class, line)) != UINT32_MAX) {
		const struct alias *a = line_alias(e->m, line++);
		if (a != NULL)
			say(e, p, "product-line", STEP_YES, "its code %s "
			    "\"%.160s\", %.200s", a->kind == ALIAS_SYSTEM ?
			    "runs" : "is of the line", a->product, a->where);
	}
}

bool
explain_name(struct explaining *e, struct explained_product *p)
{
	const struct candidate *c = find_candidate(e);
	static const char *const hows[] = {
		[HOW_SAME] = "the same name",
		[HOW_RESPELT] = "the same in other words",
		[HOW_FAMILY] = "the publisher names a family that it belongs "
		    "to",
		[HOW_WIDER] = "the device list says more than the publisher, "
		    "so it may be another product",
		[HOW_NARROWER] = "the publisher says more than the device "
		    "list, so it may be another product",
	};

	if (c == NULL) {
		say(e, p, "product", STEP_NO, "another name: %s",
		    compared_text(e));
		return false;
	}
	if (c->ident == IDENT_ALIAS)
		say(e, p, "product", STEP_YES, "your aliases say so");
	else if (ident_is_line(c->ident))
		say(e, p, "product", c->how > HOW_FAMILY ? STEP_UNSURE :
		    STEP_YES, "%s", c->how > HOW_FAMILY ? "the publisher says "
		    "more or less than that line, or names a system" :
		    "the publisher names that line");
	else if (c->how == HOW_IDENTIFIER)
		say(e, p, "product", STEP_YES, "by its number; %s",
		    compared_text(e));
	else if (c->how < COUNT_OF(hows))
		say(e, p, "product", c->how > HOW_FAMILY ? STEP_UNSURE :
		    STEP_YES, "%s: %s", hows[c->how], compared_text(e));
	return true;
}

void
explain_refused(struct explaining *e, struct explained_product *p,
    const struct product *named)
{
	char order[ORDER_TEXT];
	int fits = hit_codes_fit(e->l, hit_device_order(e->m->ix, e->device,
	    &e->own, order));

	if (cpe_denies(e->l, e->device, HOW_NARROWER))
		say(e, p, "identifier", STEP_NO, "%s is not of %s",
		    column(e, INDEX_COLUMN_cpe), named->cpe);
	else if (fits == 0)
		say(e, p, "order-number", STEP_NO, "a sibling: %s is not %s",
		    own_numbers(e), numbers_text(e, named));
	else if (plus_differs(&e->l->name, &e->own))
		say(e, p, "product", STEP_NO, "the device list has a plus "
		    "behind a word, and the publisher has none");
	else
		say(e, p, "line", STEP_NO, "the publisher's name is of one "
		    "line of versions, and %.64s is not of it",
		    device_version_text(e->m, e->device));
}

static const char *
shown_version(struct explaining *e, const struct cell *cell)
{
	struct buf out = BUF_INIT(1200);

	cell_show(cell, &out);
	const char *ret = arena_text(e->m->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

static const char *
shown_range(struct explaining *e, const struct range *r)
{
	struct buf out = BUF_INIT(1200);

	range_show(r, &out);
	const char *ret = arena_text(e->m->mem, buf_text(&out));
	buf_clear(&out);
	return ret;
}

void
explain_version(struct explaining *e, struct explained_product *p,
    uint32_t product, const struct hit *h)
{
	struct matcher *m = e->m;
	const struct range *r = product_range(m, product);
	const char *printed = p->range + strspn(p->range, " ");
	const char *own = device_version_text(m, e->device);
	const struct cell *cell = printed_cell(m, own);
	bool known = cell != NULL && cell->n > 0;
	enum step_result result = h->verdict == VERDICT_IN ? STEP_YES :
	    h->verdict == VERDICT_OUT ? STEP_NO : STEP_UNSURE;
	const char *word = h->verdict == VERDICT_IN ? "is in" :
	    h->verdict == VERDICT_OUT ? "is not in" :
	    "cannot be compared with";

	if (r->all && !r->narrowed) {
		say(e, p, "version", result, printed[0] == '\0' ?
		    "the publisher names no version: all%.0s" :
		    "all versions (\"%.300s\")", printed);
	} else if (r->serial.there) {
		own = column(e, INDEX_COLUMN_serial);
		say(e, p, "version", result, "serial number \"%.64s\" %s "
		    "\"%.300s\"", own, word, printed);
	} else if (own[0] == '\0') {
		say(e, p, "version", result, "the device list has no version "
		    "to compare with \"%.300s\"", printed);
	} else if (r->vers != NULL) {
		say(e, p, "version", result, "\"%.64s\" %s \"%.300s\", by the "
		    "order of its own package world", own, word, printed);
	} else if (!known || !r->readable) {
		say(e, p, "version", result, "%s \"%.300s\" cannot be read as "
		    "%s", !known ? "the device's version" :
		    "the publisher's version", !known ? own : printed,
		    !known ? "a version" : "a range");
	} else {
		say(e, p, "version", result, "%.64s %s \"%.300s\": read as %s "
		    "and %s, by the order of firmware%s%s", own, word, printed,
		    shown_version(e, cell), shown_range(e, r), r->narrowed ?
		    "; it goes on with a condition that is not understood" :
		    "", h->lone ?
		    "; a lone lower bound is often printed by mistake" : "");
	}
	if (h->host && h->verdict == VERDICT_UNKNOWN)
		say(e, p, "version", STEP_UNSURE, "it is said of a part on "
		    "the device, whose version the list does not have");
}

void
explain_status(struct explaining *e, struct explained_product *p,
    uint32_t product)
{
	const struct matcher *m = e->m;
	uint32_t from = m->claim_at[product], to = m->claim_at[product + 1];
	struct buf out = BUF_INIT(1500);

	for (int c = 0; c < CLAIM_COUNT_; c++) {
		unsigned n = 0;
		for (uint32_t k = from; k < to; k++) {
			if (m->claims[k].claim != (enum claim)c)
				continue;
			const char *cve = m->a->vulns[m->claims[k].vuln].cve;
			if (n++ < 3)
				buf_printf(&out, "%s%.64s", n > 1 ? ", " :
				    arena_printf(m->mem, "%s%s for ",
				    out.len > 0 ? "; " : "",
				    claim_name((enum claim)c)),
				    cve[0] != '\0' ? cve :
				    "a vulnerability without a number");
		}
		if (n > 3)
			buf_printf(&out, " and %u more", n - 3);
	}
	if (from == to)
		say(e, p, "status", m->informs ? STEP_NOTE : STEP_UNSURE,
		    m->informs ? "an informational advisory gives none" :
		    "the publisher gives this product no status");
	else
		say(e, p, "status", STEP_NOTE, "%s", buf_text(&out));
	buf_clear(&out);
}

void
explain_words(struct explaining *e, struct explained_product *p)
{
	if (e->n_hits == 0)
		say(e, p, "text", STEP_NO, "it has no products, only a text, "
		    "and the text names this maker and model nowhere, word "
		    "for word, nor its order number");
	else
		say(e, p, "text", STEP_UNSURE, "it has no products, only a "
		    "text, and the text names the %s", e->hits[0].ident ==
		    INDEX_ORDER ? "order number" : "maker and the model");
}
