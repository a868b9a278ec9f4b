/* Directory listings, CSAF 2.0 sections 7.1.12 and 7.1.13: changes.csv
 * ("path","date" a line, quoted or not) and index.txt (a path a line). Paths
 * are relative to the listing's folder; some publishers write them from the
 * root of their repository. */
#include <ctype.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/document.h"
#include "listing.h"
#include "read.h"
#include "url.h"
#include "words.h"

/* The longest line that makes sense: a path, a date, quotes. */
#define LISTING_LINE_MAX (2 * URL_TEXT_MAX)

struct line {
	const char	*path;
	const char	*stamp;		/* "" = none */
};

/* One CSV field (RFC 4180) or bare text up to a comma; *at moves behind it. A
 * quote inside a quoted field is doubled. False: the quotes do not close. */
static bool
field_take(struct arena *mem, const char **at, const char **ret)
{
	const char *s = *at;

	s += strspn(s, " \t");
	if (*s != '"') {
		size_t n = strcspn(s, ",");

		*at = s[n] == ',' ? s + n + 1 : s + n;
		*ret = text_trim(mem, arena_text_n(mem, s, n));
		return true;
	}
	char *out = arena_alloc(mem, strlen(s) + 1), *to = out;
	for (s++; *s != '\0'; s++) {
		if (*s == '"' && *++s != '"') {
			s += strspn(s, " \t");
			*at = *s == ',' ? s + 1 : s;
			*ret = out;
			return *s == ',' || *s == '\0';
		}
		*to++ = *s;
	}
	return false;
}

static bool
line_split(struct arena *mem, const char *s, struct line *ret)
{
	const char *first, *second = "";
	struct wall t;

	if (!field_take(mem, &s, &first) ||
	    (*s != '\0' && !field_take(mem, &s, &second))) {
		return false;
	}
	ret->path = first;
	ret->stamp = second;
	/* changes.csv of old drafts: the date came first. */
	if (wall_parse(first, &t) == 0 && second[0] != '\0') {
		ret->path = second;
		ret->stamp = first;
	}
	return true;
}

/* How many bytes of the folder's path remain when the longest run of whole
 * segments that ends the folder also begins the entry; the folder's own length
 * if there is none. `folder` begins and ends in '/'. */
static size_t
overlap(const char *folder, const char *entry)
{
	size_t n = strlen(folder);

	for (size_t from = 1; from < n; from++) {
		if (folder[from - 1] == '/' &&
		    strncmp(folder + from, entry, n - from) == 0) {
			return from;
		}
	}
	return n;
}

/* "/a/./b" and the like would defeat the comparison; paths are few segments. */
static void
address_of(struct listing_of *l, const struct line *line)
{
	struct arena *mem = l->walk.mem;
	const char *folder = url_folder(mem, l->base);
	const char *plain = url_join(mem, folder, line->path);
	const char *url = plain, *alt = "";
	size_t host = url_path_at(folder);
	size_t keep = overlap(folder + host, line->path);

	if (keep < strlen(folder + host)) {
		url = url_join(mem, arena_text_n(mem, folder, host + keep),
		    line->path);
		alt = plain;
	}
	if (!url_may_follow(l->base, url) ||
	    strlen(url) + sizeof(".sha512") > URL_TEXT_MAX) {
		walk_remark(&l->walk, NULL, "%s cannot be followed",
		    walk_quote(&l->walk, line->path));
		return;
	}
	struct address a = {
		.kind = ADDRESS_DOCUMENT, .url = url, .alt = alt,
		.format = "csaf", .updated = words_line(mem, line->stamp, NULL),
		.hash_url = arena_printf(mem, "%s.sha512", url),
		.signature_url = arena_printf(mem, "%s.asc", url),
	};
	listing_take_address(l, &a);
}

/* A path inside the publisher's tree, to a JSON file. */
static bool
path_is_good(const char *path)
{
	char scheme[16];

	for (const char *s = path; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\') {
			return false;
		}
	}
	return path[0] != '\0' && !text_starts(path, "//") &&
	    !url_scheme(path, scheme, sizeof(scheme)) &&
	    !text_starts(path, "../") && strstr(path, "/../") == NULL &&
	    text_is_utf8(path, strlen(path)) &&
	    (text_ends(path, ".json") || text_ends(path, ".JSON"));
}

/* False: it is no line of a listing. */
static bool
line_read(struct listing_of *l, const char *text, uint32_t number)
{
	struct line line;

	if (!line_split(l->walk.mem, text, &line)) {
		walk_remark(&l->walk, NULL, "line %u: quotes do not close",
		    number);
		return false;
	}
	if (!path_is_good(line.path)) {
		walk_remark(&l->walk, NULL,
		    "line %u: %s is no path to a JSON document", number,
		    walk_quote(&l->walk, line.path));
		return false;
	}
	address_of(l, &line);
	return true;
}

static int
directory_read(const struct document *doc, const char *p, size_t n,
    struct arena *mem, struct reading *ret, struct err *err)
{
	struct listing_of l = { .walk = { .mem = mem }, .base = doc->url,
	    .ret = ret };
	uint32_t number = 0, good = 0, bad = 0;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t len = end == NULL ? n : (size_t)(end - p);
		size_t bare = len > 0 && p[len - 1] == '\r' ? len - 1 : len;

		number++;
		if (bare > LISTING_LINE_MAX || memchr(p, '\0', bare) != NULL) {
			walk_remark(&l.walk, NULL,
			    "line %u: too long or not text", number);
			bad++;
		} else if (bare > 0) {
			bool ok = line_read(&l, arena_text_n(mem, p, bare),
			    number);
			good += ok;
			bad += !ok;
		}
		p += end == NULL ? len : len + 1;
		n -= end == NULL ? len : len + 1;
	}
	listing_done(&l);
	if (good == 0 && bad > 0) {
		return err_at(err, doc->url, 1, "no line is a path to a JSON "
		    "document: this is neither changes.csv nor index.txt");
	}
	return 0;
}

/* The first line is a path to a JSON file, alone or before a comma. */
static bool
directory_sniff(const char *p, size_t n)
{
	const char *end = memchr(p, '\n', n);
	size_t len = end == NULL ? n : (size_t)(end - p);
	const char *at = memmem(p, len, ".json", 5);

	if (bytes_first(p, len) == '{' || bytes_first(p, len) == '[' ||
	    bytes_first(p, len) == '<' || at == NULL) {
		return false;
	}
	at += 5;
	return at == p + len || *at == '"' || *at == ',' || *at == '\r';
}

const struct format format_csaf_directory = {
	.name = "csaf-directory",
	.title = "changes.csv or index.txt",
	.may_be_empty = true,
	.sniff = directory_sniff,
	.read = directory_read,
};
