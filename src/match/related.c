/* related.c - how the words of a product's name stand to those of a device's.
 * A number or an order code tells products apart; "controller" does not, and
 * neither does a brand that one of them leaves out. */
#include <string.h>
#include "names.h"
#include "version_words.h"

static bool
is_word(const struct name *n, const struct name_token *t, const char *word)
{
	return word[0] == n->flat[t->at] && strlen(word) == t->len &&
	    memcmp(n->flat + t->at, word, t->len) == 0;
}

#define OF_A_LETTER 16

/* Words by their first letter. */
static bool
is_one_of(const struct name *n, const struct name_token *t,
    const char *const by[26][OF_A_LETTER])
{
	const char *s = n->flat + t->at;

	if (s[0] < 'a' || s[0] > 'z' || t->len < 2)
		return false;
	for (const char *const *w = by[s[0] - 'a']; *w != NULL; w++)
		if ((*w)[1] == s[1] && is_word(n, t, *w))
			return true;
	return false;
}

/* Kinds of things: they say what it is, not which one. */
bool
token_is_weak(const struct name *n, const struct name_token *t)
{
	static const char *const words[26][OF_A_LETTER] = {
		['a' - 'a'] = { "adapter", "analyzer", "automation", "access",
		    "antrieb", "automate" },
		['b' - 'a'] = { "bedienpanel", "bediengeraet" },
		['c' - 'a'] = { "cpu", "cpus", "camera", "cameras", "card",
		    "converter", "charger" },
		['d' - 'a'] = { "drive", "drives", "distributed", "dome",
		    "dcs", "drucker" },
		['e' - 'a'] = { "ethernet" },
		['f' - 'a'] = { "frequenzumrichter" },
		['g' - 'a'] = { "gateway", "gateways" },
		['h' - 'a'] = { "hmi", "hardware" },
		['i' - 'a'] = { "inverter", "inverters", "industrial",
		    "interface", "instrument", "ip" },
		['k' - 'a'] = { "kamera" },
		['l' - 'a'] = { "logic", "leser", "lesegeraet" },
		['m' - 'a'] = { "module", "modules", "meter", "meters",
		    "managed", "main", "monitor", "monitors", "messumformer" },
		['n' - 'a'] = { "network", "netzteil", "netzgeraet" },
		['p' - 'a'] = { "plc", "plcs", "panel", "panels",
		    "programmable", "power", "point", "points", "pump",
		    "pumps", "printer", "portfolio", "ptz" },
		['r' - 'a'] = { "router", "routers", "relay", "relays",
		    "recorder", "recorders", "range", "rtu", "rtus", "reader",
		    "readers", "regler" },
		['s' - 'a'] = { "switch", "switches", "sensor", "sensors",
		    "system", "systems", "scanner", "station", "stations",
		    "standalone", "scada", "steuerung", "sps", "schalter",
		    "schutzrelais" },
		['t' - 'a'] = { "transmitter", "transmitters", "terminal",
		    "terminals" },
		['u' - 'a'] = { "unit", "units", "ups", "umrichter" },
		['v' - 'a'] = { "variateur" },
		['w' - 'a'] = { "web" },
		['z' - 'a'] = { "zaehler" },
	};
	/* These say little only at the end: "S7-1500 Software Controller". */
	static const char *const last_words[] = { "software", "application",
	    "platform", "server", "suite", "tool", NULL };

	if (t->kind != NAME_WORD)
		return t->kind == NAME_NOISE;
	if (is_one_of(n, t, words))
		return true;
	if (t != &n->token[n->n - 1])
		return is_word(n, t, "control") && is_word(n, t + 1,
		    "system");
	for (const char *const *w = last_words; *w != NULL; w++)
		if (is_word(n, t, *w))
			return true;
	return false;
}

/* "S7-1200", "NX-200": a number that no other product will have by chance. */
bool
token_is_strong(const struct name *n, const struct name_token *t)
{
	unsigned digits = 0, letters = 0;

	if (t->kind != NAME_CODE)
		return false;
	for (unsigned i = 0; i < t->len; i++) {
		char c = n->flat[t->at + i];
		digits += c >= '0' && c <= '9';
		letters += (c >= 'a' && c <= 'z') || (signed char)c < 0;
	}
	return (digits >= 2 && digits + letters >= 4) ||
	    (letters >= 1 && digits >= 2 && digits + letters >= 3);
}

/* What one name says that the other does not. */
struct extra {
	unsigned	 n;		/* all of these */
	unsigned	 lines, codes, words;
	unsigned	 front;		/* words before any number: brands */
	unsigned	 brands;	/* known ones, not among n */
	bool		 between;	/* such a word parts two shared ones */
	bool		 included;	/* it has one of an "(incl. ...)" */
	bool		 long_code;	/* a code of three signs or more */
};

unsigned
share_code(const struct name *p, const struct name *d)
{
	unsigned best = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind != NAME_CODE || !has_token(d, t->hash))
			continue;
		bool letter = false;
		for (unsigned k = 0; k < t->len; k++)
			letter |= p->flat[t->at + k] >= 'a';
		unsigned own = !token_is_strong(p, t) ? 1 :
		    letter && t->len >= 5 ? 3 : 2;
		best = own > best ? own : best;
	}
	return best;
}

/* Is what one says beyond the other so little that both are one product? */
static bool
says_little(const struct extra *x, unsigned share)
{
	if (x->codes > 0 || x->words > 0)
		return false;
	return x->front == 0 ? share > 0 : x->front == 1 ? share > 1 :
	    x->front <= 3 && share > 2;
}

/* Legal forms are left out: kinds of the index do not tell them apart. */
static bool
maker_says(const struct name *maker, uint64_t hash)
{
	for (unsigned i = 0; i < maker->n; i++)
		if (maker->token[i].hash == hash &&
		    maker->token[i].kind != NAME_NOISE)
			return !name_is_form(maker, &maker->token[i]);
	return false;
}

/* "Connex Spot Monitor (CSM)", "Information Center iX (ICiX)": does the
 * bracket shorten the words before it? It begins as one of them does, and all
 * its letters follow in their order up to the last word. */
static bool
is_short_form(const struct name *n, unsigned i)
{
	const struct name_token *t = &n->token[i];
	const char *s = n->flat + t->at;

	if (t->at == 0 || s[-1] != '(' || s[t->len] != ')' || t->len < 2 ||
	    t->len > 6)
		return false;
	for (unsigned k = 0; k < i; k++) {
		unsigned got = 0, last = k;
		if (n->flat[n->token[k].at] != s[0])
			continue;
		for (unsigned q = k; q < i; q++)
			for (unsigned c = 0; c < n->token[q].len; c++)
				if (got < t->len && s[got] ==
				    n->flat[n->token[q].at + c]) {
					got++;
					last = q;
				}
		if (got == t->len && last + 1 == i)
			return true;
	}
	return false;
}

/* "(incl. SIPLUS variants)": these words may stand in a member's name. */
static bool
is_included(const struct name *n, uint64_t hash)
{
	for (unsigned i = 0; i < n->n; i++)
		if (n->token[i].hash == hash &&
		    n->token[i].kind == NAME_NOISE)
			return true;
	return false;
}

/* Is p nothing but an order number, with which d ends? What stands before it
 * there is its family's name: "Modicon M340 module BMXNOE0110". */
static bool
is_ordered(const struct name *p, const struct name *d)
{
	const struct name_token *own = NULL, *last = NULL;
	unsigned digits = 0, letters = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind != NAME_NOISE)
			own = &p->token[i];
	for (unsigned i = 0; i < d->n; i++)
		if (d->token[i].kind != NAME_NOISE)
			last = &d->token[i];
	if (p->words != 1 || own == NULL || last == NULL ||
	    own->kind != NAME_CODE || own->hash != last->hash)
		return false;
	for (unsigned i = 0; i < own->len; i++) {
		char c = p->flat[own->at + i];
		digits += c >= '0' && c <= '9';
		letters += c >= 'a' && c <= 'z';
	}
	return digits >= 4 && letters >= 3;
}

/* A family of CPUs has no other modules: "SIPLUS S7-1200 CP 1243-1". */
static bool
is_other_module(const struct name *p, const struct name *d)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind != NAME_NOISE &&
		    is_word(p, &p->token[i], "cpu"))
			return !has_token(d, p->token[i].hash);
	return false;
}

/* "(IGSSdataServer.exe)", "(CPR 9 SR 12)", "(64-bit)": remarks in brackets
 * about a file or a release, not about which product. */
static bool
is_remark(const struct name *n, const struct name_token *t)
{
	static const char *const words[] = { "cpr", "sr", "32-bit", "64-bit",
	    NULL };
	size_t open = t->at, end = (size_t)t->at + t->len;
	bool release = false;

	while (open > 0 && n->flat[open - 1] != '(' &&
	    n->flat[open - 1] != ')')
		open--;
	if (open == 0 || n->flat[open - 1] != '(')
		return false;
	while (n->flat[end] != '\0' && n->flat[end] != ')')
		end++;
	if (n->flat[end] != ')')
		return false;
	if (end - open > 4 && memcmp(n->flat + end - 4, ".exe", 4) == 0)
		return true;
	for (unsigned i = 0; i < n->n; i++) {
		const struct name_token *own = &n->token[i];
		bool word = false;
		if (own->at < open || own->at >= end)
			continue;
		for (const char *const *w = words; *w != NULL; w++)
			word |= is_word(n, own, *w);
		release |= word;
		if (!word && own->kind != NAME_NOISE && (own->len > 2 ||
		    n->flat[own->at] > '9'))
			return false;
	}
	return release;
}

/* "V7.5 SP2", "V3.5 SP18 Patch 3": of the line, and no name. */
static bool
is_behind_line(const struct name *n, unsigned at)
{
	bool number = false;

	for (unsigned i = at; n->token[i].kind != NAME_LINE; i--) {
		const struct name_token *t = &n->token[i];
		unsigned len = t->len;
		while (len > 0 && n->flat[t->at + len - 1] <= '9' &&
		    n->flat[t->at + len - 1] >= '0')
			len--;
		bool word = version_top(n->flat + t->at, len, false) >= 0;
		/* A number needs its word in front. */
		if (i == 0 || !(word || (len == 0 && !number)))
			return false;
		number = len == 0;
	}
	return at > 0 && !number;
}

/* both: each says something, so that even known brands and remarks tell. */
static struct extra
extra_of(const struct lookup *l, const struct name *more,
    const struct name *less, const struct name *words, bool both)
{
	struct extra x = { .n = 0 };
	bool code = false, shared = false, parted = false;
	bool device = more != &l->name;
	int nothing = -1;		/* do brands say it? */

	for (unsigned i = 0; i < more->n; i++) {
		const struct name_token *t = &more->token[i];
		bool there = has_token(less, t->hash);
		code |= t->kind == NAME_CODE;
		/* "Comfort Outdoor Panels" is a line beside "Comfort Panels",
		 * but "Smart Gate 7" may be "Gate 7". */
		if (there && t->kind == NAME_WORD) {
			x.between |= parted;
			shared = true;
		}
		/* A word of the maker, as in "Schneider Electric Software". */
		if (t->kind == NAME_NOISE || there ||
		    maker_says(words, t->hash) || is_short_form(more, i))
			continue;
		if (device && is_included(less, t->hash)) {
			x.included = true;
			continue;
		}
		if (!both && is_brand(l, t->hash)) {
			if (nothing < 0)
				nothing = brands_say_nothing(l, device ? more :
				    less);
			x.brands += nothing == 1;
			if (nothing == 1)
				continue;
		}
		if (!both && is_remark(more, t))
			continue;
		x.n++;
		if (t->kind == NAME_LINE || (device && is_behind_line(more, i)))
			x.lines++;
		else if (t->kind == NAME_CODE) {
			x.codes++;
			x.long_code |= t->len > 2;
		} else if (!token_is_weak(more, t)) {
			code ? x.words++ : x.front++;
			parted |= shared;
		}
	}
	return x;
}

/* Are these two of one shape: "MRD-315" and "MRD-455"? */
static bool
same_shape(const struct name *n, const struct name_token *a,
    const struct name_token *b)
{
	if (a->len != b->len)
		return false;
	for (unsigned i = 0; i < a->len; i++) {
		char x = n->flat[a->at + i], y = n->flat[b->at + i];
		bool dx = x >= '0' && x <= '9', dy = y >= '0' && y <= '9';
		if (dx != dy)
			return false;
	}
	return true;
}

/* Is what the product says beyond the device's name only a list of further
 * products of the same shape: "MRD-315 MRD-355 MRD-455"? */
static bool
is_one_of_list(const struct name *p, const struct name *d)
{
	const struct name_token *own = NULL;
	unsigned others = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (p->token[i].kind == NAME_CODE &&
		    has_token(d, p->token[i].hash))
			own = &p->token[i];
	/* With commas alternatives.c knows what belongs to each. */
	if (own == NULL || strchr(p->flat, ',') != NULL)
		return false;
	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind == NAME_NOISE || has_token(d, t->hash))
			continue;
		if (t->kind != NAME_CODE || !same_shape(p, own, t))
			return false;
		others++;
	}
	return others > 0;
}

/* How many words at p's end, beyond d's, say only what kind of thing it is. */
static unsigned
weak_end(const struct name *p, const struct name *d)
{
	unsigned count = 0;

	for (unsigned i = p->n; i > 0; i--) {
		const struct name_token *t = &p->token[i - 1];
		if (!token_is_weak(p, t) || (t->kind != NAME_NOISE &&
		    has_token(d, t->hash)))
			break;
		count += t->kind != NAME_NOISE;
	}
	return count;
}

/* "Gigabit Card NETWORK-M2" for "Network-M2": the list says nothing but a
 * number with letters, and it is the publisher's last word. What is "for" a
 * thing is another one. */
static bool
is_last_number(const struct name *p, const struct name *d)
{
	const struct name_token *last = &p->token[p->n - 1];

	if (d->n != 1 || d->token[0].kind != NAME_CODE ||
	    last->hash != d->token[0].hash || last->len < 5 ||
	    p->flat[last->at] < 'a')
		return false;
	for (unsigned i = 0; i + 1 < p->n; i++)
		if (p->token[i].kind == NAME_CODE ||
		    is_word(p, &p->token[i], "for") ||
		    is_word(p, &p->token[i], "with"))
			return false;
	return true;
}

/* Kinds of things that programs and devices are called by, or not: "HMI". */
static bool
is_kind_of_thing(const struct name *n, const struct name_token *t)
{
	static const char *const words[] = { "hmi", "dcs", "plc", "plcs",
	    "scada", "sps", "rtu", "ups", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (is_word(n, t, *w))
			return true;
	return false;
}

/* Does p say nothing beyond d but brands, and in front or at the end the kind
 * of thing? */
static bool
only_kind_beyond(const struct lookup *l, const struct name *d,
    const struct extra *x)
{
	const struct name *p = &l->name;
	unsigned kinds = 0, telling = 0, open = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct name_token *t = &p->token[i];
		if (t->kind == NAME_NOISE)
			continue;
		if (has_token(d, t->hash)) {
			/* A kind between two words that tell parts lines. */
			if (!token_is_weak(p, t) && telling++ > 0 && open > 0)
				return false;
			continue;
		}
		/* "Studio/HMI" is one of several Studios. */
		if (!is_kind_of_thing(p, t) || (t->at > 0 &&
		    p->flat[t->at - 1] == '/' && (i == 0 ||
		    !is_kind_of_thing(p, t - 1))))
			continue;
		kinds++;
		open += telling > 0;
	}
	return telling > 0 && kinds == x->n - x->lines;
}

/* The product's name holds all words of the device's, and more. */
int
how_narrower(const struct lookup *l, const struct name *d,
    const char *vendor)
{
	const struct name *p = &l->name;
	struct extra x = extra_of(l, p, d, vendor_words(l->m, vendor), false);

	if (x.n == x.lines || is_one_of_list(p, d) || is_last_number(p, d) ||
	    only_kind_beyond(l, d, &x))
		return HOW_RESPELT;
	if (says_little(&x, share_code(p, d)))
		return HOW_RESPELT;
	/* "IOS XE Software" is "IOS XE". */
	const struct name_token *last = &p->token[p->n - 1];
	if (x.n == 1 && x.lines + x.codes + x.words + x.front == 0 &&
	    d->words > 1 && is_word(p, last, "software") &&
	    !has_token(d, last->hash))
		return HOW_RESPELT;
	/* One plain word, like a brand's, is too little to go by. */
	bool code = false;
	for (unsigned i = 0; i < d->n; i++)
		code |= d->token[i].kind == NAME_CODE;
	if (d->words == 1 && !code && x.n + x.brands > 1 + weak_end(p,
	    d))
		return -1;
	return HOW_NARROWER;
}

static unsigned
strong_words(const struct name *n)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n->n; i++)
		count += !token_is_weak(n, &n->token[i]);
	return count;
}

/* "TP1500 Comfort PRO", "Q6135-LE Mk II": behind a number that both have, such
 * a word makes another model of it. Programs, without one, have editions. */
static bool
is_other_edition(const struct name *p, const struct name *d)
{
	static const char *const words[] = { "pro", "lite", "mini", "max",
	    "ultra", "nano", "mk", "mk2", "mk3", "mkii", "mkiii", "ii", "iii",
	    "gen", "gen2", "gen3", "gen4", NULL };
	bool number = false;

	for (unsigned i = 0; i < d->n && !p->family; i++) {
		const struct name_token *t = &d->token[i];
		bool there = has_token(p, t->hash);
		number |= there && token_is_strong(d, t);
		for (const char *const *w = words; *w != NULL && number &&
		    !there; w++)
			if (is_word(d, t, *w))
				return true;
	}
	return false;
}

/* The device's name holds all words of the product's but for brands, and more;
 * a brand may be what the list calls the maker. */
int
how_wider(const struct lookup *l, const struct name *d,
    const char *vendor)
{
	const struct name *p = &l->name;
	struct extra x = extra_of(l, d, p, vendor_words(l->m, l->p->vendor),
	    false);
	unsigned share = share_code(p, d);
	bool whole = true;

	for (unsigned i = 0; i < p->n && l->brands != 0; i++)
		whole &= (l->brands >> i & 1) == 0 ||
		    has_token(d, p->token[i].hash) ||
		    maker_says(vendor_words(l->m, vendor), p->token[i].hash);
	if ((!whole && !brands_say_nothing(l, d)) || is_other_edition(p, d))
		return -1;
	if (x.n == x.lines || is_ordered(p, d))
		return HOW_RESPELT;
	if (says_little(&x, share))
		return HOW_RESPELT;
	/* "WinCC Unified" is no "SIMATIC WinCC"; "WinCC 7" may be. */
	if (!whole && (x.long_code || (share < 2 && (x.front > 0 ||
	    x.words > 0))))
		return -1;
	/* "SINTRA Remote Desk Server" is no "SINTRA Server": a brand and a
	 * kind of thing are too little in common. */
	if (x.between && share == 0 && x.front > 1 && !p->family &&
	    strong_words(p) < 2)
		return -1;
	/* Without a number in common a word in the middle names another line:
	 * what is said of one family is only possible of its sibling. */
	return p->family && !(x.between && share == 0) ? HOW_FAMILY :
	    HOW_WIDER;
}

/* Each says something that the other does not, but they share a number. */
int
how_shared(const struct lookup *l, const struct name *d,
    const char *vendor)
{
	const struct name *p = &l->name;
	const struct name *words = vendor_words(l->m, vendor);
	struct extra x = extra_of(l, p, d, words, true),
	    y = extra_of(l, d, p, words, true);

	unsigned share = share_code(p, d);

	/* Two brands in front of one number are two products, and so are
	 * two lines of versions. */
	if (share < 2 || x.codes > 0 || x.words > 0 || x.front > 1 ||
	    (x.front > 0 && y.front > 0) || (x.lines > 0 && y.lines > 0) ||
	    (y.included && is_other_module(p, d)))
		return -1;
	if (says_little(&y, share))
		return HOW_RESPELT;
	return p->family && y.front <= 1 ? HOW_FAMILY : -1;
}
