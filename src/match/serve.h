/* match/serve.h - the asks of the program `match`. */
#ifndef MATCH_SERVE_H
#define MATCH_SERVE_H
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct err;
struct index;
struct rules;
struct serving;

int match_serve(struct serving *s, struct err *err);
/* A packed advisory in, a packed matching out. rules: rules_open of this index,
 * done once; all: also what is not affected by its version only. */
int advisory_match_packed(const struct index *ix, const struct rules *rules,
    const void *p, size_t n, bool all, struct arena *mem, struct buf *out,
    struct err *err);
#endif
