#include "zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

#include "base/blob.h"
#include "base/err.h"
#include "base/mem.h"

#define LEVEL 9			/* 19 takes ten times as long for 3 % */
/* Bytes that fill no page of the database: to make them smaller takes longer
 * than all else that is done to an alert of one device. */
#define LEAST 2048u
#define KEEP (1u << 20)		/* memory that is worth keeping between calls */

struct zip {
	ZSTD_CCtx	*in;
	ZSTD_DCtx	*out;
	void		*room;
	size_t		 cap;
};

struct zip *
zip_new(void)
{
	return mem_alloc(sizeof(struct zip));
}

/* Give back what a large body needed. */
static void
slim(struct zip *z)
{
	free(z->room);
	z->room = NULL;
	z->cap = 0;
	ZSTD_freeCCtx(z->in);
	z->in = NULL;
}

void
zip_rest(struct zip *z)
{
	slim(z);
	ZSTD_freeDCtx(z->out);
	z->out = NULL;
}

void
zip_free(struct zip *z)
{
	if (z == NULL)
		return;
	zip_rest(z);
	free(z);
}

static void
room_for(struct zip *z, size_t n)
{
	if (z->cap > KEEP)
		slim(z);
	if (z->room != NULL && z->cap >= n)
		return;
	free(z->room);
	z->room = mem_alloc(n);
	z->cap = n;
}

int
zip_pack(struct zip *z, const void *p, size_t n, struct zipped *ret,
    struct err *err)
{
	size_t bound = ZSTD_compressBound(n);

	*ret = (struct zipped){ "plain", p, n };
	if (n < LEAST)
		return 0;
	if (ZSTD_isError(bound))
		return err_limit(err, "too large to be kept: %zu bytes", n);
	room_for(z, bound);
	if (z->in == NULL) {
		z->in = ZSTD_createCCtx();
		if (z->in == NULL)
			mem_out();
		ZSTD_CCtx_setParameter(z->in, ZSTD_c_compressionLevel, LEVEL);
		ZSTD_CCtx_setParameter(z->in, ZSTD_c_checksumFlag, 1);
	}
	size_t len = ZSTD_compress2(z->in, z->room, z->cap, p, n);
	if (ZSTD_isError(len))
		return err_input(err, "zstd: %s", ZSTD_getErrorName(len));
	if (len < n)
		*ret = (struct zipped){ "zstd", z->room, len };
	return 0;
}

/* The bytes into `to`, which has room for exactly size. */
static int
spread(struct zip *z, const struct zipped *from, void *to, size_t size,
    struct err *err)
{
	if (strcmp(from->codec, "plain") == 0) {
		if (from->len != size)
			return err_input(err, "kept bytes are damaged: %zu "
			    "instead of %zu", from->len, size);
		memcpy(to, from->bytes, size);
		return 0;
	}
	if (strcmp(from->codec, "zstd") != 0)
		return err_input(err, "kept with codec \"%.32s\", which this "
		    "version does not know: use a newer one", from->codec);
	if (z->out == NULL)
		z->out = ZSTD_createDCtx();
	if (z->out == NULL)
		mem_out();
	size_t n = ZSTD_decompressDCtx(z->out, to, size, from->bytes,
	    from->len);
	if (ZSTD_isError(n))
		return err_input(err, "kept bytes are damaged: %s",
		    ZSTD_getErrorName(n));
	if (n != size)
		return err_input(err, "kept bytes are damaged: %zu instead "
		    "of %zu", n, size);
	return 0;
}

static int
within(uint64_t size, size_t max, struct err *err)
{
	if (size <= max)
		return 0;
	return err_limit(err, "kept bytes: %llu, more than the %zu allowed",
	    (unsigned long long)size, max);
}

int
zip_bytes(struct zip *z, const struct zipped *from, uint64_t size, size_t max,
    const void **ret, struct err *err)
{
	if (within(size, max, err) == -1)
		return -1;
	room_for(z, (size_t)size + 1);
	*ret = z->room;
	return size == 0 ? 0 : spread(z, from, z->room, (size_t)size, err);
}

int
zip_blob(struct zip *z, const struct zipped *from, uint64_t size, size_t max,
    const char *label, struct blob *ret, struct err *err)
{
	int fd = -1, rc = -1;

	if (within(size, max, err) == -1)
		return -1;
	size_t n = (size_t)size;
	if (n == 0)
		return blob_of(ret, label, "", 0, err);
	if (blob_start(&fd, label, err) == -1)
		return -1;
	void *to = MAP_FAILED;
	if (ftruncate(fd, (off_t)n) == -1) {
		err_sys(err, "ftruncate");
		goto out;
	}
	to = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (to == MAP_FAILED) {
		err_sys(err, "mmap of %zu bytes", n);
		goto out;
	}
	rc = spread(z, from, to, n, err);
out:
	if (to != MAP_FAILED)
		munmap(to, n);
	if (rc == -1) {
		close(fd);
		return -1;
	}
	return blob_seal(ret, fd, err);
}
