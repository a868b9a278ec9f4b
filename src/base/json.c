/* json.c - see base/json.h: reading, by jansson. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

/* jansson's macros; our header declares functions of the same names. */
#undef json_is_object
#undef json_is_array
#undef json_is_string
#undef json_is_number
#undef json_is_null

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#define NEAR_MAX 160u	/* of jansson's words, which quote the document */

static const json_t *
native(const struct json *v)
{
	return (const json_t *)v;
}

static const struct json *
ours(const json_t *v)
{
	return (const struct json *)v;
}

static void *
take_memory(size_t n)
{
	return mem_resize(NULL, n);
}

void
json_prepare(void)
{
	static bool	done;

	if (done)
		return;
	done = true;
	json_set_alloc_funcs(take_memory, free);
	json_object_seed(0);
}

/* Where in the document `at` is, as people count: from 1. */
static void
place(const char *start, const char *at, char *out, size_t room)
{
	int	line = 1, column = 1;

	for (const char *p = start; p < at; p++) {
		if (*p == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			column++;
		}
	}
	snprintf(out, room, "line %d, column %d", line, column);
}

/* Behind the closing quote of the string that starts behind an opening one. */
static const char *
string_end(const char *p, const char *end)
{
	const char	*start = p;

	for (;;) {
		const char	*q = memchr(p, '"', (size_t)(end - p));
		size_t		 slashes = 0;

		if (q == NULL)
			return end;
		for (const char *s = q; s > start && s[-1] == '\\'; s--)
			slashes++;
		if (slashes % 2 == 0)
			return q + 1;
		p = q + 1;
	}
}

/* A NUL behind a number ends jansson's idea of its buffer: it is then not seen
 * at all. */
static int
check_bytes(const char *start, const char *end, struct err *err)
{
	const char	*nul = memchr(start, '\0', (size_t)(end - start));
	char		 where[64];

	if (nul == NULL)
		return 0;
	place(start, nul, where, sizeof(where));
	return err_at(err, where, 0, "a NUL byte");
}

/* Refuses what nests too deep before anything recurses into it. Documents that
 * are no JSON are left to jansson. */
static int
check_depth(const char *start, const char *end, struct err *err)
{
	unsigned	 depth = 0;
	const char	*p = start;
	char		 where[64];

	while (p < end) {
		switch (*p) {
		case '"':
			p = string_end(p + 1, end);
			continue;
		case '[':
		case '{':
			if (++depth > JSON_DEPTH_MAX)
				goto too_deep;
			break;
		case ']':
		case '}':
			depth -= depth > 0 ? 1 : 0;
			break;
		case ' ':
			/* Indentation. */
			while (end - p >= 8 && memcmp(p, "        ", 8) == 0)
				p += 8;
			if (p == end)
				return 0;
			if (*p != ' ')
				continue;
			break;
		default:
			break;
		}
		p++;
	}
	return 0;
too_deep:
	place(start, p, where, sizeof(where));
	err_at(err, where, 0, "nested deeper than %u levels", JSON_DEPTH_MAX);
	return -1;
}

struct json *
json_parse(const void *p, size_t n, struct err *err)
{
	const char	*s = n != 0 ? p : "";
	json_error_t	 why;

	json_prepare();
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	if (check_bytes(s, s + n, err) != 0 ||
	    check_depth(s, s + n, err) != 0)
		return NULL;
	json_t	*root = json_loadb(s, n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (root != NULL)
		return (struct json *)root;

	struct buf	text = BUF_INIT(2 * NEAR_MAX);
	char		where[64];

	snprintf(where, sizeof(where), "line %d, column %d", why.line,
	    why.column);
	text_show_utf8(&text, why.text, NEAR_MAX);
	err_at(err, where, 0, "%s", buf_text(&text));
	buf_clear(&text);
	return NULL;
}

void
json_close(struct json *root)
{
	json_decref((json_t *)root);
}

/* -1: nothing. */
static int
kind_of(const struct json *v)
{
	return v != NULL ? (int)json_typeof(native(v)) : -1;
}

bool
json_is_object(const struct json *v)
{
	return kind_of(v) == JSON_OBJECT;
}

bool
json_is_array(const struct json *v)
{
	return kind_of(v) == JSON_ARRAY;
}

bool
json_is_string(const struct json *v)
{
	return kind_of(v) == JSON_STRING;
}

bool
json_is_number(const struct json *v)
{
	return kind_of(v) == JSON_INTEGER || kind_of(v) == JSON_REAL;
}

bool
json_is_bool(const struct json *v)
{
	return kind_of(v) == JSON_TRUE || kind_of(v) == JSON_FALSE;
}

bool
json_is_null(const struct json *v)
{
	return kind_of(v) == JSON_NULL;
}

const char *
json_kind(const struct json *v)
{
	switch (kind_of(v)) {
	case JSON_OBJECT:
		return "object";
	case JSON_ARRAY:
		return "array";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "boolean";
	case JSON_NULL:
		return "null";
	default:
		return "nothing";
	}
}

const struct json *
json_get(const struct json *object, const char *key)
{
	return ours(json_object_get(native(object), key));
}

const char *
json_text(const struct json *v)
{
	const char	*s = json_string_value(native(v));

	return s != NULL ? s : "";
}

const char *
json_get_text(const struct json *object, const char *key)
{
	return json_text(json_get(object, key));
}

double
json_number(const struct json *v, double otherwise)
{
	return json_is_number(v) ? json_number_value(native(v)) : otherwise;
}

int64_t
json_integer(const struct json *v, int64_t otherwise)
{
	if (kind_of(v) == JSON_INTEGER)
		return json_integer_value(native(v));
	if (kind_of(v) == JSON_REAL) {
		double	d = json_real_value(native(v));

		/* 2^53: up to there each whole number is itself. */
		if (d >= -9007199254740992.0 && d <= 9007199254740992.0 &&
		    d >= (double)(int64_t)d && d <= (double)(int64_t)d)
			return (int64_t)d;
	}
	return otherwise;
}

bool
json_true(const struct json *v)
{
	return kind_of(v) == JSON_TRUE;
}

size_t
json_count(const struct json *array)
{
	return json_array_size(native(array));
}

const struct json *
json_at(const struct json *array, size_t i)
{
	return ours(json_array_get(native(array), i));
}

const struct json *
json_next(const struct json *object, void **iter, const char **ret_key)
{
	/* jansson's iterators want a plain pointer although they only read. */
	union { const struct json *lent; json_t *plain; } o = { object };

	if (!json_is_object(object))
		return NULL;
	*iter = *iter == NULL ? json_object_iter(o.plain) :
	    json_object_iter_next(o.plain, *iter);
	if (*iter == NULL)
		return NULL;
	*ret_key = json_object_iter_key(*iter);
	return ours(json_object_iter_value(*iter));
}

/* The member that one token of a pointer names; token is n bytes, still
 * escaped. */
static const json_t *
point_member(const json_t *object, const char *token, size_t n)
{
	if (memchr(token, '~', n) == NULL)
		return json_object_getn(object, token, n);
	char		*key = mem_alloc(n + 1);
	size_t		 len = 0;
	const json_t	*found = NULL;
	bool		 good = true;

	for (size_t i = 0; good && i < n; i++) {
		char	c = token[i];

		if (c == '~') {
			char	next = i + 1 < n ? token[++i] : '\0';

			good = next == '0' || next == '1';
			c = next == '0' ? '~' : '/';
		}
		key[len++] = c;
	}
	if (good)
		found = json_object_getn(object, key, len);
	free(key);
	return found;
}

/* RFC 6901 section 4: digits, without leading zeros. */
static const json_t *
point_item(const json_t *array, const char *token, size_t n)
{
	size_t	index = 0;

	if (n == 0 || n > 9 || (token[0] == '0' && n > 1))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (token[i] < '0' || token[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(token[i] - '0');
	}
	return json_array_get(array, index);
}

const struct json *
json_point(const struct json *root, const char *pointer)
{
	const json_t	*v = native(root);

	while (v != NULL && *pointer != '\0') {
		if (*pointer != '/')
			return NULL;
		pointer++;
		size_t	n = strcspn(pointer, "/");

		if (json_typeof(v) == JSON_OBJECT)
			v = point_member(v, pointer, n);
		else if (json_typeof(v) == JSON_ARRAY)
			v = point_item(v, pointer, n);
		else
			v = NULL;
		pointer += n;
	}
	return ours(v);
}
