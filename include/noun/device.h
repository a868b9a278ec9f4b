/* noun/device.h - something the customer owns, and the index of all of them. */
#ifndef NOUN_DEVICE_H
#define NOUN_DEVICE_H
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct unpack;

/* The columns, in the order of every listing. X(field, heading) */
#define DEVICE_COLUMNS(X)			\
	X(id,		"id")			\
	X(name,		"name")			\
	X(vendor,	"vendor")		\
	X(model,	"model")		\
	X(version,	"version")		\
	X(hw_version,	"hw_version")		\
	X(part_number,	"part_number")		\
	X(serial,	"serial")		\
	X(cpe,		"cpe")			\
	X(purl,		"purl")			\
	X(site,		"site")			\
	X(zone,		"zone")			\
	X(owner,	"owner")		\
	X(email,	"email")		\
	X(criticality,	"criticality")		\
	X(tags,		"tags")			\
	X(support_until, "support_until")

struct column {
	const char	*name, *value;
};

struct device {
	const char	*list;		/* name of its list */
#define X(field, heading) const char *field;
	DEVICE_COLUMNS(X)
#undef X
	struct column	*extra;		/* any further column, kept and shown */
	uint32_t	 n_extra;
};

void device_init(struct device *d);		/* all strings "" */
void device_pack(struct buf *out, const struct device *d);
void device_unpack(struct unpack *in, struct arena *mem, struct device *ret);
/* tags are separated by blank, comma or semicolon */
int  device_has_tag(const struct device *d, const char *tag);

/* One list of a LIST ask. The ask's blob is pack_u32 n, then n of these. */
struct device_file {
	const char	*name;		/* of the list */
	const char	*path;		/* for messages */
	const char	*format;	/* "csv" ...; "" = by content */
	const void	*bytes;
	size_t		 len;
};

void device_file_pack(struct buf *out, const struct device_file *f);
void device_file_unpack(struct unpack *in, struct device_file *ret);

/* What LIST says of each list; the inline answer is pack_u32 n, then these. */
struct device_report {
	const char	*name;
	/* why the whole list is unreadable; "" = fine */
	const char	*failure;
	uint32_t	 devices;	/* taken */
	uint32_t	 skipped;	/* rows not taken */
	/* "FILE:LINE: ..." */
	const char	**remarks;	uint32_t n_remarks;
};

void device_report_pack(struct buf *out, const struct device_report *r);
void device_report_unpack(struct unpack *in, struct arena *mem,
    struct device_report *ret);
#endif
