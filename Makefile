# SPDX-License-Identifier: Apache-2.0
# Builds crib, in the order that things flow: third-party source, BusyBox root, init, embed, crib; then what uses it.
# A new machine starts with scripts/bootstrap; everything that is built lies in build/.
#   make                  build/crib            make run     build it and show it at work
#   make test             all tests             make check   static analysis of code and scripts
#   make fuzz             fuzz targets, for tests/fuzz/run
#   make busybox-test     BusyBox's own tests, outside and inside a sandbox
#   make repro            build twice in different folders and compare the bytes
#   make install PREFIX=/usr/local DESTDIR=     make clean
# Switches: NO_BUSYBOX=1 (no root embedded), WERROR=1 (warnings are errors), V=1 (show the commands).
VERSION = 0.1.0

B      := build
CC      = gcc
PREFIX  = /usr/local
Q       = $(if $(V),,@)
export SOURCE_DATE_EPOCH = 1767225600
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all asan fuzz fuzz-programs test-programs run test busybox-test check check-gcc check-tidy check-cppcheck check-shell check-layers \
        repro install clean FORCE
all: $(B)/crib

# ---- how C is compiled: one static, hardened, position independent musl file, the same bytes in whatever folder ----

musl    = -specs=$(B)/musl.specs -idirafter $(B)/kernel-headers
code    = -std=gnu11 -pipe -ffile-prefix-map=$(CURDIR)=. -ffunction-sections -fdata-sections -fno-common
harden := -fPIE -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero \
          -fzero-call-used-regs=used-gpr -fno-asynchronous-unwind-tables $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),-fcf-protection)
warn    = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wformat=2 -Wvla \
          -Wcast-qual -Wundef -Wpointer-arith -Wwrite-strings -Wno-missing-field-initializers \
          $(if $(WERROR),-Werror)
thirdly = -isystem $(B)/src/yyjson/src -isystem $(B)/src/libsodium/src/libsodium/include
ours    = -D_GNU_SOURCE -DCRIB_VERSION='"$(VERSION)"' -I. -Iruntime $(thirdly) $(warn)
theirs  = $(thirdly) -isystem $(B)/src/libsodium/src/libsodium/include/sodium -w

crib_cc = $(CC) $(musl) $(code) $(harden) -Os
asan_cc = $(CC) $(code) -Og -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
crib_ld = $(crib_cc) -static-pie -s -Wl,--gc-sections,--build-id=none,--fatal-warnings \
          -Wl,-z,relro,-z,now,-z,noexecstack

$(B)/musl.specs: scripts/musl/specs
	@mkdir -p $(@D)
	scripts/musl/specs $(CC) >$@

$(B)/kernel-headers: scripts/musl/headers
	scripts/musl/headers $(CC) $@ && touch $@

# changes when a switch or the way of compiling does, and takes with it all that was compiled
$(B)/flags: export FLAGS = $(crib_ld) $(asan_cc) $(fuzz_cc) $(ours) $(theirs) $(NO_BUSYBOX)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

tools := $(B)/musl.specs $(B)/kernel-headers $(B)/flags

# ---- third-party source, out of the cache that scripts/setup filled, and the little of it that is linked ----

$(B)/src/%/.unpacked: scripts/deps.lock scripts/setup-sources
	scripts/setup-sources unpack $* $(@D) && touch $@

yyjson := yyjson/src/yyjson
sodium := $(addprefix libsodium/src/libsodium/,crypto_hash/sha256/hash_sha256 \
          crypto_hash/sha256/cp/hash_sha256_cp sodium/utils)
$(B)/src/$(yyjson).c: $(B)/src/yyjson/.unpacked ;
$(sodium:%=$(B)/src/%.c): $(B)/src/libsodium/.unpacked ;
unpacked := $(B)/src/yyjson/.unpacked $(B)/src/libsodium/.unpacked

lib := $(patsubst %,$(B)/lib/%.o,$(yyjson) $(sodium))
$(B)/lib/%.o: $(B)/src/%.c $(tools)
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(crib_cc) $(theirs) -c -o $@ $<

# ---- the BusyBox root: one program, built once, packed into one archive ----

$(B)/busybox/busybox: $(addprefix busybox-rootfs/,build config patches.series) $(B)/src/busybox/.unpacked \
		| $(B)/kernel-headers
	@mkdir -p $(@D)
	busybox-rootfs/build $(B)/src/busybox $(B)/kernel-headers $(@D)

$(B)/busybox/cpio: busybox-rootfs/cpio.c
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(CC) -O1 -D_GNU_SOURCE $(warn) -o $@ $<

$(B)/rootfs.cpio: $(B)/busybox/busybox $(B)/busybox/cpio busybox-rootfs/pack $(shell find busybox-rootfs/skeleton)
	busybox-rootfs/pack $(B)/busybox >$(B)/busybox/list
	$(B)/busybox/cpio $(SOURCE_DATE_EPOCH) <$(B)/busybox/list >$@

$(B)/empty.cpio:
	@mkdir -p $(@D) && : >$@

rootfs := $(B)/$(if $(NO_BUSYBOX),empty,rootfs).cpio

# ---- init: PID 1 inside, as small as can be ----

init := $(patsubst %.c,$(B)/obj/%.o,$(wildcard init/*.c))
$(B)/init: $(init) scripts/musl/check
	@echo "ld $@"
	$(Q)$(crib_ld) -Wl,-z,noseparate-code -o $@ $(init)
	scripts/musl/check $@ 24576

# ---- the probe of `crib selftest` and of the attack suite: known ways out, tried from inside ----

probe := $(patsubst tests/attack/probe/%.c,$(B)/obj/probe/%.o,$(wildcard tests/attack/probe/*.c))
$(probe): $(B)/obj/probe/%.o: tests/attack/probe/%.c $(tools)
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(crib_cc) -D_GNU_SOURCE $(warn) -MMD -MP -c -o $@ $<
$(B)/probe: $(probe) scripts/musl/check
	@echo "ld $@"
	$(Q)$(crib_ld) -Wl,-z,noseparate-code -o $@ $(probe)
	scripts/musl/check $@ 131072

# ---- embed: init, the probe and the root as read-only data, see runtime/util/embed.h ----

define embed_S
	.section .rodata.embed, "a", @progbits
	.macro blob name, file
	.global \name\()_start, \name\()_end
	.balign 64
	\name\()_start: .incbin "\file"
	\name\()_end: .byte 0
	.endm
	blob crib_init, "$(B)/init"
	blob crib_probe, "$(B)/probe"
	blob crib_rootfs, "$(rootfs)"
	.global crib_rootfs_sha256, crib_rootfs_id
	crib_rootfs_sha256: .byte BYTES
	crib_rootfs_id: .asciz "ID"
	.section .note.GNU-stack, "", @progbits
endef
$(B)/embed.S: export TEXT = $(embed_S)
$(B)/embed.S: $(B)/init $(B)/probe $(rootfs) $(B)/flags
	@sum=$$(sha256sum <$(rootfs) | cut -c1-64); \
	printf '%s\n' "$$TEXT" | sed "s/BYTES/$$(echo $$sum | sed 's/../0x&,/g; s/,$$//')/; \
	    s/\"ID\"/\"$$(echo $$sum | cut -c1-16)\"/" >$@

$(B)/embed.o: $(B)/embed.S
	@echo "cc $@"
	$(Q)$(CC) -c -o $@ $<

# ---- crib, and the same with sanitizers on glibc (its init stays the real one) ----

source := $(shell find runtime -name '*.c' | LC_ALL=C sort)
crib := $(source:%.c=$(B)/obj/%.o)
$(crib) $(init): $(B)/obj/%.o: %.c $(tools) | $(unpacked)
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(crib_cc) $(ours) -MMD -MP -c -o $@ $<

$(B)/crib: $(crib) $(B)/embed.o $(lib) scripts/musl/check
	@echo "ld $@"
	$(Q)$(crib_ld) -o $@ $(crib) $(B)/embed.o $(lib)
	scripts/musl/check $@ 2097152

asan := $(source:%.c=$(B)/asan/obj/%.o)
asan_lib := $(lib:$(B)/%=$(B)/asan/%)
$(asan): $(B)/asan/obj/%.o: %.c $(B)/flags | $(unpacked)
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(asan_cc) $(ours) -MMD -MP -c -o $@ $<

$(B)/asan/lib/%.o: $(B)/src/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(asan_cc) $(theirs) -c -o $@ $<

asan: $(B)/asan/crib
$(B)/asan/crib: $(asan) $(B)/embed.o $(asan_lib)
	@echo "ld $@"
	$(Q)$(asan_cc) -Wl,--gc-sections -o $@ $^

# ---- programs of the tests: what the suites call, static since guests run it too; unit tests, a folder each ----

helpers := $(patsubst tests/helpers/%.c,$(B)/helpers/%,$(wildcard tests/helpers/*.c))
units   := $(patsubst %/,$(B)/tests/%,$(sort $(dir $(subst tests/unit/,,$(wildcard tests/unit/*/*.c)))))
test-programs: $(helpers) $(B)/helpers/probe $(units)

$(B)/helpers/probe: $(B)/probe
	@mkdir -p $(@D) && cp $< $@

$(B)/helpers/%: tests/helpers/%.c $(tools)
	@mkdir -p $(@D) && echo "cc $@"
	$(Q)$(crib_cc) $(warn) -static-pie -s -o $@ $<

# init is tested over its protocol; all else is linked with the test, sanitized
unit_c = $(wildcard $(@:$(B)/tests/%=tests/unit/%)/*.c)
$(B)/tests/init: $(B)/init $(wildcard tests/unit/init/*) $(tools)
	@mkdir -p $(@D) && echo "cc $@"
	$(Q)$(crib_cc) -D_GNU_SOURCE -I. $(warn) -Wno-discarded-qualifiers -static-pie -s -o $(B)/obj/init-test $(unit_c)
	@printf '#!/bin/sh\nexec %s/obj/init-test %s/init\n' $(CURDIR)/$(B) $(CURDIR)/$(B) >$@ && chmod +x $@

$(filter-out $(B)/tests/init,$(units)): $(filter-out %/runtime/main.o,$(asan)) $(B)/embed.o $(asan_lib) \
		$(wildcard tests/unit/*/*)
	@mkdir -p $(@D) && echo "cc $@"
	$(Q)$(asan_cc) $(ours) -Wl,--gc-sections -o $@ $(unit_c) $(filter %.o,$^)

# ---- fuzz targets (tests/fuzz): a libFuzzer program each, on the runtime compiled once for all of them ----

fuzz_cc = clang $(code) -Wno-string-concatenation -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
fuzz := $(patsubst %.c,$(B)/%,$(subst tests/fuzz/,fuzz/,$(wildcard tests/fuzz/*.c)))
fuzzed := $(patsubst %.c,$(B)/fuzz/obj/%.o,$(filter-out runtime/main.c,$(source)))
fuzz_lib := $(lib:$(B)/%=$(B)/fuzz/%)

$(fuzzed): $(B)/fuzz/obj/%.o: %.c $(B)/flags | $(unpacked)
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(fuzz_cc) $(ours) -MMD -MP -c -o $@ $<

# what is instrumented is never left out by the linker: of libsodium, whose files hold more than is used, none is
$(B)/fuzz/lib/libsodium/%.o: fuzz_cc = clang $(code) -O1 -g
$(B)/fuzz/lib/%.o: $(B)/src/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo "cc $@"
	$(Q)$(fuzz_cc) $(theirs) -c -o $@ $<

$(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(fuzzed) $(B)/embed.o $(fuzz_lib)
	@echo "cc $@"
	$(Q)$(fuzz_cc) -fsanitize=fuzzer $(ours) -Wl,--gc-sections -o $@ $< $(filter %.o,$^)

# a machine without libFuzzer builds none, and tests/fuzz/run says so
can_fuzz = echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
           clang -x c -fsanitize=fuzzer,address,undefined -o $(B)/can-fuzz - 2>/dev/null
fuzz:
	@mkdir -p $(B); if $(can_fuzz); then $(MAKE) --no-print-directory fuzz-programs; else echo "fuzz: no clang with libFuzzer here"; fi
fuzz-programs: $(fuzz)

-include $(patsubst %.o,%.d,$(crib) $(init) $(asan) $(fuzzed))

# ---- use: show, test, check, install ----

run:
	@scripts/setup build
	@$(MAKE) --no-print-directory -j"$$(nproc)" all
	@echo '$$ $(B)/crib run busybox sh -c ...'
	@$(B)/crib run busybox sh -c 'echo "Hello from process $$$$ of $$(hostname), running as $$(id -un)."; '\
	'echo; ps -o pid,user,comm; echo; df -h / /dev; echo; echo "$$(busybox --list | wc -l) programs to use."'
	@echo; echo 'Your turn: $(B)/crib run -it busybox'

test:
	@scripts/setup test
	@$(MAKE) --no-print-directory -j"$$(nproc)" all asan test-programs fuzz
	@CRIB=$(CURDIR)/$(B)/crib tests/run

busybox-test: $(B)/crib
	scripts/busybox-testsuite

check:
	@scripts/setup check
	@$(MAKE) --no-print-directory -j"$$(nproc)" check-gcc check-tidy check-cppcheck check-shell check-layers

our_c := $(source) $(wildcard init/*.c)
scripts = $(shell grep -rlE '^\#!/bin/sh' scripts tests ci busybox-rootfs 2>/dev/null)

check-gcc: $(our_c:%=check-gcc/%)
check-gcc/%: % $(tools) | $(unpacked)
	@$(crib_cc) $(ours) -Werror -fanalyzer -c -o /dev/null $<

check-tidy: $(our_c:%=check-tidy/%)
check-tidy/%: % .clang-tidy $(B)/kernel-headers | $(unpacked)
	@clang-tidy --quiet $< -- -std=gnu11 $(ours)

# not asked: the ends of an embedded blob are two symbols, and cppcheck does not see that a function never returns
check-cppcheck: $(unpacked)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=comparePointers --suppress=nullPointerRedundantCheck -D_GNU_SOURCE -DCRIB_VERSION='"$(VERSION)"' -I. -Iruntime $(our_c)
check-shell:
	shellcheck $(scripts)
check-layers:
	scripts/layers
	scripts/paths

repro: $(B)/crib
	scripts/repro

install: $(B)/crib
	install -D -m 755 $(B)/crib $(DESTDIR)$(PREFIX)/bin/crib
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/crib README.md SECURITY.md LICENSE
ifndef NO_BUSYBOX
	install -D -m 644 busybox-rootfs/NOTICE $(DESTDIR)$(PREFIX)/share/doc/crib/NOTICE
	install -D -m 644 $(B)/busybox/busybox.config $(DESTDIR)$(PREFIX)/share/doc/crib/busybox.config
endif

clean:
	rm -rf $(B)
