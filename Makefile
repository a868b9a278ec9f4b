# advrelay - one Makefile, not recursive. `make help` lists the targets.
#
# A program is a list of rooms and of libraries; that paragraph below is the
# architecture. CFLAGS, CPPFLAGS and LDFLAGS belong to the packager.
ifeq ($(filter 4.%,$(MAKE_VERSION)),)
$(error GNU make 4 or later is needed, this is $(MAKE_VERSION))
endif

VERSION  = 1.0
prefix   ?= /usr/local
bindir   ?= $(prefix)/bin
libexecdir ?= $(prefix)/libexec/advrelay
datadir  ?= $(prefix)/share/advrelay
mandir   ?= $(prefix)/share/man
sysconfdir ?= /etc/advrelay
statedir ?= /var/lib/advrelay
unitdir  ?= $(prefix)/lib/systemd/system
DESTDIR  ?=

ifeq ($(origin CC),default)
CC       = gcc
endif
CFLAGS   ?= -O2 -g
SAN      ?=
DEV      ?= 1
comma    := ,
flavour  := $(notdir $(firstword $(CC)))$(if $(SAN),-$(subst $(comma),+,$(SAN)))
B        := build/$(flavour)
PYTHON   ?= /usr/bin/python3
V        ?=
Q        := $(if $(V),,@)
say       = $(if $(V),,@echo '  $(1)	$(2)')

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef \
	$(if $(DEV),-Werror)
HARDEN = -fstack-protector-strong -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
OUR_CPPFLAGS = -D_GNU_SOURCE -Iinclude -MMD -MP \
	$(if $(SAN),-DSANITIZED)
OUR_CFLAGS = -std=c17 $(WARN) $(HARDEN) -ffunction-sections -fdata-sections \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# what a program does not use of a floor would still be mapped in eight of them
OUR_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections \
	$(if $(SAN),-fsanitize=$(SAN))
XML_CFLAGS := $(shell pkg-config --cflags libxml-2.0 2>/dev/null)

# ---- the rooms -------------------------------------------------------------
# room_SRC: sources of the room; the send room has three programs in it.
base_SRC   := $(sort $(wildcard src/base/*.c))
noun_SRC   := $(sort $(wildcard src/noun/*.c))
talk_SRC   := $(sort $(wildcard src/talk/*.c))
fetch_SRC  := $(sort $(wildcard src/fetch/*.c))
read_SRC   := $(sort $(wildcard src/read/*.c))
list_SRC   := $(sort $(wildcard src/list/*.c))
match_SRC  := $(sort $(wildcard src/match/*.c))
mail_SRC   := $(sort $(wildcard src/send/mail*.c) $(wildcard src/send/send*.c))
syslog_SRC := $(sort $(wildcard src/send/syslog*.c) $(wildcard src/send/send*.c))
hook_SRC   := $(sort $(wildcard src/send/hook*.c) $(wildcard src/send/send*.c))
store_SRC  := $(sort $(wildcard src/store/*.c))
keeper_SRC := $(sort $(wildcard src/keeper/*.c))
cli_SRC    := $(sort $(wildcard src/cli/*.c))

HELPERS = fetch read list match mail syslog hook
PROGRAMS = $(HELPERS:%=$(B)/libexec/%) $(B)/advrelay

# Every program stands on talk, noun and base.
FLOORS = $(B)/talk.a $(B)/noun.a $(B)/base.a
fetch_LIBS    = -lcurl -lcrypto
read_LIBS     = -ljansson -lxml2 -lcrypto -lm
list_LIBS     = -ljansson
match_LIBS    =
mail_LIBS     = -lesmtp -lssl -lcrypto
syslog_LIBS   = -lssl -lcrypto
hook_LIBS     = -lcurl -ljansson -lcrypto
advrelay_LIBS = -lconfig -lsqlite3 -lzstd -ljansson -lcrypto
COMMON_LIBS   = -lseccomp

# ---- building ---------------------------------------------------------------
.PHONY: all help demo test unit lint headers analyze fuzz soak bench accuracy cover
.PHONY: install clean
all: $(PROGRAMS)

obj = $(patsubst src/%.c,$(B)/obj/%.o,$(1))

$(B)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(extra_$(notdir $*)) -c -o $@ $<

$(B)/obj/read/%.o: OUR_CPPFLAGS += $(XML_CFLAGS)
# built in by .incbin, which -MMD does not see
$(B)/obj/list/vendors.o: $(wildcard etc/vendors/*)
$(B)/obj/talk/build.o: OUR_CPPFLAGS += -DBUILD_VERSION='"$(VERSION)"' \
	-DBUILD_ID='"$(shell { cat $(sort $(wildcard include/*/*.h)); echo $(VERSION) $(flavour); } | cksum | tr " " -)"'
$(B)/obj/cli/%.o $(B)/obj/keeper/%.o: OUR_CPPFLAGS += \
	-DLIBEXECDIR='"$(libexecdir)"' -DSYSCONFDIR='"$(sysconfdir)"' -DDATADIR='"$(datadir)"'
$(B)/obj/talk/build.o: $(wildcard include/*/*.h)
# another prefix: what has paths in it is built again
$(call obj,src/keeper/keeper.c src/cli/main.c): $(B)/paths
$(B)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(libexecdir) $(sysconfdir) $(datadir)' | cmp -s - $@ || \
		echo '$(libexecdir) $(sysconfdir) $(datadir)' > $@
FORCE:

define room_archive
$(B)/$(1).a: $(call obj,$($(1)_SRC))
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach r,base noun talk store,$(eval $(call room_archive,$(r))))

define helper_program
$(B)/libexec/$(1): $(call obj,$($(1)_SRC)) $(FLOORS)
	@mkdir -p $$(@D)
	$(call say,LINK,$$@)
	$(Q)$(CC) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $$@ $$^ $($(1)_LIBS) $(COMMON_LIBS)
endef
$(foreach h,$(HELPERS),$(eval $(call helper_program,$(h))))

$(B)/advrelay: $(call obj,$(cli_SRC) $(keeper_SRC)) $(B)/store.a $(FLOORS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(advrelay_LIBS) $(COMMON_LIBS)

-include $(shell find $(B)/obj $(B)/tests -name "*.d" 2>/dev/null)

# ---- tests ------------------------------------------------------------------
# tests/unit/test_ROOM_WHAT.c is one Check program, linked with its room.
UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
UNIT      := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/%)
room_of    = $(word 2,$(subst _, ,$(1)))
unit_obj   = $(filter-out %main.o,$(call obj,$(filter-out $(if $(filter base noun talk store,$(1)),%.c),$($(1)_SRC))))

store_LIBS  = -lsqlite3 -lzstd -lcrypto
keeper_LIBS = $(advrelay_LIBS)
cli_LIBS    = $(advrelay_LIBS)
base_LIBS   = -lcurl -ljansson -lssl -lcrypto
noun_LIBS   = -lcrypto
talk_LIBS   = -lcrypto

# These let calls of their rooms fail (tests/unit/nomem.h).
comma_wrap = $(foreach f,$(1),-Wl$(comma)--wrap=$(f))
wrap_nomem = malloc calloc realloc
wrap_test_base_nomem = $(wrap_nomem) memfd_create fcntl fstat write mmap
wrap_test_base_arena = free
wrap_test_noun_nomem = $(wrap_nomem)

define unit_program
$(B)/tests/$(1): tests/unit/$(1).c $$(call unit_obj,$(call room_of,$(1))) \
	$(if $(filter keeper cli,$(call room_of,$(1))),$(call obj,$(keeper_SRC))) \
	$(if $(filter store keeper cli,$(call room_of,$(1))),$(B)/store.a) $(FLOORS)
	@mkdir -p $$(@D)
	$(call say,TEST,$$@)
	$(Q)$(CC) $(OUR_CPPFLAGS) -Isrc $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $$@ \
		$$< $$(sort $$(filter %.o,$$^)) $$(filter %.a,$$^) $($(call room_of,$(1))_LIBS) \
		-lcheck -lsubunit -lm -lrt -lpthread $(COMMON_LIBS) $(call comma_wrap,$(wrap_$(1)))
endef
$(foreach t,$(UNIT:$(B)/tests/%=%),$(eval $(call unit_program,$(t))))

# Helpers that misbehave, for the pool's tests.
EVIL := $(patsubst tests/evil/%.c,$(B)/tests/evil/%,$(wildcard tests/evil/*.c))
$(B)/tests/evil/%: tests/evil/%.c $(FLOORS)
	@mkdir -p $(@D)
	$(call say,EVIL,$@)
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(filter %.a,$^) $(COMMON_LIBS)

# ---- what people call --------------------------------------------------------
help:
	@echo 'make demo      install what is missing, build, show the main job on loopback'
	@echo 'make test      build and run every test; ends with the totals'
	@echo 'make all       build (CC=clang, SAN=address,undefined, DEV= for no -Werror, V=1)'
	@echo 'make unit      build the unit tests    make headers  each header compiles alone'
	@echo 'make lint      floors, libraries, banned functions, sizes, man pages'
	@echo 'make analyze   gcc -fanalyzer, clang-tidy, cppcheck, memcheck (ANALYZE=cppcheck: one)'
	@echo 'make fuzz      each fuzz target for FUZZ_S seconds (60)'
	@echo 'make soak      SOAK_MINUTES (20) of work on 500 feeds: nothing leaks or is lost'
	@echo 'make bench     figures as ratios in one run'
	@echo 'make accuracy  recall and precision on labelled pairs, if there are any'
	@echo 'make cover     line coverage of the tests (gcovr or gcov)'
	@echo 'make install   DESTDIR, prefix, sysconfdir ... are honoured'
	@echo 'make clean     removes build/'

demo:
	@contrib/setup build
	@contrib/setup demo
	@$(MAKE) --no-print-directory -j2 DEV= all
	@$(PYTHON) etc/demo/demo.py $(B)/advrelay build/demo

test:
	@contrib/setup test
	@$(MAKE) --no-print-directory -j2 all unit
	@$(PYTHON) tests/run $(B)

unit: $(UNIT) $(EVIL)

headers:
	@contrib/lint/headers $(CC)

lint: all
	@contrib/lint/run $(B)

# Parts: gcc, tidy, cppcheck, valgrind; e.g. make analyze ANALYZE=cppcheck
ANALYZE ?= gcc tidy cppcheck valgrind
analyze: $(if $(filter valgrind,$(ANALYZE)),all unit)
	@contrib/lint/analyze $(B) $(ANALYZE)

# One fuzz target is one file with LLVMFuzzerTestOneInput, linked with its room:
# the second word of its name is looked up in fuzz_room_*.
fuzz_ROOM = $(or $(fuzz_room_$(1)),read)
fuzz_room_aliases = noun
fuzz_room_csv = list
fuzz_room_match = match
fuzz_room_syslog_text = syslog
fuzz_room_frame = talk
fuzz_room_unpack = noun
fuzz_room_conf = conf
fuzz_room_mail = mail
fuzz_room_hook_answer = hook
conf_SRC := $(sort $(wildcard src/keeper/conf*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_S ?= 60

define fuzz_program
build/fuzz/$(1): tests/fuzz/$(1).c $(wildcard src/*/*.c src/*/*.h include/*/*.h)
	@mkdir -p build/fuzz
	@echo '  FUZZ	$$@'
	$$(Q)clang -D_GNU_SOURCE -DSANITIZED -Iinclude -Isrc $$(XML_CFLAGS) \
		-DBUILD_ID='"fuzz"' -DBUILD_VERSION='"$$(VERSION)"' -std=c17 -g -O1 \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $$@ $$< \
		$$(sort $$(filter-out %main.c,$$($(call fuzz_ROOM,$(patsubst fuzz_%,%,$(1)))_SRC)) \
		$$(base_SRC) $$(noun_SRC) $$(talk_SRC)) \
		-lcurl -ljansson -lxml2 -lconfig -lesmtp -lssl -lcrypto -lm $$(COMMON_LIBS)
endef
$(foreach f,$(FUZZ),$(eval $(call fuzz_program,$(f))))

fuzz: $(FUZZ:%=build/fuzz/%)
	@set -e; for f in $(FUZZ); do \
		mkdir -p build/fuzz/corpus/$$f; \
		echo "== $$f"; \
		dict=tests/fuzz/$$f.dict; \
		build/fuzz/$$f -max_total_time=$(FUZZ_S) -timeout=20 -rss_limit_mb=3000 \
			-print_final_stats=0 -verbosity=0 $${dict:+$$([ -f $$dict ] && echo -dict=$$dict)} \
			build/fuzz/corpus/$$f $$(ls -d tests/fuzz/seeds/$$f tests/fuzz/findings/$$f 2>/dev/null); \
	done

soak: all
	@$(PYTHON) tests/soak/soak.py $(B)

accuracy: all
	@$(PYTHON) tests/bench/accuracy.py $(B)

bench: all
	@$(PYTHON) tests/bench/bench.py $(B)

# Coverage in a build of its own; needs gcov (part of gcc).
cover:
	@$(MAKE) --no-print-directory -j2 B=build/cover DEV= CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage all unit
	@$(PYTHON) tests/run build/cover --kind unit || true
	@$(PYTHON) contrib/lint/cover.py build/cover

install: all
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(libexecdir) $(DESTDIR)$(sysconfdir) \
		$(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man7 $(DESTDIR)$(mandir)/man8 \
		$(DESTDIR)$(datadir)/schema $(DESTDIR)$(unitdir) \
		$(DESTDIR)$(prefix)/lib/sysusers.d $(DESTDIR)$(prefix)/lib/tmpfiles.d
	install -m 755 $(B)/advrelay $(DESTDIR)$(bindir)/advrelay
	for h in $(HELPERS); do install -m 755 $(B)/libexec/$$h $(DESTDIR)$(libexecdir)/$$h; done
	[ -e $(DESTDIR)$(sysconfdir)/relay.conf ] || \
		install -m 644 etc/relay.conf.min $(DESTDIR)$(sysconfdir)/relay.conf
	[ -e $(DESTDIR)$(sysconfdir)/devices.csv ] || \
		install -m 644 etc/devices.csv $(DESTDIR)$(sysconfdir)/devices.csv
	install -m 644 etc/relay.conf $(DESTDIR)$(datadir)/relay.conf.example
	for s in 5 7 8; do install -m 644 contrib/man/*.$$s $(DESTDIR)$(mandir)/man$$s/; done
	install -m 644 contrib/schema/*.json $(DESTDIR)$(datadir)/schema/
	install -m 644 contrib/systemd/advrelay.sysusers $(DESTDIR)$(prefix)/lib/sysusers.d/advrelay.conf
	install -m 644 contrib/systemd/advrelay.tmpfiles $(DESTDIR)$(prefix)/lib/tmpfiles.d/advrelay.conf
	sed 's|@bindir@|$(bindir)|g' contrib/systemd/advrelay.service > $(DESTDIR)$(unitdir)/advrelay.service

clean:
	rm -rf build
