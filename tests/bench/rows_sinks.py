"""Rows of durable deliveries, beside what people run for it today."""
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

from place import (SINKS, Peer, Skip, fill, need, rate, spread, unused_port,
                   until)


def ours_delivers(b, filled, sink, n, seconds):
    """Receipts a second, and their size, of a keeper that finds n waiting."""
    relay = filled.copy("%s-%d" % (sink, time.monotonic_ns()))
    peer = Peer(b, {"mail": "smtp"}.get(sink, sink))
    relay.configure(filled.feeds, filled.listing,
                    {sink: SINKS[sink](peer.port)})
    relay.command("retry", "delivery")
    relay.run()
    seen = peer.wait(n, seconds, lambda: relay.p.poll() is None)
    relay.stop()
    peer.stop()
    shutil.rmtree(relay.folder)
    if seen[0] < 2:
        raise RuntimeError("%d of %d came to %s; see the log" % (seen[0], n,
                                                                sink))
    return rate(seen), seen[3] / seen[0], seen[0]


RSYSLOG = """
global(workDirectory="@DIR@" maxMessageSize="64k")
main_queue(queue.type="Direct")
module(load="imtcp")
template(name="raw" type="string" string="%rawmsg%")
ruleset(name="on" queue.type="Direct") {
  action(type="omfwd" target="127.0.0.1" port="@SINK@" protocol="tcp"
         TCP_Framing="octet-counted" template="raw" queue.type="Disk"
         queue.filename="q" queue.syncqueuefiles="on"
         queue.maxdiskspace="1g" action.resumeretrycount="-1"
         action.resumeinterval="1")
}
input(type="imtcp" address="127.0.0.1" port="0" ruleset="on"
      listenPortFileName="@DIR@/port")
"""


def await_file(path, seconds=15):
    if not until(lambda: os.path.exists(path) and os.path.getsize(path) > 0,
                 seconds, 0.02):
        raise RuntimeError("%s did not come" % path)
    with open(path, encoding="utf-8") as f:
        return f.read()


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


def rsyslog_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    peer = Peer(b, "syslog")
    with open(d + "/conf", "w", encoding="utf-8") as f:
        f.write(RSYSLOG.replace("@DIR@", d).replace("@SINK@",
                                                    str(peer.port)))
    p = b.start([shutil.which("rsyslogd"), "-n", "-f", d + "/conf", "-i",
                 d + "/pid"], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
    try:
        port = int(await_file(d + "/port"))
        head = b"<13>1 2026-01-01T00:00:00Z relay.test advrelay - alert - "
        line = head + b"x" * max(1, int(size) - len(head))
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall((b"%d %s" % (len(line), line)) * n)
            seen = peer.wait(n, 15)
    finally:
        b.stop(p)
        peer.stop()
    return rate(seen), seen[0]


def postfix_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    os.chmod(b.work, 0o755)
    os.chmod(d, 0o755)
    port, peer = unused_port(), Peer(b, "smtp")
    conf = d + "/conf"
    os.makedirs(conf)
    shutil.copytree("/etc/postfix", conf, dirs_exist_ok=True, symlinks=True)
    with open(conf + "/main.cf", "w", encoding="utf-8") as f:
        f.write("compatibility_level = 3.6\nqueue_directory = %s/queue\n"
                "data_directory = %s/data\nmyhostname = bench.test\n"
                "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n"
                "mynetworks = 127.0.0.0/8\nmydestination =\nalias_maps =\n"
                "relayhost = [127.0.0.1]:%d\nlocal_recipient_maps =\n"
                "smtp_tls_security_level = none\nsyslog_name = bench\n"
                "smtpd_tls_security_level = none\n"
                "in_flow_delay = 0\n"
                % (d, d, peer.port))
    with open("/etc/postfix/master.cf", encoding="utf-8") as f:
        lines = [w.split() for w in f if w.strip() and w[0] not in "# \t"]
    with open(conf + "/master.cf", "w", encoding="utf-8") as f:
        for w in lines:
            if w[0] == "smtp" and w[1] == "inet":
                w[0] = "127.0.0.1:%d" % port
            if w[1] == "inet" and w[-1] != "smtpd" or "argv" in " ".join(w):
                continue
            f.write(" ".join(w[:4] + ["n"] + w[5:]) + "\n")
    os.makedirs(d + "/queue")
    os.makedirs(d + "/data")
    shutil.chown(d + "/data", "postfix")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["postfix", "-c", conf, "start"], check=True, **quiet)
    try:
        subprocess.run(["smtp-source", "-s", "10", "-l", str(int(size)), "-m",
                        str(n), "-f", "relay@bench.test", "-t",
                        "soc@plant.test", "127.0.0.1:%d" % port],
                       check=True, timeout=60, **quiet)
        seen = peer.wait(n, 60)
    finally:
        subprocess.run(["postfix", "-c", conf, "stop"], **quiet)
        peer.stop()
    return rate(seen), seen[0]


ALERTMANAGER = """
route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 5m
  repeat_interval: 4h
receivers:
- name: hook
  webhook_configs:
  - url: http://127.0.0.1:%d/
    send_resolved: false
"""


def alertmanager_delivers(b, n, size):
    d = tempfile.mkdtemp(dir=b.work)
    port, peer = unused_port(), Peer(b, "hook")
    with open(d + "/conf.yml", "w", encoding="utf-8") as f:
        f.write(ALERTMANAGER % peer.port)
    p = b.start([shutil.which("prometheus-alertmanager"),
                 "--config.file=%s/conf.yml" % d, "--storage.path=%s/data" % d,
                 "--web.listen-address=127.0.0.1:%d" % port,
                 "--cluster.listen-address="],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not until(lambda: is_open(port), 15, 0.05):
            raise RuntimeError("alertmanager does not listen")
        pad = "x" * max(1, int(size) - 700)
        bodies = [json.dumps([{
            "labels": {"alertname": "advisory", "device": "d%06d" % i},
            "annotations": {"summary": pad}} for i in range(k, k + 500)])
            for k in range(0, n, 500)]
        c = http.client.HTTPConnection("127.0.0.1", port)
        for body in bodies:
            c.request("POST", "/api/v2/alerts", body,
                      {"Content-Type": "application/json"})
            answer = c.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError("alertmanager: HTTP %d" % answer.status)
        c.close()
        seen = peer.wait(n, 30)
    finally:
        b.stop(p)
        peer.stop()
    return rate(seen), seen[0]


FILLED = {}


def deliveries(b, sink, what, demand, peer_name, peer_go, n_ours, n_peer,
               rounds):
    if "all" not in FILLED:
        FILLED["all"] = fill(b, "filled", 20000, list(SINKS))
    ratios, ours, theirs = [], [], []
    for _ in range(rounds):
        b.sync_ms()
        mine, size, came = ours_delivers(b, FILLED["all"], sink, n_ours, 12)
        other, others = peer_go(b, n_peer, size)
        ours.append(mine)
        theirs.append(other)
        ratios.append(mine / other if other else 0)
    b.result(what, ">= %dx" % demand, spread(ratios) + "x",
             statistics.median(ratios) >= demand,
             "ours %.0f/s (%d of %d waiting came, %d bytes each; `advrelay "
             "run` on a filled store), %s %.0f/s (%d of %d came, same size); "
             "first to last receipt at the same receiver, %d rounds in turn, "
             "free placement" % (
                 statistics.median(ours), came, n_ours, size, peer_name,
                 statistics.median(theirs), others, n_peer, rounds))


def row_syslog(b):
    need("rsyslogd")
    deliveries(b, "syslog", "durable deliveries, syslog over TCP", 5,
               "rsyslog with a synced disk queue", rsyslog_delivers, 20000,
               4000, 4)


def row_mail(b):
    need("postfix", "smtp-source")
    if os.geteuid() != 0:
        raise Skip("postfix can be started by root only")
    deliveries(b, "mail", "durable deliveries, SMTP", 4, "Postfix as a relay",
               postfix_delivers, 20000, 2000, 3)


def row_hook(b):
    need("prometheus-alertmanager")
    deliveries(b, "hook", "durable deliveries, webhook", 2, "Alertmanager",
               alertmanager_delivers, 20000, 10000, 3)
