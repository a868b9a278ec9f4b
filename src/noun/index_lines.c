/* index_lines.c - lists often hold a catalogue number where publishers print
 * the name of a line of products, or of the system that runs on it. What is
 * known of that (lines and systems of the aliases) is applied once, when the
 * index is built: each line that has devices becomes a kind of its own, found
 * by its name as any other is, and leads to them. */
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "index_build.h"
#include "index_fold.h"
#include "noun/aliases.h"
#include "noun/index.h"

/* Words that may stand in front of a code, beside those of the line. */
#define LEAD_WORDS	6u
/* A code so long, with so many digits, is no other maker's by chance. */
#define LONE_SIGNS	5u
#define LONE_DIGITS	2u

struct line {
	uint64_t	 vendor;	/* his key */
	uint32_t	 alias;
	uint32_t	 name;		/* string */
	bool		 system;
};

struct line_code {
	uint32_t	 line;
	uint32_t	 next;		/* + 1: begins with the same signs */
	uint8_t		 fixed;		/* signs that are no wildcards */
	bool		 lone;		/* tells the maker, too */
	char		 text[ALIAS_CODE];
};

/* Lines that one code may be of: of the series, and of its model. */
#define FITS_MAX	8u

/* What a text says of the lines that it is of. */
struct line_fit {
	const struct line_code *code[FITS_MAX];
	unsigned	 n;
	bool		 doubted;	/* other words stand before */
};

/* Few texts begin as a code does: a bit for each two first signs. */
static unsigned
pair_bit(char a, char b)
{
	unsigned x = is_digit(a) ? (unsigned)(a - '0') :
	    (unsigned)(a - 'a') % 26 + 10;
	unsigned y = is_digit(b) ? (unsigned)(b - '0') :
	    (unsigned)(b - 'a') % 26 + 10;

	return x * 36 + y;
}

static uint64_t
head_step(uint64_t h, char c)
{
	return (h ^ (unsigned char)c) * 0x100000001b3ull;
}

static uint64_t
head_key(uint64_t h, unsigned n)
{
	return index_key(0, n, h);
}

static void
add_code(struct index_builder *b, const char *text, uint32_t line)
{
	struct line_code code = { .line = line };
	unsigned head, digits = 0, signs = 0;
	uint64_t h = HASH_START;
	bool new = false;

	/* The builder may be given aliases that nobody read from a file. */
	if (alias_code(text, code.text, &head) != NULL)
		return;
	for (unsigned i = 0; code.text[i] != '\0'; i++) {
		char c = code.text[i];
		code.fixed = (uint8_t)(code.fixed + (c != '?' && c != '*'));
		digits += is_digit(c);
		if (i < head)
			h = head_step(h, c);
		signs += i < head;
	}
	code.lone = signs >= LONE_SIGNS && digits >= LONE_DIGITS;
	uint32_t *at = set_find(&b->line_heads, head_key(h, head), &new);
	code.next = new ? 0 : *at;
	*(struct line_code *)items_add(&b->line_codes, 1, sizeof(code)) = code;
	*at = (uint32_t)b->line_codes.n;
	b->line_lengths |= 1ull << head;
	unsigned pair = pair_bit(code.text[0], code.text[1]);
	b->line_pairs[pair / 64] |= 1ull << pair % 64;
}

void
lines_add(struct index_builder *b, const struct aliases *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct alias *a = &list->list[i];
		struct maker m;
		if (a->kind != ALIAS_LINE && a->kind != ALIAS_SYSTEM)
			continue;
		maker_read(a->vendor, &m);
		if (m.n == 0 || a->product[0] == '\0')
			continue;
		struct line *l = items_add(&b->lines, 1, sizeof(*l));
		*l = (struct line){ .vendor = m.key[0], .alias = i,
		    .name = keep_text(b, a->product),
		    .system = a->kind == ALIAS_SYSTEM };
		for (uint32_t k = 0; k < a->n_names; k++)
			add_code(b, a->names[k], (uint32_t)b->lines.n - 1);
	}
}

/* --- which line a text is of --- */

/* The next letter or digit at or behind s[*at]; '\0' at the end. */
static char
next_sign(const char *s, size_t len, size_t *at)
{
	while (*at < len && !fold_is_sign(s[*at]))
		++*at;
	return *at < len ? s[(*at)++] : '\0';
}

/* Does the text at `at` begin with the code? It ends where a word does, unless
 * anything may follow. */
static bool
code_fits(const char *code, const char *s, size_t len, size_t at)
{
	for (; *code != '\0'; code++) {
		if (*code == '*')
			return true;
		char c = next_sign(s, len, &at);
		if (c == '\0' || (*code != '?' && c != *code) ||
		    (*code == '?' && (unsigned char)c >= 0x80))
			return false;
	}
	return at == len || !fold_is_sign(s[at]);
}

static bool
is_maker(const struct index_builder *b, const struct line *l, uint64_t key)
{
	const struct index_vendor *vendors = b->vendors.at;
	const uint32_t *own = set_get(&b->vendor_set, l->vendor);
	const uint32_t *at = set_get(&b->vendor_set, key);

	return key == l->vendor || (own != NULL && at != NULL &&
	    vendors[*at].group == vendors[*own].group);
}

static bool
line_is_of(const struct index_builder *b, const struct line *l,
    const struct maker *m)
{
	for (unsigned i = 0; i < m->n; i++)
		if (is_maker(b, l, m->key[i]))
			return true;
	return false;
}

/* Words in front of a code that say only what kind of thing it is. */
static bool
is_plain_word(const char *s, size_t n)
{
	static const char *const words[] = { "plc", "sps", "cpu", "hmi",
	    "controller", "processor", "module", "switch", "router", "gateway",
	    "drive", "relay", "panel", "camera", "meter", "rtu", "pac",
	    "steuerung", "automate", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == n && memcmp(*w, s, n) == 0)
			return true;
	return false;
}

/* "Memory card for CPU 1214C" is none. */
static bool
parts_things(const char *s, size_t n)
{
	static const char *const words[] = { "for", "with", "without", "to",
	    "of", "from", "on", "in", "behind", "an", "am", "mit", "ohne", "zu",
	    "bei", "hinter", "pour", "avec", "sur", "per", "con", "para",
	    "ersatz", "battery", "spare", NULL };

	if (n == 3 && s[0] == 'f' && s[2] == 'r')
		return true;	/* fur, and as it folds */
	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == n && memcmp(*w, s, n) == 0)
			return true;
	return false;
}

/* "SIMATIC", "S7" in front of a code of the SIMATIC S7-1200. */
static bool
name_says(const char *name, const char *s, size_t n)
{
	char flat[NAME_RUN_MAX];
	size_t len = name_fold(name, flat, sizeof(flat));

	for (size_t at = 0; at < len; at++) {
		if ((at > 0 && fold_is_sign(flat[at - 1])) || len - at < n)
			continue;
		if (memcmp(flat + at, s, n) == 0 && (at + n == len ||
		    !fold_is_sign(flat[at + n])))
			return true;
	}
	return false;
}

/* Looks at the words in front of a code that fits: 0 they are the line's or
 * say nothing, 1 others, 2 they make another thing of it. */
static int
words_before(const struct index_builder *b, const struct line *l,
    const char *s, size_t end)
{
	const char *name = (const char *)b->strings.at + l->name;
	size_t first = end;
	unsigned n = 0;
	int worst = 0;

	for (size_t at = 0, to; at < end; at = to) {
		bool digit = false;
		while (at < end && !fold_is_sign(s[at]))
			at++;
		for (to = at; to < end && fold_is_sign(s[to]); to++)
			digit |= is_digit(s[to]);
		if (to == at)
			break;
		first = n == 0 ? at : first;
		if (++n > LEAD_WORDS || parts_things(s + at, to - at))
			return 2;
		if (name_says(name, s + at, to - at) ||
		    is_plain_word(s + at, to - at))
			continue;
		/* "Allen-Bradley" in front, in one word or more. */
		if (is_maker(b, l, name_hash(s, first, to))) {
			worst = 0;
			continue;
		}
		if (digit)
			return 2;
		worst = 1;
	}
	return worst;
}

static void
fit_add(struct line_fit *fit, const struct line_code *c)
{
	if (fit->n > 0 && c->fixed < fit->code[0]->fixed)
		return;
	if (fit->n > 0 && c->fixed > fit->code[0]->fixed)
		fit->n = 0;
	for (unsigned i = 0; i < fit->n; i++)
		if (fit->code[i]->line == c->line)
			return;
	if (fit->n < FITS_MAX)
		fit->code[fit->n++] = c;
}

/* The codes with the most signs, of one maker, that fit at one place. */
static void
fit_at(const struct index_builder *b, const struct line_text *t, const char *s,
    size_t len, size_t at, bool system, struct line_fit *fit)
{
	const struct line_code *all = b->line_codes.at;
	const struct line *lines = b->lines.at;
	uint64_t h = HASH_START;
	size_t to = at;
	char first = next_sign(s, len, &to), second = next_sign(s, len, &to);
	unsigned pair = pair_bit(first, second);

	if (second == '\0' || (b->line_pairs[pair / 64] >> pair % 64 & 1) == 0)
		return;
	to = at;
	for (unsigned n = 1; b->line_lengths >> n != 0; n++) {
		char c = next_sign(s, len, &to);
		if (c == '\0')
			break;
		h = head_step(h, c);
		const uint32_t *slot = (b->line_lengths >> n & 1) == 0 ? NULL :
		    set_get(&b->line_heads, head_key(h, n));
		for (uint32_t i = slot != NULL ? *slot : 0; i != 0;
		    i = all[i - 1].next) {
			const struct line_code *code = &all[i - 1];
			const struct line *l = &lines[code->line];
			if (l->system == system &&
			    code_fits(code->text, s, len, at) &&
			    (t->maker->n == 0 ? code->lone :
			    line_is_of(b, l, t->maker)))
				fit_add(fit, code);
		}
	}
}

/* Can a code begin here? Not within "XX-1756". */
static bool
is_start(const char *s, size_t at)
{
	return fold_is_sign(s[at]) && (at == 0 || (!fold_is_sign(s[at - 1]) &&
	    (s[at - 1] != '-' || at == 1 || !fold_is_sign(s[at - 2]))));
}

/* The first code in a folded text, if nothing before speaks against it; in a
 * part number none stands behind others. Alone in a bracket it is the device's
 * own number, whatever stands before, and better than one in doubt. */
static void
fit_text(const struct index_builder *b, const struct line_text *t,
    const char *s, size_t len, bool system, struct line_fit *fit)
{
	const struct line *lines = b->lines.at;
	unsigned words = t->part ? LEAD_WORDS : 0;
	struct line_fit doubted = { .n = 0 };

	fit->n = 0;
	fit->doubted = false;
	for (size_t at = 0; at < len; at++) {
		if (!is_start(s, at))
			continue;
		bool own = at > 0 && s[at - 1] == '(' &&
		    s[at + strcspn(s + at, " )")] == ')';
		if (words++ >= LEAD_WORDS + 1 && !own)
			continue;
		fit_at(b, t, s, len, at, system, fit);
		if (fit->n == 0)
			continue;
		int before = own ? 0 : words_before(b,
		    &lines[fit->code[0]->line], s, at);
		if (before == 0)
			return;
		if (before == 1)
			doubted = *fit;
		fit->n = 0;
		words = LEAD_WORDS + 1;
	}
	*fit = doubted;
	fit->doubted = true;
}

/* --- kinds for lines --- */

static uint64_t
line_key(enum line_key key, uint32_t kind)
{
	return index_key(INDEX_LINE, key, kind);
}

/* The kind that stands for a line in lists that spell its maker so. */
static uint32_t
line_kind(struct index_builder *b, uint32_t line, uint32_t vendor,
    uint64_t ident, const struct maker *m)
{
	const struct line *l = (const struct line *)b->lines.at + line;
	struct index_model model = { .vendor = vendor, .model = l->name };
	uint32_t alias = l->alias;
	bool new = false;
	struct name name;

	uint32_t *at = set_find(&b->line_kinds, index_key(0, line, ident),
	    &new);
	if (!new)
		return *at;
	*at = model.kind = (uint32_t)b->kinds.n;
	*(struct index_model *)items_add(&b->models, 1, sizeof(model)) = model;
	name_read((const char *)b->strings.at + model.model, m, &name);
	add_kind(b, &name, m, ident, INDEX_LINE_KIND);
	add_pair(b, line_key(LINE_ALIAS, model.kind), alias);
	return model.kind;
}

static void
take_fit(struct index_builder *b, const struct line_text *t,
    const struct line_fit *fit, uint32_t number)
{
	for (unsigned i = 0; i < fit->n; i++) {
		uint32_t kind = line_kind(b, fit->code[i]->line, t->vendor,
		    t->ident, t->maker);
		uint64_t by_model = index_key(0, UINT32_MAX - kind, t->kind);
		bool new = false;
		if (t->part && set_get(&b->line_kinds, by_model) != NULL)
			continue;
		if (!t->part) {
			set_find(&b->line_kinds, by_model, &new);
			add_pair(b, line_key(LINE_OF, number), kind);
		}
		enum line_key key = t->part ? LINE_CLASSES : fit->doubted ?
		    LINE_DOUBTED : LINE_KINDS;
		add_pair(b, line_key(key, kind), number);
	}
}

/* Is there any line of this maker? */
static bool
has_any(struct index_builder *b, const struct line_text *t)
{
	const struct line *lines = b->lines.at;
	bool new = false;

	if (t->maker->n == 0)
		return true;
	uint32_t *known = set_find(&b->line_makers, t->ident, &new);
	if (new) {
		*known = 0;
		for (size_t i = 0; i < b->lines.n && *known == 0; i++)
			*known = line_is_of(b, &lines[i], t->maker);
	}
	return *known != 0;
}

/* A model's text, or a part number, of devices of one maker. */
void
lines_of(struct index_builder *b, const struct line_text *t, uint32_t number)
{
	struct line_fit fit;
	char flat[NAME_RUN_MAX];
	size_t len;

	if (b->lines.n == 0 || t->text[0] == '\0' || !has_any(b, t))
		return;
	len = name_fold(t->text, flat, sizeof(flat));
	for (int system = 0; system < 2; system++) {
		fit_text(b, t, flat, len, system == 1, &fit);
		take_fit(b, t, &fit, number);
	}
}
