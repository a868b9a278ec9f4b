/* schemes.c - the table of version schemes, and vers: ranges over them. */
#include <string.h>
#include "schemes.h"

static const struct scheme schemes[] = {
	{ "semver npm golang cargo hex pub swift github composer bitnami",
	    scheme_semver },
	{ "deb", scheme_deb },
	{ "rpm", scheme_rpm },
	{ "alpm arch", scheme_alpm },
	{ "apk alpine", scheme_apk },
	{ "gentoo ebuild", scheme_gentoo },
	{ "maven", scheme_maven },
	{ "pypi", scheme_pypi },
	{ "gem", scheme_gem },
	{ "nuget", scheme_nuget },
	{ "conan", scheme_conan },
	{ "openssl", scheme_openssl },
	{ "intdot nginx", scheme_intdot },
	{ "lexicographic", scheme_letters },
	{ "datetime", scheme_time },
};

const struct scheme *
scheme_find(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		const char *s = schemes[i].names;
		while (*s != '\0') {
			size_t len = strcspn(s, " ");
			if (len == n && memcmp(s, name, n) == 0)
				return &schemes[i];
			s += len;
			s += *s == ' ';
		}
	}
	return NULL;
}

int
scheme_numbers(const char *a, size_t n, const char *b, size_t m)
{
	while (n > 0 && *a == '0')
		a++, n--;
	while (m > 0 && *b == '0')
		b++, m--;
	if (n != m)
		return n < m ? -1 : 1;
	int c = memcmp(a, b, n);
	return c < 0 ? -1 : c > 0;
}

/* --- plain orders --- */

int
scheme_letters(const char *a, const char *b)
{
	int c = strcmp(a, b);

	return c < 0 ? -1 : c > 0;
}

/* Numbers and dots; further parts of zero say nothing. */
int
scheme_intdot(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
		if ((n == 0 && *a != '\0') || (m == 0 && *b != '\0'))
			return SCHEME_UNLIKE;
		int c = scheme_numbers(a, n, b, m);
		if (c != 0)
			return c;
		a += n;
		b += m;
		if ((*a != '\0' && *a != '.') || (*b != '\0' && *b != '.'))
			return SCHEME_UNLIKE;
		a += *a == '.';
		b += *b == '.';
	}
	return 0;
}

/* Days since 1970-03-01 or so; only differences count. */
static int64_t
day_number(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of = y - era * 400;
	int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + of * 365 + of / 4 - of / 100 + day;
}

static bool
take_number(const char **s, unsigned digits, int64_t *ret)
{
	*ret = 0;
	for (unsigned i = 0; i < digits; i++, (*s)++) {
		if (!is_digit(**s))
			return false;
		*ret = *ret * 10 + (**s - '0');
	}
	return true;
}

/* RFC 3339; nanoseconds since some day. */
static bool
read_time(const char *s, int64_t *ret_s, int64_t *ret_ns)
{
	int64_t y, mo, d, h = 0, mi = 0, sec = 0, oh = 0, om = 0;

	*ret_ns = 0;
	if (!take_number(&s, 4, &y) || *s++ != '-' ||
	    !take_number(&s, 2, &mo) || *s++ != '-' ||
	    !take_number(&s, 2, &d))
		return false;
	bool back = false;
	if (*s == 'T' || *s == 't' || *s == ' ') {
		s++;
		if (!take_number(&s, 2, &h) || *s++ != ':' ||
		    !take_number(&s, 2, &mi) || *s++ != ':' ||
		    !take_number(&s, 2, &sec))
			return false;
		if (*s == '.') {
			s++;
			int64_t unit = 100000000;
			for (; is_digit(*s); s++, unit /= 10)
				*ret_ns += (*s - '0') * unit;
		}
		if (*s == 'Z' || *s == 'z') {
			s++;
		} else if (*s == '+' || *s == '-') {
			back = *s++ == '+';
			if (!take_number(&s, 2, &oh) || *s++ != ':' ||
			    !take_number(&s, 2, &om))
				return false;
		}
	}
	if (*s != '\0')
		return false;
	int64_t offset = oh * 3600 + om * 60;
	*ret_s = day_number(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec +
	    (back ? -offset : offset);
	return true;
}

int
scheme_time(const char *a, const char *b)
{
	int64_t s, t, ns, nt;

	if (!read_time(a, &s, &ns) || !read_time(b, &t, &nt))
		return SCHEME_UNLIKE;
	if (s != t)
		return s < t ? -1 : 1;
	return ns < nt ? -1 : ns > nt;
}

/* --- vers --- */

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-encoding goes; blanks are nothing (vers-spec, "normalize"). */
size_t
vers_decode(const char *s, size_t n, char *out, size_t room)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 1 < room; i++) {
		char c = s[i];
		int high = c == '%' && i + 2 < n ? hex_of(s[i + 1]) : -1;
		int low = high >= 0 ? hex_of(s[i + 2]) : -1;

		if (high >= 0 && low >= 0 && high + low > 0) {
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c != ' ')
			out[len++] = c;
	}
	out[len] = '\0';
	return len;
}

static size_t
sign_of(const char *s, enum vers_sign *ret)
{
	static const struct { const char *text; enum vers_sign sign; } signs[] =
	    { { ">=", VERS_GE }, { "<=", VERS_LE }, { "!=", VERS_NE },
	    { "<", VERS_LT }, { ">", VERS_GT }, { "=", VERS_EQ } };

	for (size_t i = 0; i < 6; i++)
		if (strncmp(s, signs[i].text, strlen(signs[i].text)) == 0) {
			*ret = signs[i].sign;
			return strlen(signs[i].text);
		}
	*ret = VERS_EQ;
	return 0;
}

int
vers_read(const char *text, struct vers *ret)
{
	size_t used = 0;

	ret->n = 0;
	ret->all = false;
	if (strncmp(text, "vers:", 5) != 0)
		return -1;
	text += 5;
	size_t n = strcspn(text, "/");
	ret->scheme = scheme_find(text, n);
	if (ret->scheme == NULL || text[n] != '/' || text[n + 1] == '\0')
		return -1;
	text += n + 1;
	if (text[0] == '*' && text[1] == '\0') {
		ret->all = true;
		return 0;
	}
	for (const char *end;; text = end + 1) {
		end = text + strcspn(text, "|");
		text += strspn(text, " ");
		size_t len = end > text ? (size_t)(end - text) : 0;
		char one[SCHEME_TEXT];
		if (ret->n == VERS_CONSTRAINTS_MAX || len == 0 ||
		    len >= sizeof(one))
			return -1;
		enum vers_sign sign;
		size_t skip = sign_of(text, &sign);
		len = vers_decode(text + skip, len - skip, one, sizeof(one));
		if (len == 0 || used + len + 1 > sizeof(ret->room) ||
		    one[strcspn(one, "<>=*|")] != '\0')
			return -1;
		memcpy(ret->room + used, one, len + 1);
		ret->at[ret->n].sign = sign;
		ret->at[ret->n++].text = ret->room + used;
		used += len + 1;
		if (*end == '\0')
			return 0;
	}
}

/* The algorithm of vers-spec: equal ones first, then the comparators in the
 * order of their versions, in pairs. */
int
vers_holds(const struct vers *v, const char *version)
{
	int order[VERS_CONSTRAINTS_MAX];
	bool in = false, open = true, low = false;

	if (v->all)
		return 1;
	for (unsigned i = 0; i < v->n; i++) {
		order[i] = v->scheme->compare(version, v->at[i].text);
		if (order[i] == SCHEME_UNLIKE)
			return -1;
		if (order[i] != 0)
			continue;
		switch (v->at[i].sign) {
		case VERS_EQ:
		case VERS_LE:
		case VERS_GE:
			return 1;
		default:
			return 0;
		}
	}
	/* `open`: no comparator yet; `low`: within reach of a lower one. */
	for (unsigned i = 0; i < v->n; i++) {
		enum vers_sign sign = v->at[i].sign;
		if (sign == VERS_LT || sign == VERS_LE) {
			if (order[i] < 0 && (open || low))
				in = true;
			low = false;
			open = false;
		} else if (sign == VERS_GT || sign == VERS_GE) {
			low = order[i] > 0;
			open = false;
		}
	}
	return in || low;
}
