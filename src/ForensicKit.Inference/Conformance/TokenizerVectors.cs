using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Inference.Tokenizers;

namespace ForensicKit.Inference.Conformance;

/// <summary>
/// Reference vectors of tokenizers: folders with a <c>tokenizer.json</c> and <c>cases.jsonl</c> (texts with their ids, tokens, offsets and decoded
/// texts), and <c>components.jsonl</c> (single steps), made by Hugging Face's <c>tokenizers</c>. Each file may be packed (<c>.gz</c>).
/// </summary>
/// <remarks>
/// A folder <c>smollm2</c> with no tokenizer uses that of the checkpoint <c>../../smollm2-135m</c>. Lines are read one at a time, so that memory does
/// not grow with a file.
/// </remarks>
public sealed class TokenizerVectors : IConformanceKind
{
    private static readonly string[] s_names = ["cases.jsonl", "cases.jsonl.gz", "components.jsonl", "components.jsonl.gz"];

    /// <inheritdoc/>
    public string Kind => "tokenizers";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && s_names.Contains(Path.GetFileName(path), StringComparer.Ordinal))
            return RunFile(path, Path.GetFileName(path), cancellationToken);
        if (!Directory.Exists(path))
            throw new KitException("There is no such folder.", path, "Give a folder of tokenizer vectors, or one file of it: cases.jsonl(.gz) or components.jsonl(.gz).");
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 16 };
        string[] files = [.. Directory.EnumerateFiles(path, "*", options).Where(f => s_names.Contains(Path.GetFileName(f), StringComparer.Ordinal)).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new KitException("The folder holds no cases.jsonl or components.jsonl, packed or not.", path, "Give a folder in the format of golden/tokenizers.");
        return files.SelectMany(file => RunFile(file, Path.GetRelativePath(path, file), cancellationToken));
    }

    private static IEnumerable<VectorResult> RunFile(string file, string shown, CancellationToken cancellationToken) =>
        Path.GetFileName(file).StartsWith("components", StringComparison.Ordinal)
            ? RunComponents(file, shown, cancellationToken)
            : RunCases(file, shown, cancellationToken);

    private static IEnumerable<VectorResult> RunComponents(string file, string shown, CancellationToken cancellationToken)
    {
        foreach (var (line, number) in VectorLines.Read(file, cancellationToken))
        {
            foreach (var result in TokenizerComponentCheck.Check(line, number, file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new(shown, result.Case, result.Differences);
            }
        }
    }

    private static IEnumerable<VectorResult> RunCases(string file, string shown, CancellationToken cancellationToken)
    {
        var (tokenizer, problem) = Load(file);
        foreach (var (line, number) in VectorLines.Read(file, cancellationToken))
        {
            var @case = VectorLines.Checked(file, number, () => TokenizerCase.Read(line));
            var shownText = $"{number.ToString(CultureInfo.InvariantCulture)}: {VectorLines.Shown(@case.Text)}";
            yield return new(shown, shownText, tokenizer is null ? [problem!] : Differences(tokenizer, @case));
        }
    }

    // One tokenizer that cannot be used does not keep the others from being checked.
    private static (Tokenizer? Tokenizer, string? Problem) Load(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var elsewhere = Path.Combine(folder, "..", "..", "smollm2-135m");
        string[] folders = Path.GetFileName(folder).StartsWith("smollm2", StringComparison.Ordinal) ? [folder, elsewhere] : [folder];
        var found = folders.SelectMany(f => (string[])[Path.Combine(f, "tokenizer.json"), Path.Combine(f, "tokenizer.json.gz")]).FirstOrDefault(File.Exists);
        if (found is null)
            return (null, "there is no tokenizer.json(.gz) beside the cases");
        try
        {
            return (Tokenizer.Load(found), null);
        }
        catch (KitException e)
        {
            return (null, e.What);
        }
    }

    private static List<string> Differences(Tokenizer tokenizer, TokenizerCase @case)
    {
        var differences = new List<string>();
        try
        {
            var actual = tokenizer.Encode(@case.Text, @case.AddSpecialTokens);
            if (!actual.Ids.SequenceEqual(@case.Ids))
                differences.Add(VectorLines.Difference("ids", actual.Ids, @case.Ids));
            if (!actual.Tokens.SequenceEqual(@case.Tokens, StringComparer.Ordinal))
                differences.Add(VectorLines.Difference("tokens", actual.Tokens, @case.Tokens));
            if (!actual.Offsets.SequenceEqual(@case.Offsets))
                differences.Add(VectorLines.Difference("offsets", actual.Offsets, @case.Offsets));
            if (!tokenizer.EncodeIds(@case.Text, @case.AddSpecialTokens).SequenceEqual(actual.Ids))
                differences.Add("ids: found fast, they differ from those with offsets");
            if (tokenizer.Decode(@case.Ids) is var decoded && decoded != @case.Decoded)
                differences.Add($"decoded: {VectorLines.Shown(decoded)} instead of {VectorLines.Shown(@case.Decoded)}");
            if (tokenizer.Decode(@case.Ids, skipSpecialTokens: true) is var skipped && skipped != @case.DecodedSkip)
                differences.Add($"decoded_skip: {VectorLines.Shown(skipped)} instead of {VectorLines.Shown(@case.DecodedSkip)}");
        }
        catch (KitException e)
        {
            differences.Add(e.What);
        }

        return differences;
    }

    private sealed record TokenizerCase(
        string Text, bool AddSpecialTokens, int[] Ids, string[] Tokens, (int Start, int End)[] Offsets, string Decoded, string DecodedSkip)
    {
        public static TokenizerCase Read(JsonElement line) => new(
            String(line.GetProperty("text")),
            line.GetProperty("add_special_tokens").GetBoolean(),
            [.. line.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32())],
            [.. line.GetProperty("tokens").EnumerateArray().Select(String)],
            [.. line.GetProperty("offsets").EnumerateArray().Select(v => (v[0].GetInt32(), v[1].GetInt32()))],
            String(line.GetProperty("decoded")),
            String(line.GetProperty("decoded_skip")));

        private static string String(JsonElement value) => value.GetString() ?? throw new FormatException("a text is null");
    }
}
