/* log.c - see base/log.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"

/* A pipe takes up to 4096 bytes as one piece; longer lines of two processes
 * could mix. The head is level, program and priority. */
#define WHOLE_MAX	4096u
#define HEAD_MAX	128u
#define VALUE_SHOWN	1024u

static const struct {
	const char	*name;
	char		 priority;	/* sd-daemon(3) */
} levels[] = {
	[LOG_ERROR_] = { "error", '3' },
	[LOG_WARNING_] = { "warning", '4' },
	[LOG_INFO_] = { "info", '6' },
	[LOG_DEBUG_] = { "debug", '7' },
};

static enum log_level	 shown_most = LOG_INFO_;
static char		 program_name[32];
static log_sink		*diverted;
static bool		 holding;
static struct buf	 held = BUF_INIT(WHOLE_MAX);

void
log_level(enum log_level most)
{
	shown_most = most;
}

void
log_program(const char *name)
{
	snprintf(program_name, sizeof(program_name), "%s", name);
}

void
log_divert(log_sink *sink)
{
	diverted = sink;
}

/* JOURNAL_STREAM names the journal's socket; it is inherited also by programs
 * whose stderr goes elsewhere (systemd.exec(5)). */
static bool
to_journal(void)
{
	static int	known = -1;
	struct stat	st;
	char		mine[48];
	const char	*stream;

	if (known >= 0)
		return known == 1;
	stream = getenv("JOURNAL_STREAM");
	known = 0;
	if (stream != NULL && fstat(STDERR_FILENO, &st) == 0) {
		snprintf(mine, sizeof(mine), "%llu:%llu",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino);
		known = strcmp(mine, stream) == 0 ? 1 : 0;
	}
	return known == 1;
}

static void
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t	done = write(STDERR_FILENO, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;		/* there is nobody left to tell */
		p += done;
		n -= (size_t)done;
	}
}

static void
held_write(void)
{
	write_all(buf_text(&held), held.len);
	buf_reset(&held);
}

void
log_hold(void)
{
	holding = true;
}

void
log_release(void)
{
	holding = false;
	held_write();
}

/* A line as a whole, now or with others. */
static void
put_line(const struct buf *whole)
{
	if (held.len + whole->len > held.max)
		held_write();
	if (holding)
		buf_add(&held, buf_text(whole), whole->len);
	else
		write_all(buf_text(whole), whole->len);
}

static void
emit(enum log_level level, const char *program, const struct buf *line)
{
	struct buf	whole = BUF_INIT(WHOLE_MAX);

	if (to_journal())
		buf_printf(&whole, "<%c>", levels[level].priority);
	buf_printf(&whole, "level=%s ", levels[level].name);
	if (program[0] != '\0') {
		buf_puts(&whole, "prog=");
		text_show(&whole, program, sizeof(program_name));
		buf_byte(&whole, ' ');
	}
	buf_add(&whole, buf_text(line), line->len);
	buf_byte(&whole, '\n');
	put_line(&whole);
	buf_clear(&whole);
}

static bool
is_bare(const char *value)
{
	if (*value == '\0')
		return false;
	for (const char *p = value; *p != '\0'; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '"' || *p == '=' ||
		    *p == '\\')
			return false;
	}
	return true;
}

static void
add_value(struct buf *line, const char *value)
{
	if (is_bare(value) && strlen(value) <= VALUE_SHOWN) {
		buf_puts(line, value);
		return;
	}
	buf_byte(line, '"');
	text_show_utf8(line, value, VALUE_SHOWN);
	buf_byte(line, '"');
}

/* A pair that finds no room is left out whole, so that quotes stay closed. */
static void
add_pair(struct buf *line, const char *name, const char *value)
{
	struct buf	pair = BUF_INIT(WHOLE_MAX);

	buf_byte(&pair, ' ');
	buf_puts(&pair, name);
	buf_byte(&pair, '=');
	add_value(&pair, value);
	buf_add(line, buf_text(&pair), pair.len);
	buf_clear(&pair);
}

static void
log_pairs(enum log_level level, const char *msg, va_list ap)
{
	struct buf	line = BUF_INIT(WHOLE_MAX - HEAD_MAX);
	const char	*name;

	if (level > shown_most)
		return;
	int	saved = errno;

	buf_puts(&line, "msg=\"");
	text_show_utf8(&line, msg, VALUE_SHOWN);
	buf_byte(&line, '"');
	name = va_arg(ap, const char *);
	while (name != NULL) {
		const char	*value = va_arg(ap, const char *);

		add_pair(&line, name, value != NULL ? value : "");
		/* Perhaps the end of the list, with a name too many. */
		if (value == NULL)
			break;
		name = va_arg(ap, const char *);
	}
	if (diverted != NULL)
		diverted(level, buf_text(&line));
	else
		emit(level, program_name, &line);
	buf_clear(&line);
	errno = saved;
}

void
log_error(const char *msg, ...)
{
	va_list	ap;

	va_start(ap, msg);
	log_pairs(LOG_ERROR_, msg, ap);
	va_end(ap);
}

void
log_warning(const char *msg, ...)
{
	va_list	ap;

	va_start(ap, msg);
	log_pairs(LOG_WARNING_, msg, ap);
	va_end(ap);
}

void
log_info(const char *msg, ...)
{
	va_list	ap;

	va_start(ap, msg);
	log_pairs(LOG_INFO_, msg, ap);
	va_end(ap);
}

void
log_debug(const char *msg, ...)
{
	va_list	ap;

	va_start(ap, msg);
	log_pairs(LOG_DEBUG_, msg, ap);
	va_end(ap);
}

/* --- lines of helpers ----------------------------------------------------- */

/* The end of a value, bare or quoted with every quote and backslash escaped, or
 * NULL. */
static const char *
value_end(const char *p)
{
	if (*p != '"') {
		const char	*start = p;

		while (*p > ' ' && *p < 0x7f && *p != '"' && *p != '=' &&
		    *p != '\\')
			p++;
		return p != start ? p : NULL;
	}
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (*p == '\0')
			return NULL;
	}
	return p + 1;
}

/* Is it what add_pair writes: name=value pairs, one blank between them, and
 * none that passes itself off as ours? */
static bool
is_pairs(const char *p)
{
	for (;;) {
		const char	*name = p;

		while ((*p >= 'a' && *p <= 'z') || *p == '_')
			p++;
		size_t	n = (size_t)(p - name);
		if (n == 0 || *p != '=' ||
		    (n == 5 && strncmp(name, "level", 5) == 0) ||
		    (n == 4 && strncmp(name, "prog", 4) == 0))
			return false;
		p = value_end(p + 1);
		if (p == NULL)
			return false;
		if (*p == '\0')
			return true;
		if (*p != ' ')
			return false;
		p++;
	}
}

/* Nothing that a terminal or the journal would take for more than text. */
static bool
is_harmless(const char *s)
{
	struct buf	shown = BUF_INIT(2 * WHOLE_MAX);
	bool		same = true;

	text_show_utf8(&shown, s, WHOLE_MAX);
	/* Quotes and backslashes are escaped once more; all else is equal. */
	const char	*p = buf_text(&shown);
	for (; same && *s != '\0'; s++, p++) {
		if (*s == '"' || *s == '\\')
			same = *p++ == '\\';
		same = same && *p == *s;
	}
	buf_clear(&shown);
	return same;
}

void
log_foreign(enum log_level level, const char *program, const char *line)
{
	struct buf	out = BUF_INIT(WHOLE_MAX - HEAD_MAX);

	if (level > LOG_DEBUG_)
		level = LOG_DEBUG_;
	if (level > shown_most)
		return;
	int	saved = errno;

	if (strlen(line) <= out.max && is_pairs(line) && is_harmless(line)) {
		buf_puts(&out, line);
	} else {
		buf_puts(&out, "msg=\"");
		text_show_utf8(&out, line, 2 * VALUE_SHOWN);
		buf_byte(&out, '"');
	}
	if (diverted != NULL)
		diverted(level, buf_text(&out));
	else
		emit(level, program, &out);
	buf_clear(&out);
	errno = saved;
}

const char *
log_num(char out[24], long long n)
{
	snprintf(out, 24, "%lld", n);
	return out;
}
