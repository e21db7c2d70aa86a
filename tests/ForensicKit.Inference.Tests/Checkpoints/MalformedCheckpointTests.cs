using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Checkpoints;

/// <summary>
/// Crafted and damaged files: whatever is in one, it is read or refused with a <see cref="KitException"/>, in memory bounded by its length, and what is
/// let through lies inside the file. FORENSICKIT_FUZZ sets how many inputs of each format are tried; the seeds are fixed.
/// </summary>
[Trait("Category", "Fuzz")]
public sealed class MalformedCheckpointTests
{
    // What a few buffers and an exception take, whatever the file.
    private const long Fixed = 1 << 18;
    private const long PerByte = 64;

    private static int Inputs { get; } = int.TryParse(Environment.GetEnvironmentVariable("FORENSICKIT_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : 20_000;

    [Fact]
    public void Safetensors()
    {
        var valid = 0;
        for (var seed = 0; seed < Inputs; seed++)
        {
            var random = new Random(seed);
            var bytes = SafetensorsImage(random);
            if (seed % 8 != 0)
                Damage(random, ref bytes, 8);
            valid += Try(seed, bytes, stream =>
            {
                var entries = SafetensorsHeader.Read(stream, "x").Values;
                var end = 8 + (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
                {
                    Assert.Equal(end, entry.Offset);
                    Assert.All(entry.Shape, size => Assert.True(size >= 0));
                    end = entry.Offset + entry.Length;
                }

                Assert.Equal(bytes.Length, end);
            }) ? 1 : 0;
        }

        // Neither all nor none: both ways are gone.
        Assert.InRange(valid, Inputs / 50, Inputs / 2);
    }

    [Fact]
    public void Gguf()
    {
        var valid = 0;
        for (var seed = 0; seed < Inputs; seed++)
        {
            var random = new Random(seed);
            var bytes = GgufImage(random);
            if (seed % 8 != 0)
                Damage(random, ref bytes, 4);
            valid += Try(seed, bytes, stream =>
            {
                var (_, metadata, tensors) = GgufHeader.Read(stream, "x");
                var end = 0L;
                foreach (var (tensor, _) in tensors.Values.OrderBy(t => t.Tensor.Offset).ThenBy(t => t.Tensor.Length))
                {
                    Assert.True(tensor.Offset >= end && tensor.Length >= 0 && tensor.Length <= bytes.Length - tensor.Offset);
                    end = tensor.Offset + tensor.Length;
                }

                Assert.Equal(tensors.Count == 0, end == 0);
                Allowed(() => GgufTokenizer.ToJson(metadata));
            }) ? 1 : 0;
        }

        Assert.InRange(valid, Inputs / 50, Inputs / 2);
    }

    [Fact]
    public void Whole_files()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        for (var seed = 0; seed < Inputs / 10; seed++)
        {
            var random = new Random(seed);
            var gguf = seed % 2 == 0;
            var bytes = gguf ? GgufImage(random) : SafetensorsImage(random);
            if (seed % 3 == 0)
                Damage(random, ref bytes, gguf ? 4 : 8);
            var path = folder[gguf ? "x.gguf" : "x.safetensors"];
            File.WriteAllBytes(path, bytes);
            try
            {
                Allowed(() =>
                {
                    if (gguf)
                        ReadGguf(path);
                    else
                        ReadSafetensors(path);
                });
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, {System.Convert.ToBase64String(bytes)}: {e}");
            }
        }
    }

    private static void ReadGguf(string path)
    {
        using (var file = GgufFile.Open(path))
        {
            foreach (var name in file.Tensors.Keys)
                Allowed(() => file.Read(name).Dispose());
        }

        using var checkpoint = GgufCheckpoint.Open(path);
        foreach (var name in checkpoint.Names)
            Allowed(() => checkpoint.Read(name).Dispose());
        Allowed(() => Tokenizer(checkpoint));
    }

    private static void Tokenizer(GgufCheckpoint checkpoint) => Inference.Tokenizers.Tokenizer.Parse(checkpoint.Tokenizer, "x").Encode("a b1 <s>");

    private static void ReadSafetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Entries.Keys)
        {
            Allowed(() => file.Read(name).Dispose());
            Allowed(() => file.Read(name, upcast: false).Dispose());
        }
    }

    private static void Allowed(Action action)
    {
        try
        {
            action();
        }
        catch (KitException)
        {
            // Refused with a reason.
        }
    }

    private static bool Try(int seed, byte[] bytes, Action<Stream> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var valid = false;
        try
        {
            read(new MemoryStream(bytes, writable: false));
            valid = true;
        }
        catch (KitException)
        {
            // Refused with a reason.
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed}, {System.Convert.ToBase64String(bytes)}: {e}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= Fixed + (PerByte * bytes.Length), $"Seed {seed}: {allocated} bytes for a file of {bytes.Length}");
        return valid;
    }

    // One to four wounds: bits, numbers that are on the edge, stretches lost, doubled, moved or overwritten, the end cut off.
    private static void Damage(Random random, ref byte[] bytes, int alignment)
    {
        Span<byte> written = stackalloc byte[8];
        for (var wounds = random.Next(1, 5); wounds > 0 && bytes.Length > 16; wounds--)
        {
            var at = random.Next(bytes.Length);
            var length = Math.Min(random.Next(1, 40), bytes.Length - at);
            switch (random.Next(9))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    var number = random.Next(8) switch { 0 => 0UL, 1 => ulong.MaxValue, 2 => (ulong)long.MaxValue, 3 => 1UL << 63, 4 => (ulong)uint.MaxValue, 5 => (ulong)int.MaxValue, 6 => (ulong)bytes.Length, _ => (ulong)random.Next(300) };
                    BinaryPrimitives.WriteUInt64LittleEndian(written, number);
                    var place = at / alignment * alignment;
                    written[..Math.Min(random.Next(2) == 0 ? 4 : 8, bytes.Length - place)].CopyTo(bytes.AsSpan(place));
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[(at + length)..]];
                    break;
                case 4:
                    bytes = [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]];
                    break;
                case 5:
                    var from = random.Next(bytes.Length - length + 1);
                    bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                    break;
                case 6:
                    bytes = bytes[..at];
                    break;
                case 7:
                    var more = new byte[random.Next(1, 64)];
                    random.NextBytes(more);
                    bytes = [.. bytes[..at], .. more, .. bytes[at..]];
                    break;
                default:
                    var sign = "{}[]\",:0-9.eE\\u d800 null \0ÿ"[random.Next(27)];
                    bytes[at] = (byte)sign;
                    break;
            }
        }
    }

    private static byte[] SafetensorsImage(Random random)
    {
        var json = new StringBuilder("{");
        var offset = 0L;
        if (random.Next(3) == 0)
            json.Append("\"__metadata__\":{\"format\":\"pt\"},");
        for (var tensors = random.Next(4); tensors >= 0; tensors--)
        {
            var (type, size) = random.Next(12) switch { 0 => ("F16", 2), 1 => ("BF16", 2), 2 => ("I64", 8), 3 => ("BOOL", 1), 4 => ("F64", 8), 5 => ("U8", 1), _ => ("F32", 4) };
            var shape = Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(6)).ToList();
            var end = offset + shape.Aggregate((long)size, (product, dimension) => product * dimension);
            // A stray choice now and then: rules of the format broken in ways that random bytes hardly find.
            var offsets = random.Next(30) switch { 0 => $"[{end},{offset}]", 1 => $"[{offset},{end + 1}]", 2 => "[0,0]", 3 => "[-1,3]", 4 => "[1e1,99999999999999999999]", 5 => "[[[[[0]]]]]", 6 => "{}", _ => $"[{offset},{end}]" };
            var dimensions = random.Next(30) switch { 0 => "[9223372036854775807,2,0]", 1 => "[0,4611686018427387904,4611686018427387904]", 2 => "[1,1,1,1,1,1,1,1,1]", 3 => "[null]", 4 => "3", _ => $"[{string.Join(',', shape)}]" };
            var name = random.Next(20) switch { 0 => "\\ud800", 1 => "", 2 => "__metadata__", 3 => "w0", 4 => new string('x', random.Next(2000)), _ => $"w{tensors}" };
            json.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"{(random.Next(40) == 0 ? "F8_E4M3" : type)}\",\"shape\":{dimensions},\"data_offsets\":{offsets}{(random.Next(40) == 0 ? ",\"dtype\":\"F32\"" : "")}}}");
            json.Append(tensors > 0 || random.Next(40) == 0 ? "," : "");
            offset = end;
        }

        json.Append('}').Append(' ', random.Next(10));
        var header = Encoding.UTF8.GetBytes(json.ToString());
        var bytes = new byte[8 + header.Length + offset];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    private static byte[] GgufImage(Random random)
    {
        var image = new GgufImage { Version = (uint)random.Next(2, 4), Alignment = random.Next(10) == 0 ? 1 << random.Next(8) : 32 };
        var architecture = random.Next(6) == 0 ? "gpt2" : "llama";
        if (random.Next(2) == 0)
        {
            image.Add("general.architecture", architecture).Add("llama.block_count", 1u).Add("llama.context_length", 16u).Add("llama.embedding_length", 4u).Add("llama.feed_forward_length", 4u)
                .Add("llama.attention.head_count", (uint)random.Next(3)).Add("llama.attention.layer_norm_rms_epsilon", (float)random.NextDouble());
        }

        if (random.Next(2) == 0)
        {
            image.Add("tokenizer.ggml.model", random.Next(2) == 0 ? "gpt2" : "llama").Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.tokens", (string[])["a", "b", "▁", "▁a", "<s>"])
                .Add("tokenizer.ggml.token_type", (int[])[1, 1, 1, 1, random.Next(7)]).Add("tokenizer.ggml.scores", (float[])[0, -1, -2, -3, 0]).Add("tokenizer.ggml.merges", (string[])["▁ a"])
                .Add("tokenizer.ggml.bos_token_id", (uint)random.Next(6));
        }

        for (var values = random.Next(4); values > 0; values--)
        {
            image.Add(random.Next(20) == 0 ? "k1" : $"k{values}", random.Next(9) switch
            {
                0 => (byte)1,
                1 => -5L,
                2 => 0.5f,
                3 => true,
                4 => new string('y', random.Next(400)),
                5 => (string[])["a", ""],
                6 => (ushort[])[1, 2, 3],
                7 => (int[][])[[1], [2, 3]],
                _ => (double[])[double.NaN],
            });
        }

        if (random.Next(20) == 0)
            image.Add("general.alignment", (uint)random.Next(70));
        for (var tensors = random.Next(5); tensors > 0; tensors--)
        {
            var number = (uint)random.Next(random.Next(4) == 0 ? 45 : 15);
            var type = GgufTensorType.Find(number) ?? GgufTensorType.Find(0)!;
            var shape = Enumerable.Range(0, random.Next(3)).Select(_ => (long)random.Next(5)).Append(type.Elements * random.Next(3)).ToArray();
            var bytes = new byte[shape.Aggregate(1L, (product, dimension) => product * dimension) / type.Elements * type.Bytes];
            random.NextBytes(bytes);
            var name = random.Next(8) switch { 0 => "token_embd.weight", 1 => "blk.0.attn_q.weight", 2 => "rope_freqs.weight", 3 => "output_norm.weight", 4 => "t1", _ => $"t{tensors}" };
            image.Tensor(name, random.Next(40) == 0 ? number + 1 : number, random.Next(40) == 0 ? [0, 1L << 62, 1L << 62] : shape, bytes);
        }

        return image.ToArray();
    }
}
