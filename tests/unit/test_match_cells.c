/* Cells of the version column: what is read in them, and what becomes of it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "match/cells.h"
#include "match/compare.h"
#include "match/ranges.h"

/* read: versions with a bar between, then '?' not understood, 'w' a word and
 * 'c' a code in front, '-' something was passed over. */
static const struct {
	const char	*text, *read;
} cells[] = {
	/* one version, however it is written */
	{ "4.2", "4.2" }, { "V4.2", "4.2" }, { "V 4.2", "4.2" },
	{ "FW18", "18" }, { "FW 8.7", "8.7" }, { "Firmware: V4.2", "4.2" },
	{ "fw-version 4.2", "4.2" }, { "SW Release 4", "4" },
	{ "3.6.32 Build 21120217", "3.6.32 Build 21120217" },
	{ "2.0 Build 7.1", "2.0 Build 7" },
	{ "V14 SP1 Update 14", "14 SP 1 Update 14" },
	{ "2018 SP3 P05", "2018 SP 3 Patch 5" }, { "R16A", "r16a" },
	{ "15.2(4)E10", "15.2.4.e10" }, { "03.01.07(13)", "3.1.7.13" },
	{ "vEL8.90.1620 (MR2)", "vel8.90.1620 MP 2" },
	{ "3.0.3 (Build 7)", "3.0.3 Build 7" }, { "v3.0 D14", "3.0.d14" },
	{ "1.2.3 (45)", "1.2.3.45" }, { "2.03-05", "2.3.5" },
	{ "3.1 firmware", "3.1" }, { "20.04 LTS", "20.4" },
	{ "rev 32.014", "32.14" }, { "FRN 34.011", "34.11" },
	{ "Revision 7", "7" }, { "Rev. B", "b" },
	{ "R520.2 TCU4 HFR2", "r520.2 Update 4 HF 2" },
	{ "2.420.HW01.31", "2.420.hw1.31" }, { "1.004E", "1.4e" },
	{ "AU_1.02.10", "1.2.10w" }, { "8.6.2 (10350.18)", "8.6.2.10350.18" },
	{ "14.0_51.2", "14.0.51.2" }, { "2018-1", "2018.1" },
	/* what counts something else */
	{ "HW5 FW 3.2.7.0", "3.2.7.0-" }, { "HW: 5, FW: V3.3.0.0", "3.3.0.0-" },
	{ "HW6/V4.2", "4.2-" }, { "HW V6.0 SW V4.2", "4.2-" },
	{ "V4.2 / HW 3", "4.2-" }, { "V1.2 (HW 3)", "1.2-" },
	{ "HW 12 / FW V4.2", "4.2-" }, { "FS 05 V4.2", "4.2-" },
	{ "ES05 V4.2", "4.2-" }, { "AS05, V4.2", "4.2-" },
	{ "E-Stand 3, V4.2", "4.2-" }, { "Ed.5 FW 4.2", "4.2-" },
	{ "H6 F4.2", "4.2-" }, { "H/W 3 F/W 4.2", "4.2-" },
	{ "V5.1 (Boot), V4.2 (FW)", "4.2-" }, { "Boot V5.1; 4.2", "4.2-" },
	{ "S/N 1234 V4.2", "4.2-" }, { "Series B FRN 21.006", "21.6" },
	{ "HW Rev. 2.0, FW Rev. 3.8", "3.8-" },
	{ "hw-rev 3 fw-rev 4.2", "4.2-" }, { "07/2019 V4.2", "4.2-" },
	{ "V5.0 (2023-01-02)", "5.0-" }, { "Index 3, 2.10.1", "2.10.1-" },
	{ "SN 12345678", "-" }, { "HW6", "-" }, { "MAC 00:11:22:AA:BB:CC",
	    "-" },
	/* what says nothing behind */
	{ "15.2(4)E10, RELEASE SOFTWARE (fc2)", "15.2.4.e10" },
	/* several */
	{ "4.6.1 / 4.2", "4.6.1|4.2" }, { "4.6.1, 4.2", "4.6.1|4.2" },
	{ "V3 V4", "3|4" }, { "2019: V4.2", "2019|4.2" },
	{ "FW 4.2 SW 5.1", "4.2|5.1" }, { "4.2 - 4.6", "4.2|4.6" },
	{ "1.1 1.2 1.3 1.4 1.5", "1.1|1.2|1.3|1.4?" },
	/* names */
	{ "RF650R V4.2", "4.2c" }, { "S7-1200 V4.2", "4.2c" },
	{ "6GT2811-6AB20-0AA0 V4.2", "4.2c" }, { "mGuard 10.3.0", "10.3.0w" },
	{ "Windows 10", "" }, { "see manual 3.2", "" },
	{ "SEL-3505-R148-V0-Z001001-D20200814", "r1480" },
	{ "RUT9_R_00.07.02.7", "0.7.2.7c" },
	/* nobody knows */
	{ "8.9+", "8.9?" }, { ">= 4.2", "4.2?" }, { "4.2?", "4.2?" },
	{ "", "" }, { "unknown", "" }, { "n/a", "" }, { "(", "" },
	{ "()", "" }, { "3.1 Professional", "" }, { "/", "" }, { "HW", "" },
};

START_TEST(reading)
{
	struct cell c;
	struct buf out = BUF_INIT(1000);

	cell_read(cells[_i].text, &c);
	for (unsigned i = 0; i < c.n; i++) {
		buf_puts(&out, i > 0 ? "|" : "");
		version_show(&c.version[i], &out);
	}
	buf_puts(&out, c.front_is_code ? "c" : c.strange ? "w" : "");
	buf_puts(&out, c.passed ? "-" : "");
	buf_puts(&out, c.unsure ? "?" : "");
	ck_assert_msg(strcmp(buf_text(&out), cells[_i].read) == 0,
	    "\"%s\" is read as \"%s\", not \"%s\"", cells[_i].text,
	    buf_text(&out), cells[_i].read);
	buf_clear(&out);
}
END_TEST

#define IN VERDICT_IN
#define NO VERDICT_OUT
#define UN VERDICT_UNKNOWN

static const struct {
	const char	*range, *text, *name;
	enum verdict	 verdict;
} verdicts[] = {
	{ "< 4.6.1", "HW6/V4.2", "", IN }, { "< 4.6.1", "HW3/V4.7", "", NO },
	{ "< 4.6.1", "4.6.1 / 4.2", "", UN }, { "< 4.6.1", "4.5 / 4.2", "",
	    IN },
	{ "< 4.6.1", "4.6.1 / 4.7", "", NO },
	/* a name in front */
	{ "< 4.6.1", "RF650R V4.2", "", UN }, { "< 4.6.1", "RF650R V4.7", "",
	    UN },
	{ "< 4.6.1", "RF650R V4.2", "simatic rf650r", IN },
	{ "< 4.6.1", "RF650R V4.7", "simatic rf650r", NO },
	{ "< 4.6.1", "RF650R V4.7", "simatic rf680r", UN },
	{ "< 00.07.04.2", "RUT9_R_00.07.02.7", "rut955", IN },
	{ "< 00.07.04.2", "RUT9_R_00.07.05", "rut955", NO },
	{ "< 00.07.04.2", "RUT9_R_00.07.05", "trb140", UN },
	/* both of them begin so */
	{ "< CLP300N_V1.01.02.02", "CLP300N_V1.01.02.01", "", IN },
	{ "< CLP300N_V1.01.02.02", "CLP300N_V1.01.02.02", "", NO },
	{ "< CLP300N_V1.01.02.02", "CLP400N_V1.01.02.02", "", UN },
	{ "< 10.4", "mGuard 10.3.0", "", IN },
	{ "< 10.4", "mGuard 10.5.0", "", UN },
	{ "< 10.4", "mGuard 10.5.0", "fl mguard 2102", NO },
	/* dates are of dates, and of what begins with a year */
	{ "< 4.6.1", "12/2019", "", UN }, { "< 4.6.1", "2023-01-02", "", UN },
	{ "< 4.6.1", "2 January 2023", "", UN },
	{ "< 2023.2", "2023-01-02", "", IN },
	{ "< April 20, 2023", "2023-05-02", "", NO },
	{ "< April 20, 2023", "V1.2", "", UN },
	{ "< 2022", "2023", "", NO }, { "< 2018 SP3", "2018 SP2", "", IN },
	/* addresses */
	{ "< 4.6.1", "192.168.0.10", "", UN }, { "< 223.0", "222.0.0.4", "",
	    IN },
	{ "< 4.6.1", "5.4.0.105", "", NO },
	/* a short number beside one in brackets */
	{ "<= 03.10.08(22)", "FW18", "", UN },
	{ "<= 03.10.08(22)", "03.10.08(23)", "", NO },
	{ "< V5.21(AAZF.14)C0", "V5.21(AAZF.12)C0", "", IN },
	{ "< V5.21(AAZF.14)C0", "V5.21(AAZF.14)C0", "", NO },
	{ "< V5.21(AAZF.14)C0", "V5.21(ABCD.12)C0", "", UN },
	/* or more */
	{ "< 8.9.0.0R5", "8.9+", "", UN }, { "< 8.0", "8.9+", "", UN },
	/* releases and hotfixes */
	{ "< R520.2 TCU4 HFR2", "R520.2 TCU4", "", IN },
	{ "< R520.2 TCU4 HFR2", "R520.2 TCU4 HFR2", "", NO },
	{ "< R149-V1", "SEL-3505-R148-V0-Z001001-D20200814", "", IN },
	{ "< R149-V1", "SEL-3505-R149-V1-Z001001-D20200814", "", NO },
	{ "< 4.6.1", "Rev. B", "", UN }, { "<= 33", "rev 32.014", "", IN },
	{ "< 4.6.1", "12/19", "", UN }, { "< 4.6.1", "V4.2 / 2015", "", UN },
	{ "< 4.6.1", "24 V", "", UN }, { "< 4.6.1", "16GB", "", UN },
	{ "< 4.6.1", "6ES7 512-1DK01-0AB0", "", UN },
	{ "< 4.6.1", "E05", "", UN }, { "< 4.6.1", "R5", "", NO },
	{ "< 4.6.1", "ab 5.0", "", UN }, { "< 4.6.1", "KW 12/2019", "", UN },
	{ "< AU_1.02.10", "AU_1.02.10", "", NO },
	/* all is all */
	{ "vers:all/*", "HW6 / 8+", "", IN },
};

START_TEST(testing)
{
	struct arena mem = ARENA_INIT;
	struct range r;
	struct cell c;
	bool lone;

	range_read(verdicts[_i].range, VERSION_RANGE, &mem, &r);
	cell_read(verdicts[_i].text, &c);
	enum verdict got = range_test_cell(&r, &c, cell_names(&c,
	    verdicts[_i].name), &lone);
	ck_assert_msg(got == verdicts[_i].verdict, "\"%s\" in \"%s\": %d, not "
	    "%d", verdicts[_i].text, verdicts[_i].range, (int)got,
	    (int)verdicts[_i].verdict);
	arena_clear(&mem);
}
END_TEST

#define COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("match cells");
	TCase *c = tcase_create("cells");

	tcase_add_loop_test(c, reading, 0, COUNT(cells));
	tcase_add_loop_test(c, testing, 0, COUNT(verdicts));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}
