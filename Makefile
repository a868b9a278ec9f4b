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
flavour  := $(notdir $(firstword $(CC)))$(if $(SAN),-$(subst $(comma),+,$(SAN)))
comma    := ,
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
OUR_CFLAGS = -std=c17 $(WARN) $(HARDEN) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
OUR_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed \
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
.PHONY: all help demo test unit flow lint headers fuzz bench cover install clean deps
all: $(PROGRAMS)

obj = $(patsubst src/%.c,$(B)/obj/%.o,$(1))

$(B)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(extra_$(notdir $*)) -c -o $@ $<

$(B)/obj/read/%.o: OUR_CPPFLAGS += $(XML_CFLAGS)
$(B)/obj/talk/build.o: OUR_CPPFLAGS += -DBUILD_VERSION='"$(VERSION)"' \
	-DBUILD_ID='"$(shell { cat $(sort $(wildcard include/*/*.h)); echo $(VERSION) $(flavour); } | cksum | tr " " -)"'
$(B)/obj/cli/%.o $(B)/obj/keeper/%.o: OUR_CPPFLAGS += \
	-DLIBEXECDIR='"$(libexecdir)"' -DSYSCONFDIR='"$(sysconfdir)"' -DDATADIR='"$(datadir)"'
$(B)/obj/talk/build.o: $(wildcard include/*/*.h)

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

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

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

define unit_program
$(B)/tests/$(1): tests/unit/$(1).c $$(call unit_obj,$(call room_of,$(1))) \
	$(if $(filter keeper cli,$(call room_of,$(1))),$(call obj,$(filter-out %main.c,$(keeper_SRC) $(cli_SRC)))) \
	$(if $(filter store keeper cli,$(call room_of,$(1))),$(B)/store.a) $(FLOORS)
	@mkdir -p $$(@D)
	$(call say,TEST,$$@)
	$(Q)$(CC) $(OUR_CPPFLAGS) -Isrc $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $$@ \
		$$(sort $$(filter %.c %.o,$$^)) $$(filter %.a,$$^) $($(call room_of,$(1))_LIBS) \
		-lcheck -lsubunit -lm -lrt -lpthread $(COMMON_LIBS)
endef
$(foreach t,$(UNIT:$(B)/tests/%=%),$(eval $(call unit_program,$(t))))
