using ForensicKit.Models;

namespace ForensicKit.Sandbox.Tests.JavaScript;

/// <summary>Programs that try to harm, to hold up, or to pass without being right. None knows that 2 is asked for.</summary>
internal static class HostileScripts
{
    public const string Check = "function check(candidate) { assert.equal(candidate(1), 2); assert.deepEqual(candidate(2), 3); assert(candidate(3) == 4); }";

    private static readonly string s_nothing = "function f() { return 0; } ";

    public static IReadOnlyDictionary<string, (string Code, SandboxOutcome[] Outcomes)> All { get; } = new Dictionary<string, (string, SandboxOutcome[])>(StringComparer.Ordinal)
    {
        // Holding up.
        ["endless loop"] = ("function f() { while (true); }", [SandboxOutcome.TimedOut]),
        ["endless loop before the check"] = (s_nothing + "for (;;) { }", [SandboxOutcome.TimedOut]),
        ["endless recursion"] = ("function f() { return f() + 1; }", [SandboxOutcome.TimedOut]),
        ["recursion through a getter"] = ("const o = { get a() { return this.a; } }; const f = () => o.a;", [SandboxOutcome.TimedOut]),
        ["recursion that catches its own end"] = ("function f() { try { f(); } finally { f(); } }", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["recursion through the bridge"] = ("function f(x) { return f; }", [SandboxOutcome.Failed]),
        ["regular expression"] = ("function f() { return /^(a+)+$/.test('a'.repeat(40) + 'b'); }", [SandboxOutcome.TimedOut]),
        ["many regular expressions"] = ("function f() { for (;;) try { /^(a+)+$/.test('a'.repeat(40) + 'b'); } catch { } }", [SandboxOutcome.TimedOut]),
        ["endless generator"] = ("function* g() { while (true) yield 1; } function f() { for (const x of g()); }", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["endless promises"] = ("function f() { Promise.resolve().then(f); }", [SandboxOutcome.Failed, SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["endless async function"] = ("async function f() { while (true) await 1; }", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["promise that is never settled"] = ("function f() { return new Promise(() => { }); }", [SandboxOutcome.EndedEarly]),
        ["waiting"] = ("function f() { Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0); }", [SandboxOutcome.Failed]),
        ["busy waiting for the clock"] = ("function f() { const end = Date.now() + 1e9; while (Date.now() < end); }", [SandboxOutcome.TimedOut]),
        ["endless list without elements"] = ("function f() { return Array.prototype.forEach.call({ length: 2 ** 53 - 1 }, () => { }); }", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),
        ["comparison that never agrees"] = ("function f() { const a = new Array(1e6).fill(0); return a.sort(() => Math.random() - 0.5) && f(); }", [SandboxOutcome.TimedOut, SandboxOutcome.OutOfMemory]),

        // Filling memory.
        ["list bomb"] = ("function f() { const a = []; for (;;) a.push({ x: [1, 2, 3] }); }", [SandboxOutcome.OutOfMemory, SandboxOutcome.TimedOut]),
        ["list of lists bomb"] = ("function f() { const a = []; for (;;) a.push(new Array(1e6).fill('x')); }", [SandboxOutcome.OutOfMemory, SandboxOutcome.TimedOut]),
        ["text bomb"] = ("function f() { let s = 'x'; for (;;) s += s; }", [SandboxOutcome.OutOfMemory, SandboxOutcome.Failed, SandboxOutcome.TimedOut]),
        ["repeated text"] = ("function f() { return 'x'.repeat(2 ** 28); }", [SandboxOutcome.Failed]),
        ["padded text"] = ("function f() { return 'x'.padEnd({ valueOf: () => 5e8 }); }", [SandboxOutcome.Failed]),
        ["joined text"] = ("function f() { return new Array(4e6).fill('x'.repeat(1e6)).join(''); }", [SandboxOutcome.OutOfMemory, SandboxOutcome.Failed]),
        ["replaced text"] = ("function f() { return 'a'.repeat(1e5).replace(/a/g, \"$'$`\"); }", [SandboxOutcome.Failed]),
        ["huge list"] = ("function f() { return new Array(4e9); }", [SandboxOutcome.OutOfMemory]),
        ["huge list from a length"] = ("function f() { return Array.from({ length: 1e9 }); }", [SandboxOutcome.OutOfMemory]),
        ["huge sparse list"] = ("function f() { const a = []; a.length = 4294967295; return a; }", [SandboxOutcome.OutOfMemory]),
        ["huge buffer"] = ("function f() { return new ArrayBuffer(2 ** 31 - 1); }", [SandboxOutcome.Failed]),
        ["huge typed list"] = ("function f() { return new Float64Array(2e8); }", [SandboxOutcome.Failed]),
        ["huge typed list, the way around"] = ("function f() { const T = Object.getPrototypeOf(new Uint8Array(1)).constructor; return Reflect.construct(T, [2e9], Array); }", [SandboxOutcome.Failed]),
        ["huge typed list of a lying length"] = ("function f() { let n = 0; return new Uint8Array({ get length() { return n++ ? 2e9 : 1; } }); }", [SandboxOutcome.Failed, SandboxOutcome.OutOfMemory]),
        ["growing buffer"] = ("function f() { new ArrayBuffer(8, { maxByteLength: 2e9 }).resize(2e9); }", [SandboxOutcome.Failed]),
        ["huge integer"] = ("function f() { return 10n ** 100000000n; }", [SandboxOutcome.Failed]),
        ["huge integer, shifted"] = ("function f() { return 1n << 4000000000n; }", [SandboxOutcome.Failed]),
        ["huge integer from digits"] = ("function f() { return BigInt('9'.repeat(1e7)); }", [SandboxOutcome.Failed]),
        ["huge integers, multiplied"] = ("function f() { const a = 7n ** 300000n; for (;;) a * a % (a + 1n); }", [SandboxOutcome.TimedOut]),
        ["huge output"] = ("function f() { for (;;) console.log('x'.repeat(1000)); }", [SandboxOutcome.TooMuchOutput]),
        ["one huge line"] = ("function f() { console.log('x'.repeat(1e7)); }", [SandboxOutcome.TooMuchOutput]),
        ["huge error"] = ("function f() { throw new Error('x'.repeat(1e7)); }", [SandboxOutcome.Failed]),
        ["huge value"] = ("function f() { return new Array(3e6).fill(0); }", [SandboxOutcome.OutOfMemory]),
        ["value without end"] = ("const f = () => new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => f() });", [SandboxOutcome.Failed, SandboxOutcome.OutOfMemory]),
        ["value that contains itself"] = ("function f() { const a = []; a.push(a); return a; }", [SandboxOutcome.Failed]),
        ["deep value"] = ("function f() { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; }", [SandboxOutcome.Failed]),

        // Parsing.
        ["deep brackets"] = (s_nothing + new string('[', 50_000) + new string(']', 50_000), [SandboxOutcome.Failed]),
        ["deep parentheses"] = ("function f() { return " + new string('(', 50_000) + "1" + new string(')', 50_000) + "; }", [SandboxOutcome.Failed, SandboxOutcome.TimedOut]),
        ["deep blocks"] = (s_nothing + new string('{', 50_000) + new string('}', 50_000), [SandboxOutcome.Failed]),
        ["deep sum"] = ("function f() { return 1" + string.Concat(Enumerable.Repeat("+1", 100_000)) + "; }", [SandboxOutcome.Failed, SandboxOutcome.TimedOut]),
        ["deep JSON"] = ("function f() { return JSON.parse('['.repeat(2e5) + ']'.repeat(2e5)); }", [SandboxOutcome.Failed]),
        ["deep pattern"] = ("function f() { return new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('x'); }", [SandboxOutcome.Failed, SandboxOutcome.TimedOut]),
        ["NUL and half characters"] = ("function f() { return '\0\ud800'; } \0", [SandboxOutcome.Failed]),
        ["a very long program"] = (s_nothing + new string(' ', 1 << 20), [SandboxOutcome.Failed]),

        // Getting out.
        ["evaluated text"] = ("function f() { return eval('1+1'); }", [SandboxOutcome.Failed]),
        ["function from text"] = ("function f() { return [].constructor.constructor('return 2')(); }", [SandboxOutcome.Failed]),
        ["files and processes"] = ("const fs = require('fs'); require('child_process').execSync('id'); function f() { return 2; }", [SandboxOutcome.Failed]),
        ["module"] = ("function f() { return import('fs'); }", [SandboxOutcome.Failed, SandboxOutcome.EndedEarly]),
        ["network"] = ("function f() { return fetch('http://127.0.0.1/'); }", [SandboxOutcome.Failed]),
        ["environment"] = ("function f() { return process.env.HOME; }", [SandboxOutcome.Failed]),
        [".NET"] = ("function f() { return System.IO.File.ReadAllText('/etc/passwd'); }", [SandboxOutcome.Failed]),
        [".NET by import"] = ("function f() { return importNamespace('System').Environment.Exit(0); }", [SandboxOutcome.Failed]),
        [".NET by reflection"] = ("function f() { return console.log.GetType().Assembly; }", [SandboxOutcome.Failed]),
        ["exit"] = (s_nothing + "process.exit(0);", [SandboxOutcome.Failed]),
        ["threads"] = ("function f() { return new Worker('x.js'); }", [SandboxOutcome.Failed]),

        // Passing without being right.
        ["patched assert"] = (s_nothing + "globalThis.assert = () => { }; assert.equal = assert.deepEqual = () => { };", [SandboxOutcome.Failed]),
        ["patched check"] = (s_nothing + "globalThis.check = () => { }; function check() { }", [SandboxOutcome.Failed]),
        ["frozen check"] = (s_nothing + "Object.defineProperty(globalThis, 'check', { value: () => { }, writable: false, configurable: false });", [SandboxOutcome.Failed]),
        ["patched built-ins"] = (s_nothing + "Object.is = () => true; JSON.stringify = () => ''; Array.prototype.every = () => true; Error.prototype.toString = () => ''; Object.prototype.valueOf = () => 2;", [SandboxOutcome.Failed]),
        ["patched prototypes"] = (s_nothing + "Object.defineProperty(Object.prototype, 'outcome', { get: () => 'Passed', set() { } }); Object.freeze(Object.prototype); Function.prototype.call = Function.prototype.apply = () => 2;", [SandboxOutcome.Failed]),
        ["fake pass"] = ("console.log('PASSED'); console.log('{\"outcome\":\"Passed\"}'); function f() { return 'Passed'; }", [SandboxOutcome.Failed]),
        ["object equal to everything"] = ("function f() { return { valueOf: () => 2, toString: () => '2', [Symbol.toPrimitive]: () => 2, equals: () => true }; }", [SandboxOutcome.Failed]),
        ["proxy equal to everything"] = ("function f() { return new Proxy(function () { }, { get: () => () => 2, apply: () => 2, has: () => true }); }", [SandboxOutcome.Failed]),
        ["number that grows"] = ("let n = 4; function f() { return { valueOf: () => n++ }; }", [SandboxOutcome.Failed]),
        ["thrown nothing"] = ("function f() { throw undefined; }", [SandboxOutcome.Failed]),
        ["thrown proxy"] = ("function f() { throw new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } }); }", [SandboxOutcome.Failed]),
        ["thrown at the start"] = (s_nothing + "throw 'done';", [SandboxOutcome.Failed]),
        ["walking the stack"] = ("function f() { return f.caller ?? new Error().stack.includes('check') ?? arguments.callee.caller; }", [SandboxOutcome.Failed]),
        ["prepared stack"] = ("Error.prepareStackTrace = (e, frames) => frames; function f() { return new Error().stack[1].getFunction(); }", [SandboxOutcome.Failed]),
        ["replaced candidate"] = (s_nothing + "var candidate = () => 2; globalThis.candidate = candidate;", [SandboxOutcome.Failed]),
        ["asynchronous answer"] = ("async function f(x) { return x + 1; }", [SandboxOutcome.Failed]),
    };
}
