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
	# In the project itself: checkpatch wants all of a kernel tree
	run "$TOP/scripts/series" check -q "$version"
	exits 0 "$version: the series is as it must be"

	src=build/$version/src
	for schema in bindings/reserved-memory/*.yaml; do
		ok "$version: ${schema##*/} is the file that the series adds" \
			[ "$(git hash-object "$schema")" = \
			"$(git -C "$src" rev-parse "HEAD:Documentation/devicetree/$schema")" ]
	done

	# On a newer point release an export differs from what is there
	run scripts/series export "$version"
	exits 0 "$version: series export"
	cp -r kernel-patches "$TMP/first"
	run scripts/series export "$version"
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
run scripts/apply
exits 2 "apply without a tree"
run make -s apply
complains 2 'KDIR=' "make apply without a tree"
run scripts/apply "$TMP"
complains 2 'no kernel source tree' "a folder that is no kernel tree"

echo >>"$tree/Makefile"
run scripts/apply "$tree"
complains 2 "not committed" "a tree with changes"
git -C "$tree" checkout -q Makefile
ok "a tree with changes keeps its commits" unchanged

sed -i 's/^PATCHLEVEL = .*/PATCHLEVEL = 99/' "$tree/Makefile"
git -C "$tree" commit -qam 'another version'
run scripts/apply "$tree"
complains 2 "there are: $(versions | xargs)" "a version that no series serves"
git -C "$tree" reset -q --hard "$before"

# The fix of the name check meets other context than it was made for
sed -i 's/^static struct class \*dma_heap_class;/static struct class *my_heap_class;/; s/dma_heap_class/my_heap_class/' \
	"$tree/drivers/dma-buf/dma-heap.c"
git -C "$tree" commit -qam 'a change of the vendor'
before=$(at)
run scripts/apply "$tree"
complains 1 'drivers/dma-buf/dma-heap.c:' "a patch that does not apply: which, and where"
ok "a patch that does not apply leaves the tree as it was" unchanged
git -C "$tree" reset -q --hard HEAD~1

run make -s apply KDIR="$tree"
exits 0 "make apply"
ok "make apply makes a commit of each patch" \
	[ "$(git -C "$tree" rev-list --count base..HEAD)" -eq "$(wc -l <"kernel-patches/$(folder "$version")/series")" ]
run scripts/apply "$tree"
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
GIT_CONFIG_GLOBAL=$TMP/gitconfig run scripts/apply "$tree"
complains 1 'drivers/dma-buf/dma-heap.c:' "other white space is other context"
ok "other white space leaves the tree as it was" unchanged

mkdir "$TMP/plain"
cp "$tree/Makefile" "$TMP/plain"
run scripts/apply "$TMP/plain"
complains 2 'no git work tree' "a tree without git"

run scripts/series apply 9.9
complains 2 "there are: $(versions | xargs)" "series: a version that there is not"
run scripts/fetch 9.9
exits 2 "fetch: a version that no suite has"
ok "fetch: a version that no suite has, and a list of those there are" \
	grep -q 'there are: .*6.12' "$TMP/err"

# Work in the scratch repository is not thrown away
src=build/$version/src
echo work >>"$src/drivers/dma-buf/dma-heap.c"
echo 'another series' >"$src/.git/series-stamp"
run scripts/series apply "$version"
complains 2 'of yours' "series apply does not throw work away"
ok "the work is still there" grep -q '^work$' "$src/drivers/dma-buf/dma-heap.c"
plan
