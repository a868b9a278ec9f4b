#include "noun/file_url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

/* The value of one hex digit, or -1. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
file_url_path(const char *url, struct arena *mem, const char **ret,
    struct err *err)
{
	const char *s = url + strlen("file:");
	char *out, *at;
	size_t n;

	if (strncasecmp(url, "file:", 5) != 0) {
		return err_input(err, "not a file: URL");
	}
	if (strncasecmp(s, "//localhost/", 12) == 0) {
		s += 11;
	} else if (text_starts(s, "//")) {
		s += 2;
	}
	if (s[0] != '/') {
		return err_config(err, "a file: URL needs an absolute path and "
		    "no host, like file:///srv/mirror/");
	}
	n = strcspn(s, "?#");
	out = at = arena_alloc(mem, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '%') {
			*at++ = s[i];
			continue;
		}
		if (i + 2 >= n || hex_digit(s[i + 1]) < 0 ||
		    hex_digit(s[i + 2]) < 0) {
			return err_config(err, "a file: URL has a broken %%XX");
		}
		*at = (char)(hex_digit(s[i + 1]) << 4 | hex_digit(s[i + 2]));
		if (*at++ == '\0') {
			return err_config(err, "a file: URL holds %%00");
		}
		i += 2;
	}
	*ret = out;
	return 0;
}
