namespace ForensicKit.Inference.Endpoints;

/// <summary>
/// A key from an environment variable. It leaves this object only as the header of a request; whatever a server says that holds it is refused,
/// so that it reaches neither evidence nor messages.
/// </summary>
internal sealed class EndpointKey
{
    private const int Shortest = 8;
    private readonly string _value;

    private EndpointKey(string value) => _value = value;

    /// <summary>The key that a variable holds.</summary>
    /// <exception cref="KitException">The variable is not set, or what it holds cannot be a key.</exception>
    public static EndpointKey FromEnvironment(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable)?.Trim();
        if (string.IsNullOrEmpty(value))
            throw new KitException($"The environment variable {variable}, which holds the endpoint's key, is not set.", null, "Set it where the kit is started; keys are never written into files.", ExitCode.EnvironmentLacks);
        // A shorter one could not be told from ordinary words in an answer.
        if (value.Length is < Shortest or > 4096 || value.Any(c => c is <= ' ' or > '~'))
            throw new KitException($"What the environment variable {variable} holds cannot be a key.", null, "A key has 8 to 4,096 visible ASCII characters and no spaces. Leave 'key_environment' out where the server asks for none.");
        return new(value);
    }

    /// <summary>The value of a request's <c>Authorization</c> header.</summary>
    public System.Net.Http.Headers.AuthenticationHeaderValue Header() => new("Bearer", _value);

    /// <summary>Whether a text holds the key.</summary>
    public bool IsIn(string text) => text.Contains(_value, StringComparison.Ordinal);

    /// <summary>A text without the key.</summary>
    public string Removed(string text) => text.Replace(_value, "[key]", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => "[key]";
}
