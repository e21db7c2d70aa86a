// Encodes chunks with Hugging Face's Rust library, one after another, and says how long it took: wall-clock and processor time of the encoding alone.
//   npm install --no-save --prefix tests/ForensicKit.Benchmarks/peers tokenizers@0.23.2 @anush008/tokenizers@0.6.0
//   node tokenizers.mjs PACKAGE TOKENIZER_JSON CHUNKS_JSON
import fs from 'node:fs';
import zlib from 'node:zlib';

const [name, file, chunksFile] = process.argv.slice(2);
const { Tokenizer } = (await import(name)).default;
const begun = process.hrtime.bigint();
const json = fs.readFileSync(file);
const tokenizer = Tokenizer.fromString((file.endsWith('.gz') ? zlib.gunzipSync(json) : json).toString('utf8'));
const load = Number(process.hrtime.bigint() - begun) / 1e9;
const chunks = JSON.parse(fs.readFileSync(chunksFile, 'utf8'));
const processor = process.cpuUsage(), wall = process.hrtime.bigint();
let tokens = 0;
for (const chunk of chunks)
  tokens += (await tokenizer.encode(chunk)).getLength();
const seconds = Number(process.hrtime.bigint() - wall) / 1e9, used = process.cpuUsage(processor);
console.log(JSON.stringify({ tokens, load, wall: seconds, processor: (used.user + used.system) / 1e6 }));
