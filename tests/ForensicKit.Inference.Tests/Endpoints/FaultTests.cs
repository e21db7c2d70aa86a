using System.Diagnostics;
using System.Globalization;
using ForensicKit.EndpointServer;
using ForensicKit.Inference.Endpoints;
using ForensicKit.Models;

namespace ForensicKit.Inference.Tests.Endpoints;

public sealed class FaultTests(WordServer server) : IClassFixture<WordServer>
{
    [Theory]
    [InlineData("status~2~429~1")]
    [InlineData("status~2~500")]
    [InlineData("status~2~502")]
    [InlineData("status~2~503")]
    [InlineData("status~2~504")]
    [InlineData("status~2~408")]
    [InlineData("reset~2")]
    [InlineData("cut~2")]
    public async Task What_may_pass_is_asked_again(string fault)
    {
        var endpoint = server.At(fault) with { Concurrency = 1 };
        using var model = await WordServer.OpenAsync(endpoint);
        var answers = await GenerationTests.Answers(model, [WordServer.Ask(1), WordServer.Ask(2)]);
        Assert.Equal([1, 2], answers.Select(a => a.Id));
        Assert.Equal(["Question 1", "Question 1", "Question 1", "Question 2"], (await WordServer.AskedAsync(endpoint)).Select(r => (string?)r["body"]!["prompt"]));
        Assert.Equal(2, model.Usage.Repeated);
    }

    [Theory]
    [InlineData("status~9~400")]
    [InlineData("status~9~401")]
    [InlineData("status~9~403")]
    [InlineData("status~9~404")]
    [InlineData("status~9~422")]
    public async Task What_would_be_refused_again_is_not_asked_again(string fault)
    {
        var endpoint = server.At(fault) with { Concurrency = 1 };
        using var model = await WordServer.OpenAsync(endpoint);
        var told = await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1), WordServer.Ask(2)]));
        Assert.Contains(fault[^3..], told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', told.Message);
        Assert.DoesNotContain('\n', told.Message);
        Assert.Single(await WordServer.AskedAsync(endpoint));
    }

    [Fact]
    public async Task A_pause_that_the_server_asks_for_is_kept_by_all()
    {
        var endpoint = server.At("status~1~429~30") with { Concurrency = 3 };
        using var model = await WordServer.OpenAsync(endpoint, hurry: 20);
        var begun = Stopwatch.GetTimestamp();
        await GenerationTests.Answers(model, [.. Enumerable.Range(0, 9).Select(i => WordServer.Ask(i))]);
        // Thirty seconds are a second and a half here.
        Assert.True(Stopwatch.GetElapsedTime(begun) >= TimeSpan.FromSeconds(1.5));
        Assert.Equal(10, (await WordServer.AskedAsync(endpoint)).Count);
    }

    [Fact]
    public async Task A_pause_of_hours_is_not_waited_for()
    {
        var endpoint = server.At("status~9~429~86400");
        using var model = await WordServer.OpenAsync(endpoint);
        var told = await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)]));
        Assert.Contains("86400", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_again_has_an_end()
    {
        var endpoint = server.At("status~99~500") with { Attempts = 3 };
        using var model = await WordServer.OpenAsync(endpoint, hurry: 50);
        await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)]));
        Assert.Equal(3, (await WordServer.AskedAsync(endpoint)).Count);
    }

    [Fact]
    public async Task What_was_answered_before_a_failure_is_given()
    {
        var endpoint = server.At("status~9~401") with { Concurrency = 1 };
        using var model = await WordServer.OpenAsync(server.At("shuffled") with { Concurrency = 4 });
        using var stop = new CancellationTokenSource();
        var answers = new List<int>();
        var asking = Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var answer in model.GenerateAsync([.. Enumerable.Range(0, 400).Select(i => WordServer.Ask(i))], stop.Token))
            {
                answers.Add(answer.Id);
                if (answers.Count == 10)
                    await stop.CancelAsync();
            }
        });
        await asking.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(answers.Count, 10, 20);
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("long")]
    public async Task A_request_that_hangs_ends_in_time(string fault)
    {
        using var model = await WordServer.OpenAsync(server.At(fault) with { TimeoutSeconds = 10, Attempts = 2 }, hurry: 20);
        var told = await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)]).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains(fault == "long" ? "longer than" : "did not answer in 10 s", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_under_way_is_cancelled_at_once()
    {
        using var model = await WordServer.OpenAsync(server.At("hang"), hurry: 1);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)], stop.Token).WaitAsync(TimeSpan.FromSeconds(5)));
        using var stalled = await WordServer.OpenAsync(server.At("stall~2"), hurry: 1);
        using var again = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GenerationTests.Pieces(stalled, WordServer.Ask(1), again.Token).WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("malformed", "not valid JSON")]
    [InlineData("page", "not valid JSON")]
    [InlineData("twice", "not valid JSON")]
    [InlineData("deep", "not valid JSON")]
    [InlineData("type", "of type 'text/html'")]
    [InlineData("gzip", "compressed")]
    [InlineData("redirect", "another address")]
    [InlineData("endlessbody", "longer than")]
    [InlineData("endlesshead", "no answer in HTTP")]
    [InlineData("garbage", "no answer in HTTP")]
    [InlineData("index", "wrong index")]
    [InlineData("twochoices", "2 choices")]
    [InlineData("nochoices", "choices")]
    [InlineData("othermodel", "must not be mixed")]
    [InlineData("noreason", "finish_reason")]
    [InlineData("wordreason", "finish_reason")]
    [InlineData("number", "'text' in the answer is not a text")]
    [InlineData("negative", "negative count")]
    [InlineData("huge", "no log-probability")]
    [InlineData("positive", "no log-probability")]
    [InlineData("uneven", "differ in length")]
    [InlineData("toomany", "more than the 5 tokens")]
    [InlineData("key", "holds the key")]
    public async Task An_answer_that_breaks_the_rules_is_refused_once_and_for_all(string fault, string words)
    {
        var endpoint = server.At(fault);
        using var model = await WordServer.OpenAsync(endpoint, hurry: 1);
        var told = await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)]).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', told.Message);
        Assert.Single(await WordServer.AskedAsync(endpoint));
    }

    [Fact]
    public async Task Nobody_is_led_to_another_host()
    {
        using var model = await WordServer.OpenAsync(server.At("redirect"));
        await Assert.ThrowsAsync<KitException>(() => GenerationTests.Answers(model, [WordServer.Ask(1)]));
        await Assert.ThrowsAsync<KitException>(() => GenerationTests.Pieces(model, WordServer.Ask(1)));
        Assert.Empty(await server.AstrayAsync());
    }

    [Theory]
    [InlineData("cutstream~9~2", "cut")]
    [InlineData("stall~2", "stood still for 20 s")]
    [InlineData("loris", "stood still for 20 s")]
    [InlineData("endless", "no end")]
    [InlineData("longline", "An event")]
    [InlineData("otherid", "another answer")]
    [InlineData("noend", "it has no end")]
    [InlineData("late", "goes on after its end")]
    [InlineData("key", "holds the key")]
    public async Task A_stream_that_breaks_is_an_error_after_what_came(string fault, string words)
    {
        using var model = await WordServer.OpenAsync(server.At(fault) with { StallSeconds = 20 }, hurry: 20);
        var pieces = new List<GeneratedPiece>();
        var told = await Assert.ThrowsAsync<KitException>(async () =>
        {
            await foreach (var piece in model.StreamAsync(WordServer.Ask(1), CancellationToken.None))
                pieces.Add(piece);
        }).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.InRange(pieces.Count, 1, 400);
        Assert.Equal(WordModel.Answer("Question 1", 5).Words[0].Text, pieces[0].Text);
    }

    [Theory]
    [InlineData("cutstream~2~0")]
    [InlineData("status~2~503")]
    [InlineData("reset~2")]
    public async Task A_stream_that_never_began_is_asked_again(string fault)
    {
        var endpoint = server.At(fault);
        using var model = await WordServer.OpenAsync(endpoint);
        Assert.Equal(6, (await GenerationTests.Pieces(model, WordServer.Ask(1))).Count);
        Assert.Equal(3, (await WordServer.AskedAsync(endpoint)).Count);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_ends_it()
    {
        var told = await Assert.ThrowsAsync<KitException>(() => WordServer.OpenAsync(server.Protected()).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("certificate", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_plainly()
    {
        var told = await Assert.ThrowsAsync<KitException>(() => WordServer.OpenAsync(server.At("plain") with { Url = "http://127.0.0.1:1/v1" }, hurry: 100));
        Assert.Equal(ExitCode.EnvironmentLacks, told.ExitCode);
        Assert.Contains("no connection", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.org/v1", "without protection")]
    [InlineData("https://user:secret@example.org/v1", "user name")]
    [InlineData("https://example.org/v1?key=secret", "after '?'")]
    [InlineData("https://example.org/v1#secret", "after '?'")]
    [InlineData("ftp://example.org/v1", "https://")]
    [InlineData("https://exa mple.org/secret", "https://")]
    [InlineData("https://example.org/\r\nsecret", "https://")]
    [InlineData("http://127.0.0.1.example.org/v1", "without protection")]
    [InlineData("http://2130706433x/v1", "without protection")]
    public void An_address_that_no_key_may_go_to_is_refused(string url, string words)
    {
        var told = Assert.Throws<KitException>(() => EndpointAddress.Parse(url, allowPlainHttp: false));
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/v1", false)]
    [InlineData("http://[::1]:8080/v1/", false)]
    [InlineData("http://localhost/v1", false)]
    [InlineData("https://example.org/v1", false)]
    [InlineData("http://10.0.0.7:8000/v1", true)]
    public void An_address_that_a_key_may_go_to_is_taken(string url, bool allowPlainHttp) =>
        Assert.EndsWith("/v1/", EndpointAddress.Parse(url, allowPlainHttp).AbsoluteUri, StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("with a space in it")]
    [InlineData("line\r\nbreak-in-it")]
    public async Task A_key_that_cannot_be_one_is_not_sent_and_not_shown(string? value)
    {
        const string variable = "FORENSICKIT_TEST_BAD_KEY";
        Environment.SetEnvironmentVariable(variable, value);
        var endpoint = server.At("plain") with { KeyEnvironment = variable };
        var told = await Assert.ThrowsAsync<KitException>(() => WordServer.OpenAsync(endpoint));
        Assert.Contains(variable, told.Message, StringComparison.Ordinal);
        if (value is not null)
            Assert.DoesNotContain(value, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_goes_into_the_header_and_nowhere_else()
    {
        // The server quotes the key in its errors, in answers and in streams.
        var seen = new List<string>();
        foreach (var fault in new[] { "status~99~401", "status~99~500", "key", "cut~99" })
        {
            var endpoint = server.At(fault) with { Attempts = 2 };
            using var model = await WordServer.OpenAsync(endpoint, hurry: 50);
            seen.Add(model.Description.ToString() + string.Join(';', model.Description.Libraries) + endpoint + model.Usage);
            foreach (var ask in new Func<Task>[] { () => GenerationTests.Answers(model, [WordServer.Ask(1)]), () => GenerationTests.Pieces(model, WordServer.Ask(1)) })
            {
                try
                {
                    await ask();
                }
                catch (KitException e)
                {
                    seen.Add(e.ToString());
                }
            }

            Assert.All(await WordServer.AskedAsync(endpoint), r =>
            {
                Assert.Equal("Bearer " + WordServer.Key, (string?)r["authorization"]);
                Assert.DoesNotContain(WordServer.Key, r["body"]!.ToJsonString() + r["path"], StringComparison.Ordinal);
            });
        }

        Assert.True(seen.Count >= 10, string.Create(CultureInfo.InvariantCulture, $"{seen.Count} texts"));
        Assert.All(seen, text => Assert.DoesNotContain(WordServer.Key, text, StringComparison.Ordinal));
        // It was there to be taken out.
        Assert.Contains(seen, text => text.Contains("[key]", StringComparison.Ordinal));
    }
}
