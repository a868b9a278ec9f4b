/* base/json.h - JSON in (jansson, in json.c only) and JSON out.
 *
 * Reading: json_parse takes hostile bytes (ceilings: depth JSON_DEPTH_MAX;
 * duplicate keys, NUL, broken UTF-8 are errors; a BOM is skipped). Values are
 * borrowed from the document and live until json_close. All getters accept
 * NULL and a value of the wrong kind and answer NULL, "" or the default, so
 * that a walk needs no checks; a reader that must complain uses json_is_*.
 *
 * Writing: a writer that escapes, puts the commas, and cannot make bad JSON. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* --- reading --- */
struct json;			/* a value; jansson's json_t */

/* jansson itself calls functions of these two names: ours, in a program linked
 * with it, would take their place. */
#define json_integer	json_whole_number
#define json_true	json_says_true

/* Before the sandbox: jansson seeds its hashing from a random device. */
void	 json_prepare(void);
/* The root, or NULL with err at line:column. */
struct json *json_parse(const void *p, size_t n, struct err *err);
void	 json_close(struct json *root);

bool	 json_is_object(const struct json *v);
bool	 json_is_array(const struct json *v);
bool	 json_is_string(const struct json *v);
bool	 json_is_number(const struct json *v);
bool	 json_is_bool(const struct json *v);
bool	 json_is_null(const struct json *v);
const char *json_kind(const struct json *v);	/* "object", ... "nothing" */

const struct json *json_get(const struct json *object, const char *key);
/* "" if no string */
const char	*json_text(const struct json *v);
const char	*json_get_text(const struct json *object, const char *key);
double		 json_number(const struct json *v, double otherwise);
int64_t		 json_integer(const struct json *v, int64_t otherwise);
bool		 json_true(const struct json *v);
size_t		 json_count(const struct json *array);		/* 0 if none */
const struct json *json_at(const struct json *array, size_t i);
/* Walk an object's members in document order: start with *iter = NULL. */
const struct json *json_next(const struct json *object, void **iter,
    const char **ret_key);
/* RFC 6901 pointer; NULL if nothing is there. */
const struct json *json_point(const struct json *root, const char *pointer);

/* --- writing --- */
struct json_out {
	struct buf	*to;
	unsigned	 depth;
	bool		 open[64];	/* at this depth an item was written */
	char		 bracket[64];	/* that ends this depth */
	bool		 keyed;		/* a key waits for its value */
};

void jout_init(struct json_out *j, struct buf *to);
void jout_object(struct json_out *j);		/* { */
void jout_array(struct json_out *j);		/* [ */
void jout_end(struct json_out *j, char bracket);	/* '}' or ']' */
void jout_key(struct json_out *j, const char *key);
void jout_text(struct json_out *j, const char *s);
void jout_text_n(struct json_out *j, const char *s, size_t n);
void jout_int(struct json_out *j, int64_t n);
void jout_tenths(struct json_out *j, unsigned tenths);	/* 98 -> 9.8 */
void jout_bool(struct json_out *j, bool v);
void jout_null(struct json_out *j);
/* key + value in one. */
void jout_kv(struct json_out *j, const char *key, const char *text);
void jout_kn(struct json_out *j, const char *key, int64_t n);
void jout_kb(struct json_out *j, const char *key, bool v);
/* key + [ */
void jout_ka(struct json_out *j, const char *key);
/* key + a whole array of texts */
void jout_texts(struct json_out *j, const char *key, const char *const *list,
    size_t n);
#endif
