/* match/serve.h - the asks of the program `match`. */
#ifndef MATCH_SERVE_H
#define MATCH_SERVE_H
#include <stddef.h>

struct arena;
struct buf;
struct err;
struct index;
struct serving;

int match_serve(struct serving *s, struct err *err);
/* A packed advisory in, a packed matching out. */
int advisory_match_packed(const struct index *ix, const void *p, size_t n,
    struct arena *mem, struct buf *out, struct err *err);
/* The same with what is not affected by its version only. */
int advisory_match_all(const struct index *ix, const void *p, size_t n,
    struct arena *mem, struct buf *out, struct err *err);
#endif
