/* The work of the read room's fuzz targets: nothing crashes, and what is read
 * can be packed and unpacked. A target says which format it is. */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H
#include <stdint.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read/read.h"

static int
fuzz_read(const char *format, const uint8_t *data, size_t size)
{
	static int prepared;
	struct arena mem = ARENA_INIT;
	struct buf packed = BUF_INIT(ADVISORY_MAX);
	struct reading reading, back;
	const void **bytes;
	size_t *lens;
	struct err err = ERR_INIT;
	const struct document doc = { .feed = "fuzz",
	    .format = format,
	    .url = "https://example.com/csaf_files/white/listing" };

	if (!prepared) {
		read_prepare(&err);
		prepared = 1;
	}
	if (document_read(&doc, (const char *)data, size, &mem, &reading,
	    &err) == 0) {
		reading_pack(&packed, &reading);
		if (!packed.over && reading_unpack(packed.data, packed.len,
		    &mem, &back, &bytes, &lens, &err) < 0) {
			abort();
		}
	} else if (err.kind == ERR_NONE) {
		abort();
	}
	arena_clear(&mem);
	buf_clear(&packed);
	return 0;
}
#endif
