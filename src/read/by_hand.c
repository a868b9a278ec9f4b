/* read --by-hand FORMAT|auto FILE...: one JSON object a line. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "read.h"

static int
file_read(const char *path, struct buf *out, struct err *err)
{
	char piece[65536];
	FILE *f = fopen(path, "rb");
	size_t n;
	int rc = -1;

	if (f == NULL) {
		return err_sys(err, "cannot open it");
	}
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0) {
		buf_add(out, piece, n);
	}
	if (ferror(f)) {
		err_sys(err, "cannot read it");
	} else if (out->over) {
		err_limit(err, "larger than %u bytes", DOCUMENT_MAX);
	} else {
		rc = 0;
	}
	fclose(f);
	return rc;
}

static int
one_file(const char *format, const char *path)
{
	struct buf in = BUF_INIT(DOCUMENT_MAX), out = BUF_INIT(ADVISORY_MAX);
	struct arena mem = ARENA_INIT;
	struct reading reading;
	struct err err = ERR_INIT;
	char said[1024];
	int code = EX_DATAERR;
	const struct document doc = {
		.feed = "by-hand", .format = format,
		.url = arena_printf(&mem, "file://%s%s", path[0] == '/' ? "" :
		    "/", path),
	};

	if (file_read(path, &in, &err) < 0) {
		code = EX_NOINPUT;
		goto out;
	}
	if (document_read(&doc, buf_text(&in), in.len, &mem, &reading,
	    &err) < 0) {
		goto out;
	}
	reading_show(&out, &reading);
	fwrite(buf_text(&out), 1, out.len, stdout);
	putchar('\n');
	code = ferror(stdout) ? EX_IOERR : EX_OK;
out:
	if (code != EX_OK) {
		fprintf(stderr, "%s: %s\n", path,
		    err_show(&err, said, sizeof(said)));
	}
	arena_clear(&mem);
	buf_clear(&in);
	buf_clear(&out);
	return code;
}

int
read_by_hand(int argc, char **argv)
{
	int worst = EX_OK;

	if (argc < 2 || (!text_eq(argv[0], "auto") &&
	    format_find(argv[0]) == NULL)) {
		fprintf(stderr, "usage: read --by-hand FORMAT FILE...\n"
		    "formats: auto");
		for (size_t i = 0; formats[i] != NULL; i++) {
			fprintf(stderr, " %s", formats[i]->name);
		}
		fprintf(stderr, "\n");
		return EX_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		int code = one_file(argv[0], argv[i]);
		worst = code != EX_OK ? code : worst;
	}
	return worst;
}
