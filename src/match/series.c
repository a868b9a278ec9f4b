/* series.c - from a number that stands for several models to the devices that
 * have one of them. What is found by a pattern must agree in the rest of its
 * name, too, as if the publisher had written the device's own number. */
#include <string.h>
#include "lines.h"
#include "names.h"
#include "rules.h"
#include "base/text.h"

/* What one kind costs against TRIED_MAX: its name is read. */
#define KIND_COST 8u
/* As many letters behind all numbers are a name: "X202-2IRT". */
#define NAMED_MIN 3u
#define HEAD_LONG 6u
#define HEAD_DIGITS 4u		/* of a word that begins with digits */

/* --- families beside each other --- */

#define FAMILIES_MAX 32u
struct named_family {
	uint64_t	 number;	/* of "X-200" */
	char		 suffix[PATTERN_SUFFIX];	/* "irt" */
};

/* "X-200IRT" in a product's name. */
static void
add_families(struct matcher *m, const char *text)
{
	for (const char *at = strstr(text, "00"); at != NULL &&
	    m->n_families < FAMILIES_MAX; at = strstr(at, "00")) {
		char word[PATTERN_SIGNS];
		size_t zeros, from = (size_t)(at - text), n = 0;
		while (from > 0 && (is_alnum(text[from - 1]) ||
		    text[from - 1] == '-'))
			from--;
		while (n < sizeof(word) && (is_alnum(text[from + n]) ||
		    text[from + n] == '-')) {
			char c = text[from + n];
			word[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' +
			    'a') : c;
		}
		at = text + from + n;
		size_t end = pattern_round(word, n, &zeros);
		if (end == 0 || end == n)
			continue;
		struct named_family *one = &m->families[m->n_families];
		memset(one, 0, sizeof(*one));
		one->number = name_hash(word, 0, end);
		end += word[end] == '-';
		memcpy(one->suffix, word + end, n - end);
		bool again = false;
		for (unsigned i = 0; i < m->n_families; i++)
			again |= memcmp(&m->families[i], one,
			    sizeof(*one)) == 0;
		m->n_families += !again;
	}
}

static void
read_families(struct matcher *m)
{
	if (m->families_read)
		return;
	m->families_read = true;
	m->families = arena_alloc(m->mem, FAMILIES_MAX *
	    sizeof(*m->families));
	for (uint32_t i = 0; i < m->a->n_products; i++)
		add_families(m, product_text(&m->a->products[i]));
}

/* --- one kind against one pattern --- */

/* A device's word that fits. */
struct member {
	const struct name *d;
	const char	*word;
	size_t		 len;
	unsigned	 first, last;	/* its tokens */
	enum pattern_fit fit;
	bool		 prefixed;	/* a sales prefix stands before it */
};

static bool
tail_fits(const struct pattern *p, const char *s, size_t n)
{
	size_t letters = 0;

	while (letters < n && is_small(s[letters]))
		letters++;
	size_t at = letters + (letters < n && s[letters] == '-');
	return letters >= 2 && n - at == p->n &&
	    memcmp(s + at, p->sign, p->n) == 0;
}

size_t
sales_prefix(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_small(s[i]))
		i++;
	return i >= 2 && i <= 4 && i + 4 < n && s[i] == '-' &&
	    is_small(s[i + 1]) ? i + 1 : 0;
}

static bool
find_member(const struct pattern *p, const struct name *d, struct member *ret)
{
	ret->d = d;
	for (unsigned i = 0; i < d->n; i++) {
		const char *s = d->flat + d->token[i].at;
		if (d->token[i].kind != NAME_CODE || (d->token[i].at > 0 &&
		    strchr(" (,;:[", s[-1]) == NULL))
			continue;
		size_t n = strcspn(s, " (),;:[]\"");
		size_t skip = sales_prefix(s, n);
		ret->word = s;
		ret->len = n;
		ret->prefixed = false;
		ret->fit = p->kind == PATTERN_TAIL ? (tail_fits(p, s, n) ?
		    PATTERN_WHOLE : PATTERN_NO) : pattern_fits(p, s, n);
		if (ret->fit == PATTERN_NO && p->kind == PATTERN_WILD &&
		    skip > 0) {
			ret->fit = pattern_fits(p, s + skip, n - skip);
			ret->prefixed = true;
		}
		if (ret->fit == PATTERN_NO)
			continue;
		ret->first = ret->last = i;
		while (ret->last + 1 < d->n && d->token[ret->last + 1].at <
		    d->token[i].at + n)
			ret->last++;
		return true;
	}
	return false;
}

/* n with the device's word in place of its tokens first to last. */
static bool
with_word(struct name *ret, const struct name *n, unsigned first,
    unsigned last, const struct member *m)
{
	size_t end = strlen(n->flat) + 1;

	if (end + m->len >= sizeof(ret->flat))
		return false;
	*ret = *n;
	memcpy(ret->flat + end, m->word, m->len);
	ret->flat[end + m->len] = '\0';
	ret->token[first] = (struct name_token){ .kind = NAME_CODE,
	    .at = (uint16_t)end, .len = (uint16_t)m->len,
	    .hash = name_hash(m->word, 0, m->len) };
	memmove(ret->token + first + 1, ret->token + last + 1,
	    (n->n - last - 1) * sizeof(ret->token[0]));
	ret->n = n->n - (last - first);
	ret->words = 0;
	for (unsigned i = 0; i < ret->n; i++)
		ret->words += ret->token[i].kind != NAME_NOISE;
	return true;
}

/* Does the publisher say more behind his pattern? Not by the end of another
 * one, "BMEH58*S". */
static bool
says_behind(const struct name *p, unsigned at, const struct name *d)
{
	for (unsigned i = at + 1; i < p->n; i++)
		if (!token_is_weak(p, &p->token[i]) && p->token[i].len > 1 &&
		    p->token[i].kind != NAME_CODE &&
		    !has_token(d, p->token[i].hash))
			return true;
	return false;
}

/* How the rest of both names agrees; -1: it does not. */
static int
how_rest(struct lookup *l, const struct pattern *pat,
    const struct index_kind *kind, const struct member *m)
{
	const struct name was = l->name;
	const uint32_t brands = l->brands;
	struct name p, d;

	if (pat->out)
		return HOW_FAMILY;
	if (!with_word(&p, &was, pat->first, pat->last, m) ||
	    !with_word(&d, m->d, m->first, m->last, m))
		return -1;
	p.family = true;
	l->name = p;
	l->brands = 0;
	int how = how_related(l, kind, &d);
	l->name = was;
	l->brands = brands;
	/* What stands before an order number is its family's name. */
	if (pat->own && (how < 0 || how > HOW_FAMILY) &&
	    !says_behind(&p, pat->first, &d))
		return HOW_FAMILY;
	/* All digits spelled out are the number itself. */
	if (pat->kind == PATTERN_WILD && m->fit == PATTERN_WHOLE)
		return how;
	return how >= 0 && how < HOW_FAMILY ? HOW_FAMILY : how;
}

/* "Relion 615 series", "Relion RED615": the word before the number, in both. */
static bool
brand_shared(const struct lookup *l, const struct pattern *pat,
    const struct name *d)
{
	const struct name_token *t = &l->name.token[pat->first];

	return pat->first > 0 && t[-1].kind == NAME_WORD &&
	    has_token(d, t[-1].hash);
}

static size_t
end_letters(const char *s, size_t n)
{
	size_t letters = 0;

	while (letters < n && is_small(s[n - 1 - letters]))
		letters++;
	return letters;
}

/* "X202-2P IRT": the device's word, or one behind it, has these letters. */
static bool
has_suffix(const struct member *m, const char *suffix)
{
	size_t n = strlen(suffix), own = end_letters(m->word, m->len), at = 0;

	if (own == n || (own > n && n >= NAMED_MIN)) {
		if (memcmp(m->word + m->len - n, suffix, n) == 0)
			return true;
	}
	while (at < m->len && !is_digit(m->word[at]))
		at++;
	while (at < m->len && !is_small(m->word[at]))
		at++;
	if (m->len - at >= n && memcmp(m->word + at, suffix, n) == 0 &&
	    (m->len - at == n || !is_small(m->word[at + n])))
		return true;
	for (unsigned i = m->last + 1; i < m->d->n; i++)
		if (m->d->token[i].len == n && memcmp(m->d->flat +
		    m->d->token[i].at, suffix, n) == 0)
			return true;
	return false;
}

/* A further word behind the number is a name that the series does not say:
 * "X204 EEC"; not what is in brackets. */
static bool
says_name(const struct lookup *l, const struct member *m)
{
	const struct name *d = m->d;

	for (unsigned i = m->last + 1; i < d->n; i++) {
		const struct name_token *t = &d->token[i];
		size_t gap = (size_t)t[-1].at + t[-1].len;
		if (memchr(d->flat + gap, '(', t->at - gap) != NULL)
			return false;
		if (t->kind == NAME_WORD && t->len >= NAMED_MIN &&
		    !token_is_weak(d, t) && !has_token(&l->name, t->hash))
			return true;
	}
	return false;
}

/* Is the member spelled out, or only guessed? */
static bool
is_sure(const struct lookup *l, const struct pattern *pat,
    const struct member *m)
{
	if (pat->guess || m->prefixed)
		return false;
	switch (pat->kind) {
	case PATTERN_WILD:
	case PATTERN_RANGE:
		return m->fit == PATTERN_WHOLE || m->fit == PATTERN_SLASH ||
		    pat->series;
	case PATTERN_ROUND:
		return pat->suffix[0] != '\0' || (end_letters(m->word, m->len)
		    < NAMED_MIN && !says_name(l, m));
	case PATTERN_TAIL:
		return brand_shared(l, pat, m->d);
	case PATTERN_STAR:
	case PATTERN_LETTERS:
		return true;
	case PATTERN_STEM:
		break;
	}
	return false;
}

/* "X-200RNA" itself: no member, a family by its own name. */
static bool
is_family(const struct pattern *pat, const struct member *m)
{
	size_t zeros = 0, end = pattern_round(m->word, m->len, &zeros);
	unsigned wild = 0;

	for (unsigned i = 0; i < pat->n; i++)
		wild += pat->sign[i] == '#';
	return end > 0 && end < m->len && zeros >= wild;
}

/* Is the member rather of a family with further letters? */
static bool
is_sibling(struct lookup *l, const struct pattern *pat,
    const struct member *m)
{
	const struct name_token *t = &l->name.token[pat->first];

	if (pat->suffix[0] != '\0')
		return !has_suffix(m, pat->suffix);
	read_families(l->m);
	for (unsigned i = 0; i < l->m->n_families; i++)
		if (l->m->families[i].number == name_hash(l->name.flat, t->at,
		    (size_t)t->at + t->len) &&
		    has_suffix(m, l->m->families[i].suffix))
			return true;
	return false;
}

/* A glance at a model's text, before its words are read: true also where only
 * reading can tell. */
static bool
may_fit(const struct pattern *p, const char *text)
{
	char word[PATTERN_SIGNS * 2];

	for (const char *s = text; *s != '\0';) {
		size_t n = 0;
		while (is_alnum(s[n]) || s[n] == '-' || s[n] == '.' ||
		    s[n] == '/' || s[n] == '_') {
			if (n == sizeof(word))
				return true;
			word[n] = s[n] >= 'A' && s[n] <= 'Z' ?
			    (char)(s[n] - 'A' + 'a') : s[n];
			n++;
		}
		if ((signed char)s[n] < 0)
			return true;
		if (n > 0 && (word[0] == p->sign[0] || p->sign[0] == '#' ||
		    p->kind == PATTERN_TAIL) && (p->kind == PATTERN_TAIL ?
		    tail_fits(p, word, n) : pattern_fits(p, word, n) !=
		    PATTERN_NO))
			return true;
		size_t skip = p->kind == PATTERN_WILD ? sales_prefix(word,
		    n) : 0;
		if (skip > 0 && pattern_fits(p, word + skip, n - skip) !=
		    PATTERN_NO)
			return true;
		s += n + (s[n] != '\0');
	}
	return false;
}

static void
take_member(struct lookup *l, const struct pattern *pat, uint32_t number)
{
	const struct index_kind *kind = index_kind(l->m->ix, number);
	struct member m;

	/* With the publisher's own word in it, it was found by that. */
	if (kind == NULL || kind->key == l->name.key ||
	    l->m->tried > TRIED_MAX || (!pat->out && pat->first ==
	    pat->last && tokens_hold(l->m->ix, kind,
	    l->name.token[pat->first].hash)))
		return;
	l->m->tried += KIND_COST;
	if (!may_fit(pat, index_kind_model(l->m->ix, kind)))
		return;
	enum maker_fit fit = maker_fits(l, kind);
	if (fit == MAKER_NO)
		return;
	const struct name *d = kind_name(l, number, kind);
	if (d->cut || !find_member(pat, d, &m))
		return;
	if (pat->kind == PATTERN_ROUND && (is_family(pat, &m) ||
	    is_sibling(l, pat, &m)))
		return;
	bool sure = is_sure(l, pat, &m);
	/* The list knows both lines: of this one it would be a member. */
	if (!sure && line_members(l->m, number, LINE_OF).n > 0 &&
	    rules_name_line(l->m->rules, &l->name))
		return;
	int how = how_rest(l, pat, kind, &m);
	if (how < 0)
		return;
	if (!sure && how < HOW_WIDER)
		how = HOW_WIDER;
	/* The pattern says it, not that it is one of a list. */
	bool one_of = l->one_of;
	l->one_of = false;
	add_candidate(l, number, CANDIDATE_KIND, (enum how)how, 0, fit);
	l->one_of = one_of;
}

/* --- finding kinds --- */

static void
take_run(struct lookup *l, const struct pattern *pat, enum index_key key,
    const char *text, size_t n)
{
	uint64_t hash = name_hash(text, 0, n);

	for (unsigned g = 0; g < l->n_groups; g++) {
		struct index_run run = index_find(l->m->ix, index_key(key,
		    l->group[g], hash));
		for (uint32_t i = 0; i < run.n; i++)
			take_member(l, pat, run.at[i]);
	}
}

/* "CPX-AP-*": as many letters as a head has, but for one. */
static void
take_letters(struct lookup *l, const struct pattern *pat, char *head,
    size_t n)
{
	for (char c = 'a'; c <= 'z'; c++) {
		head[n] = c;
		take_run(l, pat, INDEX_HEAD, head, n + 1);
	}
}

/* The head with each digit behind it. */
static void
take_digits(struct lookup *l, const struct pattern *pat, char *head,
    size_t n)
{
	char least = '0', most = '9';
	unsigned ten = 1;

	for (unsigned i = 1; i < pat->digits; i++)
		ten *= 10;
	if (pat->kind == PATTERN_RANGE) {
		least = (char)('0' + pat->low / ten);
		most = (char)('0' + pat->high / ten);
	}
	for (char c = least; c <= most; c++) {
		head[n] = c;
		take_run(l, pat, INDEX_HEAD, head, n + 1);
	}
}

/* "1x1": too short to be found by its head; each number that it may be. */
static void
take_numbers(struct lookup *l, const struct pattern *pat)
{
	unsigned wild = 0, most = 1;
	char word[PATTERN_SIGNS];

	for (unsigned i = 0; i < pat->n; i++)
		wild += pat->sign[i] == '#';
	for (unsigned i = 0; i < wild && i < 3; i++)
		most *= 10;
	for (unsigned v = 0; v < most; v++) {
		for (unsigned i = 0, rest = v; i < pat->n; i++) {
			word[i] = pat->sign[i];
			if (word[i] != '#')
				continue;
			word[i] = (char)('0' + rest % 10);
			rest /= 10;
		}
		take_run(l, pat, pat->n == HEAD_DIGITS ? INDEX_HEAD :
		    INDEX_WORD, word, pat->n);
	}
	l->m->tried += most;
}

static void
find_pattern_kinds(struct lookup *l, const struct pattern *pat)
{
	char head[PATTERN_SIGNS + 1];
	size_t n = 0, letters = 0;

	if (pat->kind == PATTERN_TAIL || pat->kind == PATTERN_STEM) {
		take_run(l, pat, pat->kind == PATTERN_TAIL ? INDEX_TAIL :
		    INDEX_STEM, pat->sign, pat->n);
		return;
	}
	for (unsigned i = 0; i < pat->n; i++) {
		char c = pat->sign[i];
		if (is_digit(c) || is_small(c))
			head[n++] = c;
		else if (c != '-')
			break;
	}
	while (letters < n && is_small(head[letters]))
		letters++;
	if (n >= HEAD_LONG)
		take_run(l, pat, INDEX_HEAD, head, HEAD_LONG);
	else if (letters > 0 && n > letters)
		take_run(l, pat, INDEX_HEAD, head, letters + 1);
	else if (letters == 0 && n >= HEAD_DIGITS)
		take_run(l, pat, INDEX_HEAD, head, HEAD_DIGITS);
	else if (letters > 0 || n == 3) {
		take_digits(l, pat, head, n);
		if (pat->kind == PATTERN_STAR && letters == HEAD_LONG - 1)
			take_letters(l, pat, head, n);
	} else if (pat->kind == PATTERN_WILD)
		take_numbers(l, pat);
}

static void
find_numbers(struct lookup *l, const struct pattern *pat)
{
	char code[PATTERN_SIGNS + 1];

	for (unsigned i = 0; i < pat->n; i++) {
		char c = pat->sign[i];
		if (c == '-')
			return;
		code[i] = is_small(c) ? (char)(c - 'a' + 'A') : c == '+' ?
		    '*' : c;
	}
	code[pat->n] = '\0';
	find_order_pattern(l, code);
}

void
find_patterns(struct lookup *l)
{
	struct pattern list[PATTERNS_MAX];
	unsigned n = patterns_read(&l->name, l->code, l->one_of ? 0 :
	    l->n_codes, l->one_of, list);

	for (unsigned i = 0; i < n; i++) {
		/* Of a line that is known the table has the members. */
		if (list[i].kind == PATTERN_TAIL && l->m->rules != NULL &&
		    rules_name_line(l->m->rules, &l->name))
			continue;
		find_pattern_kinds(l, &list[i]);
		/* Order numbers are spelled out so, too. */
		if ((list[i].kind == PATTERN_STAR ||
		    pattern_has_end(&list[i])) && list[i].own && !list[i].out)
			find_numbers(l, &list[i]);
	}
}
