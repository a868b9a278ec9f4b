/* by_hand.c - `list --by-hand FILE...`: what was understood, as JSON lines. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include "list.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "noun/aliases.h"
#include "noun/index.h"

struct showing {
	struct index_builder	*index;		/* knows which ids were there */
	struct buf		 line;
};

static int
show_device(void *ctx, const struct device *d, struct err *err)
{
	struct showing *show = ctx;
	struct json_out j;
	int rc = index_builder_add(show->index, d, err);

	if (rc != 0)
		return rc;
	buf_reset(&show->line);
	jout_init(&j, &show->line);
	jout_object(&j);
	jout_kv(&j, "list", d->list);
#define X(field, heading)						\
	if (d->field[0] != '\0')					\
		jout_kv(&j, heading, d->field);
	DEVICE_COLUMNS(X)
#undef X
	if (d->n_extra > 0) {
		jout_key(&j, "extra");
		jout_object(&j);
		for (uint32_t i = 0; i < d->n_extra; i++)
			jout_kv(&j, d->extra[i].name, d->extra[i].value);
		jout_end(&j, '}');
	}
	jout_end(&j, '}');
	buf_byte(&show->line, '\n');
	fwrite(show->line.data, 1, show->line.len, stdout);
	return 0;
}

/* One file; the exit code. */
static int
show_file(const char *path, struct showing *show)
{
	struct arena mem = ARENA_INIT;
	struct device_report report;
	struct device_file file = { .name = path, .path = path, .format = "" };
	struct stat st;
	void *map = NULL;

	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		fprintf(stderr, "list: %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EX_NOINPUT;
	}
	file.len = (size_t)st.st_size;
	if (file.len > LIST_FILE_MAX) {
		fprintf(stderr, "list: %s: larger than %u MiB\n", path,
		    LIST_FILE_MAX >> 20);
		close(fd);
		return EX_DATAERR;
	}
	if (file.len > 0)
		map = mmap(NULL, file.len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED) {
		fprintf(stderr, "list: %s: cannot be mapped: %s\n", path,
		    strerror(errno));
		return EX_NOINPUT;
	}
	file.bytes = file.len > 0 ? map : "";
	list_read(&file, &mem, show_device, show, &report);
	for (uint32_t i = 0; i < report.n_remarks; i++)
		fprintf(stderr, "%s\n", report.remarks[i]);
	if (report.failure[0] != '\0')
		fprintf(stderr, "list: %s\n", report.failure);
	fprintf(stderr, "%s: %u devices, %u rows skipped\n", path,
	    report.devices, report.skipped);
	if (file.len > 0)
		munmap(map, file.len);
	arena_clear(&mem);
	return report.failure[0] != '\0' ? EX_DATAERR : EX_OK;
}

static void
alias_fault(void *ctx, unsigned line, const char *text)
{
	fprintf(stderr, "%s:%u: %s\n", (const char *)ctx, line, text);
}

/* What a file of aliases says, line by line. */
static int
show_aliases(const char *path)
{
	struct buf text = BUF_INIT(ALIASES_FILE_MAX);
	struct buf out = BUF_INIT(ALIASES_FILE_MAX * 4u);
	struct arena mem = ARENA_INIT;
	struct aliases list = { .n = 0 };
	char chunk[16384];
	size_t n;
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		fprintf(stderr, "list: %s: %s\n", path, strerror(errno));
		return EX_NOINPUT;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&text, chunk, n);
	fclose(f);
	aliases_read(path, buf_text(&text), text.len, &mem, &list,
	    alias_fault, (void *)(size_t)path);
	for (uint32_t i = 0; i < list.n; i++) {
		alias_show(&out, &list.list[i]);
		buf_byte(&out, '\n');
	}
	fputs(buf_text(&out), stdout);
	fprintf(stderr, "%s: %u aliases%s\n", path, list.n,
	    text.over ? ", cut at 4 MiB" : "");
	buf_clear(&text);
	buf_clear(&out);
	arena_clear(&mem);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

int
list_by_hand(int argc, char **argv)
{
	struct showing show = { .line = BUF_INIT(1u << 20) };
	int code = EX_OK;

	if (argc == 2 && strcmp(argv[0], "--aliases") == 0)
		return show_aliases(argv[1]);
	if (argc < 1 || argv[0][0] == '-') {
		fprintf(stderr, "usage: list --by-hand FILE...\n"
		    "       list --by-hand --aliases FILE\n"
		    "       prints the devices of the lists as JSON lines, and "
		    "remarks on stderr\n");
		return EX_USAGE;
	}
	show.index = index_builder_new();
	for (int i = 0; i < argc; i++) {
		int rc = show_file(argv[i], &show);
		if (rc != EX_OK)
			code = rc;
	}
	index_builder_free(show.index);
	buf_clear(&show.line);
	return fflush(stdout) == 0 ? code : EX_IOERR;
}
