/* noun/cvss4.h - the look-up table of CVSS 4.0; of this room only. */
#ifndef NOUN_CVSS4_H
#define NOUN_CVSS4_H
#include <stdint.h>

extern const uint8_t cvss4_scores[3 * 2 * 3 * 3 * 3 * 2];
#endif
