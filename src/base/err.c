/* err.c - see base/err.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/err.h"
#include "base/text.h"

/* vsnprintf that never leaves half a character at the end. */
__attribute__((format(printf, 3, 0)))
static size_t
format_cut(char *out, size_t room, const char *fmt, va_list ap)
{
	int	n = vsnprintf(out, room, fmt, ap);

	if (n < 0) {
		out[0] = '\0';
		return 0;
	}
	if ((size_t)n < room)
		return (size_t)n;
	size_t	cut = text_cut(out, room - 1);
	out[cut] = '\0';
	return cut;
}

__attribute__((format(printf, 3, 0)))
static int
err_say(struct err *err, enum err_kind kind, const char *fmt, va_list ap)
{
	if (err == NULL || err->kind != ERR_NONE)
		return -1;
	err->kind = kind;
	err->sys = 0;
	err->line = 0;
	err->where[0] = '\0';
	format_cut(err->text, sizeof(err->text), fmt, ap);
	return -1;
}

int
err_sys(struct err *err, const char *fmt, ...)
{
	int	saved = errno;
	va_list	ap;

	if (err == NULL || err->kind != ERR_NONE)
		return -1;
	va_start(ap, fmt);
	err_say(err, ERR_SYSTEM, fmt, ap);
	va_end(ap);
	err->sys = saved;

	/* The kernel's word stays readable behind a text of any length. */
	char	why[128];
	errno = saved;
	snprintf(why, sizeof(why), ": %m");
	size_t	why_len = strlen(why);
	size_t	at = text_cut(err->text, sizeof(err->text) - 1 - why_len);
	memcpy(err->text + at, why, why_len + 1);
	errno = saved;
	return -1;
}

int
err_input(struct err *err, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	err_say(err, ERR_INPUT, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_limit(struct err *err, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	err_say(err, ERR_LIMIT, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_config(struct err *err, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	err_say(err, ERR_CONFIG, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_peer(struct err *err, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	err_say(err, ERR_PEER, fmt, ap);
	va_end(ap);
	return -1;
}

/* Copies the end of s, with "..." for what was cut at the front. */
static void
copy_tail(char *out, size_t room, const char *s)
{
	size_t	len = strlen(s);

	if (len < room) {
		memcpy(out, s, len + 1);
		return;
	}
	const char	*from = s + len - (room - 4);
	while (((unsigned char)*from & 0xc0) == 0x80)
		from++;
	memcpy(out, "...", 3);
	memcpy(out + 3, from, (size_t)(s + len - from) + 1);
}

int
err_at(struct err *err, const char *where, int line, const char *fmt, ...)
{
	va_list	ap;

	if (err == NULL || err->kind != ERR_NONE)
		return -1;
	va_start(ap, fmt);
	err_say(err, ERR_INPUT, fmt, ap);
	va_end(ap);
	err->line = line;
	copy_tail(err->where, sizeof(err->where), where != NULL ? where : "");
	return -1;
}

int
err_in(struct err *err, const char *fmt, ...)
{
	char	context[sizeof(err->text) + 2];
	va_list	ap;

	if (err == NULL || err->kind == ERR_NONE)
		return -1;
	va_start(ap, fmt);
	size_t	n = format_cut(context, sizeof(context) - 2, fmt, ap);
	va_end(ap);
	memcpy(context + n, ": ", 2);
	n += 2;
	if (n > sizeof(err->text) - 1)
		n = sizeof(err->text) - 1;
	size_t	keep = text_cut(err->text, sizeof(err->text) - 1 - n);
	memmove(err->text + n, err->text, keep);
	memcpy(err->text, context, n);
	err->text[n + keep] = '\0';
	return -1;
}

const char *
err_show(const struct err *err, char *out, size_t room)
{
	int	n;

	if (room == 0)
		return "";
	out[0] = '\0';
	if (err == NULL || err->kind == ERR_NONE)
		return out;
	if (err->where[0] == '\0')
		n = snprintf(out, room, "%s", err->text);
	else if (err->line > 0)
		n = snprintf(out, room, "%s:%d: %s", err->where, err->line,
		    err->text);
	else
		n = snprintf(out, room, "%s: %s", err->where, err->text);
	if (n > 0 && (size_t)n >= room)
		out[text_cut(out, room - 1)] = '\0';
	return out;
}

void
err_clear(struct err *err)
{
	if (err != NULL)
		*err = (struct err)ERR_INIT;
}
