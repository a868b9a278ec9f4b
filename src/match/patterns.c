/* patterns.c - what a publisher's number stands for:
 *
 *	EDS-4xx, 750-81xx/xxx-xxx, CPU3[]H	signs that stand for digits
 *	BMXP34*, BMEP58*S			whatever begins so, and ends so
 *	X-200 family				the models of its hundred
 *	SMT Series				SMT and a number
 *	615 series				letters and 615
 *	MX400-MX550				the numbers between
 *	DVP-12SE				DVP12SE and a number
 *
 * Pure text: whether the rest of both names agrees is series.c's matter. */
#include <string.h>
#include "names.h"
#include "base/text.h"

/* Signs of a pattern that are no wildcard: fewer would fit too much. */
#define FIXED_MIN	3u
#define STAR_MIN	4u
#define STEM_MIN	6u
/* With so many digits of its own a pattern is an order number: what stands
 * before it is the family's name. */
#define ORDER_DIGITS	4u

static bool
is_sign(char c)
{
	return is_digit(c) || is_small(c);
}

static bool
counts(char c)
{
	return is_digit(c) || c == '#' || c == '?' || c == '+';
}

/* --- comparing --- */

/* A number of as many digits between both. */
static size_t
take_range(const struct pattern *p, const char *s, size_t at, size_t n)
{
	unsigned value = 0, digits = 0;

	while (at < n && is_digit(s[at]) && digits <= p->digits) {
		value = value * 10 + (unsigned)(s[at++] - '0');
		digits++;
	}
	return digits == p->digits && value >= p->low && value <= p->high ?
	    at : 0;
}

/* Behind the signs of p that s has; 0: it is another number. */
static size_t
take_signs(const struct pattern *p, const char *s, size_t n)
{
	size_t at = 0, whole = 0;

	for (unsigned i = 0; i < p->n; i++) {
		char c = p->sign[i];
		if (p->optional > 0 && i == p->optional)
			whole = at;
		if (c == '*')
			return at;
		/* Hyphens are as good as none, but between digits. */
		bool parted = at > 0 && at < n && !is_sign(s[at]);
		if (parted && c != '-' && !p->out && is_digit(s[at - 1]) &&
		    at + 1 < n && is_digit(s[at + 1]))
			return whole;
		at += parted;
		if (c == '-') {
			if (!parted)
				return whole;
			continue;
		}
		size_t from = at;
		while (c == '+' && at < n && is_digit(s[at]))
			at++;
		if (at > from)
			continue;
		if (at >= n || (c == '#' ? !is_digit(s[at]) :
		    c == '?' ? !is_sign(s[at]) : s[at] != c))
			return whole;
		at++;
	}
	return p->kind == PATTERN_RANGE ? take_range(p, s, at, n) : at;
}

enum pattern_fit
pattern_fits(const struct pattern *p, const char *s, size_t n)
{
	size_t at = take_signs(p, s, n);

	if (at == 0)
		return PATTERN_NO;
	/* The letters are whole, and the number follows without a hyphen. */
	if (p->kind == PATTERN_LETTERS)
		return at < n && is_digit(s[at]) ? PATTERN_WHOLE : PATTERN_NO;
	if (p->kind == PATTERN_STAR)
		return at < n ? PATTERN_WHOLE : PATTERN_NO;
	if (p->kind == PATTERN_STEM)
		return at < n && is_digit(s[at]) ? PATTERN_LETTER : PATTERN_NO;
	if (at == n)
		return PATTERN_WHOLE;
	/* "AFS66X-S" is no "AFS660-SR". */
	if (is_digit(s[at]) || (is_small(s[at]) && p->kind != PATTERN_RANGE &&
	    is_small(p->sign[p->n - 1])))
		return PATTERN_NO;
	return s[at] == '/' ? PATTERN_SLASH : is_small(s[at]) ?
	    PATTERN_LETTER : PATTERN_HYPHEN;
}

/* --- reading --- */

struct spelling {
	const struct name *name;
	bool		 one_of;	/* of a list */
	struct pattern	*out;
	unsigned	 n;
};

static bool
is_word(const struct name *n, unsigned i, const char *word)
{
	return i < n->n && n->token[i].len == strlen(word) &&
	    memcmp(n->flat + n->token[i].at, word, n->token[i].len) == 0;
}

static bool
is_series_word(const struct name *n, unsigned i)
{
	return is_word(n, i, "series") || is_word(n, i, "family") ||
	    is_word(n, i, "families");
}

/* "X-300 switch family": said of token i, with words between that say little.
 */
static bool
says_series(const struct name *n, unsigned i)
{
	for (i++; i < n->n && !is_series_word(n, i); i++)
		if (!token_is_weak(n, &n->token[i]))
			return false;
	return i < n->n;
}

/* Does the x at s[i] stand for a digit? "2xx", "Mxx60", "3x5"; but not that of
 * "FX3", "X200". */
static bool
is_wild(const char *s, size_t i, size_t n)
{
	size_t a = i, e = i;

	while (a > 0 && s[a - 1] == 'x')
		a--;
	while (e < n && s[e] == 'x')
		e++;
	bool before = a > 0 && is_digit(s[a - 1]);
	bool behind = e < n && is_digit(s[e]);
	return before || (behind && (e - a > 1 ? a > 0 :
	    a > 0 && !is_small(s[a - 1])));
}

/* All that follows s, up to n, stands for any sign: "xxx-xxx". */
static bool
all_any(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == 'x' || s[i] == '-'))
		i++;
	return n > 0 && i == n;
}

/* Signs of s[0, n), wildcards read; false: there is none, or it is none. */
static bool
read_wild(const char *s, size_t n, struct pattern *p)
{
	unsigned fixed = 0, digits = 0, wild = 0, lead = 0;
	bool slash = false;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '[' && i + 1 < n && s[i + 1] == ']') {
			c = '#';
			i++;
		} else if (c == '*') {
			c = is_small(s[i + 1]) && s[i + 1] != 'x' ? '+' : '#';
		} else if (c == '/') {
			slash = true;
			if (all_any(s + i + 1, n - i - 1))
				p->optional = p->n;
		} else if (c == 'x' && i > 0 && (is_wild(s, i, n) || (slash &&
		    (s[i - 1] == 'x' || !is_sign(s[i - 1]))))) {
			c = slash ? '?' : '#';
		}
		if (p->n + 1 >= PATTERN_SIGNS)
			return false;
		if (is_sign(c)) {
			fixed++;
			digits += is_digit(c);
			lead += wild == 0;
		} else if (counts(c)) {
			wild++;
		} else {
			char next = i + 1 < n && s[i + 1] == 'x' ? '#' :
			    i + 1 < n ? s[i + 1] : 0;
			if (p->n == 0 || !counts(p->sign[p->n - 1]) ||
			    !counts(next))
				continue;
			c = '-';
		}
		p->sign[p->n++] = c;
	}
	p->own = digits >= ORDER_DIGITS;
	return wild > 0 && digits > 0 && (fixed >= FIXED_MIN ? lead >= 2 :
	    fixed == digits && fixed + wild > 2 && lead > 0 && wild <= 3);
}

/* Letters and digits of s, with '-' between digits. */
static void
read_signs(const char *s, size_t n, struct pattern *p)
{
	for (size_t i = 0; i < n && p->n + 1 < PATTERN_SIGNS; i++) {
		char c = s[i];
		if (!is_sign(c)) {
			if (p->n == 0 || i + 1 >= n || !is_digit(s[i - 1]) ||
			    !is_digit(s[i + 1]))
				continue;
			c = '-';
		}
		p->sign[p->n++] = c;
	}
}

size_t
pattern_round(const char *s, size_t n, size_t *ret_zeros)
{
	size_t end = n, zeros = 0, first = 0;

	while (end > 0 && is_small(s[end - 1]))
		end--;
	end -= end > 0 && end < n && s[end - 1] == '-';
	while (zeros < 3 && zeros < end && s[end - 1 - zeros] == '0')
		zeros++;
	while (first < n && is_small(s[first]))
		first++;
	if (first == 0 || zeros < 2 || end - zeros <= first ||
	    !is_digit(s[end - zeros - 1]) || s[end - zeros - 1] == '0' ||
	    n - end >= PATTERN_SUFFIX || n >= PATTERN_SIGNS / 2)
		return 0;
	*ret_zeros = zeros;
	return end;
}

static bool
read_round(const char *s, size_t n, struct pattern *p)
{
	size_t zeros, end = pattern_round(s, n, &zeros);

	if (end == 0)
		return false;
	read_signs(s, end - zeros, p);
	for (; zeros > 0; zeros--)
		p->sign[p->n++] = '#';
	end += end < n && s[end] == '-';
	memcpy(p->suffix, s + end, n - end);
	return true;
}

/* "mx400-mx550" */
static bool
read_range(const char *s, size_t n, struct pattern *p)
{
	size_t letters = 0, digits = 0;

	while (letters < n && is_small(s[letters]))
		letters++;
	while (letters + digits < n && is_digit(s[letters + digits]))
		digits++;
	size_t half = letters + digits;
	if (letters < 1 || digits < 2 || digits > 6 || n != 2 * half + 1 ||
	    s[half] != '-' || memcmp(s, s + half + 1, letters) != 0)
		return false;
	for (size_t i = letters; i < half; i++) {
		if (!is_digit(s[half + 1 + i]))
			return false;
		p->low = p->low * 10 + (unsigned)(s[i] - '0');
		p->high = p->high * 10 + (unsigned)(s[half + 1 + i] - '0');
	}
	read_signs(s, letters, p);
	p->digits = (unsigned)digits;
	return p->low < p->high;
}

static bool
joins(char c)
{
	return c == '-' || c == '.' || c == '_' || c == '/';
}

/* Where the word that begins at token i ends in flat: signs, hyphens, slashes
 * and wildcards. */
static size_t
word_end(const struct name *n, unsigned i)
{
	const char *s = n->flat;
	size_t at = n->token[i].at;

	while (is_sign(s[at]) || joins(s[at]) || s[at] == '#' || s[at] == '*' ||
	    (s[at] == '[' && s[at + 1] == ']') ||
	    (s[at] == ']' && s[at - 1] == '['))
		at++;
	while (at > (size_t)n->token[i].at + n->token[i].len &&
	    joins(s[at - 1]))
		at--;
	return at;
}

static bool
begins_word(const struct name *n, unsigned i)
{
	size_t at = n->token[i].at;

	return at == 0 || strchr(" (,;:\"'", n->flat[at - 1]) != NULL;
}

/* Room for one more, of tokens first to last. */
static struct pattern *
next_pattern(struct spelling *r, enum pattern_kind kind, unsigned first,
    unsigned last)
{
	struct pattern *p = &r->out[r->n];

	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->first = first;
	p->last = last;
	p->series = r->name->family && says_series(r->name, last);
	return p;
}

static unsigned
last_token(const struct name *n, unsigned i, size_t end)
{
	while (i + 1 < n->n && n->token[i + 1].at < end)
		i++;
	return i;
}

/* "(part numbers BMXP34*)", or the name is nothing but the pattern. */
static bool
stands_alone(const struct name *n, unsigned i, unsigned last)
{
	const char *s = n->flat;
	bool bracket = false;

	for (size_t at = 0; at < n->token[i].at; at++)
		bracket = s[at] == '(' || (bracket && s[at] != ')');
	return bracket || n->words == last - i + 1;
}

bool
pattern_has_end(const struct pattern *p)
{
	return memchr(p->sign, '+', p->n) != NULL;
}

static void
read_star(struct spelling *r, unsigned i, size_t end)
{
	const struct name *n = r->name;
	size_t len = end - n->token[i].at - 1;
	unsigned last = last_token(n, i, end);
	struct pattern *p = next_pattern(r, PATTERN_STAR, i, last);

	if (n->flat[end - 1] != '*' || len < STAR_MIN ||
	    memchr(n->flat + n->token[i].at, '*', len) != NULL ||
	    memchr(n->flat + n->token[i].at, '/', len) != NULL)
		return;
	read_signs(n->flat + n->token[i].at, len, p);
	p->own = stands_alone(n, i, last);
	p->guess = !p->own;
	/* "CMMT-AS-*" is no CMMT-ASX. */
	if (n->token[i].kind == NAME_WORD && n->flat[end - 2] == '-' &&
	    p->n + 2 < PATTERN_SIGNS)
		p->sign[p->n++] = '-';
	if (p->n + 1 < PATTERN_SIGNS && p->n >= STAR_MIN) {
		p->sign[p->n++] = '*';
		r->n++;
	}
}

/* Numbers behind which "series" or "family" stands. */
static bool
read_series(struct spelling *r, unsigned i)
{
	const struct name *n = r->name;
	const char *s = n->flat + n->token[i].at;
	size_t len = n->token[i].len;
	struct pattern *p = next_pattern(r, PATTERN_ROUND, i, i);

	if ((p->series || (r->one_of && len > 3 && memcmp(s + len - 3, "000",
	    3) == 0)) && read_round(s, len, p)) {
		p->guess = !p->series;
		return true;
	}
	/* "3000 family" may end anybody's type. */
	p = next_pattern(r, PATTERN_TAIL, i, i);
	if (!is_series_word(n, i + 1) || len < 3 ||
	    strspn(s, "0123456789") < len || memcmp(s + len - 2, "00",
	    2) == 0)
		return false;
	read_signs(s, len, p);
	return true;
}

/* "DVP-12SE" */
static void
read_stem(struct spelling *r, unsigned i)
{
	const struct name_token *t = &r->name->token[i];
	const char *s = r->name->flat + t->at;

	if (t->len < STEM_MIN || t->len >= PATTERN_SIGNS ||
	    !is_small(s[t->len - 1]) || !token_is_strong(r->name, t))
		return;
	struct pattern *p = next_pattern(r, PATTERN_STEM, i, i);
	read_signs(s, t->len, p);
	p->guess = true;
	r->n += p->n >= STEM_MIN;
}

static void
read_number(struct spelling *r, unsigned i)
{
	const struct name *n = r->name;
	size_t at = n->token[i].at, end = word_end(n, i), len = end - at;
	const char *s = n->flat + at;
	unsigned last = last_token(n, i, end);
	bool wild = false;

	for (size_t k = 1; k < len && !wild; k++)
		wild = s[k] == 'x' || s[k] == '#' || s[k] == '*' ||
		    s[k] == '[';
	/* One star at the end is whatever follows; others are digits. */
	if (wild && len > 2 && s[len - 1] == '*' && s[len - 2] != '*') {
		read_star(r, i, end);
		return;
	}
	struct pattern *p = &r->out[r->n];
	if ((wild && read_wild(s, len, next_pattern(r, PATTERN_WILD, i,
	    last))) ||
	    (is_small(s[0]) && len >= 7 && len % 2 == 1 && s[len / 2] == '-' &&
	    read_range(s, len, next_pattern(r, PATTERN_RANGE, i, last)))) {
		p->own |= pattern_has_end(p) && stands_alone(n, i, last);
		r->n++;
		return;
	}
	if ((n->family || r->one_of) && read_series(r, i))
		r->n++;
	else
		read_stem(r, i);
}

/* "RSP, RSPE, MSP, GRS": how many from token i on. */
static unsigned
letter_list(const struct name *n, unsigned i)
{
	unsigned count = 0;

	for (; i < n->n; i++, count++) {
		const struct name_token *t = &n->token[i];
		size_t end = (size_t)t->at + t->len;
		if (t->kind != NAME_WORD || t->len < 3 || t->len > 5 ||
		    (count == 0 && n->flat[end] != ',') ||
		    token_is_weak(n, t))
			break;
		if (i + 1 == n->n || n->flat[end] != ',' ||
		    n->token[i + 1].at > end + 2) {
			count++;
			break;
		}
	}
	return count >= 3 ? count : 0;
}

/* "WS Series WS0-GETH": one model of the series, which token i begins. */
static bool
names_model(const struct name *n, unsigned i)
{
	const struct name_token *t = &n->token[i];

	for (unsigned k = i + 1; k < n->n; k++)
		if (n->token[k].kind == NAME_CODE && n->token[k].len > t->len &&
		    memcmp(n->flat + n->token[k].at, n->flat + t->at,
		    t->len) == 0)
			return true;
	return false;
}

static void
read_letters(struct spelling *r, unsigned i)
{
	const struct name *n = r->name;
	const struct name_token *t = &n->token[i];
	unsigned list = letter_list(n, i);

	if (list > 0 && i > 0 && letter_list(n, i - 1) > 0)
		return;
	for (unsigned k = 0; k < list && r->n < PATTERNS_MAX; k++) {
		struct pattern *p = next_pattern(r, PATTERN_LETTERS, i,
		    i + list - 1);
		read_signs(n->flat + t[k].at, t[k].len, p);
		p->guess = true;
		r->n++;
	}
	/* Two letters, if a word stands before: "Efficia CM Series". */
	if (list > 0 || !n->family || t->len < 3u - (i > 0) || t->len > 12 ||
	    !is_series_word(n, i + 1) || token_is_weak(n, t) ||
	    names_model(n, i))
		return;
	read_signs(n->flat + t->at, t->len, next_pattern(r, PATTERN_LETTERS,
	    i, i));
	r->n++;
}

/* An order number that was taken out of the name: '?' and '*' stand for
 * signs. */
static void
read_code(struct spelling *r, const char *code)
{
	struct pattern *p = next_pattern(r, PATTERN_WILD, 0, 0);
	unsigned fixed = 0;

	for (const char *c = code; *c != '\0' && p->n + 1 < PATTERN_SIGNS;
	    c++) {
		bool star = *c == '*';
		fixed += !star && *c != '?' && fixed == p->n;
		p->sign[p->n++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' +
		    'a') : *c;
		if (star) {
			p->kind = PATTERN_STAR;
			break;
		}
	}
	p->own = p->out = true;
	r->n += strpbrk(code, "?*") != NULL && fixed >= STAR_MIN;
}

unsigned
patterns_read(const struct name *n, char (*codes)[40],
    unsigned n_codes, bool one_of, struct pattern *ret)
{
	struct spelling r = { .name = n, .one_of = one_of, .out = ret };

	for (unsigned i = 0; i < n_codes && i < 4 && r.n < PATTERNS_MAX; i++)
		read_code(&r, codes[i]);
	for (unsigned i = 0; i < n->n && r.n < PATTERNS_MAX; i++) {
		const struct name_token *t = &n->token[i];
		if (t->kind == NAME_NOISE || !begins_word(n, i))
			continue;
		size_t end = word_end(n, i);	/* at t->at: no sign of ours */
		if (t->kind == NAME_CODE)
			read_number(&r, i);
		else if (t->kind == NAME_WORD && end > t->at &&
		    n->flat[end - 1] == '*')
			read_star(&r, i, end);
		else if (t->kind == NAME_WORD)
			read_letters(&r, i);
	}
	return r.n;
}
