#!/usr/bin/env bash
# Compares jotlint with ripgrep on a tree of at least 20,000 files made of registry packages.
#
#   benches/tree.sh [FOLDER]      FOLDER is kept between runs; default: target/bench-tree
#
# Prints, in one run: whole-process time and peak memory of
#   rg       rg -il 'jwt|jose' over every file
#   scan     jotlint inventory's walk, read and prefilter alone (no file is parsed: an empty selection)
#   jotlint  the whole run
# as medians of five interleaved rounds, and the ratio to ripgrep. Needs npm, rg and GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=${1:-target/bench-tree}
packages=(typescript@5.6.3 webpack@5.96.1 @babel/core@7.26.0 eslint@9.14.0 next@15.0.3 aws-sdk@2.1692.0
    jsonwebtoken@9.0.2 jose@5.9.6 passport-jwt@4.0.1 express@4.21.1 @nestjs/core@10.4.7 @nestjs/jwt@10.2.0
    rxjs@7.8.1 lodash@4.17.21 date-fns@4.1.0 three@0.170.0 @mui/icons-material@6.1.6 antd@5.22.1 core-js@3.39.0)

if [ ! -d "$tree/node_modules" ]; then
    mkdir -p "$tree"
    (cd "$tree" && npm init -y >/dev/null && npm install --ignore-scripts --no-audit --no-fund "${packages[@]}" >/dev/null)
fi
files=$(find "$tree" -type f | wc -l)
if [ "$files" -lt 20000 ]; then
    echo "the tree has $files files, at least 20000 are needed" >&2
    exit 1
fi
cargo build --release --locked
jotlint=$PWD/target/release/jotlint
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT

measure() { # prints: seconds kilobytes
    /usr/bin/time -f '%e %M' "$@" 2>&1 >/dev/null | tail -n 1
}
rg_run() { measure rg -uu -j2 -il 'jwt|jose' "$tree"; }
scan_run() { measure "$jotlint" --threads 2 --no-worker --no-progress --include-dependencies --scan-only "$tree"; }
lint_run() { measure "$jotlint" --threads 2 --no-worker --no-progress --include-dependencies --fail-on never --format json "$tree"; }
start_run() { measure "$jotlint" --fail-on never "$empty"; }

rg_run >/dev/null
for round in 1 2 3 4 5; do
    echo "rg $(rg_run)"
    echo "scan $(scan_run)"
    echo "jotlint $(lint_run)"
    echo "start $(start_run)"
done | awk -v files="$files" '
    { time[$1, ++n[$1]] = $2; memory[$1, n[$1]] = $3 }
    function median(table, name,   i, j, swap, list, count) {
        count = n[name]
        for (i = 1; i <= count; i++) list[i] = table[name, i]
        for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
        return list[int((count + 1) / 2)]
    }
    END {
        print files " files, medians of five interleaved rounds"
        base = median(time, "rg")
        split("rg scan jotlint start", names, " ")
        for (k = 1; k <= 4; k++) {
            name = names[k]
            printf "%-8s %6.2f s  %7.1f MB", name, median(time, name), median(memory, name) / 1024
            if (name != "start") printf "  %5.2f times rg", median(time, name) / base
            print ""
        }
    }'
