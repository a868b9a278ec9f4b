/* Attributes per tag, counted before libxml2 sees the document: its check for
 * attributes that come twice is quadratic in their number, so that 3 MB of them
 * would cost two helpers their whole minute. */
#include <stdbool.h>
#include <string.h>

#include "xml_mend.h"

/* The end of what begins with `open` at p, or NULL if it does not. */
static const char *
skip(const char *p, const char *end, const char *open, const char *close)
{
	size_t n = strlen(open);
	const char *at;

	if ((size_t)(end - p) < n || memcmp(p, open, n) != 0)
		return NULL;
	at = memmem(p + n, (size_t)(end - p) - n, close, strlen(close));
	return at == NULL ? end : at + strlen(close);
}

/* Comments, CDATA and instructions hold no tags. */
static const char *
skip_no_tag(const char *p, const char *end)
{
	const char *at = skip(p, end, "<!--", "-->");

	if (at == NULL)
		at = skip(p, end, "<![CDATA[", "]]>");
	if (at == NULL)
		at = skip(p, end, "<?", "?>");
	return at;
}

bool
xml_tags_are_sane(const char *p, size_t n)
{
	const char *end = p + n;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		const char *over = skip_no_tag(p, end);
		unsigned attributes = 0;
		char quote = '\0';

		if (over != NULL) {
			p = over;
			continue;
		}
		for (p++; p < end && (quote != '\0' || *p != '>'); p++) {
			if (quote != '\0')
				quote = *p == quote ? '\0' : quote;
			else if (*p == '"' || *p == '\'')
				quote = *p;
			else if (*p == '=' && ++attributes > XML_ATTRIBUTES_MAX)
				return false;
			/* one that is never closed must not hide the rest */
			if (quote != '\0' && *p == '<')
				quote = '\0';
		}
	}
	return true;
}
