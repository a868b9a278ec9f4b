/* list/list.h - what the files of this room share. */
#ifndef LIST_LIST_H
#define LIST_LIST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "contract/listing.h"
#include "noun/device.h"

struct index_builder;
struct serving;

extern const struct listing listing_csv, listing_json, listing_cyclonedx;

extern const struct listing *const listings[];	/* NULL ends it */
/* By file->format, or by content if that is "" or "auto". NULL and a reason if
 * there is none. */
const struct listing *listing_of(const struct device_file *file,
    struct err *err);

/* One whole list: never fails, report->failure says what is wrong. */
void list_read(const struct device_file *file, struct arena *mem,
    listing_take *take, void *ctx, struct device_report *report);

/* "FILE:LINE: text"; one beyond ROW_REMARKS_MAX says that there were more. */
void report_remark(struct device_report *report, struct arena *mem,
    const struct device_file *file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The column that a heading stands for: enum index_column, or -1. */
int  column_of(const char *heading);

/* Names under which one maker is known, for the index: of the operator's own
 * aliases, then the built-in ones, which are put behind them in mem; the lines
 * among both are for index_builder_rules. */
struct aliases;
struct arena;
void vendors_add(struct index_builder *b, struct arena *mem,
    struct aliases *own);

int  list_serve(struct serving *s, struct err *err);
int  list_by_hand(int argc, char **argv);
#endif
