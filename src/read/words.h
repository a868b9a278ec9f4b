/* read/words.h - text from outside into text of ours, and the little that we
 * look for in free text. Pure functions over an arena. */
#ifndef READ_WORDS_H
#define READ_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* One line, trimmed, mojibake repaired, at most LINE_MAX_ bytes. *ret_cut (may
 * be NULL) tells whether something was lost. */
const char *words_line(struct arena *mem, const char *s, bool *ret_cut);
/* Text with line breaks, trimmed, at most TEXT_MAX bytes. */
const char *words_text(struct arena *mem, const char *s, bool *ret_cut);
/* The beginning of a text as one paragraph: blanks folded, at most `max` bytes,
 * "..." behind if it was cut at a word. */
const char *words_summary(struct arena *mem, const char *s, size_t max);

/* Topics that the words of a title or text speak of; 0 if none. */
uint32_t words_topics(const char *s);
/* Does the text say that the hole is being used? Negations and "could be" do
 * not count. */
bool words_say_exploited(const char *s);

/* CVE ids in order of first mention, upper case, each once; at most `max`. */
uint32_t words_cves(struct arena *mem, const char *s, const char ***ret,
    uint32_t max);
#endif
