/* index_names.c - names of makers and products, folded to what counts. */
#include <string.h>
#include "index_fold.h"
#include "noun/index.h"

/* --- makers --- */

/* Lists of words are kept by their first letter, each word with a blank behind
 * it: most words are ruled out by that letter. */
static bool
word_is(const char *flat, size_t at, size_t end, const char *const list[26])
{
	unsigned letter = (unsigned)(flat[at] - 'a');
	size_t n = end - at;

	if (letter >= 26 || list[letter] == NULL)
		return false;
	for (const char *w = list[letter]; *w != '\0';) {
		size_t len = 0;
		while (w[len] != ' ')
			len++;
		if (len == n && memcmp(flat + at, w, n) == 0)
			return true;
		w += len + 1;
	}
	return false;
}

/* The next run of letters and digits at or behind *at. */
static bool
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

static const char *const legal_forms[26] = {
	['a' - 'a'] = "ag ab asa aps and ",
	['b' - 'a'] = "bv ",
	['c' - 'a'] = "co corp corporation company ",
	['e' - 'a'] = "et ",
	['g' - 'a'] = "gmbh group ",
	['h' - 'a'] = "holding holdings ",
	['i' - 'a'] = "inc incorporated international intl ",
	['k' - 'a'] = "kg kgaa kk ",
	['l' - 'a'] = "llc ltd limited llp lp ltda ",
	['m' - 'a'] = "mbh ",
	['n' - 'a'] = "nv ",
	['o' - 'a'] = "oy oyj og och ",
	['p' - 'a'] = "plc pty pte ",
	['s' - 'a'] = "se sa sas spa srl sro sl ",
	['t' - 'a'] = "the ",
	['u' - 'a'] = "und ",
};

/* Words behind a maker's name that say what or where, not who. */
static const char *const plain_words[26] = {
	['a' - 'a'] = "automation america americas ",
	['c' - 'a'] = "controls control china canada cert ",
	['d' - 'a'] = "digital division deutschland ",
	['e' - 'a'] = "electronics electronic europe ",
	['f' - 'a'] = "factory france ",
	['g' - 'a'] = "germany ",
	['i' - 'a'] = "industry industries industrial italia italy india ",
	['j' - 'a'] = "japan ",
	['n' - 'a'] = "networks networking nordic ",
	['p' - 'a'] = "products process productcert psirt ",
	['s' - 'a'] = "software systems system solutions security services ",
	['t' - 'a'] = "technologies technology tech ",
	['u' - 'a'] = "usa us uk ",
	['v' - 'a'] = "vertrieb vertriebs ",
};

/* Takes one maker's name from flat[at, end). */
static void
maker_add(struct maker *m, const char *flat, size_t at, size_t end, bool part)
{
	uint64_t all = HASH_START, bare = HASH_START;
	uint64_t start[MAKER_STARTS_MAX] = { 0 };
	char first = 0;
	unsigned n_all = 0, n_bare = 0, n_starts = 0, plain = 0;
	char last_all = 0, last_bare = 0;

	for (size_t a = at, e; next_word(flat, end, &a, &e); a = e) {
		all = hash_signs(all, flat + a, e - a, &last_all);
		if (n_all++ == 0)
			first = flat[a];
		/* "S.p.A." and the like come apart into letters. */
		if (e - a == 1 && n_bare > 0 && e < end &&
		    (flat[e] == '.' || (a > at && flat[a - 1] == '.')))
			continue;
		if (n_bare > 0 && word_is(flat, a, e, legal_forms))
			continue;
		if (n_bare == 0 && e - a == 3 &&
		    memcmp(flat + a, "the", 3) == 0)
			continue;
		if (n_bare > 0 && n_starts < MAKER_STARTS_MAX) {
			start[n_starts] = hash_end(bare);
			plain |= 1u << n_starts++;
		}
		if (n_bare > 0 && !word_is(flat, a, e, plain_words))
			plain = 0;
		bare = hash_signs(bare, flat + a, e - a, &last_bare);
		if (n_bare++ == 0)
			first = flat[a];
	}
	if (n_all == 0 || m->n == NAME_VENDORS_MAX)
		return;
	uint64_t key = hash_end(n_bare != 0 ? bare : all);
	for (unsigned i = 0; i < m->n; i++)
		if (m->key[i] == key)
			return;
	m->key[m->n] = key;
	m->words[m->n] = n_bare != 0 ? n_bare : n_all;
	m->part[m->n] = part;
	m->first[m->n] = first;
	m->plain[m->n] = plain;
	m->n_starts[m->n] = n_starts;
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
	for (const char *const *j = joins; *j != NULL; j++) {
		if ((*j)[0] != flat[at])
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

void
maker_read(const char *text, struct maker *ret)
{
	char flat[NAME_RUN_MAX];
	size_t len = name_fold(text, flat, sizeof(flat));

	ret->n = 0;
	maker_add(ret, flat, 0, len, false);
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

bool
name_is_form(const struct name *name, const struct name_token *t)
{
	return word_is(name->flat, t->at, (size_t)t->at + t->len, legal_forms);
}

/* --- order codes --- */

size_t
order_read(const char *text, char *out, size_t room)
{
	size_t n = 0, letters = 0;

	/* A lower-case x or a dot is a wildcard only in a text that is
	 * otherwise written in capitals: "6ES7212-1xx40-0XB0". */
	for (const char *p = text; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z' && *p != 'x')
			letters++;
	for (const char *p = text; *p != '\0'; p++) {
		char c = *p;
		if (c >= 'a' && c <= 'z')
			c = c == 'x' && letters == 0 ? '?' :
			    (char)(c - 'a' + 'A');
		else if (c == '.' && letters == 0 &&
		    (p[1] == '.' || (p > text && p[-1] == '.')))
			c = '?';
		if (!((c >= 'A' && c <= 'Z') || fold_is_digit(c) || c == '?' ||
		    c == '*'))
			continue;
		if (n + 1 >= room)
			return 0;
		out[n++] = c;
	}
	out[n] = '\0';
	/* Wildcards alone would fit everything. */
	size_t real = 0;
	for (size_t i = 0; i < n; i++)
		real += out[i] != '?' && out[i] != '*';
	return real >= 2 ? n : 0;
}

bool
order_is_pattern(const char *order)
{
	return strpbrk(order, "?*") != NULL;
}

/* Does flat[at, end) look like an order code: a Siemens MLFB, or in brackets a
 * long word with many digits? */
static bool
looks_ordered(const char *s, size_t n, bool in_brackets)
{
	size_t digits = 0, letters = 0, hyphens = 0, signs = 0;

	for (size_t i = 0; i < n; i++) {
		if (fold_is_digit(s[i]))
			digits++;
		else if (s[i] >= 'a' && s[i] <= 'z')
			letters++;
		else if (s[i] == '-')
			hyphens++;
		else if (s[i] != '.' && s[i] != '*')
			return false;
	}
	signs = digits + letters;
	if (s[0] >= '0' && s[0] <= '9' && n > 2 && !fold_is_digit(s[1]) &&
	    hyphens >= 1 && signs >= 11 && digits >= 5 && letters >= 3)
		return true;
	if (!in_brackets)
		return false;
	return (letters == 0 && digits >= 6 && digits == n) ||
	    (signs >= 8 && digits >= 4 && letters >= 1);
}

/* The part of an MLFB behind its blank: "212-1AE40-0XB0". */
static bool
looks_like_rest(const char *s, size_t n)
{
	return n >= 13 && n <= 15 && s[3] == '-' && s[9] == '-' &&
	    fold_is_digit(s[0]) && fold_is_digit(s[4]);
}

static void
add_code(struct name *ret, const char *text, size_t n)
{
	char raw[64], order[40];

	if (n >= sizeof(raw) || ret->n_codes == NAME_CODES_MAX)
		return;
	memcpy(raw, text, n);
	raw[n] = '\0';
	if (order_read(raw, order, sizeof(order)) == 0)
		return;
	for (unsigned i = 0; i < ret->n_codes; i++)
		if (strcmp(ret->code[i], order) == 0)
			return;
	memcpy(ret->code[ret->n_codes++], order, sizeof(order));
}

/* Order codes are taken out of the text; blanks stay in their place. `raw` is
 * the text before folding, byte for byte, for the case of wildcards. */
static void
take_codes(struct name *ret, const char *raw, size_t len)
{
	char *s = ret->flat;

	for (size_t at = 0; at < len;) {
		if (s[at] == ' ' || s[at] == '(' || s[at] == ')' ||
		    s[at] == ',' || s[at] == '[' || s[at] == ']') {
			at++;
			continue;
		}
		size_t end = at;
		while (end < len && s[end] != ' ' && s[end] != '(' &&
		    s[end] != ')' && s[end] != ',' && s[end] != '[' &&
		    s[end] != ']')
			end++;
		bool brackets = at > 0 && s[at - 1] == '(' && end < len &&
		    s[end] == ')';
		/* "6ES7 212-1AE40-0XB0": a blank behind the fourth sign. */
		size_t whole = end;
		if (end - at == 4 && fold_is_digit(s[at]) && end < len &&
		    s[end] == ' ' && len - end > 10) {
			whole = end + 1;
			while (whole < len && s[whole] != ' ' &&
			    s[whole] != ')' && s[whole] != ',')
				whole++;
			if (!looks_like_rest(s + end + 1, whole - end - 1))
				whole = end;
		}
		if (looks_ordered(s + at, end - at, brackets) || whole > end) {
			add_code(ret, raw + at, whole - at);
			memset(s + at, ' ', whole - at);
		}
		at = whole;
	}
}

/* --- product names --- */

static const char *const noise_words[26] = {
	['a' - 'a'] = "all and any above ",
	['b' - 'a'] = "by below ",
	['c' - 'a'] = "controller controllers ",
	['d' - 'a'] = "device devices ",
	['f' - 'a'] = "family families firmware for fw ",
	['i' - 'a'] = "incl including includes ",
	['l' - 'a'] = "line later lower ",
	['m' - 'a'] = "model models ",
	['o' - 'a'] = "of or older ",
	['p' - 'a'] = "product products prior ",
	['s' - 'a'] = "series ",
	['t' - 'a'] = "the type types ",
	['v' - 'a'] = "variant variants version versions ",
	['w' - 'a'] = "with ",
	['e' - 'a'] = "earlier ",
	['n' - 'a'] = "newer ",
	['h' - 'a'] = "higher ",
};
static const char *const family_words[26] = {
	['a' - 'a'] = "all ",
	['c' - 'a'] = "controllers ",
	['d' - 'a'] = "devices ",
	['f' - 'a'] = "family families ",
	['i' - 'a'] = "incl ",
	['l' - 'a'] = "line ",
	['m' - 'a'] = "models modules ",
	['p' - 'a'] = "products ",
	['s' - 'a'] = "series ",
	['t' - 'a'] = "types ",
	['v' - 'a'] = "variants ",
};

/* "V14.0", "14.0", "V7": the line of versions that a name stands for. */
static bool
looks_like_line(const char *s, size_t n)
{
	size_t i = 0, digits = 0, dots = 0;

	if (s[0] == 'v' && n > 1)
		i = 1;
	for (size_t k = i; k < n; k++) {
		if (fold_is_digit(s[k]))
			digits++;
		else if (s[k] == '.' && k > i && k + 1 < n)
			dots++;
		else if (s[k] == 'x' && dots > 0 && k + 1 == n)
			break;
		else
			return false;
	}
	if (digits == 0)
		return false;
	if (dots > 0 || (i == 1 && digits <= 2))
		return true;
	/* "2019", "V2312" */
	return (n == 4 && s[0] == '2' && s[1] == '0') ||
	    (i == 1 && digits == 4 && s[1] == '2');
}

/* "750-880/xxx-xxx": variants of the order number, whichever they are. */
static bool
stands_for_any(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == 'x')
		i++;
	return i == n && n > 1;
}

static void
add_token(struct name *ret, size_t at, size_t end, bool noise)
{
	if (end <= at)
		return;
	if (ret->n == NAME_TOKENS_MAX) {
		ret->cut = true;
		return;
	}
	const char *s = ret->flat;
	struct name_token *t = &ret->token[ret->n++];
	bool digit = false;
	for (size_t i = at; i < end; i++)
		digit |= fold_is_digit(s[i]);
	t->at = (uint16_t)at;
	t->len = (uint16_t)(end - at);
	t->hash = name_hash(s, at, end);
	/* "PN/PN" says the word twice; "PN/MF" does not. */
	for (unsigned i = 0; i + 1 < ret->n; i++)
		if (ret->token[i].hash == t->hash)
			t->hash = hash_end(t->hash + i + 1);
	if (noise || word_is(s, at, end, noise_words))
		t->kind = NAME_NOISE;
	else if (looks_like_line(s + at, end - at))
		t->kind = NAME_LINE;
	else
		t->kind = digit ? NAME_CODE : NAME_WORD;
	if (stands_for_any(s + at, end - at)) {
		t->kind = NAME_NOISE;
		ret->family = true;
	}
	if (word_is(s, at, end, family_words))
		ret->family = true;
}

/* "ROC800-Series": where the number ends. */
static size_t
before_series(const char *s, size_t at, size_t end)
{
	if (end - at > 7 && (memcmp(s + end - 7, "-series", 7) == 0 ||
	    memcmp(s + end - 7, "-family", 7) == 0))
		return end - 7;
	return end;
}

/* A chunk with a digit stays one token ("X204-2FM"), others come apart. */
static void
add_chunk(struct name *ret, size_t at, size_t end, bool noise)
{
	const char *s = ret->flat;
	bool digit = false;

	while (at < end && (s[at] == '-' || s[at] == '.' || s[at] == '_'))
		at++;
	while (end > at && (s[end - 1] == '-' || s[end - 1] == '.' ||
	    s[end - 1] == '_'))
		end--;
	for (size_t i = at; i < end; i++)
		digit |= fold_is_digit(s[i]);
	/* "0750-8202" is 750-8202: a field of four digits, filled up. */
	if (end - at > 5 && s[at] == '0' && s[at + 4] == '-' &&
	    fold_is_digit(s[at + 1]) && fold_is_digit(s[at + 2]) &&
	    fold_is_digit(s[at + 3]))
		at++;
	if (digit) {
		size_t own = before_series(s, at, end);
		add_token(ret, at, own, noise);
		if (own < end)
			add_token(ret, own + 1, end, noise);
		return;
	}
	for (size_t a = at, e; next_word(s, end, &a, &e); a = e)
		add_token(ret, a, e, noise);
}

static void
split(struct name *ret, size_t len)
{
	const char *s = ret->flat;
	bool noise = false;
	size_t at = 0;

	while (at < len) {
		if (s[at] == '(' && len - at > 5 &&
		    (memcmp(s + at + 1, "incl", 4) == 0)) {
			noise = true;
			ret->family = true;
		}
		if (s[at] == ')')
			noise = false;
		/* "Touch+" is not "Touch". */
		if (s[at] == '+' && at > 0 && fold_is_sign(s[at - 1]) &&
		    (at + 1 == len || s[at + 1] == ' ')) {
			add_token(ret, at, at + 1, false);
			at++;
			continue;
		}
		if (!fold_is_sign(s[at])) {
			at++;
			continue;
		}
		size_t end = at;
		while (end < len && (fold_is_sign(s[end]) || s[end] == '-' ||
		    s[end] == '.' || s[end] == '_'))
			end++;
		add_chunk(ret, at, end, noise);
		at = end;
	}
}

/* The maker's name in front is no part of the product's. */
static unsigned
maker_prefix(const struct name *n, const struct maker *maker)
{
	if (maker == NULL)
		return 0;
	for (unsigned i = 0; i < maker->n; i++) {
		/* "The" in front of him does not count. */
		char first = n->n > 0 ? n->flat[n->token[0].at] : 0;
		if (first != maker->first[i] && first != 't')
			continue;
		for (unsigned k = 1; k < n->n && k <= 6; k++) {
			struct maker one = { .n = 0 };
			maker_add(&one, n->flat, n->token[0].at,
			    (size_t)n->token[k - 1].at + n->token[k - 1].len,
			    false);
			if (one.n == 1 && one.key[0] == maker->key[i])
				return k;
		}
	}
	return 0;
}

void
name_read(const char *text, const struct maker *maker, struct name *ret)
{
	size_t len = name_fold(text, ret->flat, sizeof(ret->flat));

	ret->n = ret->words = ret->n_codes = 0;
	ret->family = false;
	ret->cut = len + 6 >= sizeof(ret->flat);
	/* Characters of more than one byte may fold to another length. */
	char flat[NAME_RUN_MAX];
	bool same = strlen(text) == len;
	if (!same) {
		memcpy(flat, ret->flat, len);
		for (size_t i = 0; i < len; i++)
			if (flat[i] >= 'a' && flat[i] <= 'z')
				flat[i] = (char)(flat[i] - 'a' + 'A');
	}
	take_codes(ret, same ? text : flat, len);
	split(ret, len);
	unsigned skip = maker_prefix(ret, maker);
	if (skip > 0) {
		ret->n -= skip;
		memmove(ret->token, ret->token + skip,
		    ret->n * sizeof(ret->token[0]));
	}
	uint64_t key = HASH_START, core = HASH_START;
	char last_key = 0, last_core = 0;
	for (unsigned i = 0; i < ret->n; i++) {
		const struct name_token *t = &ret->token[i];
		const char *s = ret->flat + t->at;
		if (t->len == 1 && s[0] == '+') {
			key = hash_step(key, '+');
			core = hash_step(core, '+');
			ret->words++;
			continue;
		}
		key = hash_signs(key, s, t->len, &last_key);
		if (t->kind == NAME_NOISE)
			continue;
		core = hash_signs(core, s, t->len, &last_core);
		ret->words++;
	}
	ret->key = ret->n == 0 ? 0 : hash_end(key);
	ret->core = ret->words == 0 ? 0 : hash_end(core);
}
