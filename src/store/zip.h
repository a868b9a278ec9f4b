/* store/zip.h - bytes made small for the store (libzstd, in zip.c only).
 *
 * A codec's name stands beside the bytes, so that others (a dictionary per
 * publisher) can be added while the old ones stay readable for ever. */
#ifndef STORE_ZIP_H
#define STORE_ZIP_H
#include <stddef.h>
#include <stdint.h>

struct blob;
struct err;
struct zip;

struct zipped {
	const char	*codec;		/* "zstd", or "plain": no gain */
	const void	*bytes;		/* lent until the next call, or p */
	size_t		 len;
};

struct zip *zip_new(void);
void zip_free(struct zip *z);
int  zip_pack(struct zip *z, const void *p, size_t n, struct zipped *ret,
    struct err *err);
/* Gives back what it keeps between two calls. */
void zip_rest(struct zip *z);
/* A sealed blob of exactly `size` bytes; more than `max` is ERR_LIMIT, anything
 * else than what was packed is ERR_INPUT. */
int  zip_blob(struct zip *z, const struct zipped *from, uint64_t size,
    size_t max, const char *label, struct blob *ret, struct err *err);
/* The same for small ones: the bytes are lent until the next call. */
int  zip_bytes(struct zip *z, const struct zipped *from, uint64_t size,
    size_t max, const void **ret, struct err *err);
#endif
