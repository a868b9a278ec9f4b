/* range_serial.c - rules on serial numbers that stand where a range of versions
 * is expected. */
#include <string.h>
#include <strings.h>
#include "range_text.h"
#include "ranges.h"
#include "base/text.h"
#include "noun/index.h"

static uint64_t
number_at(const char *s)
{
	uint64_t v = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		v = v > UINT64_MAX / 16 ? v : v * 10 + (uint64_t)(*s - '0');
	return v;
}

/* Behind the first bound: "1000 to 2000" is a run. Another number is nothing
 * that can be told. */
static void
read_second(const char *at, struct serial_rule *r)
{
	static const char *const joints[] = { "-", "to", "through", "until",
	    "up to", NULL };
	const char *next = at + strcspn(at, "0123456789");
	size_t n = (size_t)(next - at), digits = strspn(next, "0123456789");

	/* "(first 5 digits)" */
	if (*next == '\0' || strncmp(next + digits, " digit", 6) == 0)
		return;
	r->mixed = true;
	while (n > 0 && *at == ' ')
		at++, n--;
	while (n > 0 && at[n - 1] == ' ')
		n--;
	for (const char *const *j = joints; *j != NULL; j++)
		if (n == strlen(*j) && memcmp(at, *j, n) == 0 &&
		    digits == r->digits) {
			r->mixed = false;
			r->last = number_at(next);
		}
}

/* "Serial numbers starting with US": letters are no number, but a start. */
static bool
read_start(const char *at, struct serial_rule *ret)
{
	static const char *const words[] = { "starting with ", "start with ",
	    "starts with ", "beginning with ", "begin with ", "begins with ",
	    "prefix ", NULL };

	for (const char *const *w = words; *w != NULL; w++) {
		const char *s = strstr(at, *w);
		if (s == NULL)
			continue;
		s += strlen(*w);
		s += *s == '"';
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (n == 0 || n >= sizeof(ret->start) || !is_small(*s) ||
		    (s[n] != '\0' && s[n] != '"'))
			continue;
		memset(ret, 0, sizeof(*ret));
		ret->there = true;
		memcpy(ret->start, s, n);
		return true;
	}
	return false;
}

/* Where serial numbers are spoken of. */
static const char *
serial_word(const char *flat)
{
	static const char *const words[] = { "serial n", "serial-n", "s/n",
	    NULL };
	const char *at = NULL;

	for (const char *const *w = words; *w != NULL && at == NULL; w++)
		at = strstr(flat, *w);
	return at;
}

bool
serial_read(const char *text, struct serial_rule *ret)
{
	char flat[TEXT_ROOM];
	size_t n = name_fold(text, flat, sizeof(flat));

	flat[range_one_blank(flat, n)] = '\0';
	const char *at = serial_word(flat);
	if (at == NULL)
		return false;
	if (read_start(at, ret))
		return true;
	const char *value = at + strcspn(at, "0123456789");
	const char *first = strstr(flat, "first ");
	if (*value == '\0')
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->there = true;
	ret->value = number_at(value);
	ret->digits = (unsigned)strspn(value, "0123456789");
	read_second(value + ret->digits, ret);
	ret->mixed |= is_small(value[-1]) || is_small(value[ret->digits]);
	/* Five are a date and a line, whatever is counted behind them. */
	ret->whole = ret->digits != 5 && strstr(flat, "digit") == NULL &&
	    strstr(flat, "prefix") == NULL && strstr(flat, "start") == NULL &&
	    strstr(flat, "begin") == NULL;
	if (first != NULL && first < at && first[6] >= '1' && first[6] <= '9')
		ret->digits = (unsigned)number_at(first + 6);
	const char *sign = strpbrk(flat, "<>=");
	ret->sign = '=';
	if (sign != NULL && *sign != '=')
		ret->sign = sign[1] == '=' ? (*sign == '<' ? 'l' : 'g') : *sign;
	else if (strstr(value, "prior") != NULL ||
	    strstr(value, "earlier") != NULL ||
	    strstr(value, "below") != NULL || strstr(flat, "up to") != NULL)
		ret->sign = 'l';
	else if (strstr(value, "later") != NULL ||
	    strstr(value, "above") != NULL)
		ret->sign = 'g';
	else if (strstr(flat, "prior to") != NULL ||
	    strstr(flat, "before") != NULL || strstr(flat, "below") != NULL ||
	    strstr(flat, "less than") != NULL)
		ret->sign = '<';
	return ret->digits > 0 && ret->digits < 19;
}

enum verdict
serial_test(const struct serial_rule *r, const char *serial)
{
	uint64_t own = 0;
	unsigned n = 0;

	if (r->start[0] != '\0')
		return serial[0] == '\0' ? VERDICT_UNKNOWN :
		    strncasecmp(serial, r->start, strlen(r->start)) == 0 ?
		    VERDICT_IN : VERDICT_OUT;
	for (; *serial != '\0' && n < r->digits; serial++)
		if (*serial >= '0' && *serial <= '9') {
			own = own * 10 + (uint64_t)(*serial - '0');
			n++;
		}
	if (n < r->digits || r->mixed || (r->whole && strpbrk(serial,
	    "0123456789") != NULL))
		return VERDICT_UNKNOWN;
	bool in = r->last > 0 ? own >= r->value && own <= r->last :
	    r->sign == '<' ? own < r->value :
	    r->sign == 'l' ? own <= r->value :
	    r->sign == '>' ? own > r->value :
	    r->sign == 'g' ? own >= r->value : own == r->value;
	return in ? VERDICT_IN : VERDICT_OUT;
}
