using System.Buffers.Binary;
using System.Text;
using Wasmtime;

namespace ForensicKit.Sandbox.Python;

/// <summary>
/// What the interpreter finds of an operating system (WASI preview 1): three descriptors in memory, no file, folder, socket or environment
/// variable, a clock that counts instructions, and numbers that are the same in each run. Nothing here reaches the machine.
/// </summary>
internal static class WasiHost
{
    private const string Namespace = "wasi_snapshot_preview1";
    private const int Success = 0;
    private const int BadDescriptor = 8;
    private const int Fault = 21;
    private const int NotSupported = 58;
    private const int NotSeekable = 70;
    private const int ReadRight = 1 << 1;
    private const int WriteRight = 1 << 6;
    private const int MaxVectors = 1024;

    // 2024-01-01T00:00:00Z in nanoseconds.
    private const long StartOfTime = 1_704_067_200_000_000_000;

    /// <summary>Defines what a module imports. The store's data must be its <see cref="PythonInstance"/>.</summary>
    /// <param name="linker">Where to define it.</param>
    /// <param name="module">The interpreter.</param>
    /// <param name="arguments">The interpreter's command line.</param>
    public static void Define(Linker linker, Module module, IReadOnlyList<string> arguments)
    {
        var defined = new HashSet<string>(StringComparer.Ordinal);
        var strings = arguments.Select(a => Encoding.UTF8.GetBytes(a + '\0')).ToArray();
        Two("args_sizes_get", (guest, _, count, size) => guest.Write(count, strings.Length) & guest.Write(size, strings.Sum(s => s.Length)));
        Two("args_get", (guest, _, pointers, bytes) => WriteStrings(guest, pointers, bytes, strings));
        Two("environ_sizes_get", (guest, _, count, size) => guest.Write(count, 0) & guest.Write(size, 0));
        Two("environ_get", (_, _, _, _) => true);
        Two("clock_res_get", (guest, _, _, result) => guest.Write(result, 1000L));
        linker.DefineFunction(Namespace, Named("clock_time_get"), (CallerFunc<int, long, int, int>)((caller, clock, _, result) =>
            new Guest(caller).Write(result, (clock == 0 ? StartOfTime : 0) + Instance(caller).Clock(caller.Fuel)) ? Success : Fault));
        linker.DefineFunction(Namespace, Named("random_get"), (CallerFunc<int, int, int>)(static (caller, address, length) =>
        {
            if (!new Guest(caller).TryGet(address, length, out var buffer))
                return Fault;
            Instance(caller).Random(buffer);
            return Success;
        }));
        linker.DefineFunction(Namespace, Named("fd_read"), (CallerFunc<int, int, int, int, int>)(static (caller, descriptor, vectors, count, result) =>
            descriptor == 0 ? Read(caller, vectors, count, result) : BadDescriptor));
        linker.DefineFunction(Namespace, Named("fd_write"), (CallerFunc<int, int, int, int, int>)(static (caller, descriptor, vectors, count, result) =>
            descriptor is 1 or 2 ? Write(caller, descriptor, vectors, count, result) : BadDescriptor));
        linker.DefineFunction(Namespace, Named("fd_close"), (CallerFunc<int, int>)(static (_, descriptor) => descriptor is >= 0 and <= 2 ? Success : BadDescriptor));
        linker.DefineFunction(Namespace, Named("fd_seek"), (CallerFunc<int, long, int, int, int>)(static (_, descriptor, _, _, _) =>
            descriptor is >= 0 and <= 2 ? NotSeekable : BadDescriptor));
        Descriptor("fd_tell", static (_, _, _) => NotSeekable);
        Descriptor("fd_fdstat_get", static (guest, descriptor, result) =>
        {
            if (!guest.TryGet(result, 24, out var stat))
                return Fault;
            stat.Clear();
            BinaryPrimitives.WriteInt64LittleEndian(stat[8..], descriptor == 0 ? ReadRight : WriteRight);
            return Success;
        });
        Descriptor("fd_filestat_get", static (guest, _, result) =>
        {
            if (!guest.TryGet(result, 64, out var stat))
                return Fault;
            stat.Clear();
            return Success;
        });
        // The first folder is asked for, and there is none.
        linker.DefineFunction(Namespace, Named("fd_prestat_get"), (CallerFunc<int, int, int>)(static (_, _, _) => BadDescriptor));
        linker.DefineFunction(Namespace, Named("poll_oneoff"), (CallerFunc<int, int, int, int, int>)Poll);
        linker.DefineFunction(Namespace, Named("sched_yield"), (CallerFunc<int>)(static _ => Success));
        linker.DefineFunction(Namespace, Named("proc_exit"), (CallerAction<int>)(static (caller, code) => throw Instance(caller).Exit(code)));
        foreach (var import in module.Imports.OfType<FunctionImport>().Where(i => !defined.Contains(i.Name)))
        {
            // Files, folders and sockets: there are none.
            linker.DefineFunction(import.ModuleName, import.Name, static (_, _, results) =>
            {
                for (var i = 0; i < results.Length; i++)
                    results[i] = NotSupported;
            }, import.Parameters, import.Results);
        }

        string Named(string name)
        {
            defined.Add(name);
            return name;
        }

        void Two(string name, Func<Guest, PythonInstance, int, int, bool> body) =>
            linker.DefineFunction(Namespace, Named(name), (CallerFunc<int, int, int>)((caller, a, b) => body(new Guest(caller), Instance(caller), a, b) ? Success : Fault));

        void Descriptor(string name, Func<Guest, int, int, int> body) =>
            linker.DefineFunction(Namespace, Named(name), (CallerFunc<int, int, int>)((caller, descriptor, result) =>
                descriptor is >= 0 and <= 2 ? body(new Guest(caller), descriptor, result) : BadDescriptor));
    }

    private static PythonInstance Instance(Caller caller) => (PythonInstance)caller.GetData()!;

    private static bool WriteStrings(Guest guest, int pointers, int bytes, byte[][] strings)
    {
        foreach (var text in strings)
        {
            if (!guest.Write(pointers, bytes) || !guest.TryGet(bytes, text.Length, out var target))
                return false;
            text.CopyTo(target);
            pointers += 4;
            bytes += text.Length;
        }

        return true;
    }

    private static int Read(Caller caller, int vectors, int count, int result)
    {
        var guest = new Guest(caller);
        for (var i = 0; i < Math.Min(count, MaxVectors); i++)
        {
            if (!guest.TryGetVector(vectors, i, out var buffer))
                return Fault;
            // One part is enough: whoever wants more asks again.
            if (buffer.Length > 0)
                return guest.Write(result, Instance(caller).Read(buffer)) ? Success : Fault;
        }

        return guest.Write(result, 0) ? Success : Fault;
    }

    private static int Write(Caller caller, int descriptor, int vectors, int count, int result)
    {
        var guest = new Guest(caller);
        var instance = Instance(caller);
        var written = 0;
        for (var i = 0; i < Math.Min(count, MaxVectors); i++)
        {
            if (!guest.TryGetVector(vectors, i, out var buffer))
                return Fault;
            if (descriptor == 1)
                instance.WriteMessage(buffer);
            else
                instance.WriteOutput(buffer);
            written += buffer.Length;
        }

        return guest.Write(result, written) ? Success : Fault;
    }

    // Waiting for the clock (48 bytes each in, 32 out): time passes at once. Waiting for anything else is over at once.
    private static int Poll(Caller caller, int subscriptions, int events, int count, int result)
    {
        var guest = new Guest(caller);
        if (count is < 1 or > MaxVectors || !guest.TryGet(subscriptions, count * 48, out var asked) || !guest.TryGet(events, 32, out var told))
            return Fault;
        var first = 0;
        var shortest = ulong.MaxValue;
        for (var i = 0; i < count; i++)
        {
            var one = asked[(i * 48)..];
            var wait = one[8] != 0 ? 0UL : Wait(one, Instance(caller).Clock(caller.Fuel));
            if (wait < shortest)
                (first, shortest) = (i, wait);
        }

        caller.Fuel = Instance(caller).Sleep(shortest, caller.Fuel);
        told.Clear();
        asked.Slice(first * 48, 8).CopyTo(told);
        told[10] = asked[(first * 48) + 8];
        return guest.Write(result, 1) ? Success : Fault;

        static ulong Wait(ReadOnlySpan<byte> subscription, long clock)
        {
            var time = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
            if ((subscription[40] & 1) == 0)
                return time;
            var now = (ulong)((BinaryPrimitives.ReadInt32LittleEndian(subscription[16..]) == 0 ? StartOfTime : 0) + clock);
            return time > now ? time - now : 0;
        }
    }

    /// <summary>The interpreter's memory. Addresses come from the program: each is checked.</summary>
    private readonly struct Guest(Caller caller)
    {
        private readonly Memory? _memory = caller.GetMemory("memory");

        public bool TryGet(int address, int length, out Span<byte> bytes)
        {
            bytes = default;
            if (_memory is null || length < 0 || (uint)address + (long)length > _memory.GetLength())
                return false;
            bytes = _memory.GetSpan((uint)address, length);
            return true;
        }

        public bool TryGetVector(int vectors, int index, out Span<byte> bytes)
        {
            bytes = default;
            return TryGet(vectors + (index * 8), 8, out var vector)
                && TryGet(BinaryPrimitives.ReadInt32LittleEndian(vector), BinaryPrimitives.ReadInt32LittleEndian(vector[4..]), out bytes);
        }

        public bool Write(int address, int value)
        {
            if (!TryGet(address, 4, out var bytes))
                return false;
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            return true;
        }

        public bool Write(int address, long value)
        {
            if (!TryGet(address, 8, out var bytes))
                return false;
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            return true;
        }
    }
}
