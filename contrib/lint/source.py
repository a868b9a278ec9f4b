"""C sources as the checks see them: code without comments and strings, and the
string literals with their lines."""
import os
import re

TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.S)


class Source:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding='utf-8',
                  errors='replace') as f:
            self.text = f.read()
        self.lines = self.text.split('\n')
        if self.lines and self.lines[-1] == '':
            self.lines.pop()
        self.strings = []       # (line, text between the quotes)
        self.code = TOKEN.sub(self._blank, self.text)
        self.code_lines = self.code.split('\n')
        self._keep_includes()

    def _blank(self, m):
        t = m.group(0)
        if t[0] == '"':
            line = self.text.count('\n', 0, m.start()) + 1
            self.strings.append((line, t[1:-1]))
            return '"' + ' ' * (len(t) - 2) + '"'
        if t[0] == "'":
            return "' '" + ' ' * (len(t) - 3)
        return re.sub(r'[^\n]', ' ', t)

    def _keep_includes(self):
        """Header names are no strings that a user sees."""
        self.includes = []      # (line, '<' or '"', name)
        at = set()
        for n, line in enumerate(self.lines, 1):
            if not re.match(r'\s*#\s*include\b', self.code_lines[n - 1]):
                continue
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if m:
                self.includes.append((n, m.group(1), m.group(2)))
                at.add(n)
        self.strings = [s for s in self.strings if s[0] not in at]


def table(path):
    """Lines of a table file without comments and blanks, with their number."""
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if line.strip() and not line.lstrip().startswith('#'):
                yield n, line


def files(root, tops, ends):
    """Paths below root, sorted; build trees and hidden folders are left out."""
    found = []
    for top in tops:
        full = os.path.join(root, top)
        if os.path.isfile(full):
            found.append(top)
        for folder, dirs, names in os.walk(full):
            dirs[:] = sorted(d for d in dirs
                             if d not in ('build', '__pycache__'))
            for name in names:
                if name.endswith(ends):
                    path = os.path.join(folder, name)
                    found.append(os.path.relpath(path, root))
    return sorted(found)
