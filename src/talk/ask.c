/* The table of talk/ask.h as functions. */
#include "talk/ask.h"
#include "base/mem.h"

static const struct {
	const char	*name;
	const char	*program;
	int		 limit_s;
} asks[] = {
#define X(kind, program, arrow, limit) { #kind, program, limit },
	ASK_LIST_(X)
#undef X
};

static const char *const ends[] = {
#define X(end, name) name,
	ASK_END_LIST_(X)
#undef X
};

const char *
ask_name(enum ask_kind kind)
{
	return (unsigned)kind < COUNT_OF(asks) ? asks[kind].name : "unknown";
}

const char *
ask_program(enum ask_kind kind)
{
	if ((unsigned)kind >= COUNT_OF(asks))
		bug("ask_program of kind %u", (unsigned)kind);
	return asks[kind].program;
}

int
ask_limit_s(enum ask_kind kind)
{
	if ((unsigned)kind >= COUNT_OF(asks))
		bug("ask_limit_s of kind %u", (unsigned)kind);
	return asks[kind].limit_s;
}

const char *
ask_end_name(enum ask_end end)
{
	return (unsigned)end < COUNT_OF(ends) ? ends[end] : "unknown";
}
