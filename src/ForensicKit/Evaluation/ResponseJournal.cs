using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>
/// Answers on their way into evidence: a line each, written the moment it is there, so that a killed process has lost none that it got. Whoever goes on
/// takes them over first. The file is there only while a model is asked.
/// </summary>
/// <remarks>
/// Handed to the operating system, not forced onto the disk: what survives the process, not the machine's power. A line is the SHA-256 of what follows it,
/// so that an unfinished one is told from a whole one. While one process has the file, no other reads or writes it.
/// </remarks>
internal sealed class ResponseJournal : IDisposable
{
    private const string Extension = ".pending";
    private const int HashCharacters = 64;
    private const long MaxBytes = 1L << 30;
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly FileStream? _file;

    private ResponseJournal(FileStream? file) => _file = file;

    /// <summary>Begins a journal beside the database; one that keeps nothing where another process has it or it cannot be written.</summary>
    public static ResponseJournal Begin(EvidenceDatabase evidence)
    {
        try
        {
            // Unbuffered: each answer is with the operating system at once.
            return new(new FileStream(PathOf(evidence), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null);
        }
    }

    /// <summary>Stores what a killed process left, and removes the file.</summary>
    /// <exception cref="KitException">It cannot be stored.</exception>
    public static void TakeOver(EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new FileStream(PathOf(evidence), FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or of a process that is alive.
            return;
        }

        using (file)
        {
            foreach (var run in Read(file).GroupBy(r => r.RunId, StringComparer.Ordinal))
            {
                var stored = evidence.StoredResponses(run.Key, cancellationToken);
                if (!evidence.IsComplete(run.Key, cancellationToken))
                    evidence.AppendResponses([.. run.Where(r => !stored.Contains((r.ItemId, r.ChoiceIndex ?? -1, r.SampleIndex))).DistinctBy(r => (r.ItemId, r.ChoiceIndex, r.SampleIndex))], cancellationToken);
            }
        }

        Remove(file.Name);
    }

    /// <summary>Notes an answer.</summary>
    public void Add(Response answer)
    {
        if (_file is null)
            return;
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, s_json);
        try
        {
            _file.Write([.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))), .. json, (byte)'\n']);
        }
        catch (IOException)
        {
            // A full disk shows where the answer itself is stored.
        }
    }

    /// <summary>Everything is stored: the file goes.</summary>
    public void Complete()
    {
        Dispose();
        if (_file is not null)
            Remove(_file.Name);
    }

    /// <summary>Closes the file and leaves it.</summary>
    public void Dispose() => _file?.Dispose();

    private static string PathOf(EvidenceDatabase evidence) => evidence.Path + Extension;

    private static IEnumerable<Response> Read(FileStream file)
    {
        if (file.Length > MaxBytes)
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The file of answers that are not stored yet is larger than {MaxBytes >> 20} MiB."), file.Name, "It was not written by the kit: remove it.");
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length <= HashCharacters || line[..HashCharacters] != EvidenceDatabase.Sha256(line[HashCharacters..]))
                yield break;
            if (JsonSerializer.Deserialize<Response>(line[HashCharacters..], s_json) is { } answer)
                yield return answer;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What it holds is stored: taken over once more, it adds nothing.
        }
    }
}
