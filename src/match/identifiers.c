/* identifiers.c - devices by number: order and model numbers, serial numbers,
 * CPE, package URLs, digests of files. */
#include <string.h>
#include <strings.h>
#include "cpe.h"
#include "names.h"
#include "base/text.h"

#define CODES_MAX 4096u
/* Devices that patterns are compared with, in one advisory: a hostile one would
 * keep us for hours. */
#define PATTERNS_TRIED_MAX 4000000u
#define NUMBERS_COMPARED_MAX 100000000u
/* A shorter part of a number would fit too much (CSAF 2.0, 3.1.3.3.6). */
#define PART_MIN 5u
/* Numbers of so many signs are nobody else's of the same maker. */
#define ITEM_MIN 7u

void
add_code(struct lookup *l, const char *text)
{
	char order[ORDER_TEXT];
	size_t n = order_read(text, order, sizeof(order));

	if (n == 0 || n >= sizeof(l->code[0]) || l->n_codes == CODES_MAX)
		return;
	for (unsigned i = 0; i < l->n_codes && i < 64; i++)
		if (strcmp(l->code[i], order) == 0)
			return;
	l->code = arena_more(l->m->mem, l->code, l->n_codes,
	    sizeof(*l->code));
	memcpy(l->code[l->n_codes++], order, n + 1);
}

static void
take(struct lookup *l, uint32_t what, enum candidate_of of, enum how how,
    enum index_key ident)
{
	const struct index *ix = l->m->ix;
	const struct index_class *class = index_class(ix,
	    of == CANDIDATE_DEVICE ? index_device_class(ix, what) : what);

	if (class == NULL)
		return;
	const struct index_kind *kind = index_kind(ix, class->kind);
	enum maker_fit fit = maker_fits(l, kind);
	if (fit == MAKER_NO)
		return;
	/* A list that names no maker: the number itself is enough. */
	if (fit == MAKER_ALIAS && index_kind_vendor(ix, kind)[0] == '\0')
		fit = MAKER_SAME;
	add_candidate(l, what, of, how, ident, fit);
}

/* A number leads to all classes of a model, one behind the other: how many of
 * those behind the first go into its candidate. */
static uint32_t
take_on(struct lookup *l, struct candidate *c, const uint32_t *classes,
    uint32_t n)
{
	const struct index *ix = l->m->ix;
	uint32_t more = 1;

	if (c->of != CANDIDATE_CLASS)
		return 0;
	while (more < n && classes[more] == c->what + more &&
	    classes[more] < ix->n_classes && ix->classes[classes[more]].kind ==
	    ix->classes[c->what].kind)
		more++;
	c->n = more;
	return more - 1;
}

static void
take_all(struct lookup *l, struct index_run run, enum candidate_of of,
    enum index_key ident)
{
	for (uint32_t i = 0; i < run.n; i++) {
		uint32_t before = l->n;
		take(l, run.at[i], of, HOW_IDENTIFIER, ident);
		if (l->n > before)
			i += take_on(l, &l->list[before], run.at + i,
			    run.n - i);
	}
}

/* The classes of a kind by the number in its model: those that have a part
 * number are found by that. */
static void
take_kind(struct lookup *l, uint32_t number, enum how how)
{
	const struct index *ix = l->m->ix;
	const struct index_kind *kind = index_kind(ix, number);
	uint32_t before = l->n;

	if (kind == NULL || kind->n == 0)
		return;
	if ((kind->flags & INDEX_PARTS) == 0) {
		take(l, kind->first, CANDIDATE_CLASS, how, INDEX_ORDER);
		if (l->n > before)
			l->list[before].n = kind->n;
		return;
	}
	for (uint32_t i = kind->first; i < kind->first + kind->n; i++)
		if ((ix->classes[i].has & CLASS_HAS_PART) == 0)
			take(l, i, CANDIDATE_CLASS, how, INDEX_ORDER);
}

static char
upper_of(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* "1756-EN2TR" begins with 1756-EN2T and is a sibling: one sign more in the
 * same word. "6ES7212-1AE40-0XB0" was cut at 1AE4. */
static bool
is_one_more(const char *s, const char *code)
{
	for (; *code != '\0'; s++) {
		if (*s == '\0')
			return false;
		if (!is_alnum(*s))
			continue;
		if (*code != '?' && *code != upper_of(*s))
			return false;
		code++;
	}
	return is_alnum(s[0]) && !is_alnum(s[1]) &&
	    (s[1] != '-' || s[0] > '9');
}

/* Of the part number, or a word of the model's name. */
static bool
is_sibling(const struct index *ix, uint32_t number, enum index_numbered of,
    const char *code)
{
	const char *text = of == NUMBERED_CLASS ? index_class_column(ix, number,
	    INDEX_COLUMN_part_number) : index_kind_model(ix, index_kind(ix,
	    number));

	for (const char *s = text; *s != '\0'; s++)
		if ((s == text || !is_alnum(s[-1])) &&
		    is_alnum(*s) && is_one_more(s, code))
			return true;
	return false;
}

/* What of these has a number that fits the pattern, or begins with it. */
static void
find_numbered(struct lookup *l, const char *code, enum index_numbered of)
{
	const struct index *ix = l->m->ix;
	struct index_run run = index_numbers(ix, of, code);
	char open[ORDER_TEXT];
	size_t n = strlen(code);

	l->m->compared += run.n;
	if (n + 2 > sizeof(open) || l->m->compared > NUMBERS_COMPARED_MAX)
		return;
	memcpy(open, code, n);
	memcpy(open + n, "*", 2);
	for (uint32_t i = 0; i < run.n; i++) {
		char own[ORDER_TEXT];
		index_number(ix, run.at[i], of, own);
		bool whole = text_glob(code, own);
		if (!whole && (n < PART_MIN || l->p->whole_numbers ||
		    !text_glob(open, own)))
			continue;
		enum how how = whole ? HOW_IDENTIFIER :
		    of != NUMBERED_DEVICE && is_sibling(ix, run.at[i], of,
		    code) ? HOW_WIDER : HOW_FAMILY;
		if (of == NUMBERED_KIND)
			take_kind(l, run.at[i], how);
		else if (of == NUMBERED_CLASS)
			take(l, run.at[i], CANDIDATE_CLASS, how, INDEX_ORDER);
		else
			take(l, run.at[i], CANDIDATE_DEVICE, how,
			    INDEX_SERIAL);
	}
}

void
find_order_pattern(struct lookup *l, const char *code)
{
	find_numbered(l, code, NUMBERED_CLASS);
}

static void
find_code(struct lookup *l, const char *code, bool part)
{
	if (!order_is_pattern(code))
		take_all(l, index_find(l->m->ix, index_key(INDEX_ORDER, 0,
		    index_hash(code, strlen(code)))), CANDIDATE_CLASS,
		    INDEX_ORDER);
	if (!order_is_pattern(code) && !(part && strlen(code) >= PART_MIN))
		return;
	find_numbered(l, code, NUMBERED_CLASS);
	/* Those in the product's name series.c compares with a model's. */
	if (part)
		find_numbered(l, code, NUMBERED_KIND);
}

/* "FL SWITCH 3005 - 2891030" of the list: an item number of digits alone, which
 * looks like no order code but is the publisher's. */
static void
find_item(struct lookup *l, const char *code)
{
	size_t n = strlen(code);

	if (n < ITEM_MIN || strspn(code, "0123456789") != n)
		return;
	for (unsigned g = 0; g < l->n_groups; g++) {
		struct index_run run = index_find(l->m->ix, index_key(
		    INDEX_WORD, l->group[g], name_hash(code, 0, n)));
		for (uint32_t i = 0; i < run.n; i++) {
			const struct index_kind *kind = index_kind(l->m->ix,
			    run.at[i]);
			if (kind != NULL)
				add_candidate(l, run.at[i], CANDIDATE_KIND,
				    HOW_IDENTIFIER, INDEX_ORDER,
				    maker_fits(l, kind));
		}
	}
}

/* "Micro850 2080-LC50-48QWB": a word of the name that is the order number of
 * devices. */
static void
find_words(struct lookup *l)
{
	for (unsigned i = 0; i < l->name.n; i++) {
		const struct name_token *t = &l->name.token[i];
		char word[ORDER_TEXT], order[ORDER_TEXT];
		if (t->kind != NAME_CODE || t->len < ITEM_MIN ||
		    t->len >= sizeof(word) || !token_is_strong(&l->name, t))
			continue;
		for (unsigned k = 0; k < t->len; k++)
			word[k] = l->name.flat[t->at + k] == 'x' ? 'X' :
			    l->name.flat[t->at + k];
		word[t->len] = '\0';
		size_t n = order_read(word, order, sizeof(order));
		unsigned digits = 0;
		for (size_t k = 0; k < n; k++)
			digits += order[k] >= '0' && order[k] <= '9';
		if (n >= ITEM_MIN && digits >= 4 && !order_is_pattern(order))
			take_all(l, index_find(l->m->ix, index_key(INDEX_ORDER,
			    0, index_hash(order, n))), CANDIDATE_CLASS,
			    INDEX_ORDER);
	}
}

bool
serial_is_own(const struct product *p, const char *serial)
{
	char own[ORDER_TEXT], want[ORDER_TEXT];
	size_t n = order_read(serial, own, sizeof(own));

	if (n < ITEM_MIN || strspn(own, "0123456789") == n)
		return false;
	for (uint32_t i = 0; i < p->n_serials; i++)
		if (order_read(p->serials[i], want, sizeof(want)) == n &&
		    memcmp(own, want, n) == 0)
			return true;
	return false;
}

static void
find_serials(struct lookup *l)
{
	for (uint32_t i = 0; i < l->p->n_serials; i++) {
		char serial[ORDER_TEXT];
		size_t n = order_read(l->p->serials[i], serial,
		    sizeof(serial));
		if (n == 0)
			continue;
		take_all(l, index_find(l->m->ix, index_key(INDEX_SERIAL, 0,
		    index_hash(serial, n))), CANDIDATE_DEVICE, INDEX_SERIAL);
		if (order_is_pattern(serial) || n >= PART_MIN)
			find_numbered(l, serial, NUMBERED_DEVICE);
	}
}

/* A pattern in the vendor or the product: looked up by the other of the two,
 * and compared. Both left open name nothing; then the names have the word. */
static void
find_cpe_pattern(struct lookup *l, const struct cpe *source)
{
	static const char parts[] = "aoh";
	const char *cpe = l->p->cpe;
	bool by_vendor = !cpe_is_pattern(source->at[CPE_VENDOR]);
	bool any = strcmp(source->at[by_vendor ? CPE_PRODUCT : CPE_VENDOR],
	    "*") == 0;
	struct cpe target;

	if (!by_vendor && cpe_is_pattern(source->at[CPE_PRODUCT]))
		return;
	for (int i = 0; i < 3; i++) {
		bool one = !cpe_is_pattern(source->at[CPE_PART]);
		struct index_run run = index_find(l->m->ix, index_key(
		    INDEX_CPE, 0, index_cpe_wide(cpe, one ? '\0' : parts[i],
		    by_vendor)));
		for (uint32_t k = 0; k < run.n; k++) {
			if (l->m->tried++ > PATTERNS_TRIED_MAX)
				return;
			uint32_t device = index_class_device(l->m->ix,
			    index_class(l->m->ix, run.at[k]));
			if (cpe_read(index_column(l->m->ix, device,
			    INDEX_COLUMN_cpe), &target) == 0 &&
			    cpe_same_platform(source, &target))
				add_candidate(l, run.at[k],
				    CANDIDATE_CLASS, any ?
				    HOW_WIDER : HOW_FAMILY, INDEX_CPE,
				    MAKER_SAME);
		}
		if (one)
			return;
	}
}

/* But for case and underscores. */
static bool
same_words(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if (*a != *b && (*a | 0x20) != (*b | 0x20) &&
		    !(*a == '_' && *b == ' ') && !(*a == ' ' && *b == '_'))
			return false;
	return *a == *b;
}

/* Devices without a CPE, by the names that are in the product's. Where its
 * printed names say more, only the same name counts. */
static void
find_cpe_names(struct lookup *l)
{
	const struct product *p = l->p;
	char vendor[CPE_WORDS], product[CPE_WORDS];
	struct product other = *p;
	struct maker maker;
	struct name name;

	if (l->n_codes > 0 || index_cpe_names(p->cpe, vendor, product) != 0 ||
	    (same_words(p->vendor, vendor) && same_words(p->product, product)))
		return;
	maker_read(vendor, &maker);
	name_read(product, &maker, &name);
	if (p->vendor[0] != '\0' && name.key == l->name.key && maker.n > 0 &&
	    l->maker.n > 0 && maker.key[0] == l->maker.key[0])
		return;		/* the printed names will lead there */
	struct name own = l->name;
	l->name = name;
	other.vendor = vendor;
	other.product = product;
	l->p = &other;
	l->of_cpe = true;
	find_makers(l, product);
	l->name.cut |= p->vendor[0] != '\0' && p->product[0] != '\0';
	find_name(l);
	l->of_cpe = false;
	l->p = p;
	l->name = own;
	find_makers(l, product_text(p));
}

/* Names of one platform that the CPE dictionary keeps apart from a version are
 * told by the relation of all attributes but the version. */
static void
find_cpe(struct lookup *l)
{
	struct cpe source, target;

	if (l->p->cpe[0] == '\0' || cpe_read(l->p->cpe, &source) != 0)
		return;
	if (cpe_is_pattern(source.at[CPE_VENDOR]) ||
	    cpe_is_pattern(source.at[CPE_PRODUCT]) ||
	    cpe_is_pattern(source.at[CPE_PART])) {
		find_cpe_pattern(l, &source);
		return;
	}
	uint64_t h = index_cpe(l->p->cpe);
	if (h == 0)
		return;
	struct index_run run = index_find(l->m->ix, index_key(INDEX_CPE, 0,
	    h));
	for (uint32_t i = 0; i < run.n; i++) {
		const char *own = index_column(l->m->ix,
		    index_class_device(l->m->ix, index_class(l->m->ix,
		    run.at[i])), INDEX_COLUMN_cpe);
		if (cpe_read(own, &target) != 0)
			continue;
		if (cpe_same_platform(&source, &target))
			add_candidate(l, run.at[i], CANDIDATE_CLASS,
			    HOW_IDENTIFIER, INDEX_CPE, MAKER_SAME);
		else if (cpe_same_machine(&source, &target))
			add_candidate(l, run.at[i], CANDIDATE_CLASS,
			    HOW_FAMILY, INDEX_CPE, MAKER_SAME);
	}
	find_cpe_names(l);
}

/* Names in the text, of which an umlaut makes one in two spellings. */
static unsigned
makers_named(const struct maker *m)
{
	unsigned n = m->n;

	for (unsigned two = m->two; two != 0; two &= two - 1)
		n--;
	return n;
}

/* A device that is known by its CPE only has its names from there; they read
 * the same for all devices of its class. */
static bool
names_are_cpe(const struct index *ix, uint32_t device, const char *cpe)
{
	char vendor[CPE_WORDS], model[CPE_WORDS];
	struct maker theirs, own;
	struct name name;

	if (index_cpe_names(cpe, vendor, model) != 0)
		return false;
	maker_read(vendor, &theirs);
	maker_read(index_column(ix, device, INDEX_COLUMN_vendor), &own);
	if (theirs.n == 0 || makers_named(&own) != makers_named(&theirs) ||
	    own.key[0] != theirs.key[0])
		return false;
	name_read(model, &theirs, &name);
	uint64_t key = name.key;
	name_read(index_column(ix, device, INDEX_COLUMN_model), &own, &name);
	return name.key == key;
}

bool
cpe_denies(const struct lookup *l, uint32_t device, enum how how)
{
	const char *own = index_column(l->m->ix, device, INDEX_COLUMN_cpe);
	bool alike = how > HOW_FAMILY || how == HOW_RESPELT;
	struct cpe target;

	if (own[0] == '\0' || (!alike && index_cpe(own) !=
	    index_cpe(l->p->cpe)))
		return false;
	const struct cpe *source = product_cpe(l->m, l->p);
	if (source == NULL || cpe_read(own, &target) != 0)
		return false;
	return cpe_other_platform(source, &target) || (alike &&
	    !cpe_is_pattern(source->at[CPE_VENDOR]) &&
	    !cpe_is_pattern(source->at[CPE_PRODUCT]) &&
	    names_are_cpe(l->m->ix, device, own));
}

/* "distro=bookworm" among the qualifiers; its length, 0: not said. */
static size_t
purl_distro(const char *purl, const char **ret)
{
	static const char key[] = "distro=";
	const char *at = strchr(purl, '?');

	for (; at != NULL && *at != '#'; at = strpbrk(at, "&#")) {
		at++;
		if (strncasecmp(at, key, sizeof(key) - 1) == 0) {
			*ret = at + sizeof(key) - 1;
			return strcspn(*ret, "&#");
		}
	}
	return 0;
}

/* Packages of one name in two releases of a distribution: what is said of the
 * device's own release outweighs the other. */
static bool
other_release(const char *a, const char *b)
{
	const char *x, *y;
	size_t n = purl_distro(a, &x), m = n > 0 ? purl_distro(b, &y) : 0;

	return m > 0 && (n != m || strncasecmp(x, y, n) != 0);
}

/* Whoever ships it: the package URL names it alone. */
static void
find_purl(struct lookup *l, const char *purl)
{
	const struct index *ix = l->m->ix;
	const char *version;
	uint64_t h = index_purl(purl, &version);

	if (h == 0)
		return;
	struct index_run run = index_find(ix, index_key(INDEX_PURL, 0, h));
	for (uint32_t i = 0; i < run.n; i++) {
		const char *own = index_column(ix, index_class_device(ix,
		    index_class(ix, run.at[i])), INDEX_COLUMN_purl);
		add_candidate(l, run.at[i], CANDIDATE_CLASS,
		    other_release(purl, own) ? HOW_FAMILY : HOW_IDENTIFIER,
		    INDEX_PURL, MAKER_SAME);
	}
}

static void
find_digest(struct lookup *l, const char *digest)
{
	uint64_t h = index_digest(digest);

	if (h == 0)
		return;
	struct index_run run = index_find(l->m->ix, index_key(INDEX_HASH, 0,
	    h));
	for (uint32_t i = 0; i < run.n; i++)
		add_candidate(l, run.at[i], CANDIDATE_DEVICE, HOW_IDENTIFIER,
		    INDEX_HASH, MAKER_SAME);
}

void
find_identifiers(struct lookup *l)
{
	const struct product *p = l->p;

	for (unsigned i = 0; i < l->n_codes; i++)
		find_code(l, l->code[i], i >= l->n_name_codes);
	for (unsigned i = 0; i < l->n_codes; i++)
		find_item(l, l->code[i]);
	if (l->n_codes == 0)
		find_words(l);
	find_serials(l);
	find_cpe(l);
	for (uint32_t i = 0; i < p->n_purls; i++)
		find_purl(l, p->purls[i]);
	for (uint32_t i = 0; i < p->n_hashes; i++)
		find_digest(l, p->hashes[i]);
}
