#!/usr/bin/env python3
"""Compares the findings of SARIF files with labelled sites; README.md beside it says how labels are read."""

import argparse
import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import unquote

HERE = Path(__file__).parent
SLACK = 3
REPORTED = ("warning", "error")
LEFT_OUT_OF_CORE = ("missing-aud", "missing-iss")


def table(path):
    """Rows of a tab-separated file without its comments."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row and not row[0].startswith("#")]


def findings(path):
    """Places of the findings: file, lines, rule, level, and whether the finding begins there."""
    places = []
    for run in json.loads(path.read_text(encoding="utf-8"))["runs"]:
        for number, result in enumerate(run.get("results", [])):
            if result.get("suppressions"):
                continue
            locations = result.get("locations", []) + result.get("relatedLocations", [])
            for index, location in enumerate(locations):
                physical = location["physicalLocation"]
                region = physical.get("region", {})
                first = region.get("startLine", 1)
                places.append(
                    {
                        "file": unquote(physical["artifactLocation"]["uri"]),
                        "first": first,
                        "last": region.get("endLine", first),
                        "rule": result["ruleId"],
                        "level": result.get("level", "warning"),
                        "begins": index == 0,
                        "number": number,
                    }
                )
    return places


class Label:
    """A labelled site."""

    def __init__(self, row):
        self.repo, _, self.path, line, self.kind, self.weakness = row[:6]
        self.note = row[6] if len(row) > 6 else ""
        alternatives = re.findall(r"\balt=([\d,]+)", self.note)
        more = [int(number) for text in alternatives for number in text.split(",") if number]
        self.lines = [int(line), *more]
        group = re.search(r"\bgroup=(\S+)", self.note)
        self.group = group and group[1]
        self.is_core = "low:" not in self.note and self.weakness not in LEFT_OUT_OF_CORE

    def is_near(self, place):
        near = any(place["first"] - SLACK <= line <= place["last"] + SLACK for line in self.lines)
        return near and place["file"] == self.path

    def __str__(self):
        return f"{self.repo} {self.path}:{self.lines[0]} {self.weakness} {self.note}"


def score(labels, rules, results, arguments):
    """How many bad sites were found and ok sites reported, by key; the rows that went wrong; findings without a label."""
    tally = defaultdict(Counter)
    grouped, misses, alarms = {}, [], []
    labelled = defaultdict(set)
    for label in labels:
        places = results.get(label.repo)
        if places is None:
            continue
        near = [place for place in places if label.is_near(place)]
        labelled[label.repo].update(place["number"] for place in near)
        if arguments.core and not label.is_core:
            continue
        hits = [place for place in near if rules[label.weakness].search(place["rule"])]
        key = arguments.key(label)
        if label.kind == "bad" and label.group:
            name = (label.repo, label.group)
            found, _, _ = grouped.get(name, (False, None, None))
            grouped[name] = (found or bool(hits), key, label)
        elif label.kind == "bad":
            tally[key]["found" if hits else "missed"] += 1
            misses += [] if hits else [label]
        else:
            wrong = any(hit["begins"] and hit["level"] in REPORTED for hit in hits)
            tally[key]["alarms" if wrong else "silent"] += 1
            alarms += [label] if wrong else []
    for found, key, label in grouped.values():
        tally[key]["found" if found else "missed"] += 1
        misses += [] if found else [label]
    loose = Counter()
    for repo, places in results.items():
        for place in places:
            reported = place["begins"] and place["level"] in REPORTED
            if reported and place["number"] not in labelled[repo]:
                loose[place["rule"]] += 1
    return tally, misses, alarms, loose


def show(tally, markdown):
    total = sum(tally.values(), Counter())
    rows = [*sorted(tally.items()), ("all", total)]
    if markdown:
        print("| | found | of | false alarms | of |\n|---|---|---|---|---|")
    for key, counts in rows:
        bad = counts["found"] + counts["missed"]
        ok = counts["alarms"] + counts["silent"]
        numbers = (counts["found"], bad, counts["alarms"], ok)
        if markdown:
            print(f"| {key} | {' | '.join(map(str, numbers))} |")
        else:
            print(f"{key:32} found {numbers[0]:4}/{bad:<4} alarms {numbers[2]:4}/{ok}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", nargs="+", default=[HERE / "labels.tsv"], help="label files")
    parser.add_argument("--results", type=Path, required=True, help="folder of SARIF files")
    parser.add_argument("--repositories", help="table of repositories with language and note")
    parser.add_argument("--by", choices=["class", "language", "sort", "repository"], default="class")
    parser.add_argument("--core", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()

    rules = {name: re.compile(pattern) for name, pattern in table(HERE / "classes.tsv")}
    rules["other"] = re.compile("")
    labels = [
        Label(row)
        for file in arguments.labels
        for row in table(file)
        if len(row) > 5 and row[4] in ("bad", "ok")
    ]
    known = {}
    if arguments.repositories:
        head, *rows = table(arguments.repositories)
        known = {row[0]: dict(zip(head, row)) for row in rows}
    sort = lambda repo: "lab" if "vulnerable" in known.get(repo, {}).get("note", "") else "product or sample"
    arguments.key = {
        "class": lambda label: label.weakness,
        "repository": lambda label: label.repo,
        "language": lambda label: known.get(label.repo, {}).get("language", "not known"),
        "sort": lambda label: sort(label.repo),
    }[arguments.by]
    results = {}
    for repo in {label.repo for label in labels}:
        file = arguments.results / (repo.replace("/", "+") + ".sarif")
        if file.exists():
            results[repo] = findings(file)
    tally, misses, alarms, loose = score(labels, rules, results, arguments)
    show(tally, arguments.markdown)
    print(f"\n{sum(loose.values())} findings at warning or above match no label: {dict(sorted(loose.items()))}")
    for wanted, name, rows in ((arguments.misses, "missed", misses), (arguments.alarms, "alarm", alarms)):
        for label in rows if wanted else []:
            print(f"{name}: {label}")


if __name__ == "__main__":
    main()
