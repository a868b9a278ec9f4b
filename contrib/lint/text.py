"""What a line, a function, a file and a string may look like."""
import fnmatch
import os
import re
from source import table

FILE_LINES = 600
FUNCTION_LINES = 60
COLUMNS = 80


def width(line):
    n = 0
    for c in line:
        n = (n // 8 + 1) * 8 if c == '\t' else n + 1
    return n


def check_shape(src, bad):
    if len(src.lines) > FILE_LINES:
        bad(src.path, FILE_LINES + 1, 'file', '%d lines; %d are allowed'
            % (len(src.lines), FILE_LINES))
    for n, line in enumerate(src.lines, 1):
        w = width(line)
        if w > COLUMNS:
            bad(src.path, n, 'columns', '%d columns; %d are allowed'
                % (w, COLUMNS))
        if line != line.rstrip():
            bad(src.path, n, 'blanks', 'blanks at the end of the line')


def functions(src):
    """(name, line of its name, lines of its body): a body opens and closes in
    the first column, and the name stands at the line's beginning."""
    name, at, opened = None, 0, 0
    for n, line in enumerate(src.code_lines, 1):
        m = re.match(r'([A-Za-z_]\w*)\s*\(', line)
        if m and not opened:
            name, at = m.group(1), n
        elif line.startswith('{') and not opened:
            opened = n
        elif line.startswith('}') and opened:
            if name and re.match(r'}\s*$', line):
                yield name, at, n - opened - 1
            name, opened = None, 0


def check_functions(src, bad):
    for name, at, lines in functions(src):
        if lines > FUNCTION_LINES:
            bad(src.path, at, 'function', '%s has %d lines; %d are allowed'
                % (name, lines, FUNCTION_LINES), name)


def read_banned(path):
    for _, line in table(path):
        name, allowed, reason = (p.strip() for p in line.split('|', 2))
        yield name, allowed.split(), reason


def check_banned(src, banned, bad):
    for name, allowed, reason in banned:
        if any(fnmatch.fnmatch(src.path, a) for a in allowed):
            continue
        # a call, or its address; not a member, a keyword of ours, a label
        for m in re.finditer(r'(?<![\w.>])%s\s*\(' % name, src.code):
            line = src.code.count('\n', 0, m.start()) + 1
            bad(src.path, line, 'banned', '%s: %s' % (name, reason), name)


def read_words(path):
    words, but = [], []
    for _, line in table(path):
        if line.startswith('but '):
            but.append(line[4:].strip())
        else:
            word, ours = (p.strip() for p in line.split('|', 1))
            words.append((word, ours))
    return words, but


def words_in(text, rules):
    words, but = rules
    for b in but:
        text = text.replace(b, ' ')
    for word, ours in words:
        if re.search(r'(?<![A-Za-z0-9])%ss?(?![A-Za-z0-9])' % word, text,
                     re.I):
            yield word, ours


def check_strings(src, rules, bad):
    for line, text in src.strings:
        for word, ours in words_in(text, rules):
            bad(src.path, line, 'word', '"%s" in a string; our word: %s'
                % (word, ours), word)


def check_guard(src, bad):
    """include/noun/alert.h is guarded by NOUN_ALERT_H."""
    parts = src.path.split('/')
    want = '%s_%s' % (parts[1].upper(),
                      re.sub(r'\W', '_', parts[2]).upper())
    if not re.search(r'^#ifndef %s\n#define %s$' % (want, want), src.code,
                     re.M):
        bad(src.path, 1, 'guard', 'is not guarded by %s' % want)


def check_todo(src, bad):
    for n, line in enumerate(src.lines, 1):
        if re.search(r'\b(TODO|FIXME|XXX)\b', line) and \
           not re.search(r'#\d+', line):
            bad(src.path, n, 'todo', 'a TODO needs the number of its report')


def check_manual_words(root, path, rules, bad):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            if line.startswith('.\\"'):
                continue
            for word, ours in words_in(line, rules):
                bad(path, n, 'word', '"%s" in a manual; our word: %s'
                    % (word, ours), word)


def check(root, tables, sources, pages, bad):
    banned = list(read_banned(os.path.join(tables, 'banned')))
    rules = read_words(os.path.join(tables, 'words'))
    for src in sources:
        ours = src.path.startswith(('src/', 'include/'))
        check_todo(src, bad)
        if not ours:
            continue
        check_shape(src, bad)
        check_functions(src, bad)
        check_banned(src, banned, bad)
        check_strings(src, rules, bad)
        if src.path.startswith('include/'):
            check_guard(src, bad)
    for page in pages:
        check_manual_words(root, page, rules, bad)
