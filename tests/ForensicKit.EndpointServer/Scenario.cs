using System.Globalization;
using System.Text.Json.Nodes;

namespace ForensicKit.EndpointServer;

/// <summary>How the server behaves under one path: faults by name, joined by commas, each with its arguments after <c>~</c>. Tiny questions of a probe meet only those of what the server is.</summary>
internal sealed class Scenario(string name)
{
    private const string ProbeText = "The cat sat on the mat";
    private readonly List<string[]> _faults = [.. name.Split(',').Select(f => f.Split('~'))];
    private readonly List<Request> _requests = [];
    private readonly Lock _state = new();
    private readonly Dictionary<string, int> _left = new(StringComparer.Ordinal);

    private int _asked;

    /// <summary>Notes a request.</summary>
    public void Note(Request request)
    {
        lock (_state)
            _requests.Add(request);
    }

    /// <summary>What arrived, as JSON.</summary>
    public string Log()
    {
        lock (_state)
        {
            return new JsonArray([.. _requests.Select(r => (JsonNode?)new JsonObject
            {
                ["method"] = r.Method,
                ["path"] = r.Path,
                ["authorization"] = r.Headers.GetValueOrDefault("Authorization"),
                ["body"] = r.Json.DeepClone(),
            })]).ToJsonString();
        }
    }

    /// <summary>Whether the scenario has a fault.</summary>
    public bool Has(string fault) => _faults.Any(f => f[0] == fault);

    /// <summary>Answers; false where the connection is done with.</summary>
    public async Task<bool> AnswerAsync(Wire wire, Request request, string path, int elsewhere)
    {
        if (path == "v1/models")
            return await ModelsAsync(wire);
        var isProbe = request.Body.Contains(ProbeText, StringComparison.Ordinal);
        if (!isProbe)
        {
            var number = Interlocked.Increment(ref _asked);
            foreach (var fault in _faults)
            {
                if (await Faults.ActAsync(fault, wire, request, number, elsewhere, Take) is { } keep)
                    return keep;
            }
        }

        var answers = new Answers(this, request, isProbe);
        if (answers.Refusal() is { } refusal)
        {
            await wire.SendAsync(400, "application/json", new JsonObject { ["error"] = new JsonObject { ["message"] = refusal } }.ToJsonString());
            return true;
        }

        if (request.Json["stream"]?.GetValue<bool>() == true)
            return await Faults.StreamAsync(this, wire, answers, Take);
        await wire.SendAsync(200, Has("type") && !isProbe ? "text/html" : "application/json", answers.Whole().ToJsonString());
        return true;
    }

    /// <summary>The arguments of a fault.</summary>
    public string[] Of(string fault) => _faults.First(f => f[0] == fault);

    // Whether a fault that happens so many times happens this time.
    private bool Take(string[] fault)
    {
        lock (_state)
        {
            var key = string.Join('~', fault);
            var left = _left.GetValueOrDefault(key, int.Parse(fault[1], CultureInfo.InvariantCulture));
            _left[key] = left - 1;
            return left > 0;
        }
    }

    private async Task<bool> ModelsAsync(Wire wire)
    {
        if (Has("nomodels"))
        {
            await wire.SendAsync(404, "application/json", "{}");
            return true;
        }

        var model = new JsonObject { ["id"] = "word-model", ["object"] = "model", ["owned_by"] = Has("vllm") ? "vllm" : "tests" };
        if (Has("vllm"))
            model["max_model_len"] = 64;
        await wire.SendAsync(200, "application/json", new JsonObject { ["object"] = "list", ["data"] = new JsonArray(model) }.ToJsonString());
        return true;
    }
}
