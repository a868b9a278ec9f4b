/* contract/format.h - what a feed format must bring.
 *
 * A format gets bytes and gives advisories or further addresses. It never
 * fetches. Adding one = a file in src/read/, a line in src/read/formats.c. */
#ifndef CONTRACT_FORMAT_H
#define CONTRACT_FORMAT_H
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct document;
struct err;
struct reading;

struct format {
	/* "csaf", "rss" ... as in address.format */
	const char	*name;
	const char	*title;		/* for people */
	/* nothing but blanks is no error: a listing of nothing */
	bool		 may_be_empty;
	bool (*sniff)(const char *p, size_t n);	/* by content, for `match` */
	/* ret and all it holds live in mem. -1: unreadable; err has the JSON
	 * path or line. Violations that can be understood become remarks. */
	int  (*read)(const struct document *doc, const char *p, size_t n,
	    struct arena *mem, struct reading *ret, struct err *err);
};
#endif
