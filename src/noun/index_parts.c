/* Parts of devices: see noun/index.h. */
#include <string.h>
#include "base/text.h"
#include "noun/index.h"

bool
index_has_parts(const struct index *ix)
{
	return index_find(ix, index_key(INDEX_HOST, 1, 0)).n > 0;
}

const char *
index_part_of(const struct device *d)
{
	if (d->n_extra == 0 || d->vendor[0] != '\0' || d->model[0] != '\0' ||
	    d->name[0] != '\0' || d->part_number[0] != '\0' ||
	    d->serial[0] != '\0')
		return "";
	return index_part_text(d, INDEX_PART_OF);
}

const char *
index_part_text(const struct device *d, const char *name)
{
	for (uint32_t i = 0; i < d->n_extra; i++)
		if (text_eq(d->extra[i].name, name))
			return d->extra[i].value;
	return "";
}

uint64_t
index_host_key(const char *list, const char *id)
{
	return index_key(INDEX_HOST, 0, index_hash(list, strlen(list)) ^
	    3 * index_hash(id, strlen(id)));
}

/* The device that has the id, among those that have parts. */
static bool
host_by_id(const struct index *ix, const char *list, const char *id,
    struct arena *mem, uint32_t *ret)
{
	struct index_run run = index_find(ix, index_host_key(list, id));
	struct device d;

	for (uint32_t i = 0; i < run.n; i++) {
		if (!text_eq(index_column(ix, run.at[i], INDEX_COLUMN_id), id))
			continue;
		index_device(ix, run.at[i], mem, &d);
		if (text_eq(d.list, list)) {
			*ret = run.at[i];
			return true;
		}
	}
	return false;
}

bool
index_host(const struct index *ix, const struct device *part,
    struct arena *mem, struct device *ret, uint32_t *ret_number)
{
	const char *of = index_part_of(part);
	const char *list = part->list;
	uint32_t host, last = UINT32_MAX;

	if (of[0] == '\0')
		return false;
	/* A host stands before its parts, so this comes to an end. */
	while (of[0] != '\0' && host_by_id(ix, list, of, mem, &host) &&
	    host < last) {
		index_device(ix, host, mem, ret);
		of = index_part_of(ret);
		last = host;
	}
	*ret_number = last;
	return last != UINT32_MAX;
}
