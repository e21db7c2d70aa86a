using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Contamination.Membership;

/// <summary>What a battery reads: benchmarks of the kit, and files of items, rewritings and scores. Lines are bounded; a message names the line.</summary>
public static class MembershipFiles
{
    private const int MostItems = 1_000_000;
    private const int MostCharacters = 1 << 20;
    private const string PlainPrompt = "Question: {{question}}\nAnswer:";

    /// <summary>Items of a benchmark of the kit or of a file, with the name and the split they go by.</summary>
    /// <param name="kit">The kit.</param>
    /// <param name="nameOrFile">A benchmark's name, or the path of a file of JSON lines.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="KitException">There is neither, a file is not here, or a line is not an item.</exception>
    public static (IReadOnlyList<MembershipItem> Items, string Name, string Split) Items(KitFolder kit, string nameOrFile, CancellationToken cancellationToken)
    {
        if (File.Exists(nameOrFile))
            return (ItemLines(nameOrFile, cancellationToken), Path.GetFileNameWithoutExtension(nameOrFile), "test");
        var benchmark = kit.Benchmark(nameOrFile);
        var store = ArtifactStore.For(benchmark.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(kit.Root, "data-manifests", "cases"));
        return (Items(benchmark, BenchmarkFormats.Read(benchmark, store, cancellationToken)), benchmark.Title, benchmark.Items.Split);
    }

    /// <summary>Items of a benchmark as they would stand in a text.</summary>
    public static IReadOnlyList<MembershipItem> Items(BenchmarkManifest benchmark, IReadOnlyList<BenchmarkItem> items)
    {
        // A template that prints choices, or that is only a name, says how to ask and not how the item stands in a text.
        var template = benchmark.Standard.Protocol.Template is { } own && own.Contains("{{question}}", StringComparison.Ordinal) && !own.Contains("choices", StringComparison.Ordinal) ? own : PlainPrompt;
        return [.. items.Select(i => MembershipItem.From(i, ItemPrompts.Render(template, i)))];
    }

    /// <summary>Items of a file: lines of <c>id</c> and <c>text</c>, or of <c>id</c>, <c>question</c>, <c>answer</c>, <c>choices</c>, <c>gold</c> (an index) and <c>subject</c>.</summary>
    /// <exception cref="KitException">A line is not an item; the line is named.</exception>
    public static IReadOnlyList<MembershipItem> ItemLines(string file, CancellationToken cancellationToken)
    {
        var items = new List<MembershipItem>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in Records(file, cancellationToken))
        {
            var item = Item(record);
            if (!ids.Add(item.Id))
                throw new KitException($"Another line has the id '{item.Id}'.", record.Place, "Give every item an id of its own.");
            items.Add(items.Count < MostItems ? item : throw new KitException($"The file has more than {MostItems.ToString(CultureInfo.InvariantCulture)} items.", file));
        }

        return items.Count > 0 ? items : throw new KitException("The file has no items.", file);
    }

    /// <summary>Other wordings of items: lines of <c>id</c> and <c>text</c>, or of the parts of an item; several lines may have the same id.</summary>
    /// <exception cref="KitException">A line is not an item; the line is named.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Wordings(string file, CancellationToken cancellationToken) => Records(file, cancellationToken)
        .Select(Item).GroupBy(i => i.Id, i => i.Text, StringComparer.Ordinal).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g], StringComparer.Ordinal);

    /// <summary>
    /// Scores of reference models: lines of <c>model</c>, <c>set</c> (<c>members</c> or <c>nonmembers</c>), <c>item</c> and <c>score</c> (0 to 1), as JSON objects or, in a
    /// file that ends in <c>.csv</c>, as those four columns under their names.
    /// </summary>
    /// <exception cref="KitException">A line is not a score; the line is named.</exception>
    public static ReferenceScores Scores(string file, CancellationToken cancellationToken)
    {
        var sets = new Dictionary<string, Dictionary<string, Dictionary<string, double>>>(StringComparer.Ordinal) { ["members"] = new(StringComparer.Ordinal), ["nonmembers"] = new(StringComparer.Ordinal) };
        foreach (var (place, model, set, item, text) in file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? Table(file, cancellationToken) : Lines(file, cancellationToken))
        {
            if (!sets.TryGetValue(set, out var models))
                throw new KitException($"'{set}' is no set.", place, "Write members or nonmembers.");
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var score) || score is not (>= 0 and <= 1))
                throw new KitException($"'{text}' is no score from 0 to 1.", place);
            if (!models.TryGetValue(model, out var items))
                models[model] = items = new(StringComparer.Ordinal);
            if (!items.TryAdd(item, score))
                throw new KitException($"'{model}' has another score for '{item}'.", place);
        }

        return new(Frozen("members"), Frozen("nonmembers"));

        Dictionary<string, IReadOnlyDictionary<string, double>> Frozen(string set) =>
            sets[set].ToDictionary(m => m.Key, m => (IReadOnlyDictionary<string, double>)m.Value, StringComparer.Ordinal);
    }

    /// <summary>A text, at most its first mebibyte.</summary>
    /// <exception cref="KitException">The file cannot be read.</exception>
    public static string Text(string file)
    {
        using var reader = new StreamReader(BoundedStream.OpenFile(file));
        var buffer = new char[MostCharacters];
        return new string(buffer, 0, reader.ReadBlock(buffer));
    }

    private static IEnumerable<JsonRecord> Records(string file, CancellationToken cancellationToken)
    {
        using var stream = BoundedStream.OpenFile(file);
        foreach (var record in JsonRecords.Lines(stream, file, cancellationToken))
            yield return record;
    }

    private static MembershipItem Item(JsonRecord record)
    {
        var id = record.Literal("id") ?? throw new KitException("The item has no id.", record.Place, "Write a text or number under 'id'.");
        MembershipItem item;
        if (record.OptionalText("text") is { } text)
        {
            item = new(id, text);
        }
        else
        {
            var question = record.OptionalText("question") ?? throw new KitException("The item has neither 'text' nor 'question'.", record.Place);
            string[] choices = record.Json.TryGetProperty("choices", out _) ? [.. record.Texts("choices")] : [];
            var gold = record.Whole("gold");
            if (choices.Length > 0 && gold is not null && !(gold >= 0 && gold < choices.Length))
                throw new KitException($"'gold' is not the index of one of {choices.Length.ToString(CultureInfo.InvariantCulture)} choices.", record.Place, "Count from 0.");
            item = MembershipItem.Of(id, $"Question: {question}\nAnswer:", question, record.Literal("answer") ?? (gold is { } index && choices.Length > 0 ? choices[index] : null)) with
            {
                Choices = choices,
                Gold = choices.Length > 0 ? (int?)gold : null,
            };
        }

        if (string.IsNullOrWhiteSpace(item.Text) || item.Everything.Length > MostCharacters)
            throw new KitException("The item has no text, or more than a million characters of it.", record.Place);
        return item with { Subject = record.Literal("subject") ?? "" };
    }

    private static IEnumerable<(string Place, string Model, string Set, string Item, string Score)> Lines(string file, CancellationToken cancellationToken)
    {
        foreach (var record in Records(file, cancellationToken))
            yield return (record.Place, record.Text("model"), record.Text("set"), record.Literal("item") ?? throw new KitException("The score has no item.", record.Place), record.Literal("score") ?? "");
    }

    private static IEnumerable<(string Place, string Model, string Set, string Item, string Score)> Table(string file, CancellationToken cancellationToken)
    {
        using var stream = BoundedStream.OpenFile(file);
        int[]? columns = null;
        foreach (var line in TextLines.Read(stream, file, cancellationToken))
        {
            if (string.IsNullOrWhiteSpace(line.Text))
                continue;
            var place = TextLines.Place(file, line.Number, line.ByteOffset);
            string[] cells = [.. line.Text.Split(',').Select(c => c.Trim().Trim('"'))];
            if (columns is null)
            {
                columns = [.. ((string[])["model", "set", "item", "score"]).Select(name => Array.IndexOf(cells, name) is >= 0 and var at ? at : throw new KitException($"There is no column '{name}'.", place, "The columns are model, set, item and score."))];
                continue;
            }

            if (cells.Length <= columns.Max())
                throw new KitException("The line has too few cells.", place);
            yield return (place, cells[columns[0]], cells[columns[1]], cells[columns[2]], cells[columns[3]]);
        }
    }
}
