using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class GgufFileTests
{
    [Fact]
    public void Metadata_of_every_type_is_read()
    {
        using var folder = new TemporaryFolder();
        (string Key, object Value)[] values =
        [
            ("u8", (byte)200), ("i8", (sbyte)-3), ("u16", (ushort)60000), ("i16", (short)-30000), ("u32", 4000000000u), ("i32", -5), ("f32", 1e-5f), ("bool", true),
            ("text", "é\n𝐇"), ("long text", new string('x', 100_000)), ("u64", ulong.MaxValue), ("i64", long.MinValue), ("f64", 0.1), ("ü", ""),
            ("texts", (string[])["a", "", "ä"]), ("floats", (float[])[1, -0.5f]), ("ints", (int[])[1, -2]), ("bytes", (byte[])[1, 2, 3]), ("doubles", (double[])[1e300]),
            ("truths", (bool[])[true, false]), ("shorts", (short[])[-1]), ("longs", (long[])[]), ("nested", (int[][])[[1, 2], [], [3]]),
        ];
        foreach (var version in (uint[])[2, 3])
        {
            var image = new GgufImage { Version = version };
            foreach (var (key, value) in values)
                image.Add(key, value);
            File.WriteAllBytes(folder["x.gguf"], image.ToArray());
            using var file = GgufFile.Open(folder["x.gguf"]);
            Assert.Equal((int)version, file.Version);
            Assert.Equal(values.Select(v => v.Key), file.Metadata.Keys);
            foreach (var (key, value) in values)
                Assert.Equal(value, file.Metadata.Value(key));
            Assert.Equal(1e-5, file.Metadata.OptionalNumber("f32"));
            Assert.Equal(200, file.Metadata.Int("u8", 0, 255));
            Assert.Equal([1L, -2], file.Metadata.OptionalInts("ints")!);
            Assert.Null(file.Metadata.OptionalText("absent"));
            Assert.Contains("'absent' is missing", Assert.Throws<KitException>(() => file.Metadata.Int("absent", 0, 1)).Message, StringComparison.Ordinal);
            Assert.Contains("'u64' must be a whole number", Assert.Throws<KitException>(() => file.Metadata.Int("u64", 0, 1)).Message, StringComparison.Ordinal);
            Assert.Contains("'text' must be a list of texts", Assert.Throws<KitException>(() => file.Metadata.OptionalTexts("text")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Blocks_are_dequantized_bit_for_bit_as_ggml_does_it()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var lines = File.ReadAllLines(Path.Combine(TestData.RepositoryRoot, "tests", "ForensicKit.Inference.Tests", "Checkpoints", "GgufVectors.txt"))
            .Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).ToList();
        Assert.Equal(66, lines.Count);
        foreach (var vectors in lines.GroupBy(line => line[0], StringComparer.Ordinal))
        {
            var number = Enumerable.Range(0, 64).First(i => GgufTensorType.Find((uint)i)?.Name == vectors.Key);
            // Enough of the same blocks for several pieces, so that their joints are seen too.
            var blocks = vectors.SelectMany(line => Convert.FromHexString(line[1])).ToArray();
            var expected = vectors.SelectMany(line => Enumerable.Range(0, line[2].Length / 8).Select(i => uint.Parse(line[2].AsSpan(8 * i, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToArray();
            var times = (1_500_000 / blocks.Length) + 1;
            var image = new GgufImage().Tensor("w", (uint)number, [times, expected.Length], [.. Enumerable.Repeat(blocks, times).SelectMany(b => b)]);
            File.WriteAllBytes(folder["x.gguf"], image.ToArray());
            using var file = GgufFile.Open(folder["x.gguf"]);
            Assert.Equal(vectors.Key, file.Tensors["w"].Type);
            using var read = file.Read("w");
            Assert.Equal([times, expected.Length], read.shape);
            var bits = MemoryMarshal.Cast<byte, uint>(read.bytes);
            for (var i = 0; i < times; i++)
                Assert.True(bits.Slice(i * expected.Length, expected.Length).SequenceEqual(expected), $"{vectors.Key}, repetition {i}");
        }
    }

    [Fact]
    public void Every_half_and_bfloat16_becomes_its_float32()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var all = new byte[131072];
        for (var i = 0; i < 65536; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(2 * i), (ushort)i);
        var doubles = (double[])[0.1, -1e-50, 1e300, 1 + (0.5 / (1 << 23))];
        File.WriteAllBytes(folder["x.gguf"], new GgufImage { Alignment = 8 }.Tensor("half", 1, [65536], all).Tensor("brain", 30, [65535], all[..^2])
            .Tensor("double", 28, [4], [.. doubles.SelectMany(BitConverter.GetBytes)]).Tensor("single", [2, 1], 1.5f, -2).Tensor("none", [0, 3]).ToArray());
        using var file = GgufFile.Open(folder["x.gguf"]);
        using var half = file.Read("half");
        using var brain = file.Read("brain");
        using var wide = file.Read("double");
        using var single = file.Read("single");
        using var none = file.Read("none");
        var (halves, brains) = (half.data<float>().ToArray(), brain.data<float>().ToArray());
        for (var i = 0; i < 65536; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            Assert.True(float.IsNaN(expected) ? float.IsNaN(halves[i]) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(halves[i]));
            Assert.True(i == 65535 || BitConverter.SingleToUInt32Bits(brains[i]) == (uint)i << 16);
        }

        Assert.Equal(doubles.Select(d => (float)d), wide.data<float>().ToArray());
        Assert.Equal([1.5f, -2], single.data<float>().ToArray());
        Assert.Equal([2L, 1], single.shape);
        Assert.Equal([0L, 3], none.shape);
    }

    [Fact]
    public void A_real_model_is_read()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var file = GgufFile.Open(TestData.Require("golden", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        Assert.Equal(["F32", "Q4_1", "Q8_0"], file.Tensors.Values.Select(t => t.Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal([49152L, 576], file.Tensors["token_embd.weight"].Shape);
        Assert.Equal("llama", file.Metadata.OptionalText("general.architecture"));
        Assert.Equal(49152, file.Metadata.OptionalTexts("tokenizer.ggml.tokens")!.Count);
        using var embedding = file.Read("token_embd.weight");
        Assert.Equal([49152L, 576], embedding.shape);
        Assert.True(embedding.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(16u, "IQ2_XXS", 66, 256)]
    [InlineData(26u, "I32", 4, 1)]
    [InlineData(39u, "MXFP4", 17, 32)]
    public void A_type_that_cannot_be_read_is_named(uint number, string name, int bytes, int elements)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.gguf"], new GgufImage().Tensor("w", number, [elements], new byte[bytes]).ToArray());
        using var file = GgufFile.Open(folder["x.gguf"]);
        Assert.Contains($"'w' has the type {name}, which is not supported (supported: F32, F16, Q4_0,", Assert.Throws<KitException>(() => file.Read("w")).Message, StringComparison.Ordinal);
        Assert.Throws<KitException>(() => file.Read("v"));
    }

    public static TheoryData<string, byte[]> Broken
    {
        get
        {
            var data = new TheoryData<string, byte[]>();
            byte[] Whole(GgufImage image, Action<byte[]>? damage = null)
            {
                var bytes = image.ToArray();
                damage?.Invoke(bytes);
                return bytes;
            }

            GgufImage One(params long[] shape) => new GgufImage().Tensor("w", 0, shape, new byte[128]);
            data.Add("shorter than a header", [.. "GGUF"u8]);
            data.Add("does not begin with GGUF", new byte[64]);
            data.Add("formats from before GGUF", [.. "tjgg"u8, .. new byte[60]]);
            data.Add("big-endian byte order", Whole(new GgufImage { Version = 0x03000000 }));
            data.Add("version 1 of GGUF", Whole(new GgufImage { Version = 1 }));
            data.Add("the number of tensors is 18446744073709551615", Whole(new(), b => b.AsSpan(8, 8).Fill(255)));
            data.Add("the number of metadata is", Whole(new(), b => b[23] = 1));
            data.Add("it ends in the metadata 'a', at byte 37", Whole(new GgufImage().Add("a", 1))[..39]);
            data.Add("it has the metadata 'a' twice", Whole(new GgufImage().Add("a", 1).Add("a", 2)));
            data.Add("'a' has the type 13", Whole(new GgufImage().Add("a", 1), b => b[33] = 13));
            data.Add("the metadata 'a' is neither true nor false", Whole(new GgufImage().Add("a", true), b => b[37] = 2));
            data.Add("the metadata 'a' is not UTF-8", Whole(new GgufImage().Add("a", "é"), b => b[46] = 0x20));
            data.Add("the length of the metadata 'a' is", Whole(new GgufImage().Add("a", (long[])[1]), b => b[44] = 1));
            data.Add("'a' is a list of the type 77", Whole(new GgufImage().Add("a", (long[])[1]), b => b[37] = 77));
            data.Add("nested too deeply", Whole(new GgufImage().Add("a", (int[][][][][][])[[[[[[1]]]]]])));
            data.Add("'general.alignment' must be a power of two", Whole(new GgufImage().Add("general.alignment", 24u).Tensor("w", [1], 1)));
            data.Add("'general.alignment' must be a whole number", Whole(new GgufImage().Add("general.alignment", 0u).Tensor("w", [1], 1)));
            data.Add("two tensors 'w'", Whole(One(32).Tensor("w", 0, [32], new byte[128])));
            data.Add("'w' has 5 dimensions", Whole(One(32, 1, 1, 1, 1)));
            data.Add("the shape of 'w' is too large", Whole(One(1L << 40, 1L << 40)));
            data.Add("the shape of 'w' is too large", Whole(One(-1)));
            data.Add("outside the file", Whole(One(1L << 30)));
            data.Add("outside the file", Whole(One(32), b => b[8 + 16 + 8 + 1 + 4 + 8 + 4 + 7] = 127));
            data.Add("'w' has the type 99, which is not known", Whole(new GgufImage().Tensor("w", 99, [32], new byte[128])));
            data.Add("'w' has the type Q4_2, which ggml no longer has", Whole(new GgufImage().Tensor("w", 4, [32], new byte[128])));
            data.Add("not whole blocks of Q4_0", Whole(new GgufImage().Tensor("w", 2, [33], new byte[128])));
            data.Add("overlap another tensor's", Whole(One(32).Tensor("v", 0, [32], new byte[128]), b => b[82] = 64));
            data.Add("overlap another tensor's", Whole(One(31).Tensor("v", 0, [33], new byte[160]), b => b[8 + 16 + 8 + 1 + 4 + 8 + 4] = 32));
            data.Add("belong to no tensor", Whole(One(16)));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void What_the_format_does_not_allow_is_refused(string problem, byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.gguf"], bytes);
        var error = Assert.Throws<KitException>(() => GgufFile.Open(folder["x.gguf"]));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(folder["x.gguf"], error.Where);
    }

    [Fact]
    public void A_file_that_shrinks_after_it_was_opened_is_an_error()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.gguf"], new GgufImage().Tensor("w", 8, [1_000_000, 32], new byte[34_000_000]).ToArray());
        using var file = GgufFile.Open(folder["x.gguf"]);
        using (var shorter = new FileStream(folder["x.gguf"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shorter.SetLength(2000);
        Assert.Contains("shorter", Assert.Throws<KitException>(() => file.Read("w")).Message, StringComparison.Ordinal);
        Assert.Throws<KitException>(() => GgufFile.Open(folder["x.gguf"]));
        Assert.Throws<KitException>(() => GgufFile.Open(folder["absent"]));
    }
}
