#include <string.h>
#include "base/err.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read.h"

/* In the order in which they are tried by content: the sure ones first. */
const struct format *const formats[] = {
	&format_csaf,
	&format_csaf_provider,
	&format_csaf_rolie,
	&format_rss,
	&format_atom,
	&format_csaf_directory,
	NULL,
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; formats[i] != NULL; i++) {
		if (text_eq(formats[i]->name, name)) {
			return formats[i];
		}
	}
	return NULL;
}

const struct format *
format_sniff(const char *p, size_t n)
{
	for (size_t i = 0; formats[i] != NULL; i++) {
		if (formats[i]->sniff(p, n)) {
			return formats[i];
		}
	}
	return NULL;
}

bool
bytes_hold(const char *p, size_t n, const char *word)
{
	return memmem(p, n, word, strlen(word)) != NULL;
}

/* Where something begins, behind a byte order mark and blanks; n if nothing. */
static size_t
first_at(const char *p, size_t n)
{
	size_t i = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < n && memchr(" \t\r\n", p[i], 4) != NULL) {
		i++;
	}
	return i;
}

char
bytes_first(const char *p, size_t n)
{
	size_t i = first_at(p, n);

	return i < n ? p[i] : '\0';
}

/* Parsers have poor words for this; a byte order mark alone is nothing, too. */
static bool
is_blank(const char *p, size_t n)
{
	return first_at(p, n) == n;
}

int
document_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	const struct format *f;
	bool blank = is_blank(p, n);

	memset(ret, 0, sizeof(*ret));
	if (doc->format[0] == '\0' || text_eq(doc->format, "auto")) {
		f = format_sniff(p, n);
		if (f == NULL && !blank) {
			return err_input(err, "no format that is known: "
			    "neither CSAF, ROLIE, provider metadata, RSS, Atom "
			    "nor a listing");
		}
	} else {
		f = format_find(doc->format);
		if (f == NULL) {
			return err_input(err, "unknown format \"%.40s\"",
			    doc->format);
		}
	}
	if (f == NULL || (blank && !f->may_be_empty)) {
		return err_input(err, n == 0 ? "the document is empty" :
		    "the document has nothing but blanks in it");
	}
	return f->read(doc, p, n, mem, ret, err);
}
