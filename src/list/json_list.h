/* list/json_list.h - what json.c and cyclonedx.c share. */
#ifndef LIST_JSON_LIST_H
#define LIST_JSON_LIST_H
#include "contract/listing.h"
#include "noun/device.h"

struct json;

struct taker {
	const struct device_file *file;
	struct arena		*mem;
	listing_take		*take;
	void			*ctx;
	struct device_report	*report;
	struct err		*err;
	unsigned		 row;
};

/* One line of at most FIELD_MAX bytes. */
const char *field(struct taker *t, const char *text);
/* A value as text: "" for what is none; words of a list are joined. */
const char *value_text(struct taker *t, const struct json *v);
/* If nothing is there yet; column: enum index_column. */
void set_column(struct device *d, int column, const char *text);

/* A whole bill of materials. -1: stop. */
int  take_bom(struct taker *t, const struct json *root);
#endif
