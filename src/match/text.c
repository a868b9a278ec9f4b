/* text.c - devices that a text names: items of RSS feeds, notices, mails.
 *
 * Makers known to the index are looked for, then their models, word by word.
 * What is found is named, no more: nobody compared a version. */
#include <stdlib.h>
#include <string.h>
#include "lines.h"
#include "matching.h"
#include "names.h"
#include "base/mem.h"

#define WORDS_MAX	20000u		/* of one text that are looked at */
#define RUN_WORDS	6u		/* longest name looked for */
#define FRONT_WORDS	3u		/* of a list of numbers */
#define MAKERS_MAX	64u

struct word {
	uint32_t	 at, end;
};

struct reader {
	struct matcher	*m;
	char		*flat;
	struct word	*word;
	uint32_t	 n;
	uint32_t	 group[MAKERS_MAX];
	unsigned	 n_groups;
};

static bool
is_sign(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (signed char)c < 0;
}

/* Folded words; hyphens stay within words that have digits, as in names. */
static void
split_words(struct reader *r, size_t len)
{
	const char *s = r->flat;

	r->word = arena_alloc(r->m->mem, (WORDS_MAX + 1) * sizeof(*r->word));
	for (size_t at = 0; at < len && r->n < WORDS_MAX;) {
		if (!is_sign(s[at])) {
			at++;
			continue;
		}
		size_t end = at;
		while (end < len && is_sign(s[end]))
			end++;
		r->word[r->n].at = (uint32_t)at;
		r->word[r->n++].end = (uint32_t)end;
		at = end;
	}
}

static void
add_group(struct reader *r, uint32_t group)
{
	for (unsigned i = 0; i < r->n_groups; i++)
		if (r->group[i] == group)
			return;
	if (group != INDEX_NO_VENDOR && r->n_groups < MAKERS_MAX)
		r->group[r->n_groups++] = group;
}

/* A maker by his name, or one whose name begins so, if there is but one. */
static void
add_maker(struct reader *r, uint64_t key)
{
	uint32_t group = index_group(r->m->ix, key);
	struct index_run run = index_find(r->m->ix, index_key(INDEX_MAKER, 0,
	    key));

	add_group(r, group);
	if (group == INDEX_NO_VENDOR && run.n == 1)
		add_group(r, run.at[0] >> 2);
}

static void
find_text_makers(struct reader *r)
{
	struct maker one;

	for (uint32_t i = 0; i < r->n; i++) {
		for (uint32_t k = 1; k <= 4 && i + k <= r->n; k++) {
			uint32_t at = r->word[i].at;
			uint32_t end = r->word[i + k - 1].end;
			if (end - at >= 120)
				break;
			/* No comma may stand within a maker's name. */
			if (k > 1 && memchr(r->flat + at, ',', end - at))
				break;
			add_maker(r, name_hash(r->flat, at, end));
		}
	}
	maker_read(r->m->a->publisher, &one);
	for (unsigned i = 0; i < one.n; i++) {
		add_maker(r, one.key[i]);
		for (unsigned k = 0; k < one.n_starts[i]; k++)
			if (one.plain[i] >> k & 1)
				add_maker(r, one.start[i][k]);
	}
}

static const struct hit named = { .device = ALL_DEVICES,
    .product = NO_PRODUCT, .how = HOW_TEXT, .maker = MAKER_SAME,
    .verdict = VERDICT_UNKNOWN };

static void
hit_classes(struct reader *r, uint32_t class, uint32_t n, enum index_key ident)
{
	struct hit h = named;

	h.class = class;
	h.n = n;
	h.ident = (uint8_t)ident;
	add_hit(r->m, &h);
}

static void
hit_kind(struct reader *r, uint32_t number)
{
	const struct index_kind *kind = index_kind(r->m->ix, number);

	if (kind != NULL && kind->flags & INDEX_LINE_KIND)
		line_named(r->m, number, named);
	else if (kind != NULL)
		hit_classes(r, kind->first, kind->n, 0);
}

/* Words that texts use for anything. */
static bool
is_common(const char *s, size_t n)
{
	static const char *const words[] = { "controller", "controllers",
	    "gateway", "router", "switch", "server", "client", "camera",
	    "panel", "module", "sensor", "software", "firmware", "device",
	    "devices", "system", "systems", "monitor", "station", "viewer",
	    "manager", "studio", "portal", "mobile", "cloud", "control",
	    "platform", "service", "services", "security", "update", "drive",
	    "meter", "printer", "scanner", "network", "web server", "access",
	    "connect", "center", "remote", "power", "product", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == n && memcmp(s, *w, n) == 0)
			return true;
	return false;
}

/* A word alone must be long, or have a digit, to be taken for a name; digits
 * alone have a hyphen, as "750-8212". */
static bool
run_can_name(const struct reader *r, uint32_t i, uint32_t k)
{
	size_t signs = 0;
	bool digit = false, letter = false, hyphen = false;

	for (uint32_t at = r->word[i].at; at < r->word[i + k - 1].end; at++) {
		char c = r->flat[at];
		signs += is_sign(c);
		hyphen |= c == '-';
		digit |= c >= '0' && c <= '9';
		letter |= is_sign(c) && !(c >= '0' && c <= '9');
	}
	uint32_t at = r->word[i].at, end = r->word[i + k - 1].end;
	return (letter || (hyphen && signs >= 6)) &&
	    (signs >= 4 || (digit && signs >= 3)) &&
	    !is_common(r->flat + at, end - at);
}

/* Models of a maker in the text that are called so. */
static void
hit_named(struct reader *r, uint64_t hash)
{
	static const enum index_key keys[] = { INDEX_NAME, INDEX_CORE };

	for (unsigned g = 0; g < r->n_groups; g++) {
		for (unsigned q = 0; q < COUNT_OF(keys); q++) {
			struct index_run run = index_find(r->m->ix,
			    index_key(keys[q], r->group[g], hash));
			for (uint32_t d = 0; d < run.n; d++)
				hit_kind(r, run.at[d]);
		}
	}
}

static bool
text_says(struct reader *r, const char *s, size_t n)
{
	bool found = false;

	r->m->tried += r->n / 16;
	for (uint32_t i = 0; i < r->n && !found; i++)
		found = r->word[i].end - r->word[i].at == n &&
		    memcmp(r->flat + r->word[i].at, s, n) == 0;
	return found;
}

/* Does the kind say nothing beyond its number but what the text says too, what
 * kind of thing it is, and the letter of its series? */
static bool
says_no_more(struct reader *r, const struct index_kind *kind, uint64_t number)
{
	struct name own;

	index_kind_name(r->m->ix, kind, &own);
	for (unsigned i = 0; i < own.n; i++) {
		const struct name_token *t = &own.token[i];
		if (t->hash != number && t->len > 1 &&
		    !token_is_weak(&own, t) &&
		    !text_says(r, own.flat + t->at, t->len))
			return false;
	}
	return own.n > 1;
}

/* Models that have this number, and other words that the text has elsewhere, or
 * that say little: "1756-EN3TR/B", "XB208 SCALANCE (6GK5208-0BA00-2AB2)". */
static void
hit_number(struct reader *r, const char *s, size_t n)
{
	unsigned digits = 0, letters = 0;

	for (size_t i = 0; i < n; i++) {
		digits += s[i] >= '0' && s[i] <= '9';
		letters += s[i] >= 'a' && s[i] <= 'z';
	}
	if (digits < 2 || letters < 1 || digits + letters < 5 ||
	    memchr(s, ' ', n) != NULL)
		return;
	uint64_t number = name_hash(s, 0, n);
	for (unsigned g = 0; g < r->n_groups && r->m->tried < TRIED_MAX; g++) {
		struct index_run run = index_find(r->m->ix,
		    index_key(INDEX_LEAD, r->group[g], number));
		for (uint32_t i = 0; i < run.n; i++) {
			const struct index_kind *kind = index_kind(r->m->ix,
			    run.at[i]);
			if (kind != NULL && says_no_more(r, kind, number))
				hit_kind(r, run.at[i]);
		}
	}
}

/* Names that stand in the text word by word. */
static void
find_names(struct reader *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		for (uint32_t k = 1; k <= RUN_WORDS && i + k <= r->n; k++) {
			uint32_t at = r->word[i].at;
			uint32_t end = r->word[i + k - 1].end;
			if (end - at >= 200)
				break;
			if (!run_can_name(r, i, k))
				continue;
			hit_named(r, name_hash(r->flat, at, end));
			hit_number(r, r->flat + at, end - at);
		}
	}
}

/* What parts the numbers of a list: ", ", "/", " and ". */
static bool
is_joint(const char *s, size_t n)
{
	static const char *const joints[] = { ",", "/", "&", "and", "or",
	    ", and", ", or", NULL };

	while (n > 0 && *s == ' ')
		s++, n--;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	for (const char *const *j = joints; *j != NULL; j++)
		if (strlen(*j) == n && memcmp(*j, s, n) == 0)
			return true;
	return false;
}

static bool
has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= '0' && s[i] <= '9')
			return true;
	return false;
}

/* A number of a list with the words that stand in front of the list. */
static void
find_fronted(struct reader *r, uint32_t first, const char *s, size_t n)
{
	char name[200];
	uint32_t end = r->word[first].at;

	for (uint32_t f = first; f > 0 && first - f < FRONT_WORDS; f--) {
		uint32_t at = r->word[f - 1].at;
		if (r->word[f].at != r->word[f - 1].end + 1 ||
		    strchr(" -", r->flat[r->word[f].at - 1]) == NULL ||
		    end - at + n >= sizeof(name))
			return;
		memcpy(name, r->flat + at, end - at);
		memcpy(name + (end - at), s, n);
		hit_named(r, name_hash(name, 0, end - at + n));
	}
}

/* "Rover 5110, 5130 and 5150": each is a Rover. */
static void
find_lists(struct reader *r)
{
	uint32_t first = 0, last = 0;	/* its first word; where it ends */

	for (uint32_t i = 0, k; i < r->n; i = k) {
		const char *s = r->flat + r->word[i].at;
		for (k = i + 1; k < r->n && r->word[k].at ==
		    r->word[k - 1].end + 1 && strchr("-._",
		    r->flat[r->word[k].at - 1]) != NULL; k++)
			;
		size_t n = r->word[k - 1].end - r->word[i].at;
		if (!has_digit(s, n))
			continue;
		if (last > 0 && is_joint(r->flat + last, r->word[i].at - last))
			find_fronted(r, first, s, n);
		else
			first = i;
		last = r->word[k - 1].end;
	}
}

/* Order numbers that stand in the text, of any maker: they are long enough to
 * be nobody else's. */
static void
find_orders(struct reader *r, const char *text)
{
	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " \t\n\r,;()[]\"'<>");
		char raw[64], order[ORDER_TEXT];
		unsigned digits = 0;
		for (size_t i = 0; i < n; i++)
			digits += p[i] >= '0' && p[i] <= '9';
		if (n >= 7 && n < sizeof(raw) && digits >= 4) {
			memcpy(raw, p, n);
			raw[n] = '\0';
			size_t len = order_read(raw, order, sizeof(order));
			struct index_run run = { .n = 0 };
			if (len >= 7 && !order_is_pattern(order))
				run = index_find(r->m->ix, index_key(
				    INDEX_ORDER, 0, index_hash(order, len)));
			for (uint32_t i = 0; i < run.n; i++)
				hit_classes(r, run.at[i], 1, INDEX_ORDER);
		}
		p += n;
		p += strspn(p, " \t\n\r,;()[]\"'<>");
	}
}

void
match_text(struct matcher *m)
{
	const struct advisory *a = m->a;
	struct reader r = { .m = m };
	size_t room = strlen(a->title) + strlen(a->summary) +
	    strlen(a->text) + 16;

	for (uint32_t i = 0; i < a->n_notes; i++)
		room += strlen(a->notes[i].text) + 1;
	char *text = arena_alloc(m->mem, room);
	size_t len = 0;
	const char *parts[] = { a->title, a->summary, a->text };
	for (size_t i = 0; i < COUNT_OF(parts) + a->n_notes; i++) {
		const char *s = i < COUNT_OF(parts) ? parts[i] :
		    a->notes[i - COUNT_OF(parts)].text;
		size_t n = strlen(s);
		memcpy(text + len, s, n);
		len += n;
		text[len++] = '\n';
	}
	text[len] = '\0';
	r.flat = arena_alloc(m->mem, len + 16);
	len = name_fold(text, r.flat, len + 16);
	split_words(&r, len);
	find_text_makers(&r);
	find_names(&r);
	find_lists(&r);
	find_orders(&r, text);
}
