using System.IO.Enumeration;

namespace ForensicKit.Corpora;

/// <summary>One file of a corpus.</summary>
/// <param name="Name">The name that documents and defects carry: as given, or relative to the folder that was searched, with <c>/</c>.</param>
/// <param name="Path">The file; null for standard input.</param>
/// <param name="Bytes">Its size; 0 where that is not known.</param>
public sealed record CorpusShard(string Name, string? Path, long Bytes);

/// <summary>Finds the files of a corpus.</summary>
public static class CorpusFiles
{
    private const int MaximumDepth = 64;
    private static readonly EnumerationOptions s_entries = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>The shards that arguments name, in their order; what a folder or pattern finds in ordinal order of its names. Each file once.</summary>
    /// <param name="arguments">
    /// Files; folders, searched with all below them; patterns, where <c>*</c> and <c>?</c> stand within a name and <c>**</c> for any folders;
    /// <c>-</c> for standard input.
    /// </param>
    /// <param name="passedOver">
    /// Told of each path that a search passes over, with why: symbolic links, which could lead out of the folder or in circles, files
    /// without a byte, and folders more than 64 deep. What is named itself is taken as it is.
    /// </param>
    /// <exception cref="KitException">Nothing is there, or a folder may not be searched.</exception>
    public static IReadOnlyList<CorpusShard> Find(IReadOnlyList<string> arguments, Action<string, string>? passedOver = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var search = new Search(passedOver);
        foreach (var argument in arguments)
        {
            var before = search.Met;
            if (argument == "-")
                search.Add(new("-", null, 0));
            else if (File.Exists(argument))
                search.Add(argument, argument);
            else if (Directory.Exists(argument))
                search.AddFolder(argument);
            else if (argument.AsSpan().ContainsAny('*', '?'))
                search.AddPattern(argument);
            else
                throw new KitException("There is no such file or folder.", argument, "Check the path.");
            if (search.Met == before)
                throw new KitException("No file of a corpus was found.", argument, "Check the folder or pattern; symbolic links are not followed by a search, so name their files themselves.");
        }

        return search.Shards;
    }

    private sealed class Search(Action<string, string>? passedOver)
    {
        private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly HashSet<(string Folder, int Segment)> _walked = [];
        private readonly SortedDictionary<string, (long Bytes, string? PassedOver)> _matches = new(StringComparer.Ordinal);

        public List<CorpusShard> Shards { get; } = [];

        public int Met { get; private set; }

        public void Add(CorpusShard shard)
        {
            Met++;
            if (_paths.Add(shard.Path is null ? "-" : Path.GetFullPath(shard.Path)))
            {
                _names.Add(shard.Name);
                Shards.Add(shard);
            }
        }

        public void Add(string path, string name) => Add(new(name, path, new FileInfo(path).Length));

        /// <summary>All files below a folder, named relative to it.</summary>
        public void AddFolder(string folder) => AddMatches(folder, ["**", "*"], prefix: "");

        /// <summary>All files that fit a pattern, named by their paths.</summary>
        public void AddPattern(string pattern)
        {
            var segments = pattern.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
            var plain = segments.TakeWhile(s => !s.AsSpan().ContainsAny('*', '?')).Count();
            var root = plain == 0 ? "" : string.Join('/', segments[..plain]) + "/";
            if (plain == 0 || Directory.Exists(root))
                AddMatches(plain == 0 ? "." : root, [.. segments[plain..].Where(s => s.Length > 0), .. segments[^1] == "**" ? ["*"] : Array.Empty<string>()], root);
        }

        private void AddMatches(string folder, string[] pattern, string prefix)
        {
            _matches.Clear();
            _walked.Clear();
            Walk(folder, "", pattern, 0, 0);
            foreach (var (relative, match) in _matches)
            {
                var path = Path.Combine(folder, relative);
                if (match.PassedOver is { } why)
                    passedOver?.Invoke(path, why);
                else
                    Add(new(_names.Contains(prefix + relative) ? path : prefix + relative, path, match.Bytes));
            }
        }

        /// <summary>Takes what fits the pattern's segments from <paramref name="segment"/> on.</summary>
        private void Walk(string folder, string relative, string[] pattern, int segment, int depth)
        {
            if (!_walked.Add((relative, segment)))
                return;
            if (depth > MaximumDepth)
            {
                _matches[relative] = (0, "deeper than the search goes");
                return;
            }

            var any = pattern[segment] == "**";
            var last = segment == pattern.Length - 1;
            if (any && !last)
                Walk(folder, relative, pattern, segment + 1, depth);
            foreach (var entry in List(folder))
            {
                if (!any && !FileSystemName.MatchesSimpleExpression(pattern[segment], entry.Name, ignoreCase: false))
                    continue;
                var below = relative.Length == 0 ? entry.Name : $"{relative}/{entry.Name}";
                if (entry.IsLink)
                {
                    if (last)
                        _matches[below] = (0, "a symbolic link");
                }
                else if (entry.IsFolder && !last)
                {
                    Walk(Path.Combine(folder, entry.Name), below, pattern, any ? segment : segment + 1, depth + 1);
                }
                else if (!entry.IsFolder && last)
                {
                    // What has no size is empty, or a pipe that would be waited for.
                    _matches[below] = entry.Bytes == 0 ? (0, "empty, or not a file") : (entry.Bytes, null);
                }
            }
        }

        private static List<(string Name, bool IsFolder, bool IsLink, long Bytes)> List(string folder)
        {
            try
            {
                var entries = new FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink, long Bytes)>(folder, (ref FileSystemEntry e) =>
                    (e.FileName.ToString(), e.IsDirectory, e.Attributes.HasFlag(FileAttributes.ReparsePoint), e.IsDirectory ? 0 : e.Length), s_entries).ToList();
                entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
                return entries;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new KitException($"The folder cannot be searched: {e.Message}", folder, "Ask for permission to read it, or name the files themselves.", ExitCode.BadInput, e);
            }
        }
    }
}
