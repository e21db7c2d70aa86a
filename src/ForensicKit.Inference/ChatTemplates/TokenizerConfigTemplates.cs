using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;

namespace ForensicKit.Inference.ChatTemplates;

/// <summary>
/// The chat templates and special tokens that come with a tokenizer: <c>chat_template</c> in <c>tokenizer_config.json</c> (one text, or several
/// by name), <c>chat_template.jinja</c> and <c>additional_chat_templates/*.jinja</c> beside it, which win.
/// </summary>
internal sealed class TokenizerConfigTemplates
{
    private const string Default = "default";
    private const long MaxBytes = 32 << 20;

    private static readonly string[] s_tokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly SortedDictionary<string, string> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly string _where;

    private TokenizerConfigTemplates(string where) => _where = where;

    /// <summary>Reads a <c>tokenizer_config.json</c> and what lies beside it.</summary>
    /// <exception cref="KitException">A file cannot be read, or is not what it should be.</exception>
    public static TokenizerConfigTemplates Read(string path)
    {
        if (Directory.Exists(path))
            path = Path.Combine(path, "tokenizer_config.json");
        var templates = new TokenizerConfigTemplates(path);
        templates.Take(StrictJson.Object(Bytes(path), path));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var further = Path.Combine(folder, "additional_chat_templates");
        if (Directory.Exists(further))
        {
            foreach (var file in Directory.EnumerateFiles(further, "*.jinja").Order(StringComparer.Ordinal))
                templates._sources[Path.GetFileNameWithoutExtension(file)] = Text(file);
        }

        if (Path.Combine(folder, "chat_template.jinja") is var own && File.Exists(own))
            templates._sources[Default] = Text(own);
        return templates;
    }

    /// <summary>Takes the content of a <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="KitException">It is not what it should be.</exception>
    public static TokenizerConfigTemplates Of(JsonElement config, string where)
    {
        var templates = new TokenizerConfigTemplates(where);
        templates.Take(config);
        return templates;
    }

    /// <summary>The template to use: the named one; else with tools <c>tool_use</c>, where there is one; else the default.</summary>
    /// <exception cref="KitException">There is none of that name, none at all, or it is not valid.</exception>
    public ChatTemplate Choose(string? name, bool withTools)
    {
        if (_sources.Count == 0)
            throw new KitException("The tokenizer has no chat template.", _where, "Give messages as one text, or name a template file.");
        var chosen = name ?? (withTools && _sources.ContainsKey("tool_use") ? "tool_use" : Default);
        return _sources.TryGetValue(chosen, out var source)
            ? ChatTemplate.Parse(source, _tokens)
            : throw new KitException($"The tokenizer has no chat template named '{chosen}'.", _where, $"It has: {string.Join(", ", _sources.Keys)}.");
    }

    private void Take(JsonElement config)
    {
        if (config.ValueKind != JsonValueKind.Object)
            throw Malformed("The tokenizer configuration is no JSON object");
        if (config.TryGetProperty("chat_template", out var template) && template.ValueKind != JsonValueKind.Null)
        {
            if (template.ValueKind == JsonValueKind.String)
            {
                _sources[Default] = template.GetString()!;
            }
            else if (template.ValueKind == JsonValueKind.Array)
            {
                foreach (var entry in template.EnumerateArray())
                    _sources[Member(entry, "name")] = Member(entry, "template");
            }
            else
            {
                throw Malformed("'chat_template' is neither a text nor a list");
            }
        }

        foreach (var name in s_tokenNames)
        {
            if (config.TryGetProperty(name, out var token))
                TakeToken(name, token);
        }

        if (config.TryGetProperty("extra_special_tokens", out var extra) && extra.ValueKind == JsonValueKind.Object)
        {
            foreach (var token in extra.EnumerateObject())
                TakeToken(token.Name, token.Value);
        }
    }

    private void TakeToken(string name, JsonElement token)
    {
        if (token.ValueKind != JsonValueKind.Null)
            _tokens[name] = token.ValueKind == JsonValueKind.String ? token.GetString()! : Member(token, "content");
    }

    private string Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()!
            : throw Malformed($"an entry has no text '{name}'");

    private KitException Malformed(string what) => new($"{what}.", _where, "Take the file as the model's publisher has it.");

    private static string Text(string path)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Bytes(path));
        }
        catch (DecoderFallbackException e)
        {
            throw new KitException("The chat template is not valid UTF-8.", path, innerException: e);
        }
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes)
                throw new KitException("The file is larger than 32 MiB.", path);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", path, innerException: e);
        }
    }
}
