/* read/url.h - addresses in documents: whole from relative (RFC 3986 section
 * 5), and which of them may be followed or shown. */
#ifndef READ_URL_H
#define READ_URL_H
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* "https" and so on in lower case; false if s has no scheme. */
bool url_scheme(const char *s, char *out, size_t room);
/* http, https, ftp, mailto: fit for a link in a mail. */
bool url_for_people(const char *s);
/* `ref` as seen from `base`; "" if base is no whole address and ref neither, or
 * if the result is longer than URL_TEXT_MAX. Blanks and bytes that an address
 * cannot have are percent-encoded. */
const char *url_join(struct arena *mem, const char *base, const char *ref);
/* May the document at `base` send us to `url`? http and https always, file only
 * from a file. */
bool url_may_follow(const char *base, const char *url);
/* Scheme, host and path; no query, no fragment. */
const char *url_bare(struct arena *mem, const char *url);
/* Up to and with the last '/' of the path. */
const char *url_folder(struct arena *mem, const char *url);
/* Where the path begins: at its '/', or at the end. */
size_t url_path_at(const char *url);
#endif
