/* vendors.c - makers that are known under several names.
 *
 * Brands, former names and owners whose products are sold under either name;
 * facts that anybody can look up on the makers' pages. Spelling, case and legal
 * forms need no entry. This table becomes data (etc/vendors/) that the keeper
 * hands to `list` with the ask. */
#include "list.h"
#include "noun/index.h"

#define GROUP_MAX 12
static const char *const groups[][GROUP_MAX] = {
	{ "Siemens", "Siemens AG", "Siemens Industry", "SIEMENS Digital "
	    "Industries", "RuggedCom", "Siemens ProductCERT", NULL },
	{ "Siemens Healthineers", "Siemens Healthcare", NULL },
	{ "Rockwell Automation", "Rockwell", "Allen-Bradley",
	    "Allen Bradley", "Rockwell Software", NULL },
	{ "Schneider Electric", "Schneider", "Schneider Electric Software",
	    "Telemecanique", "Modicon", "APC by Schneider Electric",
	    "Schneider-Electric", NULL },
	{ "AVEVA", "AVEVA Software", "Wonderware", "Invensys", NULL },
	{ "OSIsoft", "OSI Soft", NULL },
	{ "Mitsubishi Electric", "Mitsubishi", "Mitsubishi Electric "
	    "Automation", NULL },
	{ "Phoenix Contact", "PhoenixContact", "Innominate", "Innominate "
	    "Security Technologies", NULL },
	{ "CODESYS", "3S-Smart Software Solutions", "3S Smart Software",
	    "3S-Software", NULL },
	{ "General Electric", "GE", "GE Digital", "GE Vernova",
	    "GE Grid Solutions", "GE Intelligent Platforms", "GE Automation",
	    "GE Power", NULL },
	{ "GE Healthcare", "GE HealthCare Technologies",
	    "General Electric Healthcare", NULL },
	{ "Emerson", "Emerson Electric", "Emerson Process Management",
	    "Emerson Automation Solutions", NULL },
	{ "Hitachi Energy", "Hitachi ABB Power Grids", "ABB Power Grids",
	    NULL },
	{ "ABB", "Asea Brown Boveri", NULL },
	{ "B&R", "B&R Industrial Automation", "B&R Automation",
	    "Bernecker & Rainer", NULL },
	{ "Delta Electronics", "Delta", "Delta Industrial Automation",
	    NULL },
	{ "Honeywell", "Honeywell International",
	    "Honeywell Process Solutions", NULL },
	{ "Johnson Controls", "JCI", "Johnson Contols", "Exacq Technologies",
	    "Sensormatic Electronics", "American Dynamics",
	    "Software House", "Tyco", NULL },
	{ "Schweitzer Engineering Laboratories", "SEL", "Schweitzer", NULL },
	{ "Moxa", "MOXA Technologies", NULL },
	{ "WAGO", "WAGO Kontakttechnik", NULL },
	{ "Beckhoff", "Beckhoff Automation", NULL },
	{ "Omron", "Omron Automation", "Omron Electronics", NULL },
	{ "Yokogawa", "Yokogawa Electric", NULL },
	{ "Fuji Electric", "Fuji", "Hakko Electronics", NULL },
	{ "Philips", "Philips Healthcare", "Philips Medical Systems",
	    "Koninklijke Philips", NULL },
	{ "Becton Dickinson", "BD", "Becton, Dickinson and Company",
	    "Becton Dickinson (BD)", "CareFusion", NULL },
	{ "Baxter", "Baxter Healthcare", "Hillrom", "Hill-Rom",
	    "Welch Allyn", NULL },
	{ "AutomationDirect", "Automation Direct", "Koyo", NULL },
	{ "Hirschmann", "Belden", "Hirschmann Automation and Control",
	    "Belden Hirschmann", NULL },
	{ "Bosch Rexroth", "Rexroth", NULL },
	{ "Bosch", "Robert Bosch", "Bosch Security Systems", NULL },
	{ "Advantech", "Advantech B+B", "B+B SmartWorx", NULL },
	{ "Inductive Automation", "Ignition", NULL },
	{ "Pepperl+Fuchs", "Pepperl and Fuchs", "Pepperl & Fuchs", NULL },
	{ "ControlByWeb", "Control By Web", "Xytronix Research & Design",
	    NULL },
	{ "Weintek", "Weintek Labs", NULL },
	{ "Red Lion", "Red Lion Controls", "Sixnet", NULL },
	{ "Panasonic", "Panasonic Electric Works", NULL },
	{ "LS Electric", "LS ELECTRIC", "LSIS", "LS Industrial Systems",
	    NULL },
	{ "Trane", "Trane Technologies", NULL },
	{ "Carrier", "Automated Logic", "Automated Logic Corporation", NULL },
	{ "Medtronic", "Covidien", NULL },
	{ "Cisco", "Cisco Systems", NULL },
	{ "Hewlett Packard Enterprise", "HPE", NULL },
	{ "HP", "Hewlett-Packard", "HP Inc", NULL },
	{ "Eaton", "Eaton Electrical", "Cooper Power Systems", NULL },
	{ "Festo", "Festo SE", "Festo Didactic", NULL },
	{ "Endress+Hauser", "Endress Hauser", NULL },
	{ "Palo Alto Networks", "Palo Alto", NULL },
};

void
vendors_add(struct index_builder *b)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		index_builder_alias(b, groups[i]);
}
