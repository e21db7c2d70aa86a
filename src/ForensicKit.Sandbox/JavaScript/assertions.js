// What checks are written with. Defined only where checks run: programs neither see nor reach it.
(function () {
  'use strict';
  const { Array, Date, Error, JSON, Map, Number, Object, Set, String } = globalThis;
  class AssertionError extends Error {
    get name() { return 'AssertionError'; }
  }

  const shown = value => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return typeof value === 'string' ? JSON.stringify(value) : String(value);
    try {
      return JSON.stringify(value);
    } catch {
      return String(value);
    }
  };

  // === with NaN equal to itself; 0 and -0 are equal.
  const same = (a, b) => a === b || (a !== a && b !== b);

  const alike = (a, b, above) => {
    if (same(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (above.some(([x, y]) => x === a && y === b)) return true;
    const inside = [...above, [a, b]];
    if (a instanceof Date) return same(a.getTime(), b.getTime());
    if (a instanceof Error && (a.name !== b.name || a.message !== b.message)) return false;
    if (a instanceof Set) {
      return a.size === b.size && [...a].every(x => b.has(x) || (typeof x === 'object' && [...b].some(y => alike(x, y, inside))));
    }
    if (a instanceof Map) {
      return a.size === b.size && [...a].every(([key, value]) => b.has(key)
        ? alike(value, b.get(key), inside)
        : typeof key === 'object' && [...b].some(([k, v]) => alike(key, k, inside) && alike(value, v, inside)));
    }
    if (Array.isArray(a) && a.length !== b.length) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && alike(a[key], b[key], inside));
  };

  const fail = message => { throw new AssertionError(message); };
  const assert = (condition, message) => { if (!condition) fail(message ?? `${shown(condition)} is not true`); };
  assert.ok = assert;
  assert.equal = (actual, expected, message) => {
    if (!same(actual, expected)) fail(message ?? `got ${shown(actual)}, expected ${shown(expected)}`);
  };
  assert.strictEqual = assert.equal;
  assert.notEqual = (actual, expected, message) => {
    if (same(actual, expected)) fail(message ?? `got ${shown(actual)}, expected anything else`);
  };
  assert.notStrictEqual = assert.notEqual;
  assert.deepEqual = (actual, expected, message) => {
    if (!alike(actual, expected, [])) fail(message ?? `got ${shown(actual)}, expected ${shown(expected)}`);
  };
  assert.deepStrictEqual = assert.deepEqual;
  assert.throws = (action, message) => {
    try {
      action();
    } catch {
      return;
    }
    fail(message ?? 'no error was thrown');
  };
  Object.defineProperty(globalThis, 'assert', { value: assert, writable: true, enumerable: false, configurable: true });
})();
