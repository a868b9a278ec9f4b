#include <ctype.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "xml_mend.h"

#define ENTITY_NAME_MAX 32u

/* Is it a reference that XML knows: &#1; &#x1; or a name? Its length with the
 * semicolon, 0 if not; a name is copied out. */
static size_t
reference_length(const char *p, size_t n, char *name, size_t room)
{
	size_t i = 1;

	name[0] = '\0';
	if (i < n && p[i] == '#') {
		for (i++; i < n && isalnum((unsigned char)p[i]); i++) {
			;
		}
		return i > 2 && i < n && p[i] == ';' ? i + 1 : 0;
	}
	while (i < n && isalnum((unsigned char)p[i]) && i < room) {
		name[i - 1] = p[i];
		i++;
	}
	if (i == 1 || i >= n || p[i] != ';' || isdigit((unsigned char)p[1])) {
		return 0;
	}
	name[i - 1] = '\0';
	return i + 1;
}

static bool
is_xml_own(const char *name)
{
	return text_eq(name, "amp") || text_eq(name, "lt") ||
	    text_eq(name, "gt") || text_eq(name, "quot") ||
	    text_eq(name, "apos");
}

void
xml_mend(struct buf *out, const char *p, size_t n, entity_find *find)
{
	char name[ENTITY_NAME_MAX + 1];
	size_t i = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < n && memchr(" \t\r\n\0", p[i], 5) != NULL) {
		i++;
	}
	while (i < n) {
		size_t run = i;

		while (run < n && p[run] != '&' &&
		    ((unsigned char)p[run] >= 0x20 || p[run] == '\n' ||
		    p[run] == '\t' || p[run] == '\r')) {
			run++;
		}
		buf_add(out, p + i, run - i);
		i = run;
		if (i >= n) {
			break;
		}
		if (p[i] != '&') {
			buf_byte(out, ' ');
			i++;
			continue;
		}
		size_t len = reference_length(p + i, n - i, name,
		    ENTITY_NAME_MAX);
		/* Without its end the name has none, either. */
		uint32_t code = len == 0 || name[0] == '\0' ||
		    is_xml_own(name) ? 0 : find(name);
		if (len == 0) {
			buf_puts(out, "&amp;");
			i++;
		} else if (code != 0) {
			buf_printf(out, "&#%u;", code);
			i += len;
		} else {
			buf_add(out, p + i, len);
			i += len;
		}
	}
}

const char *
xml_mend_encoding(const char *p, size_t n)
{
	size_t head = n < 256 ? n : 256;
	const char *end = memmem(p, head, "?>", 2);
	struct arena mem = ARENA_INIT;
	const char *answer = "windows-1252";

	if (text_is_utf8(p, n)) {
		return NULL;
	}
	if (end != NULL) {
		const char *decl = arena_text_n(&mem, p, (size_t)(end - p));
		if (text_find_nocase(decl, "encoding") != NULL &&
		    text_find_nocase(decl, "utf-8") == NULL &&
		    text_find_nocase(decl, "us-ascii") == NULL) {
			answer = NULL;
		}
	}
	arena_clear(&mem);
	return answer;
}
