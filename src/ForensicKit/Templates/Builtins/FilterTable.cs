using System.Collections.Frozen;
using ForensicKit.Templates.Evaluation;

namespace ForensicKit.Templates.Builtins;

/// <summary>All filters by name.</summary>
internal static class FilterTable
{
    public static FrozenDictionary<string, Builtin> All { get; } = Builtin.Table(
    [
        .. TextFilters.All,
        .. NumberFilters.All,
        .. SequenceFilters.All,
        .. SelectionFilters.All,
        .. OrderFilters.All,
        ("tojson", "ensure_ascii? indent? separators? sort_keys?", JsonText.Filter),
    ]);

    public static FrozenSet<string> Names { get; } = All.Keys.ToFrozenSet(StringComparer.Ordinal);
}
