using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CsCheck;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        // 1 + 2^-9 lies between two bfloat16 values, 1 + 2^-8·1.5 is a tie that goes to the even one.
        var values = tensor((float[])[0, -1, 1.001953125f, 1.005859375f, 3e38f, float.NaN]).view(2, 3);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["b"] = values, ["a é\"\n"] = tensor(new long[] { 1, -2 }), ["none"] = zeros(0, 3) };
        SafetensorsFile.Write(folder["x"], tensors);
        SafetensorsFile.Write(folder["y"], tensors.Reverse());
        Assert.Equal(File.ReadAllBytes(folder["x"]), File.ReadAllBytes(folder["y"]));
        using (var file = SafetensorsFile.Open(folder["x"]))
        {
            Assert.Equal(["a é\"\n", "b", "none"], file.Entries.Keys);
            Assert.Equal(values.bytes.ToArray(), file.Read("b").bytes.ToArray());
            Assert.Equal([2L, 3L], file.Read("b").shape);
            Assert.Equal([1, -2], file.Read("a é\"\n").data<long>().ToArray());
            Assert.Equal([0L, 3L], file.Read("none").shape);
            Assert.Throws<KitException>(() => file.Read("c"));
        }

        SafetensorsFile.Write(folder["z"], tensors, WeightStorage.BFloat16);
        using var rounded = SafetensorsFile.Open(folder["z"]);
        Assert.Equal([0, -1, 1, 1.0078125f], rounded.Read("b").data<float>().ToArray()[..4]);
        Assert.Equal(ScalarType.BFloat16, rounded.Read("b", upcast: false).dtype);
        Assert.Contains("'b' is too large for Float16", Assert.Throws<KitException>(() => SafetensorsFile.Write(folder["f"], tensors, WeightStorage.Float16)).Message, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    public static TheoryData<string, string, int> Broken => new()
    {
        { "[]", "not a JSON object", 0 },
        { "{ ", "not valid JSON", 0 },
        { """{"a\ud800":1}""", "not valid JSON", 0 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "has 'a' twice", 8 },
        { """{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", "entry of 'a'", 4 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "entry of 'a'", 4 },
        { """{"__metadata__":{"a":1}}""", "__metadata__", 0 },
        { """{"__metadata__":{"a":"b","a":"c"}}""", "__metadata__", 0 },
        { """{"__metadata__":{},"__metadata__":{}}""", "__metadata__", 0 },
        { """{"a":[[[[[[[[[[]]]]]]]]]]}""", "entry of 'a'", 0 },
        { """{"a":{"dtype":"F32","shape":[[[[[[[[]]]]]]]],"data_offsets":[0,4]}}""", "entry of 'a'", 4 },
        { " {}", "not a JSON object", 0 },
        { "{} {}", "not valid JSON", 0 },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "entry of 'a'", 4 },
        { """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", "too large", 0 },
        { """{"a":1}""", "entry of 'a'", 0 },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "entry of 'a'", 4 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e3]}}""", "entry of 'a'", 4 },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "entry of 'a'", 4 },
        { """{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", "F8_E4M3", 4 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "outside the file", 4 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "outside the file", 4 },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "4 bytes where its shape needs 8", 4 },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "too large", 0 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "overlap", 6 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "hole", 8 },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "belong to no tensor", 5 },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_the_format_does_not_allow_is_refused(string header, string problem, int bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x"], [.. Length(header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[bytes]]);
        Assert.Contains(problem, Assert.Throws<KitException>(() => SafetensorsFile.Open(folder["x"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pickles_are_refused_and_never_read()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);
        using (var zip = new ZipArchive(File.Create(folder["a", "pytorch_model.bin"]), ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("archive/data.pkl").Open();
            entry.Write([0x80, 2, (byte)'.']);
        }

        File.WriteAllBytes(folder["old.pt"], [0x80, 2, 0x8a, 10, 0x6c, 0xfc]);
        foreach (var path in (string[])[folder["a", "pytorch_model.bin"], folder["old.pt"]])
        {
            foreach (var open in (Func<string, IDisposable>[])[SafetensorsFile.Open, GgufFile.Open])
            {
                var error = Assert.Throws<KitException>(() => open(path));
                Assert.Equal(path, error.Where);
                Assert.Contains("runs whatever program stands in it", error.What, StringComparison.Ordinal);
                Assert.Contains("safetensors.torch.save_file", error.Mend, StringComparison.Ordinal);
            }
        }

        // What a folder has instead of safetensors is named.
        Assert.Equal(folder["a", "pytorch_model.bin"], Assert.Throws<KitException>(() => SafetensorsFile.Open(folder["a", "model.safetensors"])).Where);
        Assert.Contains("cannot be read", Assert.Throws<KitException>(() => SafetensorsFile.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_tensors_are_read_in_pieces()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var values = rand(1_300_001) - 0.5f;
        foreach (var (storage, type) in ((WeightStorage, ScalarType)[])[(WeightStorage.Float32, ScalarType.Float32), (WeightStorage.Float16, ScalarType.Float16), (WeightStorage.BFloat16, ScalarType.BFloat16)])
        {
            SafetensorsFile.Write(folder["x"], [new("w", values), new("n", arange(1_300_001, dtype: ScalarType.Int64))], storage);
            using var file = SafetensorsFile.Open(folder["x"]);
            Assert.Equal(values.to(type).to(ScalarType.Float32).bytes.ToArray(), file.Read("w").bytes.ToArray());
            Assert.Equal(values.to(type).bytes.ToArray(), file.Read("w", upcast: false).bytes.ToArray());
            Assert.Equal(arange(1_300_001, dtype: ScalarType.Int64).bytes.ToArray(), file.Read("n").bytes.ToArray());
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(100UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    public void A_header_that_leads_out_of_the_file_is_refused(ulong length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x"], [.. Length(length), (byte)'{', (byte)'}']);
        Assert.Throws<KitException>(() => SafetensorsFile.Open(folder["x"]));
        File.WriteAllBytes(folder["x"], [1, 2, 3]);
        Assert.Throws<KitException>(() => SafetensorsFile.Open(folder["x"]));
        Assert.Throws<KitException>(() => SafetensorsFile.Open(folder["absent"]));
    }

    [Fact]
    public void Damage_is_refused_or_harmless()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        using var ones = TorchSharp.torch.ones(4, 2);
        SafetensorsFile.Write(folder["x"], [new("weight", ones), new("w2", ones)]);
        var whole = File.ReadAllBytes(folder["x"]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var damaged = whole[..];
            damaged[at] = value;
            File.WriteAllBytes(folder["y"], damaged[..length]);
            try
            {
                using var file = SafetensorsFile.Open(folder["y"]);
                foreach (var name in file.Entries.Keys)
                    file.Read(name).Dispose();
            }
            catch (KitException)
            {
                // Refused with a reason.
            }
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_file_that_shrinks_after_it_was_opened_is_an_error()
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        using var ones = TorchSharp.torch.ones(1000);
        SafetensorsFile.Write(folder["x"], [new("w", ones)]);
        using var file = SafetensorsFile.Open(folder["x"]);
        using (var shorter = new FileStream(folder["x"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shorter.SetLength(2000);
        Assert.Contains("shorter", Assert.Throws<KitException>(() => file.Read("w")).Message, StringComparison.Ordinal);
    }

    private static byte[] Length(ulong length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static byte[] Length(int length) => Length((ulong)length);
}
