#!/usr/bin/env bash
# Checks the libraries of a release: released.sh FOLDER.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
mkdir -p "$OUT"

fail() { echo "released.sh: $*" >&2; exit 1; }

for library in "$1"/libvisiono_workflow-Linux-*; do
  case $library in
    *-x86_64-gnu.so) make --silent load LIBRARY="$library" compilers=gcc ;;
    *-x86_64-musl.so) make --silent load LIBRARY="$library" compilers=musl-gcc ;;
    *-aarch64-gnu.so)
      make --silent load LIBRARY="$library" compilers=aarch64-linux-gnu-gcc \
        under="qemu-aarch64 -L /usr/aarch64-linux-gnu"
      ;;
  esac
  # The library for musl needs no symbol of glibc.
  oldest=GLIBC_2.17
  [[ $library == *-gnu.so ]] || oldest=''
  newest=$(objdump -T "$library" | sed -n 's|.*(\(GLIBC_[0-9.]*\)).*|\1|p' | sort --version-sort --unique | tail -1)
  printf '%s: needs %s\n' "${library##*/}" "${newest:-no symbol of glibc}"
  [[ $(printf '%s\n' "$oldest" "$newest" | sort --version-sort | tail -1) == "$oldest" ]] ||
    fail "the library needs a newer glibc than 2.17"
  dynamic=$(readelf -d "$library")
  ! grep 'NEEDED.*\[lib\(gcc\|unwind\)' <<< "$dynamic" || fail "$library needs a shared library"
  [[ $dynamic == *"soname: [libvisiono_workflow.so.$ABI]"* ]] || fail "$library has no versioned name"
done
