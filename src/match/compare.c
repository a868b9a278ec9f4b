/* compare.c - two names, versions and ranges in words. */
#include <string.h>
#include "compare.h"
#include "base/buf.h"
#include "base/mem.h"

static unsigned
weight_of(const struct name *n, const struct name_token *t)
{
	if (t->kind == NAME_NOISE)
		return 0;
	if (t->kind == NAME_CODE)
		return token_is_strong(n, t) ? 6 : 4;
	return t->kind == NAME_LINE || token_is_weak(n, t) ? 1 : 3;
}

void
names_compare(const struct name *p, const struct name *d,
    struct compared *ret)
{
	bool their_code = false, our_code = false;

	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < p->n; i++) {
		unsigned w = weight_of(p, &p->token[i]);
		if (has_token(d, p->token[i].hash)) {
			ret->shared += w;
			ret->n_shared += w > 1;
			continue;
		}
		ret->theirs += w;
		ret->n_theirs += w > 1;
		their_code |= p->token[i].kind == NAME_CODE;
	}
	for (unsigned i = 0; i < d->n; i++) {
		unsigned w = weight_of(d, &d->token[i]);
		if (has_token(p, d->token[i].hash))
			continue;
		ret->ours += w;
		ret->n_ours += w > 1;
		our_code |= d->token[i].kind == NAME_CODE;
	}
	ret->codes_differ = their_code && our_code;
	unsigned all = ret->shared + ret->theirs + ret->ours;
	ret->score = p->key == d->key && p->n > 0 ? 100 : all == 0 ? 0 :
	    ret->shared * 100 / all;
}

static const char *
kind_in_words(const struct name *n, const struct name_token *t)
{
	switch (t->kind) {
	case NAME_CODE:
		return " (number)";
	case NAME_LINE:
		return " (line of versions)";
	case NAME_NOISE:
	case NAME_WORD:
		break;
	}
	return token_is_weak(n, t) ? " (says little)" : "";
}

/* Words of a that are (not) in b. */
static void
show_words(const struct name *a, const struct name *b, bool shared,
    const char *head, struct buf *out)
{
	bool any = false;

	for (unsigned i = 0; i < a->n; i++) {
		const struct name_token *t = &a->token[i];
		if (t->kind == NAME_NOISE || has_token(b, t->hash) != shared)
			continue;
		buf_puts(out, any ? ", " : out->len > 0 ? "; " : "");
		if (!any)
			buf_puts(out, head);
		any = true;
		buf_add(out, a->flat + t->at, t->len);
		buf_puts(out, kind_in_words(a, t));
	}
}

void
names_show(const struct name *p, const struct name *d, struct buf *out)
{
	show_words(p, d, true, "in both: ", out);
	show_words(p, d, false, "only the publisher says: ", out);
	show_words(d, p, false, "only the device list says: ", out);
	if (out->len == 0)
		buf_puts(out, "no word tells anything");
}

static void
show_letters(uint64_t v, struct buf *out)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		if ((v >> shift & 0xff) != 0)
			buf_byte(out, (char)(v >> shift & 0xff));
}

void
version_show(const struct version *v, struct buf *out)
{
	static const char *const tops[TOP_COUNT_] = { "R", "SP", "MP", "FP",
	    "CU", "Update", "HF", "Patch", "Build" };

	if (v->prefix != 0)
		show_letters(v->prefix, out);
	for (unsigned i = 0; i < v->n; i++) {
		const struct piece *p = &v->piece[i];
		if (i > 0 && !p->glued)
			buf_byte(out, '.');
		if (p->kind == PIECE_NUMBER)
			buf_printf(out, "%llu", (unsigned long long)p->value);
		else if (p->kind == PIECE_LETTERS)
			show_letters(p->value, out);
		else
			buf_byte(out, 'x');
	}
	for (int t = 0; t < TOP_COUNT_; t++)
		if (v->top[t] != 0)
			buf_printf(out, " %s %llu", tops[t],
			    (unsigned long long)(v->top[t] >> 20));
}

static void
show_bound(const struct bound *b, const char *sign, const char *or_equal,
    struct buf *out)
{
	buf_puts(out, b->strict ? sign : or_equal);
	buf_byte(out, ' ');
	if (b->readable)
		version_show(&b->version, out);
	else
		buf_puts(out, "(not readable)");
}

void
range_show(const struct range *r, struct buf *out)
{
	for (unsigned i = 0; i < r->n && i < 20; i++) {
		const struct span *s = &r->spans[i];
		buf_puts(out, i > 0 ? " or " : "");
		if (s->exact) {
			show_bound(&s->low, "=", "=", out);
			continue;
		}
		if (s->low.there)
			show_bound(&s->low, ">", ">=", out);
		buf_puts(out, s->low.there && s->high.there ? " and " : "");
		if (s->high.there)
			show_bound(&s->high, "<", "<=", out);
	}
	if (r->n > 20)
		buf_puts(out, " or ...");
}

const char *
device_name_text(const struct index *ix, uint32_t device)
{
	return index_column(ix, device, INDEX_COLUMN_model);
}
