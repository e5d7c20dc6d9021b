#!/usr/bin/env bash
# Tests the library that the Makefile installed in $OUT/prefix: check.sh PART.
set -euo pipefail
cd "$(dirname "$0")/.."

part=$1
prefix=$OUT/prefix
host=$(rustc -vV | sed -n 's/^host: //p')
musl=x86_64-unknown-linux-musl
valgrind=(valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all
  --error-exitcode=9)

fail() {
  echo "check.sh $part: $*" >&2
  exit 1
}

# Compiles a program of tests/, bench/ or the documentation: compile KIND NAME. It is $OUT/KIND/NAME.
# An archive is a static library in a dynamic program. glibc's linker warns of functions in Rust's
# standard library that the library doesn't call, so warnings are kept back.
compile() {
  local file cc=gcc cxx=g++ archive='' query='' from=$prefix
  file=$(find tests bench "$OUT/examples" -name "$2.c*")
  case $1 in
    clang | static-clang) cc=clang cxx=clang++ ;;
    musl*) cc=musl-gcc from=$OUT/musl-prefix ;;
    bench) cc="gcc -O2" query="jansson libcrypto" ;;
    unoptimized) archive=$OUT/unoptimized/libvisiono_workflow.a ;;
    sanitized)
      cc="gcc -fsanitize=address,undefined -fno-sanitize-recover=all"
      archive=$OUT/sanitized/libvisiono_workflow.a
      ;;
  esac
  case $1 in
    archive) archive=-l:libvisiono_workflow.a ;;
    static* | musl-static) cc+=" -static" cxx+=" -static" archive=-lvisiono_workflow ;;
  esac
  if [[ $file == *.cpp ]]; then cc="$cxx -std=c++17"; else cc="$cc -std=c11"; fi
  if [[ $2 == vectors ]]; then query=jansson; fi
  mkdir -p "$OUT/$1"
  # shellcheck disable=SC2046,SC2086
  $cc -Wall -Wextra -Wpedantic -Werror -g -pthread -DVERSION="\"$VERSION\"" -I"$OUT/examples" \
    "$file" -o "$OUT/$1/$2" -Wl,-rpath,"$from/lib" \
    $(PKG_CONFIG_PATH=$from/lib/pkgconfig pkg-config --cflags --libs ${archive:+--static} visiono-workflow $query |
      sed "s|-lvisiono_workflow|${archive:-&}|") 2> "$OUT/said" || { cat "$OUT/said" >&2 && fail "$file"; }
}

# Fails if a program needs a shared library of this name: needs_no PROGRAM NAME.
needs_no() {
  if readelf -d "$1" | grep "NEEDED.*$2"; then fail "$1 needs a shared library"; fi
}

# Fails unless a library's name has the version of its ABI.
has_version() {
  [[ $(readelf -d "$1") == *"soname: [libvisiono_workflow.so.$ABI]"* ]] || fail "$1 has no versioned name"
}

# Loads a library as PHP does: load LIBRARY COMPILER [COMMAND...], such as an emulator.
load() {
  local names program printed
  mapfile -t names < <(grep -o 'visiono_[a-z_]*(' ../bindings-php/src/visiono_workflow.h | tr -d '(')
  [[ ${#names[@]} -gt 0 ]] || fail "PHP's header declares no function"
  program=$OUT/load-$2
  "$2" -std=gnu11 -Wall -Wextra -Werror -DVERSION="\"$VERSION\"" -Iinclude tests/load.c -o "$program" -ldl
  printed=$("${@:3}" "$program" "$1" "${names[@]}")
  [[ $printed == "ABC123 ${#names[@]} functions" ]] || fail "load printed $printed"
  echo "loaded ${1##*/}: ${#names[@]} functions"
}

# Installs the library, and fails unless that fails with this text: refused TEXT [VARIABLE=...].
refused() {
  local printed
  rm -rf "$OUT/refused"
  printed=$(make --silent install TARGET= DESTDIR= PREFIX="$OUT/refused" "${@:2}" 2>&1) &&
    fail "it was installed with ${*:2}"
  [[ $printed == *"$1"* ]] || fail "${*:2} printed $printed"
  [[ ! -e $OUT/refused ]] || fail "something was installed with ${*:2}"
}

# Compiles and runs a program: run KIND NAME [COMMAND...], such as valgrind.
run() {
  compile "$1" "$2"
  "${@:3}" "$OUT/$1/$2"
}

# Runs every vector, in the same way: vectors KIND [COMMAND...]. Another folder can have some
# groups alone.
vectors() {
  local files group
  compile "$1" vectors
  mapfile -t files < <(find "${VECTORS:-../tests/vectors}" -maxdepth 1 -name '*.json' ! -name schema.json)
  if [[ -z ${VECTORS:-} ]]; then
    for group in sign_{link,return} template verify_{link,return{,_pairs}} webhook{,_delivery,_receive}; do
      [[ " ${files[*]} " =~ /(more_)?$group.json\  ]] || fail "there are no vectors of $group"
    done
    CASES=$(cat "${files[@]}" | grep -c '^   "id":')
    export CASES
  fi
  "${@:2}" "$OUT/$1/vectors" "${files[@]}"
}

# Writes the programs that the header and the README show.
examples() {
  sed -n '/#include <stdio.h>/,/Written by cbindgen/p' include/visiono_workflow.h | sed '$d' |
    cut -c8- > "$OUT/examples/header.c"
  [[ $(grep -c '^```c$' README.md) == 3 ]] || fail "the README has other programs than the test knows"
  awk -v out="$OUT/examples/" 'BEGIN { split("tickets webhook test", names) }
    /^```c$/ { file = out names[++n] ".c"; printf "" > file; next }
    /^```/ { file = "" } file { print > file }' README.md
}

# Runs one of them with secrets, and without: example KIND NAME WANTED.
example() {
  local printed status=0
  printed=$(VISIONO_WORKFLOW_SECRET=0123456789abcdef0123456789abcdef \
    VISIONO_WEBHOOK_SECRET=whsec_0123456789abcdef0123456789abcdef run "$1" "$2")
  [[ $printed == *"$3"* ]] || fail "the example $2 printed $printed"
  printed=$(env -u VISIONO_WORKFLOW_SECRET -u VISIONO_WEBHOOK_SECRET "$OUT/$1/$2" 2>&1) || status=$?
  [[ $status == 1 && $printed == *"is absent"* ]] || fail "$2 without a secret: $status, $printed"
}

# Runs the README's application as a web server does: tickets KIND.
tickets() {
  local back link='Location: https://visiono.io/s/damage-report?uv=XYZ%20789&src=zendesk&ref=2024%2F0815&ts='
  export VISIONO_WORKFLOW_SECRET=0123456789abcdef0123456789abcdef
  compile "$1" tickets
  answers "$1" POST /tickets/2024%2F0815/start "Status: 303 See Other"$'\r\n'"$link"
  # The program of the next section makes the return.
  back=$("$OUT/$1/test" | sed -n 's|^https://app.example||p')
  answers "$1" GET "$back" 'Status: 200 OK' 'Thank you for the photos of submission pls_&#60;1>'
  answers "$1" GET "$back&REF=x" 'Status: 400 Bad Request' 'This address is not valid.'
  answers "$1" GET "${back/2024%2F0815/ticket-456}" 'Status: 400 Bad Request' 'This address is not valid.'
  answers "$1" GET '/tickets/ticket-456/done?x=1' 'Status: 400 Bad Request' 'This address is not valid.'
  answers "$1" GET "${back//2024%2F0815/ticket-457}" 'Status: 404 Not Found' 'There is no such ticket.'
  answers "$1" GET / 'Status: 404 Not Found' 'There is no such ticket.'
  VISIONO_WORKFLOW_SECRET='' answers "$1" GET "$back" 'Status: 500 Internal Server Error' 'Something went wrong'
}

# Checks the answer to a request: answers KIND METHOD URL START [TEXT].
answers() {
  local printed
  printed=$(REQUEST_METHOD=$2 REQUEST_URI=$3 "$OUT/$1/tickets" 2> "$OUT/$1/tickets.log") || [[ $4 == *500* ]] ||
    fail "$2 $3 failed"
  [[ $printed == "$4"* && $printed == *"${5:-}"* ]] || fail "$2 $3 printed $printed"
}

# Crashes on purpose, to show that a check is on: crash KIND NAME WANTED [COMMAND...].
crash() {
  local printed
  compile "$1" edges
  printed=$("${@:4}" "$OUT/$1/edges" "crash-$2" 2>&1) && fail "crash-$2 was not stopped"
  [[ $printed == *"$3"* ]] || fail "crash-$2 was not seen: $printed"
}

case $part in
  edges) compile gcc edges ;;
  bench) run bench bench ;;
  gcc | clang)
    examples
    for name in edges wiping wrapper; do run "$part" "$name"; done
    vectors "$part"
    example "$part" header 'https://visiono.io/s/damage-report?uv=ABC123&src=zendesk'
    example "$part" test 'unexpected_value'
    tickets "$part"
    example "$part" webhook ': submission.created, photos for ticket-456'
    [[ $(run "$part" escaped) == 'a\x0a\x1b[2J\x5c \xc2\x9b' ]] || fail "print_escaped is wrong"
    ;;
  static)
    run archive edges
    needs_no "$OUT/archive/edges" visiono
    for kind in static static-clang; do
      for name in edges wrapper; do
        run "$kind" "$name"
        needs_no "$OUT/$kind/$name" .
      done
    done
    ;;
  musl)
    rustup --quiet target add "$musl"
    export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc
    make --silent install TARGET="$musl" DESTDIR= PREFIX="$OUT/musl-prefix"
    needs_no "$OUT/musl-prefix/lib/libvisiono_workflow.so" '\[lib[^c]'
    load "$OUT/musl-prefix/lib/libvisiono_workflow.so" musl-gcc
    run musl edges
    [[ $(readelf -l "$OUT/musl/edges") == *ld-musl* ]] || fail "edges was not linked with musl"
    run musl-static edges
    needs_no "$OUT/musl-static/edges" .
    # glibc's linker would make a library that only seems to be one for musl.
    refused "the linker is glibc's" TARGET="$musl" CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=gcc
    ;;
  configured)
    # A copy of the sources in a folder whose configuration builds elsewhere. What lies where a build
    # would be without it is stale.
    at=$OUT/configured
    built="$at/else where"
    rm -rf "$at/copy" "$at/installed"
    mkdir -p "$at/.cargo" "$at/copy/target/release" "$built/release"
    (cd .. && git ls-files -z | xargs --null cp --parents --no-dereference --preserve=timestamps --target-directory "$at/copy")
    printf '[build]\ntarget = "%s"\ntarget-dir = "%s"\n' "$host" "$built" > "$at/.cargo/config.toml"
    tee {"$at/copy/target","$built"}/release/libvisiono_workflow_c.{so,a} <<< stale > /dev/null
    make --silent -C "$at/copy/bindings-c" install TARGET= DESTDIR= PREFIX="$at/installed"
    for name in so a; do
      cmp "$built/$host/release/libvisiono_workflow_c.$name" "$at/installed/lib/libvisiono_workflow.$name" ||
        fail "another file was installed"
    done
    load "$at/installed/lib/libvisiono_workflow.so" gcc
    other=wasm32-unknown-unknown
    if [[ $(uname -m) != x86_64 ]]; then musl=$other; fi
    refused "cargo's configuration builds for $musl, and not for $host" CARGO_BUILD_TARGET="$musl" \
      CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc
    refused "cargo made no shared library for $host" CARGO_BUILD="cargo rustc --crate-type rlib"
    refused "cargo failed" CARGO_BUILD="cargo rustc --config build.rustc=\"false\""
    echo "installed what cargo built, and nothing else"
    ;;
  released)
    shopt -s nullglob
    for library in "$2"/libvisiono_workflow-Linux-*; do
      case $library in
        *-x86_64-gnu.so) load "$library" gcc ;;
        *-x86_64-musl.so) load "$library" musl-gcc ;;
        *-aarch64-gnu.so) load "$library" aarch64-linux-gnu-gcc qemu-aarch64 -L /usr/aarch64-linux-gnu ;;
      esac
      # musl's needs no symbol of glibc.
      oldest=GLIBC_2.17
      [[ $library == *-gnu.so ]] || oldest=''
      newest=$(objdump -T "$library" | sed -n 's|.*(\(GLIBC_[0-9.]*\)).*|\1|p' | sort --version-sort --unique | tail -1)
      printf '%s: needs %s\n' "${library##*/}" "${newest:-no symbol of glibc}"
      [[ $(printf '%s\n' "$oldest" "$newest" | sort --version-sort | tail -1) == "$oldest" ]] ||
        fail "the library needs a newer glibc than 2.17"
      needs_no "$library" '\[lib\(gcc\|unwind\)'
      has_version "$library"
    done
    ;;
  symbols)
    library=$prefix/lib/libvisiono_workflow.so
    nm --dynamic --defined-only --format=just-symbols "$library" | LC_ALL=C sort | diff symbols.txt - ||
      fail "symbols.txt lists other exports than the library has"
    # The header has one function more, which is inline.
    grep -o '\bvisiono_[a-z_]*(' "$prefix/include/visiono_workflow.h" | tr -d '(' | LC_ALL=C sort --unique |
      grep -vx visiono_text | diff symbols.txt - || fail "the header has other functions than the library"
    has_version "$library"
    echo "$(wc -l < symbols.txt) symbols"
    ;;
  sanitizers)
    # The library has AddressSanitizer too. Rust's switch for it is not stable yet, so
    # RUSTC_BOOTSTRAP lets the compiler in use take it, for this build alone.
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address ./build.sh "$OUT/sanitized" --target "$host" \
      --target-dir "$OUT/sanitized-target"
    [[ $(nm --quiet "$OUT/sanitized/libvisiono_workflow.a" 2> /dev/null) == *__asan_report_store* ]] ||
      fail "the library was built without AddressSanitizer"
    crash sanitized memory 'AddressSanitizer: heap-buffer-overflow'
    crash sanitized undefined 'runtime error: signed integer overflow'
    run sanitized edges
    vectors sanitized
    ;;
  valgrind)
    # LLVM's optimizer reads the content of an enum before its variant, which valgrind reports as
    # a use of memory without a value. So that check runs on a library with an unoptimized core.
    crash gcc memory 'Invalid write' "${valgrind[@]}"
    run gcc edges "${valgrind[@]}" --undef-value-errors=no
    vectors gcc "${valgrind[@]}" --undef-value-errors=no
    ./build.sh "$OUT/unoptimized" --target-dir "$OUT/unoptimized-target" \
      --config profile.dev.package.visiono-workflow.opt-level=0
    run unoptimized edges "${valgrind[@]}"
    vectors unoptimized "${valgrind[@]}"
    ;;
  wiping) for kind in gcc archive; do run "$kind" wiping; done ;;
esac
