/* version_words.c - the words that are printed around versions. Pure. */
#include <string.h>
#include "version_words.h"
#include "base/text.h"

bool
word_is_one(const char *const *words, const char *s, size_t n)
{
	for (const char *const *w = words; *w != NULL; w++)
		if (strlen(*w) == n && memcmp(*w, s, n) == 0)
			return true;
	return false;
}

/* Words that stand before or behind a version and say nothing of it. */
bool
version_empty_word(const char *s, size_t n)
{
	static const char *const words[] = {
		"v", "ver", "vers", "version", "versions", "firmware", "fw",
		"software", "sw", "release", "rel", "bios", "stable", "final",
		"ga", "lts", "frn", "no", "nr", "number", "os", "driver",
		"image", "latest", "current", "installed",
		NULL
	};
	/* "FortiOS", "ALEOS": a system, of which the list has the version. */
	return word_is_one(words, s, n) || (n > 2 && n < 10 &&
	    memcmp(s + n - 2, "os", 2) == 0);
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
	{ "tcu", TOP_UPDATE, false },
	{ "hf", TOP_HOTFIX, false }, { "hfr", TOP_HOTFIX, false },
	{ "hotfix", TOP_HOTFIX, false },
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
	{ "service", "release", TOP_SERVICE_PACK },
	{ "maintenance", "pack", TOP_MAINTENANCE_PACK },
	{ "maintenance", "release", TOP_MAINTENANCE_PACK },
	{ "feature", "pack", TOP_FEATURE_PACK },
	{ "fix", "pack", TOP_FEATURE_PACK },
	{ "cumulative", "update", TOP_CUMULATIVE },
	{ "hot", "fix", TOP_HOTFIX },
};

int
version_top(const char *s, size_t n, bool apart)
{
	for (size_t i = 0; i < sizeof(top_words) / sizeof(top_words[0]); i++)
		if (strlen(top_words[i].word) == n &&
		    memcmp(top_words[i].word, s, n) == 0 &&
		    (apart || !top_words[i].alone))
			return (int)top_words[i].top;
	return -1;
}

unsigned
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

uint64_t
pack_letters(const char *s, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (i < n ? (uint8_t)s[i] : 0);
	return v;
}

bool
version_before_release(uint64_t letters)
{
	static const char *const words[] = {
		"alpha", "beta", "rc", "preview", "pre", "dev", NULL
	};
	for (const char *const *w = words; *w != NULL; w++)
		if (letters == pack_letters(*w, strlen(*w)))
			return true;
	return false;
}

int
version_two_words(const char *s, size_t n, size_t len, size_t *end)
{
	for (size_t i = 0; i < sizeof(two_words) / sizeof(two_words[0]); i++) {
		size_t more = strlen(two_words[i].second);
		if (strlen(two_words[i].first) != len || n < len + 1 + more ||
		    memcmp(s, two_words[i].first, len) != 0 || s[len] != ' ' ||
		    memcmp(s + len + 1, two_words[i].second, more) != 0 ||
		    (n > len + 1 + more && is_small(s[len + 1 + more])))
			continue;
		*end = len + 1 + more;
		return (int)two_words[i].top;
	}
	return -1;
}

int
version_top_word(const char *s, size_t n)
{
	return version_top(s, n, true);
}
