/* base/err.h - why something failed, in a form fit to show to the operator.
 *
 * Functions that can fail return 0 or -1 and take a struct err * as their last
 * argument. It is untouched on success. The first error wins: a later one is
 * dropped. Callers add context from the outside in with err_in(). No memory is
 * allocated on the error path. A NULL err is accepted everywhere. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stddef.h>

enum err_kind {
	ERR_NONE,
	ERR_SYSTEM,		/* the kernel said no; errno is kept */
	ERR_INPUT,		/* the document, file or peer is wrong */
	ERR_LIMIT,		/* right perhaps, but beyond a ceiling */
	ERR_CONFIG,		/* the operator can fix it */
	ERR_PEER,		/* a helper or server broke the rules */
};

struct err {
	enum err_kind	kind;
	int		sys;		/* errno, or 0 */
	int		line;		/* in `where`, or 0 */
	/* file, URL, or JSON path; "" if none */
	char		where[256];
	char		text[512];
};

#define ERR_INIT { .kind = ERR_NONE }

/* These return -1, so that `return err_input(err, ...)` is the whole story.
 * err_sys appends ": " and the text of errno. */
int err_sys(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int err_input(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int err_limit(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int err_config(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int err_peer(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* An ERR_INPUT with a place: a file and line, or a JSON path (line 0). A
 * `where` that is too long is cut at the front, where it matters least. */
int err_at(struct err *err, const char *where, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Put "context: " in front. No effect while no error is set. Returns -1. */
int err_in(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "where:line: text", "where: text" or "text", cut to room; returns out. */
const char *err_show(const struct err *err, char *out, size_t room);

/* Forget what was said, so that the struct can be used again. */
void err_clear(struct err *err);
#endif
