#include "fetch.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/text.h"

/* Behind the last slash, without query and fragment. */
static const char *
last_part(const char *url, size_t *ret_len)
{
	const char *start = url;
	size_t n = strcspn(url, "?#");

	for (size_t i = 0; i < n; i++) {
		if (url[i] == '/') {
			start = url + i + 1;
		}
	}
	*ret_len = n - (size_t)(start - url);
	return start;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '*';
}

/* Length of a hex digest at the start of the n bytes, or 0. */
static size_t
digest_at(const char *p, size_t n)
{
	size_t len = 0;

	while (len < n && strchr("0123456789abcdefABCDEF", p[len]) != NULL &&
	    p[len] != '\0') {
		len++;
	}
	if ((len != 64 && len != 128) || (len < n && !is_blank(p[len]))) {
		return 0;
	}
	return len;
}

/* One line: "HEX  name", "HEX *name", "HEX", or "SHA512 (name) = HEX". */
static bool
parse_line(const char *p, size_t n, const char **ret_hex, size_t *ret_len,
    const char **ret_name, size_t *ret_name_len)
{
	const char *open, *close;

	while (n > 0 && (is_blank(*p) || *p == '\\')) {
		p++;
		n--;
	}
	while (n > 0 && is_blank(p[n - 1])) {
		n--;
	}
	*ret_len = digest_at(p, n);
	if (*ret_len > 0) {
		*ret_hex = p;
		*ret_name = p + *ret_len;
		*ret_name_len = n - *ret_len;
		while (*ret_name_len > 0 && is_blank(**ret_name)) {
			(*ret_name)++;
			(*ret_name_len)--;
		}
		return true;
	}
	open = memchr(p, '(', n);
	close = memrchr(p, ')', n);
	if (open == NULL || close == NULL || close < open ||
	    strncasecmp(p, "sha", n < 3 ? n : 3) != 0) {
		return false;
	}
	*ret_name = open + 1;
	*ret_name_len = (size_t)(close - open) - 1;
	for (*ret_hex = close + 1; *ret_hex < p + n &&
	    (is_blank(**ret_hex) || **ret_hex == '=');) {
		(*ret_hex)++;
	}
	*ret_len = digest_at(*ret_hex, (size_t)(p + n - *ret_hex));
	return *ret_len > 0;
}

static void
take_hex(const char *hex, size_t len, char ret[SHA512_TEXT])
{
	for (size_t i = 0; i < len; i++) {
		ret[i] = hex[i] >= 'A' && hex[i] <= 'F'
		    ? (char)(hex[i] | 0x20) : hex[i];
	}
	ret[len] = '\0';
}

void
verify_parse(const char *p, size_t n, const char *name, char ret[SHA512_TEXT])
{
	const char *hex, *told, *eol;
	size_t len, told_len, line, name_len = strlen(name), base, seen = 0;

	ret[0] = '\0';
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	for (; n > 0; p += line, n -= line) {
		eol = memchr(p, '\n', n);
		line = eol != NULL ? (size_t)(eol - p) + 1 : n;
		if (!parse_line(p, line - (eol != NULL), &hex, &len, &told,
		    &told_len)) {
			continue;
		}
		for (base = told_len; base > 0 && told[base - 1] != '/' &&
		    told[base - 1] != '\\';) {
			base--;
		}
		if (told_len - base == name_len && name_len > 0 &&
		    memcmp(told + base, name, name_len) == 0) {
			take_hex(hex, len, ret);
			return;
		}
		/* One digest alone needs no right name: publishers move
		 * files. Of several, none is ours by guess. */
		seen++;
		if (seen == 1) {
			take_hex(hex, len, ret);
		} else {
			ret[0] = '\0';
		}
	}
}

/* The hash file, at the place told or, where SHA-512 is not served, SHA-256. */
static void
get_hash_file(const struct job *j, struct fetched *f, struct blob *ret_body)
{
	const char *url = j->poll->address.hash_url;
	size_t n = strlen(url);

	fetch_one(j, url, false, HASH_FILE_MAX, f, ret_body);
	if (f->result == FETCH_GONE && text_ends(url, ".sha512")) {
		url = arena_printf(j->mem, "%.*s.sha256",
		    (int)(n - strlen(".sha512")), url);
		blob_clear(ret_body);
		fetch_one(j, url, false, HASH_FILE_MAX, f, ret_body);
	}
}

void
verify(const struct job *j, const struct blob *body, struct fetched *f)
{
	struct blob hash_file = BLOB_INIT;
	struct fetched h = { 0 };
	char told[SHA512_TEXT], own[SHA512_TEXT];
	const char *name;
	size_t n;

	get_hash_file(j, &h, &hash_file);
	if (h.result != FETCH_DOCUMENT || blob_map(&hash_file, NULL) == -1) {
		f->hash = HASH_UNREADABLE;
		f->reason = arena_printf(j->mem, "the hash file cannot be "
		    "had: %s", h.reason);
		blob_clear(&hash_file);
		return;
	}
	name = last_part(f->url, &n);
	verify_parse(hash_file.map, hash_file.len,
	    arena_text_n(j->mem, name, n), told);
	blob_clear(&hash_file);
	if (told[0] == '\0') {
		f->hash = HASH_UNREADABLE;
		f->reason = arena_printf(j->mem, "%s holds no SHA-256 or "
		    "SHA-512 digest for this document",
		    url_show(j->mem, h.url));
		return;
	}
	if (strlen(told) == SHA256_TEXT - 1) {
		digest_sha256_hex(body->map, body->len, own);
	} else {
		digest_sha512_hex(body->map, body->len, own);
	}
	f->hash = strcmp(told, own) == 0 ? HASH_RIGHT : HASH_WRONG;
	if (f->hash == HASH_WRONG) {
		f->reason = arena_printf(j->mem, "the bytes do not have the "
		    "digest told at %s (told %.12s..., found %.12s...): the "
		    "document was changed on the way, or only one of the two "
		    "files was replaced", url_show(j->mem, h.url), told, own);
	}
}
