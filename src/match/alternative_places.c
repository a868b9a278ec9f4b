/* alternative_places.c - letters that stand for something within a name, and
 * what they stand for: "FX3G-xMy/ES-A x=14,24,40,60 y=T,R". */
#include <string.h>
#include "alternatives.h"
#include "base/text.h"

#define VALUES_MAX	40u

struct letter {
	char		 name;
	struct part_of_text	 value[VALUES_MAX];
	unsigned	 n;
};

/* "x = a,b/c" at s; NULL if it is none, else where it ends. */
static const char *
read_letter(const char *s, struct letter *ret)
{
	if (!is_small(s[0]) && s[0] != 'X' && s[0] != 'Y')
		return NULL;
	ret->name = s[0];
	ret->n = 0;
	s++;
	s += strspn(s, " ");
	if (*s != '=')
		return NULL;
	s++;
	while (ret->n < VALUES_MAX) {
		s += strspn(s, " ");
		size_t n = 0;
		while (is_letter(s[n]) || is_digit(s[n]) || s[n] == '-')
			n++;
		/* The next letter begins. */
		if (n == 1 && s[1 + strspn(s + 1, " ")] == '=')
			break;
		if (n == 0)
			break;
		ret->value[ret->n].at = s;
		ret->value[ret->n++].n = n;
		s += n;
		size_t gap = strspn(s, " ");
		if (s[gap] == ',' || s[gap] == '/' || s[gap] == ';')
			s += gap + 1;
		else if (strncmp(s + gap, "or ", 3) == 0)
			s += gap + 3;
		else if (strncmp(s + gap, "and ", 4) == 0)
			s += gap + 4;
		else
			break;
	}
	return ret->n > 0 ? s : NULL;
}

/* Does the letter stand for something at p[i], as in "FX3G-xMy"? */
static bool
is_place(const char *p, size_t i, size_t n, char name)
{
	if (p[i] != name)
		return false;
	if (!is_small(name))
		return (i > 0 && (p[i - 1] == '-' || is_digit(p[i - 1])));
	return !(i > 0 && is_small(p[i - 1])) &&
	    !(i + 1 < n && is_small(p[i + 1]) && p[i + 1] != 'x' &&
	    p[i + 1] != 'y' && p[i + 1] != 'z');
}

static void
put_letters(struct taken *w, const char *p, size_t n,
    const struct letter *letters, unsigned n_letters)
{
	char out[NAME_RUN_MAX];

	if (n_letters == 0) {
		alternative_add(w, p, n);
		alternative_list(w, p, n);
		return;
	}
	for (unsigned v = 0; v < letters->n; v++) {
		size_t len = 0;
		for (size_t i = 0; i < n && len + 40 < sizeof(out); i++) {
			bool place = is_place(p, i, n, letters->name);
			const char *from = place ? letters->value[v].at :
			    p + i;
			size_t take = place ? letters->value[v].n : 1;
			if (take > 32)
				take = 32;
			memcpy(out + len, from, take);
			len += take;
		}
		put_letters(w, out, len, letters + 1, n_letters - 1);
	}
}

bool
alternative_places(struct taken *w, const char *text)
{
	struct letter letters[4];
	unsigned n = 0;
	const char *equal = strchr(text, '='), *first = NULL;

	if (equal == NULL)
		return false;
	for (const char *s = text; *s != '\0' && n < 4;) {
		bool start = s == text || s[-1] == ' ' || s[-1] == '(' ||
		    s[-1] == ',' || s[-1] == ';';
		const char *end = start ? read_letter(s, &letters[n]) : NULL;
		if (end == NULL) {
			s++;
			continue;
		}
		if (first == NULL)
			first = s;
		n++;
		s = end;
	}
	if (n == 0)
		return false;
	size_t len = (size_t)(first - text);
	while (len > 0 && strchr(" (,:;", text[len - 1]) != NULL)
		len--;
	put_letters(w, text, len, letters, n);
	return true;
}
