/* Bytes as relay.conf: settings, or complaints that name the file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/text.h"
#include "contract/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libconfig 1.5 forgets a string that does not end. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

/* A complaint is one line that a terminal survives. */
static void
check_lines(const char *const *lines, uint32_t n, const char *path)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *s = lines[i];

		/* it may be in a file that was included */
		if (!text_starts(s, path) && s[0] != '/' && s[0] != '.')
			abort();
		if (!text_is_utf8(s, strlen(s)))
			abort();
		for (; *s != '\0'; s++)
			if ((unsigned char)*s < 0x20 || *s == 0x7f)
				abort();
	}
}

/* What the keeper takes for granted. */
static void
check_conf(const struct conf *c)
{
	if (c->n_feeds == 0 || c->n_lists == 0 || c->n_sinks == 0 ||
	    c->name[0] == '\0' || c->state_dir[0] != '/')
		abort();
	for (uint32_t i = 0; i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];

		if (r->n_to == 0 && r->reason[0] == '\0')
			abort();
		for (uint32_t k = 0; k < r->n_to; k++)
			if (r->to[k] >= c->n_sinks)
				abort();
	}
	for (uint32_t i = 0; i < c->n_sinks; i++)
		if (c->sinks[i].sink.type == SINK_MAIL &&
		    c->sinks[i].n_to == 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = ARENA_INIT;
	struct conf_report report;
	struct conf *c;
	char path[64];
	int fd;

	/* Inclusion leads to this machine's files: not reproducible. */
	if (memmem(data, size, "@include", 8) != NULL)
		return 0;
	fd = memfd_create("conf", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = conf_load(path, &mem, &report);
	check_lines(report.errors, report.n_errors, path);
	check_lines(report.warnings, report.n_warnings, path);
	if ((c == NULL) != (report.n_errors > 0))
		abort();
	if (c != NULL)
		check_conf(c);
	conf_free(c);
	arena_clear(&mem);
	close(fd);
	return 0;
}
