/* alternative_words.c - lists of plain words and of letters in one text:
 *
 *	Vision and Samba Series		"Vision Series", "Samba Series"
 *	STARDOM FCN/FCJ			"STARDOM FCJ"
 *	X-STREAM (XEGP, XEGK)		"X-STREAM XEGK"
 *	SIMATIC IM 1, IM 2 (incl. SIPLUS variants)	"SIPLUS IM 2"
 */
#include <string.h>
#include <strings.h>
#include "alternatives.h"

#define TEXTS_MAX	512u		/* combinations of one name */
#define LETTERS_MAX	16u

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

void
alternative_add(struct taken *w, const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == ','))
		n--;
	while (n > 0 && *s == ' ')
		s++, n--;
	if (n < 2 || n > NAME_RUN_MAX || w->out->n == TEXTS_MAX)
		return;
	for (uint32_t i = 0; i < w->out->n && i < 32; i++)
		if (strlen(w->out->text[i]) == n &&
		    memcmp(w->out->text[i], s, n) == 0)
			return;
	w->out->text = arena_more(w->mem, w->out->text, w->out->n,
	    sizeof(char *));
	w->out->text[w->out->n++] = arena_text_n(w->mem, s, n);
}

/* Letters only: where the word at s ends; 0: it has other signs. */
static size_t
plain_word(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z'))
		i++;
	return i >= 3 && (i == n || s[i] == ' ') ? i : 0;
}

void
alternative_families(struct taken *w, const struct part_of_text *p, unsigned n)
{
	const struct part_of_text *last = &p[n - 1];
	size_t word = plain_word(last->at, last->n);
	char out[NAME_RUN_MAX];

	if (word == 0 || last->n < word + 7 ||
	    (strncasecmp(last->at + word, " series", 7) != 0 &&
	    strncasecmp(last->at + word, " family", 7) != 0) ||
	    (last->n > word + 7 && last->at[word + 7] != ' '))
		return;
	for (unsigned i = 0; i < n; i++) {
		size_t len = i + 1 < n ? p[i].n : word;
		if (plain_word(p[i].at, len) != len || len == 0)
			return;
	}
	for (unsigned i = 0; i < n; i++) {
		size_t len = i + 1 < n ? p[i].n : word;
		if (len + 7 >= sizeof(out))
			return;
		memcpy(out, p[i].at, len);
		memcpy(out + len, last->at + word, 7);
		alternative_add(w, out, len + 7);
	}
}

bool
alternative_letters(const char *s, size_t at, size_t end, size_t n)
{
	size_t len = strcspn(s + at, "/");
	bool series = n - end >= 7 &&
	    strncasecmp(s + end, " series", 7) == 0;

	if ((end < n && !series) || len < (series ? 2 : 3) ||
	    (end - at + 1) % (len + 1) != 0)
		return false;
	for (size_t i = at; i < end; i += len + 1) {
		if (i > at && s[i - 1] != '/')
			return false;
		for (size_t k = 0; k < len; k++)
			if (!is_capital(s[i + k]) || (k + 1 < len &&
			    s[i + k] != s[at + k]))
				return false;
	}
	return true;
}

void
alternative_brackets(struct taken *w, const char *text)
{
	const char *open = strchr(text, '(');
	struct part_of_text item[LETTERS_MAX];
	unsigned count = 0;
	char out[NAME_RUN_MAX];

	if (open == NULL || open == text || open[-1] != ' ')
		return;
	size_t head = (size_t)(open - text);
	for (const char *s = open + 1; count < LETTERS_MAX;) {
		size_t n = 0;
		while (is_capital(s[n]))
			n++;
		if (n < 3 || n > 6)
			return;
		item[count++] = (struct part_of_text){ s, n };
		s += n;
		if (s[0] == ',' && s[1] == ' ')
			s += 2;
		else if (s[0] == ',' || s[0] == '/')
			s++;
		/* A remark may follow: "(XEGP, XEGK - all)". */
		else if (s[0] == ')' || (s[0] == ' ' && !((s[1] | 32) >= 'a' &&
		    (s[1] | 32) <= 'z')))
			break;
		else
			return;
	}
	for (unsigned i = 0; i < count && count > 1; i++) {
		if (head + item[i].n >= sizeof(out))
			return;
		memcpy(out, text, head);
		memcpy(out + head, item[i].at, item[i].n);
		alternative_add(w, out, head + item[i].n);
	}
}

/* How many capitals are at s, up to a blank; 0: other signs, too. */
static size_t
capital_word(const char *s)
{
	size_t n = 0;

	while (is_capital(s[n]))
		n++;
	return n >= 4 && s[n] == ' ' ? n : 0;
}

/* The word takes the place of the umbrella brand in front. A family has its
 * members by that word as it is (related.c). */
void
alternative_variants(struct taken *w, const char *text)
{
	const char *open = strstr(text, " (incl"), *at, *word;
	char out[NAME_RUN_MAX];
	uint32_t end = w->out->n;

	if (open == NULL || (at = strstr(open, " variant")) == NULL ||
	    strstr(text, "amil") != NULL || strstr(text, "eries") != NULL)
		return;
	for (word = at; word > open && is_capital(word[-1]);)
		word--;
	size_t n = capital_word(word);
	if (n == 0 || word + n != at)
		return;
	for (uint32_t i = 0; i <= end && i <= 32; i++) {
		const char *s = i < end ? w->out->text[i] : text;
		const char *stop = strstr(s, " (incl");
		size_t len = stop != NULL ? (size_t)(stop - s) : strlen(s);
		size_t brand = capital_word(s);
		if (brand >= len || n + len - brand + 1 >= sizeof(out))
			continue;
		/* Behind the brand is a blank. */
		memcpy(out, word, n);
		out[n] = ' ';
		memcpy(out + n + (brand == 0), s + brand, len - brand);
		alternative_add(w, out, n + (brand == 0) + len - brand);
	}
}
