/* range_text.c - the words that people print around versions: phrases become
 * signs, remarks in brackets are weighed. */
#include <string.h>
#include "range_text.h"
#include "version_words.h"
#include "versions.h"
#include "base/text.h"
#include "noun/index.h"

struct phrase {
	const char	*words;
	char		 sign;		/* ' ': says nothing */
};

/* Longer ones first where one begins another. */
static const struct phrase phrases[] = {
	{ "alle versionen", ' ' }, { "alle", ' ' }, { "versionen", ' ' },
	{ "kleiner als", SIGN_LT }, { "alter als", SIGN_LT },
	{ "bis einschliesslich", SIGN_LE }, { "bis", SIGN_LE },
	{ "vor", SIGN_LT }, { "und alter", SIGN_OR_LESS },
	{ "und fruher", SIGN_OR_LESS }, { "und kleiner", SIGN_OR_LESS },
	{ "greater than or equal to", SIGN_GE },
	{ "greater or equal to", SIGN_GE }, { "lower or equal to", SIGN_LE },
	{ "less or equal to", SIGN_LE },
	{ "but not including", SIGN_LT }, { "not including", SIGN_LT },
	{ "less than or equal to", SIGN_LE },
	{ "all versions before", SIGN_LT }, { "below", SIGN_LT },
	{ "under", SIGN_LT }, { "above", SIGN_GT }, { "after", SIGN_GT },
	{ "beginning with", SIGN_GE }, { "as of", SIGN_GE },
	{ "prior to", SIGN_LT }, { "previous to", SIGN_LT },
	{ "before", SIGN_LT }, { "earlier than", SIGN_LT },
	{ "older than", SIGN_LT }, { "lower than", SIGN_LT },
	{ "less than", SIGN_LT }, { "up to", SIGN_LE },
	{ "through", SIGN_LE }, { "thru", SIGN_LE }, { "until", SIGN_LE },
	{ "not later than", SIGN_LE }, { "no later than", SIGN_LE },
	{ "not newer than", SIGN_LE }, { "not higher than", SIGN_LE },
	{ "not earlier than", SIGN_GE }, { "not older than", SIGN_GE },
	{ "not lower than", SIGN_GE }, { "not before", SIGN_GE },
	{ "et anterieures", SIGN_OR_LESS }, { "et anterieurs", SIGN_OR_LESS },
	{ "y anteriores", SIGN_OR_LESS }, { "e precedenti", SIGN_OR_LESS },
	{ "greater than", SIGN_GT }, { "newer than", SIGN_GT },
	{ "later than", SIGN_GT }, { "higher than", SIGN_GT },
	{ "starting with", SIGN_GE }, { "starting from", SIGN_GE },
	{ "from", SIGN_GE }, { "since", SIGN_GE }, { "between", SIGN_GE },
	{ "and all prior", SIGN_OR_LESS }, { "and all previous", SIGN_OR_LESS },
	{ "and all earlier", SIGN_OR_LESS },
	{ "and all below", SIGN_OR_LESS },
	{ "and prior", SIGN_OR_LESS }, { "or prior", SIGN_OR_LESS },
	{ "and earlier", SIGN_OR_LESS }, { "or earlier", SIGN_OR_LESS },
	{ "and below", SIGN_OR_LESS }, { "or below", SIGN_OR_LESS },
	{ "and older", SIGN_OR_LESS }, { "or older", SIGN_OR_LESS },
	{ "and lower", SIGN_OR_LESS }, { "or lower", SIGN_OR_LESS },
	{ "and previous", SIGN_OR_LESS }, { "or previous", SIGN_OR_LESS },
	{ "and later", SIGN_OR_MORE }, { "or later", SIGN_OR_MORE },
	{ "and newer", SIGN_OR_MORE }, { "or newer", SIGN_OR_MORE },
	{ "and above", SIGN_OR_MORE }, { "or above", SIGN_OR_MORE },
	{ "and higher", SIGN_OR_MORE }, { "or higher", SIGN_OR_MORE },
	{ "and up", SIGN_OR_MORE }, { "onwards", SIGN_OR_MORE },
	{ "onward", SIGN_OR_MORE }, { "and onwards", SIGN_OR_MORE },
	{ "and after", SIGN_OR_MORE }, { "and onward", SIGN_OR_MORE },
	{ "or below", SIGN_OR_LESS }, { "or before", SIGN_OR_LESS },
	{ "and before", SIGN_OR_LESS }, { "and under", SIGN_OR_LESS },
	{ "and function state", SIGN_CUT },
	{ "with firmware", ' ' }, { "with software", ' ' },
	{ "with version", ' ' }, { "with versions", ' ' },
	{ "models", ' ' }, { "with", SIGN_CUT },
	{ "when", SIGN_CUT }, { "if", SIGN_CUT }, { "on", SIGN_CUT },
	{ "running", SIGN_CUT }, { "in combination", SIGN_CUT },
	{ "for", SIGN_CUT }, { "except", SIGN_CUT }, { "excluding", SIGN_CUT },
	{ "without", SIGN_CUT }, { "using", SIGN_CUT },
	{ "all", ' ' }, { "any", ' ' }, { "versions", ' ' },
	{ "version", ' ' }, { "bios", ' ' }, { "firmware", ' ' },
	{ "software", ' ' }, { "the", ' ' }, { "of", ' ' }, { "only", ' ' },
	{ "releases", ' ' }, { "is", ' ' }, { "are", ' ' },
	{ "revisions", ' ' }, { "serial numbers", ' ' },
	{ "inclusive", ' ' },
	{ "including", SIGN_MORE }, { "and including", SIGN_MORE },
	{ "and", ',' }, { "or", SIGN_BAR }, { "to", SIGN_LE },
};

static bool
is_word_sign(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || (signed char)c < 0;
}

/* The operator at s, its length in *n; 0 if there is none. */
static char
operator_at(const char *s, size_t left, size_t *n)
{
	*n = 1;
	if (left >= 2 && (s[1] == '=' || s[1] == '>')) {
		*n = 2;
		if (s[0] == '<' && s[1] == '=')
			return SIGN_LE;
		if (s[0] == '>' && s[1] == '=')
			return SIGN_GE;
		if (s[0] == '!' && s[1] == '=')
			return SIGN_NE;
		if (s[0] == '=' && s[1] == '=')
			return SIGN_EQ;
		if (s[0] == '=' && s[1] == '>')
			return SIGN_GE;
		*n = 1;
	}
	if (left >= 2 && s[0] == '=' && (s[1] == '<')) {
		*n = 2;
		return SIGN_LE;
	}
	switch (s[0]) {
	case '<':
		return SIGN_LT;
	case '>':
		return SIGN_GT;
	case '=':
		return SIGN_EQ;
	case '|':
		*n = left >= 2 && s[1] == '|' ? 2 : 1;
		return SIGN_BAR;
	case ';':
		return SIGN_BAR;
	default:
		return 0;
	}
}

/* The phrase that begins at s[at], or NULL. */
static const struct phrase *
phrase_at(const char *s, size_t at, size_t n)
{
	if (s[at] < 'a' || s[at] > 'z' || (at > 0 && is_word_sign(s[at - 1])))
		return NULL;
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (phrases[i].words[0] != s[at])
			continue;
		size_t len = strlen(phrases[i].words);
		if (len <= n - at && memcmp(s + at, phrases[i].words, len) == 0
		    && (at + len == n || !is_word_sign(s[at + len])))
			return &phrases[i];
	}
	return NULL;
}

/* Is the bracket at s[at] part of a version: "15.2(6)E0a", "(R4.02)"? Not with
 * words behind: "14.4 (14.x series)", "1.49 (1.29 for NX7)". */
static bool
bracket_is_version(const char *s, size_t at, size_t n)
{
	size_t i = at + 1, end = i, letters = 0;
	struct version v;

	while (end < n && s[end] != ')')
		end++;
	while (i + letters < end && s[i + letters] != ' ' &&
	    !is_digit(s[i + letters]))
		letters++;
	if (end - i >= 5 && memcmp(s + i, "build", 5) == 0)
		return true;
	/* "V5.21(AAZF.14)C0" */
	if (at > 0 && is_digit(s[at - 1]) && letters == 5 && s[i + 4] == '.')
		letters = 2, i += 3;
	return letters <= 2 && i + letters < end &&
	    is_digit(s[i + letters]) && version_read(s + i, end - i, &v) == 0;
}

/* What a bracket says that is no part of a version. */
static void
take_bracket(const char *s, size_t n, char *out, const size_t *len,
    bool *narrowed, bool *widened)
{
	static const char *const harmless[] = { "end-of-life", "end of life",
	    "eol", "formerly", "former", "including former", "part of",
	    "integrated", "inclusive", "included", "incl", "including",
	    "all ", "windows and linux", "see ", NULL };
	char text[128];

	n = n < sizeof(text) ? n : sizeof(text) - 1;
	memcpy(text, s, n);
	text[n] = '\0';
	if (strstr(text, "prior") != NULL || strstr(text, "possibl") != NULL ||
	    strstr(text, "earlier") != NULL || strstr(text, "may ") != NULL ||
	    strstr(text, "older") != NULL || strstr(text, "other") != NULL)
		*widened = true;
	/* "between V1 (including) and V2 (excluding)": of the sign before. */
	if (strncmp(text, "excl", 4) == 0 ||
	    strncmp(text, "not incl", 8) == 0) {
		for (size_t i = *len; i > 0; i--)
			if (out[i - 1] == SIGN_LE || out[i - 1] == SIGN_GE) {
				out[i - 1] = out[i - 1] == SIGN_LE ? SIGN_LT :
				    SIGN_GT;
				return;
			}
	}
	for (const char *const *h = harmless; *h != NULL; h++)
		if (strncmp(text, *h, strlen(*h)) == 0)
			return;
	*narrowed = true;
}

/* "april 20, 2023": the comma belongs to the date. */
static bool
comma_is_date(const char *s, size_t at, size_t n)
{
	size_t i = at, digits = 0;

	while (i > 0 && s[i - 1] >= '0' && s[i - 1] <= '9')
		i--, digits++;
	if (digits == 0 || digits > 2 || i < 4 || s[i - 1] != ' ' ||
	    s[i - 2] < 'a' || s[i - 2] > 'z')
		return false;
	for (i = at + 1; i < n && s[i] == ' ';)
		i++;
	return n - i >= 4 && s[i] == '2' && s[i + 1] == '0';
}

/* "14.0.15_51.25", "4.04E_10.95": the underscore counts on as a dot does, while
 * "V36.011_V35.013" are two. */
static bool
counts_on(const char *s, size_t at, size_t n)
{
	return at > 0 && at + 1 < n && is_digit(s[at + 1]) &&
	    (is_digit(s[at - 1]) || (at > 1 && is_digit(s[at - 2])));
}

size_t
range_one_blank(char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i] != '_' ? s[i] : counts_on(s, i, n) ? '.' : ' ';
		if (c == ',' && comma_is_date(s, i, n))
			c = ' ';
		if (c == ' ' && len > 0 && s[len - 1] == ' ')
			continue;
		s[len++] = c;
	}
	return len;
}

/* "< 4.8 | SP5": what stands on top of the version before the bar. */
static bool
bar_counts_on(const char *s, size_t at, size_t n)
{
	size_t len = 0, end = 0;

	while (at < n && s[at] == ' ')
		at++;
	while (at + len < n && s[at + len] >= 'a' && s[at + len] <= 'z')
		len++;
	if (version_two_words(s + at, n - at, len, &end) < 0) {
		if (version_top(s + at, len, false) < 0)
			return false;
		end = len;
	}
	end += at;
	end += end < n && s[end] == ' ';
	return end < n && is_digit(s[end]);
}

/* "prior to, and including, 4.1": the sign before takes its bound in; the new
 * length. */
static size_t
take_in(char *out, size_t len)
{
	size_t at = len;

	while (at > 0 && (out[at - 1] == ' ' || out[at - 1] == ','))
		at--;
	if (at == 0 || out[at - 1] < SIGN_LT || out[at - 1] > SIGN_GE)
		return len;
	if (out[at - 1] == SIGN_LT || out[at - 1] == SIGN_GT)
		out[at - 1]++;
	return at;
}

/* " 4.1", " V4": no product. */
static bool
is_version_at(const char *s)
{
	s += strspn(s, " ,");
	s += *s == 'v';
	return is_digit(*s);
}

/* "3.1 (v3.1.2)", "2022 (6.8)": both are names of one version. */
static bool
other_name_at(const char *s, size_t at)
{
	if (s[at] != '(' || at < 2 || s[at - 1] != ' ' || !is_digit(s[at - 2]))
		return false;
	bool v = s[at + 1] == 'v';
	size_t digits = strspn(s + at + 1 + v, "0123456789");
	return digits > 0 && (v || (s[at + 1 + digits] == '.' && at > 4 &&
	    memcmp(s + at - 5, "20", 2) == 0));
}

/* Behind a bound it is a bound as well; beside a lower one the first name must
 * do. Returns where the text goes on. */
static size_t
take_other_name(const char *s, size_t at, char *out, size_t *len)
{
	char sign = 0;

	for (size_t i = 0; i < *len; i++) {
		if (out[i] == SIGN_GT || out[i] == SIGN_GE)
			return at + strcspn(s + at, ")");
		if (out[i] == SIGN_LT || out[i] == SIGN_LE)
			sign = out[i];
	}
	out[(*len)++] = SIGN_BAR;
	if (sign != 0)
		out[(*len)++] = sign;
	return at + 1;
}

/* "vers:all/": not the range's. */
static size_t
behind_scheme(const char *s, size_t n)
{
	const char *slash = n > 5 && memcmp(s, "vers:", 5) == 0 ?
	    memchr(s, '/', n) : NULL;

	return slash != NULL ? (size_t)(slash - s) + 1 : 0;
}

/* ">= 20.8 (only affected by CVE-2019-10943)": the claims heed it. */
static size_t
before_cves(char *s, size_t n)
{
	s[n] = '\0';
	const char *at = strstr(s, RANGE_ONLY_BY);
	if (at == NULL || strncmp(at + strlen(RANGE_ONLY_BY), " cve-", 5) != 0)
		return n;
	n = (size_t)(at - s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '('))
		n--;
	s[n] = '\0';
	return n;
}

/* "R3.08 | <= R3.09 | LHS4800 is installed": behind the bar stands no further
 * version but what must be so beside them. */
static bool
bar_is_condition(const char *s, size_t at)
{
	static const char *const states[] = { "installed", "enabled", "used",
	    "activated", "active", "configured", "in use", NULL };
	const char *part = s + at, *is = strstr(part, " is "),
	    *are = strstr(part, " are ");
	size_t n = strcspn(part, "|");

	if (is == NULL || (are != NULL && are < is))
		is = are;
	if (is == NULL || (size_t)(is - part) >= n)
		return false;
	is = strchr(is + 1, ' ') + 1;
	for (const char *const *state = states; *state != NULL; state++)
		if (strncmp(is, *state, strlen(*state)) == 0)
			return true;
	return false;
}

/* What the bar in front of at means. */
static char
bar_sign(const char *s, size_t at, size_t n)
{
	return bar_counts_on(s, at, n) ? ' ' :
	    bar_is_condition(s, at) ? SIGN_CUT : SIGN_BAR;
}

size_t
range_fold(const char *text, char *out, bool *narrowed, bool *widened)
{
	char flat[TEXT_ROOM];
	size_t n = name_fold(text, flat, sizeof(flat)), len = 0, at;
	bool between = false;

	n = before_cves(flat, range_one_blank(flat, n));
	at = behind_scheme(flat, n);
	while (at < n) {
		size_t took;
		char sign = operator_at(flat + at, n - at, &took);
		if (sign == SIGN_BAR)
			sign = bar_sign(flat, at + took, n);
		if (sign == SIGN_CUT) {
			*narrowed = true;
			break;
		}
		const struct phrase *p = sign == 0 ?
		    phrase_at(flat, at, n) : NULL;
		if (sign != 0) {
			out[len++] = sign;
			at += took;
		} else if (p != NULL && p->sign == SIGN_CUT) {
			*narrowed = true;
			break;
		} else if (p != NULL && p->sign == SIGN_MORE) {
			at += strlen(p->words);
			if (!is_version_at(flat + at)) {
				*widened = true;
				break;
			}
			len = take_in(out, len);
		} else if (p != NULL) {
			/* "between A and B" */
			out[len++] = between && p->sign == ',' ? SIGN_LE :
			    p->sign;
			between = text_eq(p->words, "between") ||
			    (between && p->sign == ' ');
			at += strlen(p->words);
		} else if (other_name_at(flat, at)) {
			at = take_other_name(flat, at, out, &len);
		} else if (flat[at] == '(' &&
		    !bracket_is_version(flat, at, n)) {
			size_t end = at;
			while (end < n && flat[end] != ')')
				end++;
			take_bracket(flat + at + 1, end - at - 1, out, &len,
			    narrowed, widened);
			at = end + (end < n);
		} else if (n - at > 3 && (memcmp(flat + at, " - ", 3) == 0 ||
		    memcmp(flat + at, " ~ ", 3) == 0)) {
			out[len++] = SIGN_LE;
			at += 3;
		} else {
			out[len++] = flat[at++];
		}
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return len;
}
