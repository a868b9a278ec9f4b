/* index_makers.c - names of makers, folded to what counts. */
#include <string.h>
#include "index_fold.h"
#include "index_words.h"
#include "noun/index.h"

/* Lists of words are kept by their first letter, each word with a blank behind
 * it: most words are ruled out by that letter. */
bool
word_is(const char *flat, size_t at, size_t end, const char *const list[26])
{
	unsigned letter = (unsigned)(flat[at] - 'a');
	size_t n = end - at;

	if (letter >= 26 || list[letter] == NULL)
		return false;
	for (const char *w = list[letter]; *w != '\0'; w++) {
		size_t same = 1;
		while (same < n && w[same] == flat[at + same])
			same++;
		w += same;
		if (same == n && *w == ' ')
			return true;
		while (*w != ' ')
			w++;
	}
	return false;
}

/* The next run of letters and digits at or behind *at. */
bool
next_word(const char *flat, size_t len, size_t *at, size_t *end)
{
	size_t a = *at;

	while (a < len && !fold_is_sign(flat[a]))
		a++;
	size_t e = a;
	while (e < len && fold_is_sign(flat[e]))
		e++;
	*at = a;
	*end = e;
	return e > a;
}

/* And where a company of the maker is. */
const char *const legal_forms[26] = {
	['a' - 'a'] = "ag ab as asa aps and america americas asia "
	    "australia austria ",
	['b' - 'a'] = "bv bhd brasil brazil belgium benelux ",
	['c' - 'a'] = "co corp corporation company companies china canada ",
	['d' - 'a'] = "doo deutschland ",
	['e' - 'a'] = "et europe espana ",
	['f' - 'a'] = "france ",
	['g' - 'a'] = "gmbh group germany ",
	['h' - 'a'] = "holding holdings ",
	['i' - 'a'] = "inc incorporated international intl india italia italy ",
	['j' - 'a'] = "jsc japan ",
	['k' - 'a'] = "kg kgaa kk kft korea ",
	['l' - 'a'] = "llc ltd limited liability llp lp ltda ",
	['m' - 'a'] = "mbh mexico ",
	['n' - 'a'] = "nv nordic nederland netherlands ",
	['o' - 'a'] = "oy oyj og och oao ooo osterreich ",
	['p' - 'a'] = "plc pty pte pvt private pjsc pacific polska ",
	['s' - 'a'] = "se sa sas sp spa srl sro sl sarl sdn "
	    "schweiz singapore spain suisse sweden switzerland ",
	['t' - 'a'] = "the taiwan thailand turkey ",
	['u' - 'a'] = "und uab uk us usa ",
	['z' - 'a'] = "z zao zrt ",
};

/* Some of them stand in front of the name. */
static const char *const front_forms[26] = {
	['f' - 'a'] = "fa firma ", ['h' - 'a'] = "hersteller ",
	['j' - 'a'] = "jsc ", ['o' - 'a'] = "oao ooo ", ['t' - 'a'] = "the ",
	['u' - 'a'] = "uab ", ['z' - 'a'] = "zao ",
};

/* Words behind a maker's name that say what or where, not who. */
static const char *const plain_words[26] = {
	['a' - 'a'] = "automation ",
	['b' - 'a'] = "building ",
	['c' - 'a'] = "controls control cert computer computers "
	    "communication communications ",
	['d' - 'a'] = "digital division drive drives device devices ",
	['e' - 'a'] = "electronics electronic elektronik ",
	['f' - 'a'] = "factory ",
	['i' - 'a'] = "industry industries industrial industrie "
	    "interface ",
	['l' - 'a'] = "laboratories labs ",
	['m' - 'a'] = "messtechnik mobile modular ",
	['n' - 'a'] = "networks networking ",
	['p' - 'a'] = "products process productcert psirt ",
	['s' - 'a'] = "software systems system solutions security services "
	    "sector ",
	['t' - 'a'] = "technologies technology tech ",
	['v' - 'a'] = "vertrieb vertriebs ",
};

/* The slash of "A/S", which parts no two makers. */
static bool
is_letter_slash(const char *flat, size_t len, size_t at)
{
	return at > 1 && at + 1 < len && flat[at] == '/' &&
	    is_small(flat[at - 1]) && is_small(flat[at + 1]) &&
	    !fold_is_sign(flat[at - 2]) &&
	    (at + 2 == len || !fold_is_sign(flat[at + 2]));
}

/* Adds the signs of a word, as far as they have room. */
static void
add_lead(char lead[MAKER_LEAD], const char *s, size_t n)
{
	size_t len = strnlen(lead, MAKER_LEAD);

	for (size_t i = 0; i < n && len < MAKER_LEAD; i++)
		lead[len++] = s[i];
}

bool
maker_may_begin(const struct maker *m, unsigned i, const char *flat,
    size_t at, size_t len)
{
	const char *lead = m->lead[i];
	size_t a = at, e, k = 0;

	if (lead[0] == 0)
		return true;
	if (next_word(flat, len, &a, &e) && word_is(flat, a, e, front_forms))
		at = e;
	for (; k < MAKER_LEAD && lead[k] != 0 && at < len; at++)
		if (fold_is_sign(flat[at]) && flat[at] != lead[k++])
			return false;
	return k == MAKER_LEAD || lead[k] == 0;
}

/* Takes one maker's name from flat[at, end). */
void
maker_add(struct maker *m, const char *flat, size_t at, size_t end, bool part)
{
	uint64_t all = HASH_START, bare = HASH_START;
	uint64_t start[MAKER_STARTS_MAX] = { 0 };
	char lead[MAKER_LEAD] = { 0 };
	unsigned n_all = 0, n_bare = 0, n_starts = 0, plain = 0;
	char last_all = 0, last_bare = 0;

	for (size_t a = at, e; next_word(flat, end, &a, &e); a = e) {
		all = hash_signs(all, flat + a, e - a, &last_all);
		n_all++;
		/* "S.p.A." and the like come apart into letters. */
		if (e - a == 1 && n_bare > 0 && is_small(flat[a]) &&
		    ((e < end && flat[e] == '.') || flat[a - 1] == '.' ||
		    is_letter_slash(flat, end, e) ||
		    is_letter_slash(flat, end, a - 1)))
			continue;
		if (n_bare > 0 && word_is(flat, a, e, legal_forms))
			continue;
		if (n_bare == 0 && word_is(flat, a, e, front_forms))
			continue;
		if (n_bare > 0 && n_starts < MAKER_STARTS_MAX) {
			start[n_starts] = hash_end(bare);
			plain |= 1u << n_starts++;
		}
		if (n_bare > 0 && !word_is(flat, a, e, plain_words))
			plain = 0;
		const char *word = flat + a;
		size_t n = e - a;
		if (n_bare > 0 && n == 4 && memcmp(word, "labs", n) == 0)
			n = strlen(word = "laboratories");
		bare = hash_signs(bare, word, n, &last_bare);
		add_lead(lead, flat + a, e - a);
		n_bare++;
	}
	if (n_all == 0 || m->n == NAME_VENDORS_MAX)
		return;
	uint64_t key = hash_end(n_bare != 0 ? bare : all);
	for (unsigned i = 0; i < m->n; i++)
		if (m->key[i] == key)
			return;
	m->key[m->n] = key;
	m->words[m->n] = (uint16_t)(n_bare != 0 ? n_bare : n_all);
	m->part[m->n] = part;
	memcpy(m->lead[m->n], lead, sizeof(lead));
	m->plain[m->n] = (uint8_t)plain;
	m->all[m->n] = (uint16_t)n_all;
	m->all_key[m->n] = hash_end(all);
	m->n_starts[m->n] = (uint8_t)n_starts;
	memcpy(m->start[m->n], start, sizeof(start));
	m->n++;
}

/* Words between two makers in one text: "X, a subsidiary of Y". */
static size_t
maker_join(const char *flat, size_t at, size_t len)
{
	static const char *const joins[] = {
		", and ", ", ", ",", ";", "/", "|", " (", "(", ")", " & ",
		" and ",
		" - ", "a subsidiary of ", "subsidiary of ", "a division of ",
		"division of ", "part of ", "formerly known as ",
		"formerly ", "now part of ", "now ", "owned by ", "an ",
		"a brand of ", "company of ", " by ", " via ", NULL
	};
	/* His name in his own script, and in ours. */
	if (flat[at] == ' ' && at > 0 && at + 1 < len &&
	    ((signed char)flat[at - 1] < 0) != ((signed char)flat[at + 1] < 0))
		return 1;
	for (const char *const *j = joins; *j != NULL; j++) {
		if ((*j)[0] != flat[at] || is_letter_slash(flat, len, at))
			continue;
		size_t n = strlen(*j);
		if (n > len - at || memcmp(flat + at, *j, n) != 0)
			continue;
		/* A word must begin where a word can begin. */
		if (fold_is_sign((*j)[0]) && at > 0 &&
		    fold_is_sign(flat[at - 1]))
			continue;
		return n;
	}
	return 0;
}

static bool
names_nobody(const char *flat, size_t len)
{
	static const char *const firsts[26] = {
		['g' - 'a'] = "generic ", ['m' - 'a'] = "multiple ",
		['n' - 'a'] = "none ", ['o' - 'a'] = "other others open ",
		['u' - 'a'] = "unknown unspecified ",
		['v' - 'a'] = "various ",
	};
	static const char *const rest[26] = {
		['m' - 'a'] = "makers manufacturer manufacturers ",
		['o' - 'a'] = "open ", ['p' - 'a'] = "products projects ",
		['s' - 'a'] = "source ", ['v' - 'a'] = "vendor vendors ",
	};
	size_t at = 0, e;
	bool open = false, more = false;

	if (len == 3 && memcmp(flat, "n/a", 3) == 0)
		return true;
	if (!next_word(flat, len, &at, &e) || !word_is(flat, at, e, firsts))
		return false;
	open = flat[at] == 'o' && flat[at + 1] == 'p';
	for (at = e; next_word(flat, len, &at, &e); at = e) {
		more = true;
		if (!word_is(flat, at, e, rest) &&
		    !word_is(flat, at, e, legal_forms))
			return false;
	}
	return more || !open;
}

bool
maker_is_nobody(const char *text)
{
	char flat[NAME_RUN_MAX];

	/* Most makers begin otherwise. */
	switch (text[0] | 0x20) {
	case 'g': case 'm': case 'n': case 'o': case 'u': case 'v':
		break;
	default:
		return false;
	}
	return names_nobody(flat, name_fold(text, flat, sizeof(flat)));
}

/* The makers in one text that names several. */
static void
read_parts(struct maker *ret, const char *flat, size_t len)
{
	size_t start = 0;
	/* "Pepperl & Fuchs" is one; "ABB, Siemens and WAGO" are three. */
	bool several = strpbrk(flat, ",;|/(") != NULL ||
	    strstr(flat, " - ") != NULL || strstr(flat, "ormerly") != NULL;
	for (size_t at = 0; at < len;) {
		size_t n = maker_join(flat, at, len);
		if (n == 0) {
			at++;
			continue;
		}
		/* What stands alone is no maker if it is a legal form. */
		size_t a = start, e;
		if (at > start && next_word(flat, at, &a, &e) &&
		    !word_is(flat, a, e, legal_forms))
			maker_add(ret, flat, start, at, !several);
		at += n;
		start = at;
	}
	size_t a = start, e;
	if (start > 0 && next_word(flat, len, &a, &e) &&
	    !word_is(flat, a, e, legal_forms))
		maker_add(ret, flat, start, len, !several);
}

static bool
is_plain(const char *text)
{
	while (*text != '\0' && (signed char)*text >= 0)
		text++;
	return *text == '\0';
}

/* Whoever has an umlaut is written in two ways without it, "Burkert" and
 * "Buerkert": both are keys of his. */
void
maker_read(const char *text, struct maker *ret)
{
	char flat[NAME_RUN_MAX], two[NAME_RUN_MAX];
	size_t len = name_fold(text, flat, sizeof(flat)), len_two = 0;

	ret->n = ret->own = ret->two = 0;
	if (names_nobody(flat, len))
		return;
	if (!is_plain(text))
		len_two = fold_two(text, two, sizeof(two));
	maker_add(ret, flat, 0, len, false);
	if (len_two > len)
		maker_add(ret, two, 0, len_two, false);
	ret->own = ret->n;
	read_parts(ret, flat, len);
	unsigned plain = ret->n;
	if (len_two > len)
		read_parts(ret, two, len_two);
	ret->two = ((1u << ret->n) - (1u << plain)) |
	    (ret->own > 1 ? 2u : 0);
}
