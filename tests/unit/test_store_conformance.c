/* The suite that every driver must pass, on SQLite in a folder of its own. */
#include "../store/conformance.c"
#include "scratch.h"
#include "suite.h"

#include <unistd.h>

static char folder[SCRATCH], place[128];

static const char *
fresh(void)
{
	scratch_folder(folder, "store");
	snprintf(place, sizeof(place), "sqlite:%s/store.db", folder);
	return place;
}

static void
gone(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[160];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(path, sizeof(path), "%s/store.db%s", folder, ends[i]);
		unlink(path);
	}
	rmdir(folder);
}

int
main(void)
{
	static const struct conformance sqlite = { fresh, gone };

	return suite_run(conformance_suite("sqlite", &sqlite));
}
