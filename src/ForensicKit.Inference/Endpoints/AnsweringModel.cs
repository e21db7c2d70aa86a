using System.Text.Json;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Which model answers: the name in the first answer must be that in all of them, so that a run is of one model.</summary>
internal sealed class AnsweringModel
{
    private string? _name;

    /// <summary>What the answers say; null while none did.</summary>
    public string? Name => _name;

    /// <summary>Checks an answer.</summary>
    /// <exception cref="EndpointFailure">Another model answered.</exception>
    public void Check(JsonElement answer)
    {
        var said = answer.Text("model");
        if (string.IsNullOrEmpty(said))
            return;
        if (Interlocked.CompareExchange(ref _name, said, null) is { } first && first != said)
            throw EndpointFailure.Broken($"The model '{said}' answered where '{first}' did before: what they say must not be mixed.");
    }
}
