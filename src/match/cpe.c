/* cpe.c - CPE names: formatted string (NISTIR 7695, 6.2), URI (6.1) and the
 * relations of the name matching (NISTIR 7696, 6 and 7). */
#include <string.h>
#include "cpe.h"
#include "base/text.h"

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	    (signed char)c < 0;
}

/* One component of a formatted string: lower case, needless quoting gone. */
static int
take_component(const char *s, size_t n, char out[CPE_TEXT])
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i] >= 'A' && s[i] <= 'Z' ?
		    (char)(s[i] - 'A' + 'a') : s[i];
		bool quoted = c == '\\' && i + 1 < n;
		if (quoted) {
			c = s[++i];
			if (c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
		}
		if (len + 3 > CPE_TEXT)
			return -1;
		/* A hyphen alone is NA only where it is not quoted; dots and
		 * hyphens need no quoting in a formatted string. */
		if (quoted && !is_plain(c) && !(c == '.' || (c == '-' &&
		    n > 2)))
			out[len++] = '\\';
		out[len++] = c;
	}
	out[len] = '\0';
	if (len == 0)
		memcpy(out, "*", 2);
	return 0;
}

static int
read_formatted(const char *s, struct cpe *ret)
{
	for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++) {
		size_t n = 0;
		while (s[n] != '\0' && s[n] != ':')
			n += s[n] == '\\' && s[n + 1] != '\0' ? 2 : 1;
		if (take_component(s, n, ret->at[i]) != 0)
			return -1;
		s += n;
		if (*s == '\0')
			return i >= CPE_PRODUCT ? 0 : -1;
		s++;
	}
	return 0;
}

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A component of a URI: percent-encoding, %01 is '?', %02 is '*'. */
static int
take_uri(const char *s, size_t n, char out[CPE_TEXT])
{
	size_t len = 0;

	if (n == 1 && s[0] == '-') {
		memcpy(out, "-", 2);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		char c = s[i] >= 'A' && s[i] <= 'Z' ?
		    (char)(s[i] - 'A' + 'a') : s[i];
		if (len + 3 > CPE_TEXT)
			return -1;
		if (c == '%' && i + 2 < n && hex_of(s[i + 1]) >= 0 &&
		    hex_of(s[i + 2]) >= 0) {
			c = (char)(hex_of(s[i + 1]) << 4 | hex_of(s[i + 2]));
			i += 2;
			if (c == 1 || c == 2) {
				out[len++] = c == 1 ? '?' : '*';
				continue;
			}
			if (c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
			if (c == '\0')
				return -1;
		}
		/* "%2d" alone is a hyphen, not NA. */
		if (!is_plain(c) && c != '.' && (c != '-' || n == 3))
			out[len++] = '\\';
		out[len++] = c;
	}
	out[len] = '\0';
	if (len == 0)
		memcpy(out, "*", 2);
	return 0;
}

/* "~edition~sw_edition~target_sw~target_hw~other" (NISTIR 7695, 6.1.2.3) */
static int
unpack_edition(const char *s, size_t n, struct cpe *ret)
{
	static const enum cpe_attribute to[] = { CPE_EDITION, CPE_SW_EDITION,
	    CPE_TARGET_SW, CPE_TARGET_HW, CPE_OTHER };

	s++, n--;
	for (unsigned i = 0; i < 5; i++) {
		const char *end = memchr(s, '~', n);
		size_t len = end != NULL ? (size_t)(end - s) : n;
		if (take_uri(s, len, ret->at[to[i]]) != 0)
			return -1;
		if (end == NULL)
			break;
		s += len + 1;
		n -= len + 1;
	}
	return 0;
}

static int
read_uri(const char *s, struct cpe *ret)
{
	unsigned i = 0;

	for (; i <= CPE_LANGUAGE; i++) {
		size_t n = strcspn(s, ":");
		int rc = i == CPE_EDITION && s[0] == '~' ?
		    unpack_edition(s, n, ret) : take_uri(s, n, ret->at[i]);
		if (rc != 0)
			return -1;
		s += n;
		if (*s == '\0')
			break;
		s++;
	}
	return 0;
}

int
cpe_read(const char *text, struct cpe *ret)
{
	for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++)
		memcpy(ret->at[i], "*", 2);
	if (strncmp(text, "cpe:2.3:", 8) == 0)
		return read_formatted(text + 8, ret);
	if (strncmp(text, "cpe:/", 5) == 0)
		return read_uri(text + 5, ret);
	return -1;
}

static bool
is_any(const char *s)
{
	return s[0] == '*' && s[1] == '\0';
}

static bool
is_na(const char *s)
{
	return s[0] == '-' && s[1] == '\0';
}

bool
cpe_is_pattern(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '*' || *s == '?')
			return true;
	}
	return false;
}

/* The reference implementation takes a target that has punctuation beside its
 * wildcards for a plain text, and its answers are what others rely on. */
static bool
target_is_wild(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (!is_plain(*p) && *p != '*' && *p != '?')
			return false;
	return cpe_is_pattern(s);
}

/* One quoted or plain sign of s; its length. */
static size_t
sign_len(const char *s)
{
	return s[0] == '\\' && s[1] != '\0' ? 2 : 1;
}

/* Wildcards stand at the ends only: '*' for any signs, a run of '?' for at most
 * as many (NISTIR 7696, 6.3). */
static bool
wild_fits(const char *source, const char *target)
{
	size_t len = strlen(source), units = 0, middle = 0;
	size_t lead = 0, trail = 0;
	bool lead_any = false, trail_any = false;

	if (source[0] == '*') {
		lead_any = true;
		source++, len--;
	} else {
		while (source[0] == '?')
			source++, len--, lead++;
	}
	if (len > 0 && source[len - 1] == '*' && !(len > 1 &&
	    source[len - 2] == '\\')) {
		trail_any = true;
		len--;
	} else {
		while (len > 0 && source[len - 1] == '?' && !(len > 1 &&
		    source[len - 2] == '\\'))
			len--, trail++;
	}
	for (const char *t = target; *t != '\0'; t += sign_len(t))
		units++;
	for (size_t i = 0; i < len; i += sign_len(source + i))
		middle++;
	size_t before = 0;
	for (const char *t = target;; t += sign_len(t), before++) {
		if (strncmp(t, source, len) == 0 && before + middle <= units) {
			size_t after = units - before - middle;
			if ((lead_any || before <= lead) &&
			    (trail_any || after <= trail))
				return true;
		}
		if (*t == '\0')
			return false;
	}
}

enum cpe_relation
cpe_compare(const char *source, const char *target)
{
	if (!is_any(target) && target_is_wild(target))
		return strcmp(source, target) == 0 && !cpe_is_pattern(source) ?
		    CPE_EQUAL : is_any(source) ? CPE_SUPERSET : CPE_UNDEFINED;
	if (is_any(source))
		return is_any(target) ? CPE_EQUAL : CPE_SUPERSET;
	if (is_any(target))
		return CPE_SUBSET;
	if (strcmp(source, target) == 0)
		return CPE_EQUAL;
	if (is_na(source) || is_na(target))
		return CPE_DISJOINT;
	if (cpe_is_pattern(source))
		return wild_fits(source, target) ? CPE_SUPERSET : CPE_DISJOINT;
	return CPE_DISJOINT;
}

enum cpe_relation
cpe_relate(const struct cpe *source, const struct cpe *target)
{
	unsigned count[CPE_UNDEFINED + 1] = { 0 };

	for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++)
		count[cpe_compare(source->at[i], target->at[i])]++;
	if (count[CPE_DISJOINT] > 0)
		return CPE_DISJOINT;
	if (count[CPE_UNDEFINED] > 0)
		return CPE_UNDEFINED;
	if (count[CPE_EQUAL] == CPE_ATTRIBUTES_)
		return CPE_EQUAL;
	if (count[CPE_SUPERSET] == 0)
		return CPE_SUBSET;
	return count[CPE_SUBSET] == 0 ? CPE_SUPERSET : CPE_UNDEFINED;
}

bool
cpe_same_platform(const struct cpe *source, const struct cpe *target)
{
	for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++)
		if (i != CPE_VERSION && i != CPE_UPDATE &&
		    !cpe_is_pattern(target->at[i]) &&
		    cpe_compare(source->at[i], target->at[i]) == CPE_DISJOINT)
			return false;
	return true;
}

/* The length of a product without the firmware behind it. */
static size_t
bare_len(const char *product)
{
	static const char tail[] = "_firmware";
	size_t n = strlen(product), len = sizeof(tail) - 1;

	return n > len && memcmp(product + n - len, tail, len) == 0 ?
	    n - len : n;
}

static bool
is_machine(const struct cpe *name)
{
	const char *part = name->at[CPE_PART];

	return (part[0] == 'o' || part[0] == 'h') && part[1] == '\0';
}

bool
cpe_same_machine(const struct cpe *source, const struct cpe *target)
{
	const char *a = source->at[CPE_PRODUCT], *b = target->at[CPE_PRODUCT];
	size_t n = bare_len(a);

	if (!is_machine(source) || !is_machine(target) ||
	    bare_len(b) != n || memcmp(a, b, n) != 0)
		return false;
	for (unsigned i = 0; i < CPE_ATTRIBUTES_; i++)
		if (i != CPE_PART && i != CPE_PRODUCT && i != CPE_VERSION &&
		    i != CPE_UPDATE && !cpe_is_pattern(target->at[i]) &&
		    cpe_compare(source->at[i], target->at[i]) == CPE_DISJOINT)
			return false;
	return true;
}

bool
cpe_other_platform(const struct cpe *source, const struct cpe *target)
{
	const char *a = source->at[CPE_PRODUCT], *b = target->at[CPE_PRODUCT];
	size_t n = bare_len(a);

	if (strcmp(source->at[CPE_VENDOR], target->at[CPE_VENDOR]) != 0 ||
	    bare_len(b) != n || memcmp(a, b, n) != 0)
		return false;
	for (unsigned i = CPE_EDITION; i < CPE_ATTRIBUTES_; i++)
		if (!cpe_is_pattern(target->at[i]) &&
		    cpe_compare(source->at[i], target->at[i]) == CPE_DISJOINT)
			return true;
	return false;
}

void
cpe_version(const struct cpe *name, char out[2 * CPE_TEXT])
{
	static const enum cpe_attribute parts[] = { CPE_VERSION, CPE_UPDATE };
	size_t n = 0;

	for (unsigned i = 0; i < 2; i++) {
		const char *s = name->at[parts[i]];
		if (is_any(s) || is_na(s)) {
			if (i == 0)
				break;
			continue;
		}
		if (i == 1)
			out[n++] = ' ';
		for (; *s != '\0'; s++) {
			if (*s == '\\' && s[1] != '\0')
				s++;
			out[n++] = *s;
		}
	}
	out[n] = '\0';
}
