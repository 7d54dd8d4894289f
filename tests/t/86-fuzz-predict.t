#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cma-heaps predict on blobs that libFuzzer makes of the tests' own, for a minute,
# with ASan and UBSan. The longer run is make fuzz-predict T=600.
set -euo pipefail
. ./tests/lib.sh
plan 1

run make -s fuzz-predict T=60
exits 0 "a minute of hostile blobs"
