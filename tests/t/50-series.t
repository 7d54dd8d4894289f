#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The series: its files, how it gets into a kernel tree, and what the checks of it find.
set -euo pipefail
. ./tests/lib.sh
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost

CORE=0001-dma-buf-heaps-cma-Let-the-device-tree-select-the-exp.patch
E=kernel-patches/6.19-
mapfile -t all < <(versions)
echo "1..$((4 * ${#all[@]} + 91))"

# prepare: all of it happens in a copy of the project, with scratch repositories of its own
prepare() {
	local version
	copy=$TMP/project
	mkdir -p "$copy/build"
	git ls-files -z | xargs -0 cp --parents -t "$copy"
	# What takes long is there already, or made here, under the lock
	scripts/dt/boards -c >/dev/null
	ln -s "$TOP/build/checkpatch" "$TOP/build/boards" "$copy/build"
	for version in "${all[@]}"; do
		mkdir "$copy/build/$version"
		git clone -q "build/$version/src" "$copy/build/$version/src"
		git -C "$copy/build/$version/src" fetch -q --tags
		git -C "$copy/build/$version/src" branch -q fixes origin/fixes
		cp "build/$version/src/.git"/series-* "$copy/build/$version/src/.git"
	done
	cp -r kernel-patches "$TMP/kernel-patches"
	cd "$copy"
}

# restore: the series as it was
restore() {
	rm -rf kernel-patches
	cp -r "$TMP/kernel-patches" .
}

test_files() {
	local version src schema
	for version in "${all[@]}"; do
		src=build/$version/src
		for schema in bindings/reserved-memory/*.yaml; do
			ok "$version: ${schema##*/} is the file that the series adds" \
				[ "$(git hash-object "$schema")" = \
				"$(git -C "$src" rev-parse "HEAD:Documentation/devicetree/$schema")" ]
		done
		# On a newer point release an export differs from the files
		run scripts/kernel/series export "$version"
		exits 0 "$version: series export"
		cp -r kernel-patches "$TMP/first"
		run scripts/kernel/series export "$version"
		run diff -r kernel-patches "$TMP/first"
		exits 0 "$version: a second export changes nothing"
		rm -rf "$TMP/first"
	done
	restore
}

# new_tree VERSION BLOBS: $tree, a kernel tree of a user's own as far as the series needs
# it. Only a clone has the blobs that the patches were made for.
new_tree() {
	tree=$TMP/linux
	rm -rf "$tree"
	git clone -q "build/$1/src" "$tree" 2>/dev/null
	git -C "$tree" checkout -q base
	if [[ $2 == without ]]; then
		rm -rf "$tree/.git"
		# Some are changed, so that no blob of the series is there
		printf '\n' | tee -a "$tree/drivers/dma-buf/heaps"/{cma_heap.c,Kconfig} \
			"$tree/Documentation/admin-guide/kernel-parameters.txt" >/dev/null
		git init -q "$tree"
		commit "the vendor's tree"
	fi
	before=$(git -C "$tree" rev-parse HEAD)
}

commit() {
	git -C "$tree" add -f -A
	git -C "$tree" commit -qm "$1"
	before=$(git -C "$tree" rev-parse HEAD)
}

is_unchanged() {
	[[ $(git -C "$tree" rev-parse HEAD) == "$before" && ! -e $tree/.git/rebase-apply &&
		-z $(git -C "$tree" status --porcelain) ]]
}

# refuses STATUS TEXT NAME: apply with a complaint, and the tree is unchanged
refuses() {
	run scripts/kernel/apply "$tree"
	complains "$1" "$2" "apply: $3"
	ok "apply: $3: the tree is unchanged" is_unchanged
}

# commits N NAME: apply made so many
commits() {
	ok "$2" [ "$(git -C "$tree" rev-list --count "$before..HEAD")" -eq "$1" ]
}

test_apply() {
	local cma=drivers/dma-buf/heaps/cma_heap.c
	new_tree 7.3 with
	run scripts/kernel/apply
	exits 2 "apply: no tree"
	run make -s apply
	complains 2 'KDIR=' "make apply: no tree"
	run make -s apply KDIR="$tree" PARTS=most
	complains 2 'PARTS=most' "make apply: an unknown value of PARTS"
	run scripts/kernel/apply "$TMP/none"
	complains 2 "no such folder" "apply: a folder that does not exist"
	run scripts/kernel/apply "$TMP"
	complains 2 'not a kernel source tree' "apply: a folder that is no kernel tree"
	mkdir "$TMP/plain"
	cp -r "$tree"/{Makefile,drivers} "$TMP/plain"
	run scripts/kernel/apply "$TMP/plain"
	complains 2 'not a git work tree' "apply: a kernel tree without git"

	echo >>"$tree/Makefile"
	run scripts/kernel/apply "$tree"
	complains 2 "not committed" "apply: a tree with changes"
	git -C "$tree" checkout -q Makefile
	ok "apply: a tree with changes: no commit is made" is_unchanged

	git -C "$tree" mv $cma drivers/dma-buf/heaps/other.c
	commit 'no CMA heap'
	refuses 2 "unknown shape: there is no $cma" "a kernel without a CMA heap"
	git -C "$tree" mv drivers/dma-buf/heaps/other.c $cma
	sed -i 's/__add_cma_heap/register_area/' "$tree/$cma"
	commit 'another function'
	refuses 2 'unknown shape: drivers/dma-buf/heaps/cma_heap.c has no __add_cma_heap(struct cma *, void *) or' \
		"an unknown shape"

	new_tree 7.3 with
	sed -i '1a # DMABUF_HEAPS_CMA_EXPORT' "$tree/drivers/dma-buf/heaps/Kconfig"
	commit 'the earlier series'
	refuses 2 'has an earlier version of the series' "a tree with the earlier series"

	# The line that the hook goes to is another one
	new_tree 7.3 without
	sed -i 's/__add_cma_heap(cma, cma_get_name(cma))/ours(cma); &/' "$tree/$cma"
	commit 'a change of the vendor'
	refuses 1 "the core does not apply: $cma, hunk 3" "a tree that the core does not apply to"

	# Whatever git is configured to
	new_tree 7.3 without
	sed -i 's/^\t\tret = __add_cma_heap(cma, cma_get_name/                ret = __add_cma_heap(cma, cma_get_name/' \
		"$tree/$cma"
	commit 'other white space'
	printf '[apply]\n\tignoreWhitespace = change\n[am]\n\tthreeWay = true\n' >"$TMP/gitconfig"
	GIT_CONFIG_GLOBAL=$TMP/gitconfig refuses 1 "the core does not apply: $cma, hunk 3" "other white space"

	new_tree 7.3 with
	sed -i 's/^VERSION = .*/VERSION = 6/; s/^PATCHLEVEL = .*/PATCHLEVEL = 12/' "$tree/Makefile"
	rm -r "$tree/Documentation/userspace-api"
	sed -i 's|^static struct class \*dma_heap_class;|static struct class *my_heap_class;|; s/dma_heap_class/my_heap_class/' \
		"$tree/drivers/dma-buf/dma-heap.c"
	commit "the vendor's"
	run make -s apply KDIR="$tree" FIXES=1
	exits 0 "apply: a backport, which lacks a file, and has other context for a fix"
	says "kernel-patches/6.19-" "apply: the shape is told from the source, not from the version"
	ok "apply: the core is applied" grep -qx 'core *applied' "$TMP/out"
	ok "apply: a part that does not apply is skipped, with the reason" grep -qx \
		'docs *skipped: Documentation/userspace-api/dma-buf-heaps.rst: No such file or directory' "$TMP/out"
	ok "apply: a fix that does not apply is skipped, with the reason" \
		grep -qx 'fix-name *skipped: drivers/dma-buf/dma-heap.c, hunk [0-9]*' "$TMP/out"
	ok "apply: a line for each part" [ "$(wc -l <"$TMP/out")" -eq $((1 + $(wc -l <$E/series) - 1 + 2)) ]
	commits $((7 - 1 + 1)) "apply: a commit for each part that applies"
	before=$(git -C "$tree" rev-parse HEAD)
	refuses 2 'already has the series' "a tree with the series"

	new_tree 6.12 without
	run make -s apply KDIR="$tree" PARTS=core
	exits 0 "make apply PARTS=core"
	commits 1 "make apply PARTS=core: one commit"
	says "kernel-patches/5.10-6.16" "make apply PARTS=core: the series of the shape"

	# Context that is not that of the patch: patch(1) would ignore it
	new_tree 6.12 with
	sed -i 's|^\tif (default_cma)$|& /* ours */|' "$tree/$cma"
	sed -i 's|^\tif (default_cma) /\* ours \*/$|\tif (default_cma)|; s|^\tint ret = 0;$|\tint ret = 0; /* ours */|' "$tree/$cma"
	sed -i 's|^config DMABUF_HEAPS_CMA$|# ours\n&|' "$tree/drivers/dma-buf/heaps/Kconfig"
	commit 'a change nearby'
	run scripts/kernel/apply -f "$tree"
	exits 0 "apply: a tree with changes nearby"
	commits $(($(wc -l <kernel-patches/5.10-6.16/series) - 1 + 2)) "apply -f: all parts and both fixes"
}

# A tree that has the blobs lets git merge, for example into a file that was renamed
test_three_way() {
	local docs=Documentation/userspace-api
	new_tree 7.3 with
	git -C "$tree" mv $docs/dma-buf-heaps.rst $docs/heaps.rst
	commit 'a file renamed'
	run scripts/kernel/apply "$tree"
	ok "apply: by a three-way merge, in a tree with the blobs" \
		grep -qx 'docs *applied by a three-way merge' "$TMP/out"
	new_tree 7.3 without
	git -C "$tree" mv $docs/dma-buf-heaps.rst $docs/heaps.rst
	commit 'a file renamed'
	run scripts/kernel/apply "$tree"
	ok "apply: no merge in a tree without the blobs" grep -q '^docs *skipped: ' "$TMP/out"
}

test_commands() {
	run scripts/kernel/series apply 9.9
	complains 2 "there are: 7.3 7.2 6.18 6.12 6.1 5.10" "series: an unknown version"
	run scripts/kernel/series frobnicate 7.3
	exits 2 "series: an unknown command"
	run scripts/kernel/fetch 9.9
	exits 2 "fetch: a version that no suite has"
	ok "fetch: a version that no suite has: which there are" grep -q 'there are: .*6.12' "$TMP/err"
}

# What check -q must find. checkpatch wants all of a kernel tree.
test_check() {
	local file folder=kernel-patches/5.10-6.16
	for file in "$TOP/build/6.12/src"/*; do
		[[ -e build/6.12/src/${file##*/} ]] || ln -s "$file" build/6.12/src
	done
	run scripts/kernel/series check -q 6.12
	exits 0 "check: a copy of the series passes"
	cp $folder/0003-*.patch $folder/0009-dma-buf-Another.patch
	cp $folder/0003-*.patch $folder/init/0008-another.patch
	sed -i '/ files* changed, /d' $folder/0004-*.patch
	sed -i '0,/^+[a-z].*/s/^+[a-z].*/& /' $folder/0005-*.patch
	sed -i 's/^+ \* Heaps of the CMA/+ * Heaps of CMA/' $folder/other-function/$CORE
	run scripts/kernel/series check -q 6.12
	exits 1 "check: a series with defects"
	says 'series does not list exactly the patches' "check: a patch that is not in the series file"
	says 'a variant is of no patch' "check: a variant of no patch"
	says '0004-Documentation-dma-buf-Describe-the-selection-of-CMA-.patch differs from what series export' \
		"check: a stale export"
	says ': ERROR:TRAILING_WHITESPACE: ' "check: what checkpatch.pl reports"
	says "other-function/$CORE differs from what series variants writes" "check: a variant that is not the core"
	restore
	scripts/kernel/series apply 6.12

	sed -i '/^@@ -0,0 +1,[0-9]* @@$/,$ { /^+\/\/ SPDX/ { p; s/.*/+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+\n+/ } }' \
		$E/$CORE
	sed -i 's/^\(index 0\{40\}\.\.\)[0-9a-f]/\1z/' $E/no-init/$CORE
	run scripts/kernel/series check -q 6.12
	says "6.19-/$CORE adds " "check: a core with too many lines"
	says 'more than 240' "check: a core with too many lines: the limit"
	says "6.19-/no-init/$CORE: its new files are not those of" "check: new files that differ between folders"
	restore

	sed -i 's|0/[0-9]*\]|0/99]|; s/^base.*: v.*/&.99/' $E/0000-cover-letter.patch
	run scripts/kernel/series check -q 7.3
	exits 1 "check: a cover letter that is out of date"
	says 'the cover letter is not of 6 patches' "check: a cover letter of another number of patches"
	says 'the cover letter does not name the base' "check: a cover letter of another base"
	restore
}

# The figures of the cover letter are those of the command that counts them
test_cover_letter() {
	local figure cover
	cover=" $(sed '1,/^$/d' $E/0000-cover-letter.patch | tr -s '\n ' ' ')"
	run scripts/dt/boards -c
	exits 0 "boards -c counts the boards"
	cp "$TMP/out" "$TMP/figures"
	ok "boards -c prints six figures" [ "$(grep -ow '[0-9]*' "$TMP/figures" | wc -l)" -eq 6 ]
	for figure in "$(sed -n '1s/ pools/ regions/; 1s/ have / have /p' "$TMP/figures")" \
		"$(sed -n '2s/ boards.*/ of these boards, /p' "$TMP/figures" | xargs)" \
		"$(sed -n '2s/.* \([0-9]*\) private pools/\1 regions have a node name/p' "$TMP/figures")" \
		"$(sed -n '4s/ .*//p' "$TMP/figures") of the $(sed -n '2s/ .*//p' "$TMP/figures") boards"; do
		ok "the cover letter says: $figure" grep -qF -- "$figure" <<<"$cover"
	done

	run scripts/kernel/series mail "$TMP/mail"
	exits 0 "mail"
	ok "mail: six patches and the cover letter" [ "$(find "$TMP/mail" -name '000[0-6]-*.patch' | wc -l)" -eq 7 ]
	ok "mail: each has its number" [ "$(grep -hc '^Subject: \[PATCH [0-6]/6\]' "$TMP"/mail/* | sort -u)" = 1 ]
	ok "mail: no copy of the schema" [ -z "$(grep -l '^+++ .*yaml' "$TMP"/mail/*)" ]
	ok "mail: the cover letter has the diffstat" \
		grep -q '^ drivers/dma-buf/heaps/cma_heap_export.c  *| ' "$TMP"/mail/0000-*
	ok "mail: three lines of context" [ "$(grep -c '^@@ ' "$TMP"/mail/0006-*)" -eq \
		"$(grep -A 3 '^@@ ' "$TMP"/mail/0006-* | grep -c '^ ' | awk '{ print $1 / 3 }')" ]
	run scripts/kernel/series mail "$TMP/mail"
	complains 2 'not an empty folder' "mail: a folder that is in use"
}

# release NUMBER SCRIPT: 6.12.NUMBER, a point release that does not exist, with cma_heap.c as
# sed changes it; fetch finds it
release() {
	mkdir "$TMP/linux-new"
	git -C build/6.12/src archive base | tar -x -C "$TMP/linux-new"
	sed -i "$2" "$TMP/linux-new/drivers/dma-buf/heaps/cma_heap.c"
	new=$TMP/releases/linux-source-6.12_6.12.$1-1.tar.xz
	tar -C "$TMP" -c linux-new | xz -0 >"$new"
	rm -rf "$TMP/linux-new" "$TMP/fetched"
	# The newest there is, after fetch -u
	cat >scripts/kernel/fetch <<-FETCH
		#!/bin/sh
		[ "\$1" = -u ] || [ -e "$TMP/fetched" ] || exec echo "$old"
		touch "$TMP/fetched"
		[ -e "$new" ] && echo "$new" || echo "$old"
	FETCH
}

test_refresh() {
	local new old
	scripts/kernel/series apply 6.12
	mkdir "$TMP/releases"
	old=$(scripts/kernel/fetch 6.12)
	release 998 's/__add_cma_heap(default_cma, NULL)/another(default_cma)/'
	run scripts/kernel/series refresh 6.12
	exits 1 "refresh: a point release that the series does not fit"
	says 'the core does not apply: drivers/dma-buf/heaps/cma_heap.c, hunk 2' \
		"refresh: a point release that the series does not fit: where"
	run diff -r kernel-patches "$TMP/kernel-patches"
	exits 0 "refresh: a series that does not fit stays as it is"
	ok "refresh: the point release that it does not fit is not kept" [ ! -e "$new" ]
	release 999 '1a /* one line more */'
	run scripts/kernel/series refresh 6.12
	exits 0 "refresh: a point release that the series fits"
	says "-> 6.12.999" "refresh: the base"
	says "moved      $CORE" "refresh: a patch that only moved"
	ok "refresh: no patch changed" [ "$(grep -c CHANGED "$TMP/out")" -eq 0 ]
	ok "refresh: the base is in the folder" [ "$(cat kernel-patches/5.10-6.16/base)" = 6.12.999 ]
	git -C "$TOP" show HEAD:scripts/kernel/fetch >scripts/kernel/fetch
	restore
}

test_scratch() {
	local src=build/7.3/src
	touch "$src/built"
	sed -i 's/^Subject: \[PATCH[^]]*\]/& Again:/' $E/0002-*.patch
	run scripts/kernel/series apply 7.3
	exits 0 "series apply: a patch that has changed"
	ok "series apply: the change is in the tree" \
		[ "$(git -C "$src" log --format=%s --grep='^Again:' | wc -l)" -eq 1 ]
	ok "series apply: what is built stays" [ -e "$src/built" ]

	echo work >>"$src/drivers/dma-buf/dma-heap.c"
	echo 'another series' >"$src/.git/series-stamp"
	run scripts/kernel/series apply 7.3
	complains 2 'of yours' "series apply: uncommitted work in the scratch repository"
	ok "series apply: the work is still there" grep -q '^work$' "$src/drivers/dma-buf/dma-heap.c"
	restore
}

# new_kernel: build/6.12/src, a kernel that takes no time to build, as if the series had
# made its commits
new_kernel() {
	src=build/6.12/src
	rm -rf "$src" build/6.12/check
	git init -q -b main "$src"
	mkdir -p "$src/drivers/dma-buf/heaps" "$src/mm"
	printf 'void g(void)\n{\n\tint before;\n}\n' >"$src/drivers/dma-buf/heaps/file.c"
	echo '/* cma */' >"$src/mm/cma.c"
	cat >"$src/Makefile" <<'MAKEFILE'
VERSION = 6
PATCHLEVEL = 12
allnoconfig:
	@cp $(O)/wanted.config $(O)/.config
Image:
	@mkdir -p $(O)/arch/arm64/boot
	@cat mm/cma.c >>$(O)/arch/arm64/boot/Image
drivers/% kernel/%: FORCE
	@gcc -Wall -c -o /dev/null $@/file.c
FORCE:
MAKEFILE
	commit_kernel base
	git -C "$src" tag base
}

commit_kernel() {
	git -C "$src" add Makefile drivers
	git -C "$src" commit -qm "$1"
	cp "$TOP/build/6.12/src/.git"/series-* "$src/.git"
	git -C "$src" rev-parse HEAD >"$src/.git/series-head"
}

# Base has a warning, the second commit brings another one, the third does not build
test_check_builds() {
	local src file=drivers/dma-buf/heaps/file.c
	new_kernel
	echo '/* nothing */' >>"$src/$file"
	commit_kernel 'nothing new'
	run scripts/kernel/check-builds 6.12 on off
	exits 0 "check-builds: commits that bring no warning"
	printf 'void h(void)\n{\n\tint after;\n}\n' >>"$src/$file"
	commit_kernel 'a warning'
	run scripts/kernel/check-builds 6.12 on
	exits 1 "check-builds: a commit that brings a warning"
	says "on: new reports of W=1 or sparse: a warning" "check-builds: a warning: which commit"
	says "warning: unused variable ‘after’" "check-builds: a warning: which"
	ok "check-builds: a warning of the base is none" [ "$(grep -c before "$TMP/err")" -eq 0 ]
	echo 'none' >>"$src/$file"
	commit_kernel 'an error'
	run scripts/kernel/check-builds 6.12 on
	exits 1 "check-builds: a commit that does not build"
	says "on: does not build: an error" "check-builds: a commit that does not build: which"
	run scripts/kernel/check-builds 6.12 sideways
	complains 2 'there are: on off module' "check-builds: an unknown variant"
}

# times: how often the image was made since it was deleted
times() {
	grep -c cma "$image"
}

# When is the image made anew?
test_build() {
	local src image
	new_kernel
	commit_kernel 'nothing' || :
	run scripts/kernel/build 6.12 arm64
	exits 0 "build: a kernel"
	image=$(cat "$TMP/out")
	run scripts/kernel/build 6.12 arm64
	ok "build: once if nothing changed" [ "$(times)" -eq 1 ]
	sleep 1.1
	echo '/* cma edited */' >"$src/mm/cma.c"
	run scripts/kernel/build 6.12 arm64
	ok "build: again if a file that git does not track was edited" [ "$(times)" -eq 2 ]
	rm "$image"
	run scripts/kernel/build 6.12 arm64
	ok "build: again if the image was deleted" [ "$(times)" -eq 1 ]
	sed -i 's/^TRIPLET=.*/TRIPLET=other-linux-gnu/' qemu/arm64.conf
	run scripts/kernel/build 6.12 arm64
	ok "build: again if the compiler is another one" [ "$(times)" -eq 2 ]
}

prepare
test_files
test_apply
test_three_way
test_commands
test_check
test_cover_letter
test_refresh
test_scratch
test_check_builds
test_build
