/* index_names.c - names of products, folded to what counts. */
#include <string.h>
#include "index_fold.h"
#include "index_words.h"
#include "noun/index.h"

bool
name_is_form(const struct name *name, const struct name_token *t)
{
	return word_is(name->flat, t->at, (size_t)t->at + t->len, legal_forms);
}

static const char *const noise_words[26] = {
	['a' - 'a'] = "all and any above ",
	['b' - 'a'] = "by below ",
	['c' - 'a'] = "controller controllers ",
	['d' - 'a'] = "device devices ",
	['f' - 'a'] = "family families firmware for fw ",
	['i' - 'a'] = "incl including includes ",
	['l' - 'a'] = "line later lower ",
	['m' - 'a'] = "model models ",
	['o' - 'a'] = "of or older other ",
	['p' - 'a'] = "product products prior ",
	['r' - 'a'] = "reference references ",
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
		if (is_digit(s[k]))
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

/* "4MP", "203dpi": how well it sees or prints, not which one it is. */
static bool
is_resolution(const char *s, size_t n)
{
	size_t digits = 0;

	while (digits < n && is_digit(s[digits]))
		digits++;
	return digits > 0 && ((n - digits == 2 && memcmp(s + digits, "mp", 2)
	    == 0) || (n - digits == 3 && memcmp(s + digits, "dpi", 3) == 0));
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
		digit |= is_digit(s[i]);
	t->at = (uint16_t)at;
	t->len = (uint16_t)(end - at);
	/* "V5.X" is the line V5. */
	size_t stop = fold_plural(s, at, end);
	if (end - at > 3 && s[end - 1] == 'x' && s[end - 2] == '.')
		stop = end - 2;
	t->hash = s[at] == '+' ? name_hash("plus", 0, 4) :
	    name_hash(s, at, stop);
	/* "PN/PN" says the word twice; "PN/MF" does not. */
	for (unsigned i = 0; i + 1 < ret->n; i++)
		if (ret->token[i].hash == t->hash)
			t->hash = hash_end(t->hash + i + 1);
	if (noise || word_is(s, at, end, noise_words))
		t->kind = NAME_NOISE;
	else if (looks_like_line(s + at, end - at))
		t->kind = NAME_LINE;
	else
		t->kind = digit && !is_resolution(s + at, end - at) ?
		    NAME_CODE : NAME_WORD;
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
		digit |= is_digit(s[i]);
	/* "0750-8202" is 750-8202: a field of four digits, filled up. */
	if (end - at > 5 && s[at] == '0' && s[at + 4] == '-' &&
	    is_digit(s[at + 1]) && is_digit(s[at + 2]) &&
	    is_digit(s[at + 3]))
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

/* "Gate, not including Gate 7": the name ends before these words. */
static bool
begins_except(const char *s, size_t at, size_t len)
{
	static const char *const words[] = { "not including ", "excluding ",
	    "except ", "except for ", "with the exception of ", NULL };

	if (at == 0 || strchr("new", s[at]) == NULL || s[at - 1] == '(')
		return false;
	for (const char *const *w = words; *w != NULL; w++)
		if (len - at > strlen(*w) && memcmp(s + at, *w, strlen(*w))
		    == 0)
			return true;
	return false;
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
		if (begins_except(s, at, len)) {
			ret->except = (uint16_t)at;
			break;
		}
		size_t end = at;
		while (end < len && (fold_is_sign(s[end]) || s[end] == '-' ||
		    s[end] == '.' || s[end] == '_'))
			end++;
		add_chunk(ret, at, end, noise);
		at = end;
	}
}

/* Without legal forms, or as he is written in full. */
static bool
is_maker(const struct maker *maker, unsigned i, bool full, const char *flat,
    size_t at, size_t end)
{
	struct maker one;

	one.n = 0;
	maker_add(&one, flat, at, end, false);
	return one.n == 1 && (full ? one.all_key[0] == maker->all_key[i] :
	    one.key[0] == maker->key[i]);
}

/* "Acme-Gate7" is Gate7 of Acme; "ACM-351" may be called so by others. */
static void
part_maker(char *flat, size_t len, const struct maker *maker)
{
	size_t at = 0, end;

	while (at < len && flat[at] == ' ')
		at++;
	for (end = at; end < len && flat[end] != ' '; end++) {
		if (flat[end] != '-' || maker == NULL || end + 2 >= len ||
		    !is_small(flat[end + 1]) ||
		    !is_small(flat[end + 2]))
			continue;
		for (unsigned i = 0; i < maker->n; i++)
			if (flat[at] == maker->lead[i][0] &&
			    is_maker(maker, i, false, flat, at, end)) {
				flat[end] = ' ';
				return;
			}
	}
}

/* So many legal forms follow one name: "GmbH & Co. KG". */
#define FORMS_MAX 3u

/* How many words from the given one on are the maker's name, with his legal
 * form or without ("Acme PLC 7" may be a PLC); one word is left over. */
static unsigned
maker_words(const struct name *n, const struct maker *maker, unsigned from)
{
	const struct name_token *t = &n->token[from];
	unsigned rest = n->n - from - 1;
	size_t end = (size_t)t[rest].at + t[rest].len;

	for (unsigned i = 0; i < maker->n && rest > 0; i++) {
		if (!maker_may_begin(maker, i, n->flat, t->at, end))
			continue;
		unsigned k = maker->all[i];
		if (k > 1 && k <= rest && is_maker(maker, i, true, n->flat,
		    t->at, (size_t)t[k - 1].at + t[k - 1].len))
			return k;
		unsigned most = maker->words[i] + FORMS_MAX;
		for (k = 1; k <= rest && k <= most; k++)
			if (is_maker(maker, i, false, n->flat, t->at,
			    (size_t)t[k - 1].at + t[k - 1].len))
				return k;
	}
	return 0;
}

/* The maker's name in front is no part of the product's, and neither is the
 * short one behind it: "Becton Dickinson (BD) BD Pump". */
static unsigned
maker_prefix(const struct name *n, const struct maker *maker)
{
	unsigned skip = 0;

	for (unsigned round = 0; maker != NULL && round < 3; round++) {
		unsigned k = skip < n->n ? maker_words(n, maker, skip) : 0;
		if (k == 0)
			break;
		skip += k;
	}
	return skip;
}

/* "gate_s7-200_firmware": names of the CPE dictionary and of CVE records have
 * underscores for blanks. */
static void
spread_underscores(char *s, size_t len)
{
	if (memchr(s, '_', len) == NULL || memchr(s, ' ', len) != NULL)
		return;
	for (size_t i = 0; i < len; i++)
		if (s[i] == '_')
			s[i] = ' ';
}

void
name_read(const char *text, const struct maker *maker, struct name *ret)
{
	size_t len = name_fold(text, ret->flat, sizeof(ret->flat));

	spread_underscores(ret->flat, len);
	ret->n = ret->words = ret->n_codes = 0;
	ret->family = false;
	ret->except = 0;
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
	part_maker(ret->flat, len, maker);
	name_take_codes(ret, same ? text : flat, len);
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

bool
name_front(const struct name *name, unsigned n, struct maker *add)
{
	const struct name_token *t = name->token;
	unsigned had = add->n;

	if (n >= name->n || t->kind == NAME_NOISE || (n == 1 && t->len < 2))
		return false;
	maker_add(add, name->flat, t->at, (size_t)t[n - 1].at + t[n - 1].len,
	    false);
	return add->n > had;
}

uint64_t
name_core_without(const struct name *name, uint32_t tokens)
{
	uint64_t core = HASH_START;
	char last = 0;

	for (unsigned i = 0; i < name->n; i++) {
		const struct name_token *t = &name->token[i];
		const char *s = name->flat + t->at;
		if (t->kind == NAME_NOISE || (tokens >> i & 1) != 0)
			continue;
		core = s[0] == '+' ? hash_step(core, '+') : hash_signs(core, s,
		    t->len, &last);
	}
	return hash_end(core);
}

uint64_t
name_core_line(const struct name *name, unsigned numbers)
{
	struct name cut;

	for (unsigned i = 0; i < name->n; i++) {
		const struct name_token *t = &name->token[i];
		const char *s = name->flat + t->at;
		uint16_t v = s[0] == 'v', len = v;
		if (t->kind != NAME_LINE)
			continue;
		for (unsigned left = numbers; len < t->len; len++)
			if (s[len] == '.' && left > 0 && --left == 0)
				break;
		if (len == t->len && (numbers > 0 || v == 0))
			return 0;
		cut = *name;
		cut.token[i].at = (uint16_t)(t->at + v);
		cut.token[i].len = (uint16_t)(len - v);
		return name_core_without(&cut, 0);
	}
	return 0;
}
