# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What kernel-patches holds, and how it gets into a kernel tree. Sourced, after base.sh.

PATCHES=$TOP/kernel-patches
# The version that the upstream series is for, and whose checkpatch.pl is used
AUTHORITATIVE=7.3
export AUTHORITATIVE

# table: the lines of kernel-patches/versions without comments
table() {
	sed 's/#.*//; /^[[:space:]]*$/d' "$PATCHES/versions"
}

# field VERSION NAME: a column of that table, or fail if VERSION is not in it
field() {
	table | awk -v version="$1" -v name="$2" '
		BEGIN { n = split("version folder boots applies default policy", names)
			for (i = 1; i <= n; i++) column[names[i]] = i }
		$1 == version { print $column[name]; found = 1 }
		END { exit !found }'
}

# versions: those that the tests boot, newest first; with KERNELS only those of them
versions() {
	table | awk -v only="${KERNELS-}" '
		$3 == "yes" && (only == "" || index(" " only " ", " " $1 " ")) { print $1 }'
}

# all_versions: those that the tests boot, and those to which the core applies
all_versions() {
	table | awk '{ print $1 }'
}

# folder_of VERSION: the path of its series, or exit with a list of the versions
folder_of() {
	local folder
	folder=$(field "$1" folder) ||
		die 2 "no series for kernel '$1'; there are: $(all_versions | xargs)"
	printf '%s\n' "$PATCHES/$folder"
}

# tree_version DIR: X.Y of a kernel source tree, or nothing
tree_version() {
	[[ ! -f $1/Makefile ]] || awk '$1 == "VERSION" { v = $3 }
		$1 == "PATCHLEVEL" { print v "." $3; exit }' "$1/Makefile"
}

# parts FOLDER: a line "PART PATCH" each
parts() {
	sed 's/#.*//; /^[[:space:]]*$/d' "$1/series"
}

# shape DIR: the folder whose series fits cma_heap.c of a kernel tree, or fail with what
# was looked for. The version does not show it: vendors backport.
shape() {
	local file=drivers/dma-buf/heaps/cma_heap.c
	if [[ ! -f $1/$file ]]; then
		echo "there is no $file, which Linux has since 5.6"
		return 1
	elif grep -q '__add_cma_heap(cma, cma_get_name(cma))' "$1/$file"; then
		echo 6.19-
	elif grep -q '__add_cma_heap(struct cma \*cma, const char \*name)' "$1/$file"; then
		echo 6.17-6.18
	elif grep -q 'add[a-z_]*(struct cma \*cma, void \*data)' "$1/$file"; then
		echo 5.10-6.16
	else
		echo "$file has no __add_cma_heap(struct cma *, void *) or" \
			"__add_cma_heap(struct cma *, const char *)"
		return 1
	fi
}

# Whatever the user's git is configured to
git_am() {
	git -C "$1" -c am.threeWay=false -c am.keepcr=false -c apply.whitespace=nowarn \
		-c apply.ignoreWhitespace=no -c commit.gpgSign=false -c core.hooksPath=/dev/null \
		am --quiet --committer-date-is-author-date "${@:2}"
}

# hunk_at PATCH FILE LINE: which hunk of FILE starts at LINE
hunk_at() {
	awk -v file="$2" -v line="$3" '
		/^diff --git / { here = $3 == "a/" file; n = 0 }
		here && /^@@ / { n++; split($2, at, /[-,]/); if (at[2] == line) { print n; exit } }' "$1"
}

# why_not DIR PATCH: the first place at which it does not apply, in one line
why_not() {
	local log where
	log=$(git -C "$1" -c apply.ignoreWhitespace=no apply --check "$2" 2>&1) || :
	where=$(sed -n 's/^error: patch failed: //p' <<<"$log" | head -n 1)
	if [[ -n $where ]]; then
		printf '%s, hunk %s\n' "${where%:*}" "$(hunk_at "$2" "${where%:*}" "${where##*:}")"
	else
		sed -n 's/^error: //p' <<<"$log" | head -n 1
	fi
}

# apply_patch DIR PATCH: by git am with exact context, or by a three-way merge, if the tree
# has the blobs that PATCH was made for. A variant of PATCH is one of the same name in a
# folder below. It names lines that only its trees have, and goes first: PATCH may apply
# to them, too, and lack what they need. Prints how, or why not; then the tree is as it was.
apply_patch() {
	local dir=$1 patch=$2 variant
	for variant in "${patch%/*}"/*/"${patch##*/}"; do
		[[ -f $variant ]] || continue
		if git_am "$dir" "$variant" &>/dev/null; then
			variant=${variant%/*}
			echo "applied, variant ${variant##*/}"
			return
		fi
		git -C "$dir" am --abort &>/dev/null || :
	done
	if git_am "$dir" "$patch" &>/dev/null; then
		echo applied
		return
	fi
	git -C "$dir" am --abort &>/dev/null || :
	if git_am "$dir" --3way "$patch" &>/dev/null; then
		echo "applied by a three-way merge"
		return
	fi
	git -C "$dir" am --abort &>/dev/null || :
	why_not "$dir" "$patch"
	return 1
}

# apply_parts DIR FOLDER WHICH: the core, which must apply, then the other parts unless
# WHICH is "core". A line for each, on stdout. Returns 1 if the core does not apply.
apply_parts() {
	local dir=$1 folder=$2 which=$3 part patch result
	while read -r part patch; do
		if result=$(apply_patch "$dir" "$folder/$patch"); then
			printf '%-11s %s\n' "$part" "$result"
		elif [[ $part == core ]]; then
			say "$dir: the core does not apply: $result"
			return 1
		else
			printf '%-11s skipped: %s\n' "$part" "$result"
		fi
		[[ $which != core ]] || return 0
	done < <(parts "$folder")
}

# has_series DIR: does the kernel tree have this series?
has_series() {
	[[ -e $1/drivers/dma-buf/heaps/cma_heap_export.c ]] &&
		grep -qs 'cma_heap_export\.c' "$1/drivers/dma-buf/heaps/cma_heap.c"
}
