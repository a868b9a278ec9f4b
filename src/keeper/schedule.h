/* keeper/schedule.h - when to poll, when to try again. Pure functions: `now`
 * and the seed come in, so that a year of retries is tested in a millisecond.
 *  */
#ifndef KEEPER_SCHEDULE_H
#define KEEPER_SCHEDULE_H
#include <stdbool.h>
#include <stdint.h>

/* The next try of a delivery after `tries` that did not succeed (1 = after the
 * first). A sink's own wish (not_before) is honoured up to a day. */
int64_t schedule_delivery(uint32_t tries, int64_t now, int64_t not_before,
    uint64_t seed);
/* True once a delivery that is `age` seconds old should be given up, loudly. */
bool	schedule_gives_up(int64_t age_s);
/* The next try of an address. */
int64_t schedule_address(uint32_t tries, int64_t now, int64_t not_before,
    uint64_t seed);
/* A helper kind's pause after `deaths` structural deaths in a row: 1, 2, 4 ...
 * 60 s, in milliseconds. */
int64_t schedule_backoff_ms(uint32_t deaths);
#endif
