/* fetch/fetch.h - feed -> document: what the files of this room share. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H
#include <stdbool.h>
#include <stddef.h>
#include "base/blob.h"
#include "base/clock.h"
#include "guard.h"
#include "noun/document.h"
#include "noun/feed.h"

struct arena;
struct err;
struct serving;

/* One poll at work. */
struct job {
	const struct poll *poll;
	struct guard	 guard;
	struct arena	*mem;
	struct mono	 end;		/* of all its exchanges together */
};

/* The whole arrow. What goes wrong is in the result; strings live in mem. A
 * body comes with FETCH_DOCUMENT only, mapped. */
void fetch_poll(const struct poll *p, struct arena *mem, struct fetched *ret,
    struct blob *ret_body);
int  fetch_serve(struct serving *s, struct err *err);
int  fetch_by_hand(int argc, char **argv);

/* One address by its scheme: web.c or file.c. Without `conditional` the
 * validators of the poll are left aside. */
void fetch_one(const struct job *j, const char *url, bool conditional,
    size_t max, struct fetched *ret, struct blob *ret_body);
void web_get(const struct job *j, const char *url, bool conditional,
    size_t max, struct fetched *ret, struct blob *ret_body);
void file_get(const struct job *j, const char *url, bool conditional,
    size_t max, struct fetched *ret, struct blob *ret_body);

/* Result and reason in one; a later call replaces the earlier. */
void fetched_end(struct fetched *f, struct arena *mem, enum fetch_result r,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A URL for a sentence: printable and short. */
const char *url_show(struct arena *mem, const char *url);

/* verify.c: compare the bytes with the digest at hash_url; on trouble the
 * reason says which. */
void verify(const struct job *j, const struct blob *body,
    struct fetched *f);
/* The digest in lower case ("" if there is none) that a hash file tells for
 * `name`; its length (64 or 128) tells the algorithm. Pure. */
void verify_parse(const char *p, size_t n, const char *name,
    char ret[SHA512_TEXT]);
#endif
