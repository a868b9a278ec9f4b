/* Files of aliases, which belong to the configuration: read with it, and a
 * mistake in them is a mistake in it. */
#include "conf_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include "contract/conf.h"

int
aliases_load(const char *path, struct arena *mem, struct aliases *ret,
    alias_complain *complain, void *ctx, struct err *err)
{
	struct buf text = BUF_INIT(ALIASES_FILE_MAX);
	char chunk[16384];
	struct stat st;
	ssize_t n;
	int rc = -1;
	/* not blocking: a FIFO must not hang us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1)
		return err_sys(err, "cannot read %s", path);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		err_config(err, "%s is no file", path);
		goto out;
	}
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&text, chunk, (size_t)n);
	if (n == -1) {
		err_sys(err, "cannot read %s", path);
		goto out;
	}
	if (text.over) {
		err_config(err, "%s is larger than %u MiB", path,
		    ALIASES_FILE_MAX >> 20);
		goto out;
	}
	aliases_read(path, buf_text(&text), text.len, mem, ret, complain, ctx);
	rc = 0;
out:
	close(fd);
	buf_clear(&text);
	return rc;
}

struct reading_one {
	struct conf_read	*r;
	const char		*path;
};

static void
complain_line(void *ctx, unsigned line, const char *text)
{
	struct reading_one *one = ctx;

	conf_complain_at(one->r, one->path, (int)line, "%s", text);
}

void
conf_read_aliases(struct conf_read *r, const config_setting_t *s,
    struct conf *c)
{
	const char **paths = NULL;
	uint32_t n = 0;

	if (s == NULL)
		return;
	conf_texts(r, s, &paths, &n);
	for (uint32_t i = 0; i < n; i++) {
		struct reading_one one = { r, conf_absolute(r, paths[i]) };
		struct err err = ERR_INIT;

		if (aliases_load(one.path, r->mem, &c->aliases, complain_line,
		    &one, &err) == -1)
			conf_complain(r, s, "%s", err.text);
	}
}
