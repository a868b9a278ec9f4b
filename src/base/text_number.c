/* text_number.c - numbers, durations and sizes from text; see base/text.h. */
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

/* Digits from *s on, at least one, at most INT64_MAX; moves *s behind them. */
static int
read_digits(const char **s, int64_t *ret)
{
	const char	*p = *s;
	int64_t		 v = 0;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *p - '0', &v))
			return -1;
	}
	*s = p;
	*ret = v;
	return 0;
}

int
text_u32(const char *s, uint32_t min, uint32_t max, uint32_t *ret)
{
	int64_t	v = 0;

	if (text_i64(s, min, max, &v) != 0 || s[0] == '-')
		return -1;
	*ret = (uint32_t)v;
	return 0;
}

int
text_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool	minus = s[0] == '-' && min < 0;
	int64_t	v = 0;

	if (minus)
		s++;
	/* The least of all has no positive twin to be read first. */
	if (minus && strcmp(s, "9223372036854775808") == 0) {
		v = INT64_MIN;
	} else {
		if (read_digits(&s, &v) != 0 || *s != '\0')
			return -1;
		if (minus)
			v = -v;
	}
	if (v < min || v > max)
		return -1;
	*ret = v;
	return 0;
}

struct unit {
	const char	*name;
	int64_t		 worth;
};

/* Number, blanks or none, unit; blanks around are ignored. */
static int
read_with_unit(const char *s, const struct unit *units, size_t n, int64_t *ret)
{
	int64_t	v = 0;

	s += strspn(s, " \t");
	if (read_digits(&s, &v) != 0)
		return -1;
	s += strspn(s, " \t");
	size_t	len = strcspn(s, " \t");
	if (s[len + strspn(s + len, " \t")] != '\0')
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strlen(units[i].name) != len ||
		    strncasecmp(units[i].name, s, len) != 0)
			continue;
		if (__builtin_mul_overflow(v, units[i].worth, &v))
			return -1;
		*ret = v;
		return 0;
	}
	/* Nothing is nothing in every unit. */
	if (len == 0 && v == 0) {
		*ret = 0;
		return 0;
	}
	return -1;
}

int
text_duration(const char *s, int64_t *ret_seconds)
{
	static const struct unit	units[] = {
		{ "s", 1 }, { "sec", 1 }, { "secs", 1 }, { "second", 1 },
		{ "seconds", 1 },
		{ "m", 60 }, { "min", 60 }, { "mins", 60 }, { "minute", 60 },
		{ "minutes", 60 },
		{ "h", 3600 }, { "hr", 3600 }, { "hrs", 3600 },
		{ "hour", 3600 }, { "hours", 3600 },
		{ "d", 86400 }, { "day", 86400 }, { "days", 86400 },
		{ "w", 604800 }, { "week", 604800 }, { "weeks", 604800 },
	};

	return read_with_unit(s, units, COUNT_OF(units), ret_seconds);
}

int
text_size(const char *s, int64_t *ret_bytes)
{
	static const struct unit	units[] = {
		{ "", 1 }, { "B", 1 }, { "byte", 1 }, { "bytes", 1 },
		{ "KiB", INT64_C(1) << 10 }, { "MiB", INT64_C(1) << 20 },
		{ "GiB", INT64_C(1) << 30 }, { "TiB", INT64_C(1) << 40 },
		{ "kB", 1000 }, { "MB", 1000000 }, { "GB", 1000000000 },
		{ "TB", INT64_C(1000000000000) },
	};

	return read_with_unit(s, units, COUNT_OF(units), ret_bytes);
}

void
text_hex(const uint8_t *p, size_t n, char *out)
{
	static const char	digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}
