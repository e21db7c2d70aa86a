using System.Text.Unicode;

namespace ForensicKit.Corpora;

/// <summary>Reads a file that is one document.</summary>
internal static class PlainText
{
    public static void Read(ShardPass pass, string shard, PeekableStream source)
    {
        var size = pass.Options.PieceBytes;
        long offset = 0;
        var known = 0;
        var valid = true;
        while (true)
        {
            // One byte more than a piece, to know whether this is the last.
            while (source.Available.Length <= size && source.Fill())
            {
            }

            var window = source.Available;
            if (window.IsEmpty)
                return;
            if (offset == 0)
                pass.Records++;
            var last = window.Length <= size;
            var cut = last ? window.Length : TextPieces.Cut(window[..size]);
            var piece = window[..cut];
            if (valid && !Utf8.IsValid(piece))
            {
                valid = false;
                pass.Defect(CorpusDefectKind.InvalidUtf8, 0, shard, "The text is not valid UTF-8.");
            }

            pass.GivePiece(shard, piece, offset, cut - known);
            if (last)
            {
                source.Consume(cut);
                return;
            }

            var next = TextPieces.Resume(piece, pass.Options.PieceOverlapBytes);
            known = cut - next;
            source.Consume(next);
            offset += next;
        }
    }
}
