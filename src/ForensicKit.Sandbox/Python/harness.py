# Runs in both instances: in the one that holds the program, and in the one that judges it. Each line on descriptor 0 or 1 is one message in
# JSON; what is printed goes to descriptor 2. The host passes messages on; only the judge's last one decides, and no program reaches its instance.
import builtins, gc, io, posix, sys
from _json import encode_basestring_ascii as quote, make_scanner


class _Context:
    strict = False
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo = {}


_scan = make_scanner(_Context())
_stdin = sys.stdin     # kept: it would close when nothing holds it
_read = _stdin.buffer.readline
_print = sys.stderr
_Module = type(sys)
_Function = (type(lambda: 0), type(len), type([].append))
_MAX_DEPTH = 100
_MAX_TEXT = 500
# Values that are rebuilt from their class and the arguments that their own __reduce__ gives.
_KNOWN = {('decimal', 'Decimal'), ('fractions', 'Fraction'), ('datetime', 'date'), ('datetime', 'time'), ('datetime', 'datetime'),
          ('datetime', 'timedelta')}
_TYPES = {c.__name__: c for c in (int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, object, type, type(None))}


class NotPassable(TypeError):
    pass


class Remote:
    """Something that lives in the other instance."""
    __slots__ = ('_handle',)

    def __init__(self, handle):
        object.__setattr__(self, '_handle', handle)

    def __call__(self, *args, **kwargs):
        return _ask('call', self._handle, (args, kwargs))

    def __repr__(self):
        return '<object of the program>'


class RemoteObject(Remote):
    """Seen from the judge: any object of the program. Comparing it is left to identity, so that no object can claim to be equal."""
    __slots__ = ()

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return _ask('get', self._handle, name)

    def __getitem__(self, key):
        return _ask('item', self._handle, key)

    def __iter__(self):
        return _ask('iter', self._handle, None)

    def __next__(self):
        return _ask('next', self._handle, None)

    def __len__(self):
        return int(_ask('len', self._handle, None))

    def __bool__(self):
        return _ask('bool', self._handle, None) is True


_exported = []      # what the other side may name by number
_exported_ids = {}
_remotes = {}
_remote_class = Remote


def _export(x):
    n = _exported_ids.get(id(x))
    if n is None:
        n = _exported_ids[id(x)] = len(_exported)
        _exported.append(x)
    return n


def _encode(x, ids, depth=0):
    t = type(x)
    if x is None:
        return 'null'
    if t is bool:
        return 'true' if x else 'false'
    if t is str:
        return quote(x)
    if t is int:
        return int.__repr__(x) if -1000000000000000 < x < 1000000000000000 else '["i","%x"]' % x
    if t is float:
        return float.__repr__(x) if x - x == 0 else '["n","%s"]' % float.__repr__(x)
    if depth > _MAX_DEPTH:
        raise NotPassable('A value is nested too deeply to pass between the program and the check.')
    if t is Remote or t is RemoteObject:
        return '["H",%d]' % x._handle
    if t is tuple or isinstance(x, tuple):
        return '["t"%s]' % ''.join([',' + _encode(v, ids, depth + 1) for v in tuple.__iter__(x)])
    kind = 'l' if isinstance(x, list) else 'd' if isinstance(x, dict) else 's' if isinstance(x, set) else 'B' if isinstance(x, bytearray) else None
    if kind is not None:
        known = ids.get(id(x))
        if known is not None:
            return '["R",%d]' % known[0]
        ids[id(x)] = (len(ids), x)
        return _content(kind, len(ids) - 1, x, ids, depth)
    if isinstance(x, str):
        return quote(str.__str__(x))
    if isinstance(x, int):
        return _encode(int.__add__(x, 0), ids, depth)
    if isinstance(x, float):
        return _encode(float.__add__(x, 0.0), ids, depth)
    if isinstance(x, bytes):
        return '["b","%s"]' % bytes.hex(x)
    if isinstance(x, frozenset):
        return '["f"%s]' % ''.join([',' + _encode(v, ids, depth + 1) for v in frozenset.__iter__(x)])
    if t is complex:
        return '["c",%s,%s]' % (_encode(x.real, ids), _encode(x.imag, ids))
    if t is range:
        return '["r",%s,%s,%s]' % (_encode(x.start, ids), _encode(x.stop, ids), _encode(x.step, ids))
    if t is _Module:
        return '["M",%s]' % quote(x.__name__)
    if t is type and _TYPES.get(x.__name__) is x:
        return '["T",%s]' % quote(x.__name__)
    if (t.__module__, t.__name__) in _KNOWN and getattr(sys.modules.get(t.__module__), t.__name__, None) is t:
        return '["x",%s,%s,%s]' % (quote(t.__module__), quote(t.__name__), _encode(x.__reduce__()[1], ids, depth + 1))
    if _remote_class is RemoteObject and not callable(x):
        raise NotPassable('An object of the class %s cannot be passed to the program.' % t.__name__)
    return '["h",%d]' % _export(x)


def _content(kind, n, x, ids, depth):
    if kind == 'l':
        parts = [_encode(v, ids, depth + 1) for v in list.__iter__(x)]
    elif kind == 'd':
        parts = [_encode(v, ids, depth + 1) for pair in dict.items(x) for v in pair]
    elif kind == 's':
        parts = [_encode(v, ids, depth + 1) for v in set.__iter__(x)]
    else:
        parts = ['"%s"' % bytearray.hex(x)]
    return '["%s",%d%s]' % (kind, n, ''.join([',' + p for p in parts]))


def _decode(m, table):
    """Builds plain values from a message; nothing in it can name anything but these kinds."""
    if type(m) is not list:
        return m
    kind = m[0]
    if kind == 'l':
        x = _known(m[1], table, list)
        x[:] = [_decode(v, table) for v in m[2:]]
        return x
    if kind == 't':
        return tuple([_decode(v, table) for v in m[1:]])
    if kind == 'd':
        x = _known(m[1], table, dict)
        parts = [_decode(v, table) for v in m[2:]]
        x.clear()
        x.update(zip(parts[::2], parts[1::2]))
        return x
    if kind == 's':
        x = _known(m[1], table, set)
        parts = [_decode(v, table) for v in m[2:]]
        x.clear()
        x.update(parts)
        return x
    if kind == 'R':
        return table[m[1]]
    if kind == 'i':
        return int(m[1], 16)
    if kind == 'n':
        return float(m[1])
    if kind == 'b':
        return bytes.fromhex(m[1])
    if kind == 'B':
        x = _known(m[1], table, bytearray)
        x[:] = bytes.fromhex(m[2])
        return x
    if kind == 'f':
        return frozenset([_decode(v, table) for v in m[1:]])
    if kind == 'c':
        return complex(_decode(m[1], table), _decode(m[2], table))
    if kind == 'r':
        return range(_decode(m[1], table), _decode(m[2], table), _decode(m[3], table))
    if kind == 'H':
        return _exported[m[1]]
    if kind == 'h':
        n = m[1]
        if n not in _remotes:
            _remotes[n] = _remote_class(n)
        return _remotes[n]
    if kind == 'T':
        return _TYPES[m[1]]
    if kind == 'M' and m[1] in sys.stdlib_module_names:
        return __import__(m[1])
    if kind == 'x' and (m[1], m[2]) in _KNOWN:
        return getattr(__import__(m[1]), m[2])(*_decode(m[3], table))
    raise NotPassable('A value of an unknown kind came from the program.')


def _known(n, table, kind):
    x = table.get(n)
    if x is None:
        x = table[n] = kind()
    elif not isinstance(x, kind):
        raise NotPassable('A value changed its kind.')
    return x


def _flush():
    try:
        _print.flush()
    except BaseException:
        pass    # closed by the program


def _exit():
    _flush()
    posix._exit(0)


def _send(line):
    _flush()
    posix.write(1, line.encode('ascii') + b'\n')


def _receive():
    return _scan(_read().decode('ascii'), 0)[0]


def _ask(operation, handle, payload):
    """Sends a request and serves the other side until it answers."""
    ids = {}
    _send('["%s",%d,%s]' % (operation, handle, _encode(payload, ids)))
    while True:
        m = _receive()
        if m[0] == 'v' or m[0] == 'e':
            break
        _serve(m)
    table = {n: x for n, x in ids.values()}
    # Lists and the like that were passed are brought up to date, so that programs that work in place can be checked.
    for state in m[2]:
        _decode(state, table)
    if m[0] == 'v':
        return _decode(m[1], table)
    raise _error(m[1], m[3], operation)


def _error(names, text, operation):
    for name in names:
        c = getattr(builtins, name, None)
        if not isinstance(c, type) or not issubclass(c, Exception) or issubclass(c, (UnicodeError, ExceptionGroup)):
            continue
        # Elsewhere than in an iterator it would end a check's own loop early, as if all of it had been right.
        if issubclass(c, (StopIteration, StopAsyncIteration)) and operation != 'next':
            continue
        return c(text)
    return RuntimeError(text)


def _serve(m):
    table = {}
    try:
        handle, payload = m[1], _decode(m[2], table)
        ids = {id(x): (n, x) for n, x in table.items()}
        before = _states(table, ids)
        value = _do(m[0], handle, payload)
        # States come first here as where they are read: what is new is told where it is first met.
        changes = [state for state, old in zip(_states(table, ids), before) if state != old]
        reply = '["v",%s,[%s]]' % (_encode(value, ids), ','.join(changes))
    except SystemExit:
        _exit()
    except BaseException as e:
        reply = '["e",[%s],[],%s]' % (','.join([quote(c.__name__) for c in type(e).__mro__]), quote(_text(e)))
    _send(reply)


def _states(table, ids):
    kinds = {list: 'l', dict: 'd', set: 's', bytearray: 'B'}
    return [_content(kinds[type(x)], n, x, ids, 0) for n, x in table.items()]


def _is_passable(x):
    try:
        _encode(x, {})
        return type(x) is not _Module or x.__name__ in sys.stdlib_module_names
    except BaseException:
        return False


def _do(operation, handle, payload):
    if operation == 'names':
        return {name: _program[name] for name in payload if name in _program and _is_passable(_program[name])}
    target = _exported[handle]
    if operation == 'call':
        return target(*payload[0], **payload[1])
    # What follows looks into objects; the program may not look into the judge's.
    if _remote_class is RemoteObject:
        raise NotPassable('Only calls are passed to the check.')
    if operation == 'get':
        return getattr(target, payload)
    if operation == 'item':
        return target[payload]
    if operation == 'iter':
        return iter(target)
    if operation == 'next':
        return next(target)
    if operation == 'len':
        return len(target)
    if operation == 'bool':
        return bool(target)
    raise NotPassable(operation)


def _text(e):
    try:
        return str(e)[:_MAX_TEXT]
    except BaseException:
        return ''


def _names(code):
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is type(code):
            yield from _names(constant)


def _judge(check, entry_point):
    global _remote_class
    _remote_class = RemoteObject
    try:
        code = compile(check, '<check>', 'exec')
        # What the task's own text defines beside the entry point may be used by its check; nothing else that the program offers is taken.
        wanted = sorted({entry_point, *[n for n in _names(code) if not n.startswith('__')]}.difference(dir(builtins), ['check']))
        offered = _ask('names', 0, wanted)
        world = {name: dict.__getitem__(offered, name) for name in wanted if name in offered}
        if entry_point not in world:
            raise NameError('The program defines no %s.' % entry_point)
        candidate = world[entry_point]
        world['__name__'] = 'check'
        exec(code, world)
        if 'check' not in world:
            raise NameError('The check defines no check(candidate).')
        world['check'](candidate)
    except BaseException as e:
        line, tb = 0, e.__traceback__
        while tb is not None:
            if tb.tb_frame.f_code.co_filename == '<check>':
                line = tb.tb_lineno
            tb = tb.tb_next
        lines = check.split('\n')
        where = lines[line - 1].strip()[:_MAX_TEXT] if 0 < line <= len(lines) else ''
        _send('["failed",%s,%s,%s]' % (quote(type(e).__name__), quote(_text(e)), quote(where)))
    else:
        _send('["passed"]')


_program = {}


def _run():
    """Called in each instance, which is a copy of the one that _prepare left."""
    global _program
    m = _receive()
    if m[0] == 'judge':
        _judge(m[1], m[2])
        posix._exit(0)
    # A module of its own, so that classes and annotations find their names; not __main__, so that demonstrations do not run.
    module = sys.modules['program'] = _Module('program')
    _program = module.__dict__
    try:
        exec(compile(m[1], '<program>', 'exec'), _program)
    except SystemExit:
        _exit()
    except BaseException as e:
        _send('["e",[%s],[],%s]' % (','.join([quote(c.__name__) for c in type(e).__mro__]), quote(_text(e))))
    else:
        _send('["v",null,[]]')
    while True:
        _serve(_receive())


def _prepare():
    sys.stdin = sys.__stdin__ = io.StringIO()
    sys.stdout = sys.__stdout__ = sys.stderr
    # What programs use most is there already: the first compilation, and modules whose reading takes longer than all else.
    exec(compile('def f(x):\n    return x + 1\n', '<program>', 'exec'), {})
    import bisect, collections, copy, functools, heapq, itertools, math, operator, random, re, string, typing
    gc.collect()
    gc.freeze()     # what is there stays: looking through it would touch, and so copy, all of it
    _send('["ready",%d,%d,%d]' % (id(_run), id(()), id(type(_run))))
    posix._exit(77)


_prepare()
