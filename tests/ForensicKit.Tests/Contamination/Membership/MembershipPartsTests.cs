using System.Globalization;
using System.Text;
using ForensicKit.Contamination.Membership;
using ForensicKit.Statistics;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Membership;

/// <summary>What the tests of the battery are built of.</summary>
public sealed class MembershipPartsTests
{
    [Fact]
    public void A_comparison_agrees_with_the_curve_and_with_the_normal_approximation()
    {
        var random = new PythonRandom(1);
        (double, string)[] m = [.. Enumerable.Range(0, 60).Select(_ => (Math.Round(random.Gauss(0.35), 1), ""))], n = [.. Enumerable.Range(0, 50).Select(_ => (Math.Round(random.Gauss(), 1), ""))];
        var compared = SetComparison.Of(m, n, random, 9999, CancellationToken.None);
        Assert.Equal(new RocCurve([.. m.Select(x => x.Item1)], [.. n.Select(x => x.Item1)]).AreaUnderCurve, compared.Area, 1e-12);
        // Mann and Whitney 1947: variance mn(m + n + 1)/12 of U.
        var z = ((compared.Area - 0.5) * 60 * 50) / Math.Sqrt(60 * 50 * 111 / 12.0);
        Assert.Equal(Normal.Upper(z).Value, compared.P.Value, 0.01);
    }

    [Fact]
    public void Subjects_of_unequal_shares_do_not_look_like_a_difference()
    {
        // Subject b has higher scores and most of the members.
        var random = new PythonRandom(2);
        (double, string) One(string subject) => (random.Gauss(subject == "b" ? 5 : 0), subject);
        (double, string)[] m = [.. Enumerable.Range(0, 100).Select(i => One(i < 80 ? "b" : "a"))], n = [.. Enumerable.Range(0, 100).Select(i => One(i < 20 ? "b" : "a"))];
        var compared = SetComparison.Of(m, n, random, 999, CancellationToken.None);
        Assert.True(compared.P.Value > 0.05);
        Assert.InRange(compared.Area, 0.35, 0.65);
    }

    [Fact]
    public void The_interval_of_an_area_covers_it()
    {
        var random = new PythonRandom(3);
        const double shift = 0.8;
        var truth = Normal.Cdf(shift / Math.Sqrt(2));
        var covered = 0;
        for (var k = 0; k < 500; k++)
        {
            (double, string)[] m = [.. Enumerable.Range(0, 60).Select(_ => (random.Gauss(shift), ""))], n = [.. Enumerable.Range(0, 40).Select(_ => (random.Gauss(), ""))];
            covered += SetComparison.Of(m, n, random, 1, CancellationToken.None).Interval.Contains(truth) ? 1 : 0;
        }

        Assert.InRange(covered / 500.0, 0.92, 0.98);
    }

    [Fact]
    public void Doubled_ranks_share_ties() => Assert.Equal([3, 8, 3, 6], SetComparison.DoubledRanks([1, 7, 1, 2]));

    [Fact]
    public void The_blind_control_raises_false_alarms_at_its_level_only()
    {
        var (separable, runs) = (0, 200);
        for (var k = 0; k < runs; k++)
        {
            var random = new PythonRandom(900 + k);
            var blind = BlindControl.Run(WordModel.Items(random, 40, "m", true), WordModel.Items(random, 40, "n", true), random, 79, CancellationToken.None);
            separable += blind.Both.Value < 0.05 ? 1 : 0;
        }

        Assert.True(BinomialTest.Greater(separable, runs, 0.05).Value > 0.001, $"{separable} of {runs}");
    }

    [Fact]
    public void The_order_check_raises_false_alarms_at_its_level_only()
    {
        var (refused, runs) = (0, 200);
        for (var k = 0; k < runs; k++)
        {
            var random = new PythonRandom(2000 + k);
            refused += OrderCheck.Run(WordModel.Items(random, 30, "m", true), random, 399, CancellationToken.None).Objection is null ? 0 : 1;
        }

        Assert.True(BinomialTest.Greater(refused, runs, 0.05).Value > 0.001, $"{refused} of {runs}");
    }

    [Fact]
    public void Edits_of_words_are_different_and_the_same_for_the_same_seed()
    {
        const string text = "Which people, as it is told in the old book of the sky, find their way home by the star?";
        var edits = WordEdits.Make(text, 4, new PythonRandom(5))!;
        Assert.Equal(5, edits.Append(text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(edits, WordEdits.Make(text, 4, new PythonRandom(5)));
        Assert.Null(WordEdits.Make("too short", 4, new PythonRandom(5)));
        Assert.Null(WordEdits.Make("a b a b", 40, new PythonRandom(5)));
    }

    [Fact]
    public void Items_are_read_from_lines_in_both_forms()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.jsonl"], """
            {"id": 7, "text": "One text.", "subject": "s"}

            {"id": "q", "question": "Which?", "choices": ["x", "y"], "gold": 1}
            {"id": "w", "question": "How many?", "answer": "12"}
            """);
        var items = MembershipFiles.ItemLines(folder["a.jsonl"], CancellationToken.None);
        Assert.Equal(["7", "q", "w"], items.Select(i => i.Id));
        Assert.Equal(["One text.", "Question: Which?\nAnswer: y", "Question: How many?\nAnswer: 12"], items.Select(i => i.Text));
        Assert.Equal("s", items[0].Subject);
        Assert.Equal(1, items[1].Gold);
        Assert.Contains("x", items[1].Everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\": 1}", "neither 'text' nor 'question'")]
    [InlineData("{\"text\": \"a\"}", "no id")]
    [InlineData("{\"id\": 1, \"text\": \" \"}", "no text")]
    [InlineData("{\"id\": 1, \"text\": \"a\"}\n{\"id\": 1, \"text\": \"b\"}", "Another line")]
    [InlineData("{\"id\": 1, \"question\": \"a\", \"choices\": [\"x\"], \"gold\": 1}", "not the index")]
    [InlineData("{\"id\": 1, \"question\": \"a\", \"choices\": \"x\"}", "no list")]
    [InlineData("{\"id\": 1, \"text\": \"\\ud800\"}", "not Unicode")]
    [InlineData("{\"id\": 1, \"te", "not whole JSON")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("\n", "no items")]
    public void Lines_that_are_no_items_are_named(string lines, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.jsonl"], lines);
        var error = Assert.Throws<KitException>(() => MembershipFiles.ItemLines(folder["a.jsonl"], CancellationToken.None));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("a.jsonl", error.Where, StringComparison.Ordinal);
        Assert.True(message == "no items" || error.Where!.Contains("line", StringComparison.Ordinal), error.Where);
    }

    [Fact]
    public void A_line_without_end_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.jsonl"], [.. Encoding.ASCII.GetBytes("{\"id\": 1, \"text\": \""), .. Enumerable.Repeat((byte)'a', 17 << 20)]);
        Assert.Contains("16 MiB", Assert.Throws<KitException>(() => MembershipFiles.ItemLines(folder["a.jsonl"], CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_read_from_lines_and_tables()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.csv"], "item,score,model,set\ni1,0.5,one,members\ni2,1,one,nonmembers\n");
        File.WriteAllText(folder["a.jsonl"], "{\"model\":\"one\",\"set\":\"members\",\"item\":\"i1\",\"score\":0.5}\n{\"model\":\"one\",\"set\":\"nonmembers\",\"item\":\"i2\",\"score\":1}\n");
        foreach (var file in (string[])["a.csv", "a.jsonl"])
        {
            var scores = MembershipFiles.Scores(folder[file], CancellationToken.None);
            Assert.Equal(["one"], scores.Models);
            var of = scores.Of("one", [new("i1", "t")], [new("i2", "t")]);
            Assert.Equal([0.5], of.Benchmark);
            Assert.Equal([1], of.Reference);
        }
    }

    [Theory]
    [InlineData("item,score,model\n", "no column 'set'")]
    [InlineData("item,score,model,set\na,2,m,members\n", "no score from 0 to 1")]
    [InlineData("item,score,model,set\na,NaN,m,members\n", "no score from 0 to 1")]
    [InlineData("item,score,model,set\na,1,m,train\n", "no set")]
    [InlineData("item,score,model,set\na,1\n", "too few cells")]
    [InlineData("item,score,model,set\na,1,m,members\na,0,m,members\n", "another score")]
    public void Tables_that_are_no_scores_are_named(string table, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.csv"], table);
        var error = Assert.Throws<KitException>(() => MembershipFiles.Scores(folder["a.csv"], CancellationToken.None));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("line", error.Where!, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_one_test_count_as_one_finding()
    {
        MembershipOutcome Of(string test, double? p) => new() { Test = test, Null = "", Needs = "", CannotSee = "", P = p is { } value ? Probability.FromValue(value) : null };
        var adjusted = MembershipOutcome.Adjust([Of("a/1", 0.02), Of("a/2", 0.02), Of("a/3", 0.02), Of("a/4", 0.9), Of("b", 0.5), Of("c", null), Of("d", 0.001)]);
        // Simes of a: 0.02 * 4/3. Over a, b and d: 0.04, 0.5, 0.003.
        Assert.Equal([0.04, 0.04, 0.04, 0.9, 0.5, null, 0.003], adjusted.Select(o => o.Adjusted is { } p ? Math.Round(p.Value, 9) : (double?)null));
        Assert.All(MembershipOutcome.Adjust([Of("c", null)]), o => Assert.Null(o.Adjusted));
    }

    [Fact]
    public void Paired_differences_are_exact_at_the_ends()
    {
        var random = new PythonRandom(6);
        var all = PairedComparison.Of([.. Enumerable.Repeat(0.5, 20)], random, 999, CancellationToken.None);
        Assert.Equal(0.001, all.P.Value, 1e-12);
        Assert.Equal(1, PairedComparison.Of([.. Enumerable.Repeat(0.0, 20)], random, 99, CancellationToken.None).P.Value);
        var exact = SignFlipTest.Exact([.. Enumerable.Range(0, 12).Select(i => (double)(i % 5))], [.. Enumerable.Repeat(1.0, 12)])!;
        var drawn = PairedComparison.Of([.. Enumerable.Range(0, 12).Select(i => (i % 5) - 1.0)], random, 9999, CancellationToken.None);
        Assert.Equal(exact.Greater.Value, drawn.P.Value, 0.015);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{PairedComparison.MinimumItems}"), Assert.Throws<KitException>(() => PairedComparison.Of([1, 2], random, 9, CancellationToken.None)).Message, StringComparison.Ordinal);
    }
}
