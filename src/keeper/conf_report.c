/* Complaints about relay.conf: "FILE:LINE: setting: what is wrong, and what is
 * allowed". */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#include "contract/conf.h"

#include "conf_keys.h"

/* "feeds[0].every": from the root to the setting. */
static void
setting_path(const config_setting_t *s, struct buf *out)
{
	const config_setting_t *up = config_setting_parent(s);

	if (up == NULL)
		return;
	setting_path(up, out);
	if (config_setting_name(s) != NULL) {
		if (out->len > 0)
			buf_byte(out, '.');
		text_show(out, config_setting_name(s), 64);
	} else {
		buf_printf(out, "[%d]", config_setting_index(s));
	}
}

const char *
conf_shown(struct conf_read *r, const char *file)
{
	if (file == NULL || strcmp(file, r->path) == 0)
		return r->path;
	if (file[0] == '/' || strcmp(r->as_named, ".") == 0)
		return file;
	return arena_printf(r->mem, "%s/%s", r->as_named, file);
}

static const char *
complaint(struct conf_read *r, const config_setting_t *at, const char *text)
{
	struct buf out = BUF_INIT(4096);
	struct buf path = BUF_INIT(512);
	const char *file = NULL;
	const char *line;

	if (at != NULL)
		file = config_setting_source_file(at);
	buf_puts(&out, conf_shown(r, file));
	if (at != NULL && config_setting_source_line(at) > 0)
		buf_printf(&out, ":%u", config_setting_source_line(at));
	buf_puts(&out, ": ");
	if (at != NULL)
		setting_path(at, &path);
	if (path.len > 0) {
		buf_puts(&out, buf_text(&path));
		buf_puts(&out, ": ");
	}
	buf_puts(&out, text);
	/* what it quotes may be any bytes, and may have been cut */
	line = text_line(r->mem, buf_text(&out));
	buf_clear(&path);
	buf_clear(&out);
	return line;
}

static void complain_to(struct conf_read *r, const char ***list, uint32_t *n,
    const config_setting_t *at, const char *fmt, va_list ap)
    __attribute__((format(printf, 5, 0)));

static void
complain_to(struct conf_read *r, const char ***list, uint32_t *n,
    const config_setting_t *at, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	*list = arena_more(r->mem, *list, *n, sizeof(**list));
	(*list)[(*n)++] = complaint(r, at, text);
}

void
conf_complain(struct conf_read *r, const config_setting_t *at,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_to(r, &r->report->errors, &r->report->n_errors, at, fmt, ap);
	va_end(ap);
}

void
conf_warn(struct conf_read *r, const config_setting_t *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_to(r, &r->report->warnings, &r->report->n_warnings, at, fmt,
	    ap);
	va_end(ap);
}

const config_setting_t *
conf_member(const config_setting_t *group, const char *name)
{
	const config_setting_t *m;

	if (group == NULL)
		return NULL;
	m = config_setting_get_member(group, name);
	return m != NULL ? m : group;
}

void
conf_complain_at(struct conf_read *r, const char *file, int line,
    const char *fmt, ...)
{
	const char ***list = &r->report->errors;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*list = arena_more(r->mem, *list, r->report->n_errors, sizeof(**list));
	(*list)[r->report->n_errors++] = text_line(r->mem, line > 0 ?
	    arena_printf(r->mem, "%s:%d: %s", file, line, text) :
	    arena_printf(r->mem, "%s: %s", file, text));
}
