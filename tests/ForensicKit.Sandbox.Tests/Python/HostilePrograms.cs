using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.Python;

/// <summary>Programs that try to harm, to hold up, or to pass without being right. None knows that 2 is asked for.</summary>
internal static class HostilePrograms
{
    public const string Check = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate([1, 2]) == [2, 3]\n    assert abs(candidate(3) - 4) < 1e-6\n    assert all(map(lambda x: candidate(x) == x + 1, [1, 2, 3]))\n";

    private const string Nothing = "def f(x): return 0\n";

    public static IReadOnlyDictionary<string, (string Code, SandboxOutcome[] Outcomes)> All { get; } = new Dictionary<string, (string, SandboxOutcome[])>(StringComparer.Ordinal)
    {
        // Holding up.
        ["endless loop"] = ("def f(x):\n  while True: pass", [SandboxOutcome.TimedOut]),
        ["endless loop before the check"] = (Nothing + "while True: pass", [SandboxOutcome.TimedOut]),
        ["endless loop that catches everything"] = ("def f(x):\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass", [SandboxOutcome.TimedOut]),
        ["endless loop in C"] = ("import itertools\ndef f(x): return sum(itertools.repeat(1))", [SandboxOutcome.TimedOut]),
        ["endless sleep"] = ("import time\ndef f(x): time.sleep(10 ** 9)", [SandboxOutcome.TimedOut]),
        ["endless waiting"] = ("import select\ndef f(x):\n  while True: select.select([], [], [], 1000)", [SandboxOutcome.TimedOut, SandboxOutcome.Failed]),
        ["reading input"] = ("import os\ndef f(x): os.read(0, 1)", [SandboxOutcome.EndedEarly]),
        ["reading input at the start"] = (Nothing + "import os\nos.read(0, 1)", [SandboxOutcome.EndedEarly]),
        ["endless recursion"] = ("def f(x): return f(x)", [SandboxOutcome.TimedOut]),
        ["endless recursion without a limit"] = ("import sys\nsys.setrecursionlimit(2 ** 31 - 1)\ndef f(x): return f(x)", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["recursion in C"] = ("import sys\nsys.setrecursionlimit(2 ** 31 - 1)\ndef f(x):\n  a = []\n  for i in range(10 ** 5): a = [a]\n  return repr(a)", [SandboxOutcome.TimedOut]),
        ["recursion in comparison"] = ("import sys\nsys.setrecursionlimit(2 ** 31 - 1)\nclass A:\n  def __eq__(self, o): return self == o\n  def __lt__(self, o): return sorted([self, o]) < 1\ndef f(x): return A() < A()", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory, SandboxOutcome.Failed]),
        ["regular expression"] = ("import re\ndef f(x): return re.match('(a+)+$', 'a' * 60 + 'b')", [SandboxOutcome.TimedOut]),
        ["endless generator"] = ("def f(x):\n  while True: yield 1", [SandboxOutcome.Failed]),
        ["endless list of a generator"] = ("import itertools\ndef f(x): return list(itertools.count())", [SandboxOutcome.OutOfMemory, SandboxOutcome.TimedOut]),
        ["threads"] = ("import threading\ndef f(x):\n  t = threading.Thread(target=print)\n  t.start()\n  return 2", [SandboxOutcome.Failed]),
        ["process"] = ("import os\ndef f(x): return os.fork()", [SandboxOutcome.Failed]),
        ["subprocess"] = ("import subprocess\ndef f(x): return subprocess.run(['id'])", [SandboxOutcome.Failed]),
        ["multiprocessing"] = ("import multiprocessing\ndef f(x): return multiprocessing.Pool(4)", [SandboxOutcome.Failed]),
        ["shell"] = ("import os\ndef f(x): return os.system('id')", [SandboxOutcome.Failed]),
        ["signals"] = ("import signal\ndef f(x): signal.raise_signal(signal.SIGINT)", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),

        // Filling memory.
        ["list bomb"] = ("def f(x):\n  a = []\n  while True: a.append([0] * 10 ** 6)", [SandboxOutcome.OutOfMemory]),
        ["text bomb"] = ("def f(x):\n  s = 'x'\n  while True: s += s", [SandboxOutcome.OutOfMemory]),
        ["huge list"] = ("def f(x): return [0] * 10 ** 9", [SandboxOutcome.OutOfMemory]),
        ["memory bomb that catches its end"] = ("a = []\ndef f(x):\n  while True:\n    try:\n      while True: a.append(bytearray(10 ** 6))\n    except MemoryError: pass", [SandboxOutcome.TimedOut]),
        ["memory bomb before the check"] = (Nothing + "a = []\nwhile True: a.append(bytearray(10 ** 6))", [SandboxOutcome.OutOfMemory]),
        ["huge integer"] = ("def f(x): return 10 ** 10 ** 8", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["huge integer to text"] = ("import sys\nsys.set_int_max_str_digits(0)\ndef f(x): return str(1 << 10 ** 7)", [SandboxOutcome.TimedOut]),
        ["huge integer from text"] = ("import sys\nsys.set_int_max_str_digits(0)\ndef f(x): return int('9' * 10 ** 7)", [SandboxOutcome.TimedOut]),
        ["huge shift"] = ("def f(x): return 1 << 10 ** 12", [SandboxOutcome.Failed, SandboxOutcome.OutOfMemory]),
        ["huge output"] = ("def f(x):\n  while True: print('x' * 1000)", [SandboxOutcome.TooMuchOutput]),
        ["huge output without lines"] = ("import sys\ndef f(x):\n  while True: sys.stderr.write('x')", [SandboxOutcome.TooMuchOutput]),
        ["huge output past the interpreter"] = ("import os\ndef f(x):\n  while True: os.write(2, b'x' * 1000)", [SandboxOutcome.TooMuchOutput]),
        ["huge message"] = ("import os\ndef f(x):\n  while True: os.write(1, b'x' * 100000)", [SandboxOutcome.OutOfMemory]),
        ["many messages"] = ("import os\ndef f(x):\n  while True: os.write(1, b'[\"v\",1,[]]\\n')", [SandboxOutcome.Failed]),
        ["huge value"] = ("def f(x): return 'x' * (40 << 20)", [SandboxOutcome.OutOfMemory]),
        ["huge error"] = ("def f(x): raise ValueError('x' * 10 ** 7)", [SandboxOutcome.Failed]),
        ["deep value"] = ("def f(x):\n  a = []\n  for i in range(10 ** 5): a = [a]\n  return a", [SandboxOutcome.Failed]),
        ["value that contains itself"] = ("def f(x):\n  a = []\n  a.append(a)\n  return a", [SandboxOutcome.Failed]),

        // Parsing.
        ["deep brackets"] = (Nothing + new string('[', 50_000) + new string(']', 50_000), [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["deep parentheses"] = (Nothing + "x = " + string.Concat(Enumerable.Repeat("(1,", 90)) + new string(')', 90) + "\ny = eval('(' * 10 ** 6)", [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["deep operators"] = (Nothing + "x = " + string.Concat(Enumerable.Repeat("-", 50_000)) + "1", [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["deep sum"] = (Nothing + "x = 1" + string.Concat(Enumerable.Repeat("+1", 50_000)), [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["deep literal"] = ("import ast\ndef f(x): return ast.literal_eval('[' * 10 ** 5 + ']' * 10 ** 5)", [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["deep JSON"] = ("import json\ndef f(x): return json.loads('[' * 10 ** 6)", [SandboxOutcome.TimedOut, SandboxOutcome.Failed]),
        ["NUL"] = (Nothing + "x = '\0'", [SandboxOutcome.Failed]),
        ["half characters"] = (Nothing + "x = '\ud800'", [SandboxOutcome.Failed]),
        ["half characters in an error"] = ("def f(x): raise ValueError('\\ud800\\0')", [SandboxOutcome.Failed]),
        ["not UTF-8"] = ("import os\ndef f(x): os.write(2, b'\\xff\\xfe\\x00')", [SandboxOutcome.Failed]),
        ["not JSON"] = ("import os\ndef f(x): os.write(1, b'\\xff\\xfe\\n')", [SandboxOutcome.Failed]),
        ["a very long program"] = (Nothing + new string('#', 1 << 20), [SandboxOutcome.Failed]),
        ["crashing the interpreter"] = ("def f(x): (lambda: 0).__class__((lambda: 0).__code__.replace(co_code=b'\\xff' * 100, co_stacksize=1), {})()", [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),

        // Getting out.
        ["reading a file"] = ("def f(x): return open('/etc/passwd').read()", [SandboxOutcome.Failed]),
        ["writing a file"] = ("def f(x): open('/tmp/x', 'w').write('x')", [SandboxOutcome.Failed]),
        ["listing a folder"] = ("import os\ndef f(x): return os.listdir('/')", [SandboxOutcome.Failed]),
        ["other descriptors"] = ("import os\ndef f(x):\n  for i in range(3, 1000):\n    try: os.write(i, b'x'); return 2\n    except OSError: pass\n    try: os.read(i, 1); return 2\n    except OSError: pass\n  raise ValueError", [SandboxOutcome.Failed]),
        ["network"] = ("import socket\ndef f(x):\n  s = socket.socket()\n  s.connect(('127.0.0.1', 80))", [SandboxOutcome.Failed]),
        ["web"] = ("import urllib.request\ndef f(x): return urllib.request.urlopen('http://127.0.0.1/').read()", [SandboxOutcome.Failed]),
        ["environment"] = ("import os\ndef f(x): return os.environ['PATH']", [SandboxOutcome.Failed]),
        ["native code"] = ("import ctypes\ndef f(x): return ctypes.CDLL(None)", [SandboxOutcome.Failed]),
    };

    /// <summary>Those that want to be counted as passed.</summary>
    public static IReadOnlyDictionary<string, (string Code, SandboxOutcome[] Outcomes)> Cheating { get; } = new Dictionary<string, (string, SandboxOutcome[])>(StringComparer.Ordinal)
    {
        ["exit before the check"] = (Nothing + "exit(0)", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["sys.exit before the check"] = (Nothing + "import sys\nsys.exit(0)", [SandboxOutcome.EndedEarly]),
        ["os._exit before the check"] = (Nothing + "import os\nos._exit(0)", [SandboxOutcome.EndedEarly]),
        ["sys.exit in the check"] = ("import sys\ndef f(x): sys.exit(0)", [SandboxOutcome.EndedEarly]),
        ["os._exit in the check"] = ("import os\ndef f(x): os._exit(0)", [SandboxOutcome.EndedEarly]),
        ["SystemExit in the check"] = ("def f(x): raise SystemExit(0)", [SandboxOutcome.EndedEarly]),
        ["KeyboardInterrupt in the check"] = ("def f(x): raise KeyboardInterrupt", [SandboxOutcome.Failed]),
        ["abort"] = ("import os\ndef f(x): os.abort()", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["exit at exit"] = ("import atexit, os, sys\natexit.register(lambda: os._exit(0))\ndef f(x): sys.exit()", [SandboxOutcome.EndedEarly]),
        ["fake pass, printed"] = ("print('[\"passed\"]')\nprint('PASSED')\ndef f(x):\n  print('[\"passed\"]', flush=True)\n  return 0", [SandboxOutcome.Failed]),
        ["fake pass, sent"] = (Nothing + "import os\nos.write(1, b'[\"passed\"]\\n')", [SandboxOutcome.Failed]),
        ["fake pass, sent as an answer"] = ("import os\ndef f(x):\n  os.write(1, b'[\"passed\"]\\n')\n  os._exit(0)", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["fake answers"] = (Nothing + "import os\nos.write(1, b'[\"v\",null,[]]\\n[\"v\",[\"d\",0,\"f\",[\"h\",0]],[]]\\n')\nos._exit(0)", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["fake question to the judge"] = (Nothing + "import os\nos.write(1, b'[\"v\",null,[]]\\n[\"get\",0,\"__globals__\"]\\n')", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["built-ins offered to the judge"] = ("import sys\nm = sys.modules['__main__']\nold = m._do\ndef do(op, handle, payload):\n  if op == 'names': return {'f': f, '__builtins__': {'abs': lambda x: 0, 'all': lambda x: True, 'map': lambda *a: [], 'AssertionError': SystemExit}, 'abs': lambda x: 0, 'all': lambda x: True, 'map': lambda *a: []}\n  return old(op, handle, payload)\nm._do = do\ndef f(x): return 2 if x == 1 else [2, 3] if isinstance(x, list) else 0", [SandboxOutcome.Failed]),
        ["unknown kinds"] = ("import os\ndef f(x):\n  os.write(1, b'[\"v\",[\"x\",\"os\",\"system\",[\"t\",\"id\"]],[]]\\n')\n  os._exit(0)", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["module as an answer"] = ("import sys\ndef f(x): return sys", [SandboxOutcome.Failed]),
        ["replaced built-ins"] = (Nothing + "import builtins\nbuiltins.abs = builtins.len = builtins.isinstance = lambda *a: True\nbuiltins.AssertionError = SystemExit\nbuiltins.all = lambda x: True", [SandboxOutcome.Failed]),
        ["replaced assert"] = (Nothing + "import builtins\nclass AssertionError(Exception): pass\nbuiltins.AssertionError = AssertionError\n__debug__name = False", [SandboxOutcome.Failed]),
        ["replaced check"] = (Nothing + "def check(candidate): pass\nimport builtins\nbuiltins.check = check", [SandboxOutcome.Failed]),
        ["replaced compile"] = (Nothing + "import builtins\nbuiltins.compile = lambda *a, **k: (lambda: 0).__code__\nbuiltins.exec = lambda *a, **k: None", [SandboxOutcome.Failed]),
        ["replaced harness"] = (Nothing + "import gc, types\nfor o in gc.get_objects():\n  if isinstance(o, types.FunctionType) and o.__name__ in ('_judge', '_error', '_decode', '_known'):\n    o.__code__ = (lambda *a, **k: None).__code__\nimport sys\nm = sys.modules['__main__']\nm._judge = m._remote_class = m._do = lambda *a: 2", [SandboxOutcome.Failed]),
        ["harness by frames"] = ("import sys\ndef f(x):\n  frame = sys._getframe()\n  while frame:\n    for k, v in list(frame.f_globals.items()):\n      if k == '_send': v('[\"passed\"]')\n    frame = frame.f_back\n  return 0", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["secret by inspection"] = ("import gc, inspect\ndef f(x):\n  found = [o for o in gc.get_objects() if isinstance(o, str) and 'check' in o]\n  source = [str(i) for i in inspect.stack()]\n  return 2 if any('candidate(1) == 2' in s for s in found + source) else 0", [SandboxOutcome.Failed]),
        ["tracing"] = (Nothing + "import sys\nsys.settrace(lambda frame, event, arg: frame.f_locals.update(candidate=lambda x: 2) or (lambda *a: None))\nsys.setprofile(lambda *a: None)", [SandboxOutcome.Failed]),
        ["replaced output"] = (Nothing + "import sys, io\nsys.stdout = sys.stderr = sys.__stdout__ = io.StringIO()", [SandboxOutcome.Failed]),
        ["closed descriptors"] = ("import os\ndef f(x):\n  for i in range(3): os.close(i)\n  return 0", [SandboxOutcome.Failed]),
        ["object equal to everything"] = ("class A:\n  def __eq__(self, o): return True\n  def __sub__(self, o): return 0\n  __rsub__ = __sub__\n  def __abs__(self): return 0\n  def __lt__(self, o): return True\n  def __hash__(self): return 0\ndef f(x): return A()", [SandboxOutcome.Failed]),
        ["integer equal to everything"] = ("class A(int):\n  def __eq__(self, o): return True\n  def __int__(self): return 2\n  def __index__(self): return 2\n  def __add__(self, o): return 2\n  def __repr__(self): return '2'\n  __hash__ = int.__hash__\ndef f(x): return A(0)", [SandboxOutcome.Failed]),
        ["list equal to everything"] = ("class A(list):\n  def __eq__(self, o): return True\n  def __iter__(self): return iter([2, 3])\ndef f(x): return A()", [SandboxOutcome.Failed]),
        ["class equal to everything"] = ("class M(type):\n  def __eq__(self, o): return True\n  def __hash__(self): return 0\nclass A(metaclass=M): pass\ndef f(x): return A", [SandboxOutcome.Failed]),
        ["end of iteration"] = ("def f(x):\n  if isinstance(x, list): return [2, 3]\n  if x == 3: return 4.0\n  global n\n  n += 1\n  if n > 1: raise StopIteration\n  return 2\nn = 0", [SandboxOutcome.Failed]),
        ["changed arguments"] = ("def f(x):\n  if isinstance(x, list): x.clear()\n  return x", [SandboxOutcome.Failed]),
        ["own str and type"] = ("class str(str): pass\nclass int(int):\n  def __eq__(self, o): return True\n  __hash__ = None\ndef f(x): return int(7)", [SandboxOutcome.Failed]),
        ["reduce of a known class"] = ("import fractions\nclass Fraction(fractions.Fraction):\n  def __eq__(self, o): return True\n  def __hash__(self): return 0\nFraction.__module__ = 'fractions'\nfractions.Fraction = Fraction\ndef f(x): return Fraction(0)", [SandboxOutcome.Failed, SandboxOutcome.TimedOut]),
    };
}
