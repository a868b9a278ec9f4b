"""Who may include whom (DESIGN, floors), and which library lives where."""
import os
from source import table


def read_floors(path):
    floors, also = {}, {}
    for _, line in table(path):
        words = line.split()
        if words[0] == 'not':
            also.setdefault(words[1], set()).update(words[2:])
        else:
            floors[words[0]] = int(words[1])
    return floors, also


def read_libraries(path):
    places, libc = [], []
    for _, line in table(path):
        words = line.split()
        if words[0] == 'libc':
            libc += words[1:]
        else:
            places.append((words[0], words[1]))
    return places, libc


def begins(name, prefix):
    return name.startswith(prefix) if prefix.endswith('/') else name == prefix


def room_of(path):
    """include/noun/x.h and src/noun/x.c are both of the room noun."""
    parts = path.split('/')
    if len(parts) >= 3 and parts[0] in ('include', 'src'):
        return parts[1]
    return None


def check_own(root, src, line, name, floors, also, bad):
    room = room_of(src.path)
    here = os.path.normpath(os.path.join(os.path.dirname(src.path), name))
    if '..' in name.split('/'):
        bad(src.path, line, 'floors', '"%s" leaves its room by ..' % name)
        return
    if os.path.exists(os.path.join(root, here)):
        other = room_of(here)
    elif os.path.exists(os.path.join(root, 'include', name)):
        other = name.split('/')[0]
    elif os.path.exists(os.path.join(root, 'src', name)):
        other = name.split('/')[0]
        if other != room:
            bad(src.path, line, 'floors',
                'src/%s is private to %s/' % (name, other))
            return
    else:
        bad(src.path, line, 'floors', '"%s" does not exist' % name)
        return
    for r in (room, other):
        if r not in floors:
            bad(src.path, line, 'floors', 'room %s/ is on no floor' % r)
            return
    if other == room:
        return
    if floors[other] == floors[room]:
        bad(src.path, line, 'floors',
            '%s/ and %s/ are on one floor and may not include each other'
            % (room, other))
    elif floors[other] > floors[room]:
        bad(src.path, line, 'floors', '%s/ (floor %d) includes upwards: %s '
            'is on floor %d' % (room, floors[room], name, floors[other]))
    elif other in also.get(room, ()) or name in also.get(room, ()):
        bad(src.path, line, 'floors',
            '%s/ may not include %s' % (room, name))


def check_library(src, line, name, libraries, bad):
    places, libc = libraries
    if any(begins(name, p) for p in libc):
        return
    for prefix, place in places:
        if not begins(name, prefix):
            continue
        if src.path.startswith('include/'):
            bad(src.path, line, 'libraries',
                '<%s>: no third-party header in include/' % name)
        elif not src.path.startswith(place):
            bad(src.path, line, 'libraries',
                '<%s> belongs to %s' % (name, place))
        return
    bad(src.path, line, 'libraries', '<%s> is not in contrib/lint/libraries'
        % name)


def check(root, tables, sources, bad):
    floors, also = read_floors(os.path.join(tables, 'floors'))
    libraries = read_libraries(os.path.join(tables, 'libraries'))
    for src in sources:
        if not src.path.startswith(('src/', 'include/')):
            continue
        for line, kind, name in src.includes:
            if kind == '"':
                check_own(root, src, line, name, floors, also, bad)
            else:
                check_library(src, line, name, libraries, bad)
