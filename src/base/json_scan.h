/* base/json_scan.h - what is looked at before jansson sees a document. For
 * json.c only. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H
#include <stddef.h>

struct err;

/* Refuses NUL bytes and what nests deeper than JSON_DEPTH_MAX (a parser may
 * recurse). Writes the document without white space between its tokens to out,
 * which has room for n bytes: what is JSON stays the same JSON, what is none
 * stays none. -1 with err at line:column. */
int json_scan(const char *s, size_t n, char *out, size_t *ret_len,
    struct err *err);
#endif
