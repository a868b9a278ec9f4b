/* index_fold.c - folding of text, hashes, and the keys of identifiers. */
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "index_fold.h"
#include "noun/index.h"

/* Latin letters with marks, from U+00C0 to U+017F; ' ' = no letter. */
static const char plain_letters[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The byte that CP1252 shows as this character, or -1. */
static int
cp1252_byte(uint32_t rune)
{
	static const uint16_t high[32] = {
		0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178
	};
	if (rune >= 0xa0 && rune <= 0xff)
		return (int)rune;
	for (int i = 0; i < 32; i++)
		if (high[i] == rune)
			return 0x80 + i;
	return -1;
}

/* Greek and Cyrillic. */
static size_t
fold_capital(uint32_t c, char *out)
{
	if (c <= 0x3a9 || (c >= 0x410 && c <= 0x42f))
		c += 0x20;
	else if (c >= 0x400 && c <= 0x40f)
		c += 0x50;
	out[0] = (char)(0xc0 | c >> 6);
	out[1] = (char)(0x80 | (c & 0x3f));
	return 2;
}

/* One character in, up to four bytes out; 0 bytes: it is left out. */
static size_t
fold_rune(uint32_t c, const char *from, size_t from_len, char *out)
{
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		else if (c < 0x20 || c == 0x7f)
			c = ' ';
		out[0] = (char)c;
		return 1;
	}
	if (c >= 0xc0 && c < 0x180) {
		out[0] = plain_letters[c - 0xc0];
		if (c == 0xc6 || c == 0xe6 || c == 0x152 || c == 0x153) {
			out[0] = c < 0x100 ? 'a' : 'o';
			out[1] = 'e';
			return 2;
		}
		if (c == 0xdf) {
			out[0] = out[1] = 's';
			return 2;
		}
		if (c == 0xd7)
			out[0] = 'x';
		return 1;
	}
	/* (R), soft hyphen, zero width, combining marks, (TM), byte order. */
	if (c == 0xae || c == 0xa9 || c == 0xad || c == 0x2122 ||
	    (c >= 0x300 && c < 0x370) || (c >= 0x200b && c <= 0x200f) ||
	    c == 0x2060 || c == 0xfeff)
		return 0;
	if (c == 0xb2 || c == 0xb3 || c == 0xb9) {
		out[0] = c == 0xb9 ? '1' : (char)('0' + (c - 0xb0));
		return 1;
	}
	/* The sign for micro; its capital comes of writing all in capitals. */
	if (c == 0xb5 || c == 0x3bc || c == 0x39c) {
		out[0] = 'u';
		return 1;
	}
	if (c >= 0x391 && c < 0x430)
		return fold_capital(c, out);
	if (c >= 0x2010 && c <= 0x2015) {
		out[0] = '-';
		return 1;
	}
	/* <= and >= in ranges; an empty box: any digit. */
	if (c == 0x2264 || c == 0x2265 || c == 0x25a1) {
		memcpy(out, c == 0x2264 ? "<=" : c == 0x2265 ? ">=" : "[]",
		    2);
		return 2;
	}
	if (c < 0xc0 || (c >= 0x2000 && c < 0x2c00) || c == 0x3000 ||
	    c == 0xfffd) {
		out[0] = ' ';
		return 1;
	}
	if (c >= 0xff01 && c <= 0xff5e)		/* full width forms */
		return fold_rune(c - 0xfee0, from, from_len, out);
	memcpy(out, from, from_len);
	return from_len;
}

/* The byte for which the next character stands, 0x80 to 0xbf; -1. small: no
 * letter, whose case may have been lost. */
static int
trail_byte(const char *s, size_t n, bool small, size_t *took)
{
	uint32_t c = 0;

	*took = text_rune(s, n, &c);
	if (*took == 0 || (small && ((c >= 0x100 && c < 0x250) || c == 0xaa ||
	    c == 0xb5 || c == 0xba)))
		return -1;
	int byte = c >= 0x80 && c < 0xa0 ? (int)c : cp1252_byte(c);
	return byte < 0xc0 ? byte : -1;
}

/* UTF-8 that was taken for CP1252 and written as UTF-8 again: lead is the
 * character of the first byte, the others follow at s. All of it may be in
 * small letters: 0xe3 for 0xc3, 0xe2 for 0xc2. Returns the bytes that they
 * took, 0: it is none. */
static size_t
read_twice(uint32_t lead, const char *s, size_t n, uint32_t *ret)
{
	size_t first, second;
	bool small = lead == 0xe3;

	if (lead != 0xc2 && lead != 0xc3 && lead != 0xe2 && !small)
		return 0;
	int a = trail_byte(s, n, small, &first);
	if (a < 0x80)
		return 0;
	int b = lead != 0xe2 ? -1 : trail_byte(s + first, n - first, false,
	    &second);
	if (b >= 0x80) {
		*ret = 0x2000 | (uint32_t)(a & 0x3f) << 6 |
		    (uint32_t)(b & 0x3f);
		return first + second;
	}
	if (lead == 0xe2 && (a < 0xa0 || trail_byte(s, n, true, &first) < 0))
		return 0;
	*ret = (lead & 1 ? 0xc0u : 0x80u) | (uint32_t)(a & 0x3f);
	return first;
}

/* a with two dots or a ring, o and u with dots, o with a stroke: the second
 * letter of those who write two for one; 0: it is none. */
static char
second_letter(uint32_t c)
{
	c |= 0x20;
	return c == 0xe4 || c == 0xf6 || c == 0xfc || c == 0xf8 ? 'e' :
	    c == 0xe5 ? 'a' : '\0';
}

static size_t
fold(const char *text, char *out, size_t room, bool two)
{
	size_t n = strlen(text), at = 0, len = 0;

	while (at < n && len + 5 < room) {
		char sign = text[at];
		if ((signed char)sign >= 0) {
			out[len++] = sign >= 'A' && sign <= 'Z' ?
			    (char)(sign - 'A' + 'a') : sign < 0x20 ||
			    sign == 0x7f ? ' ' : sign;
			at++;
			continue;
		}
		uint32_t c = 0;
		size_t took = text_rune(text + at, n - at, &c);
		if (took == 0) {
			out[len++] = ' ';
			at++;
			continue;
		}
		size_t twice = read_twice(c, text + at + took, n - at - took,
		    &c);
		len += twice > 0 ? fold_rune(c, " ", 1, out + len) :
		    fold_rune(c, text + at, took, out + len);
		at += took + twice;
		char second = two ? second_letter(c) : '\0';
		/* Dots that come as a sign of their own. */
		if (two && c == 0x308 && len > 0 &&
		    memchr("aou", out[len - 1], 3) != NULL)
			second = 'e';
		if (second != '\0')
			out[len++] = second;
	}
	out[len] = '\0';
	return len;
}

size_t
name_fold(const char *text, char *out, size_t room)
{
	return fold(text, out, room, false);
}

size_t
fold_two(const char *text, char *out, size_t room)
{
	return fold(text, out, room, true);
}

uint64_t
hash_end(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	h ^= h >> 33;
	return h != 0 ? h : 1;
}

/* Shorter words are rather abbreviations. */
#define PLURAL_MIN 5u

size_t
fold_plural(const char *s, size_t at, size_t end)
{
	if (end - at < PLURAL_MIN || s[end - 1] != 's' ||
	    memchr("siu", s[end - 2], 3) != NULL)
		return end;
	for (size_t i = at; i < end; i++)
		if (!is_small(s[i]))
			return end;
	return end - 1;
}

/* Between two digits that a separator keeps apart a mark is kept, so that
 * "FX3 10" and "FX31 0" stay two products. */
uint64_t
hash_signs(uint64_t h, const char *s, size_t n, char *last)
{
	bool gap = true;

	for (size_t i = 0; i < n; i++) {
		if (!fold_is_sign(s[i])) {
			gap = true;
			continue;
		}
		if (gap && is_digit(s[i]) && is_digit(*last))
			h = hash_step(h, '.');
		h = hash_step(h, s[i]);
		*last = s[i];
		gap = false;
	}
	return h;
}

uint64_t
name_hash(const char *flat, size_t at, size_t end)
{
	char last = 0;

	return hash_end(hash_signs(HASH_START, flat + at, end - at, &last));
}

uint64_t
index_hash(const void *p, size_t n)
{
	const char *s = p;
	uint64_t h = HASH_START ^ n, word = 0;

	for (; n >= sizeof(word); n -= sizeof(word), s += sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	word = 0;
	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)(uint8_t)s[i] << 8 * i;
	return hash_end((h ^ word) * 0x9e3779b97f4a7c15ull);
}

uint64_t
index_key(enum index_key kind, uint32_t vendor, uint64_t what)
{
	uint64_t h = (uint64_t)kind << 56 | vendor;

	return hash_end(what + h * 0x9e3779b97f4a7c15ull);
}

/* --- identifiers --- */

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The first attribute of a cpe 2.3 or 2.2 name; NULL if it is none. */
static const char *
behind_scheme(const char *cpe)
{
	return text_starts(cpe, "cpe:2.3:") ? cpe + 8 :
	    text_starts(cpe, "cpe:/") ? cpe + 5 : NULL;
}

/* One component in small letters, its quoting or percent-encoding undone; *s is
 * left at what ends it. */
static size_t
cpe_piece(const char **s, bool uri, char *out, size_t room)
{
	size_t n = 0;

	for (; **s != '\0' && **s != ':'; (*s)++) {
		const char *p = *s;
		char c = *p;
		if (!uri && c == '\\' && p[1] != '\0') {
			c = *++(*s);
		} else if (uri && c == '%' && hex_digit(p[1]) >= 0 &&
		    hex_digit(p[2]) >= 0) {
			c = (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
			c = (char)(c == 1 ? '?' : c == 2 ? '*' : c);
			*s += 2;
		}
		if (n < room)
			out[n++] = c >= 'A' && c <= 'Z' ?
			    (char)(c - 'A' + 'a') : c;
	}
	return n;
}

/* The firmware of a thing and the thing are two names of the dictionary:
 * "o:acme:gate_firmware" and "h:acme:gate". */
static size_t
cpe_bare(const char *product, size_t n)
{
	static const char tail[] = "_firmware";
	size_t len = sizeof(tail) - 1;

	return n > len && memcmp(product + n - len, tail, len) == 0 ?
	    n - len : n;
}

uint64_t
index_cpe(const char *cpe)
{
	bool uri = text_starts(cpe, "cpe:/");
	char out[512];
	size_t n = 0;

	cpe = behind_scheme(cpe);
	if (cpe == NULL)
		return 0;
	for (int i = 0; i < 3; i++) {
		size_t len = cpe_piece(&cpe, uri, out + n,
		    sizeof(out) / 2 - 1);
		if (i == 2)
			len = cpe_bare(out + n, len);
		if (i > 0)
			n += len;
		if (i == 1)
			out[n++] = ':';
		if (*cpe == '\0')
			return i == 2 ? index_hash(out, n) : 0;
		cpe++;
	}
	return index_hash(out, n);
}

int
index_cpe_names(const char *cpe, char vendor[CPE_WORDS],
    char product[CPE_WORDS])
{
	bool uri = text_starts(cpe, "cpe:/");
	char part[CPE_WORDS], *out[] = { part, vendor, product };

	cpe = behind_scheme(cpe);
	if (cpe == NULL)
		return -1;
	for (int i = 0; i < 3; i++) {
		const char *from = cpe;
		size_t n = cpe_piece(&cpe, uri, out[i], CPE_WORDS - 1);
		bool open = n == 0 || (n == 1 && strchr("*-", *from) != NULL);
		out[i][n] = '\0';
		for (size_t k = 0; k < n; k++)
			if (out[i][k] == '_')
				out[i][k] = ' ';
		if ((open && i > 0) || (*cpe == '\0' && i < 2))
			return -1;
		cpe += *cpe != '\0';
	}
	return 0;
}

uint64_t
index_cpe_wide(const char *cpe, char part, bool by_vendor)
{
	bool uri = text_starts(cpe, "cpe:/");
	char out[512] = { 0 };
	size_t n = 0;
	int want = by_vendor ? 1 : 2;

	cpe = behind_scheme(cpe);
	if (cpe == NULL)
		return 0;
	if (part == '\0')
		part = *cpe >= 'A' && *cpe <= 'Z' ? (char)(*cpe - 'A' + 'a') :
		    *cpe;
	for (int i = 0; i <= want; i++) {
		n = cpe_piece(&cpe, uri, out, sizeof(out) - 8);
		if (*cpe == '\0' && i < want)
			return 0;
		cpe += *cpe != '\0';
	}
	if (n == 0)
		return 0;
	/* Signs that no name of two pieces can have in these places. */
	out[n++] = '\n';
	out[n++] = part;
	out[n++] = by_vendor ? 'v' : 'p';
	return index_hash(out, n);
}

uint64_t
index_digest(const char *text)
{
	char hex[160];
	size_t n = 0;

	const char *colon = strrchr(text, ':');
	for (const char *p = colon != NULL ? colon + 1 : text; *p != '\0';
	    p++) {
		char c = *p >= 'A' && *p <= 'F' ? (char)(*p - 'A' + 'a') : *p;
		if (c == ' ')
			continue;
		if (!(is_digit(c) || (c >= 'a' && c <= 'f')) ||
		    n == sizeof(hex))
			return 0;
		hex[n++] = c;
	}
	return n >= 32 ? index_hash(hex, n) : 0;
}

/* What makes no difference in a type's namespaces and names (purl-spec, types).
 * Names of git, golang, mlflow, npm and nuget know case in some places only and
 * are spelt as it comes: a match too many is seen, one too few is not. */
enum purl_fold {
	PURL_SPACE = 1,		/* the case of the namespace */
	PURL_NAME = 2,		/* the case of the name */
	PURL_DASH = 4,		/* '_' is '-' */
	PURL_UNDER = 8,		/* in the name signs but a-z, 0-9 are '_' */
	PURL_BOTH = PURL_SPACE | PURL_NAME,
};

static unsigned
purl_folds(const char *type, size_t n)
{
	static const struct {
		const char	*type;
		unsigned	 folds;
	} types[] = {
		{ "alpm", PURL_BOTH }, { "apk", PURL_BOTH },
		{ "bitbucket", PURL_BOTH }, { "bitnami", PURL_BOTH },
		{ "brew", PURL_BOTH }, { "chrome-extension", PURL_BOTH },
		{ "composer", PURL_BOTH }, { "deb", PURL_BOTH },
		{ "git", PURL_BOTH }, { "github", PURL_BOTH },
		{ "gitlab", PURL_BOTH }, { "golang", PURL_BOTH },
		{ "hex", PURL_BOTH }, { "luarocks", PURL_BOTH },
		{ "mlflow", PURL_BOTH }, { "npm", PURL_BOTH },
		{ "nuget", PURL_BOTH }, { "oci", PURL_BOTH },
		{ "otp", PURL_BOTH }, { "pub", PURL_BOTH | PURL_UNDER },
		{ "pypi", PURL_BOTH | PURL_DASH }, { "qpkg", PURL_SPACE },
		{ "rpm", PURL_SPACE }, { "vscode-extension", PURL_BOTH },
		{ "yocto", PURL_SPACE },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].type) == n &&
		    strncasecmp(types[i].type, type, n) == 0)
			return types[i].folds;
	return 0;
}

/* "type/name" with a type as the grammar has it. */
static bool
purl_is_whole(const char *s, size_t n, size_t type)
{
	if (type == 0 || type + 1 >= n || is_digit(s[0]))
		return false;
	for (size_t i = 0; i < type; i++)
		if (!is_digit(s[i]) && s[i] != '.' && s[i] != '-' &&
		    s[i] != '+' && !((s[i] | 0x20) >= 'a' &&
		    (s[i] | 0x20) <= 'z'))
			return false;
	return true;
}

/* One sign of a name or namespace as its type writes it. */
static char
purl_sign(char c, bool in_name, unsigned folds)
{
	if ((folds & (in_name ? PURL_NAME : PURL_SPACE)) != 0 && c >= 'A' &&
	    c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if ((folds & PURL_DASH) != 0 && c == '_')
		c = '-';
	if ((folds & PURL_UNDER) != 0 && in_name && !is_digit(c) &&
	    !(c >= 'a' && c <= 'z'))
		c = '_';
	return c;
}

/* Percent-encoding undone, slashes single, the type in small letters. 0: it is
 * none. */
static uint64_t
purl_hash(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	size_t type = slash != NULL ? (size_t)(slash - s) : n, name = n;
	uint64_t h = HASH_START;
	char last = 0;

	if (!purl_is_whole(s, n, type))
		return 0;
	unsigned folds = purl_folds(s, type);
	while (s[name - 1] != '/')
		name--;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		size_t at = i;
		if (c == '%' && i + 2 < n && hex_digit(s[i + 1]) >= 0 &&
		    hex_digit(s[i + 2]) >= 0) {
			c = (char)(hex_digit(s[i + 1]) << 4 |
			    hex_digit(s[i + 2]));
			i += 2;
		} else if (c == '/' && last == '/') {
			continue;
		}
		if (at < type)
			c = purl_sign(c, true, PURL_NAME);
		else if (at > type && c != '/')
			c = purl_sign(c, at >= name, folds);
		h = hash_step(h, c);
		last = c;
	}
	return hash_end(h);
}

uint64_t
index_purl(const char *purl, const char **ret_version)
{
	*ret_version = "";
	if (strncasecmp(purl, "pkg:", 4) != 0)
		return 0;
	purl += 4;
	while (*purl == '/')
		purl++;
	size_t n = strcspn(purl, "?#");
	/* The namespace of npm holds an '@' of its own in front. */
	for (size_t i = n; i > 0; i--) {
		if (purl[i - 1] == '/')
			break;
		if (purl[i - 1] == '@') {
			*ret_version = purl + i;
			n = i - 1;
			break;
		}
	}
	while (n > 0 && purl[n - 1] == '/')
		n--;
	return n == 0 ? 0 : purl_hash(purl, n);
}

uint64_t
index_rank(const char *version)
{
	const char *p = version;
	uint64_t rank = 0;
	unsigned n = 0;

	for (;; p++) {
		uint32_t value = 0;
		const char *from = p;
		while (*p >= '0' && *p <= '9' && value < 65536)
			value = value * 10 + (uint32_t)(*p++ - '0');
		if (p == from || value >= 65536 || n == 4)
			return 0;
		rank |= (uint64_t)value << (48 - 16 * n++);
		if (*p != '.')
			break;
	}
	/* "192.168.0.10" is no version: nobody counts so far in front. */
	if (n == 4 && rank >> 48 > 126 && (rank & 0xff00ff00ff00ff00) == 0)
		return 0;
	return *p == '\0' && n > 1 ? rank : 0;
}
