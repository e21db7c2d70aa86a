using System.Globalization;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Reads the data of server-sent events (WHATWG HTML, 9.2.6), never more than a bound in all.</summary>
internal sealed class ServerSentEvents(Stream stream, int mostBytes)
{
    private const int LongestEvent = 4 << 20;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly MemoryStream _line = new();
    private readonly MemoryStream _data = new();
    private int _start;
    private int _end;
    private long _read;
    private bool _hasData;
    private bool _afterReturn;

    /// <summary>The data of the next event, UTF-8; null at the end. An unfinished event at the end is no event.</summary>
    /// <exception cref="EndpointFailure">There is more than allowed.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_start < _end)
            {
                if (Take() is { } data)
                    return data;
            }

            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellationToken);
            if (_end == 0)
                return null;
            _read += _end;
            if (_read > mostBytes)
                throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The streamed answer is longer than {mostBytes:N0} bytes."));
        }
    }

    // Goes to the end of the next line, or of what is there; gives an event's data at its empty line.
    private byte[]? Take()
    {
        // CR, LF and CRLF each end a line.
        if (_afterReturn && _buffer[_start] == '\n')
            _start++;
        _afterReturn = false;
        var rest = _buffer.AsSpan(_start, _end - _start);
        var at = rest.IndexOfAny((byte)'\r', (byte)'\n');
        var piece = at < 0 ? rest : rest[..at];
        if (_line.Length + piece.Length + _data.Length > LongestEvent)
            throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"An event of the streamed answer is longer than {LongestEvent:N0} bytes."));
        _line.Write(piece);
        if (at < 0)
        {
            _start = _end;
            return null;
        }

        _afterReturn = rest[at] == '\r';
        _start += at + 1;
        return EndLine();
    }

    private byte[]? EndLine()
    {
        var line = _line.GetBuffer().AsSpan(0, (int)_line.Length);
        byte[]? data = null;
        if (line.IsEmpty)
        {
            data = _hasData ? _data.ToArray() : null;
            _data.SetLength(0);
            _hasData = false;
        }
        else if (line.StartsWith("data:"u8) || line.SequenceEqual("data"u8))
        {
            if (_hasData)
                _data.WriteByte((byte)'\n');
            var value = line.Length > 5 ? line[5..] : [];
            _data.Write(value.Length > 0 && value[0] == ' ' ? value[1..] : value);
            _hasData = true;
        }

        // Comments and other fields say nothing here.
        _line.SetLength(0);
        return data;
    }
}
