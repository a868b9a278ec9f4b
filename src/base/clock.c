/* clock.c - see base/clock.h. The calendar is the proleptic Gregorian one. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define DAY 86400

struct mono
mono_now(void)
{
	struct timespec	t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		bug("there is no monotonic clock");
	return (struct mono){
		.ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000
	};
}

struct wall
wall_now(void)
{
	struct timespec	t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		bug("there is no wall clock");
	return (struct wall){ .s = (int64_t)t.tv_sec };
}

/* Days since 1970-01-01. Years begin in March here, so that the leap day is
 * the last of its year and month lengths follow from one formula. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t	y = month <= 2 ? year - 1 : year;
	int64_t	era = (y >= 0 ? y : y - 399) / 400;
	int64_t	of_era = y - era * 400;
	int64_t	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

const char *
wall_show(struct wall t, char out[WALL_TEXT])
{
	/* 0000-01-01 and 9999-12-31: four digits hold no more. */
	static const int64_t	least = -62167219200, most = 253402300799;
	int64_t	s = t.s < least ? least : t.s > most ? most : t.s;
	int64_t	days = s / DAY, rest = s % DAY;

	if (rest < 0) {
		rest += DAY;
		days--;
	}
	int64_t	z = days + 719468;
	int64_t	era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t	of_era = z - era * 146097;
	int64_t	y = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int64_t	of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t	mp = (5 * of_year + 2) / 153;
	int64_t	day = of_year - (153 * mp + 2) / 5 + 1;
	int64_t	month = mp < 10 ? mp + 3 : mp - 9;
	int64_t	year = y + era * 400 + (month <= 2 ? 1 : 0);

	snprintf(out, WALL_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)year % 10000u, (unsigned)month % 100u,
	    (unsigned)day % 100u, (unsigned)(rest / 3600) % 100u,
	    (unsigned)(rest / 60 % 60) % 100u, (unsigned)(rest % 60) % 100u);
	return out;
}

/* --- reading: each step moves *s on and says whether it fitted ------------ */

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Between least and most digits. */
static bool
read_number(const char **s, int least, int most, int *ret)
{
	int	n = 0, v = 0;

	while (n < most && is_digit((*s)[n])) {
		v = v * 10 + ((*s)[n] - '0');
		n++;
	}
	if (n < least)
		return false;
	*s += n;
	*ret = v;
	return true;
}

static bool
read_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static void
skip_blanks(const char **s)
{
	while (**s == ' ' || **s == '\t' || **s == '\r' || **s == '\n')
		(*s)++;
}

struct moment {
	int	year, month, day, hour, minute, second;
	int	zone;		/* seconds east of UTC */
};

static int
moment_wall(const struct moment *m, struct wall *ret)
{
	static const int	lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31,
	    30, 31, 30, 31 };

	if (m->month < 1 || m->month > 12 || m->day < 1)
		return -1;
	bool	leap = (m->year % 4 == 0 && m->year % 100 != 0) ||
	    m->year % 400 == 0;
	int	most = lengths[m->month - 1] + (leap && m->month == 2 ? 1 : 0);
	/* :60 is a leap second and counts as the next one. */
	if (m->day > most || m->hour > 23 || m->minute > 59 || m->second > 60)
		return -1;
	ret->s = days_of(m->year, m->month, m->day) * DAY +
	    (int64_t)m->hour * 3600 + (int64_t)m->minute * 60 + m->second -
	    m->zone;
	return 0;
}

/* "+01:00", "+0100", "+01". */
static bool
read_offset(const char **s, int *ret_zone)
{
	int	sign = **s == '-' ? -1 : 1, hours = 0, minutes = 0;

	if (**s != '+' && **s != '-')
		return false;
	(*s)++;
	if (!read_number(s, 2, 2, &hours))
		return false;
	if (**s == ':') {
		(*s)++;
		if (!read_number(s, 2, 2, &minutes))
			return false;
	} else if (is_digit(**s) && !read_number(s, 2, 2, &minutes)) {
		return false;
	}
	if (hours > 23 || minutes > 59)
		return false;
	*ret_zone = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* "04:05", "04:05:06", "04:05:06.789"; the fraction is dropped. */
static bool
read_time(const char **s, struct moment *m)
{
	if (!read_number(s, 1, 2, &m->hour) || !read_char(s, ':') ||
	    !read_number(s, 2, 2, &m->minute))
		return false;
	if (**s != ':')
		return true;
	(*s)++;
	if (!read_number(s, 2, 2, &m->second))
		return false;
	if ((**s == '.' || **s == ',') && is_digit((*s)[1])) {
		(*s)++;
		while (is_digit(**s))
			(*s)++;
	}
	return true;
}

/* RFC 3339 section 5.6, with the liberties that the header names. */
static int
parse_3339(const char *s, struct wall *ret)
{
	struct moment	m = { .zone = 0 };

	if (!read_number(&s, 4, 4, &m.year) || !read_char(&s, '-') ||
	    !read_number(&s, 2, 2, &m.month) || !read_char(&s, '-') ||
	    !read_number(&s, 2, 2, &m.day))
		return -1;
	if (*s == 'T' || *s == 't' || (*s == ' ' && is_digit(s[1]))) {
		s++;
		if (!is_digit(s[0]) || !is_digit(s[1]) || !read_time(&s, &m))
			return -1;
		skip_blanks(&s);
		if (*s == 'Z' || *s == 'z')
			s++;
		else if (strncmp(s, "UTC", 3) == 0 || strncmp(s, "GMT", 3) == 0)
			s += 3;
		else if (*s != '\0' && !read_offset(&s, &m.zone))
			return -1;
	}
	skip_blanks(&s);
	return *s == '\0' ? moment_wall(&m, ret) : -1;
}

/* The number, from 1, of the name that starts with the same three letters. */
static int
read_name(const char **s, const char *names)
{
	size_t	n = 0;

	while (is_alpha((*s)[n]))
		n++;
	if (n < 3)
		return 0;
	for (int i = 0; names[i * 3] != '\0'; i++) {
		if (strncasecmp(names + (size_t)i * 3, *s, 3) == 0) {
			*s += n;
			return i + 1;
		}
	}
	return 0;
}

/* RFC 5322 section 3.3 and the obsolete zones of 4.3. Nothing is UTC. */
static bool
read_zone(const char **s, int *ret_zone)
{
	static const struct {
		const char	*name;
		int		 hours;
	} zones[] = {
		{ "GMT", 0 }, { "UTC", 0 }, { "UT", 0 }, { "Z", 0 },
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
		{ "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
	};
	size_t	n = 0;

	*ret_zone = 0;
	if (**s == '\0' || **s == '(')
		return true;
	if (**s == '+' || **s == '-')
		return read_offset(s, ret_zone);
	while (is_alpha((*s)[n]))
		n++;
	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		if (strlen(zones[i].name) != n ||
		    strncasecmp(zones[i].name, *s, n) != 0)
			continue;
		*ret_zone = zones[i].hours * 3600;
		*s += n;
		return true;
	}
	return false;
}

/* The weekday may be wrong, as it is in real feeds; it decides nothing. */
static int
parse_5322(const char *s, struct wall *ret)
{
	struct moment	m = { .zone = 0 };
	const char	*start;

	if (is_alpha(*s)) {
		if (read_name(&s, "MonTueWedThuFriSatSun") == 0)
			return -1;
		read_char(&s, ',');
		skip_blanks(&s);
	}
	if (!read_number(&s, 1, 2, &m.day))
		return -1;
	skip_blanks(&s);
	m.month = read_name(&s, "JanFebMarAprMayJunJulAugSepOctNovDec");
	skip_blanks(&s);
	start = s;
	if (m.month == 0 || !read_number(&s, 2, 4, &m.year))
		return -1;
	/* RFC 5322 section 4.3: two or three digits count from 1900 or 2000. */
	if (s - start == 2)
		m.year += m.year < 50 ? 2000 : 1900;
	else if (s - start == 3)
		m.year += 1900;
	skip_blanks(&s);
	if (!read_time(&s, &m))
		return -1;
	skip_blanks(&s);
	if (!read_zone(&s, &m.zone))
		return -1;
	skip_blanks(&s);
	if (*s == '(') {
		s += strcspn(s, ")");
		read_char(&s, ')');
		skip_blanks(&s);
	}
	return *s == '\0' ? moment_wall(&m, ret) : -1;
}

int
wall_parse(const char *text, struct wall *ret)
{
	skip_blanks(&text);
	if (is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
	    is_digit(text[3]))
		return parse_3339(text, ret);
	return parse_5322(text, ret);
}
