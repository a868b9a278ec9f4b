#include "schedule.h"

#include <stddef.h>

#include "base/limits.h"
#include "base/mem.h"

/* Seconds. The first are short because most failures are restarts; hourly at
 * the end, as mail servers do. */
static const int64_t delivery_steps[] = {
	5, 30, 60, 300, 900, 1800, 3600
};
static const int64_t address_steps[] = {
	60, 300, 900, 1800, 3600, 7200, 14400
};

/* A number in [-range, range] from the seed: many rows that failed together
 * shall not come back together. splitmix64's mixing. */
static int64_t
jitter(uint64_t seed, int64_t range)
{
	uint64_t z = seed + 0x9e3779b97f4a7c15u;

	if (range <= 0)
		return 0;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (int64_t)(z % (uint64_t)(2 * range + 1)) - range;
}

static int64_t
stepped(const int64_t *steps, size_t n, uint32_t tries, int64_t now,
    int64_t not_before, uint64_t seed)
{
	size_t i = tries > 0 ? tries - 1 : 0;
	int64_t wait = steps[i < n ? i : n - 1];
	int64_t at = now + wait + jitter(seed + tries, wait / 5);

	if (not_before > now + RETRY_AFTER_MAX)
		not_before = now + RETRY_AFTER_MAX;
	return at > not_before ? at : not_before;
}

int64_t
schedule_delivery(uint32_t tries, int64_t now, int64_t not_before,
    uint64_t seed)
{
	return stepped(delivery_steps, COUNT_OF(delivery_steps), tries, now,
	    not_before, seed);
}

bool
schedule_gives_up(int64_t age_s)
{
	return age_s >= 5 * 86400;	/* RFC 5321, 4.5.4.1: 4-5 days */
}

int64_t
schedule_address(uint32_t tries, int64_t now, int64_t not_before,
    uint64_t seed)
{
	return stepped(address_steps, COUNT_OF(address_steps), tries, now,
	    not_before, seed);
}

int64_t
schedule_backoff_ms(uint32_t deaths)
{
	if (deaths == 0)
		return 0;
	return deaths > 6 ? 60000 : 1000LL << (deaths - 1);
}
