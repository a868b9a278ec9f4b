/* keeper/offline.h - pieces of the offline runs (match, check): files, lists,
 * pools without a config. Private to the keeper. */
#ifndef KEEPER_OFFLINE_H
#define KEEPER_OFFLINE_H
#include "contract/keeper.h"
#include "contract/conf.h"
#include "pool.h"

struct arena;
struct unpack;
struct err;

/* One file as a sealed blob, at most max bytes. */
int  offline_file(const char *path, size_t max, struct blob *ret,
    struct err *err);
/* The blob of a LIST ask from files (called by their path), or from the
 * config's lists. */
int  offline_lists(const char **paths, uint32_t n, const struct aliases *own,
    struct blob *ret, struct err *err);
/* Files of aliases; every complaint goes to stderr, -1 if there was one. */
int  offline_aliases(const char **paths, uint32_t n, struct arena *mem,
    struct aliases *ret);
int  offline_conf_lists(const struct conf *c, struct blob *ret,
    struct err *err);
/* Prints what LIST reported; -1 if a list is unreadable. */
int  offline_reports(struct unpack *in, struct arena *mem,
    uint32_t *ret_devices);
/* Folders become the documents below them, sorted. */
int  offline_documents(const char **docs, uint32_t n, struct arena *mem,
    const char ***ret, uint32_t *ret_n, struct err *err);
void offline_pools(uint32_t jobs, struct arena *mem, struct pool **list,
    struct pool **read, struct pool **match);
#endif
