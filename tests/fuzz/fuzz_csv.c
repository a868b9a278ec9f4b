/* Any bytes as a device list: devices or remarks, never a crash. */
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/blob.h"
#include "base/err.h"
#include "list/list.h"
#include "noun/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
take(void *ctx, const struct device *d, struct err *err)
{
	return index_builder_add(ctx, d, err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct index_builder *b = index_builder_new();
	struct arena mem = ARENA_INIT;
	struct blob blob = BLOB_INIT;
	struct device_report report;
	struct index ix;
	struct device_file file = { .name = "fuzz", .path = "fuzz.csv",
	    .format = "", .bytes = data, .len = size };

	list_read(&file, &mem, take, b, &report);
	/* What was built must be an index that its reader accepts. */
	if (index_builder_finish(b, &blob, NULL) != 0 ||
	    blob_map(&blob, NULL) != 0 ||
	    index_open(&ix, blob.map, blob.len, NULL) != 0)
		__builtin_trap();
	for (uint32_t i = 0; i < index_devices(&ix); i++) {
		struct device d;
		index_device(&ix, i, &mem, &d);
	}
	blob_clear(&blob);
	index_builder_free(b);
	arena_clear(&mem);
	return 0;
}
