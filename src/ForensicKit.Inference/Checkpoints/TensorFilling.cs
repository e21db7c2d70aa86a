using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Fills a tensor from a stretch of a file: pieces are read by position and converted on all processors.</summary>
/// <remarks>The first touch of fresh memory costs as much as the copy, so that threads help even a plain read.</remarks>
internal static class TensorFilling
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads bytes as they are.</summary>
    /// <param name="into">A contiguous tensor on the CPU.</param>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="offset">Where the stretch begins.</param>
    /// <exception cref="KitException">The file cannot be read, or became shorter.</exception>
    public static unsafe void Read(Tensor into, SafeFileHandle file, string path, long offset)
    {
        var memory = Address(into);
        InPieces(into.numel() * into.element_size(), PieceBytes, (start, count) =>
            Get(file, path, new Span<byte>((byte*)memory + start, count), offset + start));
    }

    /// <summary>Reads blocks and converts them to float32.</summary>
    /// <param name="into">A contiguous float32 tensor on the CPU.</param>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="offset">Where the stretch begins.</param>
    /// <param name="elements">Elements of a block; divides the number of elements.</param>
    /// <param name="bytes">Bytes of a block.</param>
    /// <param name="convert">Converts blocks.</param>
    /// <exception cref="KitException">The file cannot be read, or became shorter.</exception>
    public static unsafe void Convert(Tensor into, SafeFileHandle file, string path, long offset, int elements, int bytes, BlockConversion convert)
    {
        var memory = Address(into);
        InPieces(into.numel() / elements, Math.Max(1, PieceBytes / 4 / bytes), (start, count) =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(count * bytes);
            try
            {
                var blocks = buffer.AsSpan(0, count * bytes);
                Get(file, path, blocks, offset + (start * bytes));
                convert(blocks, new Span<float>((float*)memory + (start * elements), count * elements));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    // libtorch's memory does not move; spans of whole tensors end at 2 GiB.
    private static unsafe nint Address(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return 0;
        using var first = tensor.view(-1).narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    private static void InPieces(long total, int most, Action<long, int> piece)
    {
        if (total <= most)
        {
            if (total > 0)
                piece(0, (int)total);
            return;
        }

        try
        {
            Parallel.For(0L, (total + most - 1) / most, i => piece(i * most, (int)Math.Min(most, total - (i * most))));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static void Get(SafeFileHandle file, string path, Span<byte> into, long offset)
    {
        try
        {
            while (into.Length > 0)
            {
                var read = RandomAccess.Read(file, into, offset);
                if (read == 0)
                    throw new KitException("The file became shorter while it was read.", path, "Fetch it again.");
                into = into[read..];
                offset += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", path, null, ExitCode.EnvironmentLacks, e);
        }
    }
}
