/* base/text.h - numbers, UTF-8, escaping, small string chores. No locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

/* ASCII; is_small in text that is folded, where no other letters are. */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_letter(char c)
{
	return is_small(c) || (c >= 'A' && c <= 'Z');
}

static inline bool
is_alnum(char c)
{
	return is_letter(c) || is_digit(c);
}

/* Whole string, decimal digits only, within [min,max]. 0 or -1. */
int	 text_u32(const char *s, uint32_t min, uint32_t max, uint32_t *ret);
int	 text_i64(const char *s, int64_t min, int64_t max, int64_t *ret);
/* "30s" "15m" "4h" "7d" "2w" (also "15 min", "2 hours"): seconds. 0 or -1. */
int	 text_duration(const char *s, int64_t *ret_seconds);
/* "64 KiB" "5 MiB" "1 GiB" "4096": bytes. 0 or -1. */
int	 text_size(const char *s, int64_t *ret_bytes);

bool	 text_is_utf8(const char *s, size_t n);
/* Length of the UTF-8 sequence at s (1-4), or 0 if it is broken; *ret gets the
 * code point. Never reads behind n. */
size_t	 text_rune(const char *s, size_t n, uint32_t *ret);
/* Valid UTF-8 without C0/C1 controls: broken sequences become U+FFFD, controls
 * and line breaks one blank. For everything from outside that must be one
 * line.*/
char	*text_line(struct arena *a, const char *s);
/* The same, but line breaks are kept as \n and tabs as blanks. */
char	*text_block(struct arena *a, const char *s);
/* UTF-8 that was read as Latin-1/CP1252 and saved again ("GeutebrÃ¼ck") is
 * repaired once; anything else is returned as it is. */
char	*text_mojibake(struct arena *a, const char *s);
/* A copy in a field of `room` bytes, cut at a character border if need be. */
void	 text_copy(char *to, size_t room, const char *from);
/* Cut to at most n bytes at a character border, without a trailing half. */
size_t	 text_cut(const char *s, size_t n);
/* Printable ASCII for logs and errors: others as \xNN, \n, \", at most max
 * bytes with "..." behind. Appends. */
void	 text_show(struct buf *out, const char *s, size_t max);
/* The same, but valid UTF-8 passes, except for controls, direction marks and
 * what has no width. */
void	 text_show_utf8(struct buf *out, const char *s, size_t max);

bool	 text_eq(const char *a, const char *b);		/* NULL equals NULL */
bool	 text_eq_nocase(const char *a, const char *b);	/* ASCII */
bool	 text_starts(const char *s, const char *prefix);
bool	 text_ends(const char *s, const char *suffix);
/* ASCII case-insensitive find; NULL if absent. */
const char *text_find_nocase(const char *hay, const char *needle);
char	*text_lower(struct arena *a, const char *s);	/* ASCII */
/* blanks, NBSP at both ends */
char	*text_trim(struct arena *a, const char *s);
/* * and ?, ASCII nocase */
bool	 text_glob(const char *pattern, const char *s);
/* The nearest of `names` (NULL-terminated) for "did you mean"; NULL if none is
 * within a third of the word's length. */
const char *text_nearest(const char *word, const char *const *names);
void	 text_hex(const uint8_t *p, size_t n, char *out);	/* 2n+1 bytes */
#endif
