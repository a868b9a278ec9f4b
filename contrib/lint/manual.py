"""advrelay(8) against the code: every command is there, and every error that
the keeper may log has its entry in DIAGNOSTICS."""
import os
import re

PAGE = 'contrib/man/advrelay.8'
ERROR = re.compile(r'\blog_error\(\s*((?:"(?:\\.|[^"\\])*"\s*)+)')
COMMAND = re.compile(r'^\t\{ "([a-z-]+)", "', re.M)


def literal(text):
    return ''.join(re.findall(r'"((?:\\.|[^"\\])*)"', text))


def check(root, sources, bad):
    page = os.path.join(root, PAGE)
    if not os.path.exists(page):
        return
    with open(page, encoding='utf-8') as f:
        text = f.read()
    known = ' '.join(text.split())
    for src in sources:
        if src.path == 'src/cli/main.c':
            for m in COMMAND.finditer(src.text):
                line = src.text.count('\n', 0, m.start()) + 1
                if '.It Cm %s\n' % m.group(1) not in text:
                    bad(src.path, line, 'commands', '"%s" is not in %s'
                        % (m.group(1), PAGE), m.group(1))
        if not src.path.startswith('src/keeper/'):
            continue
        for m in ERROR.finditer(src.text):
            line = src.text.count('\n', 0, m.start()) + 1
            said = literal(m.group(1))
            if 'error: ' + said not in known and said != 'config':
                bad(src.path, line, 'diagnostics', '"%s" is not in %s'
                    % (said, PAGE), said)
