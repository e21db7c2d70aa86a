using System.Net;

namespace ForensicKit.Inference.Endpoints;

/// <summary>The address of an endpoint: one that a key may be sent to.</summary>
internal static class EndpointAddress
{
    /// <summary>Checks an address.</summary>
    /// <param name="url">As the manifest has it.</param>
    /// <param name="allowPlainHttp">Whether it may be <c>http://</c> on another machine.</param>
    /// <returns>The address, with a slash at its end.</returns>
    /// <exception cref="KitException">It is no address, holds a user name, or would send everything unprotected.</exception>
    public static Uri Parse(string url, bool allowPlainHttp)
    {
        // Never shown when it may hold a password.
        if (url.Any(c => c is <= ' ' or > '~' or '\\') || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw new KitException("The endpoint's url is no address that starts with https://.", null, "Give it in full, for example https://host/v1.");
        if (address.UserInfo.Length > 0 || url.Contains('@', StringComparison.Ordinal))
            throw new KitException("The endpoint's url holds a user name or password.", null, "Remove it; a key comes from the environment variable that 'key_environment' names.");
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new KitException("The endpoint's url has a part after '?' or '#'.", null, "Remove it; a key comes from the environment variable that 'key_environment' names.");
        if (address.Scheme == "http" && !allowPlainHttp && !IsHere(address))
            throw new KitException($"The endpoint at {address.Host} is asked without protection (http://).", null, "Use https://, or say 'allow_plain_http: true' where the way there is trusted.");
        return new(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    /// <summary>Whether an address is on this machine.</summary>
    public static bool IsHere(Uri address) => address.IdnHost == "localhost" || (IPAddress.TryParse(address.IdnHost, out var ip) && IPAddress.IsLoopback(ip));
}
