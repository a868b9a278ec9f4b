/* read/walk.h - typed getters over base/json.h for documents that break their
 * own rules.
 *
 * A spot is a value and the way to it; its text is built only when a remark is
 * made. A getter never fails: what is missing or of the wrong kind becomes a
 * remark (if it is needed) and an empty value. Spots point at the spots that
 * they came from: they live on the stack of the walk. */
#ifndef READ_WALK_H
#define READ_WALK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json;

struct walk {
	struct arena	*mem;
	const char	**remarks;
	uint32_t	 n_remarks;
};

struct spot {
	const struct json *v;		/* NULL = nothing there */
	const struct spot *up;		/* NULL = the root */
	const char	*key;		/* NULL = an item of a list ... */
	uint32_t	 index;		/* ... with this number */
};

enum need { MAY, MUST };

struct spot spot_root(const struct json *v);
struct spot spot_get(const struct spot *in, const char *key);
struct spot spot_at(const struct spot *in, uint32_t i);
/* RFC 6901: "/document/tracking/id"; "/" for the root. */
const char *spot_path(struct arena *mem, const struct spot *s);

void walk_remark(struct walk *w, const struct spot *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A value from outside for a remark: quoted, printable, short. */
const char *walk_quote(struct walk *w, const char *s);

/* Is it an object? */
bool	 walk_object(struct walk *w, const struct spot *s, enum need need);
/* Items of a list, at most max; 0 if it is none. */
uint32_t walk_count(struct walk *w, const struct spot *s, enum need need,
    uint32_t max);

/* A string, as it is: for ids that are looked up. Numbers are taken. */
const char *walk_raw(struct walk *w, const struct spot *s, enum need need);
const char *walk_line(struct walk *w, const struct spot *in, const char *key,
    enum need need);
const char *walk_line_of(struct walk *w, const struct spot *s, enum need need);
const char *walk_text(struct walk *w, const struct spot *in, const char *key,
    enum need need);
/* An address for people: http, https, ftp or mailto, or "" and a remark. */
const char *walk_url(struct walk *w, const struct spot *in, const char *key,
    enum need need);
int64_t	 walk_date(struct walk *w, const struct spot *in, const char *key,
    enum need need);
/* A list of strings as lines. */
const char **walk_lines(struct walk *w, const struct spot *in, const char *key,
    uint32_t *ret_n);
#endif
