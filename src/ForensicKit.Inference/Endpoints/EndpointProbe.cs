using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Finds out what a server is and can do, with a handful of tiny questions.</summary>
internal sealed class EndpointProbe(ModelEndpoint endpoint, EndpointTransport transport, AnsweringModel model)
{
    private const string Text = "The cat sat on the mat";

    /// <summary>Asks.</summary>
    /// <exception cref="EndpointFailure">The server does not answer at all.</exception>
    public async Task<EndpointAbilities> AskAsync(CancellationToken cancellationToken)
    {
        var (isListed, entry) = await ListedAsync(cancellationToken);
        var program = endpoint.Server is { } named ? ServerProgram.Named(named) : ServerProgram.Recognised(entry?.Text("owned_by"), transport.ServerHeader);
        var questions = new QuestionWriter(endpoint, program);
        var (answer, givesLogProbs) = await GenerateAsync(questions, cancellationToken);
        var (scores, why) = endpoint.Api == EndpointApi.Chat
            ? (PromptScores.None, "chat interfaces give no log-probabilities of a prompt")
            : await ScoresAsync(questions, program, cancellationToken);
        return new(program, isListed, ContextLength(entry), givesLogProbs, scores, why, answer.Text("system_fingerprint"));
    }

    private async Task<(bool? IsListed, JsonElement? Entry)> ListedAsync(CancellationToken cancellationToken)
    {
        try
        {
            var list = (await transport.AskAsync("models", null, 0, brief: true, cancellationToken, cancellationToken)).List("data") ?? [];
            var entry = list.Cast<JsonElement?>().FirstOrDefault(m => m!.Value.Text("id") == endpoint.Model);
            // A server with one model answers with it whatever it is asked for.
            return (entry is not null, entry ?? (list.Count == 1 ? list[0] : null));
        }
        catch (EndpointFailure e) when (e.IsRefusal)
        {
            return (null, null);
        }
    }

    private async Task<(JsonElement Answer, bool GivesLogProbs)> GenerateAsync(QuestionWriter questions, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest(0, Text, 1, [], Sampling.Greedy);
        var prompt = () => endpoint.Api == EndpointApi.Chat ? QuestionWriter.Messages([new("user", Text)]) : JsonValue.Create(Text);
        try
        {
            var answer = await AskAsync(questions.Path, questions.Generation(request, prompt(), logProbs: true, stream: false), cancellationToken);
            return (answer, AnswerJson.Choice(answer) is { } choice && AnswerTokens.Of(choice) is { Count: > 0 });
        }
        catch (EndpointFailure e) when (e.IsRefusal)
        {
            // It may be the log-probabilities that it knows nothing of.
            return (await AskAsync(questions.Path, questions.Generation(request, prompt(), logProbs: false, stream: false), cancellationToken), false);
        }
    }

    private async Task<(PromptScores Scores, string? Why)> ScoresAsync(QuestionWriter questions, ServerProgram program, CancellationToken cancellationToken)
    {
        PromptScores[] ways = program.HasPromptLogProbs ? [PromptScores.PromptLogProbs] : [PromptScores.Echo, PromptScores.EchoAndOne];
        string? why = null;
        foreach (var way in ways)
        {
            try
            {
                var answer = await AskAsync(questions.Path, questions.Score(JsonValue.Create(Text), EndpointScoring.MaxTokens(way)), cancellationToken);
                var tokens = EndpointScoring.Tokens(answer, way);
                if (tokens.Count < 2 || tokens.Skip(1).Any(t => t.LogProb is null))
                    why = "it leaves the prompt's log-probabilities out";
                else if (tokens.Skip(1).Any(t => t.Top.Count == 0))
                    why = "it does not say which tokens are the most probable";
                else if (PromptAlignment.Of(tokens, EndpointScoring.Echoed(answer, way, Text), way == PromptScores.EchoAndOne ? 1 : 0) is null)
                    why = "its tokens do not make up the prompt";
                else
                    return (way, null);
            }
            catch (EndpointFailure e) when (e.IsRefusal || e.Status is null)
            {
                why = transport.Cleaned(e.Message);
            }
        }

        return (PromptScores.None, why);
    }

    private async Task<JsonElement> AskAsync(string path, Question question, CancellationToken cancellationToken)
    {
        var answer = await transport.AskAsync(path, question.Body, question.Tokens, brief: true, cancellationToken, cancellationToken);
        model.Check(answer);
        return answer;
    }

    // vLLM: max_model_len; llama.cpp: meta.n_ctx, what each of its places was given.
    private static int? ContextLength(JsonElement? entry) => (entry?.Whole("max_model_len") ?? entry?.Field("meta")?.Whole("n_ctx")) is > 0 and var length ? length : null;
}
