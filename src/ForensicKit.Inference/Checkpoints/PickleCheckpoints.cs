using System.Text.RegularExpressions;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>
/// Recognises PyTorch's own checkpoints, and refuses them: they are pickles, and reading a pickle runs whatever program stands in it. Nothing of them is
/// ever read beyond what tells them apart.
/// </summary>
internal static partial class PickleCheckpoints
{
    private const string Mend = "Convert it to safetensors: in Python, on a machine that may be lost, torch.load(path, weights_only=True) and safetensors.torch.save_file; or fetch the model's safetensors files.";

    /// <summary>Opens a file of weights for reading.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file, at its beginning; the caller's to dispose of.</returns>
    /// <exception cref="KitException">The file is not there or cannot be read, or is a pickle.</exception>
    public static FileStream OpenFile(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
            if (!file.CanSeek)
                throw new IOException("It is not a plain file.");
            if (IsPickle(file))
                throw Refused(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            if (e is FileNotFoundException && Path.GetDirectoryName(path) is { } folder && InFolder(folder) is { } pickle)
                throw Refused(pickle);
            throw new KitException(
                $"The file cannot be read: {e.Message}", path, "Check the path.", e is FileNotFoundException or DirectoryNotFoundException ? ExitCode.BadInput : ExitCode.EnvironmentLacks, e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a folder that holds a pickle where weights are looked for.</summary>
    /// <exception cref="KitException">It holds one.</exception>
    public static void RefuseFolder(string folder)
    {
        if (InFolder(folder) is { } pickle)
            throw Refused(pickle);
    }

    // A zip archive that begins with the entry NAME/data.pkl, or, before 2020, a bare pickle: PROTO and a version from 2 to 5.
    private static bool IsPickle(FileStream file)
    {
        Span<byte> head = stackalloc byte[512];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        return (head.StartsWith("PK\x3\x4"u8) && head.IndexOf("data.pkl"u8) >= 0) || head is [0x80, >= 2 and <= 5, ..];
    }

    private static string? InFolder(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).FirstOrDefault(file => PickleName().IsMatch(Path.GetFileName(file)))
        : null;

    private static KitException Refused(string path) =>
        new("The file is a PyTorch checkpoint, a pickle: reading one runs whatever program stands in it, so it is not read here.", path, Mend);

    [GeneratedRegex(@"\.(?:bin|pt|pth|ckpt|pkl)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PickleName();
}
