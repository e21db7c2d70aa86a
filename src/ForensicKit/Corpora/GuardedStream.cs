namespace ForensicKit.Corpora;

/// <summary>
/// A decoder over hostile bytes, or a part of one: whatever it throws ends the stream there with a defect, and so does expanding too far.
/// </summary>
/// <param name="inner">The decoder.</param>
/// <param name="pass">Told of defects.</param>
/// <param name="place">What is read.</param>
/// <param name="expands">Whether what comes out counts as expansion.</param>
/// <param name="outer">The layer around; where that failed, this one's failure says nothing new.</param>
internal sealed class GuardedStream(Stream inner, ShardPass pass, string place, bool expands, GuardedStream? outer = null) : ForwardStream
{
    // What a decoder made in a call before it threw is lost, so calls are small.
    private const int MostAtOnce = 16 << 10;

    /// <summary>Whether the stream ended for another reason than being at its end.</summary>
    public bool Failed { get; private set; }

    /// <summary>Reports damage, once.</summary>
    public void Fail(string detail)
    {
        if (!Failed && outer is not { Failed: true })
            pass.Defect(CorpusDefectKind.Cut, -1, place, detail);
        Failed = true;
    }

    public override int Read(Span<byte> buffer)
    {
        if (Failed || pass.Stopped)
            return 0;
        pass.Cancellation.ThrowIfCancellationRequested();
        try
        {
            var read = inner.Read(expands && buffer.Length > MostAtOnce ? buffer[..MostAtOnce] : buffer);
            if (expands && read > 0 && !pass.Expand(read, place))
            {
                Failed = true;
                return 0;
            }

            return read;
        }
        catch (Exception e) when (e is not (KitException or OperationCanceledException))
        {
            // Decoders report some damage as the runtime's own errors.
            Fail($"The file ends early or is damaged: {ShownName.Of(e.Message)}");
            return 0;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
