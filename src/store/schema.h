/* store/schema.h - the tables, as a list of numbered steps.
 *
 * A store carries the number of its last step in meta ('schema'). Steps are
 * only ever added, never changed: a store of any age is brought up to date one
 * step, one transaction, at a time. A newer one is refused. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H
#include <stdbool.h>
#include <stddef.h>

struct db;
struct err;

extern const char *const schema_steps[];
extern const size_t schema_n_steps;

/* steps[i] leads to version i + 1. With read_only nothing is done, and a store
 * that would need a step is refused. */
int schema_bring(struct db *db, const char *const *steps, size_t n,
    bool read_only, struct err *err);
#endif
