#include <ctype.h>
#include <string.h>
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "noun/advisory.h"
#include "ids.h"
#include "words.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
	    c == '\v';
}

/* Printable ASCII, with \n if it may be: nearly all strings are, and they need
 * none of the passes below. */
static bool
is_plain(const char *s, size_t n, bool breaks)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if ((c < 0x20 || c > 0x7e) && !(breaks && c == '\n')) {
			return false;
		}
	}
	return true;
}

/* s without its blanks at both ends. */
static const char *
trimmed(const char *s, size_t *ret_len)
{
	size_t n = strlen(s);

	while (n > 0 && is_blank(s[0])) {
		s++;
		n--;
	}
	while (n > 0 && is_blank(s[n - 1])) {
		n--;
	}
	*ret_len = n;
	return s;
}

/* Without the characters that turn the writing direction (U+202A to U+202E,
 * U+2066 to U+2069): with them a text can be made to read as another one. */
static const char *
without_bidi(struct arena *mem, const char *s)
{
	char *out;
	size_t n = 0;

	if (strstr(s, "\xe2\x80") == NULL && strstr(s, "\xe2\x81") == NULL) {
		return s;
	}
	out = arena_alloc(mem, strlen(s) + 1);
	for (const unsigned char *p = (const unsigned char *)s; *p != 0; p++) {
		if (p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa &&
		    p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 &&
		    p[2] <= 0xa9))) {
			p += 2;
			continue;
		}
		out[n++] = (char)*p;
	}
	return out;
}

/* The ceiling for what has been cleaned. */
static const char *
bounded(struct arena *mem, const char *s, size_t max, bool *ret_cut)
{
	size_t n = text_cut(s, max);

	if (s[n] == '\0') {
		return s;
	}
	if (ret_cut != NULL) {
		*ret_cut = true;
	}
	return arena_text_n(mem, s, n);
}

const char *
words_line(struct arena *mem, const char *s, bool *ret_cut)
{
	size_t n;

	s = trimmed(s, &n);
	if (n == 0) {
		return "";
	}
	if (n <= LINE_MAX_ && is_plain(s, n, false)) {
		return arena_text_n(mem, s, n);
	}
	/* Four times the ceiling: the passes may shrink, and cost memory. */
	if (n > 4 * LINE_MAX_) {
		n = text_cut(s, 4 * LINE_MAX_);
	}
	/* A no-break space at an end would hide the mojibake before it. */
	s = text_mojibake(mem, text_trim(mem, arena_text_n(mem, s, n)));
	s = text_trim(mem, text_line(mem, without_bidi(mem, s)));
	return bounded(mem, s, LINE_MAX_, ret_cut);
}

const char *
words_text(struct arena *mem, const char *s, bool *ret_cut)
{
	size_t n;

	s = trimmed(s, &n);
	if (n == 0) {
		return "";
	}
	if (n <= TEXT_MAX && is_plain(s, n, true)) {
		return arena_text_n(mem, s, n);
	}
	if (n > 2 * TEXT_MAX) {
		n = text_cut(s, 2 * TEXT_MAX);
	}
	s = text_block(mem, without_bidi(mem, arena_text_n(mem, s, n)));
	s = trimmed(s, &n);
	s = arena_text_n(mem, s, n);
	return bounded(mem, s, TEXT_MAX, ret_cut);
}

const char *
words_summary(struct arena *mem, const char *s, size_t max)
{
	size_t n = strlen(s), room = (n < 2 * max ? n : 2 * max), len = 0, at;
	char *out = arena_alloc(mem, room + 4);

	for (at = 0; at < n && len < room; at++) {
		if (!is_blank(s[at])) {
			out[len++] = s[at];
		} else if (len > 0 && out[len - 1] != ' ') {
			out[len++] = ' ';
		}
	}
	while (len > 0 && out[len - 1] == ' ') {
		len--;
	}
	out[len] = '\0';
	if (len <= max && at == n) {
		return out;
	}
	len = text_cut(out, max);
	for (size_t back = len; back > max / 2; back--) {
		if (out[back] == ' ') {
			len = back;
			break;
		}
	}
	memcpy(out + len, "...", 4);
	return out;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Case-insensitive, at word borders; a `word` ending in '*' is a beginning. */
static bool
has_word(const char *s, const char *word)
{
	char stem[48];
	size_t n = strlen(word);
	bool open = word[n - 1] == '*';

	n -= open;
	if (n >= sizeof(stem)) {
		bug("keyword too long: %s", word);
	}
	memcpy(stem, word, n);
	stem[n] = '\0';
	for (const char *p = text_find_nocase(s, stem); p != NULL;
	    p = text_find_nocase(p + 1, stem)) {
		if ((p == s || !is_word(p[-1])) && (open || !is_word(p[n]))) {
			return true;
		}
	}
	return false;
}

static const struct {
	uint32_t	 topic;
	const char	*word;
} topic_words[] = {
	{ TOPIC_END_OF_SUPPORT,	"end of support" },
	{ TOPIC_END_OF_SUPPORT,	"end-of-support" },
	{ TOPIC_END_OF_SUPPORT,	"end of life" },
	{ TOPIC_END_OF_SUPPORT,	"end-of-life" },
	{ TOPIC_END_OF_SUPPORT,	"end of service" },
	{ TOPIC_END_OF_SUPPORT,	"end of sale*" },
	{ TOPIC_END_OF_SUPPORT,	"end-of-sale*" },
	{ TOPIC_END_OF_SUPPORT,	"end of maintenance" },
	{ TOPIC_END_OF_SUPPORT,	"eol" },
	{ TOPIC_END_OF_SUPPORT,	"discontinu*" },
	{ TOPIC_END_OF_SUPPORT,	"phase-out" },
	{ TOPIC_END_OF_SUPPORT,	"phased out" },
	{ TOPIC_END_OF_SUPPORT,	"obsolescence" },
	{ TOPIC_VULNERABILITY,	"cve-*" },
	{ TOPIC_VULNERABILITY,	"vulnerabilit*" },
	{ TOPIC_VULNERABILITY,	"security advisor*" },
	{ TOPIC_VULNERABILITY,	"security bulletin*" },
	{ TOPIC_VULNERABILITY,	"security notice*" },
	{ TOPIC_VULNERABILITY,	"exploit*" },
	{ TOPIC_UPDATE,		"firmware" },
	{ TOPIC_UPDATE,		"update" },
	{ TOPIC_UPDATE,		"updates" },
	{ TOPIC_UPDATE,		"release" },
	{ TOPIC_UPDATE,		"released" },
	{ TOPIC_UPDATE,		"releases" },
	{ TOPIC_UPDATE,		"patch" },
	{ TOPIC_UPDATE,		"patches" },
	{ TOPIC_UPDATE,		"patched" },
	{ TOPIC_UPDATE,		"hotfix*" },
	{ TOPIC_BREACH,		"breach*" },
	{ TOPIC_BREACH,		"security incident*" },
	{ TOPIC_BREACH,		"cyber incident*" },
	{ TOPIC_BREACH,		"incident" },
	{ TOPIC_BREACH,		"incidents" },
	{ TOPIC_BREACH,		"compromise" },
	{ TOPIC_BREACH,		"compromised" },
	{ TOPIC_BREACH,		"data leak*" },
};

uint32_t
words_topics(const char *s)
{
	uint32_t found = 0;

	for (size_t i = 0; i < COUNT_OF(topic_words); i++) {
		if (!(found & topic_words[i].topic) &&
		    has_word(s, topic_words[i].word)) {
			found |= topic_words[i].topic;
		}
	}
	return found;
}

static bool
has_any(const char *s, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (has_word(s, *words)) {
			return true;
		}
	}
	return false;
}

static const char *const used_words[] = { "exploited", "known_exploited",
    "active exploitation", "actively exploit*", "exploitation detected",
    "exploitation has been", "exploitation was",
    "exploitation in the wild", "exploits in the wild",
    "exploitation observed", "has observed exploitation",
    "observed exploitation", "aware of exploitation",
    "attacks in the wild",
    NULL };
static const char *const doubt_words[] = { "not", "no", "never", "none",
    "unaware", "without", "cannot", "neither", "isn't", "hasn't",
    "could", "can", "may", "might", "if", "when", "unlikely",
    "less likely", "more likely", "potentially", "would", NULL };

/* One sentence or field, cut out of the text. */
static bool
sentence_says_exploited(const char *s)
{
	if (text_find_nocase(s, "exploited:yes") != NULL ||
	    text_find_nocase(s, "exploited: yes") != NULL ||
	    text_find_nocase(s, "known exploited vulnerabilit") != NULL) {
		return !has_any(s, (const char *const[]){ "not", "no", NULL });
	}
	return has_any(s, used_words) && !has_any(s, doubt_words);
}

bool
words_say_exploited(const char *s)
{
	char part[512];

	if (text_find_nocase(s, "exploit") == NULL &&
	    text_find_nocase(s, "in the wild") == NULL) {
		return false;
	}
	while (*s != '\0') {
		size_t n = strcspn(s, ".;!?\n");
		size_t keep = n < sizeof(part) - 1 ? n : sizeof(part) - 1;

		memcpy(part, s, keep);
		part[keep] = '\0';
		if (sentence_says_exploited(part)) {
			return true;
		}
		s += n + (s[n] != '\0');
	}
	return false;
}

/* Length of the CVE id at s, or 0: four digits of the year, four or more. */
static size_t
cve_length(const char *s)
{
	size_t n = 4;

	while (n < 8 && isdigit((unsigned char)s[n])) {
		n++;
	}
	if (n != 8 || s[n] != '-') {
		return 0;
	}
	for (n = 9; isdigit((unsigned char)s[n]); n++) {
		;
	}
	return n >= 13 && n <= 28 ? n : 0;
}

uint32_t
words_cves(struct arena *mem, const char *s, const char ***ret, uint32_t max)
{
	struct ids seen = { .slots = NULL };
	const char **list = NULL;
	uint32_t n = 0;
	const char *from = s;

	for (s = text_find_nocase(s, "cve-"); s != NULL && n < max;
	    s = text_find_nocase(s + 4, "cve-")) {
		size_t len = s > from && is_word(s[-1]) ? 0 : cve_length(s);
		if (len == 0) {
			continue;
		}
		char *id = arena_text_n(mem, s, len);
		memcpy(id, "CVE", 3);
		if (ids_add(&seen, mem, id, n)) {
			list = arena_more(mem, list, n, sizeof(*list));
			list[n++] = id;
		}
	}
	*ret = list;
	return n;
}
