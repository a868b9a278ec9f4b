/* base/clock.h - two kinds of time that do not mix.
 *
 * mono is for waiting, wall is for records. Functions that decide anything take
 * `now` as an argument; only the loop and main() look at a clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stddef.h>
#include <stdint.h>

struct mono { int64_t ms; };	/* CLOCK_MONOTONIC, milliseconds */
struct wall { int64_t s; };	/* seconds since 1970, UTC */

struct mono mono_now(void);
struct wall wall_now(void);

#define WALL_TEXT 24
/* "2026-02-03T04:05:06Z"; returns out. */
const char *wall_show(struct wall t, char out[WALL_TEXT]);

/* RFC 3339 ("2026-02-03T04:05:06.7+01:00", also with a blank for the T and
 * without seconds or zone, then UTC; or the day alone, which is its start) and
 * RFC 5322/RFC 1123 dates ("Tue, 03 Feb 2026 04:05:06 GMT"). 0, or -1 when it
 * is neither. */
int wall_parse(const char *text, struct wall *ret);
#endif
