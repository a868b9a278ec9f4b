/* contract/listing.h - what a device list format must bring.
 *
 * A format gets bytes and gives devices. Adding one = a file in src/list/, a
 * line in src/list/listings.c. */
#ifndef CONTRACT_LISTING_H
#define CONTRACT_LISTING_H
#include <stdbool.h>
#include <stddef.h>

struct device;
struct device_file;
struct device_report;
struct arena;
struct err;

/* Each device goes out by this call; strings need live only during it. 0: it
 * is taken; 1: its id is in this list already (remarked by the format); -1:
 * stop. */
typedef int listing_take(void *ctx, const struct device *d, struct err *err);

struct listing {
	const char	*name;		/* "csv" */
	bool (*sniff)(const char *p, size_t n);
	/* Rows that cannot be taken are remarks with their line, the others go
	 * on. -1: the list as a whole is unreadable. */
	int  (*read)(const struct device_file *file, struct arena *mem,
	    listing_take *take, void *ctx, struct device_report *report,
	    struct err *err);
};
#endif
