#!/usr/bin/python3
"""The peer of `advrelay match`: what a user would write in an afternoon.

usage: by_script.py DEVICES.csv FOLDER...

The products of all advisories go into a dictionary by vendor and name; then the
device list streams past it. Prints a JSON object for each match.
"""
import csv
import glob
import json
import re
import sys

plain = re.compile(r"[^a-z0-9]+")
number = re.compile(r"\d+")
bound = re.compile(r"(<=|>=|<|>|=)?\s*v?(\d[\w.]*)", re.I)


def norm(text):
    return plain.sub("", text.lower())


def version(text):
    return tuple(int(n) for n in number.findall(text))


def bounds(text):
    """[(operator, version)] of a version or range; none: any version."""
    if "*" in text or text.lower().startswith("all"):
        return []
    return [(op or "=", version(v)) for op, v in bound.findall(text)]


def inside(have, limits):
    for op, v in limits:
        if not ((op == "<" and have < v) or (op == "<=" and have <= v) or
                (op == ">" and have > v) or (op == ">=" and have >= v) or
                (op == "=" and have == v)):
            return False
    return True


def walk(branches, vendor, name, out):
    for b in branches:
        kind, text = b.get("category"), b.get("name", "")
        v = text if kind == "vendor" else vendor
        n = text if kind == "product_name" else name
        product = b.get("product")
        if product:
            limits = text if kind.startswith("product_version") else "*"
            out[product["product_id"]] = (norm(v), norm(n), bounds(limits))
        walk(b.get("branches", []), v, n, out)


def main():
    known = {}
    for folder in sys.argv[2:]:
        for path in glob.glob(folder + "/**/*.json", recursive=True):
            with open(path, encoding="utf-8") as f:
                doc = json.load(f)
            products = {}
            walk(doc.get("product_tree", {}).get("branches", []), "", "",
                 products)
            cves = {}
            for vuln in doc.get("vulnerabilities", []):
                status = vuln.get("product_status", {})
                for ref in status.get("known_affected", []):
                    cves.setdefault(ref, []).append(vuln.get("cve", ""))
            ident = doc["document"]["tracking"]["id"]
            for ref, ids in cves.items():
                if ref in products:
                    v, n, limits = products[ref]
                    known.setdefault((v, n), []).append((ident, limits, ids))
    with open(sys.argv[1], newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            hits = known.get((norm(row["vendor"]), norm(row["model"])))
            if hits is None:
                continue
            have = version(row["version"])
            for ident, limits, ids in hits:
                if inside(have, limits):
                    print(json.dumps({
                        "advisory": ident, "device": row["id"],
                        "status": "affected", "cves": ids}))


main()
