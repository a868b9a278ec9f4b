/* What test_*_nomem.c share: the n-th allocation fails, for every n.
 *
 * The linker sends our rooms' calls of malloc() and its kin here (--wrap, see
 * the Makefile). Each n runs in a child of its own, because out of memory ends
 * the process (base/mem.h): with its line as the last words and with EX_OSERR,
 * and never with a result. */
#ifndef TEST_NOMEM_H
#define TEST_NOMEM_H
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define NOMEM_LINE "level=error msg=\"out of memory\"\n"
#define NOMEM_MOST 20000u	/* allocations of one case */

static unsigned long	nomem_left;	/* 0: none fails any more */
static bool		nomem_hit;

void	*__real_malloc(size_t n);
void	*__real_calloc(size_t n, size_t size);
void	*__real_realloc(void *p, size_t n);
void	*__wrap_malloc(size_t n);
void	*__wrap_calloc(size_t n, size_t size);
void	*__wrap_realloc(void *p, size_t n);

static bool
nomem_now(void)
{
	if (nomem_left == 0 || --nomem_left > 0)
		return false;
	nomem_hit = true;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return nomem_now() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return nomem_now() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return nomem_now() ? NULL : __real_realloc(p, n);
}

struct nomem_case {
	const char	*name;
	void		(*run)(void);
	unsigned	 least;		/* allocations that it must make */
	/* a library does without some of them; the case looks at the result */
	bool		 can_do_without;
};

/* In the child: 0 when the case came to its end before the n-th allocation. */
static _Noreturn void
nomem_child(const struct nomem_case *c, unsigned long n, int said)
{
	dup2(said, STDERR_FILENO);
	nomem_left = n;
	c->run();
	_exit(nomem_hit ? EX_SOFTWARE : EX_OK);
}

/* True when nothing failed any more. */
static bool
nomem_once(const struct nomem_case *c, unsigned long n)
{
	char words[4096];
	size_t len = 0, line = strlen(NOMEM_LINE);
	int said[2], status;
	ssize_t got;
	pid_t pid;

	ck_assert_int_eq(pipe(said), 0);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		nomem_child(c, n, said[1]);
	close(said[1]);
	while (len < sizeof(words) - 1 && (got = read(said[0], words + len,
	    sizeof(words) - 1 - len)) > 0)
		len += (size_t)got;
	words[len] = '\0';
	close(said[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "%s: allocation %lu: signal %d\n%s",
	    c->name, n, WTERMSIG(status), words);
	if (WEXITSTATUS(status) == EX_OK)
		return true;
	if (c->can_do_without && WEXITSTATUS(status) == EX_SOFTWARE)
		return false;
	ck_assert_msg(WEXITSTATUS(status) == EX_OSERR,
	    "%s: allocation %lu: status %d\n%s", c->name, n,
	    WEXITSTATUS(status), words);
	ck_assert_msg(len == line && strcmp(words, NOMEM_LINE) == 0,
	    "%s: allocation %lu: last words \"%s\"", c->name, n, words);
	return false;
}

static void
nomem_each(const struct nomem_case *c)
{
	unsigned long n = 1;

	while (!nomem_once(c, n))
		ck_assert_msg(++n < NOMEM_MOST, "%s: no end", c->name);
	ck_assert_msg(n - 1 >= c->least, "%s: %lu allocations, expected %u",
	    c->name, n - 1, c->least);
}
#endif
