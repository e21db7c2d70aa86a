using ForensicKit.Sandbox.Python;
using ForensicKit.TestSupport;
using Wasmtime;

namespace ForensicKit.Sandbox.Tests.Python;

public sealed class CompiledModulesTests
{
    private const string Hash = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";

    [Fact]
    public void A_module_is_compiled_once_and_again_where_its_file_is_not_what_was_written()
    {
        using var folder = new TemporaryFolder();
        using var engine = PythonRuntime.NewEngine();
        var compiled = new CompiledModules(folder["cache"]);
        var read = 0;
        Get();
        Get();
        Assert.Equal(1, read);

        var file = Assert.Single(Directory.GetFiles(folder["cache"]));
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Get();
        Get();
        Assert.Equal(2, read);

        File.WriteAllBytes(file, bytes[..40]);
        Get();
        Assert.Equal(3, read);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["cache"]));
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherWrite);
            Get();
            Assert.Equal(4, read);
        }

        void Get()
        {
            using var module = compiled.Get(engine, Hash, () =>
            {
                read++;
                return "\0asm\u0001\0\0\0"u8.ToArray();
            });
        }
    }

    [Fact]
    public void Without_a_folder_each_process_compiles()
    {
        using var folder = new TemporaryFolder();
        using var engine = PythonRuntime.NewEngine();
        File.WriteAllText(folder["file"], "");
        foreach (var cache in new[] { null, folder["file", "below"] })
        {
            using var module = new CompiledModules(cache).Get(engine, Hash, () => "\0asm\u0001\0\0\0"u8.ToArray());
            Assert.Empty(module.Exports);
        }
    }

    [Fact]
    public void The_host_sees_table_and_global()
    {
        using var engine = PythonRuntime.NewEngine();
        var module = WasmExports.Append(Module.ConvertText("(module (table 3 funcref) (global (mut i32) (i32.const 7)) (memory (export \"memory\") 1) (func (export \"f\")))"));
        using var compiled = Module.FromBytes(engine, "test", module);
        Assert.Equal(["memory", "f", WasmExports.Table, WasmExports.Global], compiled.Exports.Select(e => e.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0061736d0200")]
    [InlineData("0061736d0100000007ff")]
    [InlineData("0061736d0100000007ffffffffff01")]
    [InlineData("0061736d010000000705")]
    public void What_is_no_module_is_said_to_be_none(string hex) =>
        Assert.Throws<InvalidDataException>(() => WasmExports.Append(Convert.FromHexString(hex)));
}
