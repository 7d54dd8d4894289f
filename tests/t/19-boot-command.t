#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# qemu/boot with a QEMU that boots nothing: the command that it runs, and what it makes of
# each way in which that ends. With a kernel the same is for 40-boot.t.
set -euo pipefail
# shellcheck source=tests/lib.sh
. ./tests/lib.sh
plan 122

make_locked guest
mkdir "$TMP/stub" "$TMP/bin"
QEMU_SYSTEM=$(command -v qemu-system-aarch64)
TIMEOUT=$(command -v timeout)
STUB=$TMP/stub
export STUB QEMU_SYSTEM TIMEOUT

# What qemu/boot calls as QEMU. The real one tells of the machine, and where it loads things.
cat >"$TMP/bin/qemu-system-aarch64" <<'STUB_END'
#!/bin/bash
case " $* " in
*' -monitor stdio '*)
	[[ ! -e $STUB/mute ]] || exit 1
	exec "$QEMU_SYSTEM" "$@"
	;;
*dumpdtb=*) exec "$QEMU_SYSTEM" "$@" ;;
esac
printf '%s\n' "$@" >"$STUB/arguments"
for word; do
	case $word in
	file,id=results,path=*) results=${word#*path=} ;;
	*,id=console,logfile=*) console=${word#*logfile=} ;;
	esac
done
[[ ! -e $STUB/results ]] || cp "$STUB/results" "$results"
[[ ! -e $STUB/console ]] || cp "$STUB/console" "$console"
. "$STUB/end"
STUB_END
cat >"$TMP/bin/timeout" <<'STUB_END'
#!/bin/bash
printf '%s\n' "$*" >"$STUB/timeout"
exec "$TIMEOUT" "$@"
STUB_END
chmod +x "$TMP/bin/qemu-system-aarch64" "$TMP/bin/timeout"
PATH=$TMP/bin:$PATH

# As much of a kernel as anything looks at: 8 MiB of it, and the magic number. What is
# beside it is from which the prediction has its settings.
image=$TMP/kernel/arch/arm64/boot/Image
mkdir -p "${image%/*}"
printf '%s\n' '# Linux/arm64 6.12.1 Kernel Configuration' CONFIG_DMA_CMA=y CONFIG_CMA_AREAS=8 CONFIG_CMA_SIZE_MBYTES=16 \
	CONFIG_CMA_SIZE_SEL_MBYTES=y CONFIG_ARCH_FORCE_MAX_ORDER=10 CONFIG_ARM64_PA_BITS=48 CONFIG_DMABUF_HEAPS_CMA=y \
	CONFIG_DMABUF_HEAPS_CMA_EXPORT=y >"$TMP/kernel/.config"
{
	head -c 16 /dev/zero
	printf '\0\0\200\0\0\0\0\0'
	head -c 32 /dev/zero
	printf 'ARMd'
	head -c 4036 /dev/zero
} >"$image"

# guest CONSOLE END HEAP...: what the next guest leaves, and how QEMU ends
guest() {
	local heap
	printf '%s' "$1" >"$STUB/console"
	printf '%s\n' "$2" >"$STUB/end"
	{
		printf 'guest\t1\nkernel\t7.3.4\n'
		for heap in "${@:3}"; do
			printf 'heap\t%s\t/reserved-memory/%s\t0x%s\t0x1000000\t-\t-\n' "$heap" "$heap" "${heap#*@}"
		done
		printf '1..1\nok 1 - a check\ndone\n'
	} >"$STUB/results"
}

# boot OPTIONS...: that kernel, with that QEMU
boot() {
	rm -f "$STUB/arguments"
	run qemu/boot --image "$image" --json "$TMP/report" "$@"
}

# has WORDS NAME: the words are arguments of QEMU, in that order
has() {
	ok "$2" grep -qF -- " $1 " <(echo " $(xargs -d '\n' <"$STUB/arguments") ")
}

# kept FILE: of the last run
kept() {
	echo "$(dirname "$(jq -r .console "$TMP/report")")/$1"
}

# ends STATUS TEXT NAME: the last run ended so, and its last line has TEXT
ends() {
	if [[ $status -eq $1 ]] && tail -n 1 "$TMP/err" | grep -qF -- "$2"; then result 0 "$3"; else result 1 "$3"; fi
}

linux='[    0.000000] Booting Linux
'
guest "$linux" 'exit 0' camera@50000000 display@54000000
boot
exits 0 "a good boot"
says 'as expected: 2 there, 1 absent, 1 checks passed in the guest' "a good boot: what is told"
says "boot: ${image#"$TOP"/}, arm64, 512M ..." "a good boot: what is booted"
says 'predicted, before the boot:' "a good boot: the prediction is told"
has '-machine virt' "the machine"
has '-cpu cortex-a57 -m 512M -smp 1 -nic none -nodefaults -display none -no-reboot' "its parts"
has "-kernel $image -initrd $TOP/build/guest/arm64/initrd.gz" "kernel and initrd"
has '-append console=ttyAMA0 panic=-1' "the command line"
has "-dtb $(kept tree.dtb)" "the tree"
has "-chardev null,id=console,logfile=$(kept console.log) -serial chardev:console" "the console"
ok "no shell without -i" sh -c "! grep -q -- '-mon\$' '$STUB/arguments'"
ok "the limit is a minute" grep -q '^-k 5 60 ' "$STUB/timeout"
ok "the tree is that of the machine with the overlay" \
	test "$(fdtget -t x "$(kept tree.dtb)" /reserved-memory/camera@50000000 reg)" = '0 50000000 0 1000000'
ok "the prediction is kept" jq -e '.kernel == "6.12"' "$(kept prediction.json)"
ok "where things are loaded is known" jq -e '[.heaps[] | select(.name == "reserved") | .base != null] == [true]' \
	"$(kept prediction.json)"
ok "nothing else is kept" test -z "$(find "$(dirname "$(kept tree.dtb)")" -name 'tmp.*' -o -name roms)"
ok "the report has what the guest was given" \
	jq -e '.arch == "arm64" and (.cmdline | test("^console=ttyAMA0 panic=-1 *$"))' "$TMP/report"
touch "$STUB/mute"
boot
exits 0 "a QEMU that does not tell where it loads things"
ok "then the prediction does not know, either" jq -e '[.heaps[] | select(.name == "reserved") | .base] == [null]' \
	"$(kept prediction.json)"
rm "$STUB/mute"
run qemu/boot --image "$image" --dry-run
exits 0 "--dry-run"
says "qemu-system-aarch64 -machine virt -dtb $TOP/build/runs/RUN/tree.dtb" "--dry-run tells the command"

# Options reach QEMU, the judge and the prediction
boot -c quiet --append 'a b' -t 30 -m 1G -- -s -S
exits 0 "options"
has '-m 1G' "-m"
has '-append console=ttyAMA0 panic=-1 quiet a b -s -S' "-c, and arguments of QEMU"
ok "-t" grep -q '^-k 5 30 ' "$STUB/timeout"
ok "-c is in the report" jq -e '.cmdline == "console=ttyAMA0 panic=-1 quiet a b"' "$TMP/report"
cp "$image" "$TMP/Image"
run qemu/boot -k 7.3 --image "$TMP/Image" --json "$TMP/report"
ok "-k tells the prediction, where there is no .config" jq -e '.kernel == "7.3"' "$(kept prediction.json)"
boot -i -t 30
has "-chardev stdio,mux=on,signal=off,id=console,logfile=$(kept console.log) -serial chardev:console -mon chardev=console" \
	"-i: the console is the terminal"
has "-initrd $TOP/build/guest/arm64/initrd-shell.gz" "-i: the initrd has a shell"
has '-append console=ttyAMA0 panic=-1 guest.shell' "-i: the guest is told"
ok "-i -t" grep -q '^-k 5 --foreground 30 ' "$STUB/timeout"
boot -i
ok "-i: the limit is an hour" grep -q '^-k 5 --foreground 3600 ' "$STUB/timeout"
boot -e camera@50000000=16M -n dsp@52000000
exits 0 "-e and -n"
says 'as expected: 1 there, 1 absent' "-e and -n are all that is expected"
for size in 16M 16384K 16777216 0x1000000 16m 16384k; do
	boot -e "camera@50000000=$size"
	exits 0 "-e with $size"
done
for size in '' 0 01 16X 16MB -1 0x 0xg 1.5G; do
	boot -e "camera@50000000=$size"
	complains 2 "-e camera@50000000=$size: invalid size" "-e with '$size'"
done
boot -e =16M
complains 2 "-e '=16M': a heap has a name" "-e without a name"
boot -n ''
complains 2 "-n '': a heap has a name" "-n without a name"
boot -e camera@50000000=8M
exits 1 "-e that does not hold"
boot -n display@54000000
exits 1 "-n that does not hold"
boot -n camera@50000000=16M
ends 2 'a heap that is absent has no size' "-n with a size"
boot -w 'cma_heap: x: no heap'
exits 1 "-w that does not hold"
says 'not in the kernel log: cma_heap: x: no heap' "-w is told to the judge"
sed -i 's/^done$/message\tcma_heap: x: no heap\ndone/' "$STUB/results"
boot -w 'cma_heap: x: no heap'
exits 0 "-w"
boot
exits 1 "a message that was not asked for"

# Sizes of memory: what QEMU takes, the prediction takes, too
guest "$linux" 'exit 0' camera@50000000 display@54000000
"$QEMU_SYSTEM" -machine virt,dumpdtb="$TMP/full.dtb" -cpu cortex-a57 -m 2G -nic none -nodefaults -display none \
	-device virtio-serial-device >/dev/null 2>&1
# memory SIZE FROM TO: the default area is in that range
memory() {
	boot -d "$TMP/full.dtb" -d dts/qemu-virt.dtso -m "$1"
	has "-m $1" "-m $1"
	ok "-m $1: the prediction is for that" jq -e "[.heaps[] | select(.name == \"reserved\") |
		.base > $2 and .base < $3] == [true]" "$(kept prediction.json)"
}
for size in 512M 512m 512 524288K 524288k; do
	memory "$size" 1342177280 1610612736
done
for size in 1G 1g 1048576K; do
	memory "$size" 1879048192 2147483648
done
boot -m ''
complains 2 '--memory: a size is missing' "-m without a size"

# How QEMU ends
# shellcheck disable=SC2016 # for the stub
guest "$linux" 'kill -KILL $$'
rm "$STUB/results"
boot
exits 3 "QEMU is killed: that is no timeout"
ok "QEMU is killed: the verdict does not tell of one" sh -c "! grep -q timeout '$TMP/err'"
says 'boot: QEMU was killed' "QEMU is killed: which is said"
# shellcheck disable=SC2016 # for the stub
guest '' 'kill -KILL $$'
boot
ends 2 'boot: QEMU failed: ' "QEMU is killed at once"
guest "$linux" 'exec sleep 20'
rm "$STUB/results"
boot -t 1
exits 124 "QEMU does not end"
says 'the guest was stopped by the timeout' "QEMU does not end: the verdict"
ok "QEMU does not end: nobody killed it" sh -c "! grep -q 'QEMU was killed' '$TMP/err'"
guest "$linux" 'trap "" TERM; sleep 20'
boot -t 1
exits 124 "QEMU does not end, and not by a signal, either"
guest '' 'exec sleep 20'
rm "$STUB/results"
boot -t 1
exits 124 "QEMU does not end, and prints nothing"
guest "$linux" 'exit 1' camera@50000000 display@54000000
boot
exits 0 "QEMU fails after all is told: the guest counts"
guest "$linux" 'exit 1'
rm "$STUB/results"
boot
exits 3 "QEMU fails before the guest is there"
says 'the kernel did not reach user space' "QEMU fails before the guest is there: the verdict"
guest '' 'echo "cannot do this" >&2; exit 1'
boot
ends 2 'boot: QEMU failed: cannot do this' "QEMU fails, and prints nothing"
boot -- -no-such-option
ends 2 'boot: QEMU did not start: qemu-system-aarch64: -no-such-option: ' "QEMU does not start"
guest "$linux" 'exit 0' camera@50000000
sed -i '/^done/d' "$STUB/results"
boot
exits 3 "the guest dies"

# Machines
for machine in "-p 16k:-cpu cortex-a76 -m 512M" "-p 64k:-cpu cortex-a57 -m 3G" "-p 64k -m 4G:-cpu cortex-a57 -m 4G" \
	"-a arm:-m 512M" "-a riscv64:-m 512M"; do
	read -ra options <<<"${machine%%:*}"
	run qemu/boot --dry-run "${options[@]}"
	exits 0 "--dry-run ${machine%%:*}"
	says " ${machine#*:} -smp 1" "--dry-run ${machine%%:*}: processor and memory"
done
says 'qemu-system-riscv64 -machine virt' "each architecture has its QEMU"
says 'build/6.12/src/out-riscv64/arch/riscv/boot/Image' "each architecture has its kernels"
run qemu/boot --dry-run -k 7.3 -p 16k
says 'build/7.3/src/out-arm64-16k/arch/arm64/boot/Image' "-k and -p are a folder of kernels"
run qemu/boot --dry-run -p 64k -a arm
complains 2 '--pages 64k: not on arm; there are: 4k' "pages that an architecture does not have"
run qemu/boot --dry-run -b u-boot
says "-bios $TOP/build/u-boot/arm64/u-boot.bin -drive if=none,id=disk,format=raw,file=$TOP/build/runs/RUN/disk.img" \
	"-b: U-Boot and its disk are in place of the kernel"
ok "-b: there is neither kernel nor tree" sh -c "! grep -qE -e '-(kernel|dtb|append) ' '$TMP/out'"
run qemu/boot --dry-run -b grub
complains 2 "unknown boot loader 'grub'" "a boot loader that is not known"
run qemu/boot --no-such-option
exits 2 "an option that there is not"
says 'usage: qemu/boot [options]' "an option that there is not: usage"
run qemu/boot --image ''
complains 2 '--image: a file is missing' "--image without a file"
mkdir -p "$TMP/gz/arch/arm64/boot"
gzip -c "$image" >"$TMP/gz/arch/arm64/boot/Image"
cp "$TMP/kernel/.config" "$TMP/gz"
guest "$linux" 'exit 0' camera@50000000 display@54000000
run qemu/boot --image "$TMP/gz/arch/arm64/boot/Image" --json "$TMP/report"
exits 0 "a compressed kernel"
ok "a compressed kernel: where things are loaded is not known" \
	jq -e '[.heaps[] | select(.name == "reserved") | .base] == [null]' "$(kept prediction.json)"
head -c 56 "$image" >"$TMP/short"
run qemu/boot --image "$TMP/short"
complains 2 "$TMP/short: no kernel image for arm64" "an image that ends before its magic number"
for seconds in 0 01 1m -1 x; do
	boot -t "$seconds"
	complains 2 "--timeout $seconds: not a number of seconds" "-t $seconds"
done
mkdir "$TMP/folder"
run qemu/boot --image "$image" --json "$TMP/folder"
complains 2 "--json $TMP/folder: cannot be written" "--json with a folder"
run qemu/boot --image "$image" --json -
exits 0 "--json -"
ok "--json - prints the report, and nothing else" jq -se 'length == 1 and .[0].exit == 0' "$TMP/out"
boot word
complains 2 'word: unexpected argument' "a word without --"
