/* versions.c - reading and comparing versions. Pure. */
#include <string.h>
#include "versions.h"
#include "noun/index.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Words that stand before or behind a version and say nothing of it. */
static bool
is_empty_word(const char *s, size_t n)
{
	static const char *const words[] = {
		"v", "ver", "vers", "version", "versions", "firmware", "fw",
		"software", "sw", "release", "rel", "bios", "stable", "final",
		"ga", "lts", "no", "nr", "number", "os", "driver", "image",
		NULL
	};
	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == n && memcmp(s, *w, n) == 0)
			return true;
	return false;
}

struct top_word {
	const char	*word;
	enum top	 top;
	bool		 alone;		/* only behind a blank, '-' or '_' */
};

static const struct top_word top_words[] = {
	{ "r", TOP_RELEASE, true }, { "rev", TOP_RELEASE, false },
	{ "revision", TOP_RELEASE, false },
	{ "sp", TOP_SERVICE_PACK, false }, { "sr", TOP_SERVICE_PACK, false },
	{ "servicepack", TOP_SERVICE_PACK, false },
	{ "mp", TOP_MAINTENANCE_PACK, false },
	{ "mr", TOP_MAINTENANCE_PACK, false },
	{ "fp", TOP_FEATURE_PACK, false },
	{ "fixpack", TOP_FEATURE_PACK, false },
	{ "cu", TOP_CUMULATIVE, false },
	{ "uc", TOP_UPDATE, false },
	{ "u", TOP_UPDATE, true }, { "upd", TOP_UPDATE, false },
	{ "update", TOP_UPDATE, false }, { "up", TOP_UPDATE, true },
	{ "hf", TOP_HOTFIX, false }, { "hotfix", TOP_HOTFIX, false },
	{ "hotfixrev", TOP_HOTFIX, false },
	{ "p", TOP_PATCH, true }, { "patch", TOP_PATCH, false },
	{ "pl", TOP_PATCH, true }, { "patchlevel", TOP_PATCH, false },
	{ "build", TOP_BUILD, false }, { "bld", TOP_BUILD, false },
	{ "b", TOP_BUILD, true }, { "bn", TOP_BUILD, true },
};

/* The same in two words. */
static const struct {
	const char	*first, *second;
	enum top	 top;
} two_words[] = {
	{ "service", "pack", TOP_SERVICE_PACK },
	{ "maintenance", "pack", TOP_MAINTENANCE_PACK },
	{ "maintenance", "release", TOP_MAINTENANCE_PACK },
	{ "feature", "pack", TOP_FEATURE_PACK },
	{ "fix", "pack", TOP_FEATURE_PACK },
	{ "cumulative", "update", TOP_CUMULATIVE },
	{ "hot", "fix", TOP_HOTFIX },
};

static int
top_of(const char *s, size_t n, bool apart)
{
	for (size_t i = 0; i < sizeof(top_words) / sizeof(top_words[0]); i++)
		if (strlen(top_words[i].word) == n &&
		    memcmp(top_words[i].word, s, n) == 0 &&
		    (apart || !top_words[i].alone))
			return (int)top_words[i].top;
	return -1;
}

/* 1 to 12, or 0. */
static unsigned
month_of(const char *s, size_t n)
{
	static const char months[] =
	    "january february march april may june july august september "
	    "october november december ";
	const char *at = months;

	for (unsigned m = 1; m <= 12; m++) {
		size_t len = strcspn(at, " ");
		if (n >= 3 && n <= len && memcmp(at, s, n) == 0 &&
		    (n == 3 || n == len || (m == 9 && n == 4)))
			return m;
		at += len + 1;
	}
	return 0;
}

static uint64_t
read_number(const char *s, size_t n, size_t *at)
{
	uint64_t v = 0;

	for (; *at < n && is_digit(s[*at]); (*at)++)
		v = v < UINT64_MAX / 16 ? v * 10 + (uint64_t)(s[*at] - '0') :
		    UINT64_MAX / 16;
	return v;
}

static uint64_t
pack_letters(const char *s, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (i < n ? (uint8_t)s[i] : 0);
	return v;
}

static int
add_piece(struct version *v, enum piece_kind kind, bool glued, uint64_t value)
{
	if (v->n == VERSION_PIECES_MAX)
		return -1;
	v->piece[v->n].kind = kind;
	v->piece[v->n].glued = glued;
	v->piece[v->n].value = value;
	v->n++;
	v->wild |= kind == PIECE_WILD;
	return 0;
}

/* "April/17/2023", "31 January 2014", "04/17/2023": 0 if it is no date. */
static int
read_date(const char *s, size_t n, struct version *ret)
{
	uint64_t number[3], year = 0, day = 0;
	unsigned month = 0, count = 0, slashes = 0;

	for (size_t i = 0; i < n;) {
		if (is_digit(s[i])) {
			if (count == 3)
				return -1;
			number[count++] = read_number(s, n, &i);
		} else if (is_letter(s[i])) {
			size_t end = i;
			while (end < n && is_letter(s[end]))
				end++;
			unsigned m = month_of(s + i, end - i);
			if (m == 0 || month != 0)
				return -1;
			month = m;
			i = end;
		} else {
			slashes += s[i] == '/';
			i++;
		}
	}
	if (month != 0 && (count == 1 || count == 2)) {
		year = number[count - 1];
		day = count == 2 ? number[0] : 0;
		if (count == 2 && number[0] > 31) {
			year = number[0];
			day = number[1];
		}
	} else if (month == 0 && count == 3 && slashes == 2 &&
	    number[2] > 1900) {
		bool day_first = number[0] > 12;
		month = (unsigned)number[day_first ? 1 : 0];
		day = number[day_first ? 0 : 1];
		year = number[2];
	}
	if (year < 1980 || year > 2100 || month > 12 || day > 31)
		return -1;
	add_piece(ret, PIECE_NUMBER, false, year);
	add_piece(ret, PIECE_NUMBER, false, month);
	if (day != 0)
		add_piece(ret, PIECE_NUMBER, false, day);
	return 0;
}

/* Letters in front of the first digit: empty words go, one short word may stay
 * as prefix. Returns where the rest begins, or n if this is no version. */
static size_t
read_prefix(const char *s, size_t n, struct version *ret)
{
	size_t at = 0;

	while (at < n && !is_digit(s[at])) {
		if (!is_letter(s[at])) {
			if ((signed char)s[at] < 0)
				return n;
			at++;
			continue;
		}
		size_t end = at;
		while (end < n && is_letter(s[end]))
			end++;
		if (is_empty_word(s + at, end - at)) {
			at = end;
			continue;
		}
		/* "MX-V4.0": a second word. "serial number" ends here. */
		size_t len = end - at;
		if (len > 1 && s[end - 1] == 'v' && end < n &&
		    is_digit(s[end]))
			len--;
		if (ret->prefix != 0 || len > 4)
			return n;
		if (!(end < n && (is_digit(s[end]) || s[end] == '-' ||
		    s[end] == '.' || s[end] == '_' ||
		    (s[end] == ' ' && len <= 2))))
			return n;
		ret->prefix = pack_letters(s + at, len);
		ret->tight = len > 1 && end == at + len && end < n &&
		    is_digit(s[end]);
		/* "R2.1", "rev 3": a way to say version. */
		if (top_of(s + at, len, true) == TOP_RELEASE &&
		    s[at] == 'r')
			ret->prefix = len == 1 ? ret->prefix : 0;
		ret->tight &= ret->prefix != 0;
		at = end;
	}
	return at;
}

/* The number behind "SP", "Update" ...; with a fraction or a letter. */
static void
read_top(const char *s, size_t n, size_t *at, struct version *ret,
    enum top top)
{
	size_t i = *at;

	while (i < n && (s[i] == ' ' || s[i] == '.' || s[i] == '-' ||
	    s[i] == '_' || s[i] == '#' || s[i] == ':'))
		i++;
	if (i < n && is_letter(s[i])) {		/* "Build Nr. 7" */
		size_t end = i;
		while (end < n && is_letter(s[end]))
			end++;
		if (is_empty_word(s + i, end - i)) {
			i = end;
			while (i < n && (s[i] == ' ' || s[i] == '.'))
				i++;
		}
	}
	if (i >= n || !is_digit(s[i])) {
		ret->top[top] = (uint64_t)1 << 20;	/* "Patch", the first */
		return;
	}
	uint64_t v = read_number(s, n, &i);
	if (v > UINT64_MAX >> 21)
		v = UINT64_MAX >> 21;
	v <<= 20;
	if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1])) {
		i++;
		uint64_t f = read_number(s, n, &i);
		v |= f < 1u << 19 ? f + 1 : 1u << 19;
	} else if (i < n && is_letter(s[i]) &&
	    (i + 1 == n || !is_letter(s[i + 1]))) {
		v |= (uint64_t)(s[i] - 'a') + 1;
		i++;
	}
	ret->top[top] = v;
	*at = i;
}

static bool
is_before_release(uint64_t letters)
{
	static const char *const words[] = {
		"alpha", "beta", "rc", "preview", "pre", "dev", NULL
	};
	for (const char *const *w = words; *w != NULL; w++)
		if (letters == pack_letters(*w, strlen(*w)))
			return true;
	return false;
}

/* "Service Pack", "Hot Fix": what they mean, and *end behind them; -1. */
static int
two_words_at(const char *s, size_t n, size_t len, size_t *end)
{
	for (size_t i = 0; i < sizeof(two_words) / sizeof(two_words[0]); i++) {
		size_t more = strlen(two_words[i].second);
		if (strlen(two_words[i].first) != len || n < len + 1 + more ||
		    memcmp(s, two_words[i].first, len) != 0 || s[len] != ' ' ||
		    memcmp(s + len + 1, two_words[i].second, more) != 0 ||
		    (n > len + 1 + more && is_letter(s[len + 1 + more])))
			continue;
		*end = len + 1 + more;
		return (int)two_words[i].top;
	}
	return -1;
}

/* "x", "xx": any number. */
static bool
is_any_number(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == 'x')
		i++;
	return i == n;
}

/* A run of letters within a version. */
static int
read_word(const char *s, size_t n, size_t *at, struct version *ret)
{
	size_t i = *at, end = i;
	bool apart = i > 0 && (s[i - 1] == ' ' || s[i - 1] == '-' ||
	    s[i - 1] == '_' || s[i - 1] == '(');
	bool glued = i > 0 && is_digit(s[i - 1]);

	while (end < n && is_letter(s[end]))
		end++;
	size_t len = end - i;
	int top = two_words_at(s + i, n - i, len, &end);
	bool two = top >= 0;
	if (two)
		end += i;
	else
		top = top_of(s + i, len, apart);
	/* "1.0b" has a letter, "1.0 b2" a build. */
	if (top >= 0 && (two || len > 1 || (end < n && (is_digit(s[end]) ||
	    s[end] == ' ')))) {
		*at = end;
		read_top(s, n, at, ret, (enum top)top);
		return 0;
	}
	*at = end;
	if (is_any_number(s + i, len) && !glued)
		return add_piece(ret, PIECE_WILD, false, 0);
	uint64_t letters = pack_letters(s + i, len);
	if (is_before_release(letters))
		return add_piece(ret, PIECE_LETTERS, true, letters);
	if (is_empty_word(s + i, len) && apart)
		return 0;
	if (len > 4 || (apart && s[i - 1] == ' ' && len > 1))
		return -1;
	return add_piece(ret, PIECE_LETTERS, glued, letters);
}

/* "d78dda6": letters and digits in turn without any dot are a digest, and with
 * hyphens an order number: "1783-SAD2T2SBK9". A V in front says version. */
static bool
looks_like_digest(const char *s, size_t n, const struct version *v)
{
	unsigned runs = 0, hyphens = 0;
	size_t from = n > 1 && s[0] == 'v' && is_digit(s[1]) ? 1 : 0;

	for (size_t i = from; i < n; i++) {
		if (!is_digit(s[i]) && !is_letter(s[i]) && s[i] != '-')
			return false;
		hyphens += s[i] == '-';
		runs += is_letter(s[i]) && (i == from || !is_letter(s[i - 1]));
	}
	if (hyphens > 0)
		return runs >= 3 && n >= 10;
	return runs >= 2 && n >= 7 && v->prefix != pack_letters("r", 1);
}

/* "Rev. G": hardware counts its revisions in letters. */
static bool
read_revision(const char *s, size_t n, struct version *ret)
{
	size_t at = 0;

	while (at < n && is_letter(s[at]))
		at++;
	if (at < 3 || top_of(s, at, true) != TOP_RELEASE)
		return false;
	while (at < n && (s[at] == ' ' || s[at] == '.' || s[at] == ':'))
		at++;
	if (at + 1 != n || !is_letter(s[at]))
		return false;
	return add_piece(ret, PIECE_LETTERS, false,
	    pack_letters(s + at, 1)) == 0;
}

int
version_read(const char *text, size_t n, struct version *ret)
{
	memset(ret, 0, sizeof(*ret));
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '.' ||
	    text[n - 1] == '"' || text[n - 1] == '\''))
		n--;
	while (n > 0 && (*text == ' ' || *text == '"' || *text == '\''))
		text++, n--;
	if (read_date(text, n, ret) == 0)
		return 0;
	memset(ret, 0, sizeof(*ret));
	if (read_revision(text, n, ret))
		return 0;
	size_t at = read_prefix(text, n, ret);
	if (at >= n || looks_like_digest(text, n, ret))
		return -1;
	while (at < n) {
		char c = text[at];
		bool glued = at > 0 && is_letter(text[at - 1]) && ret->n > 0;
		int rc = 0;
		if (is_digit(c)) {
			uint64_t v = read_number(text, n, &at);
			rc = add_piece(ret, PIECE_NUMBER, glued, v);
		} else if (is_letter(c)) {
			rc = read_word(text, n, &at, ret);
		} else if (c == '*') {
			rc = add_piece(ret, PIECE_WILD, false, 0);
			at++;
		} else if ((signed char)c < 0) {
			rc = -1;
		} else {
			at++;
		}
		if (rc != 0)
			return -1;
	}
	return ret->n > 0 ? 0 : -1;
}

/* Numbers and dots, as most are. */
static void
read_ranked(uint64_t rank, const char *text, struct version *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned shift = 48;; shift -= 16) {
		add_piece(ret, PIECE_NUMBER, false, rank >> shift & 65535);
		text = strchr(text, '.');
		if (text == NULL)
			break;
		text++;
	}
}

int
version_read_printed(const char *text, struct version *ret)
{
	char flat[256];
	uint64_t rank = index_rank(text);

	if (rank != 0) {
		read_ranked(rank, text, ret);
		return 0;
	}
	size_t n = name_fold(text, flat, sizeof(flat));

	for (size_t i = 0; i < n; i++)
		if (flat[i] == '_')
			flat[i] = ' ';
	return version_read(flat, n, ret);
}

static enum version_order
order_of(uint64_t a, uint64_t b)
{
	return a < b ? VERSION_LESS : a > b ? VERSION_GREATER : VERSION_EQUAL;
}

/* What stands at a place where the other version has ended. */
static enum version_order
compare_end(const struct version *v, unsigned at)
{
	for (; at < v->n; at++) {
		const struct piece *p = &v->piece[at];
		if (p->kind == PIECE_WILD)
			return VERSION_EQUAL;
		if (p->kind == PIECE_LETTERS)
			return is_before_release(p->value) ? VERSION_LESS :
			    VERSION_GREATER;
		if (p->value != 0)
			return VERSION_GREATER;
	}
	return VERSION_EQUAL;
}

static enum version_order
compare_piece(const struct piece *a, const struct piece *b)
{
	if (a->kind == b->kind)
		return order_of(a->value, b->value);
	const struct piece *letters = a->kind == PIECE_LETTERS ? a : b;
	/* "1.0a" stands before "1.0.1"; "2.420.HW01" cannot be told. */
	if (!letters->glued)
		return VERSION_UNLIKE;
	return letters == a ? VERSION_LESS : VERSION_GREATER;
}

/* "R2.1" and "vEL9.00" may be 2.1 and 9.00, but "SP1" and "VMS560" count
 * something of their own. */
static bool
prefixes_fit(const struct version *a, const struct version *b)
{
	if (a->prefix != 0 && b->prefix != 0)
		return a->prefix == b->prefix;
	const struct version *v = a->prefix != 0 ? a : b;
	return !v->tight || v->n > 1;
}

/* "V01L013": a letter in place of a dot. Not "2.0-rc1". */
static bool
counts_by_letter(const struct version *v, unsigned at)
{
	return v->piece[at].kind == PIECE_LETTERS && at + 1 < v->n &&
	    v->piece[at + 1].kind == PIECE_NUMBER && v->piece[at + 1].glued &&
	    !is_before_release(v->piece[at].value);
}

enum version_order
version_compare(const struct version *a, const struct version *b)
{
	unsigned i = 0;

	if (!prefixes_fit(a, b))
		return VERSION_UNLIKE;
	for (; i < a->n && i < b->n; i++) {
		if (a->piece[i].kind == PIECE_WILD ||
		    b->piece[i].kind == PIECE_WILD) {
			/* The last wildcard covers all that follows. */
			if ((a->piece[i].kind == PIECE_WILD && i + 1 == a->n)
			    || (b->piece[i].kind == PIECE_WILD &&
			    i + 1 == b->n))
				return VERSION_EQUAL;
			continue;
		}
		if (a->piece[i].kind != b->piece[i].kind &&
		    (counts_by_letter(a, i) || counts_by_letter(b, i)))
			return VERSION_UNLIKE;
		enum version_order o = compare_piece(&a->piece[i],
		    &b->piece[i]);
		if (o != VERSION_EQUAL)
			return o;
	}
	enum version_order o = VERSION_EQUAL;
	if (i < a->n) {
		o = compare_end(a, i);
	} else if (i < b->n) {
		o = compare_end(b, i);
		o = o == VERSION_LESS ? VERSION_GREATER :
		    o == VERSION_GREATER ? VERSION_LESS : o;
	}
	for (unsigned t = 0; t < TOP_COUNT_ && o == VERSION_EQUAL; t++)
		o = order_of(a->top[t], b->top[t]);
	return o;
}

bool
version_is_before_release(const struct version *a, const struct version *b)
{
	struct version bare = *a;

	bare.n = 0;
	while (bare.n < a->n && !(a->piece[bare.n].kind == PIECE_LETTERS &&
	    is_before_release(a->piece[bare.n].value)))
		bare.n++;
	return bare.n > 0 && bare.n < a->n &&
	    version_compare(&bare, b) == VERSION_EQUAL;
}

bool
version_is_within(const struct version *longer, const struct version *line)
{
	if (line->n > longer->n || (longer->prefix != 0 && line->prefix != 0 &&
	    longer->prefix != line->prefix))
		return false;
	for (unsigned i = 0; i < line->n; i++) {
		if (line->piece[i].kind == PIECE_WILD)
			return true;
		if (line->piece[i].kind != longer->piece[i].kind ||
		    line->piece[i].value != longer->piece[i].value)
			return false;
	}
	for (unsigned t = 0; t < TOP_COUNT_; t++)
		if (line->top[t] != 0 && line->top[t] != longer->top[t])
			return false;
	return true;
}
