using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.Findings;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The default case held against what was planted: what is there is found, what is not is not.</summary>
[Trait("Category", "Slow")]
public sealed class OpusMiniTests(InterruptedDossier dossier) : IClassFixture<InterruptedDossier>
{
    [Fact]
    public void Killed_and_gone_on_with_it_asks_nothing_twice()
    {
        Assert.True(dossier.WasRunning);
        Assert.NotEmpty(dossier.Stored);
        var now = dossier.Responses();
        Assert.True(now.Count > dossier.Stored.Count);
        Assert.All(dossier.Stored, s => Assert.Equal(s.Value, now[s.Key]));
    }

    [Fact]
    public void What_was_planted_is_found_as_it_was_planted()
    {
        var presence = Presence();
        var planted = Planted();
        foreach (var (form, kind) in new[] { ("Verbatim", LeakKind.QuestionAndAnswer), ("QuestionAnswer", LeakKind.QuestionAndAnswer), ("ShuffledOrder", LeakKind.QuestionAndAnswer), ("QuestionOnly", LeakKind.QuestionOnly) })
        {
            var items = planted.Where(p => p.Form == form).ToList();
            Assert.NotEmpty(items);
            Assert.All(items, p => Assert.Equal((p.Item, kind), (p.Item, presence[p.Item].Kind ?? (LeakKind)(-1))));
            Assert.All(items, p => Assert.InRange(presence[p.Item].Occurrences, p.Exposures, p.Exposures + 2));
        }

        // In other words nothing is found, and the findings say that other words are not seen.
        Assert.All(planted.Where(p => p.Form == "Paraphrased"), p => Assert.Null(presence[p.Item].Kind));
    }

    [Fact]
    public void What_was_not_planted_is_not_found_with_its_answer()
    {
        var planted = Planted().Select(p => p.Item).ToHashSet(StringComparer.Ordinal);
        var others = Presence().Values.Where(p => !p.IsFresh && !planted.Contains(p.ItemId)).ToList();
        Assert.True(others.Count > 1000);
        // Two short programs stand in the background word for word by chance.
        Assert.InRange(others.Count(p => p.Kind == LeakKind.QuestionAndAnswer), 0, others.Count / 200);
        Assert.All(["presence/humaneval", "presence/gsm8k"], f => Assert.Contains(dossier.Findings[f]["outcome"].Exact, (string[])["none found", "not told from chance"]));
        Assert.Equal(["present", "present beyond chance"], new[] { "mmlu", "hellaswag" }.Select(c => dossier.Findings["presence/" + c]["outcome"].Exact));
    }

    [Fact]
    public void Inflation_is_shown_where_it_was_planted_and_nowhere_else() => Assert.Equal(
        ["shown", "shown"],
        new[] { "mmlu", "hellaswag", "gsm8k", "humaneval" }.Select(c => dossier.Findings["inflation/" + c]["outcome"].Exact).Where(o => o == "shown"));

    [Fact]
    public void The_claim_that_came_from_the_protocol_is_overstated_and_explained()
    {
        Assert.Equal(Verdict.Overstated, dossier.Findings["gap/gsm8k"].Verdict);
        Assert.All(new[] { "mmlu", "hellaswag" }, c => Assert.False(dossier.Findings["gap/" + c].Verdict!.Value.IsAdverse(), c));
        foreach (var claim in new[] { "gsm8k", "humaneval" })
        {
            var finding = dossier.Findings["protocol/" + claim];
            Assert.True(Number(finding, "lift") > 4 && finding["lift"].Interval!.Value.Lower > 0, claim);
            Assert.InRange(Math.Abs(Number(finding, "unexplained")), 0, 1);
        }
    }

    [Fact]
    public void The_harness_was_checked_before_anything_was_held_against_a_claim()
    {
        var gap = dossier.Findings["gap/gsm8k"];
        Assert.Equal(("passed", "llama-mini"), (gap["control"].Exact, gap["control_model"].Exact));
        // Another protocol gives the digits, so the claim is not refuted; half of the items cannot show that it is the one.
        Assert.Contains("gives the printed digits", Binding.Print(gap), StringComparison.Ordinal);
        Assert.InRange(Number(gap, "sequential_after"), 1, 800);
    }

    [Fact]
    public void The_gap_is_divided_among_the_choices_that_made_it()
    {
        var example = dossier.Findings["attribution/gsm8k"];
        Assert.Equal(Number(example, "protocol_gap"), Number(example, "share_1") + Number(example, "share_2") + Number(example, "share_3"), 1e-9);
        Assert.True(example["share_1"].Interval!.Value.Lower > 0 && Number(example, "share_1") > 4);
        Assert.InRange(Math.Abs(Number(example, "unexplained")), 0, 1);
        Assert.True(dossier.Findings["attribution/humaneval"]["share_2"].Interval!.Value.Lower > 0);
    }

    [Fact]
    public void Models_are_compared_on_the_same_items()
    {
        // Leaked items lift the suspect on two benchmarks; on the word problems it is the weaker one.
        Assert.All(new[] { "mmlu", "hellaswag" }, c => Assert.True(dossier.Findings["comparison/" + c]["difference"].Interval!.Value.Lower > 0, c));
        Assert.True(dossier.Findings["comparison/gsm8k"]["difference"].Interval!.Value.Upper < 0);
    }

    [Fact]
    public void Presence_memorisation_and_inflation_are_said_apart()
    {
        foreach (var leaked in (string[])["mmlu", "hellaswag"])
        {
            var finding = dossier.Findings["contamination/" + leaked];
            Assert.All((string[])["presence", "memorisation", "inflation"], statement => Assert.Equal("shown", finding[statement].Display));
        }

        // Nothing was planted there.
        // Nothing was planted there; of the one the model was asked itself.
        foreach (var (clean, memorisation) in new[] { ("gsm8k", "not shown"), ("humaneval", "not tested") })
        {
            var finding = dossier.Findings["contamination/" + clean];
            Assert.Equal(("not shown", memorisation), (finding["presence"].Display, finding["memorisation"].Display));
            Assert.NotEqual("shown", finding["inflation"].Display);
        }
    }

    [Fact]
    public void The_model_itself_shows_what_it_has_seen_and_its_twin_does_not()
    {
        Assert.All((string[])["mmlu", "hellaswag"], c => Assert.InRange(Number(dossier.Findings["membership/" + c], "p_memory"), 0, 0.05));
        Assert.InRange(Number(dossier.Findings["membership/gsm8k"], "p_memory"), 0.05, 1);
        Assert.All((string[])["mmlu", "hellaswag", "gsm8k"], c => Assert.InRange(Number(dossier.Findings["membership/" + c], "p_control"), 0.05, 1));
        // Without choices no wrong one can be guessed.
        Assert.Contains("wrong choice", dossier.Findings["membership/gsm8k"]["refused_masked_option"].Display, StringComparison.Ordinal);
    }

    [Fact]
    public void A_score_of_the_battery_that_was_changed_is_told_without_the_model()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in (string[])[Cases.Dossier.CaseFile, Cases.Dossier.EvidenceFile, Cases.Dossier.DocumentFile, "custody.jsonl"])
            File.Copy(Path.Combine(dossier.Folder, file), folder[file]);
        using (var connection = new DuckDB.NET.Data.DuckDBConnection("Data Source=" + folder[Cases.Dossier.EvidenceFile]))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE membership_scores SET score = -score WHERE is_member AND test = 'scores/reference'";
            Assert.True(command.ExecuteNonQuery() > 100);
        }

        var told = Cases.DossierAudit.Run(new(folder.Path, TimeProvider.System), new(TestData.RepositoryRoot), CancellationToken.None).Problems.Where(p => p.What.Contains("does not follow from the stored scores", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, told.Count);
    }

    [Fact]
    public void The_wording_matters_beyond_chance() => Assert.StartsWith("The wording of the prompt is worth", Binding.Print(dossier.Findings["sensitivity/mmlu"]), StringComparison.Ordinal);

    [Fact]
    public void Latency_under_the_stated_load_is_not_what_it_is_at_leisure()
    {
        // On a machine that is slower than the claim even at leisure there is no verdict; elsewhere the claim does not hold.
        Assert.Contains(dossier.Findings["latency/ttft"].Verdict, new Verdict?[] { Verdict.Overstated, Verdict.InsufficientEvidence });
        Assert.NotEqual(Verdict.Overstated, dossier.Findings["latency/tpot"].Verdict);
    }

    [Fact]
    public void Every_notebook_ran_and_the_page_tells_the_story()
    {
        Assert.Equal(6, Directory.GetFiles(Path.Combine(dossier.Folder, "notebooks"), "*.ipynb").Length);
        var html = File.ReadAllText(Path.Combine(dossier.Folder, "document.html"));
        foreach (var id in (string[])["protocol", "presence", "inflation", "sensitivity", "latency", "attribution", "comparison", "membership", "contamination", "fig-membership", "fig-attribution", "fig-presence", "fig-presence-map", "fig-inflation", "fig-inflation-points", "fig-contamination-power", "fig-contamination-estimates", "fig-sensitivity", "fig-latency"])
            Assert.Contains($"id=\"{id}\"", html, StringComparison.Ordinal);
        Assert.Contains("side by side", html, StringComparison.Ordinal);
        Assert.Contains("<mark>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_again_every_finding_is_confirmed()
    {
        foreach (var arguments in (string[][])[["verify", dossier.Folder, "--quick"], ["verify", dossier.Folder]])
        {
            var result = KitProcess.Run(arguments);
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
            Assert.DoesNotContain("DIFFERENT", result.Output, StringComparison.Ordinal);
        }
    }

    private static double Number(Finding finding, string name) => double.Parse(finding[name].Exact, System.Globalization.CultureInfo.InvariantCulture);

    private Dictionary<string, ItemPresence> Presence()
    {
        var evidence = dossier.Evidence();
        return evidence.ReadPresence(evidence.ReadScan(CancellationToken.None)!.Id, CancellationToken.None).ToDictionary(p => p.ItemId, StringComparer.Ordinal);
    }

    private static List<(string Item, string Form, int Exposures)> Planted()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "opus-mini", "planted.json")));
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(i => (i.GetProperty("item").GetString()!, i.GetProperty("form").GetString()!, i.GetProperty("exposures").GetInt32()))];
    }
}
