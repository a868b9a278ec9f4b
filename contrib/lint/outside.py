"""Checks that other programs make: the compiler, mandoc, readelf, git, sh."""
import ast
import os
import re
import shutil
import subprocess
import tempfile
from source import files, table

HERE = os.path.dirname(os.path.abspath(__file__))

# What is never a source.
GENERATED = re.compile(
    r'(^|/)build/|\.(o|a|so|d|gcda|gcno|pyc|orig|rej|log|db|db-wal|db-shm)$|'
    r'~$|(^|/)(core|__pycache__|vgcore\.\d+)(/|$)')
MARK = re.compile(rb'generated (file|by)[^\n]*do not edit|do not edit[^\n]*'
                  rb'generated', re.I)
# mandoc looks for other manuals where they are installed, and wants the date
# in the form of one version control system.
MANDOC_FINE = re.compile(r'STYLE: (referenced manual not found|'
                         r'Mdocdate (missing|found)|.*\bhttps?://|'
                         r'no blank before trailing delimiter: Lk)|'
                         r'outdated mandoc\.db')
SANITIZERS = ('libasan', 'libubsan', 'liblsan', 'libtsan')
LIBC = ('libc.so.', 'libm.so.', 'ld-linux', 'ld-musl', 'libpthread.so.',
        'libdl.so.', 'librt.so.', 'linux-vdso')


def run(argv, cwd=None):
    p = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, errors='replace')
    return p.returncode, p.stdout


def headers(root, bad, cc):
    code, out = run([os.path.join(HERE, 'headers'), cc, root])
    if code == 0:
        return
    for line in out.splitlines():
        m = re.match(r'(\S+): (.*)', line)
        bad(m.group(1) if m else 'include', 1, 'headers',
            m.group(2) if m else line)


def tracked(root):
    """What is in git, or would be after `git add -A`; all files without it."""
    code, out = run(['git', '-c', 'safe.directory=*', 'ls-files', '--cached',
                     '--others', '--exclude-standard'], cwd=root)
    if code == 0:
        return [p for p in out.splitlines()
                if os.path.isfile(os.path.join(root, p))]
    return files(root, ['.'], '')


def generated(root, bad):
    for path in tracked(root):
        if GENERATED.search(path):
            bad(path, 1, 'generated', 'does not belong into git')
            continue
        if path.startswith('tests/') and '/corpus/' in path:
            continue
        with open(os.path.join(root, path), 'rb') as f:
            head = f.read(2048)
        if head.startswith(b'\x7fELF'):
            bad(path, 1, 'generated', 'is a program')
        elif MARK.search(head) and not path.startswith('contrib/lint/'):
            bad(path, 1, 'generated', 'says of itself that it is generated')


def manuals(root, pages, bad, skip):
    known = {os.path.basename(p) for p in pages}
    for page in pages:
        with open(os.path.join(root, page), encoding='utf-8') as f:
            for n, line in enumerate(f, 1):
                m = re.match(r'\.(?:Xr|It Xr) (\S+) (\d)', line)
                if m and m.group(1).startswith(('advrelay', 'relay.conf')) \
                   and '%s.%s' % m.groups() not in known:
                    bad(page, n, 'manual', 'refers to %s(%s), which is not '
                        'there' % m.groups())
    if shutil.which('mandoc') is None:
        skip('manual', 'mandoc is not installed')
        return
    for page in pages:
        _, out = run(['mandoc', '-T', 'lint', page], cwd=root)
        for line in out.splitlines():
            m = re.match(r'mandoc: ([^:]+):(\d+):\d+: (.*)', line)
            if m and not MANDOC_FINE.search(m.group(3)):
                bad(m.group(1), int(m.group(2)), 'manual', m.group(3))
            elif not m and line.startswith('mandoc:') and \
                    not MANDOC_FINE.search(line):
                bad(page, 1, 'manual', line)


def links(root, tables, build, bad, skip):
    if build is None:
        skip('links', 'no build folder was named')
        return
    path = os.path.join(tables, 'links')
    for _, line in table(path):
        program, *allowed = line.split()
        file = os.path.join(build, program if program == 'advrelay'
                            else 'libexec/' + program)
        if not os.path.exists(file):
            bad(file, 1, 'links', 'is not built')
            continue
        code, out = run(['readelf', '-d', file])
        if code != 0:
            bad(file, 1, 'links', 'readelf: ' + out.strip())
            continue
        for lib in re.findall(r'\(NEEDED\).*\[(.+?)\]', out):
            stem = re.split(r'\.so|-gnutls|-nss', lib)[0]
            if lib.startswith(LIBC) or stem in SANITIZERS:
                continue
            if stem not in allowed:
                bad(file, 1, 'links', '%s needs %s; allowed: %s'
                    % (program, lib, ' '.join(allowed)), program)


def scripts(root, bad):
    for path in tracked(root):
        full = os.path.join(root, path)
        with open(full, 'rb') as f:
            head = f.read(80)
        first = head.split(b'\n')[0].decode('ascii', 'replace')
        if re.match(r'#!.*\bpython3?\b', first) or path.endswith('.py'):
            try:
                with open(full, encoding='utf-8') as f:
                    ast.parse(f.read(), path)
            except (SyntaxError, UnicodeDecodeError) as e:
                bad(path, getattr(e, 'lineno', 1) or 1, 'script', str(e))
            continue
        m = re.match(r'#!\s*/(?:usr/)?bin/(?:env )?(sh|dash|bash)\b', first)
        if not m and not path.endswith('.sh'):
            continue
        shell = m.group(1) if m else 'sh'
        code, out = run([shell, '-n', full])
        if code != 0:
            at = re.search(r':(?: line)? ?(\d+):', out)
            bad(path, int(at.group(1)) if at else 1, 'script',
                out.strip().split('\n')[0])


def unit(root, bad, skip):
    path = 'contrib/systemd/advrelay.service'
    full = os.path.join(root, path)
    if not os.path.exists(full):
        return
    with open(full, encoding='utf-8') as f:
        lines = f.read().split('\n')
    # each line that weakens something has its reason above it
    weak = re.compile(r'^(SystemCallFilter=[@a-z]|MemoryDenyWriteExecute=(no|false)|'
                      r'PrivateNetwork=(no|false)|RestrictAddressFamilies=AF)')
    for n, line in enumerate(lines, 1):
        if weak.match(line) and not (n > 1 and
                                     lines[n - 2].startswith('#')):
            bad(path, n, 'unit', 'weakens the unit without a reason above it')
    if shutil.which('systemd-analyze') is None:
        skip('unit', 'systemd-analyze is not installed')
        return
    # as make install fills it in
    with tempfile.TemporaryDirectory() as folder:
        filled = os.path.join(folder, 'advrelay.service')
        with open(filled, 'w', encoding='utf-8') as f:
            f.write('\n'.join(lines).replace('@bindir@', '/usr/bin'))
        code, out = run(['systemd-analyze', 'security', '--offline=true',
                         '--threshold=%d' % UNIT_CEILING, filled])
    if code != 0:
        last = out.strip().split('\n')[-1] if out.strip() else 'failed'
        bad(path, 1, 'unit', last)


# Tenths of systemd-analyze's exposure level.
UNIT_CEILING = 15
