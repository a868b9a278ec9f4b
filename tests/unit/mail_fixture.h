/* What the mail tests share beyond send_fixture.h: whole files with their
 * length, Python as an independent judge. */
#ifndef TESTS_MAIL_FIXTURE_H
#define TESTS_MAIL_FIXTURE_H
#include <netinet/in.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "noun/mailbox.h"
#include "send/mail.h"
#include "send/mail_sample.h"
#include "send_fixture.h"

#define PYTHON "/usr/bin/python3"

/* Whole file, NUL behind it; "" if it is not there. */
UNUSED_OK char *
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
