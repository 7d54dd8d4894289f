# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Prediction and boot, side by side. Sourced.

# compare PREDICTION REPORT: of cma-heaps predict, and of qemu/boot. One line
# "tree BOOTS PREDICTED HEAPS UNKNOWN UNSEEN", and one for each difference.
compare() {
	jq -rn --slurpfile p "$1" --slurpfile r "$2" '
	def hex: if . == null then "unknown"
		elif . < 16 then "0123456789abcdef"[.:. + 1]
		else ((. / 16 | floor | hex) + (. % 16 | hex)) end;
	def at: "0x\(.base | hex)+0x\(.size | hex)" | gsub("0xunknown"; "unknown");
	def named: map(select(.name != "system") | {(.name): .}) | add // {};
	$p[0] as $p | $r[0] as $r |
	($p.heaps | named) as $want | ($r.heaps | named) as $got |
	($r.exit != 3 and $r.exit != 124) as $boots |
	(if $boots then $want | keys - ($want | keys - ($got | keys)) else [] end) as $both |
	"tree \($boots) \($p.boots) \($both | length) \(
		[$both[] | select($want[.].base == null)] | length) \(
		[$both[] | select($got[.].base == null)] | length)",
	if $p.boots != null and $p.boots != $boots then
		"the kernel \(if $boots then "reaches" else "does not reach" end) user space, against the prediction"
	elif $boots then
		($want | keys[] | select($got[.] == null and $want[.].certain != false) |
			"\(.): predicted at \($want[.] | at), is not there"),
		($got | keys[] | select($want[.] == null) | "\(.): not predicted, is at \($got[.] | at)"),
		($both[] | . as $n | $want[$n] as $w | $got[$n] as $g |
			(if $w.base != null and $g.base != null and $w.base != $g.base or
			    $w.size != null and $g.size != null and $w.size != $g.size then
				"\($n): predicted at \($w | at), is at \($g | at)" else empty end),
			(if $g.node != null and $w.node != $g.node then
				"\($n): predicted of node \($w.node), is of \($g.node)" else empty end))
	else empty end'
}
