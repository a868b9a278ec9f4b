"""The settings of relay.conf: those of the code, of the manual and of the
complete example must be the same."""
import os
import re

NAME = re.compile(r'\.name\s*=\s*"([a-z_]+)"\s*,\s*\.type')
# programs, which are groups of settings
POOL = re.compile(r'\{\s*"([a-z_]+)",\s*\{\s*\d')
MACRO = re.compile(r'(?:\{\s*|GLOBS\()"([a-z_]+)"\s*,\s*(?:SET_|[a-z]+\))')


def of_code(root):
    found = {}
    folder = os.path.join(root, 'src/keeper')
    for name in sorted(os.listdir(folder)):
        if not re.match(r'conf\w*\.[ch]$', name):
            continue
        with open(os.path.join(folder, name), encoding='utf-8') as f:
            text = f.read()
        for pattern in (NAME, MACRO, POOL):
            for m in pattern.finditer(text):
                line = text.count('\n', 0, m.start()) + 1
                found.setdefault(m.group(1), ('src/keeper/' + name, line))
    return found


def of_manual(path):
    found = {}
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            if line.startswith('.It Cm '):
                for name in re.findall(r'Cm ([a-z_]+)', line):
                    found.setdefault(name, n)
    return found


def of_example(path):
    with open(path, encoding='utf-8') as f:
        return set(re.findall(r'\b([a-z_]+)\s*=', f.read()))


def check(root, bad):
    page = 'contrib/man/relay.conf.5'
    example = 'etc/relay.conf'
    if not os.path.isdir(os.path.join(root, 'src/keeper')):
        return
    code = of_code(root)
    if not code:
        return
    for path in (page, example):
        if not os.path.exists(os.path.join(root, path)):
            bad(path, 1, 'keys', 'is missing')
            return
    manual = of_manual(os.path.join(root, page))
    shown = of_example(os.path.join(root, example))
    for key, (path, line) in sorted(code.items()):
        if key not in manual:
            bad(path, line, 'keys', 'setting "%s" is not in %s' % (key, page),
                key)
        if key not in shown:
            bad(path, line, 'keys', 'setting "%s" is not in %s'
                % (key, example), key)
    for key, line in sorted(manual.items()):
        if key not in code:
            bad(page, line, 'keys', 'no setting is named "%s"' % key, key)
