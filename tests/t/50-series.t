#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The series: its files, and how it gets into a kernel tree.
set -eu
. ./tests/lib.sh
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost

# All of it happens in a copy of the project, with scratch repositories of its own
copy=$TMP/project
mkdir -p "$copy/build"
git ls-files -z | xargs -0 cp --parents -t "$copy"
[ ! -d build/checkpatch ] || ln -s "$TOP/build/checkpatch" "$copy/build"
for version in $(versions); do
	mkdir "$copy/build/$version"
	git clone -q "build/$version/src" "$copy/build/$version/src"
	git -C "$copy/build/$version/src" fetch -q --tags
	cp "build/$version/src/.git"/series-* "$copy/build/$version/src/.git"
done
cd "$copy"

for version in $(versions); do
	src=build/$version/src
	for schema in bindings/reserved-memory/*.yaml; do
		ok "$version: ${schema##*/} is the file that the series adds" \
			[ "$(git hash-object "$schema")" = \
			"$(git -C "$src" rev-parse "HEAD:Documentation/devicetree/$schema")" ]
	done

	# On a newer point release an export differs from what is there
	run scripts/kernel/series export "$version"
	exits 0 "$version: series export"
	cp -r kernel-patches "$TMP/first"
	run scripts/kernel/series export "$version"
	run diff -r kernel-patches "$TMP/first"
	exits 0 "$version: a second export changes nothing"
	rm -rf "$TMP/first"

	# A kernel tree of a user's own, as far as the series needs it
	git clone -q "$src" "$TMP/linux-$version" 2>/dev/null
	git -C "$TMP/linux-$version" checkout -q base
done

version=$(versions | head -n 1)
tree=$TMP/linux-$version
at() { git -C "$tree" rev-parse HEAD; }
unchanged() { [ "$(at)" = "$before" ] && [ ! -e "$tree/.git/rebase-apply" ] && git -C "$tree" diff --quiet HEAD; }

before=$(at)
run scripts/kernel/apply
exits 2 "apply without a tree"
run make -s apply
complains 2 'KDIR=' "make apply without a tree"
run scripts/kernel/apply "$TMP"
complains 2 'no kernel source tree' "a folder that is no kernel tree"

echo >>"$tree/Makefile"
run scripts/kernel/apply "$tree"
complains 2 "not committed" "a tree with changes"
git -C "$tree" checkout -q Makefile
ok "a tree with changes keeps its commits" unchanged

sed -i 's/^PATCHLEVEL = .*/PATCHLEVEL = 99/' "$tree/Makefile"
git -C "$tree" commit -qam 'another version'
run scripts/kernel/apply "$tree"
complains 2 "there are: $(versions | xargs)" "a version that no series serves"
git -C "$tree" reset -q --hard "$before"

# The fix of the name check meets other context than it was made for
sed -i 's/^static struct class \*dma_heap_class;/static struct class *my_heap_class;/; s/dma_heap_class/my_heap_class/' \
	"$tree/drivers/dma-buf/dma-heap.c"
git -C "$tree" commit -qam 'a change of the vendor'
before=$(at)
run scripts/kernel/apply "$tree"
complains 1 'patch 0002 "dma-buf: heaps: Check for a taken name before creating the device" does not apply: drivers/dma-buf/dma-heap.c, hunk 2 (line ' \
	"a patch that does not apply: which, and where"
ok "a patch that does not apply leaves the tree as it was" unchanged
git -C "$tree" reset -q --hard HEAD~1

run make -s apply KDIR="$tree"
exits 0 "make apply"
ok "make apply makes a commit of each patch" \
	[ "$(git -C "$tree" rev-list --count base..HEAD)" -eq "$(wc -l <"kernel-patches/$(folder "$version")/series")" ]
run scripts/kernel/apply "$tree"
complains 2 'has the series already' "a tree that has the series"

# Whatever git is configured to
cat >"$TMP/gitconfig" <<'CONFIG'
[apply]
	ignoreWhitespace = change
[am]
	threeWay = true
CONFIG
git -C "$tree" reset -q --hard base
sed -i 's/^\tdev_ret = /        dev_ret = /' "$tree/drivers/dma-buf/dma-heap.c"
git -C "$tree" commit -qam 'other white space'
before=$(at)
GIT_CONFIG_GLOBAL=$TMP/gitconfig run scripts/kernel/apply "$tree"
complains 1 'drivers/dma-buf/dma-heap.c, hunk ' "other white space is other context"
ok "other white space leaves the tree as it was" unchanged

# Context that differs in the outermost line alone: patch(1) would take it
git -C "$tree" reset -q --hard base
patch=$copy/$(cd "$copy" && echo kernel-patches/"$(folder "$version")"/0002-*.patch)
context=$(awk '/^@@ / { getline; print substr($0, 2); exit }' "$patch")
line=$(grep -nxF -- "$context" "$tree/drivers/dma-buf/dma-heap.c" | head -n 1 | cut -d: -f1)
sed -i "${line}s/\$/ \\/* ours *\\//" "$tree/drivers/dma-buf/dma-heap.c"
git -C "$tree" commit -qam 'other context at the edge'
before=$(at)
ok "fuzz: git apply -C2 takes the patch" git -C "$tree" apply -C2 --check "$patch"
run scripts/kernel/apply "$tree"
complains 1 'drivers/dma-buf/dma-heap.c, hunk ' "fuzz: make apply does not"
ok "fuzz: the tree is as it was" unchanged

mkdir "$TMP/plain"
cp "$tree/Makefile" "$TMP/plain"
run scripts/kernel/apply "$TMP/plain"
complains 2 'no git work tree' "a tree without git"

run scripts/kernel/series apply 9.9
complains 2 "there are: $(versions | xargs)" "series: a version that there is not"
run scripts/kernel/fetch 9.9
exits 2 "fetch: a version that no suite has"
ok "fetch: a version that no suite has, and a list of those there are" \
	grep -q 'there are: .*6.12' "$TMP/err"

# What check -q must catch. checkpatch wants all of a kernel tree.
version=6.12
series=kernel-patches/$(folder "$version")
for file in "$TOP/build/$version/src"/*; do
	[ -e "build/$version/src/${file##*/}" ] || ln -s "$file" "build/$version/src"
done
cp -r kernel-patches "$TMP/record"
run scripts/kernel/series check -q "$version"
exits 0 "check: a copy of the series is as it must be"
cp "$series"/0003-*.patch "$series/0009-dma-buf-Another.patch"
sed -i '/ file changed, /d' "$series"/0003-*.patch
sed -i '0,/^+[A-Z].*/s/^+[A-Z].*/& /' "$(patches "$series" | tail -n 1)"
run scripts/kernel/series check -q "$version"
exits 1 "check: a series with defects"
says 'not name exactly the patches' "check: a patch that is not in the series file"
says '0003-dma-buf-heaps-Do-not-take-the-name-of-a-heap-for-a-f.patch differs from what' "check: a stale export"
says ': ERROR:TRAILING_WHITESPACE: ' "check: what checkpatch.pl has to say"
rm -rf kernel-patches
cp -r "$TMP/record" kernel-patches
scripts/kernel/series apply "$version"
version=$(versions | head -n 1)
series=kernel-patches/$(folder "$version")
sed -i 's|0/[0-9]*\]|0/99]|' "$series/0000-cover-letter.patch"
sed -i 's/^base.*: v.*/&.99/' "$series/0000-cover-letter.patch"
run scripts/kernel/series check -q "$version"
says 'the cover letter is not of ' "check: a cover letter of another number of patches"
says 'the cover letter does not name the base' "check: a cover letter of another base"
rm -rf kernel-patches
cp -r "$TMP/record" kernel-patches

# The figures of the cover letter are those of the command that counts them
"$TOP/scripts/dt/count-pools" "$version" >"$TMP/figures"
tr '\n' ' ' <"$series/0000-cover-letter.patch" >"$TMP/cover"
# shellcheck disable=SC2013 # numbers, without blanks
for figure in $(grep -o '[0-9][0-9]*' "$TMP/figures"); do
	ok "the cover letter has the figure $figure of count-pools" grep -qw "$figure" "$TMP/cover"
done

# A port beside the authoritative series
mkdir "$TMP/left"
run env TMPDIR="$TMP/left" scripts/kernel/series range-diff 6.1
exits 0 "range-diff"
ok "range-diff has every patch of the port" \
	[ "$(grep -cE '^ *[0-9]+: +[0-9a-f]+ [=!] +[0-9]+: ' "$TMP/out")" -eq "$(wc -l <kernel-patches/6.1/series)" ]
ok "range-diff leaves nothing behind" [ -z "$(ls -A "$TMP/left")" ]

# Point releases that nobody has made yet; fetch brings them
version=6.12
series=kernel-patches/$version
scripts/kernel/series apply "$version"
mkdir "$TMP/releases"
old=$(scripts/kernel/fetch "$version")
# release NUMBER SCRIPT: 6.12.NUMBER, with dma-heap.c as sed makes it
release() {
	mkdir "$TMP/linux"
	git -C "build/$version/src" archive base | tar -x -C "$TMP/linux"
	sed -i "$2" "$TMP/linux/drivers/dma-buf/dma-heap.c"
	new=$TMP/releases/linux-source-${version}_$version.$1-1.tar.xz
	tar -C "$TMP" -c linux | xz -0 >"$new"
	rm -rf "$TMP/linux"
	# The newest there is, from then on
	cat >scripts/kernel/fetch <<-FETCH
		#!/bin/sh
		[ "\$1" = -u ] || [ -e "$TMP/fetched" ] || exec echo "$old"
		touch "$TMP/fetched"
		[ -e "$new" ] && echo "$new" || echo "$old"
	FETCH
	rm -f "$TMP/fetched"
}
release 998 's/static DEFINE_MUTEX(heap_list_lock)/static DEFINE_MUTEX(another_lock)/; s/heap_list_lock/another_lock/'
cp -r kernel-patches "$TMP/before"
run scripts/kernel/series refresh "$version"
exits 1 "refresh: a point release that the series does not fit"
says 'patch 0002 "dma-buf: heaps: Check for a taken name before creating the device" does not apply: drivers/dma-buf/dma-heap.c, hunk ' \
	"refresh: which patch does not apply, and where"
run diff -r kernel-patches "$TMP/before"
exits 0 "refresh: a series that does not fit stays as it is"
ok "refresh: the point release that it does not fit is not kept" [ ! -e "$new" ]
release 999 '1a\
/* one line more */'
run scripts/kernel/series refresh "$version"
exits 0 "refresh: a point release that the series fits"
says "-> $version.999" "refresh: the base"
says 'moved             0002-' "refresh: a patch that only moved"
ok "refresh: no patch changed" [ "$(grep -c CHANGED "$TMP/out")" -eq 0 ]
ok "refresh: the base is in the folder" [ "$(cat "$series/base")" = "$version.999" ]
git -C "$TOP" show "HEAD:scripts/kernel/fetch" >scripts/kernel/fetch
version=$(versions | head -n 1)

# A patch that has changed goes on the same tree, and what is built there stays
src=build/$version/src
touch "$src/built"
sed -i 's/^Subject: \[PATCH[^]]*\]/& Again:/' "kernel-patches/$version"/0002-*.patch
run scripts/kernel/series apply "$version"
exits 0 "series apply: a patch that has changed"
ok "series apply: the change is in the tree" \
	[ "$(git -C "$src" log --format=%s --grep='^Again:' | wc -l)" -eq 1 ]
ok "series apply: what is built stays" [ -e "$src/built" ]

# Work in the scratch repository is not thrown away
echo work >>"$src/drivers/dma-buf/dma-heap.c"
echo 'another series' >"$src/.git/series-stamp"
run scripts/kernel/series apply "$version"
complains 2 'of yours' "series apply does not throw work away"
ok "the work is still there" grep -q '^work$' "$src/drivers/dma-buf/dma-heap.c"

# What check-builds must catch, on a kernel that is built in no time: base has a
# warning, the first commit another one, the second does not build
version=6.12
src=build/$version/src
rm -rf kernel-patches "$src"
cp -r "$TOP/kernel-patches" .
git init -q -b main "$src"
for folder in $(touched "$copy/kernel-patches/$version" | grep -E '^(drivers|kernel)'); do
	mkdir -p "$src/$folder"
	printf 'void g(void)\n{\n\tint before;\n}\n' >"$src/$folder/file.c"
done
cat >"$src/Makefile" <<'MAKEFILE'
VERSION = 6
PATCHLEVEL = 12
allnoconfig:
	@cp $(O)/wanted.config $(O)/.config
Image:
	@mkdir -p $(O)/drivers/dma-buf/heaps $(O)/kernel/dma
drivers/% kernel/%: FORCE
	@gcc -Wall -c -o /dev/null $@/file.c
FORCE:
MAKEFILE
commit() {
	git -C "$src" add Makefile drivers kernel
	git -C "$src" commit -qm "$1"
}
# As if the series had made these commits
as_applied() {
	cp "$TOP/build/$version/src/.git"/series-* "$src/.git"
	git -C "$src" rev-parse HEAD >"$src/.git/series-head"
}
commit base
git -C "$src" tag base
echo '/* nothing */' >>"$src/kernel/dma/file.c"
commit 'nothing new'
as_applied
run scripts/kernel/check-builds "$version" on off
exits 0 "check-builds: commits that bring no warning"
printf 'void h(void)\n{\n\tint after;\n}\n' >>"$src/kernel/dma/file.c"
commit 'a warning'
as_applied
run scripts/kernel/check-builds "$version" on
exits 1 "check-builds: a commit that brings a warning"
says "on: W=1 or sparse has something new to say: a warning" "check-builds: a warning: which commit"
says "warning: unused variable ‘after’" "check-builds: a warning: which"
ok "check-builds: a warning that was there before is none" \
	[ "$(grep -c before "$TMP/err")" -eq 0 ]
echo 'none' >>"$src/kernel/dma/file.c"
commit 'an error'
as_applied
run scripts/kernel/check-builds "$version" on
exits 1 "check-builds: a commit that does not build"
says "on: does not build: an error" "check-builds: which commit does not build"
run scripts/kernel/check-builds "$version" sideways
complains 2 'there are: on off module' "check-builds: a variant that there is not"
plan
