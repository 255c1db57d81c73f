#!/usr/bin/env bash
# Compares jotlint with ripgrep on a tree of at least 20,000 files made of registry packages.
#
#   benches/tree.sh [FOLDER]      FOLDER is kept between runs; default: target/bench-tree
#
# Prints, as medians of five interleaved rounds: whole-process time and peak memory of `rg -il 'jwt|jose'` over every
# file and of jotlint, the part of jotlint that is walk, read and prefilter, the start on an empty folder, and how much
# was parsed. Needs npm, rg and GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=${1:-target/bench-tree}
packages=(typescript@5.6.3 webpack@5.96.1 @babel/core@7.26.0 eslint@9.14.0 next@15.0.3 aws-sdk@2.1692.0
    jsonwebtoken@9.0.2 jose@5.9.6 passport-jwt@4.0.1 express@4.21.1 @nestjs/core@10.4.7 @nestjs/jwt@10.2.0
    rxjs@7.8.1 lodash@4.17.21 date-fns@4.1.0 three@0.170.0 @mui/icons-material@6.1.6 antd@5.22.1 core-js@3.39.0)

if [ ! -d "$tree/node_modules" ]; then
    mkdir -p "$tree"
    (cd "$tree" && npm init -y >/dev/null && npm install --force --ignore-scripts --no-audit --no-fund "${packages[@]}" >/dev/null)
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
lint_run() { measure "$jotlint" --threads 2 --no-worker --no-progress --include-dependencies --fail-on never --format json "$tree"; }
start_run() { measure "$jotlint" --fail-on never "$empty"; }

rg_run >/dev/null
for round in 1 2 3 4 5; do
    echo "rg $(rg_run)"
    echo "jotlint $(lint_run)"
    echo "start $(start_run)"
    "$jotlint" --threads 2 --no-worker --no-progress --include-dependencies --fail-on never --timings --format json "$tree" 2>&1 >/dev/null |
        sed -n 's/^.*walk, read and prefilter \([0-9.]*\) s; parsed and judged \([0-9.]*\) MB in \([0-9.]*\) s.*$/walk \1 0\nparse \2 \3/p'
done | awk -v files="$files" '
    $1 == "parse" { megabytes = $2; seconds[++p] = $3; next }
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
        printf "rg -il               %6.2f s  %7.1f MB\n", base, median(memory, "rg") / 1024
        printf "walk and prefilter   %6.2f s              %5.2f times rg\n", median(time, "walk"), median(time, "walk") / base
        printf "whole run            %6.2f s  %7.1f MB  %5.2f times rg\n", median(time, "jotlint"), median(memory, "jotlint") / 1024, median(time, "jotlint") / base
        printf "empty folder         %6.2f s  %7.1f MB\n", median(time, "start"), median(memory, "start") / 1024
        printf "parsed and judged    %6.1f MB in %.2f s of threads\n", megabytes, seconds[p]
    }'
