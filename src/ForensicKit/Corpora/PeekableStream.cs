using System.Buffers;

namespace ForensicKit.Corpora;

/// <summary>A stream through one pooled buffer that can be looked at before it is consumed, and that grows as its user asks.</summary>
/// <param name="inner">Where bytes come from; not disposed.</param>
/// <param name="size">Bytes of the buffer at first.</param>
/// <param name="guard">The guard among <paramref name="inner"/>'s layers; null where there is none.</param>
internal sealed class PeekableStream(Stream inner, int size, GuardedStream? guard = null) : ForwardStream
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(size);
    private int _start;
    private int _end;
    private bool _ended;
    private long _passed;

    /// <summary>Bytes consumed; some decoders align by it.</summary>
    public override long Position
    {
        get => _passed - (_end - _start);
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the end that was met is not the end that was meant.</summary>
    public bool WasCut => guard is { Failed: true };

    /// <summary>What is in the buffer.</summary>
    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    /// <summary>What is in the buffer, valid until more is read.</summary>
    public ArraySegment<byte> AvailableSegment => new(_buffer, _start, _end - _start);

    public void Consume(int count) => _start += count;

    /// <summary>Reads more behind what is there; false at the end of the stream.</summary>
    public bool Fill()
    {
        if (_ended)
            return false;
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < _buffer.Length / 8)
        {
            var held = _end - _start;
            var from = _buffer;
            if (held > _buffer.Length / 2)
                _buffer = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2));
            from.AsSpan(_start, held).CopyTo(_buffer);
            if (from != _buffer)
                ArrayPool<byte>.Shared.Return(from);
            (_start, _end) = (0, held);
        }

        var read = inner.Read(_buffer.AsSpan(_end));
        _end += read;
        _passed += read;
        _ended = read == 0;
        return !_ended;
    }

    /// <summary>Fills until <paramref name="count"/> bytes are there, or all that are left.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (Available.Length < count && Fill())
        {
        }

        return Available[..Math.Min(count, Available.Length)];
    }

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && (buffer.Length >= _buffer.Length ? _ended : !Fill()))
            return 0;
        if (_start == _end)
        {
            var read = inner.Read(buffer);
            _passed += read;
            _ended = read == 0 && buffer.Length > 0;
            return read;
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int ReadByte() => _start < _end || Fill() ? _buffer[_start++] : -1;

    /// <summary>Reads to the end and drops it.</summary>
    public void Drain()
    {
        do
            _start = _end;
        while (Fill());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            (_start, _end, _ended) = (0, 0, true);
        }

        base.Dispose(disposing);
    }
}
