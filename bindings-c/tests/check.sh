#!/usr/bin/env bash
# Tests the library that the Makefile installed in $OUT/prefix: check.sh PART.
set -euo pipefail
cd "$(dirname "$0")/.."

part=$1
prefix=$OUT/prefix
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
host=$(rustc -vV | sed -n 's/^host: //p')
sanitized=$OUT/sanitized-target/$host/debug/libvisiono_workflow_c.a
unoptimized=$OUT/unoptimized-target/debug/libvisiono_workflow_c.a
valgrind=(valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all
  --error-exitcode=9)

fail() {
  echo "check.sh $part: $*" >&2
  exit 1
}

# Compiles a program of tests/ or of the documentation: compile KIND NAME. It is $OUT/KIND/NAME.
compile() {
  local file cc=gcc cxx=g++ archive='' query=''
  file=$(find tests "$OUT/examples" -name "$2.c*")
  case $1 in
    clang) cc=clang cxx=clang++ ;;
    static) archive=-l:libvisiono_workflow.a ;;
    unoptimized) archive=$unoptimized ;;
    sanitized) cc="gcc -fsanitize=address,undefined -fno-sanitize-recover=all" archive=$sanitized ;;
  esac
  if [[ $file == *.cpp ]]; then cc="$cxx -std=c++17"; else cc="$cc -std=c11"; fi
  if [[ $2 == vectors ]]; then query=jansson; fi
  # shellcheck disable=SC2046,SC2086
  $cc -Wall -Wextra -Wpedantic -Werror -g -pthread -DVERSION="\"$VERSION\"" -I"$OUT/examples" \
    "$file" -o "$OUT/$1/$2" -Wl,-rpath,"$prefix/lib" \
    $(pkg-config --cflags --libs ${archive:+--static} visiono-workflow $query |
      sed "s|-lvisiono_workflow|${archive:-&}|")
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
  [[ $(grep -c '^```c$' README.md) == 2 ]] || fail "the README has other programs than the test knows"
  awk -v out="$OUT/examples/" '/^```c$/ { file = out (n++ ? "webhook.c" : "readme.c"); printf "" > file; next }
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

# Crashes on purpose, to show that a check is on: crash KIND NAME WANTED [COMMAND...].
crash() {
  local printed
  compile "$1" edges
  printed=$("${@:4}" "$OUT/$1/edges" "crash-$2" 2>&1) && fail "crash-$2 was not stopped"
  [[ $printed == *"$3"* ]] || fail "crash-$2 was not seen: $printed"
}

case $part in
  edges) compile gcc edges ;;
  gcc | clang)
    examples
    for name in edges wiping wrapper; do run "$part" "$name"; done
    vectors "$part"
    example "$part" header 'https://visiono.io/s/damage-report?uv=ABC123&src=zendesk'
    example "$part" readme 'verified: ABC123, 5 photos'
    example "$part" webhook ': submission.created, photos for ticket-456'
    [[ $(run "$part" escaped) == 'a\x0a\x1b[2J\x5c \xc2\x9b' ]] || fail "print_escaped is wrong"
    ;;
  static)
    run static edges
    if readelf -d "$OUT/static/edges" | grep visiono; then fail "it needs the shared library"; fi
    ;;
  symbols)
    nm --dynamic --defined-only --format=just-symbols "$prefix/lib/libvisiono_workflow.so" | LC_ALL=C sort | diff symbols.txt - ||
      fail "symbols.txt lists other exports than the library has"
    while read -r name; do
      [[ $name == visiono_* ]] || fail "$name has another prefix than visiono_"
      grep -qF "$name(" "$prefix/include/visiono_workflow.h" || fail "the header lacks $name"
    done < symbols.txt
    [[ $(readelf -d "$prefix/lib/libvisiono_workflow.so") == *"soname: [libvisiono_workflow.so.$ABI]"* ]] ||
      fail "the shared library has no versioned name"
    echo "$(wc -l < symbols.txt) symbols"
    ;;
  sanitizers)
    # The library has AddressSanitizer too. Rust's switch for it is not stable yet, so
    # RUSTC_BOOTSTRAP lets the compiler in use take it, for this build alone.
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address cargo build --quiet -p visiono-workflow-c \
      --target "$host" --target-dir "$OUT/sanitized-target"
    [[ $(nm --quiet "$sanitized" 2> /dev/null) == *__asan_report_store* ]] ||
      fail "the library was built without AddressSanitizer"
    crash sanitized memory 'AddressSanitizer: heap-buffer-overflow'
    crash sanitized undefined 'runtime error: signed integer overflow'
    symbols=$(nm "$OUT/sanitized/edges")
    [[ $symbols == *__asan_init* && $symbols == *__ubsan_handle_add_overflow_abort* ]] ||
      fail "edges was compiled without the sanitizers"
    run sanitized edges
    vectors sanitized
    ;;
  valgrind)
    # LLVM's optimizer reads the content of an enum before its variant, which valgrind reports as
    # a use of memory without a value. So that check runs on a library with an unoptimized core.
    crash gcc memory 'Invalid write' "${valgrind[@]}"
    run gcc edges "${valgrind[@]}" --undef-value-errors=no
    vectors gcc "${valgrind[@]}" --undef-value-errors=no
    cargo build --quiet -p visiono-workflow-c --target-dir "$OUT/unoptimized-target" \
      --config profile.dev.package.visiono-workflow.opt-level=0
    run unoptimized edges "${valgrind[@]}"
    vectors unoptimized "${valgrind[@]}"
    ;;
  wiping) for kind in gcc static; do run "$kind" wiping; done ;;
  bench)
    # shellcheck disable=SC2046
    gcc -std=gnu11 -O2 -Wall -Wextra bench/bench.c -o "$prefix/bench" -Wl,-rpath,"$prefix/lib" \
      $(pkg-config --cflags --libs visiono-workflow jansson libcrypto)
    "$prefix/bench"
    ;;
esac
