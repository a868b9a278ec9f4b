/* columns.c - the headings that people give the columns of their lists. */
#include <string.h>
#include "list.h"
#include "noun/index.h"

/* Folded: small letters and digits only. */
struct alias {
	const char		*heading;
	enum index_column	 column;
};

#define A(heading, column) { heading, INDEX_COLUMN_##column }
static const struct alias aliases[] = {
	A("id", id), A("device", id), A("deviceid", id), A("asset", id),
	A("assetid", id), A("assettag", id), A("assetnumber", id),
	A("assetno", id), A("inventorynumber", id), A("inventoryno", id),
	A("inventoryid", id), A("equipmentid", id), A("ci", id),
	A("bomref", id), A("uuid", id), A("key", id),
	A("name", name), A("hostname", name), A("host", name),
	A("devicename", name), A("assetname", name), A("displayname", name),
	A("label", name), A("equipment", name),
	A("vendor", vendor), A("manufacturer", vendor), A("make", vendor),
	A("maker", vendor), A("brand", vendor), A("vendorname", vendor),
	A("manufacturername", vendor), A("oem", vendor), A("mfr", vendor),
	A("mfg", vendor), A("hersteller", vendor), A("supplier", vendor),
	A("publisher", vendor),
	A("model", model), A("product", model), A("productname", model),
	A("type", model), A("modelname", model), A("producttype", model),
	A("devicetype", model), A("devicemodel", model), A("produkt", model),
	A("modell", model), A("typ", model), A("assetmodel", model),
	A("version", version), A("firmware", version), A("fw", version),
	A("softwareversion", version), A("firmwareversion", version),
	A("swversion", version), A("fwversion", version),
	A("firmwarerevision", version), A("fwrev", version),
	A("firmwarerev", version), A("fwrevision", version),
	A("software", version), A("sw", version), A("swrev", version),
	A("installedversion", version), A("currentversion", version),
	A("productversion", version), A("osversion", version),
	A("release", version), A("ver", version),
	A("hwversion", hw_version), A("hardwareversion", hw_version),
	A("hardware", hw_version), A("hw", hw_version),
	A("hardwarerevision", hw_version), A("hwrevision", hw_version),
	A("hwrev", hw_version), A("hardwarerev", hw_version),
	A("partnumber", part_number), A("partno", part_number),
	A("partnum", part_number), A("pn", part_number),
	A("part", part_number), A("ordernumber", part_number),
	A("orderno", part_number), A("ordercode", part_number),
	A("orderid", part_number), A("mlfb", part_number),
	A("sku", part_number), A("article", part_number),
	A("articlenumber", part_number), A("articleno", part_number),
	A("modelnumber", part_number), A("modelno", part_number),
	A("materialnumber", part_number), A("catalognumber", part_number),
	A("catalogno", part_number), A("catno", part_number),
	A("bestellnummer", part_number), A("artikelnummer", part_number),
	A("serial", serial), A("serialnumber", serial), A("serialno", serial),
	A("sn", serial), A("serno", serial), A("seriennummer", serial),
	A("cpe", cpe), A("cpe23", cpe), A("cpename", cpe),
	A("purl", purl), A("packageurl", purl),
	A("site", site), A("location", site), A("plant", site),
	A("facility", site), A("standort", site),
	A("zone", zone), A("area", zone), A("segment", zone),
	A("network", zone), A("networkzone", zone), A("cell", zone),
	A("owner", owner), A("responsible", owner), A("team", owner),
	A("contact", owner), A("assetowner", owner),
	A("email", email), A("mail", email), A("owneremail", email),
	A("contactemail", email), A("emailaddress", email),
	A("criticality", criticality), A("priority", criticality),
	A("importance", criticality), A("critical", criticality),
	A("tags", tags), A("tag", tags), A("labels", tags),
	A("group", tags), A("groups", tags),
	A("supportuntil", support_until), A("endofsupport", support_until),
	A("eos", support_until), A("eol", support_until),
	A("endoflife", support_until), A("supportend", support_until),
	A("supportends", support_until), A("contractend", support_until),
	A("endofsupportdate", support_until),
};
#undef A

int
column_of(const char *heading)
{
	char folded[32];
	size_t n = 0;

	for (; *heading != '\0'; heading++) {
		char c = *heading;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		/* Blanks and punctuation between words, and NBSP. */
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (n + 1 >= sizeof(folded))
			return -1;
		folded[n++] = c;
	}
	folded[n] = '\0';
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(aliases[i].heading, folded) == 0)
			return (int)aliases[i].column;
	return -1;
}
