using System.Net;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Why one request was not answered. Its message holds nothing but the kit's words and what a server said, cleaned.</summary>
internal sealed class EndpointFailure(string message, bool isPassing, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the same request may be answered later.</summary>
    public bool IsPassing { get; } = isPassing;

    /// <summary>What the server answered, where it did.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether a server that answers so knows no such question: it is the question that must change.</summary>
    public bool IsRefusal => Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
        or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotImplemented or HttpStatusCode.InternalServerError;

    /// <summary>An answer with the key in it.</summary>
    public static EndpointFailure HoldsKey() => Broken("The answer holds the key that was sent; it is not kept.");

    /// <summary>An answer that breaks the interface's rules: it would be the same again.</summary>
    public static EndpointFailure Broken(string message, Exception? cause = null) => new(message, isPassing: false, cause);
}
