#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "noun/advisory.h"
#include "noun/document.h"
#include "talk/ask.h"
#include "talk/helper.h"
#include "feed_xml.h"
#include "ids.h"
#include "read.h"

int
read_prepare(struct err *err)
{
	(void)err;
	ids_seed();
	json_prepare();
	feed_xml_prepare();
	return 0;
}

/* READ: document, its bytes -> reading. */
int
read_serve(struct serving *s, struct err *err)
{
	struct buf packed = BUF_INIT(ADVISORY_MAX);
	struct document doc;
	struct reading reading;
	int rc = -1;

	document_unpack(s->ask, &doc);
	if (unpack_done(s->ask, err) < 0) {
		return -1;
	}
	if (s->ask_body->fd < 0) {
		return err_input(err, "no document came with the ask");
	}
	if (document_read(&doc, s->ask_body->map, s->ask_body->len, s->mem,
	    &reading, err) < 0) {
		goto out;
	}
	reading_pack(&packed, &reading);
	if (packed.over) {
		err_limit(err, "what was read is larger than %u bytes",
		    ADVISORY_MAX);
		goto out;
	}
	rc = blob_of(s->answer_body, "reading", packed.data, packed.len, err);
out:
	buf_clear(&packed);
	return rc;
}
