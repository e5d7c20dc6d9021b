#!/usr/bin/env bash
# Builds the library and copies it into a folder: build.sh FOLDER [OPTION OF CARGO...].
#
# The location of cargo's files depends on its configuration: target-dir, build.target, the profile. So
# this asks cargo which files it made, and fails if they are for another target than this machine,
# or than `--target` names. The folder has:
#
#   libvisiono_workflow.so, .dylib or .dll    the shared library
#   libvisiono_workflow.a                     the static library
#   libs                                      the system's libraries that a static program needs
#
# `CARGO_BUILD` is another command than `cargo rustc`.
set -euo pipefail

fail() {
  echo "bindings-c/build.sh: $*" >&2
  exit 1
}

mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
rm -f "$folder"/libvisiono_workflow.* "$folder/libs"
cd "$(dirname "$0")"

host=$(rustc -vV | sed -n 's/^host: //p')
wanted=$host
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} == --target ]]; then
    i=$((i + 1))
    # cargo-zigbuild's targets end in the version of glibc.
    wanted=${!i%%.*}
  fi
done

# The library contains no path of this machine, whose crates have to be here for that.
cargo tree --quiet > /dev/null
flags=
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do flags+="'--remap-path-prefix=$sources/=',"; done
config=(--config "target.'cfg(all())'.rustflags=[$flags]")
# Rust makes no shared library for musl otherwise.
config+=(--config "target.'cfg(target_env=\"musl\")'.rustflags=['-Ctarget-feature=-crt-static']")
# For Windows, this makes a library that needs no redistributable package.
config+=(--config "target.'cfg(target_env=\"msvc\")'.rustflags=['-Ctarget-feature=+crt-static']")
messages=$folder/messages.json
said=$folder/said.txt
# shellcheck disable=SC2086
${CARGO_BUILD:-cargo rustc} --lib --package visiono-workflow-c --color never "${config[@]}" \
  --message-format json-render-diagnostics "$@" -- --print native-static-libs \
  > "$messages" 2> "$said" || { cat "$said" >&2 && fail "cargo failed"; }

target=$(sed -n '/"reason":"build-script-executed"/s/.*\["VISIONO_TARGET","\([^"]*\)"\].*/\1/p' "$messages")
[[ $target == "$wanted" ]] ||
  fail "cargo's configuration builds for $target, and not for $wanted: if that is meant, use --target $target"

# The names in JSON, of which Windows' have backslashes.
files=$(sed -n '/"reason":"compiler-artifact"/{/"name":"visiono_workflow_c"/s/.*"filenames":\[\(.*\)\],"executable".*/\1/p}' \
  "$messages" | sed 's/\\\\/\\/g')
for name in so dylib dll a; do
  file=$(sed -n "s/.*\"\([^\"]*visiono_workflow_c\.$name\)\".*/\1/p" <<< "$files")
  if [[ -n $file ]]; then cp "$file" "$folder/libvisiono_workflow.$name"; fi
done
set -- "$folder"/libvisiono_workflow.{so,dylib,dll}
[[ -e $1 || -e $2 || -e $3 ]] || { cat "$said" >&2 && fail "cargo made no shared library for $target"; }
if [[ $target == *-musl ]] && grep --quiet --text 'libc\.so\.6' "$folder/libvisiono_workflow.so"; then
  fail "the linker is glibc's: set CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<< "$target")_LINKER, such as to musl-gcc"
fi

# gcc_s is a shared library; gcc_eh is the same as a static one. build.rs may have added another.
unwinder=-lgcc_eh
if grep --quiet 'VISIONO_TARGET.*"static=unwind"\|"static=unwind".*VISIONO_TARGET' "$messages"; then unwinder=; fi
sed -n 's/.*native-static-libs: //p' "$said" | sed "s/-lgcc_s/$unwinder/g" > "$folder/libs"
rm "$messages" "$said"
