#!/usr/bin/env bash
# Installs the library where cargo's configuration builds elsewhere, and where it can't be built.
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
musl=x86_64-unknown-linux-musl

fail() { echo "install.sh: $*" >&2; exit 1; }

# Fails unless an installation fails with this text: refused TEXT [VARIABLE=...].
refused() {
  local printed
  rm -rf "$OUT/refused"
  printed=$(make --silent install TARGET= DESTDIR= PREFIX="$OUT/refused" "${@:2}" 2>&1) &&
    fail "it was installed with ${*:2}"
  [[ $printed == *"$1"* ]] || fail "${*:2} printed $printed"
  [[ ! -e $OUT/refused ]] || fail "something was installed with ${*:2}"
}

# A copy of the sources in a folder whose configuration builds elsewhere. Where cargo would build
# without that configuration, there are stale files.
at=$OUT/configured
built="$at/else where"
rm -rf "$at/copy" "$at/installed"
mkdir -p "$at/.cargo" "$at/copy/target/release" "$built/release"
(cd .. && git ls-files -z | xargs --null cp --parents --no-dereference --preserve=timestamps --target-directory "$at/copy")
printf '[build]\ntarget = "%s"\ntarget-dir = "%s"\n' "$host" "$built" > "$at/.cargo/config.toml"
tee {"$at/copy/target","$built"}/release/libvisiono_workflow_c.{so,a} <<< stale > /dev/null
make --silent -C "$at/copy/bindings-c" install TARGET= DESTDIR= PREFIX="$at/installed"
cmp "$built/$host/release/libvisiono_workflow_c.so" "$at/installed/lib/libvisiono_workflow.so"
cmp "$built/$host/release/libvisiono_workflow_c.a" "$at/installed/lib/libvisiono_workflow.a"
make --silent load LIBRARY="$at/installed/lib/libvisiono_workflow.so"

# glibc's linker would make a library that only seems to be one for musl.
linker=CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER
refused "the linker is glibc's" TARGET="$musl" $linker=gcc
refused "cargo's configuration builds for $musl, and not for $host" CARGO_BUILD_TARGET="$musl" $linker=musl-gcc
refused "cargo made no shared library for $host" CARGO_BUILD="cargo rustc --crate-type rlib"
refused "cargo failed" CARGO_BUILD="cargo rustc --config build.rustc=\"false\""
echo "installed what cargo built, and nothing else"
