/* match/explain.h - why a device matches, or does not, told step by step; and
 * what almost matched. Both look again at what matching did; it runs without
 * them and knows nothing of them. */
#ifndef MATCH_EXPLAIN_H
#define MATCH_EXPLAIN_H
#include "matching.h"
#include "noun/explained.h"

/* device is a number of the index. */
void explain_device(const struct index *ix, const struct rules *rules,
    const struct advisory *a, uint32_t device, struct arena *mem,
    struct explained *ret);
void find_near(const struct index *ix, const struct rules *rules,
    const struct advisory *a, struct arena *mem, struct near_misses *ret);
#endif
