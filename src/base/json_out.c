/* json_out.c - see base/json.h: writing. A wrong order of calls is a bug() and
 * a text that is no UTF-8 gets U+FFFD for what is broken, so that what comes
 * out is always JSON (RFC 8259). */
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

void
jout_init(struct json_out *j, struct buf *to)
{
	*j = (struct json_out){ .to = to };
}

/* Before each value: the comma, and a check that a key goes ahead of it in an
 * object and only there. */
static void
before_value(struct json_out *j)
{
	bool	in_object = j->depth > 0 && j->bracket[j->depth] == '}';

	if (in_object != j->keyed)
		bug("JSON: %s", in_object ? "a value without a key" :
		    "a key without an object");
	if (!j->keyed && j->depth > 0 && j->open[j->depth])
		buf_byte(j->to, ',');
	j->open[j->depth] = true;
	j->keyed = false;
}

static void
start(struct json_out *j, char opening, char closing)
{
	before_value(j);
	if (j->depth + 1 >= COUNT_OF(j->open))
		bug("JSON: nested too deep");
	j->depth++;
	j->open[j->depth] = false;
	j->bracket[j->depth] = closing;
	buf_byte(j->to, opening);
}

void
jout_object(struct json_out *j)
{
	start(j, '{', '}');
}

void
jout_array(struct json_out *j)
{
	start(j, '[', ']');
}

void
jout_end(struct json_out *j, char bracket)
{
	if (j->depth == 0 || j->bracket[j->depth] != bracket || j->keyed)
		bug("JSON: '%c' where it cannot be", bracket);
	j->depth--;
	buf_byte(j->to, bracket);
}

/* The escape for an ASCII character that may not stand for itself. */
static void
add_escape(struct buf *out, char c)
{
	static const char	plain[] = "\"\\\b\f\n\r\t";
	static const char	named[] = "\"\\bfnrt";
	const char		*at = c != '\0' ? strchr(plain, c) : NULL;
	char			 code[6] = { '\\', 'u', '0', '0' };

	if (at != NULL) {
		code[1] = named[at - plain];
		buf_add(out, code, 2);
		return;
	}
	code[4] = (char)('0' + (c >> 4));
	code[5] = "0123456789abcdef"[c & 15];
	buf_add(out, code, 6);
}

static bool
is_plain(char c)
{
	return c >= ' ' && c != '"' && c != '\\' && c < 0x7f;
}

static void
add_string(struct buf *out, const char *s, size_t n)
{
	size_t		i = 0;
	uint32_t	rune;

	buf_byte(out, '"');
	while (i < n) {
		size_t	run = i, len;

		/* What stands for itself goes in one piece. */
		while (run < n) {
			if (is_plain(s[run]))
				run++;
			else if ((s[run] & 0x80) != 0 &&
			    (len = text_rune(s + run, n - run, &rune)) != 0)
				run += len;
			else
				break;
		}
		buf_add(out, s + i, run - i);
		i = run;
		if (i == n)
			break;
		if ((s[i] & 0x80) != 0)
			buf_puts(out, "\xef\xbf\xbd");
		else
			add_escape(out, s[i]);
		i++;
	}
	buf_byte(out, '"');
}

void
jout_key(struct json_out *j, const char *key)
{
	if (j->depth == 0 || j->bracket[j->depth] != '}' || j->keyed)
		bug("JSON: the key \"%s\" where none can be", key);
	if (j->open[j->depth])
		buf_byte(j->to, ',');
	add_string(j->to, key, strlen(key));
	buf_byte(j->to, ':');
	j->keyed = true;
}

void
jout_text(struct json_out *j, const char *s)
{
	jout_text_n(j, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

void
jout_text_n(struct json_out *j, const char *s, size_t n)
{
	before_value(j);
	add_string(j->to, s, n);
}

void
jout_int(struct json_out *j, int64_t n)
{
	before_value(j);
	buf_printf(j->to, "%lld", (long long)n);
}

void
jout_tenths(struct json_out *j, unsigned tenths)
{
	before_value(j);
	buf_printf(j->to, "%u.%u", tenths / 10, tenths % 10);
}

void
jout_bool(struct json_out *j, bool v)
{
	before_value(j);
	buf_puts(j->to, v ? "true" : "false");
}

void
jout_null(struct json_out *j)
{
	before_value(j);
	buf_puts(j->to, "null");
}

void
jout_kv(struct json_out *j, const char *key, const char *text)
{
	jout_key(j, key);
	jout_text(j, text);
}

void
jout_kn(struct json_out *j, const char *key, int64_t n)
{
	jout_key(j, key);
	jout_int(j, n);
}

void
jout_kb(struct json_out *j, const char *key, bool v)
{
	jout_key(j, key);
	jout_bool(j, v);
}

void
jout_ka(struct json_out *j, const char *key)
{
	jout_key(j, key);
	jout_array(j);
}

void
jout_texts(struct json_out *j, const char *key, const char *const *list,
    size_t n)
{
	jout_ka(j, key);
	for (size_t i = 0; i < n; i++)
		jout_text(j, list[i]);
	jout_end(j, ']');
}
