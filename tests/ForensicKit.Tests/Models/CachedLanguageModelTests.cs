using System.Globalization;
using System.Runtime.CompilerServices;
using ForensicKit.Models;
using ForensicKit.Models.Caching;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Models;

/// <summary>Answers that were kept are the answers that were given, or they are asked for again.</summary>
public sealed class CachedLanguageModelTests : IDisposable
{
    private const string Hostile = "a\u2028\0\ud800\"\\\n\udc00😀";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_asked_is_not_asked_again_and_comes_back_the_same()
    {
        using var model = new EchoModel();
        var (continuations, texts) = (Continuations(40), Texts(30));
        var first = await AskAsync(model, continuations, texts);
        Assert.Equal((0, 70), (first.Hits, model.Asked.Count));
        Assert.All(first.Scored, s => Assert.False(s.FromCache));

        model.Asked.Clear();
        var again = await AskAsync(model, [.. continuations.Take(20), .. Continuations(60).Skip(40)], texts);
        Assert.Equal((50, 20), (again.Hits, model.Asked.Count));
        Assert.Equal(first.Scored.Take(20).Select(Show), again.Scored.Where(s => s.FromCache).OrderBy(s => s.Id).Select(Show));
        Assert.Equal(first.Generated.Select(Show), again.Generated.OrderBy(g => g.Id).Select(Show));
        Assert.All(again.Generated, g => Assert.True(g.FromCache));
    }

    [Fact]
    public async Task Hostile_texts_and_odd_numbers_come_back_exactly()
    {
        using var model = new EchoModel { Suffix = Hostile };
        var texts = Texts(1);
        var first = await AskAsync(model, [], texts);
        var again = await AskAsync(model, [], texts);
        Assert.EndsWith(Hostile, again.Generated[0].Text, StringComparison.Ordinal);
        Assert.Equal(first.Generated[0].Text, again.Generated[0].Text);
        Assert.Equal(BitConverter.DoubleToInt64Bits(first.Generated[0].LogProbs[0]), BitConverter.DoubleToInt64Bits(again.Generated[0].LogProbs[0]));
    }

    [Fact]
    public async Task Whole_texts_are_not_scored_again_and_come_back_the_same()
    {
        using var model = new EchoModel();
        List<TextRequest> texts = [.. Enumerable.Range(0, 20).Select(i => new TextRequest(i, string.Create(CultureInfo.InvariantCulture, $"Text {i}{Hostile}")) { Moments = i % 2 == 0 })];
        var first = await ScoreAsync(texts);
        Assert.Equal(20, model.Asked.Count);
        // Others of the same words, and five new ones.
        var again = await ScoreAsync([.. texts.Select(t => t with { Id = t.Id + 100 }), .. texts.Take(5).Select(t => t with { Moments = !t.Moments })]);
        Assert.Equal(25, model.Asked.Count);
        Assert.Equal(first.Select(Show), again.Where(s => s.Id >= 100).OrderBy(s => s.Id).Select(s => Show(s with { Id = s.Id - 100 })));

        async Task<List<ScoredText>> ScoreAsync(IReadOnlyList<TextRequest> requests)
        {
            using var cached = new ResponseCache(_folder["cache"], 1 << 20).Before(model, "files")!;
            var scored = new List<ScoredText>();
            await foreach (var answer in cached.ScoreTextsAsync(requests, CancellationToken.None))
                scored.Add(answer);
            return scored;
        }

        static string Show(ScoredText s) => string.Create(
            CultureInfo.InvariantCulture, $"{s.Id}|{string.Join(',', s.TokenIds)}|{string.Join(',', s.LogProbs.Select(BitConverter.DoubleToInt64Bits))}|{string.Join(',', s.Details)}");
    }

    [Fact]
    public void Everything_that_decides_an_answer_is_in_its_key()
    {
        var c = new ContinuationRequest(0, "context", " answer");
        var g = new GenerationRequest(0, "prompt", 10, ["a", "b"], new(0.5, 0.9), 1);
        var d = EchoModel.Plain;
        var model = Key(d);
        List<string> keys =
        [
            .. ((ContinuationRequest[])[c, c with { Context = "contex", Continuation = "t answer" }, c with { Context = "context " }, c with { Continuation = "answer" }, c with { AddsBeginToken = true }, c with { Moments = true },
                c with { Context = "\ud800" }, c with { Context = "\ud801" }, c with { Context = "\ufffd" }]).Select(r => Hex(ModelKey.Of(model, r))),
            .. ((GenerationRequest[])[g, g with { Prompt = "p" }, g with { MaxTokens = 11 }, g with { Stop = ["ab"] }, g with { Stop = ["b", "a"] }, g with { Stop = [] }, g with { Seed = 2 }, g with { AddsBeginToken = true },
                g with { Sampling = new(0.6, 0.9) }, g with { Sampling = new(0.5, 0.8) }, g with { Sampling = new(0.5, 0.9) { TopK = 1 } }, g with { Sampling = new(0.5, 0.9) { MinP = 0.1 } },
                g with { Sampling = new(0.5, 0.9) { RepetitionPenalty = 1.1 } }]).Select(r => Hex(ModelKey.Of(model, r, null))),
            .. ((TextRequest[])[new(0, "context"), new(0, "context answer"), new(0, "context") { Moments = true }]).Select(r => Hex(ModelKey.Of(model, r))),
            Hex(ModelKey.Of(model, g, "")), Hex(ModelKey.Of(model, g, "<user>prompt")),
            .. ((ModelDescription[])[d with { WeightsSha256 = "x" }, d with { TokenizerSha256 = "x" }, d with { Device = "cuda:0" }, d with { DType = "bfloat16" }, d with { BatchPolicy = "one request at a time" },
                d with { Threads = 3 }, d with { ContextLength = 7 }, d with { Libraries = Libraries(("engine", "2")) }, d with { Libraries = Libraries(("engine", "1"), ("x", "1")) }]).Select(changed => Hex(ModelKey.Of(Key(changed), c))),
            Hex(ModelKey.Of(Key(d, "other files"), c)),
        ];
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
        // What decides nothing: its number in the call, the model's name for people.
        Assert.Equal(keys[0], Hex(ModelKey.Of(Key(d with { Name = "another" }), c with { Id = 9 })));
    }

    [Fact]
    public void Models_that_do_not_say_what_they_are_are_never_cached()
    {
        var cache = new ResponseCache(_folder["cache"], 1 << 20);
        foreach (var description in (ModelDescription[])[EchoModel.Plain with { WeightsSha256 = null }, EchoModel.Plain with { TokenizerSha256 = null }])
        {
            using var unknown = new EchoModel { Description = description };
            Assert.Null(cache.Before(unknown, "files"));
        }

        using var served = new ServedModel();
        Assert.Null(cache.Before(served, "files"));
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    [Fact]
    public async Task A_damaged_record_is_dropped_and_asked_again()
    {
        using var model = new EchoModel();
        var continuations = Continuations(20);
        var first = await AskAsync(model, continuations, []);
        var file = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories).Single();
        var whole = File.ReadAllBytes(file);
        var random = new Random(20260504);
        for (var round = 0; round < 300; round++)
        {
            var spoilt = whole.ToArray();
            spoilt[random.Next(24, spoilt.Length)] ^= (byte)(1 << random.Next(8));
            Restore(file, spoilt);
            model.Asked.Clear();
            var again = await AskAsync(model, continuations, []);
            // Never another answer; what is not there is asked.
            Assert.Equal(first.Scored.Select(Show), again.Scored.OrderBy(s => s.Id).Select(Show));
            Assert.Equal(20, again.Hits + model.Asked.Count);
            Assert.InRange(model.Asked.Count, 1, 20);
        }

        // Cut off anywhere, as a killed process leaves it: what is whole is used.
        for (var length = 0; length < whole.Length; length += 37)
        {
            Restore(file, whole[..length]);
            model.Asked.Clear();
            var again = await AskAsync(model, continuations, []);
            Assert.Equal(first.Scored.Select(Show), again.Scored.OrderBy(s => s.Id).Select(Show));
            Assert.Equal(0, again.Damaged);
        }

        void Restore(string path, byte[] bytes)
        {
            foreach (var other in Directory.GetFiles(Path.GetDirectoryName(path)!))
                File.Delete(other);
            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public async Task A_record_that_was_spoilt_is_counted_and_mended()
    {
        using var model = new EchoModel();
        await AskAsync(model, Continuations(3), []);
        var file = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^40] ^= 1;
        File.WriteAllBytes(file, bytes);
        var mended = await AskAsync(model, Continuations(3), []);
        Assert.Equal((2, 1), (mended.Hits, mended.Damaged));
        var after = await AskAsync(model, Continuations(3), []);
        Assert.Equal((3, 0), (after.Hits, after.Damaged));
    }

    [Fact]
    public async Task Two_at_a_time_write_beside_each_other()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), async (worker, _) =>
        {
            using var model = new EchoModel();
            await AskAsync(model, [.. Continuations(200).Skip(25 * worker).Take(25)], []);
        });
        using var last = new EchoModel();
        var all = await AskAsync(last, Continuations(200), []);
        Assert.Equal((200, 0), (all.Hits, all.Damaged));
    }

    [Fact]
    public async Task The_oldest_go_when_there_is_no_more_room()
    {
        using var model = new EchoModel();
        for (var i = 0; i < 6; i++)
        {
            await AskAsync(model, [.. Continuations(60).Skip(10 * i).Take(10)], [], 6000);
            // File times may be coarse.
            foreach (var file in Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories))
                File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddMinutes(-1));
        }

        var bytes = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        // Room is made when a cache is opened; what one process adds may lie above it until then.
        Assert.InRange(bytes, 2000, 12000);
        model.Asked.Clear();
        await AskAsync(model, [.. Continuations(60).Skip(50)], [], 6000);
        Assert.Empty(model.Asked);
        await AskAsync(model, Continuations(10), [], 6000);
        Assert.Equal(10, model.Asked.Count);
    }

    [Fact]
    public async Task A_file_that_others_may_write_to_is_not_read()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such mode.");
            return;
        }

        using var model = new EchoModel();
        await AskAsync(model, Continuations(3), []);
        var file = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories).Single();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Path.GetDirectoryName(file)!).UnixFileMode);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Equal(0, (await AskAsync(model, Continuations(3), [])).Hits);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_costs_the_cache_and_not_the_run()
    {
        File.WriteAllText(_folder["cache"], "a file where the folder would be");
        using var model = new EchoModel();
        Assert.Equal(5, (await AskAsync(model, Continuations(5), [])).Scored.Count);
    }

    [Fact]
    public async Task A_model_that_fails_loses_nothing_that_was_answered()
    {
        using var failing = new EchoModel { FailAfter = 7 };
        await Assert.ThrowsAsync<KitException>(() => AskAsync(failing, Continuations(20), []));
        using var model = new EchoModel();
        Assert.Equal(7, (await AskAsync(model, Continuations(20), [])).Hits);
    }

    [Theory]
    [InlineData("off", null, null)]
    [InlineData("OFF", null, null)]
    [InlineData("/x", null, 512L)]
    [InlineData("/x", "7", 7L)]
    [InlineData("/x", "0", null)]
    public void The_environment_says_where_and_how_much(string folder, string? size, long? megabytes) =>
        Assert.Equal(megabytes << 20, ResponseCache.From(name => name == ResponseCache.FolderVariable ? folder : size)?.MaxBytes);

    [Fact]
    public void A_size_that_is_none_is_refused() => Assert.Throws<KitException>(() => ResponseCache.From(name => name == ResponseCache.SizeVariable ? "-1" : "/x"));

    private async Task<(List<ScoredContinuation> Scored, List<GeneratedText> Generated, long Hits, long Damaged)> AskAsync(
        EchoModel model, IReadOnlyList<ContinuationRequest> continuations, IReadOnlyList<GenerationRequest> texts, long maxBytes = 1 << 20)
    {
        using var cached = new ResponseCache(_folder["cache"], maxBytes).Before(model, "files")!;
        var (scored, generated) = (new List<ScoredContinuation>(), new List<GeneratedText>());
        await foreach (var answer in cached.ScoreAsync(continuations, CancellationToken.None))
            scored.Add(answer);
        await foreach (var answer in cached.GenerateAsync(texts, CancellationToken.None))
            generated.Add(answer);
        return (scored, generated, cached.Hits, cached.Damaged);
    }

    private static byte[] Key(ModelDescription description, string files = "files")
    {
        using var model = new EchoModel { Description = description };
        return ModelKey.Of(model, files);
    }

    private static string Hex(byte[] key) => Convert.ToHexString(key);

    private static Dictionary<string, string> Libraries(params ReadOnlySpan<(string Name, string Version)> libraries)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, version) in libraries)
            all[name] = version;
        return all;
    }

    private static string Show(ScoredContinuation s) => string.Create(
        CultureInfo.InvariantCulture, $"{s.Id}|{string.Join(',', s.TokenIds)}|{string.Join(',', s.LogProbs.Select(BitConverter.DoubleToInt64Bits))}|{s.IsGreedy}|{string.Join(',', s.Details)}");

    private static string Show(GeneratedText g) => string.Create(
        CultureInfo.InvariantCulture, $"{g.Id}|{g.Text}|{string.Join(',', g.TokenIds)}|{string.Join(',', g.LogProbs.Select(BitConverter.DoubleToInt64Bits))}|{string.Join(',', g.Margins)}|{g.FinishReason}");

    private static List<ContinuationRequest> Continuations(int count) => [.. Enumerable.Range(0, count).Select(i => new ContinuationRequest(i, string.Create(CultureInfo.InvariantCulture, $"Question {i}"), " answer"))];

    private static List<GenerationRequest> Texts(int count) => [.. Enumerable.Range(0, count).Select(i => new GenerationRequest(i, string.Create(CultureInfo.InvariantCulture, $"Prompt {i}"), 10, ["\n"], Sampling.Greedy, i))];

    /// <summary>Answers with what it was asked, and notes it.</summary>
    private class EchoModel : ILanguageModel
    {
        public static ModelDescription Plain { get; } = new("echo", "weights", "tokenizer", "cpu", "float32", "as it comes", 1, Libraries(("engine", "1")), 100);

        public ModelDescription Description { get; init; } = Plain;

        public string Suffix { get; init; } = "";

        public int FailAfter { get; init; } = int.MaxValue;

        public List<string> Asked { get; } = [];

        public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var request in requests)
            {
                Note(request.Context);
                yield return new(request.Id, [request.Context.Length, 2], [-1.5, -0.1 * request.Context.Length], request.Id % 2 == 0) { Details = [new(0, 0.5, double.NaN, 3), new(1, -1e-300, -2, double.NaN)] };
            }
        }

        public async IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var request in requests)
            {
                Note(request.Prompt);
                yield return new(request.Id, request.Prompt + Suffix, [1, 2], [double.NegativeZero, double.NegativeInfinity], "stop") { Margins = [0.25, double.NaN] };
            }
        }

        public async IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var request in requests)
            {
                Note(request.Text);
                yield return new(request.Id, [request.Text.Length], [-0.1 * request.Text.Length]) { Details = request.Moments ? [new(3, 0.5, -1e-300, double.NaN)] : [] };
            }
        }

        public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private void Note(string asked)
        {
            if (Asked.Count == FailAfter)
                throw new KitException("The model fails.");
            Asked.Add(asked);
        }
    }

    private sealed class ServedModel : EchoModel, IServedModel
    {
        public int Concurrency => 1;

        public ModelUsage Usage { get; } = new(0, 0, 0, 0, 0);
    }
}
