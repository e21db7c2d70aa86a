using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ForensicKit.Benchmarks;

namespace ForensicKit.Inference.Organisms;

/// <summary>Writes generated items in the very files that the benchmarks they are modelled on are published in.</summary>
public static class BenchmarkFiles
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The files of a benchmark: name and content; and the id that each item has once they are read.</summary>
    /// <param name="family">Name of the family, for example <c>mini-mmlu</c>.</param>
    /// <param name="name">Name of the benchmark's manifest: item ids begin with it.</param>
    /// <param name="items">The items.</param>
    public static (IReadOnlyList<(string Name, byte[] Content)> Files, IReadOnlyDictionary<string, string> Ids) Write(string family, string name, IReadOnlyList<BenchmarkItem> items) => family switch
    {
        "mini-mmlu" => Mmlu(name, items),
        "mini-humaneval" => ([($"{name}.jsonl.gz", Gzip(Lines(items, i => new { task_id = TaskId(i), prompt = i.Question, entry_point = i.Fields["entry_point"], canonical_solution = i.Gold, test = i.Fields["test"] })))], Ids(items, i => $"{name}/{TaskId(i)}")),
        "mini-gsm8k" => ([($"{name}.jsonl", Lines(items, i => new { question = i.Question, answer = i.Gold }))], Ids(items, i => $"{name}/test/{Text(i.Index)}")),
        "mini-hellaswag" => ([($"{name}.jsonl", Lines(items, i => new { ind = i.Index, activity_label = i.Subject, ctx = i.Question, endings = i.Choices, label = i.GoldChoice }))], Ids(items, i => $"{name}/test/{Text(i.Index)}")),
        _ => throw new KitException($"There is no file format for '{family}'."),
    };

    /// <summary>Compresses; the same bytes give the same bytes.</summary>
    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return packed.ToArray();
    }

    /// <summary>JSON lines.</summary>
    internal static byte[] Lines<T>(IEnumerable<T> items, Func<T, object> record) =>
        Encoding.UTF8.GetBytes(string.Concat(items.Select(i => JsonSerializer.Serialize(record(i), s_json) + "\n")));

    private static (IReadOnlyList<(string, byte[])>, IReadOnlyDictionary<string, string>) Mmlu(string name, IReadOnlyList<BenchmarkItem> items)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new List<(string, byte[])>();
        foreach (var subject in items.GroupBy(i => i.Fields["subject"], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var rows = new StringBuilder();
            foreach (var (index, item) in subject.Index())
            {
                ids[item.Id] = $"{name}/test/{subject.Key}/{Text(index)}";
                rows.Append(string.Join(',', item.Choices.Prepend(item.Question).Select(Quoted))).Append(',').Append((char)('A' + item.GoldChoice!.Value)).Append('\n');
            }

            files.Add(($"{name}/{subject.Key}_test.csv", Encoding.UTF8.GetBytes(rows.ToString())));
        }

        return (files, ids);
    }

    private static string Quoted(string field) => field.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string TaskId(BenchmarkItem item) => $"Mini/{Text(item.Index)}";

    private static Dictionary<string, string> Ids(IReadOnlyList<BenchmarkItem> items, Func<BenchmarkItem, string> id) => items.ToDictionary(i => i.Id, id, StringComparer.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
