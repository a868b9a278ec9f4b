#!/usr/bin/python3
"""explain, match --near and the operator's own aliases, as an operator uses
them: from files alone, from the store, beside a running keeper."""
from test_daemon import House
from lib import *

HEAD = "id,vendor,model,version\n"
DEVICES = HEAD + ("pump-7,Acme,Pump 7,1.0\n"
                  "pump-8,ACME Inc.,Pump 7,3.0\n"
                  "odd-1,AC Pumps,Model Nova,1.0\n"
                  "near-1,Acme,Pump Comfort Nova Plus,1.0\n"
                  "far-1,Zenith,Toaster,1\n")


def files(place):
    """A document and the list beside it: no config, no store."""
    put_document(place.at("a.json"), csaf("ACME-1"))
    put_document(place.at("b.json"), csaf("ACME-2",
                                          product="Gate Pump Comfort Nova"))
    return write(place.at("d.csv"), DEVICES)


def explain(*args, status=EX_OK):
    done = advrelay("explain", *args)
    equal(done.status, status, "explain %s: %r" % (" ".join(args), done))
    return done


def steps(answer, n=0):
    return {s["step"]: (s["result"], s["text"])
            for s in answer["products"][n]["steps"]}


def a_match_from_files(place):
    devices = files(place)
    text = explain("--devices", devices, place.at("a.json"), "pump-7").out
    check(text.startswith("AFFECTED, exact: ACME-1 and pump-7."), "%r", text)
    for part in ('"Acme" = "Acme"', "the same name", 'read as 1.0 and < 2',
                 "known_affected for CVE-2026-0001",
                 "vendor_fix: Update to 2.0.", "(this one decides)"):
        check(part in text, "no %r in %s", part, text)
    check("Routes" not in text and "store" not in text.lower(), "%s", text)
    x = explain("--json", "--devices", devices, place.at("a.json"),
                "pump-7").json
    equal((x["status"], x["confidence"], x["alerts"]),
          ("affected", "exact", True), "verdict")
    equal(steps(x)["version"][0], "yes", "version")
    equal([(c["cve"], c["status"]) for c in x["cves"]],
          [("CVE-2026-0001", "affected")], "cves")


def non_matches_from_files(place):
    devices = files(place)
    x = explain("--json", "--devices", devices, place.at("a.json"),
                "pump-8").json
    equal((x["status"], x["alerts"]), ("not_affected", False), "by version")
    equal(steps(x)["version"][0], "no", "the step that decides")
    check("spelling and legal form" in steps(x)["vendor"][1], "%s", x)
    text = explain("--devices", devices, place.at("a.json"), "odd-1").out
    check(text.startswith("NO MATCH: ACME-1 does not concern odd-1"), "%s",
          text)
    x = explain("--json", "--devices", devices, place.at("b.json"),
                "near-1").json
    equal(x["status"], "none", "another product")
    equal(steps(x)["product"][0], "no", "product")
    check("only the publisher says: gate" in steps(x)["product"][1], "%s", x)


def what_cannot_be_found(place):
    devices = files(place)
    a = place.at("a.json")
    done = explain("--devices", devices, a, "PUMP-7", status=EX_NOINPUT)
    check('did you mean "pump-7"?' in done.err, "%r", done)
    done = explain("--devices", devices, "ACME-1", "pump-7",
                   status=EX_NOINPUT)
    check("is no file" in done.err, "%r", done)
    explain("--devices", devices, a, status=EX_USAGE)
    again = write(place.at("e.csv"), DEVICES)
    done = explain("--devices", devices, "--devices", again, a, "pump-7",
                   status=EX_USAGE)
    check(devices + "/pump-7" in done.err and again + "/pump-7" in done.err,
          "%r", done)
    explain("--devices", devices, "--devices", again, a, again + "/pump-7")
    done = explain("--devices", devices, write(place.at("no.json"), "{"),
                   "pump-7", status=EX_DATAERR)
    done = explain("--devices", place.at("none.csv"), a, "pump-7",
                   status=EX_NOINPUT)


RSS = """<rss version="2.0"><channel><title>Acme</title>%s</channel></rss>"""


def not_unique(place):
    """Two of a name: which there are is said, and how to name one."""
    house = House(place, DEVICES)
    other = csaf("ACME-1")
    other["document"]["publisher"]["namespace"] = "https://other.example"
    house.provider.put("other.json", other)
    house.provider.publish(house.web.url)
    once(house.conf)
    done = explain("-c", house.conf, "ACME-1", "pump-7", status=EX_USAGE)
    for name in ("https://acme.example#ACME-1", "https://other.example#ACME-1"):
        check("  %s  Acme" % name in done.err, "%r", done)
        x = explain("--json", "-c", house.conf, name, "pump-7").json
        equal(x["namespace"] + "#" + x["advisory"], name, "the named one")
    feed = write(place.at("two.rss"), RSS % "".join(
        "<item><title>Acme Pump 7 &lt; 2.0 no. %d</title><guid>ID-%d</guid>"
        "<link>https://acme.example/%d</link></item>" % (i, i, i)
        for i in (1, 2)))
    done = explain("--devices", house.list, feed, "pump-7", status=EX_USAGE)
    check("holds 2 advisories" in done.err and done.err.count("  ") >= 2,
          "%r", done)
    ids = [w.strip() for w in done.err.splitlines() if w.startswith("  ")]
    equal(len(ids), 2, "ids")
    x = explain("--json", "--devices", house.list, feed + "#" + ids[1],
                "pump-7").json
    equal(x["advisory"], ids[1], "the named one")


def lines_of(*args, status=EX_OK):
    done = advrelay("match", *args)
    equal(done.status, status, "match: %r" % done)
    return [json.loads(line) for line in done.out.splitlines()]


def near_and_back(place):
    """The line of a near miss, put into a file, makes it a match."""
    devices = files(place)
    b = place.at("b.json")
    equal(lines_of("--all", "--devices", devices, b), [], "without --near")
    near = lines_of("--near", "--devices", devices, b)
    near = [n for n in near if n["device"] == "near-1"]
    equal([(n["status"], n["near"]) for n in near], [("near", "product")],
          "near")
    check("confidence" not in near[0], "a near miss has no confidence")
    own = write(place.at("own.aliases"), "# mine\n" + near[0]["line"] + "\n")
    got = lines_of("--near", "--aliases", own, "--devices", devices, b)
    equal([(m["device"], m["status"], m["confidence"]) for m in got],
          [("near-1", "affected", "likely")], "with the line")
    check("included by %s:2" % own in got[0]["why"][0], "%s", got)
    write(own, near[0]["line"].replace("include", "exclude") +
          ' because "it is blue"\n')
    equal(lines_of("--near", "--aliases", own, "--devices", devices, b), [],
          "excluded")
    write(own, 'exclude "Acme" "Pump 7" = "Acme" "Pump 7" '
          'because "it is blue"\n')
    a = place.at("a.json")
    equal(lines_of("--aliases", own, "--devices", devices, a), [],
          "excluded")
    got = lines_of("--all", "--aliases", own, "--devices", devices, a)
    equal(sorted({m["status"] for m in got}), ["excluded"], "with --all")
    check("excluded by %s:1: it is blue" % own in got[0]["why"], "%s", got)


def lines_by_schema(place):
    """Every kind of line is as contrib/schema says, which refuses others."""
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3 has no jsonschema")
    with open(REPOSITORY + "/contrib/schema/match.schema.json") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    valid = jsonschema.Draft202012Validator(schema)
    own = write(place.at("own.aliases"),
                'exclude "Acme" "Pump 7" = device "pump-7"\n')
    got = lines_of("--all", "--near", "--aliases", own, "--devices",
                   files(place), place.at("a.json"), place.at("b.json"),
                   REPOSITORY + "/etc/demo/site/norrtek/2026")
    got += lines_of("--all", "--devices", REPOSITORY +
                    "/etc/demo/devices.csv",
                    REPOSITORY + "/etc/demo/site/norrtek/2026")
    kinds = {m["status"] for m in got}
    check(kinds >= {"affected", "excluded", "not_affected", "near"},
          "kinds of lines: %s", kinds)
    for line in got:
        fault = next(valid.iter_errors(line), None)
        check(fault is None, "%s: %s", fault and fault.message, line)
        check(not valid.is_valid({**line, "more": 1}), "%s and more", line)


def bad_aliases(place):
    devices = files(place)
    own = write(place.at("own.aliases"),
                'maker "A" = "B"\ninclde "A" "B" = "C" "D"\nexclude "A\n')
    done = advrelay("match", "--aliases", own, "--devices", devices,
                    place.at("a.json"))
    equal(done.status, EX_CONFIG, "%r" % done)
    check(own + ':2: "inclde" is not known' in done.err and
          own + ":3: a quote is not closed" in done.err, "%r", done)
    house = House(place, DEVICES)
    house.settings["aliases"] = own
    done = advrelay("check", "-c", house.write_conf())
    equal(done.status, EX_CONFIG, "%r" % done)
    check(own + ":2: " in done.err and own + ":3: " in done.err, "%r", done)
    write(own, 'maker "A" = "B"\n')
    done = advrelay("check", "-c", house.conf)
    equal(done.status, EX_OK, "%r" % done)
    check("aliases: 1" in done.out, "%r", done)


def beside_a_keeper(place):
    """What the store knows: the alert, the receipts; and the routes."""
    house = House(place, DEVICES)
    house.settings["routes"] = [
        {"name": "vips", "match": {"criticality": "high"}, "to": ["mail"]},
        {"name": "rest", "match": {}, "to": ["mail", "soc", "tickets"]}]
    house.conf = house.write_conf()
    house.run()
    house.told(1)
    wait_for(lambda: all(s["due"] == 0 for s in house.status()["sinks"]),
             "the receipts")
    for name in ("ACME-1", "https://acme.example#ACME-1",
                 "https://acme.example/ACME-1"):
        x = explain("--json", "-c", house.conf, name, "pump-7").json
        equal((x["status"], x["store"]["state"], x["store"]["status"]),
              ("affected", "matched", "affected"), name)
    equal([(r["route"], r["takes"]) for r in x["routes"]],
          [("vips", False), ("rest", True)], "routes")
    equal(x["routes"][0]["refused"],
          "criticality is (empty); it wants high", "refused")
    equal(sorted(t["sink"] for t in x["store"]["told"]
                 if t["state"] == "delivered" and t["lists_device"]),
          ["mail", "soc", "tickets"], "told")
    key = x["store"]["told"][0]["key"]
    text = explain("-c", house.conf, key, "pump-7").out
    check("rest             takes it to mail, soc, tickets" in text, "%s",
          text)
    check("r1 new by route rest" in text and "receipt" in text, "%s", text)
    text = explain("-c", house.conf, "ACME-1", "far-1").out
    check("NO MATCH" in text and "there is nothing to tell" in text and
          "without this device" in text, "%s", text)
    explain("-c", house.conf, "ACME-9", "pump-7", status=EX_NOINPUT)


def reloaded(place):
    """New aliases take effect, a bad file keeps the old."""
    house = House(place, DEVICES)
    own = write(place.at("own.aliases"), "# nothing yet\n")
    house.settings["aliases"] = [own]
    house.conf = house.write_conf()
    daemon = house.run()
    house.told(1)
    write(own, 'include "Acme" "Pump 7" = "AC Pumps" "Model Nova"\n')
    daemon.p.send_signal(signal.SIGHUP)
    house.told(2)
    x = explain("--json", "-c", house.conf, "ACME-1", "odd-1").json
    equal((x["status"], x["confidence"], x["store"]["status"]),
          ("affected", "likely", "affected"), "included")
    write(own, "rubbish\n")
    daemon.p.send_signal(signal.SIGHUP)
    house.wait(lambda: "reload refused" in daemon.log(), "the refusal")
    check(own + ":1: " in daemon.log(), "no place in the log")
    equal(control(place, "status")["running"], True, "still running")


if __name__ == "__main__":
    run([a_match_from_files, non_matches_from_files, what_cannot_be_found,
         not_unique, near_and_back, lines_by_schema, bad_aliases,
         beside_a_keeper, reloaded])
