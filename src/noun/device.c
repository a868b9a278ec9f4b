#include <string.h>
#include <strings.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/pack.h"
#include "base/text.h"
#include "noun/device.h"
#include "pieces.h"

void
device_init(struct device *d)
{
	memset(d, 0, sizeof(*d));
	d->list = "";
#define X(field, heading) d->field = "";
	DEVICE_COLUMNS(X)
#undef X
}

/* unpacked by extra_unpack */
static void
extra_pack(struct buf *out, const struct device *d)
{
	pack_u32(out, d->n_extra);
	for (uint32_t i = 0; i < d->n_extra; i++) {
		pack_str(out, d->extra[i].name);
		pack_str(out, d->extra[i].value);
	}
}

/* packed by extra_pack */
static void
extra_unpack(struct unpack *in, struct arena *mem, struct device *ret)
{
	ret->extra = list_unpack(in, mem, "device.extra", EXTRA_MAX,
	    2 * LEAST_STR, sizeof(*ret->extra), &ret->n_extra);
	for (uint32_t i = 0; i < ret->n_extra; i++) {
		ret->extra[i].name = unpack_str(in, "extra.name", FIELD_MAX);
		ret->extra[i].value = unpack_str(in, "extra.value", FIELD_MAX);
	}
}

/* unpacked by device_unpack */
void
device_pack(struct buf *out, const struct device *d)
{
	pack_str(out, d->list);
#define X(field, heading) pack_str(out, d->field);
	DEVICE_COLUMNS(X)
#undef X
	extra_pack(out, d);
}

/* packed by device_pack */
void
device_unpack(struct unpack *in, struct arena *mem, struct device *ret)
{
	ret->list = unpack_str(in, "device.list", LINE_MAX_);
#define X(field, heading) \
	ret->field = unpack_str(in, "device." heading, FIELD_MAX);
	DEVICE_COLUMNS(X)
#undef X
	extra_unpack(in, mem, ret);
}

int
device_has_tag(const struct device *d, const char *tag)
{
	static const char between[] = " ,;";
	size_t len = strlen(tag);
	const char *at = d->tags;

	while (len > 0 && *at != '\0') {
		size_t n = strcspn(at, between);

		if (n == len && strncasecmp(at, tag, n) == 0)
			return 1;
		at += n;
		at += strspn(at, between);
	}
	return 0;
}

/* unpacked by device_file_unpack */
void
device_file_pack(struct buf *out, const struct device_file *f)
{
	pack_str(out, f->name);
	pack_str(out, f->path);
	pack_str(out, f->format);
	pack_bytes(out, f->bytes, f->len);
}

/* packed by device_file_pack */
void
device_file_unpack(struct unpack *in, struct device_file *ret)
{
	ret->name = unpack_str(in, "device_file.name", LINE_MAX_);
	ret->path = unpack_str(in, "device_file.path", LINE_MAX_);
	ret->format = unpack_str(in, "device_file.format", LINE_MAX_);
	ret->bytes = unpack_bytes(in, "device_file.bytes", LIST_FILE_MAX,
	    &ret->len);
}

/* unpacked by device_report_unpack */
void
device_report_pack(struct buf *out, const struct device_report *r)
{
	pack_str(out, r->name);
	pack_str(out, r->failure);
	pack_u32(out, r->devices);
	pack_u32(out, r->skipped);
	texts_pack(out, r->remarks, r->n_remarks);
}

/* packed by device_report_pack. One remark more than are named singly: the one
 * that counts the rest. */
void
device_report_unpack(struct unpack *in, struct arena *mem,
    struct device_report *ret)
{
	ret->name = unpack_str(in, "report.name", LINE_MAX_);
	ret->failure = unpack_str(in, "report.failure", LINE_MAX_);
	ret->devices = unpack_u32(in, "report.devices", UINT32_MAX);
	ret->skipped = unpack_u32(in, "report.skipped", UINT32_MAX);
	ret->remarks = texts_unpack(in, mem, "report.remarks",
	    ROW_REMARKS_MAX + 1, LINE_MAX_, &ret->n_remarks);
}
