// Asks Hugging Face's tokenizers what it takes each code point for, and writes src/ForensicKit.Inference/Tokenizers/Unicode/*.txt. The library's parts
// carry tables of different Unicode versions (8 to 16); a tokenizer that agrees with it needs the same ones.
//   npm install --no-save tokenizers@0.23.2 && node unicode-tables.mjs OLD_NORMALIZATION_TXT SCRIPTS_RS OUT_FOLDER
// OLD_NORMALIZATION_TXT gives one-step canonical decompositions and combining classes (Unicode 16); what the library does not know is left out.
// SCRIPTS_RS is the library's src/pre_tokenizers/unicode_scripts/scripts.rs.
import fs from 'node:fs';
import T from 'tokenizers';

const [old, scriptsFile, out] = process.argv.slice(2);
const hex = c => c.toString(16).toUpperCase();
const points = s => [...s].map(c => c.codePointAt(0));
const hexes = s => points(s).map(hex).join(' ');
const all = [];
for (let c = 0; c < 0x110000; c++)
  if (c < 0xd800 || c > 0xdfff) all.push(c);

// Normalization.
const nfd = T.nfdNormalizer(), nfkd = T.nfkdNormalizer();
const D = s => nfd.normalizeString(s);
const reorders = m => D('a' + m + '\u0334') === 'a\u0334' + m || D('a\u0301' + m) === 'a' + m + '\u0301';
const lines = [];
for (const line of fs.readFileSync(old, 'utf8').split('\n')) {
  if (!line || line[0] === '#') continue;
  const fields = line.split(';'), s = String.fromCodePoint(parseInt(fields[0], 16));
  if (fields.length > 2 && D(s) === s) continue;
  if (fields.length === 2 && !reorders(s)) continue;
  lines.push(line);
}
const known = new Set(lines.filter(l => l.split(';').length > 2).map(l => parseInt(l, 16)));
const compatible = [];
for (const c of all) {
  const s = String.fromCodePoint(c), d = D(s), k = nfkd.normalizeString(s);
  if (d !== s && !known.has(c) && (c < 0xac00 || c > 0xd7a3)) throw new Error('unknown decomposition ' + hex(c));
  if (k !== d) compatible.push(`${hex(c)};k;${hexes(k)}`);
}
fs.writeFileSync(`${out}/Normalization.txt`, `# What the library tokenizers 0.23 (unicode-normalization-alignments, Unicode 12.0) decomposes and composes, as a part of Unicode 16.0
# (UnicodeData.txt, DerivedNormalizationProps.txt). Copyright 1991-2024 Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt
# Code point; combining class; canonical decomposition in one step; x where it is never composed again. Hangul syllables are computed.
# Code point; k; compatibility decomposition in full, where it is not the canonical one.
${[...lines, ...compatible].join('\n')}\n`);

// Classes.
const ranges = set => {
  const r = [];
  for (const c of set) {
    if (r.length && r.at(-1)[1] === c - 1) r.at(-1)[1] = c; else r.push([c, c]);
  }
  return r.map(([a, b]) => a === b ? hex(a) : `${hex(a)}-${hex(b)}`).join(' ');
};
const where = test => ranges(all.filter(c => test(String.fromCodePoint(c))));
const marks = T.stripAccentsNormalizer(), bertAccents = T.bertNormalizer({ cleanText: false, handleChineseChars: false, stripAccents: true, lowercase: false });
const clean = T.bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents: false, lowercase: false });
const punctuation = T.punctuationPreTokenizer('isolated'), words = T.whitespacePreTokenizer();
const cut = (step, s) => step.preTokenizeString(s);
const classes = [
  ['mark', where(s => marks.normalizeString(s) === '')],
  ['nonspacing', where(s => bertAccents.normalizeString(s) === '')],
  ['other', where(s => s !== '\0' && s !== '\ufffd' && clean.normalizeString(s) === '')],
  ['punctuation', where(s => cut(punctuation, 'a' + s + 'a').length > 1)],
  ['word', where(s => { const p = cut(words, 'a' + s); return p.length === 1 && points(p[0][0]).length === 2; })],
];
// Scripts of the pre-tokenizer UnicodeScripts, and those that the library's regular expressions (Oniguruma, Unicode 16.0) know.
const scripts = new Map();
for (const [, a, b, name] of fs.readFileSync(scriptsFile, 'utf8').matchAll(/0x([0-9A-F]+)(?:\.\.=0x([0-9A-F]+))? => Script::(\w+),/g)) {
  const set = scripts.get(name) ?? scripts.set(name, []).get(name);
  for (let c = parseInt(a, 16); c <= parseInt(b ?? a, 16); c++) set.push(c);
}
for (const [name, set] of scripts) classes.push(['script ' + name, ranges(set.sort((x, y) => x - y))]);
const text = all.map(c => String.fromCodePoint(c)).join('');
const properties = ['Alpha', 'Alnum', 'Upper', 'Lower', 'Punct', 'Graph', 'Print', 'Cntrl', 'XDigit', 'Space', 'Blank', 'Word', 'Digit', 'ASCII', 'Any',
  'Letter', 'Mark', 'Number', 'Punctuation', 'Symbol', 'Separator', 'Uppercase_Letter', 'Lowercase_Letter', 'Titlecase_Letter', 'Modifier_Letter',
  'Other_Letter', 'Decimal_Number', 'Emoji', 'Extended_Pictographic', 'Ideographic', 'Alphabetic', 'Uppercase', 'Lowercase', 'White_Space'];
for (const name of [...scripts.keys(), ...properties]) {
  const spelled = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_');
  try {
    const file = JSON.stringify({ version: '1.0', added_tokens: [], model: { type: 'WordLevel', vocab: {}, unk_token: '' }, pre_tokenizer: { type: 'Split', pattern: { Regex: `\\p{${spelled}}` }, behavior: 'Removed', invert: true } });
    const step = T.Tokenizer.fromString(file).getPreTokenizer();
    classes.push(['property ' + spelled, ranges(cut(step, text).flatMap(p => points(p[0])))]);
  } catch (e) { console.error(name, e.message); }
}
fs.writeFileSync(`${out}/Classes.txt`, `# Code points that tokenizers 0.23 takes for: a mark (StripAccents), a mark without width and other characters (BertNormalizer), punctuation
# (Punctuation), a word character (added tokens, Whitespace), the scripts of UnicodeScripts, and of regular expressions (Oniguruma, Unicode 16.0).
# Derived from the Unicode Character Database. Copyright 1991-2024 Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt
${classes.map(([n, r]) => n + ': ' + r).join('\n')}\n`);
