#!/usr/bin/env bash
# CPU and memory on a tree of 20,000 files of which 500 use tokens, across imports and wrappers, in three languages.
#
#   benches/project.sh [FOLDER]      FOLDER is made anew; default: target/bench-project
#
# Prints CPU seconds (user and system, whole process), the same for each 100,000 lines of the files that were parsed, and
# peak memory, as medians of five rounds. The bounds are 1 s and 300 MB. Needs python3 and GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=${1:-target/bench-project}
rm -rf "$tree"
mkdir -p "$tree"
python3 - "$tree" <<'PYTHON'
import pathlib, sys

root = pathlib.Path(sys.argv[1])
made = 0


def write(path, text):
    global made
    path = root / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    made += 1


# What a file does besides: functions with branches, loops, calls and tables, as most code has them.
def filler(language, name, functions):
    parts = []
    for number in range(functions):
        if language == "ts":
            parts.append(
                f"export async function {name}{number}(input: Record<string, unknown>, limit = {number + 1}) {{\n"
                "  const rows: string[] = [];\n  for (const key of Object.keys(input)) {\n"
                "    if (rows.length >= limit) {\n      break;\n    }\n"
                "    const value = input[key] ?? 'nothing';\n    rows.push(`${key}=${String(value)}`);\n  }\n"
                f"  if (rows.length === 0) {{\n    throw new Error('{name}{number}: nothing given');\n  }}\n"
                "  return { rows, total: rows.length, first: rows[0] };\n}\n")
        elif language == "py":
            parts.append(
                f"def {name}{number}(given, limit={number + 1}):\n    rows = []\n    for key, value in given.items():\n"
                "        if len(rows) >= limit:\n            break\n        text = value or 'nothing'\n"
                "        rows.append(f'{key}={text}')\n    if not rows:\n"
                f"        raise ValueError('{name}{number}: nothing given')\n"
                "    return {'rows': rows, 'total': len(rows), 'first': rows[0]}\n\n")
        else:
            parts.append(
                f"pub fn {name}{number}(given: &std::collections::BTreeMap<String, String>, limit: usize) -> Vec<String> {{\n"
                "    let mut rows = Vec::new();\n    for (key, value) in given {\n"
                "        if rows.len() >= limit {\n            break;\n        }\n"
                "        let text = if value.is_empty() { \"nothing\" } else { value.as_str() };\n"
                f"        rows.push(format!(\"{{key}}={{text}} {number}\"));\n    }}\n"
                "    match rows.len() {\n        0 => vec![\"none\".to_owned()],\n        _ => rows,\n    }\n}\n")
    return "\n".join(parts)


# 20 services with 25 files each that use tokens: settings, a wrapper, and 23 routes that go through both.
for service in range(20):
    language = ("ts", "py", "rs")[service % 3]
    if language == "ts":
        base = f"services/shop{service}"
        write(f"{base}/package.json", '{"name": "shop%d", "dependencies": {"jsonwebtoken": "9.0.2"}}\n' % service)
        write(f"{base}/src/config/index.ts", "import { env } from './env';\n\nexport const config = {\n"
              "  jwt: { secret: env.JWT_SECRET, issuer: 'shop', lifetime: '15m' },\n  port: Number(env.PORT ?? 3000),\n};\n"
              + filler("ts", "setting", 10))
        write(f"{base}/src/config/env.ts", "export const env = process.env as Record<string, string>;\n" + filler("ts", "variable", 6))
        write(f"{base}/src/auth/tokens.ts", "import jwt from 'jsonwebtoken';\nimport { config } from '../config';\n\n"
              "export function issue(user: string) {\n  return jwt.sign({ sub: user }, config.jwt.secret, "
              "{ expiresIn: '15m', issuer: config.jwt.issuer, algorithm: 'HS256' });\n}\n\n"
              "export function check(token: string) {\n  return jwt.verify(token, config.jwt.secret, "
              "{ algorithms: ['HS256'], issuer: config.jwt.issuer, audience: 'shop' });\n}\n" + filler("ts", "token", 8))
        for route in range(24):
            write(f"{base}/src/routes/route{route}.ts", "import { check, issue } from '../auth/tokens';\n"
                  f"import {{ load{route % 40}0 as load }} from '../data/load{route % 40}';\n\n"
                  "// Needs a jwt.\nexport async function handle(request: any) {\n"
                  "  const claims = check(request.headers.authorization) as { sub: string };\n"
                  "  const found = await load({ user: claims.sub });\n  return { token: issue(claims.sub), found };\n}\n"
                  + filler("ts", "route", 12))
        for number in range(960):
            write(f"{base}/src/data/load{number}.ts", f"import {{ setting0 }} from '../config';\n" + filler("ts", f"load{number}", 3))
    elif language == "py":
        base = f"services/bank{service}"
        write(f"{base}/requirements.txt", "PyJWT==2.10.1\n")
        write(f"{base}/bank/__init__.py", "")
        write(f"{base}/bank/settings.py", "import os\n\nJWT_SECRET = os.environ['JWT_SECRET']\nJWT_AUDIENCE = 'bank'\n\n\n" + filler("py", "setting_", 10))
        write(f"{base}/bank/tokens.py", "import jwt\n\nfrom bank import settings\n\n\ndef check(token):\n"
              "    return jwt.decode(token, settings.JWT_SECRET, algorithms=['HS256'], audience=settings.JWT_AUDIENCE)\n\n\n"
              "def issue(user, until):\n    return jwt.encode({'sub': user, 'exp': until, 'aud': settings.JWT_AUDIENCE}, settings.JWT_SECRET, algorithm='HS256')\n\n\n"
              + filler("py", "token_", 8))
        for route in range(24):
            write(f"{base}/bank/views/view{route}.py", "from bank.tokens import check, issue\n"
                  f"from bank.data.load{route} import load{route}_0\n\n\n# Needs a jwt.\ndef view(request):\n"
                  f"    claims = check(request.headers['Authorization'])\n    found = load{route}_0({{'user': claims['sub']}})\n"
                  "    return {'token': issue(claims['sub'], claims['exp']), 'found': found}\n\n\n" + filler("py", "view_", 12))
        for number in range(960):
            write(f"{base}/bank/data/load{number}.py", "from bank import settings\n\n\n" + filler("py", f"load{number}_", 3))
    else:
        base = f"services/ship{service}"
        write(f"{base}/Cargo.toml", '[package]\nname = "ship%d"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\njsonwebtoken = "9.3.0"\n' % service)
        write(f"{base}/src/main.rs", "mod config;\nmod data;\nmod routes;\nmod tokens;\n\nfn main() {\n    println!(\"{}\", config::port());\n}\n")
        write(f"{base}/src/config.rs", "pub fn secret() -> String {\n    std::env::var(\"JWT_SECRET\").expect(\"JWT_SECRET\")\n}\n\n"
              "pub fn port() -> u16 {\n    3000\n}\n\n" + filler("rs", "setting_", 10))
        write(f"{base}/src/tokens.rs", "use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};\n\nuse crate::config;\n\n"
              "pub struct Claims {\n    pub sub: String,\n    pub exp: u64,\n}\n\n"
              "pub fn check(token: &str) -> Option<Claims> {\n    let mut validation = Validation::new(Algorithm::HS256);\n"
              "    validation.set_audience(&[\"ship\"]);\n    let key = DecodingKey::from_secret(config::secret().as_bytes());\n"
              "    decode::<Claims>(token, &key, &validation).ok().map(|data| data.claims)\n}\n\n"
              "pub fn issue(claims: &Claims) -> Option<String> {\n    let key = EncodingKey::from_secret(config::secret().as_bytes());\n"
              "    encode(&Header::default(), claims, &key).ok()\n}\n\n" + filler("rs", "token_", 8))
        write(f"{base}/src/routes/mod.rs", "".join(f"pub mod route{route};\n" for route in range(23)))
        for route in range(23):
            write(f"{base}/src/routes/route{route}.rs", "use crate::tokens::{check, issue};\n"
                  f"use crate::data::load{route};\n\n// Needs a jwt.\npub fn handle(token: &str) -> Option<String> {{\n"
                  "    let claims = check(token)?;\n"
                  f"    let _found = load{route}::load_0(&Default::default(), 3);\n    issue(&claims)\n}}\n\n" + filler("rs", "route_", 12))
        write(f"{base}/src/data/mod.rs", "".join(f"pub mod load{number};\n" for number in range(960)))
        for number in range(960):
            write(f"{base}/src/data/load{number}.rs", "use crate::config;\n\n" + filler("rs", "load_", 3))
number = 0
while made < 20000:
    write(f"notes/page{number}.ts", filler("ts", "page", 2))
    number += 1
print(made, "files")
PYTHON
cargo build --release --locked
jotlint=${JOTLINT:-$PWD/target/release/jotlint}
for round in 1 2 3 4 5; do
    /usr/bin/time -f 'spent %U %S %M' "$jotlint" --threads 2 --no-worker --no-progress --fail-on never --timings --format json "$tree" 2>&1 >/dev/null |
        sed -n 's/^.*; \([0-9]*\) files of \([0-9]*\) lines.*parsed in \([0-9.]*\) s and evaluated in \([0-9.]*\) s.*$/parsed \1 \2 \3 \4/p; /^spent/p'
done | awk '
    $1 == "parsed" { files = $2; lines = $3; next }
    { cpu[++n] = $2 + $3; memory[n] = $4 }
    function median(list,   i, j, swap) {
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
        return list[int((n + 1) / 2)]
    }
    END {
        seconds = median(cpu)
        printf "parsed               %6d files, %d lines\n", files, lines
        printf "CPU                  %6.2f s, %.2f s for each 100,000 lines parsed\n", seconds, seconds * 100000 / lines
        printf "peak memory          %6.1f MB\n", median(memory) / 1024
    }'
