using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace ForensicKit.Evidence;

/// <summary>
/// The evidence of one case: a DuckDB file that is only ever appended to. Connections are short: open, append in one transaction, close.
/// </summary>
/// <remarks>
/// Several notebooks and the command line may share a case: a lock held by another process is waited for, then named. Every append is one
/// transaction, so a process killed at any moment leaves either all of it or nothing.
/// </remarks>
public sealed partial class EvidenceDatabase
{
    private const int OpenAttempts = 25;
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(200);

    private EvidenceDatabase(string path, bool readOnly)
    {
        Path = path;
        IsReadOnly = readOnly;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Whether this instance refuses to append.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Creates the tables where they are absent and returns the database.</summary>
    /// <param name="path">The file, <c>evidence.duckdb</c> of a case.</param>
    /// <param name="caseName">Name of the case it belongs to.</param>
    /// <param name="caseSha256">Hash of the case manifest: evidence is never mixed with that of another case.</param>
    /// <param name="createdAt">When, UTC.</param>
    /// <param name="cancellationToken">Stops waiting for a lock.</param>
    /// <exception cref="KitException">The file belongs to another case or layout, is damaged, locked, or cannot be written.</exception>
    public static EvidenceDatabase Open(string path, string caseName, string caseSha256, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        var database = new EvidenceDatabase(path, readOnly: false);
        var facts = database.Use(
            connection =>
            {
                using var transaction = connection.BeginTransaction();
                foreach (var table in EvidenceSchema.Tables)
                    Execute(connection, table.CreateStatement());
                var known = ReadFacts(connection);
                if (known.Count == 0)
                {
                    foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
                        ("schema_version", EvidenceSchema.Version.ToString(CultureInfo.InvariantCulture)),
                        ("case_name", caseName),
                        ("case_sha256", caseSha256),
                        ("created_at", createdAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))])
                    {
                        Execute(connection, "INSERT INTO facts VALUES ($name, $value)", ("name", name), ("value", value));
                        known[name] = value;
                    }
                }

                transaction.Commit();
                return known;
            },
            cancellationToken);
        Check(facts, path, caseName, caseSha256);
        return database;
    }

    /// <summary>Opens an existing database for reading only.</summary>
    /// <exception cref="KitException">There is none, or its layout is another version's.</exception>
    public static EvidenceDatabase OpenReadOnly(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new KitException("There is no evidence database here.", path, "Give the folder of a case or dossier.");
        var database = new EvidenceDatabase(path, readOnly: true);
        var facts = database.Use(ReadFacts, cancellationToken);
        CheckVersion(facts, path);
        return database;
    }

    /// <summary>Runs a query and maps every row.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> map, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        Use(
            connection =>
            {
                using var command = Command(connection, sql, parameters);
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                {
                    if ((rows.Count & 0xFFF) == 0)
                        cancellationToken.ThrowIfCancellationRequested();
                    rows.Add(map(reader));
                }

                return (IReadOnlyList<T>)rows;
            },
            cancellationToken);

    /// <summary>Appends in one transaction.</summary>
    internal void Append(Action<DuckDBConnection> append, CancellationToken cancellationToken)
    {
        if (IsReadOnly)
            throw new InvalidOperationException("This evidence database was opened for reading.");
        Use(
            connection =>
            {
                using var transaction = connection.BeginTransaction();
                append(connection);
                cancellationToken.ThrowIfCancellationRequested();
                transaction.Commit();
                return true;
            },
            cancellationToken);
    }

    internal static void Execute(DuckDBConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static DuckDBCommand Command(DuckDBConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.Add(new DuckDBParameter(name, value ?? DBNull.Value));
        return command;
    }

    private T Use<T>(Func<DuckDBConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = Connect(cancellationToken);
            return work(connection);
        }
        catch (DuckDBException e)
        {
            throw Explain(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessErrors.Describe(e, Path)!;
        }
    }

    private DuckDBConnection Connect(CancellationToken cancellationToken)
    {
        // No external access: nothing that evidence contains can make the engine read other files or load extensions.
        var settings = $"Data Source={Path};memory_limit=512MB;enable_external_access=false;autoload_known_extensions=false;"
            + "autoinstall_known_extensions=false;preserve_insertion_order=true" + (IsReadOnly ? ";access_mode=READ_ONLY" : "");
        for (var attempt = 1; ; attempt++)
        {
            var connection = new DuckDBConnection(settings);
            try
            {
                connection.Open();
                return connection;
            }
            catch (DuckDBException e)
            {
                connection.Dispose();
                if (attempt == OpenAttempts || !IsLock(e))
                    throw;
                cancellationToken.WaitHandle.WaitOne(s_retryDelay);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private KitException Explain(DuckDBException e)
    {
        if (IsLock(e))
        {
            var holder = LockHolder().Match(e.Message);
            return new KitException(
                holder.Success ? $"Another process has this case open: {holder.Groups["program"].Value} (process {holder.Groups["pid"].Value})." : "Another process has this case open.",
                Path, "Close it, or wait until it has finished, and try again.", ExitCode.EnvironmentLacks, e);
        }

        if (e.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("disk space", StringComparison.OrdinalIgnoreCase))
            return new KitException("The disk is full.", Path, "Free some space and run the same command with --resume: what was committed is kept.", ExitCode.EnvironmentLacks, e);
        if (e.Message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("Read-only file system", StringComparison.OrdinalIgnoreCase))
            return new KitException("The evidence database cannot be written here.", Path, "Choose a folder you may write to with --out.", ExitCode.EnvironmentLacks, e);
        return new KitException($"The evidence database cannot be used: {e.Message.ReplaceLineEndings(" ")}", Path, "If the file is damaged, work from an untouched copy of the case.", ExitCode.Tampered, e);
    }

    private static bool IsLock(DuckDBException e) =>
        e.Message.Contains("lock on file", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("being used by another process", StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> ReadFacts(DuckDBConnection connection)
    {
        using var command = Command(connection, "SELECT name, value FROM facts", []);
        using var reader = command.ExecuteReader();
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
            facts[reader.GetString(0)] = reader.GetString(1);
        return facts;
    }

    private static void Check(Dictionary<string, string> facts, string path, string caseName, string caseSha256)
    {
        CheckVersion(facts, path);
        if (facts["case_name"] != caseName || facts["case_sha256"] != caseSha256)
        {
            throw new KitException(
                $"This evidence belongs to case '{facts["case_name"]}' as it was when the investigation began, and the case file is another or has changed since.",
                path, "Evidence of two cases is never mixed: use another folder (--out).");
        }
    }

    private static void CheckVersion(Dictionary<string, string> facts, string path)
    {
        var version = facts.GetValueOrDefault("schema_version", "none");
        if (version != EvidenceSchema.Version.ToString(CultureInfo.InvariantCulture))
            throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The evidence has layout version {version}; this build reads version {EvidenceSchema.Version}."), path, "Use the build that made it.");
    }

    [GeneratedRegex(@"held in (?<program>.*?) \(PID (?<pid>\d+)\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LockHolder();
}
