"""Device lists and advisories for the bench: those of the corpora where they
are, else made up. The same in every run."""
import csv
import glob
import json
import os
import random

SYLLABLES = ("ka mi ro ven tal dor sen pra lux nor bel zan fir gor hal "
             "tec dyn mar ulo vex").split()
OPERATORS = ("<", "<=", "vers:all/<", "All versions prior to ")


def made_up(rng, n):
    return "".join(rng.choice(SYLLABLES) for _ in range(n)).capitalize()


def csaf(ident, vendor, products, revision=1, severity=9.8):
    """One small advisory; products are (name, version text)."""
    leaves, ids = [], []
    for i, (name, text) in enumerate(products):
        ids.append("CSAFPID-%04d" % (i + 1))
        leaves.append({"category": "product_name", "name": name, "branches": [{
            "category": "product_version_range", "name": text, "product": {
                "name": "%s %s %s" % (vendor, name, text),
                "product_id": ids[-1]}}]})
    stamp = "2026-01-%02dT00:00:00Z" % min(revision, 28)
    return {
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0",
            "lang": "en", "title": "%s %s" % (vendor, ident),
            "distribution": {"tlp": {"label": "WHITE"}},
            "publisher": {"category": "vendor", "name": vendor,
                          "namespace": "https://bench.example/"},
            "notes": [{"category": "summary", "text": "Made for a bench. " * 8,
                       "title": "Summary"}],
            "tracking": {
                "id": ident, "status": "final", "version": str(revision),
                "initial_release_date": "2026-01-01T00:00:00Z",
                "current_release_date": stamp,
                "revision_history": [{"number": str(revision), "date": stamp,
                                      "summary": "as it is"}]}},
        "product_tree": {"branches": [{"category": "vendor", "name": vendor,
                                       "branches": leaves}]},
        "vulnerabilities": [{
            "cve": "CVE-2026-%04d" % (1000 + revision),
            "title": "Out-of-bounds write",
            "notes": [{"category": "summary", "title": "Summary",
                       "text": "A crafted packet overwrites memory. " * 6}],
            "product_status": {"known_affected": ids},
            "remediations": [{"category": "vendor_fix", "product_ids": ids,
                              "details": "Update to the latest version."}],
            "scores": [{"products": ids, "cvss_v3": {
                "version": "3.1", "baseScore": severity,
                "baseSeverity": "CRITICAL", "vectorString":
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}],
    }


def documents(corpus, folder, n=600):
    """A folder of advisories, its name for people."""
    if glob.glob(corpus + "/**/*.json", recursive=True):
        return corpus, "CISA's"
    rng = random.Random(1)
    os.makedirs(folder)
    for i in range(n):
        vendor = made_up(rng, 3)
        products = [("%s %d" % (made_up(rng, 2), rng.randrange(100, 9999)),
                     rng.choice(OPERATORS) + "%d.%d" % (
                         rng.randrange(1, 9), rng.randrange(20)))
                    for _ in range(rng.randrange(1, 12))]
        with open("%s/b-%04d.json" % (folder, i), "w", encoding="utf-8") as f:
            json.dump(csaf("B-%04d" % i, vendor, products), f, indent=2)
    return folder, "made-up"


def walk(branches, vendor, name, out):
    for b in branches:
        kind, text = b.get("category"), b.get("name", "")
        v = text if kind == "vendor" else vendor
        n = text if kind == "product_name" else name
        if kind in ("product_version", "product_version_range") and v and n:
            out.setdefault((v, n), []).append(text)
        elif "product" in b and v and n:
            out.setdefault((v, n), [])
        walk(b.get("branches", []), v, n, out)


def names_of(folder):
    """[(vendor, product, versions)] that the advisories name, sorted."""
    out = {}
    for path in sorted(glob.glob(folder + "/**/*.json", recursive=True)):
        with open(path, encoding="utf-8") as f:
            tree = json.load(f).get("product_tree", {})
        walk(tree.get("branches", []), "", "", out)
    return sorted((v, n, texts) for (v, n), texts in out.items())


def spelling(rng, text):
    how = rng.random()
    if how < 0.55:
        return text
    if how < 0.70:
        return text.upper()
    if how < 0.80:
        return text.lower()
    if how < 0.90:
        return text.replace(" ", "-")
    return text.replace("-", " ")


def near(rng, texts):
    """A version near one that an advisory names."""
    digits = ""
    if texts:
        text = rng.choice(texts)
        for c in text:
            if c.isdigit() or (c == "." and digits):
                digits += c
            elif digits:
                break
    parts = [int(p) for p in digits.strip(".").split(".")
             if p and len(p) < 9] or [rng.randrange(1, 9), rng.randrange(20)]
    k = rng.randrange(len(parts))
    parts[k] = max(0, parts[k] + rng.choice((-2, -1, 0, 0, 1, 2)))
    return ".".join(map(str, parts))


HEAD = ("id", "vendor", "model", "version", "site")


def rows(names, n, strangers=0.3, first=0, seed=7):
    """70 in 100 by the advisories' names, spelt as people do, the rest not."""
    rng = random.Random(seed)
    legal = ("", "", "", " AG", ", Inc.", " GmbH", " Corp.")
    others = [(made_up(rng, 3), ["%s %s%d" % (
        made_up(rng, 2), rng.choice("ABCDX"), rng.randrange(10, 9999))
        for _ in range(400)]) for _ in range(250)]
    for i in range(first, first + n):
        if rng.random() < strangers:
            vendor, models = rng.choice(others)
            yield ("d%07d" % i, vendor, rng.choice(models), "%d.%d.%d" % (
                rng.randrange(9), rng.randrange(20), rng.randrange(9)),
                "plant-%d" % (i % 40))
        else:
            vendor, name, texts = rng.choice(names)
            yield ("d%07d" % i, spelling(rng, vendor) + rng.choice(legal),
                   spelling(rng, name), near(rng, texts),
                   "plant-%d" % (i % 40))


def device_lists(folder, names, sizes):
    """{size: path}: each list begins with the next smaller one."""
    ret = {n: "%s/devices-%d.csv" % (folder, n) for n in sizes}
    files = {n: open(p, "w", newline="", encoding="utf-8")
             for n, p in ret.items()}
    writers = {n: csv.writer(f) for n, f in files.items()}
    for w in writers.values():
        w.writerow(HEAD)
    for i, row in enumerate(rows(names, max(sizes))):
        for n, w in writers.items():
            if i < n:
                w.writerow(row)
    for f in files.values():
        f.close()
    return ret


def list_with_strangers(small, path, n, names):
    """The small list, and strangers up to n."""
    with open(small, encoding="utf-8") as f:
        text = f.read()
    have = text.count("\n") - 1
    with open(path, "w", newline="", encoding="utf-8") as f:
        f.write(text)
        csv.writer(f).writerows(rows(names, n - have, 1.0, have, 8))
    return path
