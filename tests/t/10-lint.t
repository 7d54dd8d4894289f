#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The static checks of the sources, and that each of them can fail.
set -euo pipefail
. ./tests/lib.sh
mapfile -t targets < <(sed -n 's/^\([a-z][a-z_-]*\):.*## .*/\1/p' Makefile)
plan $((20 + ${#targets[@]}))

run scripts/check
exits 0 "make check"

# In a copy, each tool finds a problem
mkdir "$TMP/copy"
git ls-files -z | xargs -0 cp --parents -t "$TMP/copy"
ln -s "$TOP/build" "$TMP/copy"
cd "$TMP/copy"
git init -q
echo '# A file' >scripts/plain
cat >scripts/unquoted <<'END'
#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
rm $1
END
sed '1s|.*|#!/usr/bin/env bash|' scripts/unquoted >scripts/unquoted-bash
printf '#!/usr/bin/env python3\n# SPDX-License-Identifier: GPL-2.0-only\nif True\n' >scripts/colon
printf '# SPDX-License-Identifier: GPL-2.0-only\na:   b\n' >bindings/blanks.yaml
printf '// SPDX-License-Identifier: GPL-2.0-only\nint f(void)\n{\n    return 0;\n}\n' >tests/guest/blanks.c
# The checks look at what git tracks
git add scripts/{plain,unquoted,unquoted-bash,colon} bindings/blanks.yaml tests/guest/blanks.c
run scripts/check spdx
exits 1 "check: a file without an SPDX line"
says scripts/plain "check: a file without an SPDX line: which"
run scripts/check shell
exits 1 "check: a script that shellcheck does not like"
says "In scripts/unquoted line 3:" "check: a script that shellcheck does not like: where"
says "In scripts/unquoted-bash line 3:" "check: a bash script that shellcheck does not like: where"
run scripts/check python
exits 1 "check: Python that does not compile"
says scripts/colon "check: Python that does not compile: which"
run scripts/check yaml
exits 1 "check: a schema that yamllint does not like"
says blanks.yaml "check: a schema that yamllint does not like: which"
run scripts/check c
exits 1 "check: C that is indented by blanks"
says 'tests/guest/blanks.c:4:' "check: C that is indented by blanks: where"
cd "$TOP"

# A kernel whose configuration drops an option does not count as built
mkdir -p "$TMP/linux/drivers/dma-buf/heaps"
cat >"$TMP/linux/Makefile" <<'END'
VERSION = 6
PATCHLEVEL = 12
allnoconfig: ; @touch $(O)/.config
Image:
END
echo DMABUF_HEAPS_CMA_EXPORT >"$TMP/linux/drivers/dma-buf/heaps/Kconfig"
run scripts/kernel/build -s "$TMP/linux" 6.12 arm64
exits 1 "a configuration that loses an option is a failed build"
says "did not survive the configuration" "a configuration that loses an option: which"
run scripts/kernel/build -k "$TMP" 6.12 arm64
complains 2 "$TMP: not a kernel source tree" "a KDIR that is not a kernel tree"
rm "$TMP/linux/drivers/dma-buf/heaps/Kconfig"
run scripts/kernel/build -k "$TMP/linux" 6.12 arm64
complains 2 "does not have the series" "KDIR without the series"

# Without root and sudo the missing packages are named, and nothing else is done
mkdir "$TMP/bin"
printf '#!/bin/sh\necho 1000\n' >"$TMP/bin/id"
printf '#!/bin/sh\nexit 1\n' >"$TMP/bin/sudo"
printf '#!/bin/sh\necho "installed gcc"\n' >"$TMP/bin/dpkg-query"
chmod +x "$TMP/bin"/*
run env PATH="$TMP/bin:$PATH" scripts/deps
complains 2 "please run: apt-get install -y --no-install-recommends bc " "no right to install packages"
ok "make has targets" [ "${#targets[@]}" -gt 20 ]
run make
exits 0 "make prints help"
says "BOOT=" "make prints variables"
for target in "${targets[@]}"; do
	run make -s "$target" K=9.9
	complains 2 "K=9.9 is not known; there are: $(all_versions | xargs)" \
		"make $target for a kernel that is not served"
done
