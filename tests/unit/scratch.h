/* A folder of a test's own, below $TMPDIR: tests/run gives each of its runs one
 * and removes it, whatever a test that was killed has left in it. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H
#include <stdio.h>
#include <stdlib.h>

#define SCRATCH 64	/* with room for a socket's name behind it */

static inline void
scratch_folder(char folder[SCRATCH], const char *name)
{
	const char *where = getenv("TMPDIR");
	int n = snprintf(folder, SCRATCH, "%s/advrelay-%s-XXXXXX",
	    where != NULL && where[0] == '/' ? where : "/tmp", name);

	if (n < 0 || n >= SCRATCH || mkdtemp(folder) == NULL) {
		perror(folder);
		abort();
	}
}
#endif
