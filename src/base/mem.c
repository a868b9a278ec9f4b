/* mem.c - see base/mem.h. */
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include "base/mem.h"

/* Larger pieces are maps of their own, which grow without being copied. */
#define PIECE_MOST (4 << 20)
#define KEPT_MOST (32 << 20)

void
mem_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, PIECE_MOST);
	mallopt(M_TRIM_THRESHOLD, KEPT_MOST);
}

void
mem_rest(void)
{
	malloc_trim(0);
}

/* No exit handlers: they may want memory too. */
void
mem_out(void)
{
	static const char	line[] = "level=error msg=\"out of memory\"\n";
	ssize_t			done;

	done = write(STDERR_FILENO, line, sizeof(line) - 1);
	(void)done;
	_exit(EX_OSERR);
}

void *
mem_alloc(size_t size)
{
	void	*p = calloc(1, size != 0 ? size : 1);

	if (p == NULL)
		mem_out();
	return p;
}

void *
mem_resize(void *p, size_t size)
{
	void	*q = realloc(p, size != 0 ? size : 1);

	if (q == NULL)
		mem_out();
	return q;
}

char *
mem_text(const char *s)
{
	return mem_text_n(s, s != NULL ? strlen(s) : 0);
}

char *
mem_text_n(const char *s, size_t n)
{
	if (n == SIZE_MAX)
		mem_out();
	char	*copy = mem_resize(NULL, n + 1);

	if (n != 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void
mem_bug(const char *file, int line, const char *fmt, ...)
{
	char	what[256], text[512];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	int	n = snprintf(text, sizeof(text), "%s:%d: bug: %s\n", file, line,
	    what);
	if (n > 0) {
		size_t	len = (size_t)n < sizeof(text) ? (size_t)n :
		    sizeof(text) - 1;
		ssize_t	done = write(STDERR_FILENO, text, len);

		(void)done;
	}
	abort();
}
