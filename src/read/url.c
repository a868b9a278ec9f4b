#include <ctype.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "url.h"

bool
url_scheme(const char *s, char *out, size_t room)
{
	size_t n = 0;

	if (!isalpha((unsigned char)s[0])) {
		return false;
	}
	while (isalnum((unsigned char)s[n]) || s[n] == '+' || s[n] == '-' ||
	    s[n] == '.') {
		n++;
	}
	if (s[n] != ':' || n >= room) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = (char)tolower((unsigned char)s[i]);
	}
	out[n] = '\0';
	return true;
}

bool
url_for_people(const char *s)
{
	char scheme[16];

	return url_scheme(s, scheme, sizeof(scheme)) &&
	    (text_eq(scheme, "http") || text_eq(scheme, "https") ||
	    text_eq(scheme, "ftp") || text_eq(scheme, "mailto"));
}

bool
url_may_follow(const char *base, const char *url)
{
	char scheme[16], from[16];

	if (!url_scheme(url, scheme, sizeof(scheme))) {
		return false;
	}
	if (text_eq(scheme, "http") || text_eq(scheme, "https")) {
		return true;
	}
	return text_eq(scheme, "file") &&
	    url_scheme(base, from, sizeof(from)) && text_eq(from, "file");
}

size_t
url_path_at(const char *url)
{
	const char *p = strstr(url, "://");

	if (p == NULL) {
		return strlen(url);
	}
	p += 3;
	return (size_t)(p - url) + strcspn(p, "/?#");
}

const char *
url_bare(struct arena *mem, const char *url)
{
	return arena_text_n(mem, url, strcspn(url, "?#"));
}

const char *
url_folder(struct arena *mem, const char *url)
{
	size_t from = url_path_at(url);
	size_t n = strcspn(url, "?#");

	while (n > from && url[n - 1] != '/') {
		n--;
	}
	if (n == from) {
		return arena_printf(mem, "%.*s/", (int)from, url);
	}
	return arena_text_n(mem, url, n);
}

/* RFC 3986 section 5.2.4, in place; `path` begins with '/'. */
static void
remove_dots(char *path)
{
	char *out = path;
	const char *in = path;

	while (*in == '/') {
		size_t n = 1 + strcspn(in + 1, "/");

		if (n == 2 && in[1] == '.') {
			in += n;
			if (*in == '\0') {
				*out++ = '/';
			}
			continue;
		}
		if (n == 3 && in[1] == '.' && in[2] == '.') {
			while (out > path && *--out != '/') {
				;
			}
			in += n;
			if (*in == '\0') {
				*out++ = '/';
			}
			continue;
		}
		memmove(out, in, n);
		out += n;
		in += n;
	}
	*out = '\0';
}

/* Bytes that no address can have, encoded. */
static const char *
encoded(struct arena *mem, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf b = BUF_INIT(3 * URL_TEXT_MAX);

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		if (c <= 0x20 || c >= 0x7f ||
		    strchr("\"<>\\^`{|}", c) != NULL) {
			buf_byte(&b, '%');
			buf_byte(&b, hex[c >> 4]);
			buf_byte(&b, hex[c & 15]);
		} else {
			buf_byte(&b, (char)c);
		}
	}
	const char *out = b.over || b.len > URL_TEXT_MAX ? "" :
	    arena_text(mem, buf_text(&b));
	buf_clear(&b);
	return out;
}

const char *
url_join(struct arena *mem, const char *base, const char *ref)
{
	char scheme[32];

	if (url_scheme(ref, scheme, sizeof(scheme))) {
		return encoded(mem, ref);
	}
	if (!url_scheme(base, scheme, sizeof(scheme)) ||
	    strstr(base, "://") == NULL ||
	    strlen(base) + strlen(ref) > 2 * URL_TEXT_MAX) {
		return "";
	}
	if (text_starts(ref, "//")) {
		return encoded(mem, arena_printf(mem, "%s:%s", scheme, ref));
	}
	if (ref[0] == '\0') {
		return encoded(mem, arena_text_n(mem, base,
		    strcspn(base, "#")));
	}
	if (ref[0] == '#' || ref[0] == '?') {
		return encoded(mem, arena_printf(mem, "%.*s%s",
		    (int)strcspn(base, ref[0] == '#' ? "#" : "?#"), base, ref));
	}
	size_t host = url_path_at(base);
	size_t len = strcspn(ref, "?#");
	char *path = ref[0] == '/' ? arena_text_n(mem, ref, len) :
	    arena_printf(mem, "%s%.*s", url_folder(mem, base) + host, (int)len,
	    ref);
	remove_dots(path);
	return encoded(mem, arena_printf(mem, "%.*s%s%s", (int)host, base, path,
	    ref + len));
}
