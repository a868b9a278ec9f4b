/* aliases.c - the file of aliases: one statement a line, names in quotes, a
 * quote within a name twice, # begins a remark. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "noun/aliases.h"
#include "pieces.h"

#define LEAST_ALIAS	(1u + 7u * LEAST_STR + LEAST_NUM)
#define USAGE_MAKER	"maker \"NAME\" = \"OTHER NAME\" ..."
#define USAGE_BRAND	"brand \"MAKER\" \"BRAND\" ..."
#define USAGE_DIVISION	"division \"MAKER\" = \"NAME OF ITS GROUP\" ..."
#define USAGE_SHORT	"short \"MAKER\" \"WORDS\" = \"IN SHORT\" ..."
#define USAGE_APART	"apart \"MAKER\" \"NAME\" ..."
#define USAGE_RULE(w)	w " \"VENDOR\" \"PRODUCT\" = \"MY VENDOR\" " \
	"\"MY MODEL\", or " w " \"VENDOR\" \"PRODUCT\" = device \"ID\""

#define USAGE_LINE(w)	w " \"VENDOR\" \"NAME\" = \"CODE\" ..."

static const char *const kind_names[ALIAS_KINDS_] = {
	[ALIAS_MAKER] = "maker",
	[ALIAS_INCLUDE] = "include",
	[ALIAS_EXCLUDE] = "exclude",
	[ALIAS_LINE] = "line",
	[ALIAS_SYSTEM] = "system",
	[ALIAS_BRAND] = "brand",
	[ALIAS_DIVISION] = "division",
	[ALIAS_SHORT] = "short",
	[ALIAS_APART] = "apart",
};

static const char *const usages[ALIAS_KINDS_] = {
	[ALIAS_MAKER] = USAGE_MAKER,
	[ALIAS_INCLUDE] = USAGE_RULE("include"),
	[ALIAS_EXCLUDE] = USAGE_RULE("exclude") ", and because \"REASON\"",
	[ALIAS_LINE] = USAGE_LINE("line"),
	[ALIAS_SYSTEM] = USAGE_LINE("system"),
	[ALIAS_BRAND] = USAGE_BRAND,
	[ALIAS_DIVISION] = USAGE_DIVISION,
	[ALIAS_SHORT] = USAGE_SHORT,
	[ALIAS_APART] = USAGE_APART,
};

const char *
alias_kind_name(enum alias_kind k)
{
	if ((unsigned)k >= ALIAS_KINDS_)
		bug("alias kind %d", (int)k);
	return kind_names[k];
}

/* --- one line --- */

enum word_kind { WORD_END, WORD_PLAIN, WORD_NAME, WORD_EQUAL, WORD_BAD };

struct line {
	const char	*at, *end;
	struct arena	*mem;
	enum word_kind	 kind;		/* of the word that comes next */
	const char	*text;		/* of a plain word or a name */
	const char	*fault;		/* of WORD_BAD */
};

static enum word_kind
bad_word(struct line *l, const char *fault)
{
	l->fault = fault;
	return WORD_BAD;
}

/* A name in its quotes, l->at behind the first. */
static enum word_kind
read_name(struct line *l)
{
	size_t n = 0;
	char *out = arena_alloc(l->mem, (size_t)(l->end - l->at) + 1);

	for (;; l->at++) {
		if (l->at == l->end)
			return bad_word(l, "a quote is not closed");
		if (*l->at == '"' && (++l->at == l->end || *l->at != '"'))
			break;
		out[n++] = *l->at;
	}
	out[n] = '\0';
	if (n > FIELD_MAX)
		return bad_word(l, "a name is longer than 1024 bytes");
	l->text = text_trim(l->mem, text_line(l->mem, out));
	return WORD_NAME;
}

static void
next_word(struct line *l)
{
	size_t n = 0;

	l->text = "";
	while (l->at < l->end && (*l->at == ' ' || *l->at == '\t' ||
	    *l->at == '\r'))
		l->at++;
	if (l->at == l->end || *l->at == '#') {
		l->kind = WORD_END;
		return;
	}
	if (*l->at == '"' || *l->at == '=') {
		l->kind = *l->at++ == '=' ? WORD_EQUAL : read_name(l);
		return;
	}
	while (l->at + n < l->end && l->at[n] >= 'a' && l->at[n] <= 'z')
		n++;
	if (n == 0 || n > 20) {
		l->kind = bad_word(l, "a name stands in quotes");
		return;
	}
	l->text = arena_text_n(l->mem, l->at, n);
	l->at += n;
	l->kind = WORD_PLAIN;
}

/* Takes a word of this kind and text (NULL = any); false: it is none. */
static bool
take(struct line *l, enum word_kind kind, const char *text, const char **ret)
{
	if (l->kind != kind || (text != NULL && !text_eq(text, l->text)))
		return false;
	if (ret != NULL)
		*ret = l->text;
	next_word(l);
	return true;
}

/* Lists codes of the device list behind a vendor and a name. */
static bool
is_coded(enum alias_kind k)
{
	return k == ALIAS_LINE || k == ALIAS_SYSTEM;
}

/* A maker, and names of his. */
static bool
is_listed(enum alias_kind k)
{
	return k == ALIAS_BRAND || k == ALIAS_APART;
}

/* So many names stand in front of the first "=". */
static uint32_t
names_in_front(enum alias_kind k)
{
	return is_listed(k) ? ALIAS_NAMES_MAX : k == ALIAS_SHORT ? 2 : 1;
}

static const char *
read_names(struct line *l, struct alias *a)
{
	uint32_t front = names_in_front(a->kind);
	const char *name;

	do {
		if (!take(l, WORD_NAME, NULL, &name) || name[0] == '\0')
			return "a name is missing";
		if (a->n_names == ALIAS_NAMES_MAX)
			return "more than 64 names";
		a->names = arena_more(l->mem, a->names, a->n_names,
		    sizeof(*a->names));
		a->names[a->n_names++] = name;
	} while (a->n_names < front ? a->n_names == 1 || l->kind ==
	    WORD_NAME : take(l, WORD_EQUAL, NULL, NULL));
	return a->n_names > (is_listed(a->kind) ? 1 : front) ||
	    a->kind == ALIAS_MAKER ? NULL : "a name is missing";
}

static const char *
read_rule(struct line *l, struct alias *a)
{
	if (!take(l, WORD_NAME, NULL, &a->vendor))
		return "the publisher's vendor is missing";
	take(l, WORD_NAME, NULL, &a->product);
	if (!take(l, WORD_EQUAL, NULL, NULL))
		return "\"=\" is missing between the publisher's names and "
		    "those of the device list";
	if (take(l, WORD_PLAIN, "device", NULL)) {
		if (!take(l, WORD_NAME, NULL, &a->device) ||
		    a->device[0] == '\0')
			return "the device's id is missing";
	} else {
		if (!take(l, WORD_NAME, NULL, &a->own_vendor))
			return "the device list's vendor is missing";
		take(l, WORD_NAME, NULL, &a->own_model);
	}
	if (take(l, WORD_PLAIN, "because", NULL) &&
	    !take(l, WORD_NAME, NULL, &a->reason))
		return "the reason is missing";
	if (a->kind == ALIAS_INCLUDE && a->product[0] == '\0')
		return "the publisher's product is missing; for makers of "
		    "several names there is: maker";
	if (a->kind == ALIAS_INCLUDE && a->device[0] == '\0' &&
	    a->own_model[0] == '\0')
		return "the device list's model is missing";
	if (a->vendor[0] == '\0' && a->product[0] == '\0')
		return "the publisher's vendor and product are both empty";
	if (a->device[0] == '\0' && a->own_vendor[0] == '\0' &&
	    a->own_model[0] == '\0')
		return "the device list's vendor and model are both empty";
	return NULL;
}

const char *
alias_code(const char *text, char out[ALIAS_CODE], unsigned *ret_head)
{
	unsigned n = 0, head = 0, digits = 0;
	bool wild = false;

	for (; *text != '\0'; text++) {
		char c = *text;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((unsigned char)c >= 0x80)
			return "a code has Latin letters and digits only";
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '?' || c == '*'))
			continue;
		if (n + 1 == ALIAS_CODE)
			return "a code is longer than 47 signs";
		if (n > 0 && out[n - 1] == '*')
			return "a * stands only at the end of a code";
		wild |= c == '?' || c == '*';
		head += !wild;
		digits += !wild && c <= '9';
		out[n++] = c;
	}
	out[n] = '\0';
	*ret_head = head;
	return (head >= 2 && digits > 0) || head >= 4 ? NULL :
	    "a code begins with two signs of which one is a digit, or with "
	    "four letters, before any ? or *";
}

/* A line of products, or a system, and the codes that are of it. */
static const char *
read_line(struct line *l, struct alias *a)
{
	char code[ALIAS_CODE];
	const char *name, *fault;
	unsigned head;

	if (!take(l, WORD_NAME, NULL, &a->vendor) || a->vendor[0] == '\0')
		return "the publisher's vendor is missing";
	if (!take(l, WORD_NAME, NULL, &a->product) || a->product[0] == '\0')
		return "the name that the publisher prints is missing";
	if (!take(l, WORD_EQUAL, NULL, NULL))
		return "\"=\" is missing between the publisher's names and the "
		    "codes of the device list";
	while (take(l, WORD_NAME, NULL, &name)) {
		fault = alias_code(name, code, &head);
		if (fault != NULL)
			return fault;
		if (a->n_names == ALIAS_NAMES_MAX)
			return "more than 64 codes";
		a->names = arena_more(l->mem, a->names, a->n_names,
		    sizeof(*a->names));
		a->names[a->n_names++] = name;
	}
	return a->n_names == 0 ? "a code is missing" : NULL;
}

static const char *
read_kind(struct line *l, struct alias *a)
{
	switch (a->kind) {
	case ALIAS_MAKER:
	case ALIAS_BRAND:
	case ALIAS_APART:
	case ALIAS_DIVISION:
	case ALIAS_SHORT:
		return read_names(l, a);
	case ALIAS_LINE:
	case ALIAS_SYSTEM:
		return read_line(l, a);
	case ALIAS_INCLUDE:
	case ALIAS_EXCLUDE:
	case ALIAS_KINDS_:
		break;
	}
	return read_rule(l, a);
}

static const char *
read_statement(struct line *l, struct alias *a, const char **ret_allowed)
{
	const char *word, *fault;
	int kind;

	*ret_allowed = "maker, include, exclude, line, system, brand, "
	    "division, short or apart";
	if (!take(l, WORD_PLAIN, NULL, &word))
		return "a line begins with what it does";
	kind = word_find(word, kind_names, ALIAS_KINDS_);
	if (kind < 0)
		return arena_printf(l->mem, "\"%s\" is not known", word);
	a->kind = (enum alias_kind)kind;
	*ret_allowed = usages[kind];
	fault = read_kind(l, a);
	if (l->kind == WORD_BAD)
		return l->fault;
	return fault != NULL || l->kind == WORD_END ? fault :
	    "there is more behind the end";
}

static void
alias_init(struct alias *a)
{
	memset(a, 0, sizeof(*a));
	a->where = a->vendor = a->product = a->own_vendor = a->own_model =
	    a->device = a->reason = "";
}

void
aliases_read(const char *path, const char *text, size_t n,
    struct arena *mem, struct aliases *ret, alias_complain *complain,
    void *ctx)
{
	const char *end = text + n, *allowed;
	unsigned number = 0, faults = 0;

	for (const char *s = text; s < end && faults <= ALIAS_FAULTS_MAX;) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		struct line l = { .at = s, .end = stop != NULL ? stop : end,
		    .mem = mem };
		struct alias a;
		const char *fault = NULL;

		number++;
		s = stop != NULL ? stop + 1 : end;
		alias_init(&a);
		if (!text_is_utf8(l.at, (size_t)(l.end - l.at)) ||
		    memchr(l.at, '\0', (size_t)(l.end - l.at)) != NULL) {
			fault = "this is no text in UTF-8";
			allowed = "UTF-8";
		} else {
			next_word(&l);
			if (l.kind == WORD_END)
				continue;
			fault = read_statement(&l, &a, &allowed);
		}
		if (fault == NULL && ret->n == ALIASES_MAX) {
			complain(ctx, number, "more than 20000 aliases; the "
			    "rest is not read");
			return;
		}
		if (fault != NULL) {
			complain(ctx, number, faults++ == ALIAS_FAULTS_MAX ?
			    "and more; the rest is not read" :
			    arena_printf(mem, "%s; allowed: %s", fault,
			    allowed));
			continue;
		}
		a.where = arena_printf(mem, "%.300s:%u", path, number);
		ret->list = arena_more(mem, ret->list, ret->n,
		    sizeof(*ret->list));
		ret->list[ret->n++] = a;
	}
}

/* --- back to text --- */

void
alias_quote(struct buf *out, const char *name)
{
	buf_byte(out, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"')
			buf_byte(out, '"');
		buf_byte(out, *name);
	}
	buf_byte(out, '"');
}

static void
show_pair(struct buf *out, const char *vendor, const char *product)
{
	buf_byte(out, ' ');
	alias_quote(out, vendor);
	if (product[0] != '\0') {
		buf_byte(out, ' ');
		alias_quote(out, product);
	}
}

void
alias_show(struct buf *out, const struct alias *a)
{
	bool coded = is_coded(a->kind), rule = a->kind == ALIAS_INCLUDE ||
	    a->kind == ALIAS_EXCLUDE;

	buf_puts(out, alias_kind_name(a->kind));
	if (coded || rule) {
		show_pair(out, a->vendor, a->product);
		buf_puts(out, " =");
	}
	for (uint32_t i = 0; i < a->n_names; i++) {
		buf_puts(out, coded || i < names_in_front(a->kind) ? " " :
		    " = ");
		alias_quote(out, a->names[i]);
	}
	if (!rule)
		return;
	if (a->device[0] != '\0') {
		buf_puts(out, " device ");
		alias_quote(out, a->device);
	} else {
		show_pair(out, a->own_vendor, a->own_model);
	}
	if (a->reason[0] != '\0') {
		buf_puts(out, " because ");
		alias_quote(out, a->reason);
	}
}

/* --- packed --- */

/* unpacked by aliases_unpack */
void
aliases_pack(struct buf *out, const struct aliases *list)
{
	pack_u32(out, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct alias *a = &list->list[i];
		pack_u8(out, (uint8_t)a->kind);
		pack_str(out, a->where);
		texts_pack(out, a->names, a->n_names);
		pack_str(out, a->vendor);
		pack_str(out, a->product);
		pack_str(out, a->own_vendor);
		pack_str(out, a->own_model);
		pack_str(out, a->device);
		pack_str(out, a->reason);
	}
}

/* packed by aliases_pack */
void
aliases_unpack(struct unpack *in, struct arena *mem, struct aliases *ret)
{
	/* Behind the operator's own may stand the built-in ones. */
	ret->list = list_unpack(in, mem, "aliases", ALIASES_MAX * 2,
	    LEAST_ALIAS, sizeof(*ret->list), &ret->n);
	for (uint32_t i = 0; i < ret->n && !in->bad; i++) {
		struct alias *a = &ret->list[i];
		a->kind = unpack_u8(in, "alias.kind", ALIAS_KINDS_ - 1);
		a->where = unpack_str(in, "alias.where", LINE_MAX_);
		a->names = texts_unpack(in, mem, "alias.names",
		    ALIAS_NAMES_MAX, FIELD_MAX, &a->n_names);
		a->vendor = unpack_str(in, "alias.vendor", FIELD_MAX);
		a->product = unpack_str(in, "alias.product", FIELD_MAX);
		a->own_vendor = unpack_str(in, "alias.own_vendor", FIELD_MAX);
		a->own_model = unpack_str(in, "alias.own_model", FIELD_MAX);
		a->device = unpack_str(in, "alias.device", FIELD_MAX);
		a->reason = unpack_str(in, "alias.reason", FIELD_MAX);
	}
	if (in->bad)
		ret->n = 0;
}
