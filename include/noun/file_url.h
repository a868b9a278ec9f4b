/* noun/file_url.h - the path of a file: URL.
 *
 * For the config check, the keeper (which tells `fetch` what it may read) and
 * `fetch` itself, so that all three mean the same folder. */
#ifndef NOUN_FILE_URL_H
#define NOUN_FILE_URL_H

struct arena;
struct err;

/* RFC 8089: "file:///path", "file:/path", "file://localhost/path"; %XX is
 * decoded. The path is absolute and lives in mem. */
int file_url_path(const char *url, struct arena *mem, const char **ret,
    struct err *err);
#endif
