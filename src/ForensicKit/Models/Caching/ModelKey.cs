using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ForensicKit.Models.Caching;

/// <summary>What decides an answer, as hashes. Fields are written with their lengths, so that no two sequences of fields are the same bytes.</summary>
internal static class ModelKey
{
    /// <summary>Version of keys and payloads.</summary>
    private const int Version = 1;

    /// <summary>
    /// Of the model and all that computes it: its files, device, data type, batch policy (deterministic or not), threads, library versions, and the
    /// very build of the engine.
    /// </summary>
    public static byte[] Of(ILanguageModel model, string files)
    {
        var d = model.Description;
        using var key = new KeyWriter();
        key.Add(Version);
        key.Add(files);
        key.Add(d.WeightsSha256);
        key.Add(d.TokenizerSha256);
        key.Add(d.Device);
        key.Add(d.DType);
        key.Add(d.BatchPolicy);
        key.Add(d.Threads);
        key.Add(d.ContextLength);
        foreach (var (name, version) in d.Libraries.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            key.Add(name);
            key.Add(version);
        }

        // A hash of the compiled code, since a version stays the same while code changes.
        key.Add(model.GetType().FullName);
        key.Add(model.GetType().Module.ModuleVersionId.ToString());
        key.Add(typeof(ModelKey).Module.ModuleVersionId.ToString());
        return key.Finish();
    }

    /// <summary>Of a continuation.</summary>
    public static byte[] Of(byte[] model, ContinuationRequest request)
    {
        using var key = new KeyWriter();
        key.Add(model);
        key.Add("score");
        key.Add(request.Context);
        key.Add(request.Continuation);
        key.Add(request.AddsBeginToken ? 1 : 0);
        key.Add(request.Moments ? 1 : 0);
        return key.Finish();
    }

    /// <summary>Of a whole text.</summary>
    public static byte[] Of(byte[] model, TextRequest request)
    {
        using var key = new KeyWriter();
        key.Add(model);
        key.Add("text");
        key.Add(request.Text);
        key.Add(request.Moments ? 1 : 0);
        return key.Finish();
    }

    /// <summary>Of a text to generate.</summary>
    /// <param name="model">Key of the model.</param>
    /// <param name="request">The request.</param>
    /// <param name="conversation">What the model's own chat template makes of the conversation: the template, and a date in it, are part of the key.</param>
    public static byte[] Of(byte[] model, GenerationRequest request, string? conversation)
    {
        using var key = new KeyWriter();
        key.Add(model);
        key.Add("generate");
        key.Add(request.Prompt);
        key.Add(conversation);
        key.Add(request.AddsBeginToken ? 1 : 0);
        key.Add(request.MaxTokens);
        key.Add(request.Stop.Count);
        foreach (var stop in request.Stop)
            key.Add(stop);
        key.Add(request.Sampling.Temperature);
        key.Add(request.Sampling.TopP);
        key.Add(request.Sampling.TopK);
        key.Add(request.Sampling.MinP);
        key.Add(request.Sampling.RepetitionPenalty);
        key.Add(request.Seed);
        return key.Finish();
    }

    private sealed class KeyWriter : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(long number)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            _hash.AppendData(bytes);
        }

        public void Add(double number) => Add(BitConverter.DoubleToInt64Bits(number));

        public void Add(byte[] bytes)
        {
            Add(bytes.Length);
            _hash.AppendData(bytes);
        }

        // As UTF-16: texts that differ in half a surrogate pair differ here too.
        public void Add(string? text)
        {
            Add(text?.Length ?? -1);
            _hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        public byte[] Finish() => _hash.GetHashAndReset();

        public void Dispose() => _hash.Dispose();
    }
}
