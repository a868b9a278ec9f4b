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

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "json_scan.h"

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

/* An open document. Its tree is in an arena: jansson asks for many small pieces
 * of memory, and they all go when the document goes. */
struct opened {
	const json_t	*root;
	struct arena	 mem;
	struct opened	*next;
};

/* jansson's allocator carries no context; one document is parsed at a time. */
static struct arena	*parsing;
static struct opened	*all_opened;

static void *
take_memory(size_t n)
{
	if (parsing == NULL)
		bug("jansson wants memory outside of a document");
	return arena_raw(parsing, n);
}

static void
keep_memory(void *p)
{
	(void)p;
}

void
json_prepare(void)
{
	static bool	done;

	if (done)
		return;
	done = true;
	json_set_alloc_funcs(take_memory, keep_memory);
	json_object_seed(0);
}

/* The tree, in mem. */
static json_t *
load(const char *s, size_t n, struct arena *mem, json_error_t *why)
{
	parsing = mem;
	json_t	*root = json_loadb(s, n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, why);
	parsing = NULL;
	return root;
}

/* jansson reads byte by byte and checks each of them, so it gets the document
 * without its indentation, about a third of it. If it finds a fault it reads
 * the document as it is, to say where the fault stands. */
static json_t *
load_tight(const char *s, size_t n, struct arena *mem, struct err *err)
{
	char		*tight = mem_resize(NULL, n);
	size_t		 len = 0;
	json_t		*root = NULL;
	json_error_t	 why;

	if (json_scan(s, n, tight, &len, err) != 0)
		goto out;
	root = load(tight, len, mem, &why);
	if (root != NULL)
		goto out;
	arena_clear(mem);
	root = load(s, n, mem, &why);
	if (root != NULL)
		goto out;

	struct buf	text = BUF_INIT(2 * NEAR_MAX);
	char		where[64];

	snprintf(where, sizeof(where), "line %d, column %d", why.line,
	    why.column);
	text_show_utf8(&text, why.text, NEAR_MAX);
	err_at(err, where, 0, "%s", buf_text(&text));
	buf_clear(&text);
out:
	free(tight);
	return root;
}

struct json *
json_parse(const void *p, size_t n, struct err *err)
{
	const char	*s = n != 0 ? p : "";
	struct arena	 mem = ARENA_INIT;

	json_prepare();
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	json_t	*root = load_tight(s, n, &mem, err);
	if (root == NULL) {
		arena_clear(&mem);
		return NULL;
	}
	struct opened	*o = mem_alloc(sizeof(*o));

	*o = (struct opened){ root, mem, all_opened };
	all_opened = o;
	return (struct json *)root;
}

void
json_close(struct json *root)
{
	struct opened	**at = &all_opened;

	if (root == NULL)
		return;
	while (*at != NULL && (*at)->root != native(root))
		at = &(*at)->next;
	if (*at == NULL)
		bug("json_close of what is not open");
	struct opened	*o = *at;

	*at = o->next;
	arena_clear(&o->mem);
	free(o);
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
