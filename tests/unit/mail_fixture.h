/* What the mail tests share: an alert, files, Python as an independent judge,
 * the fake server. */
#ifndef TESTS_MAIL_FIXTURE_H
#define TESTS_MAIL_FIXTURE_H
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "noun/mailbox.h"
#include "send/mail.h"
#include "send/mail_sample.h"
#include "scratch.h"

#define PYTHON "/usr/bin/python3"

static char scratch[SCRATCH];

static inline void
scratch_make(void)
{
	scratch_folder(scratch, "mail");
}

static inline void
scratch_drop(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", scratch);
	if (system(cmd) != 0)
		fprintf(stderr, "cannot remove %s\n", scratch);
}

static inline void
file_write(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(p, 1, n, f), n);
	fclose(f);
}

/* Whole file, NUL behind it; "" if it is not there. */
static inline char *
file_read(const char *path, size_t *ret_len)
{
	struct buf b = BUF_INIT(64u << 20);
	char block[65536];
	size_t n;
	FILE *f = fopen(path, "r");

	if (f != NULL) {
		while ((n = fread(block, 1, sizeof(block), f)) > 0)
			buf_add(&b, block, n);
		fclose(f);
	}
	if (ret_len != NULL)
		*ret_len = b.len;
	return buf_take(&b);
}
#endif
