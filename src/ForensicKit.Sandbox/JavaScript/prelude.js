// Runs first in each world. Closes what the interpreter's limits cannot reach: single operations that take long or much memory without a
// statement in between. What it wraps stays reachable only through the closures below.
(function (host) {
  'use strict';
  const { Array, BigInt, JSON, Math, Number, Object, Promise, Proxy, RangeError, Reflect, RegExp, String, isNaN } = globalThis;
  const { apply, construct } = Reflect;
  const arrayFrom = Array.from, isArray = Array.isArray, isView = ArrayBuffer.isView;
  const define = (target, name, value) =>
    Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  const tooLong = () => { throw new RangeError('Invalid string length'); };

  // Buffers: a length is a number here before it is looked at, and a list a real one.
  const types = ['ArrayBuffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
    'BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array'];
  for (const name of types) {
    const original = globalThis[name];
    if (original === undefined) continue;
    const most = host.bufferBytes / (original.BYTES_PER_ELEMENT || 1);
    const fitting = argument => {
      if (typeof argument !== 'object' || argument === null) {
        const length = Number(argument ?? 0);
        if (length > most) throw new RangeError('Array buffer allocation failed');
        return isNaN(length) ? 0 : length;
      }
      if (isView(argument) || argument instanceof buffer) return argument;
      const list = isArray(argument) ? argument : arrayFrom(argument);
      if (list.length > most) throw new RangeError('Array buffer allocation failed');
      return list;
    };
    const buffer = globalThis.ArrayBuffer;
    const wrapped = new Proxy(original, {
      construct(target, list, newTarget) {
        const first = fitting(list[0]);
        // The options of a buffer (how far it may grow) are dropped; a view keeps its offset and length, which cannot exceed its buffer.
        const rest = name !== 'ArrayBuffer' && list.length > 1 && typeof first === 'object' ? [first, list[1], list[2]] : [first];
        return construct(target, rest, newTarget === wrapped ? target : newTarget);
      },
    });
    define(original.prototype, 'constructor', wrapped);
    define(globalThis, name, wrapped);
  }
  for (const name of ['resize', 'transfer', 'transferToFixedLength', 'transferToImmutable']) delete ArrayBuffer.prototype[name];
  for (const name of ['SharedArrayBuffer', 'Atomics', 'ShadowRealm', 'WebAssembly']) delete globalThis[name];

  // Text.
  const textMost = 1 << 24;
  const text = String.prototype, { repeat, padStart, padEnd, concat } = text;
  define(text, 'repeat', function (count) {
    const own = String(this), times = Number(count);
    return own.length * times > textMost ? tooLong() : apply(repeat, own, [times]);
  });
  for (const [name, pad] of [['padStart', padStart], ['padEnd', padEnd]]) {
    define(text, name, function (length, fill) {
      const target = Number(length);
      return target > textMost ? tooLong() : apply(pad, this, [target, fill]);
    });
  }
  define(text, 'concat', function (...parts) {
    let all = String(this);
    for (let i = 0; i < parts.length; i++) all += String(parts[i]);
    return all;
  });
  define(Array.prototype, 'join', function (separator) {
    const own = Object(this), between = separator === undefined ? ',' : String(separator);
    const length = Math.min(Math.max(Math.trunc(Number(own.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
    if (joining.includes(own)) return '';
    joining[joining.length] = own;
    try {
      let all = '';
      for (let i = 0; i < length; i++) {
        const element = own[i];
        if (i > 0) all += between;
        if (element !== undefined && element !== null) all += String(element);
      }
      return all;
    } finally {
      joining.length--;
    }
  });
  const joining = [];
  Object.setPrototypeOf(joining, { includes: Array.prototype.includes });
  // The text before and after each match, put in for each match: quadratic within one operation.
  const replace = RegExp.prototype[Symbol.replace], includes = text.includes;
  define(RegExp.prototype, Symbol.replace, function (subject, replacement) {
    const own = String(subject);
    if (typeof replacement === 'function') return apply(replace, this, [own, replacement]);
    const pattern = String(replacement);
    if (own.length > 2000 && (apply(includes, pattern, ['$`']) || apply(includes, pattern, ["$'"]))) tooLong();
    return apply(replace, this, [own, pattern]);
  });

  // Digits: reading them is quadratic.
  const digitsMost = 20000;
  const wrappedBigInt = new Proxy(BigInt, {
    apply(target, self, list) {
      let value = list[0];
      if (typeof value === 'object' && value !== null || typeof value === 'function') value = typeof value.valueOf() === 'bigint' ? value.valueOf() : String(value);
      if (typeof value === 'string' && value.length > digitsMost) throw new RangeError('Maximum BigInt size exceeded');
      return target(value);
    },
  });
  define(BigInt.prototype, 'constructor', wrappedBigInt);
  define(globalThis, 'BigInt', wrappedBigInt);

  define(Math, 'random', host.random);

  const stringify = JSON.stringify;
  const shown = value => {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
      try {
        return stringify(value) ?? 'undefined';
      } catch {
        return '[object]';
      }
    }
    return typeof value === 'bigint' ? `${value}n` : String(value);
  };
  const print = (...values) => {
    let line = '';
    for (let i = 0; i < values.length; i++) line += (i > 0 ? ' ' : '') + shown(values[i]);
    host.print(line);
  };
  define(globalThis, 'console', { log: print, info: print, warn: print, error: print, debug: print });

  const { then } = Promise.prototype;
  return {
    settle: (promise, fulfilled, rejected) => { apply(then, promise, [fulfilled, rejected]); },
    resolved: value => Promise.resolve(value),
    rejected: error => Promise.reject(error),
  };
})
