/* base/mem.h - memory that is there or the process ends.
 *
 * Out of memory ends the process with one line on stderr and exit 71: a helper
 * is replaced, the keeper finds its work again in the store. bug() is for what
 * cannot be; it aborts in every build. */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stddef.h>

void	*mem_alloc(size_t size);			/* zeroed */
void	*mem_resize(void *p, size_t size);		/* new bytes are not */
/* a copy; NULL copies as "" */
char	*mem_text(const char *s);
char	*mem_text_n(const char *s, size_t n);

/* What is freed stays at hand for the next piece of work, until mem_rest gives
 * it back: each page of a new heap costs as much as a thousand instructions. */
void	 mem_keep(void);
void	 mem_rest(void);

/* Out of memory, said by a library. */
_Noreturn void mem_out(void);

_Noreturn void mem_bug(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define bug(...) mem_bug(__FILE__, __LINE__, __VA_ARGS__)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#endif
