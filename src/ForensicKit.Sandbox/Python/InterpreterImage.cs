using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Wasmtime;

namespace ForensicKit.Sandbox.Python;

/// <summary>
/// An interpreter that has started, as an image of its memory: instances begin where it stood instead of starting again, in a few
/// milliseconds, and each from the very same state.
/// </summary>
/// <remarks>
/// The interpreter is stopped within a call of <c>_exit</c>, where it holds its locks and nothing is half done. An instance gets that memory
/// and the stack pointer, and calls one Python function through the type's own <c>tp_call</c>, whose place in the function table is read from
/// the image (CPython 3.12 <c>PyTypeObject</c>, 32 bits). This is what Wizer does to a module, without a second compilation.
/// </remarks>
internal sealed class InterpreterImage
{
    /// <summary>With this exit code the harness says that it is ready.</summary>
    public const int ReadyExitCode = 77;

    private const int PageBytes = 4096;
    private const int CallSlotOffset = 64;
    private readonly long _length;
    private readonly IReadOnlyList<(int Address, byte[] Bytes)> _changes;
    private readonly int _stackPointer;
    private readonly int _callSlot;
    private readonly int _function;
    private readonly int _arguments;

    private InterpreterImage(long length, IReadOnlyList<(int Address, byte[] Bytes)> changes, int stackPointer, int callSlot, int function, int arguments)
    {
        _length = length;
        _changes = changes;
        _stackPointer = stackPointer;
        _callSlot = callSlot;
        _function = function;
        _arguments = arguments;
    }

    /// <summary>Takes the image of an instance that has said that it is ready.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="before">Its memory before it started.</param>
    /// <param name="ready">Its message: addresses of a function, of an empty tuple and of the type of functions.</param>
    public static InterpreterImage Take(Instance instance, byte[] before, byte[] ready)
    {
        using var message = JsonDocument.Parse(ready);
        var (function, arguments, type) = (Address(1), Address(2), Address(3));
        var memory = instance.GetMemory("memory")!;
        var after = memory.GetSpan(0, checked((int)memory.GetLength()));
        var changes = new List<(int, byte[])>();
        for (var page = 0; page < after.Length; page += PageBytes)
        {
            var bytes = after.Slice(page, PageBytes);
            if (page < before.Length ? !bytes.SequenceEqual(before.AsSpan(page, PageBytes)) : bytes.ContainsAnyExcept((byte)0))
                changes.Add((page, bytes.ToArray()));
        }

        return new(
            after.Length, changes, (int)instance.GetGlobal(WasmExports.Global)!.GetValue()!,
            BinaryPrimitives.ReadInt32LittleEndian(after[(type + CallSlotOffset)..]), function, arguments);

        int Address(int part) => message.RootElement[part].GetInt32();
    }

    /// <summary>Brings a fresh instance to the image's state and goes on from there until it ends.</summary>
    public void Resume(Instance instance)
    {
        var memory = instance.GetMemory("memory")!;
        if (memory.GetLength() < _length)
            memory.Grow((_length - memory.GetLength()) / Memory.PageSize);
        var bytes = memory.GetSpan(0, (int)_length);
        foreach (var (address, content) in _changes)
            content.CopyTo(bytes[address..]);
        instance.GetGlobal(WasmExports.Global)!.SetValue(_stackPointer);
        var call = (Function)instance.GetTable(WasmExports.Table)!.GetElement((uint)_callSlot)!;
        call.Invoke(_function, _arguments, 0);
    }

    /// <summary>How much of the memory differs from that of a fresh instance.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_changes.Count} pages of {PageBytes} bytes in {_length} bytes");
}
