/* Numbers in relay.conf that libconfig reads by atoi(), so that one that is too
 * large becomes another one without a word: found in the text itself. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

#include "contract/conf.h"

#include "conf_parts.h"

#define INCLUDES_DEEP 10	/* as libconfig */

struct scan {
	struct conf_read *r;
	const char	*path;
	const char	*at;
	int		 line;
	int		 deep;
	bool		 fresh;		/* only blanks so far in this line */
};

static void
skip_comment(struct scan *s)
{
	if (s->at[0] != '/' || s->at[1] != '*') {
		s->at += strcspn(s->at, "\n");
		return;
	}
	for (s->at += 2; *s->at != '\0'; s->at++) {
		if (s->at[0] == '*' && s->at[1] == '/') {
			s->at += 2;
			return;
		}
		s->line += *s->at == '\n';
	}
}

static void
skip_string(struct scan *s)
{
	for (s->at++; *s->at != '\0' && *s->at != '"'; s->at++) {
		if (s->at[0] == '\\' && s->at[1] != '\0')
			s->at++;
		s->line += *s->at == '\n';
	}
	if (*s->at == '"')
		s->at++;
}

static void
check_number(struct scan *s)
{
	const char *start = s->at;
	bool hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
	unsigned long long v;
	char *end;

	/* ULLONG_MAX if larger */
	v = strtoull(start, &end, hex ? 16 : 10);
	s->at = end;
	if (!hex && (*end == '.' || *end == 'e' || *end == 'E')) {
		s->at += strspn(s->at, "0123456789.eE+-");
		return;
	}
	s->at += strspn(s->at, "L");
	if (v <= (*end == 'L' ? (unsigned long long)LLONG_MAX : INT_MAX))
		return;
	conf_complain_at(s->r, conf_shown(s->r, s->path), s->line,
	    "the number %.*s is too "
	    "large; allowed: at most %lld", (int)(end - start), start,
	    *end == 'L' ? LLONG_MAX : (long long)INT_MAX);
}

/* The text of a file that libconfig could read, to be freed by the caller, who
 * is done with it before the config is; "" if it is too large. */
static char *
text_of(struct conf_read *r, const char *path)
{
	struct buf text = BUF_INIT(CONF_MAX);
	char chunk[4096], *ret;
	FILE *f = fopen(strcmp(path, r->path) == 0 ? path :
	    arena_printf(r->mem, "%s/%s", r->as_named, path), "re");
	size_t n;

	while (f != NULL && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&text, chunk, n);
	if (f != NULL)
		fclose(f);
	if (text.over)
		conf_complain_at(r, conf_shown(r, path), 0,
		    "is larger than 4 MiB");
	ret = mem_text(text.over ? "" : buf_text(&text));
	buf_clear(&text);
	return ret;
}

/* @include "FILE" at the start of a line. */
static void
follow_include(struct scan *s)
{
	const char *name = s->at + strlen("@include");
	const char *end;

	name += strspn(name, " \t");
	end = *name == '"' ? strpbrk(name + 1, "\"\n") : NULL;
	if (end != NULL && *end == '"')
		conf_check_numbers(s->r, arena_text_n(s->r->mem, name + 1,
		    (size_t)(end - name - 1)), s->deep + 1);
	s->at += strcspn(s->at, "\n");
}

static void
step(struct scan *s)
{
	char c = *s->at;

	if (s->fresh && text_starts(s->at, "@include")) {
		follow_include(s);
	} else if (c == '#' || (c == '/' && (s->at[1] == '/' ||
	    s->at[1] == '*'))) {
		skip_comment(s);
	} else if (c == '"') {
		skip_string(s);
	} else if (isalpha((unsigned char)c) || c == '*' || c == '_') {
		s->at++;
		while (isalnum((unsigned char)*s->at) ||
		    (*s->at != '\0' && strchr("-_*", *s->at) != NULL))
			s->at++;
	} else if (isdigit((unsigned char)c)) {
		check_number(s);
	} else {
		s->line += c == '\n';
		s->at++;
	}
	s->fresh = c == '\n' || (s->fresh && (c == ' ' || c == '\t'));
}

void
conf_check_numbers(struct conf_read *r, const char *path, int deep)
{
	struct scan s = { .r = r, .path = path, .line = 1, .deep = deep,
	    .fresh = true };
	char *text;

	if (deep > INCLUDES_DEEP)
		return;
	text = text_of(r, path);
	for (s.at = text; *s.at != '\0';)
		step(&s);
	free(text);
}
